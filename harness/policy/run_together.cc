#include "harness/policy/run_together.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <vector>

#include "harness/launcher/stop_request.h"

namespace suite {

bool ShareState(ProcessGroup& group, int64_t size, std::optional<TrainState>* state) {
  if (group.world_size() == 1) return state->has_value();
  constexpr int64_t kNone = -1;
  at::Tensor steps = state->has_value() ? at::tensor(std::vector<int64_t>{(*state)->step, (*state)->optimizer.step})
                                        : at::full({2}, kNone, at::kLong);
  group.Broadcast(steps, 0, "step to go on from");
  if (steps[0].item<int64_t>() == kNone) return false;
  if (!state->has_value()) {
    TrainState& empty = state->emplace();
    empty.weights_flat = at::empty({size}, at::kFloat);
    empty.optimizer.first_moment = {at::empty({size}, at::kFloat)};
    empty.optimizer.second_moment = {at::empty({size}, at::kFloat)};
  }
  TrainState& shared = **state;
  shared.step = steps[0].item<int64_t>();
  shared.optimizer.step = steps[1].item<int64_t>();
  group.Broadcast(shared.weights_flat, 0, "weights to go on from");
  group.Broadcast(shared.optimizer.first_moment.front(), 0, "first moments to go on from");
  group.Broadcast(shared.optimizer.second_moment.front(), 0, "second moments to go on from");
  return true;
}

bool AnyStopRequested(ProcessGroup& group) {
  at::Tensor requests = at::full({1}, static_cast<int64_t>(StopRequested() != 0), at::kLong);
  group.AllReduce(requests, "agreement on stopping");
  return requests.item<int64_t>() > 0;
}

std::string DecisionOfRankZero(ProcessGroup& group, const std::string& decision, const std::string& about) {
  return AllGatherBytes(group, group.rank() == 0 ? decision : "", about).front();
}

}  // namespace suite
