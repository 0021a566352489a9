// AdamW on a list of parameters, and clipping of the gradient norm over all of them.
//
//   AdamWState state = MakeAdamWState(parameters);
//   double norm = ClipGradientNorm(gradients, 1.0);
//   AdamWStep(parameters, gradients, learning_rate, config, &state);
//
// One step, with t counted from 1 and decoupled weight decay:
//   p -= lr * weight_decay * p
//   m = beta1 m + (1-beta1) g,  v = beta2 v + (1-beta2) g^2
//   p -= lr * (m / (1-beta1^t)) / (sqrt(v / (1-beta2^t)) + eps)
// as torch.optim.AdamW (arXiv 1711.05101, algorithm 2). Keep parameters and state in float32: at a learning rate of
// 1e-6 an update vanishes in bfloat16.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace suite {

struct AdamWConfig {
  double beta1 = 0.9;
  double beta2 = 0.99;  // the authors' value; torch's default is 0.999
  double eps = 1e-8;
  double weight_decay = 0.0;
};

struct AdamWState {
  std::vector<at::Tensor> first_moment;   // like the parameters
  std::vector<at::Tensor> second_moment;  // like the parameters
  int64_t step = 0;                       // updates made so far
};

AdamWState MakeAdamWState(const std::vector<at::Tensor>& parameters);

// Updates parameters and state in place, without autograd. All tensors on one device, in float32 or float64.
void AdamWStep(const std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients,
               double learning_rate, const AdamWConfig& config, AdamWState* state);

// Euclidean norm over all tensors, as torch.nn.utils.clip_grad_norm_ computes it, with float32's precision whatever the
// size of a tensor.
double GradientNorm(const std::vector<at::Tensor>& gradients);

// Multiplies all gradients in place by min(1, max_norm / (norm + 1e-6)); returns the norm before.
double ClipGradientNorm(const std::vector<at::Tensor>& gradients, double max_norm);

}  // namespace suite
