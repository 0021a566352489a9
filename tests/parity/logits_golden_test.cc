// end_to_end/logits.json: logits of tiny Llama, Llama with stretched rotary wavelengths and Qwen2, by transformers.
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "models/checkpoints/safetensors.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"
#include "tests/parity/model_numbers.h"

namespace suite::parity {
namespace {

using nlohmann::json;

constexpr char kFile[] = "end_to_end/logits.json";
constexpr double kTolerance = 1e-4;

// Positions count the padded row, ours its real tokens.
at::Tensor LogitsAt(const std::vector<at::Tensor>& logits_of_row, const json& golden) {
  std::vector<at::Tensor> rows;
  for (size_t row = 0; row < logits_of_row.size(); ++row) {
    const int64_t padding = static_cast<int64_t>(golden["input_ids"][row].size()) - logits_of_row[row].size(0);
    std::vector<at::Tensor> places;
    for (const json& position : golden["positions"][row]) {
      places.push_back(logits_of_row[row][position.get<int64_t>() - padding]);
    }
    rows.push_back(at::stack(places));
  }
  return at::stack(rows);
}

// The scorer's log-probs of each row's own tokens, against the golden logits wherever those predict a token of the row.
void ExpectLogProbs(const Llama& llama, const LlamaTensors& tensors, const std::vector<std::vector<int64_t>>& rows,
                    const json& golden, const at::Tensor& expected_RPV, Comparison* comparison) {
  std::vector<ScoredSequence> sequences;
  for (const auto& ids : rows) sequences.push_back({ids, 1});
  const PackedTokens packed = PackSequences(sequences);
  const at::Tensor logp_BT = ToGrid(llama.LogProbs(tensors, packed, {}).logp_M, packed);
  const at::Tensor expected_logp_RPV = expected_RPV.to(at::kDouble).log_softmax(-1);
  for (size_t row = 0; row < rows.size(); ++row) {
    const int64_t length = static_cast<int64_t>(rows[row].size());
    const int64_t padding = static_cast<int64_t>(golden["input_ids"][row].size()) - length;
    for (size_t p = 0; p < golden["positions"][row].size(); ++p) {
      const int64_t place = golden["positions"][row][p].get<int64_t>() - padding;
      if (place + 1 == length) continue;
      const int64_t next = rows[row][static_cast<size_t>(place + 1)];
      comparison->Near("log-probs", logp_BT[row][place].item<double>(), expected_logp_RPV[row][p][next].item<double>(),
                       {kTolerance});
    }
  }
}

TEST(LogitsGolden, EveryModel) {
  const auto path = FindGolden(kFile);
  if (!path) GTEST_SKIP() << MissingGolden(kFile);
  const json golden = ReadJson(*path);
  const std::string folder = std::filesystem::path(*path).parent_path();
  const SafetensorsFile tensors(folder + "/logits.safetensors");
  const auto rows = UnpaddedRows(golden["input_ids"], golden["attention_mask"]);
  ASSERT_FALSE(golden["tensors"].empty());
  Comparison comparison;
  for (const auto& [name, description] : golden["tensors"].items()) {
    SCOPED_TRACE(name);
    // A folder with a config alone shares the Llama's weights.
    const Policy policy = LoadStagedPolicy({folder + "/" + name, LlamaFolder()}, at::kFloat);
    const Llama llama(policy.config());
    const at::Tensor expected = tensors.Load(name);
    for (const Layout layout : {Layout::kSequences, Layout::kSplitAtThird}) {
      const auto logits = LogitsOfSequences(llama, policy.weights.Tensors(), rows, layout);
      comparison.Near("logits of " + name, LogitsAt(logits, golden), expected, {kTolerance});
    }
    ExpectLogProbs(llama, policy.weights.Tensors(), rows, golden, expected, &comparison);
  }
  comparison.Print();
}

}  // namespace
}  // namespace suite::parity
