#include "models/checkpoints/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "models/llama/gradient_check.h"

namespace suite {
namespace {

std::string Path(const std::string& name) { return testing::TempDir() + "/" + name; }

// The bytes of a file with this header text and these data.
std::string Bytes(const std::string& header, const std::string& data, std::optional<uint64_t> length = std::nullopt) {
  const uint64_t stated = length.value_or(header.size());
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &stated, 8);
  return bytes + header + data;
}

std::string ErrorOf(const std::string& path) {
  try {
    const SafetensorsFile file(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

struct BadFile {
  std::string name;
  std::string bytes;
  std::string message;  // after the path
};

std::vector<BadFile> BadFiles() {
  const std::string two = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string eight(8, '\0'), sixteen(16, '\0');
  return {
      {"empty", "", "is empty; allowed: a safetensors file"},
      {"seven bytes", "1234567", "has 7 bytes; allowed: a safetensors file"},
      {"text", "hello world, hello",
       "header of 8031924123371070824 bytes in a file of 18: truncated or not a safetensors file"},
      {"pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4f\nsize 9\n",
       "is a Git LFS pointer; allowed: the file that it points to (git lfs pull)"},
      {"longest header", Bytes(two, std::string(100000001, ' '), 100000001),
       "header of 100000001 bytes; allowed: at most 100000000"},
      {"header cut", Bytes(two, "", 80), "header of 80 bytes in a file of 62: truncated or not a safetensors file"},
      {"largest length", Bytes(two, eight, UINT64_MAX),
       "header of 18446744073709551615 bytes in a file of 70: truncated or not a safetensors file"},
      {"no JSON", Bytes("{\"a\":", eight),
       "header: parse error at line 1, column 6: syntax error while parsing value - unexpected end of input; expected "
       "'[', '{', or a literal; allowed: JSON"},
      {"no object", Bytes("[1, 2]", eight), "header: is an array; allowed: a JSON object"},
      {"bad UTF-8", Bytes("{\"\xff\":1}", eight), "header: byte 3 is not UTF-8; allowed: UTF-8 text"},
      {"deep", Bytes(std::string(100000, '['), ""), "header: JSON is nested too deep; allowed: 64 levels"},
      {"no header", Bytes("", ""),
       "header: parse error at line 1, column 1: syntax error while parsing value - unexpected end of input; expected "
       "'[', '{', or a literal; allowed: JSON"},
      {"entry is a number", Bytes(R"({"a":3})", ""),
       "a: is 3; allowed: an object with dtype, shape and two data_offsets"},
      {"no dtype", Bytes(R"({"a":{"shape":[2],"data_offsets":[0,8]}})", eight),
       "a: is {\"data_offsets\":[0,8],\"shape\":[2]}; allowed: an object with dtype, shape and two data_offsets"},
      {"three offsets", Bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}})", eight),
       "a: is {\"data_offsets\":[0,4,8],\"dtype\":\"F32\",\"shape\":[2]}; allowed: an object with dtype, shape and two "
       "data_offsets"},
      {"wrong dtype", Bytes(R"({"a":{"dtype":"F23","shape":[2],"data_offsets":[0,8]}})", eight),
       "a: unknown dtype 'F23' (did you mean 'F32'?); allowed: F32, BF16, F16, F64, I64, I32, U8, BOOL"},
      {"negative size", Bytes(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", eight),
       "a: holds -2; allowed: whole numbers from 0"},
      {"fractional offset", Bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.0]}})", eight),
       "a: holds 8.0; allowed: whole numbers from 0"},
      {"data cut", Bytes(two, "1234"), "a: data_offsets [0, 8] reach past the 4 bytes of data: truncated file"},
      {"offsets reversed", Bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", eight),
       "a: data_offsets [8, 0]; allowed: a begin that is not after its end"},
      {"offsets past 2^63",
       Bytes(R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[18446744073709551608,18446744073709551615]}})", eight),
       "a: data_offsets [18446744073709551608, 18446744073709551615] reach past the 8 bytes of data: truncated file"},
      {"shape too large", Bytes(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", eight),
       "a: data_offsets hold 8 bytes; allowed: 12, by its shape and dtype F32"},
      {"shape too small", Bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", eight),
       "a: data_offsets hold 8 bytes; allowed: 4, by its shape and dtype F32"},
      {"product overflows to 8",
       Bytes(R"({"a":{"dtype":"F32","shape":[4611686018427387906,4],"data_offsets":[0,8]}})", eight),
       "a: shape has more elements than 64 bits count"},
      {"size past 2^63", Bytes(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", eight),
       "a: shape has more elements than 64 bits count"},
      {"empty tensor with a size past 2^63",
       Bytes(R"({"a":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}})", ""),
       "a: shape has more elements than 64 bits count"},
      {"overlap",
       Bytes(
           R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
           eight + "1234"),
       "b: its bytes begin at 4: they overlap those of the tensor before it; allowed: 8, where the tensor before it "
       "ends"},
      {"same place twice",
       Bytes(
           R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
           eight),
       "b: its bytes begin at 0: they overlap those of the tensor before it; allowed: 8, where the tensor before it "
       "ends"},
      {"hole",
       Bytes(
           R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
           sixteen),
       "b: its bytes begin at 8: they leave a hole before them; allowed: 4, where the tensor before it ends"},
      {"hole at the start", Bytes(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})", sixteen),
       "a: its bytes begin at 8: they leave a hole before them; allowed: 0, where the tensor before it ends"},
      {"trailing bytes", Bytes(two, sixteen), "8 bytes belong to no tensor"},
      {"a name twice",
       Bytes(
           R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}})",
           sixteen),
       "header: the key 'a' is given twice in one object; allowed: each key once"},
  };
}

