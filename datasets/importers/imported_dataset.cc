#include "datasets/importers/imported_dataset.h"

#include <algorithm>
#include <filesystem>
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
