#include <ATen/ATen.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "models/llama/gradient_check.h"
#include "models/llama/llama.h"
#include "models/llama/tiny_llama.h"
#include "models/llama/token_log_probs.h"

namespace suite {
namespace {

// How many bytes of tensors are alive on the CPU, and were at most, since it was made: what LibTorch's allocator hands
// out to this thread, through the hook that its profiler uses.
class TensorMemory {
 public:
  int64_t live_bytes() const { return meter_->live; }
  int64_t peak_bytes() const { return meter_->peak; }

 private:
  struct Meter : c10::MemoryReportingInfoBase {
    void reportMemoryUsage(void*, int64_t bytes, size_t, size_t, c10::Device device) override {
      if (!device.is_cpu()) return;
      live += bytes;
      peak = std::max(peak, live);
    }
    bool memoryProfilingEnabled() const override { return true; }

    int64_t live = 0, peak = 0;
  };

  std::shared_ptr<Meter> meter_ = std::make_shared<Meter>();
  c10::DebugInfoGuard guard_{c10::DebugInfoKind::PROFILER_STATE, meter_};
};

TEST(TensorMemory, CountsWhatIsAliveAndItsPeak) {
  TensorMemory memory;
  at::Tensor a = at::empty({1000}, at::kFloat);
  { const at::Tensor b = at::empty({500}, at::kFloat); }
  EXPECT_EQ(memory.live_bytes(), 4000);
  EXPECT_EQ(memory.peak_bytes(), 6000);
}

// The promise of ScoreTokens: one block of logits from the first chunk of the forward pass to the last of the backward
// pass, whatever the number of chunks.
TEST(ScoreTokens, HoldsOneBlockOfLogits) {
  constexpr int64_t kRows = 1536, kVocab = 4000, kHidden = 64, kChunkRows = 128;
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    const at::Tensor hidden = NormalTensor({kRows, kHidden}, 1).to(dtype).requires_grad_();
    const at::Tensor head = NormalTensor({kVocab, kHidden}, 2).to(dtype).requires_grad_();
    const at::Tensor target = at::arange(kRows);
    ScoreOptions options;
    options.chunk_bytes = kChunkRows * kVocab * static_cast<int64_t>(c10::elementSize(dtype));
    TensorMemory memory;
    Weighted(ScoreTokens(hidden, head, target, options).logp_M, 3).backward();
    // Beside the block: gradients of the head in float32, one product to be added and its narrowed result; and what
    // has one number a row. A library that packs the head for a processor's matrix tiles (AMX) stays within that, if
    // the head is as wide as a tile.
    const int64_t head_bytes = 3 * kVocab * kHidden * 4;
    EXPECT_LT(memory.peak_bytes(), options.chunk_bytes + head_bytes + kRows * (kHidden + 16) * 8) << dtype;
    EXPECT_GT(memory.peak_bytes(), options.chunk_bytes) << dtype;
  }
}

// Bytes that the graph of `rows` more rows keeps.
int64_t GraphBytes(const Llama& llama, const LlamaWeights& weights, int64_t rows) {
  const LlamaTensors leaves = TrainableTensors(weights, LlamaWeights::Zeros(weights.config(), at::kFloat));
  const PackedTokens packed = PackSequences({{RandomIds(rows + 1, weights.config().vocab_size, 3), 1}});
  TensorMemory memory;
  const at::Tensor hidden = llama.HiddenStates(leaves, packed);
  return memory.live_bytes();
}

// The estimate leaves out small things (statistics of norms and attention); what it counts must be all that grows.
TEST(Llama, ActivationBytesAreThoseOfTheGraph) {
  LlamaConfig config = TinyConfig();
  config.hidden_size = 64;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_dim = 16;
  config.intermediate_size = 160;
  config.layers = 6;
  for (const auto& [recompute, qk_norm] : {std::pair(false, false), {true, false}, {false, true}, {true, true}}) {
    config.qk_norm = qk_norm;
    const LlamaWeights weights = TinyWeights(config, 1);
    const Llama llama(config, {recompute});
    const int64_t grown = GraphBytes(llama, weights, 60) - GraphBytes(llama, weights, 20);
    const auto estimate = static_cast<double>(40 * llama.ActivationBytesPerRow(at::kFloat));
    EXPECT_GT(static_cast<double>(grown), 0.95 * estimate) << recompute;
    // A recomputed graph has one more hidden state, the last, beside those of its 6 layers.
    EXPECT_LT(static_cast<double>(grown), (recompute ? 1.25 : 1.05) * estimate) << recompute;
  }
}

}  // namespace
}  // namespace suite