TEST(SafetensorsFile, RefusesDamagedAndHostileFiles) {
  for (const BadFile& bad : BadFiles()) {
    const std::string path = Path("bad.safetensors");
    WriteFileAtomically(path, bad.bytes);
    const std::string error = ErrorOf(path);
    EXPECT_EQ(error, path + ": " + bad.message) << bad.name;
  }
}

TEST(SafetensorsFile, RefusesWhatIsNoFile) {
  EXPECT_EQ(ErrorOf(Path("absent.safetensors")),
            Path("absent.safetensors") + ": cannot be read: No such file or directory");
  std::filesystem::create_directories(Path("folder"));
  EXPECT_EQ(ErrorOf(Path("folder")), Path("folder") + ": is not a regular file; allowed: a safetensors file");
}

// Cut anywhere, a good file is refused; nothing is read past its end.
TEST(SafetensorsFile, RefusesEveryTruncation) {
  const std::string path = Path("whole.safetensors"), cut = Path("cut.safetensors");
  WriteSafetensors(path, {{"a", at::arange(3)}, {"b", NormalTensor({2, 2}, 1).to(at::kBFloat16)}});
  const std::string bytes = ReadFile(path);
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::ofstream(cut, std::ios::binary) << bytes.substr(0, size);
    EXPECT_NE(ErrorOf(cut), "accepted") << size;
  }
}

TEST(WriteSafetensors, RoundTripsEveryDtypeAndShape) {
  const at::Tensor normal = NormalTensor({3, 5}, 2);
  NamedTensors tensors;
  for (const auto dtype : {at::kDouble, at::kFloat, at::kBFloat16, at::kHalf}) {
    tensors.emplace_back(std::string("t.") + at::toString(dtype), normal.to(dtype));
  }
  tensors.emplace_back("i64", at::tensor({INT64_MIN, int64_t{-1}, INT64_MAX}));
  tensors.emplace_back("i32", at::tensor({1.0, -7.0}).to(at::kInt));
  tensors.emplace_back("u8", at::tensor({0.0, 255.0, 7.0}).to(at::kByte));
  tensors.emplace_back("bool", at::tensor({1.0, 0.0, 1.0}).to(at::kBool));
  tensors.emplace_back("scalar", at::tensor(2.5).squeeze());
  tensors.emplace_back("empty", at::zeros({0, 4}));
  tensors.emplace_back("transposed", normal.t());
  tensors.emplace_back("special", at::tensor({INFINITY, -INFINITY, -0.0f}));
  tensors.emplace_back("a \"name\"\n\u00e9", at::zeros({1}));
  const std::string path = Path("all.safetensors");
  WriteSafetensors(path, tensors);
  const SafetensorsFile file(path);
  EXPECT_EQ(file.names().size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    ASSERT_TRUE(file.Has(name)) << name;
    const at::Tensor loaded = file.Load(name);
    EXPECT_EQ(loaded.scalar_type(), tensor.scalar_type()) << name;
    EXPECT_EQ(loaded.sizes(), tensor.sizes()) << name;
    EXPECT_TRUE(loaded.equal(tensor)) << name;
  }
}

