// What reader and writer of a store agree on. The layout itself is told in run_record.h.
#pragma once

#include <cstdint>

namespace suite {

inline constexpr char kStoreFormat[] = "rank_grpo_suite.metrics";
inline constexpr char kStoreFormatVersion[] = "1";
inline constexpr char kStatusRunning[] = "running";
inline constexpr char kStatusDone[] = "done";
inline constexpr char kStatusFailed[] = "failed";

// Series whose names begin so are counts: an ended run keeps their sums (FoldCounts in run_record.h).
inline constexpr char kCountsPrefix[] = "ratio_counts/";

// Below every step; the fill value of step columns, so a row without its step reads as no row.
inline constexpr int64_t kNoStep = -1;

}  // namespace suite
