// The message of the InputError that a call must throw, for tests of bad input.
//
//   EXPECT_THAT(ErrorOf([] { ReadRun("missing.h5"); }), HasSubstr("missing.h5"));
#pragma once

#include <string>

#include "base/error.h"

namespace suite {

// "no error" when `call` returns; other exceptions pass through.
template <typename Call>
std::string ErrorOf(Call&& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace suite
