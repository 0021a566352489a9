#include "models/kernels/wide_row.h"

#include "models/kernels/vector_math.h"

namespace suite {
namespace {

SUITE_VECTOR_CLONES
void Widen(const uint16_t* from, int64_t size, float* to) {
  for (int64_t i = 0; i < size; ++i) {
    const uint32_t bits = static_cast<uint32_t>(from[i]) << 16;
    std::memcpy(to + i, &bits, sizeof(bits));
  }
}

SUITE_VECTOR_CLONES
void Narrow(const float* from, int64_t size, uint16_t* to) {
  for (int64_t i = 0; i < size; ++i) {
    uint32_t bits;
    std::memcpy(&bits, from + i, sizeof(bits));
    const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    to[i] = static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded);
  }
}

}  // namespace

bool IsKernelInput(const at::Tensor& x) {
  return x.device().is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
         x.is_contiguous();
}

void WidenRow(const at::BFloat16* from, int64_t size, float* to) {
  Widen(reinterpret_cast<const uint16_t*>(from), size, to);
}

void NarrowRow(const float* from, int64_t size, at::BFloat16* to) {
  Narrow(from, size, reinterpret_cast<uint16_t*>(to));
}

}  // namespace suite
