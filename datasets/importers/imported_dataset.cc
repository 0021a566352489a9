#include "datasets/importers/imported_dataset.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "datasets/importers/conversation_jsonl.h"
#include "datasets/importers/item_texts.h"
#include "datasets/importers/item_writing.h"
#include "datasets/importers/linked_dialogues.h"
#include "datasets/importers/reddit_v2.h"
#include "datasets/importers/redial_original.h"
#include "datasets/importers/sequences.h"
#include "datasets/neighbours/conversation_items.h"

namespace suite {
namespace {

SourceData ReadSource(const std::string& format, const std::string& path, const ImportOptions& options) {
  if (format == "inspired" || format == "redial") return ReadLinkedDialogues(path);
  if (format == "jsonl") return ReadJsonl(path, options);
  if (format == "reddit_v2") return ReadRedditV2(path, options);
  if (format == "redial_original") return ReadRedialOriginal(path, options);
  if (format == "sequences") return ReadSequences(path, options);
  throw UnknownName("data", "format", format, KnownFormats());
}

// The table of texts: the one that was named, else the one that a folder of redial_original may hold.
std::string TextsOf(const std::string& format, const std::string& path, const ImportOptions& options) {
  const std::string own = path + "/film_texts.tsv";
  if (!options.item_texts.empty() || format != "redial_original" || !std::filesystem::exists(own)) {
    return options.item_texts;
  }
  return own;
}

void TakeSplit(std::vector<SourceSample> samples, std::vector<Conversation>* conversations,
               std::map<std::string, std::string>* dialogue_of) {
  for (SourceSample& sample : samples) {
    if (!sample.dropped.empty()) continue;
    if (!sample.dialogue.empty()) dialogue_of->emplace(sample.conversation.id, std::move(sample.dialogue));
    conversations->push_back(std::move(sample.conversation));
  }
}

// Those of the source itself.
void TakeSequences(const SourceData& source, ImportedDataset* data) {
  for (const std::vector<Item>& items : source.training_sequences) {
    data->training_sequences.emplace_back();
    for (const Item& item : items) {
      if (const std::optional<int> id = data->catalog.Find(item)) data->training_sequences.back().push_back(*id);
    }
  }
  for (const Conversation& one : data->train) {
    data->training_sequence_of[one.id] = source.training_sequence_of.at(data->dialogue_of.at(one.id));
  }
}

// What the samples of each dialogue name, one after another.
void CollectSequences(ImportedDataset* data) {
  std::string before;  // the dialogue whose sequence grows
  for (const Conversation& one : data->train) {
    const auto dialogue = data->dialogue_of.find(one.id);
    const std::string name = dialogue == data->dialogue_of.end() ? "" : dialogue->second;
    if (name.empty() || name != before) data->training_sequences.emplace_back();
    before = name;
    std::vector<int>& sequence = data->training_sequences.back();
    data->training_sequence_of[one.id] = data->training_sequences.size() - 1;
    for (const int id : ItemsNamedIn(one, data->catalog)) {
      if (std::find(sequence.begin(), sequence.end(), id) == sequence.end()) sequence.push_back(id);
    }
  }
}

}  // namespace

const std::vector<std::string>& KnownFormats() {
  static const auto* formats =
      new std::vector<std::string>{"inspired", "jsonl", "reddit_v2", "redial", "redial_original", "sequences"};
  return *formats;
}

ImportedDataset ImportDataset(const std::string& format, const std::string& path, const ImportOptions& options) {
  SourceData source = ReadSource(format, path, options);
  ImportedDataset data;
  data.format = format;
  data.prompt_form = source.prompt_form;
  data.catalog = ApplyImportRules(format, options, &source);
  const std::string texts = TextsOf(format, path, options);
  if (!texts.empty()) AddItemTexts(texts, &data.catalog, &source);
  data.written = WriteSource(options, &data.catalog, &source);
  data.may_repeat = format == "sequences" && options.repeat_rule != RepeatRule::kDrop;
  data.report = MakeImportReport(format, source, data.catalog);
  data.report.written_alike = data.written.collided;
  TakeSplit(std::move(source.splits["train"]), &data.train, &data.dialogue_of);
  TakeSplit(std::move(source.splits["validation"]), &data.validation, &data.dialogue_of);
  TakeSplit(std::move(source.splits["test"]), &data.test, &data.dialogue_of);
  // Under new splits a user's own sequence may hold what tests now.
  if (source.training_sequences.empty() || options.split_rule != SplitRule::kAsGiven) {
    CollectSequences(&data);
  } else {
    TakeSequences(source, &data);
  }
  data.demonstrations = std::move(source.demonstrations);
  data.rules = std::move(source.rules);
  data.files = std::move(source.files);
  return data;
}

std::string DataSha256(const ImportedDataset& data) {
  std::string text = "format=" + data.format + "\n";
  for (const AppliedRule& rule : data.rules) text += rule.name + "=" + rule.value + "\n";
  for (const DataFile& file : data.files) text += file.sha256 + "\n";
  return Sha256Hex(text);
}

}  // namespace suite
