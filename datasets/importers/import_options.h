// The named rules by which an importer fits a data set to the harness. Each has a name that the config uses and that
// the run records; an unknown name is answered with the known ones.
//
//   ImportOptions options;
//   options.catalog_rule = CatalogRuleByName("run.toml: catalog_rule", "reference");
//   options.split_rule = SplitRule::kByDialogue;          // 80 % train, 20 % test
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/core/catalog.h"

namespace suite {

// What becomes of a ground-truth film of which the data tell no year.
enum class YearRule {
  kReferenceOrDrop,  // "reference_or_drop": the year of the reference catalogue where one film has this title; else
                     // kDrop
  kDrop,             // "drop": the ground truth goes; a sample left without any goes too
  kUnknown,          // "unknown": kept without a year. Nothing can match it, but recall still counts it (the authors')
  kZero,             // "zero": it is the film of the year 0, "Title (0000)", in the catalogue too
};

// How a title is spelt, in ground truths, seen titles and the source's own catalogue.
enum class TitleRule {
  kAsParsed,  // "as_parsed": as the authors' parser reads it back from an answer ("(500) Days of Summer" becomes "Days
              // of Summer"): otherwise such a film could never be hit
  kAsGiven,   // "as_given"
};

// Which list of items may be recommended.
enum class CatalogRule {
  kOwn,        // "own": the catalogue of the data set
  kReference,  // "reference": the reference catalogue; a ground truth takes its spelling and year where the titles
               // agree up to case, punctuation and a leading article, and the years lie within two
};

// What becomes of a ground truth that is not in the catalogue: it can never be hit.
enum class OutsideRule {
  kKeep,  // "keep": it stays and lowers the recall that can be reached; the report's coverage says by how much
  kDrop,  // "drop": it goes; a sample left without any goes too
};

// What becomes of a ground truth whose title is among the seen titles: an answer that names it earns nothing.
enum class RepeatRule {
  kDrop,  // "drop": it goes; a sample left without any goes too
  kKeep,  // "keep": it stays and lowers the recall that can be reached (the authors')
};

// Which samples train and which test.
enum class SplitRule {
  kAsGiven,     // "as_given": the splits of the source
  kByDialogue,  // "by_dialogue": all samples pooled; SHA-256 of the dialogue's id says which split the whole dialogue
                // takes. Samples without a dialogue are told apart by their context, so equal contexts stay together
};

struct ImportOptions {
  std::optional<YearRule> year_rule;    // empty: the format's own (DefaultYearRule)
  std::optional<TitleRule> title_rule;  // empty: the format's own (DefaultTitleRule)
  CatalogRule catalog_rule = CatalogRule::kOwn;
  OutsideRule outside_rule = OutsideRule::kKeep;
  std::optional<RepeatRule> repeat_rule;  // empty: the format's own (DefaultRepeatRule)
  SplitRule split_rule = SplitRule::kAsGiven;
  int test_percent = 20;       // of dialogues, under SplitRule::kByDialogue
  int validation_percent = 0;  // likewise; the rest trains

  std::string reference_catalog = kRedditV2CatalogPath;  // .tsv or .pkl; read only when a rule needs it
  std::string catalog_file;  // reddit_v2, jsonl: the data set's own catalogue (.pkl or .tsv) when it lies elsewhere
  std::string sft_folder;    // reddit_v2: the demonstrations, when they lie elsewhere than in `sft/` of the folder
};

std::string_view RuleName(YearRule rule);
std::string_view RuleName(TitleRule rule);
std::string_view RuleName(CatalogRule rule);
std::string_view RuleName(OutsideRule rule);
std::string_view RuleName(RepeatRule rule);
std::string_view RuleName(SplitRule rule);

const std::vector<std::string>& YearRuleNames();
const std::vector<std::string>& TitleRuleNames();
const std::vector<std::string>& CatalogRuleNames();
const std::vector<std::string>& OutsideRuleNames();
const std::vector<std::string>& RepeatRuleNames();
const std::vector<std::string>& SplitRuleNames();

// `where` names the flag or key, for errors. Throws InputError listing the known names.
YearRule YearRuleByName(const std::string& where, const std::string& name);
TitleRule TitleRuleByName(const std::string& where, const std::string& name);
CatalogRule CatalogRuleByName(const std::string& where, const std::string& name);
OutsideRule OutsideRuleByName(const std::string& where, const std::string& name);
RepeatRule RepeatRuleByName(const std::string& where, const std::string& name);
SplitRule SplitRuleByName(const std::string& where, const std::string& name);

// "reddit_v2" and "jsonl" keep a ground truth without year, as the authors do; "redial" and "inspired", whose speakers
// often leave the year out, ask the reference catalogue.
YearRule DefaultYearRule(const std::string& format);

// "reddit_v2", whose titles went through the parser already, is kAsGiven; else kAsParsed.
TitleRule DefaultTitleRule(const std::string& format);

// Recommending again what was mentioned is common in "redial" and "inspired" and there kDrop; else kKeep.
RepeatRule DefaultRepeatRule(const std::string& format);

// Throws InputError naming the field when the percentages are not within 0 to 100 together.
void CheckOptions(const ImportOptions& options);

}  // namespace suite
