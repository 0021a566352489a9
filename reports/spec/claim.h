// A claim: one sentence of a paper as a comparison that runs can decide, and the rule that decides it.
//
//   Claim claim;
//   claim.number = 2;
//   claim.sentence = "Rank-GRPO ranks better than GRPO.";
//   claim.left = "rank_grpo_exp_inf";
//   claim.right = "grpo";
//   claim.metric = "ndcg@20";
//   claim.published = {0.1079, 0.0945};
//   ClaimEvidence evidence = {{.013, .004, .021, .009}};
//   evidence.bootstrap = {.012, {.003, .022}};     // seed by seed
//   std::vector<ClaimDecision> decisions = DecideClaims({claim}, {evidence}, .05, .8);
//   decisions[0].verdict;           // kUndecided
//   decisions[0].seeds_needed;      // 7
//
// The rule. The effect is left - right. It is held against the margin: by the claim's test over the seeds' differences,
// its two-sided p corrected by Holm over all claims of the report that could be tested, and by the bootstrap's interval
// over seeds and contexts (for metrics that are scored conversation by conversation).
//
//   relation  reproduced                          not reproduced
//   >         effect above margin, by both        effect below margin, by both
//   <         effect below -margin, by both       effect above -margin, by both
//   =         effect within -margin .. margin,    effect outside, by both
//             by two one-sided tests and both
//
//   rises     both effects above margin           one of them below margin
//   rises_then_falls   likewise, with the second effect turned
//
// The last two are about the course of a step series of one arm. Their two effects are its mean over the middle third
// of the steps less that over the first, and over the last third less that over the middle one. Both must hold, so p is
// the larger of the two (an intersection-union test, Berger, Technometrics 24, 1982); against the claim it is the
// smallest of the parts that speak against it, times two. With `target` the right side is a number. The spread over
// seeds ("spread:ndcg@10") is compared by Pitman's and Morgan's test (paired_tests.h), whatever `test` says.
//
// Anything else is undecided, and then says how many seeds would decide if the effect and its spread are as they seem.
// A claim that is false by ever so little cannot be told apart from one that is true by ever so little: with `>` and
// margin 0 no number of seeds shows that there is no effect. A margin above 0 says what would count as one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/spec/statement.h"
#include "reports/statistics/statistics.h"

namespace suite {

enum class Relation { kGreater, kLess, kEqual, kRises, kRisesThenFalls };
enum class ClaimTest { kPairedT, kWilcoxon, kSignFlip };

// ">", "<", "=", "rises", "rises_then_falls"; "paired_t", "wilcoxon", "sign_flip". Throws InputError at `where` with
// the known names.
Relation ToRelation(const std::string& text, const std::string& where);
ClaimTest ToClaimTest(const std::string& text, const std::string& where);
const char* ToText(Relation relation);
// kRises and kRisesThenFalls: about the course of a series of one arm.
bool IsShape(Relation relation);
const char* ToText(ClaimTest test);

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
  ClaimTest test = ClaimTest::kPairedT;
  std::optional<PublishedPair> published;
  std::string source;                      // of the sentence and the numbers: "arXiv 2510.20150, Table 1"
  std::vector<Condition> conditions = {};  // of the runs of both sides: the sentence is a Statement
};

// The values of both sides' runs, in pairs of one seed.
struct SeedSpread {
  std::vector<double> left;
  std::vector<double> right;
};

// What the runs say: the difference of each pair of seeds, its interval where there is one, and for readers the means.
struct ClaimEvidence {
  std::vector<double> seed_differences;  // of a shape: middle third less first third
  std::optional<Estimate> bootstrap = {};
  std::vector<double> late_differences = {};  // of a shape: last third less middle third
  std::optional<SeedSpread> spread = {};      // of a claim about the spread over seeds
  // Of both sides over the paired seeds. Against a number: the number. Of a spread: the sample standard deviations over
  // the seeds. Of a shape: the middle and the first third of the steps.
  double left_mean = 0;
  double right_mean = 0;
  std::vector<std::string> run_hashes = {};
};

enum class ClaimVerdict { kReproduced, kNotReproduced, kUndecided };

struct ClaimDecision {
  ClaimVerdict verdict = ClaimVerdict::kUndecided;
  std::optional<double> p;           // none with fewer than two seeds, for a spread three
  std::optional<double> adjusted_p;  // Holm's
  std::optional<double> cohen_dz;    // of left - right; none without a spread
  std::optional<int> seeds_needed;   // of an undecided claim: so many in all; none when the plan has no end
};

// "reproduced", "not reproduced", "undecided".
const char* ToWord(ClaimVerdict verdict);

// One decision for each claim, at the two-sided level `alpha` for all of them together. Plans ask for `power`.
std::vector<ClaimDecision> DecideClaims(const std::vector<Claim>& claims, const std::vector<ClaimEvidence>& evidence,
                                        double alpha, double power);

}  // namespace suite
