#include "models/llama/token_log_probs.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/check.h"
#include "models/kernels/matrix_product.h"
#include "models/kernels/vector_math.h"
#include "models/kernels/wide_row.h"
#include "models/llama/gradient_buffer.h"

namespace suite {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

SUITE_VECTOR_CLONES
void ForwardRow(const float* logits, int64_t size, float inverse_temperature, float* log_denominator, float* entropy) {
  float largest = logits[0];
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < size; ++i) largest = logits[i] > largest ? logits[i] : largest;
  float sum = 0, weighted = 0;
#pragma omp simd reduction(+ : sum, weighted)
  for (int64_t i = 0; i < size; ++i) {
    const float z = (logits[i] - largest) * inverse_temperature;
    const float e = VectorExp(z);
    sum += e;
    weighted += e * z;
  }
  const float log_sum = std::log(sum);
  *log_denominator = largest * inverse_temperature + log_sum;
  *entropy = log_sum - weighted / sum;
}

// Turns a row of logits into the gradient with respect to them, given those of log-probability and entropy:
//   d logp / d z_j = 1[j = target] - p_j,   d entropy / d z_j = -p_j (log p_j + entropy),   z = logits / temperature.
SUITE_VECTOR_CLONES
void BackwardRow(float* logits, int64_t size, float inverse_temperature, float log_denominator, float entropy,
                 float d_logp, float d_entropy) {
  for (int64_t i = 0; i < size; ++i) {
    const float log_p = logits[i] * inverse_temperature - log_denominator;
    logits[i] = -inverse_temperature * VectorExp(log_p) * (d_logp + d_entropy * (log_p + entropy));
  }
}

// Of some rows.
struct Scores {
  at::Tensor logp, entropy, log_denominator;

  Scores Part(int64_t begin, int64_t count) const {
    return {logp.narrow(0, begin, count), entropy.narrow(0, begin, count), log_denominator.narrow(0, begin, count)};
  }
};

