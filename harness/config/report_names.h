// What the [report] and the claims of an experiment file may name: arms and scores. A file speaks for all of its
// profiles at once, and a profile may have other arms (three checkpoints instead of three widths), other scores
// (recall@20) or longer lists. So a name must be known to the file, in whatever profile; and what the profile at hand
// lacks is left out of its report.
//
//   CheckReport(file.report, known);                       // a misspelt arm is refused
//   report = KeepPresent(std::move(report), present);      // claims of other profiles are dropped
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/experiment_file.h"

namespace suite {

struct ReportNames {
  std::vector<std::string> arms;     // and the policies that every run starts from
  std::vector<std::string> metrics;  // scores: "ndcg@10"
  int64_t ranks = 0;                 // places of a series by rank: "series:reward_by_rank/15" asks for 15

  // What `other` has and this lacks.
  void Add(const ReportNames& other);
};

// Throws InputError at the place of the first name that is not in `known`, with the nearest one.
void CheckReport(const ReportSettings& report, const ReportNames& known);

// The report without the metrics, comparisons and claims that name what is not present. Names of arms stay.
ReportSettings KeepPresent(ReportSettings report, const ReportNames& present);

}  // namespace suite
