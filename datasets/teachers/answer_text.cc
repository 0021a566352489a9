#include "datasets/teachers/answer_text.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/text/utf8.h"

namespace suite {
namespace {

struct Pair {
  std::string_view open, close;
};

// In small letters.
constexpr Pair kReasoning[] = {
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},
    {"<thoughts>", "</thoughts>"},
    {"<reasoning>", "</reasoning>"},
    {"<reflection>", "</reflection>"},
    {"<scratchpad>", "</scratchpad>"},
    {"<analysis>", "</analysis>"},
    {"<seed:think>", "</seed:think>"},
    {"[think]", "[/think]"},
    {"<|start_thinking|>", "<|end_thinking|>"},
    {"<|begin_of_thought|>", "<|end_of_thought|>"},
    {"\u25c1think\u25b7", "\u25c1/think\u25b7"},
    {"<|channel|>analysis<|message|>", "<|channel|>final<|message|>"},
};

// Where the answer begins: what stands before the first of them led up to it.
constexpr std::string_view kAnswerBegins[] = {"<answer>", "<final_answer>", "<|begin_of_solution|>",
                                              "<|start_response|>"};

constexpr std::string_view kAnswerMarks[] = {
    "</answer>", "</final_answer>",    "<|end_of_solution|>", "<|end_response|>",
    "<output>",  "</output>",          "<response>",          "</response>",
    "<|end|>",   "<|start|>assistant", "<|return|>",          "<|im_end|>",
    "</s>",      "<|endoftext|>"};

enum class Kind { kOpen, kClose, kAnswerBegins, kAnswerMark };

struct Mark {
  Kind kind;
  size_t size;
  std::string_view close;  // of kOpen
};

std::optional<Mark> MarkAt(std::string_view text) {
  const auto begins = [text](std::string_view mark) { return text.substr(0, mark.size()) == mark; };
  for (const Pair& pair : kReasoning) {
    if (begins(pair.close)) return Mark{Kind::kClose, pair.close.size(), {}};
    if (begins(pair.open)) return Mark{Kind::kOpen, pair.open.size(), pair.close};
  }
  for (const std::string_view mark : kAnswerBegins) {
    if (begins(mark)) return Mark{Kind::kAnswerBegins, mark.size(), {}};
  }
  const auto mark = std::find_if(std::begin(kAnswerMarks), std::end(kAnswerMarks), begins);
  if (mark == std::end(kAnswerMarks)) return std::nullopt;
  return Mark{Kind::kAnswerMark, mark->size(), {}};
}

bool CanBeginMark(char c) { return c == '<' || c == '[' || c == "\u25c1"[0]; }

class Reader {
 public:
  explicit Reader(std::string_view answer) : answer_(answer), small_(answer) {
    for (char& c : small_) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }

  AnswerText Read() {
    for (size_t at = 0; at < answer_.size();) {
      const std::optional<Mark> mark =
          CanBeginMark(answer_[at]) ? MarkAt(std::string_view(small_).substr(at)) : std::nullopt;
      if (mark) {
        at = Take(*mark, at + mark->size);
      } else {
        result_.text.push_back(answer_[at++]);
      }
    }
    return std::move(result_);
  }

 private:
  // Deals with a mark that ends at `at`; returns where to read on.
  size_t Take(const Mark& mark, size_t at) {
    if (mark.kind == Kind::kOpen) {
      const size_t close = std::min(small_.find(mark.close, at), small_.size());
      Reasoning(answer_.substr(at, close - at));
      result_.unfinished = close == small_.size();
      at = std::min(close + mark.close.size(), small_.size());
    } else if (mark.kind == Kind::kClose || (mark.kind == Kind::kAnswerBegins && !answer_began_)) {
      Reasoning(result_.text);
      result_.text.clear();
    }
    answer_began_ = answer_began_ || mark.kind == Kind::kAnswerBegins;
    result_.text.push_back('\n');
    return at;
  }

  void Reasoning(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) result_.reasoning.emplace_back(text);
  }

  std::string_view answer_;
  std::string small_;  // ASCII letters only, so that places agree
  bool answer_began_ = false;
  AnswerText result_;
};

}  // namespace

AnswerText WithoutReasoning(std::string_view answer) { return Reader(answer).Read(); }

std::string BeginningOf(std::string_view text) {
  constexpr char kBlank[] = " \t\r\n";
  text = text.substr(std::min(text.find_first_not_of(kBlank), text.size()));
  std::string shown = ShownText(text.substr(0, text.find_last_not_of(kBlank) + 1));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return shown;
}

}  // namespace suite
