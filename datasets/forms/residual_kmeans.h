// Codes from vectors: the nearest of k centroids, then the nearest of k others to what is left over, level by level
// (residual quantisation, as TIGER and LC-Rec use it).
//
//   ItemCodes codes = ResidualKMeans(vectors, /*levels=*/3, /*size=*/16, /*seed=*/0);
//   codes.centroids[0][3]         // what "<a_3>" stands for, [dimension]
//
// Each level is Lloyd's algorithm from k-means++ seeds, until nothing moves or for 25 rounds; a centroid that lost all
// its items takes the item farthest from its own. The same input gives the same codes: one thread, sums in one order,
// draws from a named stream. Plain loops and no library: a catalogue has thousands of items, not millions, and what
// faiss would add (thread counts, its own random numbers) is what would make codes differ between machines.
//
// Source: TIGER, arXiv 2305.05065 (residual codes for items); k-means++, Arthur and Vassilvitskii, SODA 2007.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/forms/item_codes.h"

namespace suite {

// `values`: row-major [items, dimension], finite. Where a level has fewer different residuals than `size`, its other
// codes stand for nothing (an empty centroid) and no item has them.
ItemCodes ResidualKMeans(const std::vector<float>& values, int64_t dimension, int levels, int size, uint64_t seed);

}  // namespace suite
