#include "tests/parity/comparison.h"

#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace suite::parity {
namespace {

constexpr double kTight = 2e-6, kWide = 2e-4, kWideShare = 1e-3;

}  // namespace

void Comparison::Near(const std::string& quantity, const at::Tensor& found, const at::Tensor& expected,
                      Tolerance tolerance) {
  ASSERT_EQ(found.sizes(), expected.sizes()) << quantity;
  const at::Tensor a = found.detach().to(at::kDouble).contiguous(), b = expected.to(at::kDouble).contiguous();
  Use& use = uses_[quantity];
  int64_t outside = 0, worst = 0;
  double worst_share = -1;
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double x = a.const_data_ptr<double>()[i], y = b.const_data_ptr<double>()[i];
    const double gap = std::abs(x - y), allowed = tolerance.absolute + tolerance.relative * std::abs(y);
    const double share = gap == 0 ? 0 : gap / allowed;
    if (!(gap <= allowed)) ++outside;
    if (!(share <= worst_share)) {  // not a number counts as worst
      worst_share = share;
      worst = i;
    }
    use.gap = std::max(use.gap, gap);
  }
  use.numbers += a.numel();
  use.share = std::max(use.share, worst_share);
  if (a.numel() == 0) return;
  EXPECT_EQ(outside, 0) << quantity << ": element " << worst << " is " << a.const_data_ptr<double>()[worst]
                        << ", expected " << b.const_data_ptr<double>()[worst] << ", " << worst_share
                        << " times the tolerance";
}

void Comparison::Near(const std::string& quantity, double found, double expected, Tolerance tolerance) {
  Near(quantity, at::scalar_tensor(found, at::kDouble), at::scalar_tensor(expected, at::kDouble), tolerance);
}

void Comparison::AddUpdated(const std::string& quantity, const at::Tensor& found, const at::Tensor& expected) {
  ASSERT_EQ(found.sizes(), expected.sizes()) << quantity;
  const at::Tensor gap = found.to(at::kDouble).sub(expected.to(at::kDouble)).abs().contiguous();
  std::vector<double>& gaps = updated_gaps_[quantity];
  gaps.insert(gaps.end(), gap.const_data_ptr<double>(), gap.const_data_ptr<double>() + gap.numel());
}

void Comparison::CheckUpdated(const std::string& quantity) {
  const std::vector<double> gaps = std::move(updated_gaps_[quantity]);
  updated_gaps_.erase(quantity);
  ASSERT_FALSE(gaps.empty()) << quantity;
  const auto wide = std::count_if(gaps.begin(), gaps.end(), [](double gap) { return !(gap <= kTight); });
  const double largest = *std::max_element(gaps.begin(), gaps.end());
  const double count = static_cast<double>(gaps.size());
  EXPECT_LE(static_cast<double>(wide), kWideShare * count) << quantity << ": elements off by more than " << kTight;
  for (const double gap : gaps) ASSERT_LE(gap, kWide) << quantity;
  std::printf("%s: %zu numbers, %td beyond %g, largest gap %.2g\n", quantity.c_str(), gaps.size(), wide, kTight,
              largest);
}

void Comparison::Print() const {
  for (const auto& [quantity, use] : uses_) {
    std::printf("%s: %lld numbers, largest gap %.2g, %.2g of the tolerance\n", quantity.c_str(),
                static_cast<long long>(use.numbers), use.gap, use.share);
  }
}

}  // namespace suite::parity
