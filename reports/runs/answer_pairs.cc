#include "reports/runs/answer_pairs.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "base/check.h"
#include "base/text/format.h"
#include "base/text/utf8.h"

namespace suite {
namespace {

constexpr char kBefore[] = "Before the first step";
constexpr char kAfter[] = "At the end";

std::string Written(const ListItem& item) {
  if (item.year == kUnknownYear) return item.title;
  const std::string year = std::to_string(item.year);
  return item.title + " (" + std::string(year.size() < 4 ? 4 - year.size() : 0, '0') + year + ")";
}

// By conversation id.
std::map<std::string, std::vector<std::string>> WantedIn(const RunRecord& run) {
  std::map<std::string, std::vector<std::string>> wanted;
  for (const ScoreTable& table : run.scores) {
    if (table.split != run.lists.split) continue;
    for (const ListEntry& entry : run.lists.ground_truth) {
      wanted[table.conversation_ids.at(static_cast<size_t>(entry.conversation))].push_back(
          Written(run.lists.items.at(static_cast<size_t>(entry.item))));
    }
  }
  return wanted;
}

std::vector<std::string> LinesOf(const SampleAnswer& answer) {
  std::vector<std::string> lines;
  std::istringstream text(answer.text);
  for (std::string line; std::getline(text, line);) lines.push_back("  " + line);
  for (const RankCredit& rank : answer.ranks) {
    const auto at = static_cast<size_t>(rank.line);
    if (rank.verdict == "hit" && at < lines.size()) lines[at][0] = '+';
  }
  return lines;
}

size_t WidthOf(const std::string& line) { return DecodeUtf8(line).size(); }

}  // namespace

std::vector<AnswerPair> AnswerPairs(const RunRecord& run) {
  const std::map<std::string, std::vector<std::string>> wanted = WantedIn(run);
  std::vector<AnswerPair> pairs;
  for (const SampleAnswer& answer : run.answers) {
    AnswerPair pair;
    pair.after = &answer;
    for (const SampleAnswer& first : run.first_answers) {
      if (first.conversation_id == answer.conversation_id) pair.before = &first;
    }
    const auto found = wanted.find(answer.conversation_id);
    if (found != wanted.end()) pair.wanted = found->second;
    pairs.push_back(pair);
  }
  return pairs;
}

std::string SideBySide(const AnswerPair& pair) {
  SUITE_CHECK(pair.before != nullptr && pair.after != nullptr);
  const std::vector<std::string> before = LinesOf(*pair.before), after = LinesOf(*pair.after);
  size_t width = sizeof(kBefore) - 1;
  for (const std::string& line : before) width = std::max(width, WidthOf(line));
  const auto row = [&](const std::string& left, const std::string& right) {
    const std::string gap = right.empty() ? "" : std::string(width + 2 - WidthOf(left), ' ');
    return left + gap + right + "\n";
  };
  std::string text = "[" + pair.after->conversation_id + "]";
  if (!pair.wanted.empty()) text += " wanted: " + Join(pair.wanted, ", ");
  text += "\n" + row(kBefore, kAfter);
  for (size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
    text += row(i < before.size() ? before[i] : "", i < after.size() ? after[i] : "");
  }
  return text;
}

}  // namespace suite
