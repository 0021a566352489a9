#include "base/files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"

namespace suite {
namespace {

std::string Temporary(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

TEST(Files, ReadsBackWhatWasWritten) {
  const std::string bytes("a\0b\n", 4);
  WriteFileAtomically(Temporary("x"), bytes);
  EXPECT_EQ(ReadFile(Temporary("x")), bytes);
  WriteFileAtomically(Temporary("x"), "shorter");
  EXPECT_EQ(ReadFile(Temporary("x")), "shorter");
}

TEST(Files, LeavesNoTemporaryFileBehind) {
  std::filesystem::create_directory(Temporary("folder"));
  WriteFileAtomically(Temporary("folder/x"), "1");
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(Temporary("folder"))) count += entry.exists();
  EXPECT_EQ(count, 1);
}

TEST(Files, ErrorsNameThePath) {
  try {
    ReadFile(Temporary("absent"));
    FAIL() << "an absent file was read";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("absent: cannot be read: No such file"), std::string::npos)
        << error.what();
  }
  EXPECT_THROW(WriteFileAtomically(Temporary("no/such/folder/x"), "1"), InputError);
  EXPECT_THROW(ReadFile(std::getenv("TEST_TMPDIR")), InputError);
}

TEST(Files, RelativePathsCountFromTheUsersFolder) {
  ASSERT_EQ(unsetenv("BUILD_WORKING_DIRECTORY"), 0);
  for (const char* path : {"", "a", "./a/../b", "/a/../b"}) EXPECT_EQ(FromUsersFolder(path), path);
  ASSERT_EQ(setenv("BUILD_WORKING_DIRECTORY", "/home/user", 1), 0);
  EXPECT_EQ(FromUsersFolder("a/b.toml"), "/home/user/a/b.toml");
  EXPECT_EQ(FromUsersFolder("../a"), "/home/a");
  EXPECT_EQ(FromUsersFolder("/tmp/../a"), "/tmp/../a");
  EXPECT_EQ(FromUsersFolder(""), "");
}

}  // namespace
}  // namespace suite
