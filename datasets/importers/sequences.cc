#include "datasets/importers/sequences.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr char kHistoryTurn[] = "I took these one after another, the last one most recently:\n";

// Numbers by their value, then words.
struct IdOrder {
  static bool IsNumber(const std::string& id) {
    return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  bool operator()(const std::string& a, const std::string& b) const {
    const bool numbers = IsNumber(a) && IsNumber(b);
    if (IsNumber(a) != IsNumber(b)) return IsNumber(a);
    return numbers && a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};

template <typename Value>
using ById = std::map<std::string, Value, IdOrder>;

struct Files {
  std::string inter, index, item;  // names in the folder; empty: not there
};

Files FilesIn(const std::string& folder) {
  constexpr std::string_view kEnding = ".inter.json";
  if (!std::filesystem::is_directory(folder)) throw InputError(folder, "is no folder", "one with NAME.inter.json");
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (file.size() <= kEnding.size() || file.substr(file.size() - kEnding.size()) != kEnding) continue;
    names.insert(file.substr(0, file.size() - kEnding.size()));
  }
  if (names.size() != 1) {
    throw InputError(folder, std::to_string(names.size()) + " files NAME.inter.json are there", "one");
  }
  const auto there = [&](const std::string& file) {
    return std::filesystem::exists(folder + "/" + file) ? file : std::string();
  };
  const std::string& name = *names.begin();
  return {name + ".inter.json", there(name + ".index.json"), there(name + ".item.json")};
}

// The object in a file, as what `read` makes of each value.
template <typename Value, typename Read>
ById<Value> ReadObject(const std::string& folder, const std::string& name, SourceData* source, const Read& read) {
  const std::string where = folder + "/" + name;
  const json parsed = ParseJson(ReadDataFile(folder, name, &source->files), where);
  if (!parsed.is_object() || parsed.empty()) {
    throw InputError(where, "found " + (parsed.is_object() ? "no keys" : ShownJson(parsed)), "an object with keys");
  }
  ById<Value> values;
  for (const auto& [key, value] : parsed.items()) values[key] = read(value, where + ": " + ShownText(key));
  return values;
}

std::vector<std::string> HistoryOf(const json& value, const std::string& where) {
  if (!value.is_array() || value.empty()) {
    throw InputError(where, "found " + (value.is_array() ? "no items" : ShownJson(value)), "an array of items");
  }
  std::vector<std::string> items;
  for (const json& one : value) {
    if (!one.is_string() && !one.is_number_unsigned()) throw InputError(where, "found " + ShownJson(one), "ids");
    items.push_back(one.is_string() ? one.get<std::string>() : std::to_string(one.get<uint64_t>()));
  }
  return items;
}

std::vector<std::string> CodesOf(const json& value, const std::string& where) {
  const bool fits =
      value.is_array() && std::all_of(value.begin(), value.end(), [](const json& one) { return one.is_string(); });
  if (!fits || value.empty()) throw InputError(where, "found " + ShownJson(value), "an array of codes, \"<a_3>\"");
  return value.get<std::vector<std::string>>();
}

TableItem DescribedItem(const json& value, const std::string& where) {
  const JsonObject row = JsonObject::Inside(value, where);
  TableItem one;
  one.item.name = {row.String("title"), kNoYear};
  one.has_title = !one.item.name.title.empty();
  if (!row.Has("description")) return one;
  const json& text = row.Get("description");
  if (text.is_string()) one.item.text = text.get<std::string>();
  if (!text.is_array()) return one;
  for (const json& part : text) {
    if (part.is_string()) one.item.text += (one.item.text.empty() ? "" : " ") + part.get<std::string>();
  }
  return one;
}

class SequenceReader {
 public:
  SequenceReader(const std::string& folder, const ImportOptions& options) : folder_(folder), options_(options) {
    files_ = FilesIn(folder);
    users_ = ReadObject<std::vector<std::string>>(folder, files_.inter, &source_, HistoryOf);
    if (!files_.index.empty()) codes_ = ReadObject<std::vector<std::string>>(folder, files_.index, &source_, CodesOf);
    if (!files_.item.empty()) described_ = ReadObject<TableItem>(folder, files_.item, &source_, DescribedItem);
  }

  SourceData Read() {
    ListItems();
    source_.history_turn = options_.bare_history ? "" : kHistoryTurn;
    bool any = false;
    for (const auto& [user, items] : users_) any = AddUser(user, items) || any;
    if (!any) throw InputError(folder_ + "/" + files_.inter, "no user has three items", "histories of three and more");
    source_.rules = {{"split_of_sequences", "leave_one_out"},
                     {"history_items", std::to_string(options_.history_items)},
                     {"next_items", std::to_string(options_.next_items)},
                     {"training_positions", options_.every_position ? "every" : "last"}};
    return std::move(source_);
  }

