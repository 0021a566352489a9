// What the runs of a report say about one claim.
//
//   GatherEvidence(spec, set, claim).error;          // of left - right, over seeds and conversations
#pragma once

#include "reports/runs/run_set.h"
#include "reports/spec/claim.h"
#include "reports/spec/report_spec.h"

namespace suite {

// Whether the claim has no right side: it is about a number or a shape.
bool IsAboutOneArm(const Claim& claim);

// Throws InputError for an arm, metric or series that the runs do not have, for the baseline where something of a whole
// run is compared (it was never trained), and for parts of a claim that do not go together.
ClaimEvidence GatherEvidence(const ReportSpec& spec, const RunSet& set, const Claim& claim);

}  // namespace suite
