#include "harness/distributed/sharded_adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <vector>

#include "base/check.h"

namespace suite {
namespace {

// GradientNorm (algorithms/adamw.cc) adds norms of pieces of this size; slices that end with pieces make the whole norm
// independent of their number.
constexpr int64_t kNormPiece = int64_t{1} << 16;

int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The part of slice `rank` that bucket [offset, offset + size) of every slice touches: a view of `flat`, maybe empty.
at::Tensor BucketOf(const at::Tensor& flat, const FlatSlice& slice, int64_t offset, int64_t size) {
  const int64_t begin = std::min(offset, slice.size), end = std::min(offset + size, slice.size);
  return flat.narrow(0, slice.first + begin, end - begin);
}

}  // namespace

FlatSlice SliceOf(int64_t total, int world_size, int rank) {
  FlatSlice slice;
  slice.stride = CeilDivide(CeilDivide(total, kNormPiece), world_size) * kNormPiece;
  slice.first = std::min(total, rank * slice.stride);
  slice.size = std::min(slice.stride, total - slice.first);
  return slice;
}

ShardedAdamW::ShardedAdamW(at::Tensor weights_flat, ProcessGroup* group, int64_t bucket_elements)
    : weights_flat_(std::move(weights_flat)),
      group_(group),
      bucket_(std::max<int64_t>(1, bucket_elements / group->world_size())),
      slice_(SliceOf(weights_flat_.numel(), group->world_size(), group->rank())) {
  SUITE_CHECK_EQ(weights_flat_.dim(), 1);
  const at::Tensor own = weights_flat_.narrow(0, slice_.first, slice_.size);
  masters_ = own.to(at::kFloat);  // a view when it already is
  gradient_ = at::empty_like(masters_);
  state_ = MakeAdamWState({masters_});
}

void ShardedAdamW::SumGradients(const at::Tensor& gradients_flat) {
  SUITE_CHECK_EQ(gradients_flat.numel(), weights_flat_.numel());
  const int world = group_->world_size();
  for (int64_t offset = 0; offset < slice_.stride; offset += bucket_) {
    const int64_t size = std::min(bucket_, slice_.stride - offset);
    at::Tensor parts = at::zeros({world, size}, gradient_.options());
    for (int rank = 0; rank < world; ++rank) {
      const at::Tensor part = BucketOf(gradients_flat, SliceOf(weights_flat_.numel(), world, rank), offset, size);
      parts.select(0, rank).narrow(0, 0, part.numel()).copy_(part);
    }
    const at::Tensor sum = ReduceScatter(*group_, parts, "gradient reduce-scatter");
    at::Tensor own = BucketOf(gradient_, {0, slice_.size, slice_.stride}, offset, size);
    own.copy_(sum.narrow(0, 0, own.numel()));
  }
}

// As GradientNorm on the whole gradient: norms of pieces, all of them on every rank, added in double.
double ShardedAdamW::Norm() {
  const int64_t pieces = slice_.stride / kNormPiece;
  at::Tensor own = at::zeros({pieces}, gradient_.options());
  if (slice_.size > 0) {
    const at::Tensor norms = at::stack(at::_foreach_norm(gradient_.split(kNormPiece), 2));
    own.narrow(0, 0, norms.numel()).copy_(norms);
  }
  at::Tensor all = at::empty({group_->world_size(), pieces}, own.options());
  group_->AllGather(own, all, "gradient norm");
  // Without what late slices lack: zeros would add nothing, but put the others into another order.
  const int64_t count = CeilDivide(weights_flat_.numel(), kNormPiece);
  return all.view({-1}).narrow(0, 0, count).to(at::kDouble).norm(2).item<double>();
}

double ShardedAdamW::Step(const at::Tensor& gradients_flat, const ShardedStepOptions& options) {
  SUITE_CHECK_GT(options.max_grad_norm, 0.0);
  const at::NoGradGuard no_grad;
  SumGradients(gradients_flat);
  const double norm = Norm();
  const double scale = std::min(1.0, options.max_grad_norm / (norm + 1e-6));
  if (slice_.size > 0) {
    if (scale < 1.0) gradient_.mul_(scale);
    AdamWStep({masters_}, {gradient_}, options.learning_rate, options.adamw, &state_);
  } else {
    ++state_.step;
  }
  SpreadWeights();
  return norm;
}

void ShardedAdamW::SpreadWeights() {
  if (masters_.scalar_type() != weights_flat_.scalar_type()) {
    weights_flat_.narrow(0, slice_.first, slice_.size).copy_(masters_);
  }
  const int world = group_->world_size();
  if (world == 1) return;
  for (int64_t offset = 0; offset < slice_.stride; offset += bucket_) {
    const int64_t size = std::min(bucket_, slice_.stride - offset);
    at::Tensor part = at::zeros({size}, weights_flat_.options()),
               all = at::empty({world, size}, weights_flat_.options());
    const at::Tensor own = BucketOf(weights_flat_, slice_, offset, size);
    part.narrow(0, 0, own.numel()).copy_(own);
    group_->AllGather(part, all, "weight all-gather");
    for (int rank = 0; rank < world; ++rank) {
      if (rank == group_->rank()) continue;
      const at::Tensor theirs = BucketOf(weights_flat_, SliceOf(weights_flat_.numel(), world, rank), offset, size);
      theirs.copy_(all.select(0, rank).narrow(0, 0, theirs.numel()));
    }
  }
}

at::Tensor ShardedAdamW::GatherSlices(const at::Tensor& slice, bool keep, const std::string& phase) {
  const at::NoGradGuard no_grad;
  const int world = group_->world_size();
  const int64_t total = weights_flat_.numel();
  at::Tensor whole = keep ? at::empty({total}, slice.options().device(at::kCPU)) : at::Tensor();
  for (int64_t offset = 0; offset < slice_.stride; offset += bucket_) {
    const int64_t size = std::min(bucket_, slice_.stride - offset);
    at::Tensor part = at::zeros({size}, slice.options()), all = at::empty({world, size}, slice.options());
    const at::Tensor own = BucketOf(slice, {0, slice_.size, slice_.stride}, offset, size);
    part.narrow(0, 0, own.numel()).copy_(own);
    group_->AllGather(part, all, phase);
    for (int rank = 0; keep && rank < world; ++rank) {
      const at::Tensor theirs = BucketOf(whole, SliceOf(total, world, rank), offset, size);
      theirs.copy_(all.select(0, rank).narrow(0, 0, theirs.numel()));
    }
  }
  return whole;
}

at::Tensor ShardedAdamW::GatherMasters(bool keep) { return GatherSlices(masters_, keep, "gathering of masters"); }

AdamWState ShardedAdamW::GatherMoments(bool keep) {
  AdamWState whole;
  whole.first_moment = {GatherSlices(state_.first_moment.front(), keep, "gathering of first moments")};
  whole.second_moment = {GatherSlices(state_.second_moment.front(), keep, "gathering of second moments")};
  whole.step = state_.step;
  return whole;
}

void ShardedAdamW::SetMasters(const at::Tensor& masters_flat) {
  SUITE_CHECK_EQ(masters_flat.numel(), weights_flat_.numel());
  const at::NoGradGuard no_grad;
  weights_flat_.copy_(masters_flat);
  masters_.copy_(masters_flat.narrow(0, slice_.first, slice_.size));
}

void ShardedAdamW::Restore(const at::Tensor& masters_flat, const AdamWState& moments) {
  SetMasters(masters_flat);
  const at::NoGradGuard no_grad;
  const auto own = [&](const at::Tensor& whole) { return whole.narrow(0, slice_.first, slice_.size); };
  state_.first_moment.front().copy_(own(moments.first_moment.front()));
  state_.second_moment.front().copy_(own(moments.second_moment.front()));
  state_.step = moments.step;
}

}  // namespace suite
