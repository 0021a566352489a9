// Intervals for a mean over seeds and conversations: resample the seeds, then the contexts, each with all its
// conversations.
//
//   HierarchicalBootstrap bootstrap(ClusterIndices(context_names), 10000, /*seed=*/0, "report/test");
//   Estimate mean = bootstrap.OfMean(rank_scores_SC, .95);
//   Estimate gain = bootstrap.OfDifference(rank_scores_SC, grpo_scores_SC, .95);      // paired
//
// Shapes: S seeds, C conversations, K contexts. A context is a cluster of conversations that share what was asked for
// (clustered_error.h); where nothing is shared each conversation is its own.
//
// Crossed, not nested: one draw of contexts serves all seeds of a resample, because all seeds answered the same
// conversations. (Drawing contexts anew within each seed would treat S answers to one conversation as answers to S
// conversations, and the interval would come out too narrow.) With one seed only contexts are resampled. Draws are made
// from named streams and are the same for all estimates of one object.
//
// Few seeds: resampling S seeds can never leave the range of the S seeds. With three seeds and no effect, all three
// differences have one sign in a quarter of all cases, and the interval then excludes 0. So a verdict asks for
// Student's interval as well (JudgeBoth in statistics.h).
//
// Many contexts: from kManyContexts on, the mean over resampled contexts is drawn from its normal limit, with the
// covariance of the seeds' means that the contexts give (clustered_error.h); seeds are resampled as ever. The limit
// shifts an end of the interval by about skewness / (2 sqrt(K)) standard errors, the draws of 10,000 resamples by .02.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "reports/statistics/statistics.h"

namespace suite {

inline constexpr size_t kManyContexts = 2000;

class HierarchicalBootstrap {
 public:
  // `contexts_C`: the context of each conversation, from 0 to K - 1 without gaps. The streams are NAME/conversations
  // and NAME/seeds.
  HierarchicalBootstrap(const std::vector<size_t>& contexts_C, int resamples, uint64_t seed, const std::string& name);

  // The mean of each resample, of scores [S][C].
  std::vector<double> ResampledMeans(const ScoreMatrix& scores_SC) const;

  // The mean of all scores with the percentile interval.
  Estimate OfMean(const ScoreMatrix& scores_SC, double confidence) const;

  // The same for mean(left) - mean(right), paired by seed and by conversation: left_SC[s][c] and right_SC[s][c] are two
  // answers to one conversation by runs of one seed.
  Estimate OfDifference(const ScoreMatrix& left_SC, const ScoreMatrix& right_SC, double confidence) const;

  size_t contexts() const { return sizes_K_.size(); }

 private:
  bool is_limit() const { return sizes_K_.size() >= kManyContexts; }
  void DrawCounts(RandomStream* stream);
  ScoreMatrix ContextSums(const ScoreMatrix& scores_SC) const;
  std::vector<double> CountedMeans(const ScoreMatrix& sums_SK) const;
  std::vector<double> LimitMeans(const ScoreMatrix& sums_SK) const;
  RandomStream SeedStream() const { return RandomStream(seed_, name_ + "/seeds"); }

  std::vector<size_t> contexts_C_;
  std::vector<double> sizes_K_;
  size_t resamples_;
  uint64_t seed_;
  std::string name_;
  std::vector<uint8_t> counts_RK_;       // how often each context was drawn; empty at the limit
  std::vector<double> conversations_R_;  // how many conversations the drawn contexts hold
  std::vector<double> normals_R_;        // one standard normal draw for each resample; only at the limit
};

}  // namespace suite
