// How long one pass of Remap's scores takes, and one of Adjust's loss, on random unit vectors: what the pipeline costs
// at a size, before a teacher is paid.
//
//   bazel run //harness/demonstrations:score_pass -- 100000 7404 384
//
// Arguments: conversations, items, dimensions [100000 7404 384]. Lists have 20 items out of 20,000 titles, nine in ten
// of them in the catalogue; each conversation has one positive.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "algorithms/demonstrations/adjust.h"
#include "algorithms/demonstrations/remap.h"
#include "base/allocator.h"
#include "base/random.h"
#include "harness/demonstrations/list_scores.h"
#include "harness/memory/tensor_pool.h"
#include "harness/provenance/process_meter.h"

namespace suite {
namespace {

constexpr int64_t kTitles = 20000;
constexpr int64_t kListLength = 20;
constexpr int64_t kCandidates = 100;

at::Tensor UnitRows(int64_t rows, int64_t dimension, const char* name) {
  RandomStream stream(0, name);
  at::Tensor vector_ND = at::empty({rows, dimension}, at::kFloat);
  float* values = vector_ND.mutable_data_ptr<float>();
  for (int64_t i = 0; i < vector_ND.numel(); ++i) values[i] = static_cast<float>(stream.Uniform() - .5);
  return vector_ND.div_(vector_ND.norm(2, 1, true));
}

ListScoring RandomScoring(int64_t conversations, int64_t items, int64_t dimension) {
  ListScoring scoring;
  scoring.items = items;
  scoring.title_UD = UnitRows(kTitles, dimension, "titles");
  scoring.item_CD = UnitRows(items, dimension, "items");
  scoring.context_BD = UnitRows(conversations, dimension, "contexts");
  const at::Tensor weight_K = PositionWeights("inverse_sqrt", kListLength);
  RandomStream stream(0, "lists");
  for (int64_t i = 0; i < conversations; ++i) {
    scoring.entries.emplace_back();
    for (int64_t k = 0; k < kListLength; ++k) {
      const int64_t match = stream.Uniform() < .9 ? stream.UniformInt(items) : -1;
      scoring.entries.back().push_back({0, stream.UniformInt(kTitles), match, weight_K.const_data_ptr<double>()[k]});
    }
  }
  return scoring;
}

void Print(const char* what, const WallTimer& timer) {
  std::printf("%-42s %8.2f s   peak %6.0f MB\n", what, timer.Seconds(), static_cast<double>(PeakMemoryBytes()) / 1e6);
  std::fflush(stdout);
}

void Measure(int64_t conversations, int64_t items, int64_t dimension) {
  std::printf("%lld conversations x %lld items, D = %lld, %d threads, blocks of %lld\n",
              static_cast<long long>(conversations), static_cast<long long>(items), static_cast<long long>(dimension),
              at::get_num_threads(), static_cast<long long>(RowsInBlock(items)));
  WallTimer timer;
  const ListScoring scoring = RandomScoring(conversations, items, dimension);
  std::vector<int64_t> rows(static_cast<size_t>(conversations));
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i);
  Print("made up", timer);

  timer.Restart();
  ForEachBlock(rows, items, [&](const std::vector<int64_t>& block) { ScoreBlock(scoring, block); });
  Print("scores", timer);

  timer.Restart();
  ForEachBlock(rows, items, [&](const std::vector<int64_t>& block) {
    const at::Tensor score_BC = ScoreBlock(scoring, block);
    for (int64_t i = 0; i < score_BC.size(0); ++i) TopItems(score_BC[i], {}, kCandidates);
  });
  Print("scores and the 100 best of each", timer);

  timer.Restart();
  const AdjustBlocks blocks = [&](const AdjustBlockVisitor& visit) {
    ForEachBlock(rows, items, [&](const std::vector<int64_t>& block) {
      AdjustBlock scored = {ScoreBlock(scoring, block), {}, {}};
      for (size_t i = 0; i < block.size(); ++i) {
        scored.rows.push_back(static_cast<int64_t>(i));
        scored.items.push_back(block[i] % items);
      }
      visit(scored);
    });
  };
  AdjustLossAt(blocks, IdentityAdjustment(items), {});
  Print("scores and Adjust's loss and gradient", timer);
}

}  // namespace
}  // namespace suite

int main(int argc, char** argv) {
  suite::KeepFreedMemory();
  suite::KeepFewKernels();
  suite::PoolLargeTensors();
  const auto argument = [&](int i, int64_t otherwise) { return argc > i ? std::atoll(argv[i]) : otherwise; };
  suite::Measure(argument(1, 100000), argument(2, 7404), argument(3, 384));
  return 0;
}
