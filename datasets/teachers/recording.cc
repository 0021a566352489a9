#include "datasets/teachers/recording.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/json/checked_json.h"
#include "datasets/core/unicode_text.h"
#include "datasets/teachers/failure_report.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr char kForms[] =
    "{\"conversation\", \"list\", optional \"list_length\"} or {\"conversation\", \"candidates\", \"judgements\"}";

std::string DumpLine(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

json PairsOf(const std::vector<Item>& items) {
  json pairs = json::array();
  for (const Item& item : items) {
    pairs.push_back(item.year == kNoYear ? json::array({item.title}) : json::array({item.title, item.year}));
  }
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
    if (!pair.is_array() || pair.empty() || pair.size() > 2 || !pair[0].is_string()) {
      throw InputError(where, "found " + ShownJson(pair), "[\"Title\", year]");
    }
    const int year = pair.size() == 1 ? kNoYear : static_cast<int>(Integer(pair[1], 0, 9999, where));
    items.push_back({Composed(pair[0].get<std::string>()), year});
  }
  return items;
}

void AddLine(const std::string& text, const std::string& where, Recording* recording) {
  const json parsed = ParseJsonLine(text, where);
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

std::string NotRecorded(const std::string& reason) { return FailureText({FailureKind::kNotRecorded, reason}); }

bool WriteAll(int file, const std::string& bytes) {
  for (size_t written = 0; written < bytes.size();) {
    const ssize_t count = write(file, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    written += static_cast<size_t>(count);
  }
  return fsync(file) == 0;
}

// A cut object is never valid JSON, so a last line that is valid only lacks its newline.
std::string WholeLines(const std::string& bytes) {
  const std::string whole = bytes.substr(0, bytes.rfind('\n') + 1);
  const std::string rest = bytes.substr(whole.size());
  return json::accept(rest) ? bytes + "\n" : whole;
}

}  // namespace

std::optional<std::vector<Item>> Recording::FindList(const std::string& conversation, int64_t list_length) const {
  const auto lists = lists_.find(conversation);
  if (lists == lists_.end()) return std::nullopt;
  const auto list = lists->second.lower_bound(list_length);
  if (list == lists->second.end()) return std::nullopt;
  std::vector<Item> items = list->second;
  if (items.size() > static_cast<size_t>(list_length)) items.resize(static_cast<size_t>(list_length));
  return items;
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

ReplayTeacher::ReplayTeacher(const std::string& path) : path_(path) {
  const std::string bytes = ReadFile(path);
  identity_ = "replay sha256=" + Sha256Hex(bytes);
  recording_ = ParseRecording(bytes, path);
}

std::vector<TeacherList> ReplayTeacher::Recommend(const std::vector<Conversation>& conversations, int64_t list_length) {
  SUITE_CHECK_GT(list_length, 0);
  std::vector<TeacherList> lists;
  for (const Conversation& conversation : conversations) {
    const std::optional<std::vector<Item>> list = recording_.FindList(conversation.id, list_length);
    TeacherList answer{list.value_or(std::vector<Item>()), ""};
    if (!list) {
      const int64_t longest = recording_.LongestList(conversation.id);
      answer.error = NotRecorded(path_ + " has no list of length " + std::to_string(list_length) + " for " +
                                 conversation.id + (longest ? ", only up to " + std::to_string(longest) : ""));
    }
    lists.push_back(answer);
  }
  return lists;
}

std::vector<TeacherJudgement> ReplayTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged;
  for (const JudgeRequest& request : requests) {
    SUITE_CHECK(request.conversation != nullptr);
    TeacherJudgement answer;
    const std::string& id = request.conversation->id;
    const std::vector<int>* judgements = recording_.FindJudgements(id, request.candidates);
    if (judgements != nullptr) {
      answer.judgements = *judgements;
    } else if (!request.candidates.empty()) {
      answer.error = NotRecorded(path_ + " has no judgements of these " + std::to_string(request.candidates.size()) +
                                 " candidates for " + id);
    }
    judged.push_back(answer);
  }
  return judged;
}

RecordingTeacher::RecordingTeacher(Teacher* teacher, const std::string& path) : teacher_(teacher), path_(path) {
  SUITE_CHECK(teacher != nullptr);
  if (!std::filesystem::exists(path_)) {
    WriteFileAtomically(path_, "");
    return;
  }
  const std::string bytes = ReadFile(path_);
  const std::string whole = WholeLines(bytes);
  recording_ = ParseRecording(whole, path_);
  if (whole != bytes) WriteFileAtomically(path_, whole);
}

void RecordingTeacher::Append(const std::string& lines) const {
  if (lines.empty()) return;
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  const bool written = file >= 0 && WriteAll(file, lines);
  const int reason = errno;
  if (file >= 0) close(file);
  if (!written) throw InputError(path_, std::string("cannot be written: ") + std::strerror(reason));
}

std::vector<TeacherList> RecordingTeacher::Recommend(const std::vector<Conversation>& conversations,
                                                     int64_t list_length) {
  std::vector<TeacherList> lists = teacher_->Recommend(conversations, list_length);
  SUITE_CHECK_EQ(lists.size(), conversations.size());
  std::string lines;
  for (size_t i = 0; i < lists.size(); ++i) {
    if (!lists[i].error.empty()) continue;
    const std::string& id = conversations[i].id;
    if (recording_.AddList(path_, id, list_length, lists[i].items)) lines += ListLine(id, list_length, lists[i].items);
  }
  Append(lines);
  return lists;
}

std::vector<TeacherJudgement> RecordingTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged = teacher_->Judge(requests);
  SUITE_CHECK_EQ(judged.size(), requests.size());
  std::string lines;
  for (size_t i = 0; i < judged.size(); ++i) {
    if (!judged[i].error.empty()) continue;
    const std::string& id = requests[i].conversation->id;
    if (!recording_.AddJudgements(path_, id, requests[i].candidates, judged[i].judgements)) continue;
    lines += JudgementsLine(id, requests[i].candidates, judged[i].judgements);
  }
  Append(lines);
  return judged;
}

}  // namespace suite
