#include "models/tokenizer/jinja_key.h"

#include <optional>
#include <utility>

#include "base/hash.h"

namespace suite {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}

std::string WithUnixLines(std::string_view text) {
  std::string lines;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      lines += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      lines += '\n';
    }
  }
  if (!lines.empty() && lines.back() == '\n') lines.pop_back();
  return lines;
}

// Goes through a program once; what it has read so far is `out`.
class Reader {
 public:
  explicit Reader(std::string text) : text_(std::move(text)) {}

  // Nothing for a program that cannot be taken apart.
  std::optional<std::string> Read() {
    while (at_ < text_.size()) {
      const size_t tag = NextTag();
      std::string data = text_.substr(at_, tag - at_);
      if (tag == text_.size()) {
        out_ += data;
        break;
      }
      TrimBefore(tag, data);
      out_ += data;
      if (!ReadTag(tag)) return std::nullopt;
    }
    return out_;
  }

 private:
  size_t NextTag() const {
    for (size_t i = at_; i + 1 < text_.size(); ++i) {
      if (text_[i] == '{' && (text_[i + 1] == '{' || text_[i + 1] == '%' || text_[i + 1] == '#')) return i;
    }
    return text_.size();
  }

  // {%- takes all white space before it; {% and {# what stands before them on their line, if that is white space alone;
  // {{ and {%+ nothing.
  void TrimBefore(size_t tag, std::string& data) const {
    const char sign = tag + 2 < text_.size() ? text_[tag + 2] : ' ';
    if (sign == '-') {
      while (!data.empty() && IsSpace(data.back())) data.pop_back();
      return;
    }
    if (sign == '+' || text_[tag + 1] == '{') return;
    size_t begin = data.size();
    while (begin > 0 && data[begin - 1] != '\n' && IsSpace(data[begin - 1])) --begin;
    const bool on_its_own = begin > 0 ? data[begin - 1] == '\n' : at_ == 0 || text_[at_ - 1] == '\n';
    if (on_its_own) data.resize(begin);
  }

  // After a tag: -%} takes all white space, %} and #} one line break, }} nothing.
  void TrimAfter(bool dash, char kind) {
    if (dash) {
      while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    } else if (kind != '{' && at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
    }
  }

  bool ReadTag(size_t tag) {
    const char kind = text_[tag + 1];
    at_ = tag + 2;
    if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
    return kind == '#' ? SkipComment() : ReadCode(kind);
  }

  bool SkipComment() {
    const size_t end = text_.find("#}", at_);
    if (end == std::string::npos) return false;
    const bool dash = end > at_ && text_[end - 1] == '-', plus = end > at_ && text_[end - 1] == '+';
    at_ = end + 2;
    if (!plus) TrimAfter(dash, '#');
    return true;
  }

  bool ReadCode(char kind) {
    const char close = kind == '{' ? '}' : '%';
    std::string code;
    int braces = 0;
    for (; at_ < text_.size();) {
      const char c = text_[at_];
      const size_t sign = (c == '-' || c == '+') ? 1 : 0;
      if (braces == 0 && text_.compare(at_ + sign, 2, std::string{close, '}'}) == 0 && (c != '+' || kind == '%')) {
        at_ += sign + 2;
        if (c != '+') TrimAfter(c == '-', kind);
        return Keep(kind, code);
      }
      if (c == '\'' || c == '"') {
        if (!ReadString(code)) return false;
        continue;
      }
      braces += c == '{' ? 1 : c == '}' ? -1 : 0;
      ++at_;
      if (!IsSpace(c)) {
        code += c;
      } else if (!code.empty() && at_ < text_.size() && IsWord(code.back()) && IsWord(text_[at_])) {
        code += ' ';  // what else would run together
      }
    }
    return false;
  }

  // A line break in a string is the same as \n.
  bool ReadString(std::string& code) {
    const char quote = text_[at_];
    code += text_[at_++];
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '\n') {
        code += "\\n";
        continue;
      }
      code += c;
      if (c == quote) return true;
      if (c == '\\' && at_ < text_.size()) code += text_[at_++];
    }
    return false;
  }

  bool Keep(char kind, const std::string& code) {
    if (kind == '%' && (code == "generation" || code == "endgeneration")) return true;
    if (kind == '%' && (code == "raw" || code == "endraw")) return false;
    out_ += std::string("\x01") + kind + code + '\x02';
    return true;
  }

  const std::string text_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string JinjaKey(std::string_view jinja) {
  const std::optional<std::string> program = Reader(WithUnixLines(jinja)).Read();
  return program ? Sha256Hex(*program) : "";
}

}  // namespace suite
