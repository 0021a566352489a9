#include "harness/demonstrations.h"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "algorithms/demonstrations/remap.h"
#include "base/error.h"

namespace suite {
namespace {

at::Tensor Matrix(const std::vector<float>& values, int64_t columns) { return at::tensor(values).view({-1, columns}); }

std::vector<Item> ExactMatches(const MiniatureData& data, const std::vector<int>& teacher_list) {
  std::vector<int> kept;
  for (const int item : teacher_list) {
    if (item < data.world.config.n_catalog) kept.push_back(item);
  }
  return ItemsOf(data.world, kept);
}

}  // namespace

std::vector<std::vector<Item>> MakeDemonstrations(const std::string& kind, int64_t list_length,
                                                  const MiniatureData& data) {
  std::vector<std::vector<Item>> demonstrations;
  if (kind == "teacher_exact") {
    for (const auto& list : data.teacher_lists) demonstrations.push_back(ExactMatches(data, list));
    return demonstrations;
  }
  if (kind != "remap")
    throw UnknownName("sft.demonstrations", "kind of demonstration", kind, {"remap", "teacher_exact"});
  const int64_t columns = data.world.config.content_dim, catalog = data.world.config.n_catalog;
  const at::Tensor text_UD = Matrix(data.world.text_embedding, columns);
  const at::Tensor similarity_UC = at::matmul(text_UD, text_UD.narrow(0, 0, catalog).t());
  const at::Tensor context_BD = Matrix(ContextEmbeddings(data.splits.train), columns);
  const at::Tensor context_BC = at::matmul(context_BD, text_UD.narrow(0, 0, catalog).t());
  for (size_t i = 0; i < data.teacher_lists.size(); ++i) {
    std::vector<int64_t> teacher(data.teacher_lists[i].begin(), data.teacher_lists[i].end()), match = teacher;
    for (int64_t& item : match) item = item < catalog ? item : -1;
    const at::Tensor score_C = RemapScores(similarity_UC.index_select(0, at::tensor(teacher)), at::tensor(match),
                                           context_BC[static_cast<int64_t>(i)], /*lambda=*/1.0);
    const auto& liked = data.splits.train[i].liked;
    const at::Tensor best = TopItems(score_C, {liked.begin(), liked.end()}, list_length);
    const int64_t* ids = best.const_data_ptr<int64_t>();
    demonstrations.push_back(ItemsOf(data.world, {ids, ids + best.numel()}));
  }
  return demonstrations;
}

}  // namespace suite
