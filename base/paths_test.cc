#include "base/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/hash.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

std::string Temporary(const std::string& name) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  fs::remove_all(path);
  return path;
}

std::string Pipe() {
  const std::string pipe = Temporary("pipe");
  EXPECT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  return pipe;
}

TEST(CheckFile, TakesFilesUpToTheirSize) {
  const std::string path = Temporary("x");
  WriteFileAtomically(path, "four");
  EXPECT_EQ(ErrorOf([&] { CheckFile(path, 4); }), "no error");
  EXPECT_EQ(ErrorOf([&] { CheckFile(path, 3); }), path + ": has 4 bytes; allowed: at most 3");
  const std::string link = Temporary("link");
  fs::create_symlink(path, link);
  EXPECT_EQ(ErrorOf([&] { CheckFile(link); }), "no error");
}

TEST(CheckFile, RefusesWhatIsNoFile) {
  EXPECT_THAT(ErrorOf([] { CheckFile("/dev/zero"); }), HasSubstr("/dev/zero: is a device; allowed: a file"));
  EXPECT_THAT(ErrorOf([] { CheckFile(Pipe()); }), HasSubstr("is a pipe"));
  EXPECT_THAT(ErrorOf([] { CheckFile("/tmp"); }), HasSubstr("it is a folder"));
  EXPECT_THAT(ErrorOf([] { CheckFile(Temporary("absent")); }), HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(ErrorOf([] { CheckFile("/dev/null/x"); }), HasSubstr("Not a directory"));
}

TEST(CheckFile, RefusesWhatAGitLfsPointerStandsFor) {
  const std::string path = Temporary("model.safetensors");
  WriteFileAtomically(path, "version https://git-lfs.github.com/spec/v1\noid sha256:4f\nsize 988097824\n");
  const std::string error = path + ": is a Git LFS pointer; allowed: the file that it points to (git lfs pull)";
  EXPECT_EQ(ErrorOf([&] { CheckFile(path); }), error);
  EXPECT_EQ(ErrorOf([&] { ReadFile(path); }), error);
  EXPECT_EQ(ErrorOf([&] { Sha256HexOfFile(path); }), error);
  WriteFileAtomically(path, "version https://example.org: a text of nobody's");
  EXPECT_EQ(ErrorOf([&] { CheckFile(path); }), "no error");
}

// Both would wait for ever.
TEST(CheckFile, StandsBeforeEveryReader) {
  EXPECT_THAT(ErrorOf([] { ReadFile("/dev/zero"); }), HasSubstr("is a device"));
  EXPECT_THAT(ErrorOf([] { ReadFile(Pipe()); }), HasSubstr("is a pipe"));
  EXPECT_THAT(ErrorOf([] { Sha256HexOfFile("/dev/zero"); }), HasSubstr("is a device"));
  EXPECT_THAT(ErrorOf([] { Sha256HexOfFile(Pipe()); }), HasSubstr("is a pipe"));
}

TEST(MakeFolder, MakesThoseAboveToo) {
  const std::string folder = Temporary("a") + "/b/c";
  EXPECT_EQ(ErrorOf([&] { CheckFolderPath(folder); }), "no error");
  EXPECT_FALSE(fs::exists(folder));
  MakeFolder(folder);
  EXPECT_TRUE(fs::is_directory(folder));
  EXPECT_EQ(ErrorOf([&] { MakeFolder(folder + "/"); }), "no error");
}

TEST(MakeFolder, NamesWhatIsInTheWay) {
  const std::string file = Temporary("file"), dangling = Temporary("dangling"), loop = Temporary("loop");
  WriteFileAtomically(file, "");
  fs::create_symlink("/no/such/place", dangling);
  fs::create_symlink(loop, loop);
  const std::string to_file = Temporary("to_file");
  fs::create_symlink(file, to_file);
  const auto error = [](const std::string& path) { return ErrorOf([&] { MakeFolder(path); }); };
  EXPECT_EQ(error(file), file + ": cannot be made: '" + file + "' is a file; allowed: a folder that can be written");
  EXPECT_THAT(error(file + "/a/b"), AllOf(HasSubstr(file + "/a/b: "), HasSubstr("'" + file + "' is a file")));
  EXPECT_THAT(error(dangling), HasSubstr("is a link that leads nowhere"));
  EXPECT_THAT(error(dangling + "/a"), HasSubstr("'" + dangling + "' is a link that leads nowhere"));
  EXPECT_THAT(error(loop), HasSubstr("'" + loop + "' is a link that leads nowhere"));
  EXPECT_THAT(error(to_file), HasSubstr("is a link to a file"));
  EXPECT_THAT(error("/dev/null/x"), HasSubstr("'/dev/null' is a device"));
  EXPECT_THAT(error("/proc/nothing"), HasSubstr("/proc/nothing: cannot be made: "));
}

TEST(LastPart, NamesWhatThePathLeadsTo) {
  EXPECT_EQ(LastPart("data/beauty"), "beauty");
  EXPECT_EQ(LastPart("/data/./beauty//"), "beauty");
  EXPECT_EQ(LastPart("data/beauty/../redial/"), "redial");
  EXPECT_EQ(LastPart(""), "");
}

}  // namespace
}  // namespace suite
