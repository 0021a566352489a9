#include "harness/demonstrations/positive_fit.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "algorithms/demonstrations/adjust.h"
#include "harness/provenance/process_meter.h"

namespace suite {
namespace {

constexpr int64_t kMostBytesKept = int64_t{256} << 20;

std::vector<double> ToDoubles(const at::Tensor& values) {
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

std::set<int64_t> PositivesOf(const Conversation& conversation, const Catalog& catalog) {
  std::set<int64_t> items;
  for (const GroundTruth& truth : conversation.ground_truth) {
    if (!truth.year) continue;
    if (const auto id = catalog.Find({truth.title, *truth.year})) items.insert(*id);
  }
  return items;
}

}  // namespace

Artifact FitToPositives(const std::vector<Conversation>& conversations, const Catalog& catalog,
                        const std::vector<int64_t>& rows, const ListScoring& scoring,
                        const DemonstrationsConfig& numbers, const PipelineProgress& report) {
  std::vector<std::set<int64_t>> positives(conversations.size());
  std::vector<int64_t> with_positives;
  for (const int64_t row : rows) {
    auto& of_row = positives[static_cast<size_t>(row)] = PositivesOf(conversations[static_cast<size_t>(row)], catalog);
    if (!of_row.empty()) with_positives.push_back(row);
  }
  const auto bytes = static_cast<int64_t>(with_positives.size()) * scoring.items * static_cast<int64_t>(sizeof(float));
  std::map<int64_t, at::Tensor> kept;  // by the block's first conversation
  int64_t passes = 0;
  const WallTimer timer;
  const AdjustBlocks blocks = [&](const AdjustBlockVisitor& visit) {
    ForEachBlock(with_positives, scoring.items, [&](const std::vector<int64_t>& block_rows) {
      const auto found = kept.find(block_rows.front());
      AdjustBlock block = {found == kept.end() ? ScoreBlock(scoring, block_rows) : found->second, {}, {}};
      if (bytes <= kMostBytesKept) kept[block_rows.front()] = block.score_BC;
      for (size_t i = 0; i < block_rows.size(); ++i) {
        for (const int64_t item : positives[static_cast<size_t>(block_rows[i])]) {
          block.rows.push_back(static_cast<int64_t>(i));
          block.items.push_back(item);
        }
      }
      visit(block);
    });
    // A line search may take several passes an iteration.
    const int64_t expected = std::max(++passes, numbers.adjust_iterations);
    report(passes, expected, "adjust " + std::to_string(static_cast<int64_t>(timer.Seconds())) + " s");
  };
  AdjustOptions options;
  options.l2 = numbers.adjust_l2;
  options.l2_over_items = numbers.adjust_l2_over_items;
  options.optimizer.max_iterations = numbers.adjust_iterations;
  options.optimizer.gradient_tolerance = numbers.adjust_tolerance;
  const AdjustFit fit = FitAdjust(blocks, scoring.items, options);
  Artifact artifact;
  artifact.doubles["weight"] = ToDoubles(fit.adjustment.weight_C);
  artifact.doubles["bias"] = ToDoubles(fit.adjustment.bias_C);
  artifact.doubles["loss"] = fit.losses;
  artifact.texts = {{"positives", std::to_string(fit.positives)},
                    {"stopped_by", fit.stopped_by},
                    {"passes", std::to_string(fit.evaluations)}};
  return artifact;
}

}  // namespace suite
