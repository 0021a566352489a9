#include "models/llama/token_log_probs.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

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

template <typename T>
void ForwardRows(const at::Tensor& logits, const at::Tensor& target, double temperature, const Scores& scores) {
  const int64_t size = logits.size(1);
  const float inverse = static_cast<float>(1.0 / temperature);
  const T* data = logits.const_data_ptr<T>();
  const int64_t* ids = target.const_data_ptr<int64_t>();
  float *logp = scores.logp.mutable_data_ptr<float>(), *entropy = scores.entropy.mutable_data_ptr<float>();
  float* log_denominator = scores.log_denominator.mutable_data_ptr<float>();
  at::parallel_for(0, logits.size(0), 16, [&](int64_t begin, int64_t end) {
    WideRow<T> wide(size);
    for (int64_t n = begin; n < end; ++n) {
      const float* row = wide.Read(data + n * size);
      ForwardRow(row, size, inverse, log_denominator + n, entropy + n);
      logp[n] = row[ids[n]] * inverse - log_denominator[n];
    }
  });
}

template <typename T>
void BackwardRows(at::Tensor& logits, const at::Tensor& target, double temperature, const Scores& scores,
                  const at::Tensor& d_logp, const at::Tensor& d_entropy) {
  const int64_t size = logits.size(1);
  const float inverse = static_cast<float>(1.0 / temperature);
  T* data = logits.mutable_data_ptr<T>();
  const int64_t* ids = target.const_data_ptr<int64_t>();
  const float *dl = d_logp.const_data_ptr<float>(), *de = d_entropy.const_data_ptr<float>();
  const float *lse = scores.log_denominator.const_data_ptr<float>(), *entropy = scores.entropy.const_data_ptr<float>();
  at::parallel_for(0, logits.size(0), 16, [&](int64_t begin, int64_t end) {
    WideRow<T> wide(size);
    for (int64_t n = begin; n < end; ++n) {
      float* row = wide.Edit(data + n * size);
      BackwardRow(row, size, inverse, lse[n], entropy[n], dl[n], de[n]);
      row[ids[n]] += inverse * dl[n];
      wide.Store(data + n * size);
    }
  });
}

void ForwardChunk(const at::Tensor& logits, const at::Tensor& target, double temperature, const Scores& scores) {
  if (!IsKernelInput(logits)) {
    const at::Tensor z = logits.to(scores.logp.scalar_type()) / temperature;
    const at::Tensor log_denominator = z.logsumexp(-1);
    scores.log_denominator.copy_(log_denominator);
    scores.entropy.copy_(log_denominator - (at::exp(z - log_denominator.unsqueeze(-1)) * z).sum(-1));
    scores.logp.copy_(z.gather(1, target.unsqueeze(1)).squeeze(1) - log_denominator);
    return;
  }
  if (logits.scalar_type() == at::kFloat) {
    ForwardRows<float>(logits, target, temperature, scores);
  } else {
    ForwardRows<at::BFloat16>(logits, target, temperature, scores);
  }
}

// Turns `logits` into their gradient; the kernel does so in place.
void BackwardChunk(at::Tensor& logits, const at::Tensor& target, double temperature, const Scores& scores,
                   const at::Tensor& d_logp, const at::Tensor& d_entropy) {
  if (!IsKernelInput(logits)) {
    const auto type = scores.log_denominator.scalar_type();
    const at::Tensor log_p = logits.to(type) / temperature - scores.log_denominator.unsqueeze(-1);
    at::Tensor d =
        -at::exp(log_p) * (d_logp.unsqueeze(-1) + d_entropy.unsqueeze(-1) * (log_p + scores.entropy.unsqueeze(-1)));
    d.scatter_add_(1, target.unsqueeze(1), d_logp.unsqueeze(1));
    // Not copied into the old tensor: autograd would take a second pass over a block it kept for an error.
    logits = (d / temperature).to(logits.scalar_type());
    return;
  }
  if (logits.scalar_type() == at::kFloat) {
    BackwardRows<float>(logits, target, temperature, scores, d_logp, d_entropy);
  } else {
    BackwardRows<at::BFloat16>(logits, target, temperature, scores, d_logp, d_entropy);
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
                               const at::Tensor& target, double temperature, int64_t chunk_rows, bool for_backward) {
    const int64_t rows = hidden.size(0);
    const Scores scores = EmptyScores(rows, head);
    const at::Tensor block = LogitsBlock(head, rows, chunk_rows);
    for (int64_t begin = 0; begin < rows; begin += chunk_rows) {
      const int64_t count = std::min(chunk_rows, rows - begin);
      at::Tensor logits = block.narrow(0, 0, count);
      ProductInto(hidden.narrow(0, begin, count), head.t(), &logits);
      ForwardChunk(logits, target.narrow(0, begin, count), temperature, scores.Part(begin, count));
    }
    context->save_for_backward({hidden, head, target, scores.entropy, scores.log_denominator});
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
    for (int64_t begin = 0; begin < rows; begin += chunk_rows) {
      const int64_t count = std::min(chunk_rows, rows - begin);
      const auto part = [&](const at::Tensor& x) { return x.narrow(0, begin, count); };
      at::Tensor logits = block.narrow(0, 0, count);
      if (!kept) ProductInto(part(hidden), head.t(), &logits);
      BackwardChunk(logits, part(target), temperature, {{}, part(scores.entropy), part(scores.log_denominator)},
                    part(d_logp), part(d_entropy));
      at::Tensor d_part = part(d_hidden);
      ProductInto(logits, head, &d_part);
      AddHeadGradient(logits, part(hidden), &d_head);
    }
    return {d_hidden, in_place ? at::Tensor() : d_head.to(head.scalar_type()), {}, {}, {}, {}};
  }
};

}  // namespace

TokenLogProbs ScoreTokens(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& target,
                          const ScoreOptions& options) {
  SUITE_CHECK_EQ(hidden.size(0), target.size(0));
  const bool for_backward = c10::GradMode::is_enabled() && (hidden.requires_grad() || head.requires_grad());
  const auto outputs =
      ScoreTokensFunction::apply(hidden, head, target, options.temperature, ChunkRows(head, options), for_backward);
  return {outputs[0], outputs[1]};
}

}  // namespace suite
