#include "datasets/teachers/answer_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr char kPath[] = "/v1/chat/completions";

class AnswerCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/cache_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
  }

  std::string FileOf(const CachedRequest& request) const {
    return folder_ + "/" + request.hash.substr(0, 2) + "/" + request.hash + ".json";
  }

  // Without the wait for the disk of WriteFileAtomically.
  void Overwrite(const CachedRequest& request, const std::string& bytes) const {
    std::ofstream(FileOf(request), std::ios::binary) << bytes;
  }

  std::string folder_;
};

// Were the hash to change, every cache that people have would be worthless.
TEST(CachedRequestTest, TheHashIsPinned) {
  const json body = json::parse(R"({"temperature": 0.5, "model": "m", "messages": []})");
  // printf '{"attempt":0,"path":"/v1/chat/completions","request":{"messages":[],"model":"m","temperature":0.5}}' |
  //   sha256sum
  EXPECT_EQ(MakeCachedRequest(kPath, body, 0).hash, "65e2094235259004954f28c518bbb4fb8b8fa373d8e383dae8dba5adfc7686ab");
}

TEST(CachedRequestTest, PathAttemptAndBodyAreInTheHash) {
  const std::string hash = MakeCachedRequest(kPath, {{"model", "m"}}, 0).hash;
  EXPECT_NE(hash, MakeCachedRequest("/other", {{"model", "m"}}, 0).hash);
  EXPECT_NE(hash, MakeCachedRequest(kPath, {{"model", "m"}}, 1).hash);
  EXPECT_NE(hash, MakeCachedRequest(kPath, {{"model", "n"}}, 0).hash);
  EXPECT_EQ(hash, MakeCachedRequest(kPath, {{"model", "m"}}, 0).hash);
}

TEST_F(AnswerCacheTest, FindsWhatWasStoredAlsoFromAnotherCache) {
  const json response = json::parse(R"({"text": "å\n", "numbers": [0.1, -3, 1e300, 12345678901234567890]})");
  const CachedRequest request = MakeCachedRequest(kPath, {{"model", "m"}}, 0);
  AnswerCache cache(folder_);
  EXPECT_FALSE(cache.Find(request));
  cache.Store(request, response);
  EXPECT_EQ(cache.Find(request), response);
  EXPECT_EQ(AnswerCache(folder_).Find(request), response);
  EXPECT_FALSE(cache.Find(MakeCachedRequest(kPath, {{"model", "m"}}, 1)));
  EXPECT_EQ(cache.damaged(), 0);
}

TEST_F(AnswerCacheTest, TheFileSaysWhatWasAsked) {
  AnswerCache cache(folder_);
  const CachedRequest request = MakeCachedRequest(kPath, {{"model", "m"}}, 2);
  cache.Store(request, {{"text", "yes"}});
  const json file = json::parse(ReadFile(FileOf(request)));
  EXPECT_EQ(file["request"], request.body);
  EXPECT_EQ(file["path"], kPath);
  EXPECT_EQ(file["attempt"], 2);
}

TEST_F(AnswerCacheTest, TextThatIsNotUtf8IsFoundAgain) {
  AnswerCache cache(folder_);
  const CachedRequest request = MakeCachedRequest(kPath, {{"model", "\xff"}}, 0);
  cache.Store(request, {{"text", "yes"}});
  EXPECT_EQ(cache.Find(request), json({{"text", "yes"}}));
}

TEST_F(AnswerCacheTest, AFileCutAtAnyByteIsNotThere) {
  AnswerCache cache(folder_);
  const CachedRequest request = MakeCachedRequest(kPath, {{"model", "m"}}, 0);
  cache.Store(request, {{"text", "yes"}});
  const std::string whole = ReadFile(FileOf(request));
  int64_t damaged = 0;
  // The last byte is the newline behind the object.
  for (size_t size = 0; size + 1 < whole.size(); ++size) {
    Overwrite(request, whole.substr(0, size));
    EXPECT_FALSE(cache.Find(request)) << size;
    EXPECT_EQ(cache.damaged(), ++damaged);
  }
  cache.Store(request, {{"text", "yes"}});
  EXPECT_TRUE(cache.Find(request));
}

TEST_F(AnswerCacheTest, AChangedLetterIsNoticedWhereverItIs) {
  AnswerCache cache(folder_);
  const CachedRequest request = MakeCachedRequest(kPath, {{"model", "m"}}, 0);
  cache.Store(request, {{"text", "yes"}});
  const std::string whole = ReadFile(FileOf(request));
  for (size_t i = 0; i + 1 < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = changed[i] == '7' ? '8' : '7';
    Overwrite(request, changed);
    EXPECT_FALSE(cache.Find(request)) << i << " " << changed;
  }
}

TEST_F(AnswerCacheTest, AnAnswerUnderAnotherNameIsNotTaken) {
  AnswerCache cache(folder_);
  const CachedRequest one = MakeCachedRequest(kPath, {{"model", "m"}}, 0);
  const CachedRequest two = MakeCachedRequest(kPath, {{"model", "n"}}, 0);
  cache.Store(one, {{"text", "yes"}});
  cache.Store(two, {{"text", "no"}});
  Overwrite(two, ReadFile(FileOf(one)));
  EXPECT_FALSE(cache.Find(two));
}

TEST_F(AnswerCacheTest, AFolderThatCannotBeMadeIsAnError) {
  WriteFileAtomically(folder_ + ".file", "");
  EXPECT_THROW(AnswerCache(folder_ + ".file"), InputError);
  EXPECT_THROW(AnswerCache(folder_ + ".file/sub"), InputError);
}

}  // namespace
}  // namespace suite
