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

// Of the source itself where it tells them, else what the samples of each dialogue name.
std::vector<std::vector<int>> TrainingSequences(const std::vector<std::vector<Item>>& taken,
                                                const ImportedDataset& data) {
  std::vector<std::vector<int>> sequences;
  for (const std::vector<Item>& items : taken) {
    sequences.emplace_back();
    for (const Item& item : items) {
      if (const std::optional<int> id = data.catalog.Find(item)) sequences.back().push_back(*id);
    }
  }
  if (!sequences.empty()) return sequences;
  std::string before;  // the dialogue whose sequence grows
  for (const Conversation& one : data.train) {
    const auto dialogue = data.dialogue_of.find(one.id);
    const std::string name = dialogue == data.dialogue_of.end() ? "" : dialogue->second;
    if (name.empty() || name != before) sequences.emplace_back();
    std::vector<int>& sequence = sequences.back();
    for (const int id : ItemsNamedIn(one, data.catalog)) {
      if (std::find(sequence.begin(), sequence.end(), id) == sequence.end()) sequence.push_back(id);
    }
    before = name;
  }
  return sequences;
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
  if (options.split_rule != SplitRule::kAsGiven) source.training_sequences.clear();
  data.training_sequences = TrainingSequences(source.training_sequences, data);
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
