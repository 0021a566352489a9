// Checks for bugs: conditions that hold unless our own code is wrong. Always on.
//
// A failed check prints file, line, both expressions and both values, then aborts. Bad input from outside (a file, a
// config, a flag) is never a bug: report it with InputError (base/error.h). A model's bad output is neither: it is a
// verdict.
//
//   SUITE_CHECK(!rollouts.empty());
//   SUITE_CHECK_EQ(reward_GN.size(0), group_size);
#pragma once

#include <cstdlib>
#include <iostream>

namespace suite::check_internal {

template <typename A, typename B>
[[noreturn]] void Fail(const char* file, int line, const char* expression, const A& left, const B& right) {
  std::cerr << file << ":" << line << ": check failed: " << expression << " (" << left << " against " << right << ")"
            << std::endl;
  std::abort();
}

[[noreturn]] inline void Fail(const char* file, int line, const char* expression) {
  std::cerr << file << ":" << line << ": check failed: " << expression << std::endl;
  std::abort();
}

}  // namespace suite::check_internal

#define SUITE_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::suite::check_internal::Fail(__FILE__, __LINE__, #condition))

#define SUITE_CHECK_OP_(a, op, b)                                                                    \
  do {                                                                                               \
    const auto& suite_left = (a);                                                                    \
    const auto& suite_right = (b);                                                                   \
    if (!(suite_left op suite_right)) {                                                              \
      ::suite::check_internal::Fail(__FILE__, __LINE__, #a " " #op " " #b, suite_left, suite_right); \
    }                                                                                                \
  } while (false)

#define SUITE_CHECK_EQ(a, b) SUITE_CHECK_OP_(a, ==, b)
#define SUITE_CHECK_NE(a, b) SUITE_CHECK_OP_(a, !=, b)
#define SUITE_CHECK_LT(a, b) SUITE_CHECK_OP_(a, <, b)
#define SUITE_CHECK_LE(a, b) SUITE_CHECK_OP_(a, <=, b)
#define SUITE_CHECK_GT(a, b) SUITE_CHECK_OP_(a, >, b)
#define SUITE_CHECK_GE(a, b) SUITE_CHECK_OP_(a, >=, b)
