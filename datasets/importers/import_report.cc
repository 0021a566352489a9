#include "datasets/importers/import_report.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/hash.h"
#include "datasets/importers/near_duplicates.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/title_rules.h"

namespace suite {
namespace {

// What has to be compared between samples; hashes stand for texts.
struct SplitContents {
  std::set<std::string> contexts, dialogues;
};

std::string ContextHash(const std::vector<Turn>& turns) {
  std::string text;
  for (const Turn& turn : turns) text += turn.role + '\x1f' + turn.text + '\x1e';
  return Sha256Hex(text);
}

std::string SampleHash(const std::string& context, const Conversation& conversation) {
  std::string text = context;
  for (const GroundTruth& film : conversation.ground_truth) {
    text += film.title + '\x1f' + (film.year ? std::to_string(*film.year) : "") + '\x1e';
  }
  text += '\x1d';
  for (const std::string& title : conversation.seen_titles) text += title + '\x1e';
  return Sha256Hex(text);
}

void CountGroundTruths(const SourceSample& sample, const Catalog& catalog, const TitleIndex& index,
                       SplitReport* report) {
  for (const GroundTruth& film : sample.conversation.ground_truth) {
    ++report->ground_truths;
    report->without_year += !film.year;
    const bool exactly = film.year && catalog.Find({film.title, *film.year});
    report->in_catalog += exactly;
    report->in_catalog_by_title += HasOwnTokens(catalog.form()) ? exactly : !index.FindAll(film.title).empty();
  }
  ++report->ground_truth_counts[static_cast<int>(sample.conversation.ground_truth.size())];
}

SplitReport CountSplit(const std::vector<SourceSample>& samples, const Catalog& catalog, const TitleIndex& index,
                       SplitContents* contents) {
  SplitReport report;
  std::set<std::string> rows;
  for (const SourceSample& sample : samples) {
    ++report.rows;
    for (const std::string& reason : sample.dropped_ground_truths) ++report.dropped_ground_truths[reason];
    if (!sample.dropped.empty()) {
      ++report.dropped[sample.dropped];
      continue;
    }
    ++report.conversations;
    const std::string context = ContextHash(sample.conversation.turns);
    contents->contexts.insert(context);
    if (!sample.dialogue.empty()) contents->dialogues.insert(sample.dialogue);
    report.identical_rows += !rows.insert(SampleHash(context, sample.conversation)).second;
    CountGroundTruths(sample, catalog, index, &report);
  }
  report.dialogues = static_cast<int64_t>(contents->dialogues.size());
  report.distinct_contexts = static_cast<int64_t>(contents->contexts.size());
  return report;
}

int64_t CountShared(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::count_if(a.begin(), a.end(), [&](const std::string& one) { return b.count(one) > 0; });
}

void AddLeakage(const std::map<std::string, SplitContents>& contents, ImportReport* report) {
  for (auto first = contents.begin(); first != contents.end(); ++first) {
    for (auto second = std::next(first); second != contents.end(); ++second) {
      report->leakage.push_back({first->first, second->first,
                                 CountShared(first->second.contexts, second->second.contexts),
                                 CountShared(first->second.dialogues, second->second.dialogues)});
    }
  }
}

void AddNearDuplicates(const std::vector<Item>& items, ImportReport* report) {
  constexpr int64_t kExamples = 3;
  for (const NearDuplicate& pair : NearDuplicates(items)) {
    const std::string kind(NearDuplicateKindName(pair.kind));
    if (++report->near_duplicates[kind] > kExamples) continue;
    report->near_duplicate_examples.push_back(kind + ": " + FormatItem(items[static_cast<size_t>(pair.first)]) + " ~ " +
                                              FormatItem(items[static_cast<size_t>(pair.second)]));
  }
  std::sort(report->near_duplicate_examples.begin(), report->near_duplicate_examples.end());
}

// What people call the items; nothing for items without a name.
std::vector<Item> NamesOf(const SourceData& source, const Catalog& catalog) {
  std::vector<Item> names;
  for (const TableItem& one : source.items) {
    if (one.has_title) names.push_back(one.item.name);
  }
  if (!source.items.empty()) return names;
  for (int id = 0; id < catalog.size(); ++id) names.push_back(catalog.Details(id).name);
  return names;
}

std::string Line(const std::string& label, const std::string& value) {
  constexpr size_t kWidth = 36;
  return label + std::string(label.size() < kWidth ? kWidth - label.size() : 1, ' ') + value + "\n";
}

std::string Line(const std::string& label, int64_t value) { return Line(label, std::to_string(value)); }

// How items are written, where it is not title and year.
std::string FormText(const ImportReport& report) {
  if (report.form == ItemForm::kTitleYear) return "";
  return Line("  written as", ItemFormName(report.form)) + Line("  items written alike", report.written_alike);
}

std::string OfAll(int64_t part, int64_t all) {
  char share[32] = "";
  if (all > 0) std::snprintf(share, sizeof(share), " (%.1f %%)", 100.0 * static_cast<double>(part) / all);
  return std::to_string(part) + share;
}

std::string SplitText(const std::string& name, const SplitReport& split) {
  std::string text =
      Line(name, std::to_string(split.conversations) + " samples of " + std::to_string(split.rows) + " rows");
  for (const auto& [reason, count] : split.dropped) text += Line("  dropped: " + reason, count);
  if (split.demonstrations > 0) text += Line("  demonstrations", split.demonstrations);
  if (split.dialogues > 0) text += Line("  dialogues", split.dialogues);
  text += Line("  distinct contexts", split.distinct_contexts);
  text += Line("  identical rows", split.identical_rows);
  text += Line("  ground truths", split.ground_truths);
  text += Line("    in the catalogue", OfAll(split.in_catalog, split.ground_truths));
  text += Line("    by title, any year", OfAll(split.in_catalog_by_title, split.ground_truths));
  text += Line("    without a year", split.without_year);
  for (const auto& [reason, count] : split.dropped_ground_truths) text += Line("    dropped: " + reason, count);
  std::string counts;
  for (const auto& [ground_truths, samples] : split.ground_truth_counts) {
    counts += (counts.empty() ? "" : ", ") + std::to_string(ground_truths) + ": " + std::to_string(samples);
  }
  return text + Line("    a sample", counts.empty() ? "none" : counts);
}

nlohmann::ordered_json SplitJson(const SplitReport& split) {
  nlohmann::ordered_json counts = nlohmann::ordered_json::object();
  for (const auto& [ground_truths, samples] : split.ground_truth_counts)
    counts[std::to_string(ground_truths)] = samples;
  return {{"rows", split.rows},
          {"conversations", split.conversations},
          {"demonstrations", split.demonstrations},
          {"dialogues", split.dialogues},
          {"distinct_contexts", split.distinct_contexts},
          {"identical_rows", split.identical_rows},
          {"dropped", split.dropped},
          {"ground_truths", split.ground_truths},
          {"in_catalog", split.in_catalog},
          {"in_catalog_by_title", split.in_catalog_by_title},
          {"without_year", split.without_year},
          {"dropped_ground_truths", split.dropped_ground_truths},
          {"ground_truth_counts", counts}};
}

}  // namespace

ImportReport MakeImportReport(const std::string& format, const SourceData& source, const Catalog& catalog) {
  ImportReport report;
  report.format = format;
  report.notes = source.notes;
  report.catalog_items = catalog.size();
  report.form = catalog.form();
  report.lost_in_parsing = static_cast<int64_t>(LostInParsing(catalog.items(), catalog.form()).size());
  AddNearDuplicates(NamesOf(source, catalog), &report);
  const TitleIndex index(catalog.items());
  std::map<std::string, SplitContents> contents;
  for (const auto& [split, samples] : source.splits) {
    report.splits[split] = CountSplit(samples, catalog, index, &contents[split]);
  }
  for (const Demonstration& demonstration : source.demonstrations) {
    ++report.splits[demonstration.split].demonstrations;
  }
  AddLeakage(contents, &report);
  return report;
}

std::string ReportText(const ImportReport& report) {
  std::string text = Line("format", report.format) + Line("catalogue", std::to_string(report.catalog_items) + " items");
  text += FormText(report);
  for (const std::string& note : report.notes) text += Line("note", note);
  text += Line("  lost in parsing", report.lost_in_parsing);
  for (const auto& [kind, pairs] : report.near_duplicates) text += Line("  near duplicates: " + kind, pairs);
  for (const std::string& example : report.near_duplicate_examples) text += "    " + example + "\n";
  for (const std::string_view name : kSplitNames) {
    const auto split = report.splits.find(std::string(name));
    if (split != report.splits.end()) text += SplitText(split->first, split->second);
  }
  for (const Leakage& leak : report.leakage) {
    text += Line("leakage: " + leak.first + " and " + leak.second,
                 std::to_string(leak.contexts) + " contexts, " + std::to_string(leak.dialogues) + " dialogues");
  }
  return text;
}

std::string ReportJson(const ImportReport& report) {
  nlohmann::ordered_json splits = nlohmann::ordered_json::object();
  for (const auto& [name, split] : report.splits) splits[name] = SplitJson(split);
  nlohmann::ordered_json leakage = nlohmann::ordered_json::array();
  for (const Leakage& leak : report.leakage) {
    leakage.push_back(
        {{"first", leak.first}, {"second", leak.second}, {"contexts", leak.contexts}, {"dialogues", leak.dialogues}});
  }
  nlohmann::ordered_json all = {{"format", report.format},
                                {"catalog_items", report.catalog_items},
                                {"lost_in_parsing", report.lost_in_parsing},
                                {"near_duplicates", report.near_duplicates},
                                {"near_duplicate_examples", report.near_duplicate_examples},
                                {"splits", splits},
                                {"leakage", leakage}};
  if (!report.notes.empty()) all["notes"] = report.notes;
  if (report.form != ItemForm::kTitleYear) {
    all["item_form"] = ItemFormName(report.form);
    all["written_alike"] = report.written_alike;
  }
  return all.dump(2);
}

}  // namespace suite
