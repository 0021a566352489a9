#include "harness/policy/start_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

// A plan asks for the hash before anything is loaded, so what is missing must show here.
TEST(PolicyContentHash, RefusesAFolderThatIsNoWholeModel) {
  const std::string folder = ::testing::TempDir() + "start_policy_test";
  std::filesystem::remove_all(folder);
  const auto error = [&] { return ErrorOf([&] { PolicyContentHash(folder); }); };
  EXPECT_THAT(error(), HasSubstr("is not a folder"));
  std::filesystem::create_directories(folder);
  EXPECT_THAT(error(), HasSubstr(folder + ": has no config.json; allowed: a Hugging Face model folder: config.json"));
  WriteFileAtomically(folder + "/config.json", "{}");
  EXPECT_THAT(error(), HasSubstr("has no tokenizer.json"));
  WriteFileAtomically(folder + "/tokenizer.json", "{}");
  EXPECT_THAT(error(), HasSubstr("has no weights"));
  WriteFileAtomically(folder + "/model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:4f\n");
  EXPECT_THAT(error(), HasSubstr("/model.safetensors: is a Git LFS pointer"));
  WriteFileAtomically(folder + "/model.safetensors", "weights");
  const std::string hash = PolicyContentHash(folder);
  WriteFileAtomically(folder + "/README.md", "not a part of the policy");
  EXPECT_EQ(PolicyContentHash(folder), hash);
}

}  // namespace
}  // namespace suite
