#include "datasets/importers/reddit_v2.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/format.h"
#include "base/text/utf8.h"
#include "datasets/importers/arrow_stream.h"

namespace suite {
namespace {

constexpr char kGroundTruth[] = "groundtruth_with_release_year";

std::vector<Turn> TurnsOf(const ArrowCell& messages) {
  std::vector<Turn> turns;
  for (const ArrowCell& message : messages.Elements()) {
    const std::string role = message.Field("role").Text();
    CheckRole(role, message.where());
    turns.push_back({role, message.Field("content").Text()});
  }
  if (turns.empty()) throw InputError(messages.where(), "an empty list", "at least one message");
  return turns;
}

std::optional<int> YearOf(const ArrowCell& cell) {
  if (!cell.IsText() && !cell.IsInteger()) throw InputError(cell.where(), "no year", "a string or an integer");
  const std::string text = cell.IsText() ? cell.Text() : std::to_string(cell.Integer());
  const std::optional<int> year = ParseYear(text);
  return year && *year >= 0 && *year <= 9999 ? year : std::nullopt;
}

// [title, year] or {title, year}.
GroundTruth GroundTruthOf(const ArrowCell& pair) {
  if (pair.IsStruct()) return {pair.Field("title").Text(), YearOf(pair.Field("year"))};
  const std::vector<ArrowCell> elements = pair.Elements();
  if (elements.size() != 2) {
    throw InputError(pair.where(), "a list of " + std::to_string(elements.size()), "[title, year]");
  }
  return {elements[0].Text(), YearOf(elements[1])};
}

void AppendSample(const ArrowCell& row, const std::string& split, SourceData* source) {
  std::vector<SourceSample>& samples = source->splits[split];
  SourceSample sample;
  sample.index = std::to_string(samples.size());
  sample.conversation.turns = TurnsOf(row.Field("prompt"));
  for (const ArrowCell& pair : row.Field(kGroundTruth).Elements()) {
    sample.conversation.ground_truth.push_back(GroundTruthOf(pair));
  }
  for (const ArrowCell& title : row.Field("seen_titles").Elements()) {
    sample.conversation.seen_titles.push_back(title.Text());
  }
  samples.push_back(std::move(sample));
}

void AppendDemonstration(const ArrowCell& row, bool has_messages, const std::string& split, int64_t index,
                         SourceData* source) {
  const std::string column = has_messages ? "messages" : "completion";
  std::vector<Turn> turns;
  if (!has_messages) turns = TurnsOf(row.Field("prompt"));
  for (Turn& turn : TurnsOf(row.Field(column))) turns.push_back(std::move(turn));
  if (turns.size() < 2 || turns.back().role != "assistant") {
    throw InputError(row.where() + ": " + column, "the last message is not the assistant's",
                     "a prompt, then an answer");
  }
  Demonstration demonstration{split + "/" + std::to_string(index), split, {}, std::move(turns.back().text)};
  turns.pop_back();
  demonstration.prompt = std::move(turns);
  source->demonstrations.push_back(std::move(demonstration));
}

bool HasAnswers(const ArrowTable& table) { return table.Has("messages") || table.Has("completion"); }

void AppendSamples(const ArrowTable& table, const std::string& split, SourceData* source) {
  table.Require({"prompt", "seen_titles"});
  source->splits[split];  // also when it has no row
  table.ForEachRow([&](const ArrowCell& row, int64_t) { AppendSample(row, split, source); });
}

void AppendDemonstrations(const ArrowTable& table, const std::string& split, SourceData* source) {
  const bool has_messages = table.Has("messages");
  if (!has_messages) table.Require({"prompt"});
  const auto earlier = std::count_if(source->demonstrations.begin(), source->demonstrations.end(),
                                     [&](const Demonstration& one) { return one.split == split; });
  table.ForEachRow([&](const ArrowCell& row, int64_t number) {
    AppendDemonstration(row, has_messages, split, earlier + number, source);
  });
}

[[noreturn]] void RefuseColumns(const ArrowTable& table, const std::string& name) {
  throw InputError(
      name, "columns " + ShownText(Join(table.columns(), ", ")),
      std::string("prompt, ") + kGroundTruth + ", seen_titles (RL); prompt, completion (SFT); or messages (SFT)");
}

// What is done with the rows of one file: `name` stands for it in errors.
using UseRows = std::function<void(std::string_view arrow_stream, const std::string& name, const std::string& split)>;

// Reads one split from `folder`/`subfolder`.
void ReadSplit(const std::string& folder, const std::string& subfolder, const std::string& split, const UseRows& use,
               SourceData* source) {
  const std::string prefix = subfolder.empty() ? "" : subfolder + "/";
  const std::string state_file = prefix + "state.json";
  if (!std::filesystem::exists(folder + "/" + state_file)) {
    throw InputError(folder + "/" + state_file, "no such file",
                     subfolder.empty() ? "a folder with train, validation and test, or one of them, as save_to_disk "
                                         "writes them (docs/paper_scale.md says where each file goes)"
                                       : "a folder written by save_to_disk");
  }
  const HuggingFaceState state =
      ParseHuggingFaceState(ReadDataFile(folder, state_file, &source->files), folder + "/" + state_file);
  std::string name = split.empty() ? state.split : split;
  if (name.empty()) name = "train";
  if (std::find(std::begin(kSplitNames), std::end(kSplitNames), name) == std::end(kSplitNames)) {
    throw UnknownName(folder + "/" + state_file, "split", ShownText(name), {"test", "train", "validation"});
  }
  for (const std::string& file : state.files) {
    const std::string bytes = ReadDataFile(folder, prefix + file, &source->files);
    use(bytes, folder + "/" + prefix + file, name);
  }
}

// A DatasetDict has a folder for each split, a Dataset lies in `folder` itself.
void ReadHuggingFaceFolder(const std::string& folder, const UseRows& use, SourceData* source) {
  if (!std::filesystem::is_directory(folder)) throw InputError(folder, "no such folder", "one written by save_to_disk");
  bool found = false;
  for (const std::string_view split : kSplitNames) {
    if (!std::filesystem::is_directory(folder + "/" + std::string(split))) continue;
    ReadSplit(folder, std::string(split), std::string(split), use, source);
    found = true;
  }
  if (!found) ReadSplit(folder, "", "", use, source);
}

// A folder of its own with the same splits: its files are told apart by "sft/". Its rows may bring ground truths beside
// the answers (the authors evaluate on such a folder); they are samples only where `source` lacks the split.
void ReadDemonstrations(const std::string& folder, SourceData* source) {
  const size_t earlier = source->files.size();
  std::set<std::string> given;
  for (const auto& [split, samples] : source->splits) given.insert(split);
  const auto use = [&](std::string_view arrow_stream, const std::string& name, const std::string& split) {
    const ArrowTable table(arrow_stream, name);
    const bool has_truths = table.Has(kGroundTruth);
    if (!HasAnswers(table) && !has_truths) RefuseColumns(table, name);
    if (HasAnswers(table)) AppendDemonstrations(table, split, source);
    if (has_truths && given.count(split) == 0) AppendSamples(table, split, source);
    if (HasAnswers(table) || given.count(split) == 0) return;
    source->notes.push_back(name + " has no answers, and the split " + split + " is there already: it was left out");
  };
  ReadHuggingFaceFolder(folder, use, source);
  for (size_t i = earlier; i < source->files.size(); ++i) source->files[i].name = "sft/" + source->files[i].name;
}

}  // namespace

HuggingFaceState ParseHuggingFaceState(std::string_view json, const std::string& name) {
  const nlohmann::json parsed = ParseJson(json, name);
  const JsonObject object(parsed, name);
  HuggingFaceState state;
  if (object.Has("_indices_data_files") && !object.Get("_indices_data_files").is_null()) {
    throw InputError(object.At("_indices_data_files"), "rows selected by an index file",
                     "a data set saved after flatten_indices()");
  }
  for (const nlohmann::json& value : object.Array("_data_files")) {
    const std::string file = JsonObject::Inside(value, object.At("_data_files", state.files.size())).String("filename");
    if (file.empty() || file.find('/') != std::string::npos || file == "..") {
      throw InputError(object.At("_data_files"), "'" + ShownText(file) + "'", "names of files beside it");
    }
    state.files.push_back(file);
  }
  if (state.files.empty()) throw InputError(object.At("_data_files"), "an empty list", "at least one file");
  if (object.Has("_split") && object.Get("_split").is_string()) state.split = object.String("_split");
  return state;
}

void AppendRedditRows(std::string_view arrow_stream, const std::string& name, const std::string& split,
                      SourceData* source) {
  const ArrowTable table(arrow_stream, name);
  if (table.Has(kGroundTruth)) return AppendSamples(table, split, source);
  if (!HasAnswers(table)) RefuseColumns(table, name);
  AppendDemonstrations(table, split, source);
}

SourceData ReadRedditV2(const std::string& folder, const ImportOptions& options) {
  SourceData source;
  source.prompt_form = PromptForm::kInstruction;
  for (const Item& item : ReadOwnCatalog(folder, options.catalog_file, &source)) {
    source.films.push_back({item.title, item.year});
  }
  const auto use = [&](std::string_view arrow_stream, const std::string& name, const std::string& split) {
    AppendRedditRows(arrow_stream, name, split, &source);
  };
  ReadHuggingFaceFolder(folder, use, &source);
  const bool beside = options.sft_folder.empty() && std::filesystem::is_directory(folder + "/sft");
  if (beside) ReadDemonstrations(folder + "/sft", &source);
  if (!options.sft_folder.empty()) ReadDemonstrations(options.sft_folder, &source);
  return source;
}

}  // namespace suite
