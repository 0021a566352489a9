// A claim: one sentence of a paper as a comparison that runs can decide, and the rule that decides it.
//
//   Claim claim;
//   claim.number = 2;
//   claim.sentence = "Rank-GRPO ranks better than GRPO.";
//   claim.left = "rank_grpo_exp_inf";
//   claim.right = "grpo";
//   claim.metric = "ndcg@20";
//   claim.published = {0.1079, 0.0945};
//   ClaimEvidence evidence;
//   evidence.error = CrossedErrorOf(differences_SC, contexts_C);
//   const double p = *PValueOf(claim, evidence);                      // then Holm over all tests of the report:
//   ClaimDecision decision = Decide(claim, evidence, {p, 8 * p, .05 / 8}, {.05, .8, /*tests=*/8});
//   decision.verdict;           // kUndecided
//   decision.plan->fewest;      // 7
//
// The rule. The effect is left - right. It is held against the margin by the two-sided test of crossed_error.h, which
// knows what other seeds and what other conversations would change; its p is corrected by Holm over all tests of the
// report. The interval beside it is that of the same test at the level at which Holm's procedure held it.
//
//   relation  reproduced                          not reproduced
//   >         interval above margin               interval below margin
//   <         interval below -margin              interval above -margin
//   =         interval within -margin .. margin   interval outside
//
//   rises, rises_then_falls   the course of a step series of one arm, by the contrasts of course.h
//
// With `target` the right side is a number. The spread over seeds ("spread:ndcg@10") is compared by Pitman's and
// Morgan's test (paired_spread.h).
//
// Anything else is undecided, and then says how many seeds would decide. A claim that is false by ever so little cannot
// be told apart from one that is true by ever so little: with `>` and margin 0 no number of seeds shows that there is
// no effect. A margin above 0 says what would count as one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/spec/statement.h"
#include "reports/statistics/course.h"
#include "reports/statistics/crossed_error.h"
#include "reports/statistics/multiple_testing.h"
#include "reports/statistics/statistics.h"

namespace suite {

enum class Relation { kGreater, kLess, kEqual, kRises, kRisesThenFalls };

// ">", "<", "=", "rises", "rises_then_falls". Throws InputError at `where` with the known names.
Relation ToRelation(const std::string& text, const std::string& where);
const char* ToText(Relation relation);
// kRises and kRisesThenFalls: about the course of a series of one arm.
bool IsShape(Relation relation);

struct PublishedPair {
  double left = 0;
  double right = 0;
};

struct Claim {
  int number = 0;                // of the claim in the list of the paper's claims; several comparisons may bear one
  std::string sentence;          // in our own words
  std::string left;              // arm, or the baseline by its name
  std::string right;             // empty with a target or a shape
  std::optional<double> target;  // the number that `left` is held against
  // A score of the final evaluation ("ndcg@10") or, conversation by conversation, the difference of two ("recall@10 -
  // recall@5": by how much more the deeper one gains); the mean of a step series over the run ("series:kl"); the mean
  // of a score over the evaluations of the curve split after the start ("curve:ndcg@10"); the steps to half of what a
  // run gains there ("half_gain_steps:ndcg@10"), or to one level for both sides ("target_steps:ndcg@10": the start plus
  // half of the smaller side's gain; a run that never reaches it counts with its last step, too few); or the spread of
  // a score's changes from one such evaluation to the next ("roughness:ndcg@10").
  // A place of a vector series is "series:reward_by_rank/1". "spread:" before any of them asks for its standard
  // deviation over the seeds. Shapes need a series.
  std::string metric;
  std::string right_metric;  // of the right side where it is another one; both sides may then be one arm
  Relation relation = Relation::kGreater;
  double margin = 0;  // in units of the metric, not negative; above 0 for kEqual
  std::optional<PublishedPair> published;
  std::string source;                      // of the sentence and the numbers: "arXiv 2510.20150, Table 1"
  std::vector<Condition> conditions = {};  // of the runs of both sides: the sentence is a Statement
};

// The values of both sides' runs, in pairs of one seed.
struct SeedSpread {
  std::vector<double> left;
  std::vector<double> right;
};

// What the runs say. A "seed" is a pair of runs of one seed or, where the runs' starts differ, all pairs of one start.
struct ClaimEvidence {
  size_t seeds = 0;
  std::vector<double> seed_differences = {};  // of left - right, for the reader and for Cohen's d
  std::optional<CrossedError> error = {};     // of left - right; none for a spread or a shape
  std::vector<Course> courses = {};           // of a shape: one for each seed
  std::optional<SeedSpread> spread = {};      // of a claim about the spread over seeds
  // Of both sides over the paired seeds. Against a number: the number. Of a spread: the sample standard deviations over
  // the seeds. Not of a shape.
  double left_mean = 0;
  double right_mean = 0;
  std::string from = {};  // " from this start": what a verdict's sentence ends with (starts.h)
  std::vector<std::string> run_hashes = {};
};

enum class ClaimVerdict { kReproduced, kNotReproduced, kUndecided };

// So many seeds in all would decide, with the wanted power at the strictest of Holm's levels. `fewest` if the effect is
// as large as the far end of its 80 % interval, `most` if it is as small as the near end; none where no number does.
struct SeedPlan {
  std::optional<int> fewest;
  std::optional<int> most;
  bool is_against = false;           // the effect seen speaks against the claim
  bool needs_conversations = false;  // without the conversations' part some number of seeds would do
};

struct ClaimDecision {
  ClaimVerdict verdict = ClaimVerdict::kUndecided;
  std::optional<HolmStep> step;      // none with fewer than two seeds, for a spread three
  std::optional<double> effect;      // what was tested: left - right or a shape's contrast; none for a spread
  std::optional<Interval> interval;  // of it, at the level at which it was tested
  std::optional<ShapeTest> shape;    // of a shape
  std::optional<double> cohen_dz;    // of the seeds' differences; none without a spread
  std::optional<SeedPlan> plan;      // of an undecided claim
};

// "reproduced", "not reproduced", "undecided".
const char* ToWord(ClaimVerdict verdict);

// The claim's two-sided p value before any correction; none where it cannot be tested.
std::optional<double> PValueOf(const Claim& claim, const ClaimEvidence& evidence);

struct DecisionRule {
  double alpha = 0.05;  // of all tests of the report together
  double power = 0.8;   // that plans ask for
  size_t tests = 1;     // of the report
};

// `step`: what Holm's procedure over all tests of the report says of this p value.
ClaimDecision Decide(const Claim& claim, const ClaimEvidence& evidence, const HolmStep& step, const DecisionRule& rule);

}  // namespace suite
