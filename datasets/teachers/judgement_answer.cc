#include "datasets/teachers/judgement_answer.h"

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>

#include "base/json/checked_json.h"
#include "datasets/teachers/answer_text.h"

namespace suite {
namespace {

using nlohmann::json;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// "```json\n[1]\n```" -> "[1]"
std::string_view WithoutFence(std::string_view text) {
  text = Trimmed(text);
  constexpr std::string_view kFence = "```";
  if (text.size() < 2 * kFence.size() || text.substr(0, 3) != kFence || text.substr(text.size() - 3) != kFence) {
    return text;
  }
  const size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return text;
  return Trimmed(text.substr(line_end + 1, text.size() - 3 - (line_end + 1)));
}

// The lines as JSON integers, "+1" as 1, so that both forms are checked alike; discarded if one is no integer.
json IntegersOfLines(std::string_view text) {
  json values = json::array();
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::string_view word = Trimmed(line);
    if (word.empty()) continue;
    if (word.size() > 1 && word[0] == '+' && word[1] != '-') word.remove_prefix(1);
    const json value = TryParseJson(word);
    if (!value.is_number_integer()) return json(json::value_t::discarded);
    values.push_back(value);
  }
  return values;
}

TeacherJudgement ReadPlainJudgements(std::string_view answer, int64_t count) {
  const std::string_view text = WithoutFence(answer);
  const bool is_array = !text.empty() && text[0] == '[';
  const json values = is_array ? TryParseJson(text) : IntegersOfLines(text);
  if (!values.is_array()) return {{}, "neither a JSON array nor one integer a line"};
  if (static_cast<int64_t>(values.size()) != count) {
    return {{}, std::to_string(values.size()) + " judgements for " + std::to_string(count) + " candidates"};
  }
  TeacherJudgement judgement;
  for (const json& value : values) {
    // As double: a huge unsigned number must not wrap to a small one.
    const bool fits = value.is_number_integer() && value.get<double>() >= -2 && value.get<double>() <= 2;
    if (!fits)
      return {{},
              "judgement " + value.dump(-1, ' ', true, json::error_handler_t::replace) + " is no integer from -2 to 2"};
    judgement.judgements.push_back(value.get<int>());
  }
  return judgement;
}

}  // namespace

TeacherJudgement ReadJudgements(std::string_view answer, int64_t count) {
  const AnswerText text = WithoutReasoning(answer);
  TeacherJudgement judgement = ReadPlainJudgements(text.text, count);
  if (!judgement.error.empty() && text.unfinished) judgement.error += "; the answer ends within its reasoning";
  if (!judgement.error.empty()) return judgement;
  for (const std::string& reasoning : text.reasoning) {
    judgement.passed_over.push_back({"reasoning", BeginningOf(reasoning)});
  }
  return judgement;
}

}  // namespace suite