Scores EmptyScores(int64_t rows, const at::Tensor& head) {
  const at::TensorOptions options = head.options().dtype(head.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  return {at::empty({rows}, options), at::empty({rows}, options), at::empty({rows}, options)};
}

AllowedColumns Part(const AllowedColumns& allowed, int64_t begin, int64_t count) {
  if (!allowed.defined()) return {};
  return {allowed.begin_M1.narrow(0, begin, count + 1), allowed.allowed_L};
}

// Numbers of a row at its allowed columns, side by side; of all columns where everything is allowed.
class AllowedRow {
 public:
  explicit AllowedRow(const AllowedColumns& allowed) : all_(!allowed.defined()) {
    if (all_) return;
    begins_ = allowed.begin_M1.const_data_ptr<int64_t>();
    columns_ = allowed.allowed_L.const_data_ptr<int32_t>();
  }

  // The numbers of row `n` at `row`, `size` wide; sets `size` to how many there are.
  float* Gather(int64_t n, float* row, int64_t* size) {
    if (all_) return row;
    first_ = columns_ + begins_[n];
    gathered_.resize(static_cast<size_t>(begins_[n + 1] - begins_[n]));
    for (size_t i = 0; i < gathered_.size(); ++i) gathered_[i] = row[first_[i]];
    *size = static_cast<int64_t>(gathered_.size());
    return gathered_.data();
  }

  // Puts them back, with zeros at the columns that are not allowed.
  void Scatter(float* row, int64_t size) const {
    if (all_) return;
    std::fill(row, row + size, 0.0f);
    for (size_t i = 0; i < gathered_.size(); ++i) row[first_[i]] = gathered_[i];
  }

 private:
  const bool all_;
  const int64_t* begins_ = nullptr;
  const int32_t* columns_ = nullptr;
  const int32_t* first_ = nullptr;
  std::vector<float> gathered_;
};

// Logits divided by the temperature, minus infinity where a column is not allowed: for the operators that the kernels
// are not for.
at::Tensor AllowedLogits(const at::Tensor& logits, at::ScalarType type, double temperature,
                         const AllowedColumns& allowed) {
  const at::Tensor z = logits.to(type) / temperature;
  if (!allowed.defined()) return z;
  const at::Tensor counts = allowed.begin_M1.diff();
  const at::Tensor row = at::repeat_interleave(at::arange(logits.size(0), counts.options()), counts);
  const at::Tensor first = allowed.begin_M1[0];
  const at::Tensor index = at::arange(row.size(0), counts.options()).add(first);
  const at::Tensor column = allowed.allowed_L.index_select(0, index).to(at::kLong);
  const at::Tensor closed = at::ones(z.sizes(), z.options().dtype(at::kBool));
  return z.masked_fill(closed.index_put({row, column}, at::zeros({}, closed.options())),
                       -std::numeric_limits<double>::infinity());
}

template <typename T>
void ForwardRows(const at::Tensor& logits, const at::Tensor& target, double temperature, const AllowedColumns& allowed,
                 const Scores& scores) {
  const int64_t size = logits.size(1);
  const float inverse = static_cast<float>(1.0 / temperature);
  const T* data = logits.const_data_ptr<T>();
  const int64_t* ids = target.const_data_ptr<int64_t>();
  float *logp = scores.logp.mutable_data_ptr<float>(), *entropy = scores.entropy.mutable_data_ptr<float>();
  float* log_denominator = scores.log_denominator.mutable_data_ptr<float>();
  at::parallel_for(0, logits.size(0), 16, [&](int64_t begin, int64_t end) {
    WideRow<T> wide(size);
    AllowedRow part(allowed);
    for (int64_t n = begin; n < end; ++n) {
      float* row = const_cast<float*>(wide.Read(data + n * size));  // only read
      int64_t count = size;
      const float* const allowed_row = part.Gather(n, row, &count);
      ForwardRow(allowed_row, count, inverse, log_denominator + n, entropy + n);
      logp[n] = row[ids[n]] * inverse - log_denominator[n];
    }
  });
}

template <typename T>
void BackwardRows(at::Tensor& logits, const at::Tensor& target, double temperature, const AllowedColumns& allowed,
                  const Scores& scores, const at::Tensor& d_logp, const at::Tensor& d_entropy) {
  const int64_t size = logits.size(1);
  const float inverse = static_cast<float>(1.0 / temperature);
  T* data = logits.mutable_data_ptr<T>();
  const int64_t* ids = target.const_data_ptr<int64_t>();
  const float *dl = d_logp.const_data_ptr<float>(), *de = d_entropy.const_data_ptr<float>();
  const float *lse = scores.log_denominator.const_data_ptr<float>(), *entropy = scores.entropy.const_data_ptr<float>();
  at::parallel_for(0, logits.size(0), 16, [&](int64_t begin, int64_t end) {
    WideRow<T> wide(size);
    AllowedRow part(allowed);
    for (int64_t n = begin; n < end; ++n) {
      float* row = wide.Edit(data + n * size);
      int64_t count = size;
      float* const allowed_row = part.Gather(n, row, &count);
      BackwardRow(allowed_row, count, inverse, lse[n], entropy[n], dl[n], de[n]);
      part.Scatter(row, size);
      row[ids[n]] += inverse * dl[n];
      wide.Store(data + n * size);
    }
  });
}

void ForwardChunk(const at::Tensor& logits, const at::Tensor& target, double temperature, const AllowedColumns& allowed,
                  const Scores& scores) {
  if (!IsKernelInput(logits)) {
    const at::Tensor z = AllowedLogits(logits, scores.logp.scalar_type(), temperature, allowed);
    const at::Tensor log_denominator = z.logsumexp(-1);
    scores.log_denominator.copy_(log_denominator);
    const at::Tensor p = at::exp(z - log_denominator.unsqueeze(-1));
    // Of a column that is not allowed z is infinite and p is 0.
    const at::Tensor weighted = allowed.defined() ? at::xlogy(p, p).sum(-1).neg() : log_denominator - (p * z).sum(-1);
    scores.entropy.copy_(weighted);
    scores.logp.copy_(z.gather(1, target.unsqueeze(1)).squeeze(1) - log_denominator);
    return;
  }
  if (logits.scalar_type() == at::kFloat) {
    ForwardRows<float>(logits, target, temperature, allowed, scores);
  } else {
    ForwardRows<at::BFloat16>(logits, target, temperature, allowed, scores);
  }
}

// Turns `logits` into their gradient; the kernel does so in place.
void BackwardChunk(at::Tensor& logits, const at::Tensor& target, double temperature, const AllowedColumns& allowed,
                   const Scores& scores, const at::Tensor& d_logp, const at::Tensor& d_entropy) {
  if (!IsKernelInput(logits)) {
    const auto type = scores.log_denominator.scalar_type();
    at::Tensor log_p = AllowedLogits(logits, type, temperature, allowed) - scores.log_denominator.unsqueeze(-1);
    const at::Tensor p = at::exp(log_p);
    // Where a column is not allowed p is 0 and so is the gradient, but 0 times infinity is not.
    if (allowed.defined()) log_p = log_p.masked_fill(p.eq(0), 0);
    at::Tensor d = -p * (d_logp.unsqueeze(-1) + d_entropy.unsqueeze(-1) * (log_p + scores.entropy.unsqueeze(-1)));
    d.scatter_add_(1, target.unsqueeze(1), d_logp.unsqueeze(1));
    // Not copied into the old tensor: autograd would take a second pass over a block it kept for an error.
    logits = (d / temperature).to(logits.scalar_type());
    return;
  }
  if (logits.scalar_type() == at::kFloat) {
    BackwardRows<float>(logits, target, temperature, allowed, scores, d_logp, d_entropy);
  } else {
    BackwardRows<at::BFloat16>(logits, target, temperature, allowed, scores, d_logp, d_entropy);
  }
}

void AddHeadGradient(const at::Tensor& d_logits, const at::Tensor& hidden, at::Tensor* d_head) {
  if (d_head->scalar_type() == d_logits.scalar_type()) {
    AddProduct(d_logits.t(), hidden, d_head);
  } else {
    d_head->add_(Product(d_logits.t(), hidden));
  }
}

int64_t ChunkRows(const at::Tensor& head, const ScoreOptions& options) {
  const int64_t row_bytes = head.size(0) * static_cast<int64_t>(head.element_size());
  return std::max<int64_t>(1, options.chunk_bytes / row_bytes);
}

// The block that every chunk's logits are written into, in the forward pass and again in the backward pass. Not one
// block each: malloc rarely puts an aligned block into the hole that the last one left once small tensors lie behind
// it, so freed blocks would pile up, to as much memory as all logits.
at::Tensor LogitsBlock(const at::Tensor& head, int64_t rows, int64_t chunk_rows) {
  return at::empty({std::min(chunk_rows, rows), head.size(0)}, head.options());
}

struct ScoreTokensFunction : torch::autograd::Function<ScoreTokensFunction> {
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& head,
                               const at::Tensor& target, double temperature, int64_t chunk_rows, bool for_backward,
                               const AllowedColumns& allowed) {
    const int64_t rows = hidden.size(0);
    const Scores scores = EmptyScores(rows, head);
    const at::Tensor block = LogitsBlock(head, rows, chunk_rows);
    for (int64_t first = 0; first < rows; first += chunk_rows) {
      const int64_t count = std::min(chunk_rows, rows - first);
      at::Tensor logits = block.narrow(0, 0, count);
      ProductInto(hidden.narrow(0, first, count), head.t(), &logits);
      ForwardChunk(logits, target.narrow(0, first, count), temperature, Part(allowed, first, count),
                   scores.Part(first, count));
    }
    context->save_for_backward({hidden, head, target, scores.entropy, scores.log_denominator});
    if (allowed.defined()) {
      context->saved_data["begin"] = allowed.begin_M1;
      context->saved_data["allowed"] = allowed.allowed_L;
    }
    // Not among the saved variables: the backward pass writes into it, which LibTorch would take for an error.
    if (for_backward) context->saved_data["block"] = block;
    context->saved_data["temperature"] = temperature;
    context->saved_data["chunk_rows"] = chunk_rows;
    return {scores.logp, scores.entropy};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &hidden = saved[0], &head = saved[1], &target = saved[2];
    const Scores scores = {/*logp=*/{}, saved[3], saved[4]};
    AllowedColumns allowed;
    if (context->saved_data.count("begin")) {
      allowed = {context->saved_data["begin"].toTensor(), context->saved_data["allowed"].toTensor()};
    }
    const double temperature = context->saved_data["temperature"].toDouble();
    const int64_t chunk_rows = context->saved_data["chunk_rows"].toInt(), rows = hidden.size(0);
    const at::Tensor zero = at::zeros_like(scores.entropy);
    const at::Tensor d_logp = gradients[0].defined() ? gradients[0].contiguous() : zero;
    const at::Tensor d_entropy = gradients[1].defined() ? gradients[1].contiguous() : zero;
    at::Tensor d_hidden = at::empty_like(hidden);
    // Chunks are summed in float32, also those of a bfloat16 head.
    const at::Tensor buffer = GradientBuffer(head);
    const bool in_place = buffer.defined() && buffer.scalar_type() == scores.entropy.scalar_type();
    at::Tensor d_head = in_place ? buffer : at::zeros(head.sizes(), scores.entropy.options());
    // Taken away, for it is overwritten: a second pass through the graph gets a new one and computes it all again.
    const bool first_pass = context->saved_data.count("block");
    const at::Tensor block = first_pass ? context->saved_data["block"].toTensor() : LogitsBlock(head, rows, chunk_rows);
    context->saved_data.erase("block");
    const bool kept = first_pass && rows <= chunk_rows;
    for (int64_t first = 0; first < rows; first += chunk_rows) {
      const int64_t count = std::min(chunk_rows, rows - first);
      const auto part = [&](const at::Tensor& x) { return x.narrow(0, first, count); };
      at::Tensor logits = block.narrow(0, 0, count);
      if (!kept) ProductInto(part(hidden), head.t(), &logits);
      BackwardChunk(logits, part(target), temperature, Part(allowed, first, count),
                    {{}, part(scores.entropy), part(scores.log_denominator)}, part(d_logp), part(d_entropy));
      at::Tensor d_part = part(d_hidden);
      ProductInto(logits, head, &d_part);
      AddHeadGradient(logits, part(hidden), &d_head);
    }
    return {d_hidden, in_place ? at::Tensor() : d_head.to(head.scalar_type()), {}, {}, {}, {}, {}};
  }
};

}  // namespace

TokenLogProbs ScoreTokens(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& target,
                          const ScoreOptions& options, const AllowedColumns& allowed) {
  SUITE_CHECK_EQ(hidden.size(0), target.size(0));
  if (allowed.defined()) SUITE_CHECK_EQ(allowed.begin_M1.size(0), target.size(0) + 1);
  const bool for_backward = c10::GradMode::is_enabled() && (hidden.requires_grad() || head.requires_grad());
  const auto outputs = ScoreTokensFunction::apply(hidden, head, target, options.temperature, ChunkRows(head, options),
                                                  for_backward, allowed);
  return {outputs[0], outputs[1]};
}

}  // namespace suite
