#include "datasets/teachers/recording.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/json/checked_json.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr char kForms[] =
    "{\"conversation\", \"list\", optional \"list_length\"} or {\"conversation\", \"candidates\", \"judgements\"}";

std::string DumpLine(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

json PairsOf(const std::vector<Item>& items) {
  json pairs = json::array();
  for (const Item& item : items) pairs.push_back({item.title, item.year});
  return pairs;
}

int64_t Integer(const json& value, int64_t lowest, int64_t highest, const std::string& where) {
  const bool fits = value.is_number_integer() && value.get<double>() >= static_cast<double>(lowest) &&
                    value.get<double>() <= static_cast<double>(highest);
  if (!fits) {
    throw InputError(where, ShownJson(value),
                     "an integer from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return value.get<int64_t>();
}

std::vector<Item> ItemsOf(const JsonObject& line, const std::string& key) {
  std::vector<Item> items;
  for (const json& pair : line.Array(key)) {
    const std::string where = line.At(key, items.size());
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string()) {
      throw InputError(where, "found " + ShownJson(pair), "[\"Title\", year]");
    }
    items.push_back({pair[0].get<std::string>(), static_cast<int>(Integer(pair[1], 0, 9999, where))});
  }
  return items;
}

void AddLine(const std::string& text, const std::string& where, Recording* recording) {
  const json parsed = ParseJson(text, where);
  const JsonObject line(parsed, where);
  if (!line.Has("conversation")) throw InputError(where, "no 'conversation'", kForms);
  const std::string conversation = line.String("conversation");
  if (line.Has("list")) {
    line.AllowOnly({"conversation", "list", "list_length"});
    const std::vector<Item> items = ItemsOf(line, "list");
    const json length = line.Has("list_length") ? line.Get("list_length") : json(items.size());
    recording->AddList(where, conversation, Integer(length, 1, 1000000, line.At("list_length")), items);
    return;
  }
  line.AllowOnly({"conversation", "candidates", "judgements"});
  const std::vector<Item> candidates = ItemsOf(line, "candidates");
  std::vector<int> judgements;
  for (const json& value : line.Array("judgements")) {
    judgements.push_back(static_cast<int>(Integer(value, -2, 2, line.At("judgements", judgements.size()))));
  }
  if (judgements.size() != candidates.size()) {
    throw InputError(
        where,
        std::to_string(judgements.size()) + " judgements for " + std::to_string(candidates.size()) + " candidates",
        "one for each");
  }
  recording->AddJudgements(where, conversation, candidates, judgements);
}

// Adds `value` under `key`; false when the same is there.
template <typename Map, typename Key, typename Value>
bool AddOnce(Map* map, const Key& key, const Value& value, const std::string& where, const std::string& what) {
  const auto [place, is_new] = map->emplace(key, value);
  if (!is_new && place->second != value) throw InputError(where, what, "one answer to each question");
  return is_new;
}

}  // namespace

Recording::Found Recording::FindList(const std::string& conversation, int64_t list_length) const {
  const auto lists = lists_.find(conversation);
  if (lists == lists_.end()) return {};
  const auto list = lists->second.lower_bound(list_length);
  if (list == lists->second.end()) return {};
  const std::vector<Item>& items = list->second;
  const size_t kept = std::min(items.size(), static_cast<size_t>(list_length));
  return {true, {items.begin(), items.begin() + static_cast<std::ptrdiff_t>(kept)}};
}

const std::vector<int>* Recording::FindJudgements(const std::string& conversation,
                                                  const std::vector<Item>& candidates) const {
  const auto judged = judgements_.find(conversation);
  if (judged == judgements_.end()) return nullptr;
  const auto judgements = judged->second.find(candidates);
  return judgements == judged->second.end() ? nullptr : &judgements->second;
}

int64_t Recording::LongestList(const std::string& conversation) const {
  const auto lists = lists_.find(conversation);
  return lists == lists_.end() ? 0 : lists->second.rbegin()->first;
}

bool Recording::AddList(const std::string& where, const std::string& conversation, int64_t list_length,
                        const std::vector<Item>& items) {
  return AddOnce(&lists_[conversation], list_length, items, where,
                 "a second list of length " + std::to_string(list_length) + " for " + conversation);
}

bool Recording::AddJudgements(const std::string& where, const std::string& conversation,
                              const std::vector<Item>& candidates, const std::vector<int>& judgements) {
  return AddOnce(&judgements_[conversation], candidates, judgements, where,
                 "other judgements of the same candidates for " + conversation);
}

std::string ListLine(const std::string& conversation, int64_t list_length, const std::vector<Item>& items) {
  return DumpLine({{"conversation", conversation}, {"list_length", list_length}, {"list", PairsOf(items)}});
}

std::string JudgementsLine(const std::string& conversation, const std::vector<Item>& candidates,
                           const std::vector<int>& judgements) {
  return DumpLine({{"conversation", conversation}, {"candidates", PairsOf(candidates)}, {"judgements", judgements}});
}

Recording ParseRecording(const std::string& text, const std::string& path) {
  Recording recording;
  std::istringstream lines(text);
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    AddLine(line, path + ":" + std::to_string(number), &recording);
  }
  return recording;
}

Recording ReadRecording(const std::string& path) { return ParseRecording(ReadFile(path), path); }

}  // namespace suite
