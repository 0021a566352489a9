// The audit as one self-contained HTML page: tables of the numbers, and examples side by side at each step.
//
//   WriteFileAtomically("audit.html", AuditPage(audit, {{"teacher", "simulated ..."}, {"recipe", "full"}}));
//
// Needs no script and no other file. All texts are escaped.
#pragma once

#include <string>

#include "harness/demonstrations/audit.h"
#include "harness/metrics/run_record.h"

namespace suite {

// `facts`: what the page says the lists were made from.
std::string AuditPage(const DemonstrationAudit& audit, const NamedTexts& facts);

}  // namespace suite