 private:
  void ListItems() {
    std::map<std::string, std::string> user_of;  // an item -> one who took it
    for (const auto& [user, items] : users_) {
      for (const std::string& item : items) user_of.emplace(item, user);
    }
    std::set<std::string, IdOrder> ids;
    for (const auto& [item, user] : user_of) {
      CheckKnown(item, "user '" + ShownText(user) + "' took");
      ids.insert(item);
    }
    for (const auto& [item, one] : described_) ids.insert(item);
    for (const auto& [item, codes] : codes_) {
      if (ids.count(item) == 0) {
        throw InputError(folder_ + "/" + files_.index,
                         "item '" + ShownText(item) + "' is unknown: nobody took it" +
                             (files_.item.empty() ? "" : ", and " + files_.item + " does not have it"),
                         "codes of items of " + files_.inter + (files_.item.empty() ? "" : " or " + files_.item));
      }
    }
    for (const std::string& item : ids) AddItem(item);
  }

  void CheckKnown(const std::string& item, const std::string& who) const {
    const auto require = [&](bool known, const std::string& file) {
      if (!known)
        throw InputError(folder_ + "/" + file, "item '" + ShownText(item) + "', which " + who + ", is missing");
    };
    require(files_.index.empty() || codes_.count(item) > 0, files_.index);
    require(files_.item.empty() || described_.count(item) > 0, files_.item);
  }

  void AddItem(const std::string& item) {
    TableItem one;
    const auto described = described_.find(item);
    if (described != described_.end()) one = described->second;
    if (!one.has_title) one.item.name = {item, kNoYear};
    one.id = item;
    const auto codes = codes_.find(item);
    if (codes != codes_.end()) one.item.codes = codes->second;
    source_.items.push_back(std::move(one));
    source_.films.push_back({item, kNoYear});
  }

  // False for a user who is left out.
  bool AddUser(const std::string& user, const std::vector<std::string>& items) {
    const auto count = static_cast<int>(items.size());
    if (count < 3) {
      for (const std::string_view split : kSplitNames) AddTooShort(std::string(split), user);
      return false;
    }
    source_.training_sequence_of[user] = source_.training_sequences.size();
    source_.training_sequences.emplace_back();
    for (int i = 0; i < count - 2; ++i) {
      source_.training_sequences.back().push_back({items[static_cast<size_t>(i)], kNoYear});
    }
    AddSample("test", user, user, items, count - 1, 1);
    AddSample("validation", user, user, items, count - 2, 1);
    AddTrainingSamples(user, items, count - 2);
    return true;
  }

  // The first `count` of the items train. Where fewer than next_items follow a history, those are its ground truth.
  void AddTrainingSamples(const std::string& user, const std::vector<std::string>& items, int count) {
    if (count < 2) AddTooShort("train", user);
    const int first = options_.every_position ? 1 : std::max(1, count - options_.next_items);
    const int last = options_.every_position ? count - 1 : std::min(first, count - 1);
    for (int at = first; at <= last; ++at) {
      const std::string index = options_.every_position ? user + "-" + std::to_string(at) : user;
      AddSample("train", index, user, items, at, std::min(options_.next_items, count - at));
    }
  }

  void AddTooShort(const std::string& split, const std::string& user) {
    SourceSample sample;
    sample.index = sample.dialogue = user;
    sample.dropped = "history_too_short";
    source_.splits[split].push_back(std::move(sample));
  }

  // The items before position `at` are the history, the `next` ones from there on the ground truth.
  void AddSample(const std::string& split, const std::string& index, const std::string& user,
                 const std::vector<std::string>& items, int at, int next) {
    SourceSample sample;
    sample.index = index;
    sample.dialogue = user;
    for (int i = std::max(0, at - options_.history_items); i < at; ++i) {
      sample.conversation.liked.push_back({items[static_cast<size_t>(i)], kNoYear});
    }
    for (int i = at; i < at + next; ++i) {
      sample.conversation.ground_truth.push_back({items[static_cast<size_t>(i)], kNoYear});
    }
    if (options_.repeat_rule == RepeatRule::kDrop) {
      sample.conversation.seen_titles.assign(items.begin(), items.begin() + at);
    }
    source_.splits[split].push_back(std::move(sample));
  }

  std::string folder_;
  const ImportOptions& options_;
  Files files_;
  ById<std::vector<std::string>> users_, codes_;
  ById<TableItem> described_;
  SourceData source_;
};

}  // namespace

SourceData ReadSequences(const std::string& folder, const ImportOptions& options) {
  return SequenceReader(folder, options).Read();
}

}  // namespace suite
