// The few statistics of a report, each with its kind named.
//
//   Mean({1, 2, 3, 4}) == 2.5;    SampleStd({1, 2, 3, 4}) == 1.2909944...
//   StudentInterval({.2504, .2611, .2387})              // over seeds: {.2222, .2779} at 95 %
//   RandomStream conversations(0, "report/test/conversations"), seeds(0, "report/test/seeds");
//   ConversationDraws draws(1500, 10000, &conversations);
//   BootstrapDifference(rank_scores_SC, grpo_scores_SC, draws, .95, &seeds)     // paired; see below
//
// Shapes: S seeds, C conversations; a ScoreMatrix is [S][C] and rectangular (anything else is a bug).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"

namespace suite {

using ScoreMatrix = std::vector<std::vector<double>>;

struct Interval {
  double low = 0;
  double high = 0;
};

struct Estimate {
  double mean = 0;
  Interval interval;
};

double Mean(const std::vector<double>& values);

// The standard deviation of a sample: denominator n - 1. Needs two values.
double SampleStd(const std::vector<double>& values);

// The two-sided interval mean +- t(n-1) * SampleStd / sqrt(n); none for fewer than two values. Few seeds make it wide
// (t is 4.30 for three seeds at 95 %, 12.7 for two); that is the price of few seeds.
std::optional<Interval> StudentInterval(const std::vector<double>& values, double confidence = 0.95);

// The value below which `fraction` of the sorted values lie, linear between neighbours (NumPy's default, type 7).
double Quantile(std::vector<double> values, double fraction);

// Draws of C conversations with replacement, made once and shared by all estimates of a report: it saves time, and a
// difference then is the difference of the two means in every resample.
class ConversationDraws {
 public:
  ConversationDraws(size_t conversations, int resamples, RandomStream* stream);

  // The mean of the drawn conversations' scores, for each resample.
  std::vector<double> Means(const std::vector<double>& scores_C) const;

  size_t conversations() const { return conversations_; }
  size_t resamples() const { return counts_.size() / conversations_; }

 private:
  size_t conversations_;
  std::vector<uint8_t> counts_;  // [resamples, conversations]: how often each was drawn
};

// The mean of all scores, with the percentile interval of a two-way bootstrap: each resample draws S seeds and C
// conversations with replacement, and one draw of conversations serves all seeds, because all seeds answered the same
// conversations. (Drawing conversations anew within each seed would treat S answers to one conversation as answers to S
// conversations, and the interval would come out too narrow.) With one seed only conversations are resampled.
//
// Few seeds: resampling S seeds can never leave the range of the S seeds. With three seeds and no effect, all three
// differences have one sign in a quarter of all cases, and the interval then excludes 0. So a verdict asks for
// Student's interval as well (JudgeBoth).
Estimate BootstrapMean(const ScoreMatrix& scores_SC, const ConversationDraws& draws, double confidence,
                       RandomStream* seed_stream);

// The same for mean(left) - mean(right), paired by seed and by conversation: left_SC[s][c] and right_SC[s][c] are two
// answers to one conversation by runs of one seed.
Estimate BootstrapDifference(const ScoreMatrix& left_SC, const ScoreMatrix& right_SC, const ConversationDraws& draws,
                             double confidence, RandomStream* seed_stream);

enum class Verdict { kBetter, kWorse, kInconclusive };

// What a difference left - right says about left: inconclusive when its interval contains 0.
Verdict Judge(const Estimate& difference, bool higher_is_better);

// The verdict of a report. It is given only when the bootstrap's interval and, for two seeds or more, Student's
// interval over the seeds both exclude 0: the first knows that other conversations could have been asked, the second
// knows how little few seeds tell. With one seed the verdict is about these two runs, not about their algorithms.
Verdict JudgeBoth(const Estimate& difference, const std::optional<Interval>& over_seeds, bool higher_is_better);

// "better", "worse", "inconclusive".
const char* ToWord(Verdict verdict);

bool AreDisjoint(const Interval& a, const Interval& b);

}  // namespace suite
