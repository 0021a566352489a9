// Writes a whole RunRecord as a store, so that a kill at any moment leaves the old file or the new one.
//
// The store itself uses it to begin, to resume and to end a run; tests use it to make stores:
//
//   WriteRun(record, "run.h5");      // ReadRun("run.h5") gives the record back
#pragma once

#include <string>

#include "harness/metrics/run_record.h"

namespace suite {

// The shapes must fit (values against steps, widths, metrics and conversations): anything else is a bug. Throws
// InputError when the file cannot be written.
void WriteRun(const RunRecord& run, const std::string& path);

}  // namespace suite
