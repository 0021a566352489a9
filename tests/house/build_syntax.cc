#include "tests/house/build_syntax.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace suite::house {
namespace {

struct Token {
  enum Kind { kString, kName, kSign, kEnd };
  Kind kind;
  std::string text;
  int line;
};

class Tokenizer {
 public:
  Tokenizer(const std::string& text, const std::string& file) : text_(text), file_(file) {}

  std::vector<Token> Tokens() {
    std::vector<Token> tokens;
    while (SkipBlanks()) {
      const char c = text_[at_];
      const int line = line_;
      if (c == '"' || c == '\'') {
        tokens.push_back({Token::kString, TakeString(), line});
      } else if (std::isalnum(static_cast<unsigned char>(c)) || c == '_') {
        tokens.push_back({Token::kName, TakeName(), line});
      } else {
        tokens.push_back({Token::kSign, std::string(1, text_[at_++]), line});
      }
    }
    tokens.insert(tokens.end(), 2, {Token::kEnd, "the end", line_});  // one to look ahead to
    return tokens;
  }

 private:
  bool SkipBlanks() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '#') at_ = std::min(text_.find('\n', at_), text_.size() - 1);
      if (!std::isspace(static_cast<unsigned char>(text_[at_]))) return text_[at_] != '#';
      line_ += text_[at_] == '\n';
    }
    return false;
  }

  std::string TakeString() {
    const std::string one(1, text_[at_]), three(3, text_[at_]);
    const std::string quote = text_.compare(at_, 3, three) == 0 ? three : one;
    std::string taken;
    for (at_ += quote.size(); text_.compare(at_, quote.size(), quote) != 0; ++at_) {
      if (at_ + 1 < text_.size() && text_[at_] == '\\') ++at_;
      if (at_ >= text_.size()) throw InputError(file_ + ":" + std::to_string(line_), "a string without an end");
      line_ += text_[at_] == '\n';
      taken += text_[at_];
    }
    at_ += quote.size();
    return taken;
  }

  std::string TakeName() {
    const size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  const std::string& text_;
  const std::string& file_;
  size_t at_ = 0;
  int line_ = 1;
};

class Evaluator {
 public:
  Evaluator(std::vector<Token> tokens, std::string file, const std::function<Value(const Call&)>& on_call)
      : tokens_(std::move(tokens)), file_(std::move(file)), on_call_(on_call) {}

  void Run() {
    while (tokens_[at_].kind != Token::kEnd) {
      if (tokens_[at_].kind == Token::kName && Is("=", at_ + 1)) {
        const std::string name = tokens_[at_].text;
        at_ += 2;
        variables_[name] = Expression();
      } else {
        Expression();
      }
    }
  }

 private:
  bool Is(const std::string& text, size_t at) const {
    return tokens_[at].kind != Token::kString && tokens_[at].text == text;
  }
  bool Is(const std::string& text) const { return Is(text, at_); }

  bool Take(const std::string& text) {
    if (!Is(text)) return false;
    ++at_;
    return true;
  }

  void Expect(const std::string& text) {
    if (!Take(text)) Fail("'" + text + "'");
  }

  [[noreturn]] void Fail(const std::string& allowed) const {
    throw InputError(file_ + ":" + std::to_string(tokens_[at_].line), "cannot read '" + tokens_[at_].text + "'",
                     allowed);
  }

  Value Expression() {
    Value value = Term();
    while (Take("+")) {
      const Value right = Term();
      value.text += right.text;
      value.items.insert(value.items.end(), right.items.begin(), right.items.end());
      if (value.kind == Value::kNone) value.kind = right.kind;
    }
    return value;
  }

  Value Term() {
    Value value = Primary();
    while (Take(".")) {
      const std::string method = tokens_[at_++].text;
      Expect("(");
      const Call call = Arguments(method);
      if (method == "format") {
        value.text = Formatted(value.text, call.positional);
      } else if (method == "items") {
        value.kind = Value::kList;
      } else {
        --at_;
        Fail("of methods: format, items");
      }
    }
    return value;
  }

  Value Primary() {
    const Token token = tokens_[at_];
    if (token.kind == Token::kString) {
      ++at_;
      return {Value::kString, token.text};
    }
    if (Take("[")) return ListOrComprehension();
    if (Take("{")) return Dictionary();
    if (Take("(")) return Sequence(")");
    if (token.kind != Token::kName) Fail("a string, list, dictionary or call");
    ++at_;
    if (Take("(")) {
      const Call call = Arguments(token.text);
      return dry_ ? Value() : on_call_(call);
    }
    const auto variable = variables_.find(token.text);
    return variable == variables_.end() ? Value() : variable->second;
  }

  // After the opening bracket, to `close` inclusive.
  Value Sequence(const std::string& close) {
    Value list{Value::kList};
    while (!Take(close)) {
      list.items.push_back(Expression());
      if (!Is(close)) Expect(",");
    }
    return list;
  }

  Value Dictionary() {
    Value dictionary{Value::kDict};
    while (!Take("}")) {
      Value entry{Value::kList};
      entry.items.push_back(Expression());
      Expect(":");
      entry.items.push_back(Expression());
      dictionary.items.push_back(entry);
      if (!Is("}")) Expect(",");
    }
    return dictionary;
  }

  Value ListOrComprehension() {
    const size_t begin = at_;
    if (!Is("]")) {
      const bool was_dry = dry_;
      dry_ = true;  // the element is only evaluated when its variables are known
      Expression();
      dry_ = was_dry;
      if (Take("for")) return Comprehension(begin);
    }
    at_ = begin;
    return Sequence("]");
  }

  // At the variables of `[ELEMENT for VARIABLES in LIST]`, whose element begins at `element`.
  Value Comprehension(size_t element) {
    std::vector<std::string> names;
    do {
      names.push_back(tokens_[at_++].text);
    } while (Take(","));
    Expect("in");
    const Value list = Expression();
    Expect("]");
    const size_t end = at_;
    Value result{Value::kList};
    for (const Value& item : list.items) {
      for (size_t i = 0; i < names.size(); ++i) variables_[names[i]] = names.size() == 1 ? item : item.items.at(i);
      at_ = element;
      result.items.push_back(Expression());
    }
    at_ = end;
    return result;
  }

  Call Arguments(const std::string& function) {
    Call call{function};
    while (!Take(")")) {
      if (tokens_[at_].kind == Token::kName && Is("=", at_ + 1)) {
        const std::string keyword = tokens_[at_].text;
        at_ += 2;
        call.keywords[keyword] = Expression();
      } else {
        call.positional.push_back(Expression());
      }
      if (!Is(")")) Expect(",");
    }
    return call;
  }

  static std::string Formatted(std::string text, const std::vector<Value>& values) {
    for (const Value& value : values) {
      const size_t place = text.find("{}");
      if (place != std::string::npos) text.replace(place, 2, value.text);
    }
    return text;
  }

  std::vector<Token> tokens_;
  std::string file_;
  const std::function<Value(const Call&)>& on_call_;
  std::map<std::string, Value> variables_;
  size_t at_ = 0;
  bool dry_ = false;
};

}  // namespace

std::vector<std::string> Strings(const Value& value) {
  if (value.kind == Value::kString) return {value.text};
  std::vector<std::string> strings;
  for (const Value& item : value.items) {
    if (item.kind == Value::kString) strings.push_back(item.text);
  }
  return strings;
}

void Evaluate(const std::string& text, const std::string& file, const std::function<Value(const Call&)>& on_call) {
  Evaluator(Tokenizer(text, file).Tokens(), file, on_call).Run();
}

}  // namespace suite::house
