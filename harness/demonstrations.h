// The lists that supervised fine-tuning imitates, one for each training conversation.
//
//   auto lists = MakeDemonstrations("remap", config.data.list_length, *dataset.miniature);
//
// "remap"          the best N catalogue items by s = p^T (S + I) + s_context (algorithms/demonstrations/remap.h), with
// the
//                  simulated embedder's similarities: the first step of Remap, Reflect, Adjust, alone
// "teacher_exact"  the teacher's list without what is not in the catalogue
//
// Films that the user names are left out of either.
#pragma once

#include <string>
#include <vector>

#include "datasets/item.h"
#include "datasets/miniature/miniature.h"

namespace suite {

std::vector<std::vector<Item>> MakeDemonstrations(const std::string& kind, int64_t list_length,
                                                  const MiniatureData& data);

}  // namespace suite
