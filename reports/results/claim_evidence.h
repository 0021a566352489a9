// What the runs of a report say about one claim.
//
//   GatheredEvidence gathered = GatherEvidence(spec, set, claim, bootstrap);
//   gathered.evidence.seed_differences;          // one for each pair of seeds
#pragma once

#include <string>
#include <vector>

#include "reports/results/report_bootstrap.h"
#include "reports/runs/run_set.h"
#include "reports/spec/claim.h"
#include "reports/spec/report_spec.h"

namespace suite {

struct GatheredEvidence {
  ClaimEvidence evidence;
  // Of both sides over the paired seeds. Against a number: the number. Of a spread: the sample standard deviations over
  // the seeds. Of a shape: the middle and the first third of the steps.
  double left_mean = 0;
  double right_mean = 0;
  std::vector<std::string> run_hashes;
};

// Whether the claim has no right side: it is about a number or a shape.
bool IsAboutOneArm(const Claim& claim);

// Throws InputError for an arm, metric or series that the runs do not have, for the baseline where something of a whole
// run is compared (it was never trained), and for parts of a claim that do not go together.
GatheredEvidence GatherEvidence(const ReportSpec& spec, const RunSet& set, const Claim& claim,
                                const ReportBootstrap& bootstrap);

}  // namespace suite
