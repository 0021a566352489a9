// Compares numbers with golden ones and keeps, by quantity, how much of the tolerance the largest gap used.
//
//   Comparison comparison;
//   comparison.Near("logits", logits, golden, {1e-4});              // fails the test where a gap exceeds the tolerance
//   comparison.Print();                                             // "logits: 4096 numbers, largest gap 6% of ..."
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suite::parity {

// A gap may be `absolute` + `relative` * |expected|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

class Comparison {
 public:
  // Every element. Shapes must be equal.
  void Near(const std::string& quantity, const at::Tensor& found, const at::Tensor& expected, Tolerance tolerance);
  void Near(const std::string& quantity, double found, double expected, Tolerance tolerance);

  // Collects elements that were changed by an update of Adam. The first update is close to learning rate x sign of the
  // gradient, so that an element with a gradient near 1e-8 may move by another amount: see CheckUpdated.
  void AddUpdated(const std::string& quantity, const at::Tensor& found, const at::Tensor& expected);

  // Of all the elements that AddUpdated was given for `quantity`, at most one in a thousand may be off by more than
  // 2e-6, and none by more than 2e-4. Forgets them.
  void CheckUpdated(const std::string& quantity);

  void Print() const;

 private:
  struct Use {
    int64_t numbers = 0;
    double share = 0;  // of the tolerance, by the largest gap
    double gap = 0;    // the largest, absolute
  };

  std::map<std::string, Use> uses_;
  std::map<std::string, std::vector<double>> updated_gaps_;
};

}  // namespace suite::parity
