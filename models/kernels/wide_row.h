// How kernels written for float32 rows also run on bfloat16 rows: float32 is read and written where it lies, bfloat16
// through a float32 buffer. So statistics and products are float32 in both, and a result is rounded once.
//
//   at::parallel_for(0, rows, kRowGrain, [&](int64_t begin, int64_t end) {
//     WideRow<T> in(size), out(size);                       // one a thread
//     for (int64_t n = begin; n < end; ++n) {
//       Kernel(in.Read(x + n * size), out.Target(y + n * size));
//       out.Store(y + n * size);
//     }
//   });
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace suite {

// CPU, float32 or bfloat16, contiguous: what the kernels run on.
bool IsKernelInput(const at::Tensor& x);

void WidenRow(const at::BFloat16* from, int64_t size, float* to);
// Rounds to nearest, ties to even; NaN stays NaN.
void NarrowRow(const float* from, int64_t size, at::BFloat16* to);

// T: float or at::BFloat16.
template <typename T>
class WideRow {
 public:
  explicit WideRow(int64_t size) : size_(size), buffer_(kWide ? 0 : static_cast<size_t>(size)) {}

  // The numbers of `row`; stays valid until the next call.
  const float* Read(const T* row) { return Load(row); }
  // The numbers of `row`, to be changed; Store puts them back.
  float* Edit(T* row) { return const_cast<float*>(Load(row)); }

  // Where the numbers of `row` are to be written, and Store brings them there.
  float* Target(T* row) {
    if constexpr (kWide) return row;
    return buffer_.data();
  }
  void Store(T* row) const {
    if constexpr (!kWide) NarrowRow(buffer_.data(), size_, row);
  }

 private:
  static constexpr bool kWide = std::is_same_v<T, float>;

  const float* Load(const T* row) {
    if constexpr (kWide) {
      return row;
    } else {
      WidenRow(row, size_, buffer_.data());
      return buffer_.data();
    }
  }

  int64_t size_;
  std::vector<float> buffer_;
};

}  // namespace suite
