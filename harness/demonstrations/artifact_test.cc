#include "harness/demonstrations/artifact.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

std::string TestPath(const std::string& name) { return ::testing::TempDir() + "/" + name; }

Artifact Example() {
  Artifact artifact;
  artifact.texts = {{"teacher", "simulated"}, {"config", "[sft]\nsteps = 3\n"}, {"another", ""}};
  artifact.integers["item"] = {3, -1, int64_t{1} << 40};
  artifact.integers["nothing"] = {};
  artifact.doubles["weight"] = {1.0, 0.1};
  artifact.strings["title"] = {"Amélie", "", "Heat"};
  PutRows("list", std::vector<std::vector<int64_t>>{{1, 2}, {}, {7}}, &artifact);
  PutRows("score", std::vector<std::vector<float>>{{0.5f}, {}}, &artifact);
  return artifact;
}

TEST(Artifact, ComesBackAsItWas) {
  const std::string path = TestPath("whole.h5");
  WriteArtifact(Example(), path);
  const Artifact read = ReadArtifact(path);
  EXPECT_EQ(read.texts, Example().texts);
  EXPECT_EQ(read.integers, Example().integers);
  EXPECT_EQ(read.floats, Example().floats);
  EXPECT_EQ(read.doubles, Example().doubles);
  EXPECT_EQ(read.strings, Example().strings);
  EXPECT_EQ(IntegerRows("list", read, path), (std::vector<std::vector<int64_t>>{{1, 2}, {}, {7}}));
  EXPECT_EQ(FloatRows("score", read, path), (std::vector<std::vector<float>>{{0.5f}, {}}));
  EXPECT_THROW(IntegerRows("lists", read, path), InputError);
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST(Artifact, EqualContentGivesEqualBytes) {
  WriteArtifact(Example(), TestPath("a.h5"));
  WriteArtifact(Example(), TestPath("b.h5"));
  EXPECT_EQ(ReadFile(TestPath("a.h5")), ReadFile(TestPath("b.h5")));
}

TEST(Artifact, DamageIsAnErrorNamingTheFile) {
  const std::string path = TestPath("damaged.h5");
  Artifact big = Example();
  for (int64_t i = 0; i < 5000; ++i) big.integers["item"].push_back(i * i * 7919);
  WriteArtifact(big, path);
  const std::string bytes = ReadFile(path);
  for (const std::string& broken : {bytes.substr(0, bytes.size() / 2), std::string("no HDF5 at all"), std::string()}) {
    WriteFileAtomically(path, broken);
    EXPECT_NE(ErrorOf([&] { ReadArtifact(path); }).find(path), std::string::npos) << broken.size();
  }
  EXPECT_THROW(ReadArtifact(TestPath("missing.h5")), InputError);
  EXPECT_THROW(WriteArtifact(Example(), TestPath("no/such/folder.h5")), InputError);
}

// A row table that points outside of its values.
TEST(Artifact, RowsThatDoNotLieInTheirValues) {
  Artifact artifact = Example();
  artifact.integers["list_begin"] = {0, 2, 99};
  EXPECT_THROW(IntegerRows("list", artifact, "x.h5"), InputError);
}

}  // namespace
}  // namespace suite
