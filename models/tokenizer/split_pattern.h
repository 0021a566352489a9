// A regular expression that cuts text into pieces: the `Split` pre-tokenizer of Hugging Face's tokenizers.
//
//   const SplitPattern pattern(" ?\\p{L}+|\\p{N}", "tokenizer.json: pre_tokenizer.pattern.Regex");
//   std::vector<std::string_view> pieces;
//   pattern.Split("to 42", &pieces);                  // "to", " ", "4", "2"
//
// Every match is a piece and so is every stretch between matches (behaviour "Isolated"). PCRE2 with its JIT compiler
// does the matching; Hugging Face uses Oniguruma. Only constructs that mean the same in both are accepted: literals,
// classes, groups (?: (?i: (?= (?!, the quantifiers ? * + {n,m} (lazy or possessive too), general categories
// \p{L}, \P{N}, ..., \d \n \r \t \f and escaped punctuation, \s and (outside classes) \S. The latter are written out,
// because PCRE2 still counts U+180E as white space.
//
// Immutable after construction; Split may be called by several threads at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace suite {

class SplitPattern {
 public:
  // Throws InputError with `where` for a pattern that is malformed, unsupported or able to match nothing at all.
  SplitPattern(const std::string& pattern, const std::string& where);
  ~SplitPattern();
  SplitPattern(SplitPattern&&) noexcept;
  SplitPattern& operator=(SplitPattern&&) noexcept;

  // Appends the pieces of `text` (well-formed UTF-8); joined they are `text`. Throws InputError when matching exceeds
  // PCRE2's limits, which only a pattern with runaway backtracking does.
  void Split(std::string_view text, std::vector<std::string_view>* pieces) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

// `pattern` in PCRE2's dialect. Throws InputError with `where` for a construct that is not supported.
std::string PatternForPcre2(std::string_view pattern, const std::string& where);

}  // namespace suite
