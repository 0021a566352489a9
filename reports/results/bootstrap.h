// The bootstrap that all estimates of one report share: the same draws of contexts and of seeds in every cell.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/runs/arm_scores.h"
#include "reports/runs/run_set.h"
#include "reports/spec/report_spec.h"
#include "reports/statistics/clustered_error.h"
#include "reports/statistics/hierarchical_bootstrap.h"
#include "reports/statistics/statistics.h"

namespace suite {

class ReportBootstrap {
 public:
  // Both must outlive it. Without a finished run there is nothing to estimate.
  ReportBootstrap(const ReportSpec& spec, const RunSet& set);

  Estimate OfMean(const ScoreMatrix& scores_SC) const { return draws_->OfMean(scores_SC, spec_.confidence); }
  Estimate OfDifference(const PairedScores& scores) const {
    return draws_->OfDifference(scores.left_SC, scores.right_SC, spec_.confidence);
  }
  // The error over conversations alone, clustered by context: of the scores' mean over the seeds at hand. Needs two
  // contexts.
  ClusteredError ErrorOfMean(const ScoreMatrix& scores_SC) const;
  ClusteredError ErrorOfDifference(const PairedScores& scores) const;
  size_t contexts() const { return draws_ ? draws_->contexts() : 0; }

 private:
  const ReportSpec& spec_;
  std::vector<size_t> contexts_C_;
  std::optional<HierarchicalBootstrap> draws_;
};

// The runs' names, in their order.
std::vector<std::string> HashesOf(const std::vector<const ReportRun*>& runs);

// The runs' names of both sides, sorted, each once.
std::vector<std::string> HashesOf(const PairedRuns& runs);

// The difference of the means left - right for each pair of seeds.
std::vector<double> SeedDifferences(const PairedScores& scores);

}  // namespace suite
