#include "harness/benchmarks/roofline.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "harness/provenance/process_meter.h"
#include "models/kernels/matrix_product.h"

namespace suite {
namespace {

constexpr int kRepeats = 5;

// The shortest of a few runs: what others take from the machine only adds.
double ShortestSeconds(const std::function<void()>& body) {
  double shortest = std::numeric_limits<double>::infinity();
  for (int i = 0; i <= kRepeats; ++i) {
    WallTimer timer;
    body();
    if (i > 0) shortest = std::min(shortest, timer.Seconds());
  }
  return shortest;
}

double ReadGigabytesPerSecond() {
  constexpr int64_t kWords = int64_t{1} << 25;  // 256 MiB
  const at::Tensor memory = at::ones({kWords}, at::kLong);
  const int64_t* words = memory.const_data_ptr<int64_t>();
  volatile int64_t sink = 0;
  const double seconds = ShortestSeconds([&] {
    at::parallel_for(0, kWords, 1 << 16, [&](int64_t begin, int64_t end) {
      int64_t sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = begin; i < end; ++i) sum += words[i];
      sink = sum;
    });
  });
  return static_cast<double>(kWords) * 8 / seconds / 1e9;
}

double GemmGigaflopPerSecond(at::ScalarType dtype) {
  constexpr int64_t kSize = 1536;
  const at::Tensor a = at::ones({kSize, kSize}, dtype), b = at::ones({kSize, kSize}, dtype);
  at::Tensor out = at::empty({kSize, kSize}, dtype);
  const double seconds = ShortestSeconds([&] { ProductInto(a, b.t(), &out); });
  return 2.0 * static_cast<double>(kSize) * static_cast<double>(kSize) * static_cast<double>(kSize) / seconds / 1e9;
}

int64_t LayerMatrixElements(const LlamaConfig& c) {
  const int64_t attended = c.heads * c.head_dim, qkv = attended + 2 * c.kv_heads * c.head_dim;
  return c.hidden_size * (qkv + attended + 3 * c.intermediate_size);
}

}  // namespace

MachineRates MeasureMachine(at::ScalarType dtype) { return {ReadGigabytesPerSecond(), GemmGigaflopPerSecond(dtype)}; }

StepWork DecodeStepWork(const LlamaConfig& c, at::ScalarType dtype, const DecodeShape& shape) {
  const auto elements = static_cast<double>(c.layers * LayerMatrixElements(c) + c.vocab_size * c.hidden_size);
  const auto completions = static_cast<double>(shape.prompts * shape.group);
  const double own = static_cast<double>(shape.new_tokens) / 2, past = static_cast<double>(shape.prompt_len) + own;
  const double positions = static_cast<double>(shape.prompts * shape.prompt_len) + completions * own;
  const auto kv_elements = static_cast<double>(2 * c.layers * c.kv_heads * c.head_dim);
  const double attention = 4 * static_cast<double>(c.layers * c.heads * c.head_dim) * past;
  StepWork work;
  work.weight_gb = elements * static_cast<double>(c10::elementSize(dtype)) / 1e9;
  work.kv_gb = positions * kv_elements * 4 / 1e9;  // float32 whatever the type of the arithmetic (sampler.cc)
  work.gflop = completions * (2 * elements + attention) / 1e9;
  return work;
}

double ForwardGflop(const LlamaConfig& c, int64_t rows, int64_t scored) {
  const double layers = 2 * static_cast<double>(rows) * static_cast<double>(c.layers * LayerMatrixElements(c));
  const double head = 2 * static_cast<double>(scored) * static_cast<double>(c.vocab_size * c.hidden_size);
  return (layers + head) / 1e9;
}

double RooflineSeconds(const StepWork& work, const MachineRates& rates) {
  return std::max((work.weight_gb + work.kv_gb) / rates.read_gb_per_s, work.gflop / rates.gemm_gflop_per_s);
}

}  // namespace suite
