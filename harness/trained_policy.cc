#include "harness/trained_policy.h"

#include <vector>

namespace suite {

TrainedPolicy::TrainedPolicy(const Llama& llama, const LlamaWeights& start, int64_t shards)
    : weights_(start.Clone()), scorer_(llama, weights_, shards), optimizer_(MakeAdamWState({weights_.flat()})) {}

double TrainedPolicy::Apply(const UpdateOptions& options) {
  const std::vector<at::Tensor> gradients = {scorer_.gradients().flat()};
  const double norm = ClipGradientNorm(gradients, options.max_grad_norm);
  AdamWStep({weights_.flat()}, gradients, options.learning_rate, options.adamw, &optimizer_);
  return norm;
}

void TrainedPolicy::Restore(const at::Tensor& weights_flat, const AdamWState& optimizer) {
  weights_.flat().copy_(weights_flat);
  optimizer_.first_moment.front().copy_(optimizer.first_moment.front());
  optimizer_.second_moment.front().copy_(optimizer.second_moment.front());
  optimizer_.step = optimizer.step;
}

}  // namespace suite
