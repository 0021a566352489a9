#include "models/checkpoints/gguf.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>

#include "base/error.h"
#include "base/files.h"
#include "models/checkpoints/gguf_bytes.h"

namespace suite {
namespace {

std::string Written(const std::string& bytes) {
  const std::string path = testing::TempDir() + "/model.gguf";
  WriteFileAtomically(path, bytes);
  return path;
}

GgufFile Opened(const GgufBytes& bytes) { return GgufFile(Written(bytes.File())); }

std::vector<float> Values(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<float>(), tensor.const_data_ptr<float>() + tensor.numel()};
}

std::string ErrorOf(const std::function<void()>& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// The f16 1.5 and -0.25.
const std::string kOneAndHalf = LittleEndian<uint16_t>(0x3e00), kMinusQuarter = LittleEndian<uint16_t>(0xb400);

// Byte j holds j in its low half and 15 - j in its high one.
std::string Halves() {
  std::string bytes;
  for (int j = 0; j < 16; ++j) bytes += static_cast<char>(j | (15 - j) << 4);
  return bytes;
}

TEST(Gguf, MetadataOfEveryType) {
  GgufBytes bytes;
  bytes.Key("u8", 0, "\xff");
  bytes.Key("i8", 1, "\xff");
  bytes.Key("u16", 2, "\xff\xff");
  bytes.Key("i16", 3, "\xfe\xff");
  bytes.Unsigned("u32", 4000000000u);
  bytes.Key("i32", 5, LittleEndian<int32_t>(-7));
  bytes.Real("f32", 0.1f);
  bytes.Bool("yes", true);
  bytes.Bool("no", false);
  bytes.Text("text", "h\xc3\xa9");
  bytes.Key("u64", 10, LittleEndian(std::numeric_limits<uint64_t>::max()));
  bytes.Key("i64", 11, LittleEndian(std::numeric_limits<int64_t>::min()));
  bytes.Key("f64", 12, LittleEndian(0.1));
  bytes.Texts("texts", {"a", "", "bc"});
  bytes.Array("i32s", 5, 2, LittleEndian(std::vector<int32_t>{-1, 3}));
  bytes.Array("u16s", 2, 2, LittleEndian(std::vector<uint16_t>{1, 65535}));
  bytes.Array("bools", 7, 2, std::string("\x01\x00", 2));
  bytes.Array("f64s", 12, 1, LittleEndian(2.5));
  const GgufFile file = Opened(bytes);
  EXPECT_EQ(file.metadata().size(), 18u);
  EXPECT_EQ(file.Integer("u8"), 255);
  EXPECT_EQ(file.Integer("i8"), -1);
  EXPECT_EQ(file.Integer("u16"), 65535);
  EXPECT_EQ(file.Integer("i16"), -2);
  EXPECT_EQ(file.Integer("u32"), 4000000000);
  EXPECT_EQ(file.Integer("i32"), -7);
  EXPECT_EQ(file.Real("f32"), static_cast<double>(0.1f));
  EXPECT_TRUE(file.Bool("yes"));
  EXPECT_FALSE(file.Bool("no"));
  EXPECT_EQ(file.Text("text"), "h\xc3\xa9");
  EXPECT_EQ(std::get<uint64_t>(file.metadata().at("u64")), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(file.Integer("i64"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(file.Real("f64"), 0.1);
  EXPECT_EQ(file.Texts("texts"), (std::vector<std::string>{"a", "", "bc"}));
  EXPECT_EQ(file.Integers("i32s"), (std::vector<int64_t>{-1, 3}));
  EXPECT_EQ(file.Integers("u16s"), (std::vector<int64_t>{1, 65535}));
  EXPECT_EQ(std::get<std::vector<bool>>(file.metadata().at("bools")), (std::vector<bool>{true, false}));
  EXPECT_EQ(std::get<std::vector<double>>(file.metadata().at("f64s")), std::vector<double>{2.5});
}

TEST(Gguf, AskingForTheWrongKindNamesFileAndKey) {
  GgufBytes bytes;
  bytes.Text("text", "x");
  bytes.Unsigned("number", 1);
  bytes.Key("huge", 10, LittleEndian(std::numeric_limits<uint64_t>::max()));
  const GgufFile file = Opened(bytes);
  const auto expect = [&](const std::string& expected, const std::function<void()>& act) {
    EXPECT_EQ(ErrorOf(act), file.path() + ": " + expected);
  };
  expect("has no metadata key 'absent'", [&] { file.Text("absent"); });
  expect("number: is not a string; allowed: a string", [&] { file.Text("number"); });
  expect("text: is not an integer; allowed: a whole number", [&] { file.Integer("text"); });
  expect("huge: is above 2^63 - 1; allowed: a whole number", [&] { file.Integer("huge"); });
  expect("number: is not a floating-point number; allowed: f32, f64", [&] { file.Real("number"); });
  expect("number: is not a bool; allowed: true, false", [&] { file.Bool("number"); });
  expect("number: is not an array of integers; allowed: an array of integers", [&] { file.Integers("number"); });
  expect("number: is not an array of strings; allowed: an array of strings", [&] { file.Texts("number"); });
  expect("has no tensor 'absent'", [&] { file.Load("absent"); });
}

TEST(Gguf, PlainTypesAreWidened) {
  GgufBytes bytes;
  bytes.Tensor("f32", {3, 2}, kGgufF32, LittleEndian(std::vector<float>{1, -2, 3.5f, 1e-30f, 5, 6}));
  // 1, -2, 65504, the smallest subnormal
  bytes.Tensor("f16", {2, 1, 2}, kGgufF16, LittleEndian(std::vector<uint16_t>{0x3c00, 0xc000, 0x7bff, 0x0001}));
  bytes.Tensor("bf16", {3}, kGgufBf16, LittleEndian(std::vector<uint16_t>{0x3f80, 0xc040, 0x7f7f}));
  const GgufFile file = Opened(bytes);
  EXPECT_EQ(file.Load("f32").sizes(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Values(file.Load("f32")), (std::vector<float>{1, -2, 3.5f, 1e-30f, 5, 6}));
  EXPECT_EQ(file.Load("f16").sizes(), (std::vector<int64_t>{2, 1, 2}));
  EXPECT_EQ(Values(file.Load("f16")), (std::vector<float>{1, -2, 65504, 0x1p-24f}));
  EXPECT_EQ(Values(file.Load("bf16")), (std::vector<float>{1, -3, 0x1.fep+127f}));
  EXPECT_EQ(file.tensors().at("bf16").offset, 64u);
  EXPECT_EQ(file.data_start() % 32, 0u);
}

TEST(Gguf, BlocksAreDequantised) {
  std::string bytes_from_minus_16;
  for (int j = 0; j < 32; ++j) bytes_from_minus_16 += static_cast<char>(j - 16);
  bytes_from_minus_16[0] = '\x80';
  GgufBytes bytes;
  bytes.Tensor("q4_0", {32}, kGgufQ40, kOneAndHalf + Halves());
  bytes.Tensor("q4_1", {32}, kGgufQ41, kOneAndHalf + kMinusQuarter + Halves());
  bytes.Tensor("q8_0", {32, 2}, kGgufQ80, kOneAndHalf + bytes_from_minus_16 + kMinusQuarter + std::string(32, '\x04'));
  const GgufFile file = Opened(bytes);
  const std::vector<float> q4_0 = Values(file.Load("q4_0")), q4_1 = Values(file.Load("q4_1"));
  const std::vector<float> q8_0 = Values(file.Load("q8_0"));
  for (int j = 0; j < 16; ++j) {
    EXPECT_EQ(q4_0[j], 1.5f * (j - 8));
    EXPECT_EQ(q4_0[j + 16], 1.5f * (7 - j));
    EXPECT_EQ(q4_1[j], 1.5f * j - 0.25f);
    EXPECT_EQ(q4_1[j + 16], 1.5f * (15 - j) - 0.25f);
  }
  ASSERT_EQ(q8_0.size(), 64u);
  EXPECT_EQ(q8_0[0], -192.0f);
  for (int j = 1; j < 32; ++j) EXPECT_EQ(q8_0[j], 1.5f * (j - 16));
  for (int j = 32; j < 64; ++j) EXPECT_EQ(q8_0[j], -1.0f);
}

TEST(Gguf, AlignmentAndVersion2) {
  for (const uint32_t alignment : {8u, 64u, 4096u}) {
    GgufBytes bytes;
    bytes.version = 2;
    bytes.alignment = alignment;
    bytes.Unsigned("general.alignment", alignment);
    bytes.Tensor("a", {1}, kGgufF32, LittleEndian(1.0f));
    bytes.Tensor("b", {1}, kGgufF32, LittleEndian(2.0f) + std::string(alignment - 4, '\0'));  // padded at the end
    const GgufFile file = Opened(bytes);
    EXPECT_EQ(file.data_start() % alignment, 0u);
    EXPECT_EQ(file.tensors().at("b").offset, alignment);
    EXPECT_EQ(Values(file.Load("b")), std::vector<float>{2});
  }
}

// One tensor "w" of 64 values in Q8_0, with what a case says instead.
GgufBytes OneTensor(std::vector<uint64_t> dims, uint32_t type = kGgufQ80, std::optional<uint64_t> offset = {}) {
  GgufBytes bytes;
  bytes.Tensor("w", dims, type, std::string(68, '\0'), offset);
  return bytes;
}

struct Damaged {
  std::string bytes;
  std::string error;  // after the path
};

std::string WithKey(uint32_t type, const std::string& value) {
  GgufBytes bytes;
  bytes.Key("key", type, value);
  return bytes.File();
}

std::string WithAlignment(uint32_t alignment) {
  GgufBytes bytes = OneTensor({64});
  bytes.Unsigned("general.alignment", alignment);
  return bytes.File();
}

std::string OfVersion(uint32_t version) {
  GgufBytes bytes = OneTensor({64});
  bytes.version = version;
  return bytes.File();
}

std::vector<Damaged> DamagedHeaders() {
  GgufBytes many = OneTensor({64}), twice;
  many.tensor_count = uint64_t{1} << 60;
  twice.Unsigned("key", 1);
  twice.Unsigned("key", 2);
  const std::string whole = OneTensor({64}).File();
  return {
      {"", ": is empty; allowed: a GGUF file"},
      {"GGU", ": does not begin with GGUF; allowed: a GGUF file"},
      {"PK\x03\x04 and more", ": does not begin with GGUF; allowed: a GGUF file"},
      {"GGUF\x03", ": 4 bytes wanted at byte 4, but the file ends at byte 5"},
      {OfVersion(1), ": is of GGUF version 1; allowed: versions 2 and 3, little endian"},
      {OfVersion(0x03000000), ": is big endian; allowed: versions 2 and 3, little endian"},
      {whole.substr(0, 20), ": claims 1 tensors, but 4 bytes are left in the file"},
      {many.File(), ": claims 1152921504606846976 tensors, but"},
      {"GGUF" + LittleEndian(3) + LittleEndian<uint64_t>(0) + LittleEndian(UINT64_MAX),
       ": claims 18446744073709551615 metadata keys, but 0 bytes are left"},
      {twice.File(), ": key: is there twice; allowed: each key once"},
      {WithKey(13, "x"), ": key: has value type 13; allowed: 0 to 12"},
      {WithKey(7, "\x02"), ": key: a bool is 2; allowed: 0, 1"},
      {WithKey(8, LittleEndian<uint64_t>(1 << 20)), ": key: claims 1048576 bytes of text, but"},
      {WithKey(9, LittleEndian(9) + LittleEndian<uint64_t>(1) + "12345678"), ": key: has value type 9"},
      {WithKey(9, LittleEndian(12) + LittleEndian(UINT64_MAX / 8)), ": key: claims 2305843009213693951 items, but"},
      {WithKey(9, LittleEndian(8) + LittleEndian<uint64_t>(300) + GgufString(std::string(3000, 'x'))),
       ": key: 8 bytes wanted at byte"},
      {WithAlignment(0), ": general.alignment: is 0; allowed: a power of 2 from 8"},
      {WithAlignment(48), ": general.alignment: is 48; allowed: a power of 2 from 8"},
      {WithAlignment(1u << 30), ": w: its 68 bytes at offset 0 reach past the 0 bytes of data: truncated file"},
  };
}

std::vector<Damaged> DamagedTensors() {
  GgufBytes twice = OneTensor({64}), hole = OneTensor({64}), overlap = OneTensor({64});
  twice.Tensor("w", {64}, kGgufQ80, std::string(68, '\0'));
  hole.Tensor("v", {64}, kGgufQ80, std::string(68, '\0'), 128);
  overlap.Tensor("v", {64}, kGgufQ80, std::string(68, '\0'), 32);
  const std::string whole = OneTensor({64}).File();
  const uint64_t huge = uint64_t{1} << 62;
  return {
      {twice.File(), ": w: is there twice; allowed: each tensor once"},
      {hole.File(), ": v: its data are at offset 128; allowed: 96, after the tensor before it and padding"},
      {overlap.File(), ": v: its data are at offset 32; allowed: 96"},
      {OneTensor({}).File(), ": w: has 0 dims; allowed: 1 to 4"},
      {OneTensor({32, 1, 1, 1, 2}).File(), ": w: has 5 dims; allowed: 1 to 4"},
      {OneTensor({64}, 12).File(), ": w: has ggml type 12; allowed: 0 (F32), 1 (F16), 2 (Q4_0), 3 (Q4_1), 8 (Q8_0)"},
      {OneTensor({2, 32}).File(), ": w: dims[0] is 2 and its type Q8_0; allowed: a multiple of 32"},
      {OneTensor({0}).File(), ": w: dims[0] is 0; allowed: from 1"},
      {OneTensor({32, 0}).File(), ": w: dims[1] is 0; allowed: from 1"},
      {OneTensor({32, huge}).File(), ": w: dims[1] is 4611686018427387904; allowed: from 1"},
      {OneTensor({32, huge, 8}).File(), ": w: dims[1] is 4611686018427387904; allowed: from 1"},
      {OneTensor({UINT64_MAX - 31}).File(), ": w: dims[0] is 18446744073709551584; allowed: from 1"},
      {OneTensor({64}, kGgufQ80, 1).File(), ": w: its data are at offset 1; allowed: 0"},
      {OneTensor({64}, kGgufQ80, UINT64_MAX).File(), ": w: its data are at offset 18446744073709551615; allowed: 0"},
      {OneTensor({96}).File(), ": w: its 102 bytes at offset 0 reach past the 68 bytes of data: truncated file"},
      {whole.substr(0, whole.size() - 1), ": w: its 68 bytes at offset 0 reach past the 67 bytes of data"},
      {whole + std::string(29, '\0'), ": 1 bytes at its end belong to no tensor"},
      {OneTensor({32, 2, 1, 1}).File().substr(0, 75), ": w: 8 bytes wanted at byte 73, but the file ends at byte 75"},
  };
}

TEST(Gguf, EveryDamageHasItsOwnError) {
  std::vector<Damaged> cases = DamagedHeaders();
  for (const Damaged& damaged : DamagedTensors()) cases.push_back(damaged);
  for (const Damaged& damaged : cases) {
    const std::string path = Written(damaged.bytes);
    const std::string error = ErrorOf([&] { GgufFile{path}; });
    EXPECT_EQ(error.substr(0, path.size() + damaged.error.size()), path + damaged.error);
  }
}

// A cut at any byte is noticed, and no single changed byte does worse than an error.
TEST(Gguf, CutsAndChangedBytes) {
  GgufBytes bytes;
  bytes.Texts("texts", {"a", "bc"});
  bytes.Array("numbers", 5, 2, LittleEndian(std::vector<int32_t>{-1, 3}));
  bytes.Tensor("w", {32, 2}, kGgufQ80, std::string(68, '\x01'));
  const std::string whole = bytes.File();
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string path = Written(whole.substr(0, size));
    EXPECT_THROW(GgufFile{path}, InputError) << size;
  }
  int accepted = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0xff);
    const std::string path = Written(changed);
    try {
      const GgufFile file(path);
      for (const auto& [name, tensor] : file.tensors()) file.Load(name);
      ++accepted;
    } catch (const InputError&) {
    }
  }
  EXPECT_GE(accepted, 68);  // at least those in the data
}

TEST(Gguf, WhatIsNoFile) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(ErrorOf([&] { GgufFile{folder}; }), folder + ": is not a regular file; allowed: a GGUF file");
  EXPECT_EQ(ErrorOf([] { GgufFile{"/nowhere.gguf"}; }), "/nowhere.gguf: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace suite
