// What a report shows: which runs make an arm, which metrics, which comparisons, and what to tell the reader.
//
//   ReportSpec spec;
//   spec.title = "Quickstart";
//   spec.arms = {{"grpo", "GRPO"}, {"rank_grpo_log", "Rank-GRPO (log)"}};     // values of objective.preset
//   spec.metrics = {{"ndcg@5", "NDCG@5", true}};
//   spec.comparisons = {{"rank_grpo_log", "grpo", "ndcg@5"}, {"grpo", "SFT", "ndcg@5"}};
//   spec.notes = {"Two updates are made on each batch of rollouts."};
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reports/spec/claim.h"
#include "reports/spec/statement.h"
#include "reports/tables/table.h"

namespace suite {

// The runs of these names or, where none are given, those whose config has `value` under ReportSpec::arm_key.
struct Arm {
  std::string value;                   // what comparisons and claims call it
  std::string name;                    // for readers
  std::vector<std::string> runs = {};  // run names (config hashes): for sweeps over other keys, or over several
};

// Is `left` better than `right`? Arms by value, or the baseline by its name.
struct Comparison {
  std::string left;
  std::string right;
  std::string metric;
};

// A table in the form that papers print.
//   kAblation: a row an arm, each score beside its change against the first arm (the paper's Table 2);
//   kScaling:  a row an arm in the order of a number, scores beside cost (group size, model size);
//   kGrid:     one score, a row for each setting of the other keys, a column for each value of one (off-policy).
enum class PaperForm { kAblation, kScaling, kGrid };
struct PaperTable {
  PaperForm form = PaperForm::kAblation;
  std::string title;
  std::string key = {};                   // of kScaling and kGrid: the config key of the rows' or columns' order
  std::vector<std::string> metrics = {};  // empty: those of the result table; of kGrid: one table for each
  std::map<std::string, std::string> published = {};  // of kAblation: arm -> id in reports/results/published.toml
};

struct ReportSpec {
  std::string title;  // may hold settings in braces, as a Statement does
  std::string scale;  // the scale of the evidence in a word: "miniature"

  std::string arm_key = "objective.preset";
  std::vector<Arm> arms;
  std::string seed_key = "seed";
  std::vector<std::string> seeds;  // expected in every arm; empty: those that any arm has

  // The evaluation at step 0 of the runs that were evaluated there and later; empty for none. Where no run was trained
  // there is no baseline, and the evaluation at step 0 is the final one.
  std::string baseline = "SFT";

  std::string split = "test";              // final scores, from each run's last evaluation
  std::string curve_split = "validation";  // learning curves
  std::vector<MetricColumn> metrics;
  // Conversation id -> the context it shares with others (clustered_error.h). One that is not here has the context that
  // its store records, else is its own.
  std::map<std::string, std::string> contexts;
  std::vector<std::string> published;          // ids of rows in reports/results/published.toml to show beside ours
  std::vector<PaperTable> paper_tables;        // empty: one by what the arms differ in (paper_tables.h)
  std::string confounder = "duplicate_share";  // shown beside every comparison; one of `metrics`, or empty
  std::vector<Comparison> comparisons;

  std::vector<Claim> claims;  // the ledger: see claim.h

  std::string rank_series = "reward_by_rank";  // empty for no plot by rank

  std::vector<Statement> notes;

  double confidence = 0.95;  // of intervals, and of all verdicts together
  int resamples = 2000;      // of the bootstrap over all ranking metrics together
  uint64_t bootstrap_seed = 0;
};

// The name for readers of an arm, or of the baseline.
std::string NameOfArm(const ReportSpec& spec, const std::string& value);

// The column of that metric. Throws InputError, naming the metric of a `of_what`, when the report has none.
const MetricColumn& FindColumn(const ReportSpec& spec, const std::string& id, const std::string& of_what);

// The metrics that the comparisons name, or else the first one: at most two, the last of them.
std::vector<MetricColumn> ShownMetrics(const ReportSpec& spec);

// Which conversations share a context, from lines "CONVERSATION<tab>CONTEXT": conversation id -> context. Empty lines
// are skipped. Throws InputError with file and line for a line without exactly one tab, and for a conversation that is
// given twice.
std::map<std::string, std::string> ParseContexts(const std::string& text, const std::string& where);

}  // namespace suite
