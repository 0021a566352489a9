// Plain loops that the compiler turns into vector code, compiled once for each level of the instruction set and chosen
// when the program starts. For the .cc files of this folder only.
#pragma once

#include <cstdint>
#include <cstring>

// The dynamic choice (ifunc) runs before a sanitizer is ready, so sanitized builds keep the plain version.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__x86_64__)
#define SUITE_VECTOR_CLONES
#else
#define SUITE_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif

#define SUITE_INLINE static inline __attribute__((always_inline))

namespace suite {

// e^x within 2 ulp for x in [-87, 88], clamped outside: range reduction by ln 2 in two parts and a polynomial of degree
// 5 (coefficients of the Cephes library, expf.c).
SUITE_INLINE float VectorExp(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float shifted = x * 1.44269504088896341f + 12582912.0f;  // the nearest whole number in the low bits
  const float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  // 2^n from those bits, not from a conversion of n, which would be undefined for NaN.
  uint32_t bits;
  std::memcpy(&bits, &shifted, sizeof(bits));
  bits = (bits << 23) + (uint32_t{127} << 23);
  float scale;
  std::memcpy(&scale, &bits, sizeof(scale));
  return p * scale;
}

SUITE_INLINE float VectorSigmoid(float x) { return 1.0f / (1.0f + VectorExp(-x)); }

}  // namespace suite
