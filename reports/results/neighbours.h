// A claim's metric has neighbours: the other measures of ranking at its depth, and its own measure at other depths. A
// claim that stands on one of them alone is a claim about that measure.
//
//   const std::vector<Neighbour> neighbours = NeighboursOf(spec, set, claim);
//   neighbours[0].title;        // "Recall@10"
//   neighbours[0].verdict;      // of the same claim about it, by its own test, without correction
//
// Of the metrics that the report shows. Nothing for claims about series, curves, differences of metrics and shapes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/runs/run_set.h"
#include "reports/spec/claim.h"
#include "reports/spec/report_spec.h"
#include "reports/statistics/statistics.h"

namespace suite {

struct Neighbour {
  std::string metric;  // "recall@10"
  std::string title;
  double effect = 0;  // left - right
  std::optional<Interval> interval;
  ClaimVerdict verdict = ClaimVerdict::kUndecided;
};

std::vector<Neighbour> NeighboursOf(const ReportSpec& spec, const RunSet& set, const Claim& claim);

}  // namespace suite