// The same tensors give the same bytes, and the bytes are what the format says.
TEST(WriteSafetensors, WritesTheFormat) {
  const std::string path = Path("format.safetensors");
  WriteSafetensors(path, {{"b", at::tensor({1.0f, 2.0f})}, {"a", at::tensor({3.0}).to(at::kByte)}});
  const std::string bytes = ReadFile(path);
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(bytes.size(), 8 + length + 9);
  const std::string header = bytes.substr(8, length);
  EXPECT_EQ(header.substr(0, header.find_last_of('}') + 1),
            R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
            R"("a":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}})");
  EXPECT_EQ(header.find_first_not_of(' ', header.find_last_of('}') + 1), std::string::npos);
  EXPECT_EQ(bytes.back(), '\x03');
  EXPECT_EQ(SafetensorsFile(path).names(), (std::vector<std::string>{"b", "a"}));
}

// Data start on 8 bytes; a tensor that another's odd size pushes off its alignment is handed out as a copy.
TEST(SafetensorsFile, TensorsAreAlignedForTheirType) {
  const std::string path = Path("aligned.safetensors");
  WriteSafetensors(path, {{"three", at::zeros({3}, at::kByte)}, {"double", at::tensor({1.5, 2.5})}});
  const SafetensorsFile file(path);
  const at::Tensor loaded = file.Load("double");
  EXPECT_EQ(reinterpret_cast<uintptr_t>(loaded.const_data_ptr()) % sizeof(double), 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(file.Load("three").const_data_ptr()) % 8, 0u);
  EXPECT_TRUE(loaded.equal(at::tensor({1.5, 2.5})));
}

TEST(SafetensorsFile, AViewOutlivesItsFile) {
  const std::string path = Path("view.safetensors");
  const at::Tensor written = NormalTensor({400, 30}, 3).to(at::kFloat);
  WriteSafetensors(path, {{"x", written}});
  at::Tensor view;
  {
    const SafetensorsFile file(path);
    view = file.Load("x");
    EXPECT_EQ(view.const_data_ptr(), file.Load("x").const_data_ptr());  // no copies
  }
  std::filesystem::remove(path);
  EXPECT_TRUE(view.equal(written));
  view.zero_();  // private pages: writing is harmless
}

TEST(SafetensorsFile, WritingOverAFileLeavesOldViewsAlone) {
  const std::string path = Path("replaced.safetensors");
  WriteSafetensors(path, {{"x", at::tensor({1.0f, 2.0f})}});
  const at::Tensor old = SafetensorsFile(path).Load("x");
  WriteSafetensors(path, {{"x", at::tensor({3.0f, 4.0f})}});
  EXPECT_TRUE(old.equal(at::tensor({1.0f, 2.0f})));
  EXPECT_TRUE(SafetensorsFile(path).Load("x").equal(at::tensor({3.0f, 4.0f})));
}

TEST(SafetensorsFile, NamesAnAbsentTensor) {
  const std::string path = Path("one.safetensors");
  WriteSafetensors(path, {{"x", at::zeros({2})}});
  const SafetensorsFile file(path);
  EXPECT_FALSE(file.Has("y"));
  try {
    file.Load("y");
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), path + ": has no tensor 'y'");
  }
}

TEST(WriteSafetensors, RefusesAFolderThatIsNotThere) {
  EXPECT_THROW(WriteSafetensors(Path("no/such/folder.safetensors"), {{"x", at::zeros({2})}}), InputError);
}

TEST(WriteSafetensors, OfNothingIsAFileOfNothing) {
  const std::string path = Path("nothing.safetensors");
  WriteSafetensors(path, {});
  EXPECT_TRUE(SafetensorsFile(path).names().empty());
}

}  // namespace
}  // namespace suite
