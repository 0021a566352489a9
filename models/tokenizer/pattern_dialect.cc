#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "models/tokenizer/split_pattern.h"

namespace suite {
namespace {

// Unicode White_Space as the inside of a class.
constexpr std::string_view kWhiteSpace =
    R"(\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

constexpr std::string_view kGeneralCategories =
    " C Cc Cf Cn Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs ";

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& where) : pattern_(pattern), where_(where) {}

  std::string Translate() {
    while (at_ < pattern_.size()) Item();
    return std::move(out_);
  }

 private:
  [[noreturn]] void Refuse(const std::string& what, const std::string& allowed) const {
    throw InputError(where_, what + " at byte " + std::to_string(at_) + " of the pattern", allowed);
  }

  bool Follows(std::string_view next) const { return pattern_.substr(at_, next.size()) == next; }

  void Copy(size_t count) {
    out_ += pattern_.substr(at_, count);
    at_ += count;
  }

  void Item() {
    const char c = pattern_[at_];
    if (c == '\\') {
      Escape(/*in_class=*/false);
    } else if (c == '[') {
      Class();
    } else if (c == '(') {
      Group();
    } else if (c == '{') {
      Counted();
    } else if (c == '^' || c == '$' || c == '.' || c == ']' || c == '}') {
      Refuse(std::string("'") + c + "'", "write it escaped, or as a class");
    } else {
      Copy(1);
    }
  }

  void Group() {
    for (const std::string_view opening : {"(?:", "(?i:", "(?=", "(?!"}) {
      if (Follows(opening)) return Copy(opening.size());
    }
    if (Follows("(?") || Follows("(*")) Refuse("a group of an unsupported kind", "( (?: (?i: (?= (?!");
    Copy(1);
  }

  // {n}, {n,} or {n,m}. A '+' after it is possessive in PCRE2 and a second quantifier in Oniguruma's Ruby syntax.
  void Counted() {
    size_t end = at_ + 1;
    while (end < pattern_.size() && (std::isdigit(static_cast<unsigned char>(pattern_[end])) || pattern_[end] == ',')) {
      ++end;
    }
    const std::string_view inside = pattern_.substr(at_ + 1, end - at_ - 1);
    const bool counts = !inside.empty() && inside[0] != ',' && inside.find(',') == inside.rfind(',');
    if (!counts || end == pattern_.size() || pattern_[end] != '}') Refuse("'{'", "{n} {n,} {n,m} or \\{");
    Copy(end + 1 - at_);
    if (Follows("+")) Refuse("'+' after a counted repeat", "{n,m} alone or in a group");
  }

  void Class() {
    Copy(Follows("[^") ? 2 : 1);
    if (Follows("]")) Refuse("an empty class", "\\] for the bracket itself");
    while (at_ < pattern_.size() && pattern_[at_] != ']') {
      if (Follows("[") || Follows("&&")) Refuse("a class inside a class", "\\[ and \\& for the characters themselves");
      if (Follows("\\")) {
        Escape(/*in_class=*/true);
      } else {
        Copy(1);
      }
    }
    if (at_ == pattern_.size()) Refuse("a class without end", "a closing ]");
    Copy(1);
  }

  void Escape(bool in_class) {
    const char c = at_ + 1 < pattern_.size() ? pattern_[at_ + 1] : '\0';
    if (c == 's' || (c == 'S' && !in_class)) {
      out_ += in_class ? std::string(kWhiteSpace) : (c == 's' ? "[" : "[^") + std::string(kWhiteSpace) + "]";
      at_ += 2;
    } else if (c == 'd') {
      out_ += "\\p{Nd}";
      at_ += 2;
    } else if (c == 'p' || c == 'P') {
      Property();
    } else if (c == 'n' || c == 'r' || c == 't' || c == 'f' || std::ispunct(static_cast<unsigned char>(c))) {
      Copy(2);
    } else {
      Refuse("an unsupported escape", in_class ? "\\s \\d \\n \\r \\t \\f \\p{L} \\P{L} and escaped punctuation"
                                               : "\\s \\S \\d \\n \\r \\t \\f \\p{L} \\P{L} and escaped punctuation");
    }
  }

  void Property() {
    const size_t end = pattern_.find('}', at_);
    const bool braced = at_ + 2 < pattern_.size() && pattern_[at_ + 2] == '{' && end != std::string_view::npos;
    const std::string name = braced ? std::string(pattern_.substr(at_ + 3, end - at_ - 3)) : "";
    if (name.empty() || kGeneralCategories.find(" " + name + " ") == std::string_view::npos) {
      Refuse("an unsupported property", "a general category such as \\p{L} or \\p{Nd}");
    }
    Copy(end + 1 - at_);
  }

  const std::string_view pattern_;
  const std::string& where_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string PatternForPcre2(std::string_view pattern, const std::string& where) {
  return Translator(pattern, where).Translate();
}

}  // namespace suite
