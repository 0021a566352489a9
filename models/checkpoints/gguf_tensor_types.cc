#include "models/checkpoints/gguf_tensor_types.h"

#include <c10/util/Half.h>

#include <cstring>

namespace suite {
namespace {

constexpr uint64_t kBlock = 32;  // values in a quantised block

template <typename T>
T Read(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

float ReadHalf(const uint8_t* bytes) {
  return static_cast<float>(c10::Half(Read<uint16_t>(bytes), c10::Half::from_bits()));
}

void WidenF32(const uint8_t* in, float* out) { std::memcpy(out, in, sizeof(float)); }

void WidenF16(const uint8_t* in, float* out) { *out = ReadHalf(in); }

void WidenBf16(const uint8_t* in, float* out) {
  const uint32_t bits = static_cast<uint32_t>(Read<uint16_t>(in)) << 16;
  std::memcpy(out, &bits, sizeof(bits));
}

// f16 scale, 16 bytes: the low halves are the first 16 values, the high halves the others, from -8 to 7.
void WidenQ40(const uint8_t* in, float* out) {
  const float scale = ReadHalf(in);
  for (uint64_t j = 0; j < kBlock / 2; ++j) {
    out[j] = static_cast<float>((in[2 + j] & 15) - 8) * scale;
    out[j + kBlock / 2] = static_cast<float>((in[2 + j] >> 4) - 8) * scale;
  }
}

// f16 scale, f16 minimum, 16 bytes with halves from 0 to 15. Products are exact in float32: fusing changes nothing.
void WidenQ41(const uint8_t* in, float* out) {
  const float scale = ReadHalf(in), minimum = ReadHalf(in + 2);
  for (uint64_t j = 0; j < kBlock / 2; ++j) {
    out[j] = static_cast<float>(in[4 + j] & 15) * scale + minimum;
    out[j + kBlock / 2] = static_cast<float>(in[4 + j] >> 4) * scale + minimum;
  }
}

// f16 scale, 32 signed bytes.
void WidenQ80(const uint8_t* in, float* out) {
  const float scale = ReadHalf(in);
  for (uint64_t j = 0; j < kBlock; ++j) out[j] = static_cast<float>(static_cast<int8_t>(in[2 + j])) * scale;
}

template <uint64_t values, uint64_t bytes, void (*widen)(const uint8_t*, float*)>
void WidenBlocks(const uint8_t* in, uint64_t blocks, float* out) {
  for (uint64_t block = 0; block < blocks; ++block) widen(in + block * bytes, out + block * values);
}

template <uint64_t values, uint64_t bytes, void (*widen)(const uint8_t*, float*)>
GgufTensorType MakeType(uint32_t id, const char* name) {
  return {id, name, values, bytes, WidenBlocks<values, bytes, widen>};
}

}  // namespace

const std::vector<GgufTensorType>& GgufTensorTypes() {
  static const std::vector<GgufTensorType> kTypes = {
      MakeType<1, 4, WidenF32>(0, "F32"),        MakeType<1, 2, WidenF16>(1, "F16"),
      MakeType<kBlock, 18, WidenQ40>(2, "Q4_0"), MakeType<kBlock, 20, WidenQ41>(3, "Q4_1"),
      MakeType<kBlock, 34, WidenQ80>(8, "Q8_0"), MakeType<1, 2, WidenBf16>(30, "BF16")};
  return kTypes;
}

}  // namespace suite
