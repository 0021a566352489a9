#include "models/tokenizer/split_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

std::string Pcre2Message(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof(buffer));
  return reinterpret_cast<const char*>(buffer);
}

using MatchData = std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)>;

}  // namespace

struct SplitPattern::Compiled {
  std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code{nullptr, pcre2_code_free};
  bool jit = false;
  std::string where;

  // The next match at or after `start`; false when there is none.
  bool Match(std::string_view text, size_t start, pcre2_match_data* data) const {
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    int found = PCRE2_ERROR_JIT_STACKLIMIT;
    if (jit) found = pcre2_jit_match(code.get(), subject, text.size(), start, 0, data, nullptr);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT) {
      found = pcre2_match(code.get(), subject, text.size(), start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, nullptr);
    }
    if (found < 0 && found != PCRE2_ERROR_NOMATCH) {
      throw InputError(where, "the pattern cannot be matched: " + Pcre2Message(found),
                       "a pattern that backtracks less");
    }
    return found >= 0;
  }
};

SplitPattern::SplitPattern(const std::string& pattern, const std::string& where) {
  auto compiled = std::make_unique<Compiled>();
  compiled->where = where;
  const std::string translated = PatternForPcre2(pattern, where);
  int error = 0;
  size_t offset = 0;
  compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                     PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr));
  if (compiled->code == nullptr) {
    throw InputError(where, "the pattern '" + pattern + "' cannot be compiled: " + Pcre2Message(error),
                     "a regular expression");
  }
  uint32_t matches_nothing = 0;
  pcre2_pattern_info(compiled->code.get(), PCRE2_INFO_MATCHEMPTY, &matches_nothing);
  if (matches_nothing != 0) {
    throw InputError(where, "the pattern '" + pattern + "' may match nothing", "a pattern that takes a character");
  }
  compiled->jit = pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE) == 0;
  compiled_ = std::move(compiled);
}

SplitPattern::~SplitPattern() = default;
SplitPattern::SplitPattern(SplitPattern&&) noexcept = default;
SplitPattern& SplitPattern::operator=(SplitPattern&&) noexcept = default;

void SplitPattern::Split(std::string_view text, std::vector<std::string_view>* pieces) const {
  const MatchData data(pcre2_match_data_create(1, nullptr), pcre2_match_data_free);
  const size_t* bounds = pcre2_get_ovector_pointer(data.get());
  size_t done = 0;
  while (done < text.size() && compiled_->Match(text, done, data.get())) {
    const size_t begin = bounds[0];
    const size_t end = bounds[1];
    SUITE_CHECK_LT(begin, end);
    if (begin > done) pieces->push_back(text.substr(done, begin - done));
    pieces->push_back(text.substr(begin, end - begin));
    done = end;
  }
  if (done < text.size()) pieces->push_back(text.substr(done));
}

}  // namespace suite
