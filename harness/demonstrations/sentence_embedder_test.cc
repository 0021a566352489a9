// $SUITE_MINILM_DIR names the folder of all-MiniLM-L6-v2. That its numbers are those of transformers is pinned in
// tests/parity; here it is what the embedder makes of items and conversations.
#include "harness/demonstrations/sentence_embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/error.h"

namespace suite {
namespace {

using testing::HasSubstr;

class SentenceEmbedderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("SUITE_MINILM_DIR");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "SUITE_MINILM_DIR names no folder with the model";
    folder_ = folder;
  }

  static double Dot(const EmbeddingRows& rows, int64_t a, int64_t b) {
    double sum = 0;
    for (int64_t d = 0; d < rows.dimension; ++d) sum += static_cast<double>(rows.row(a)[d]) * rows.row(b)[d];
    return sum;
  }

  std::string folder_;
};

TEST_F(SentenceEmbedderTest, RowsHaveUnitLengthAndComeAgain) {
  SentenceEmbedder embedder(folder_, "");
  const std::vector<Item> items = {{"Heat", 1995}, {"The Notebook", 2004}, {"Heat", 1995}, {"Alien", 1979}};
  const EmbeddingRows rows = embedder.Items(items);
  ASSERT_EQ(rows.rows(), 4);
  EXPECT_EQ(rows.dimension, 384);
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(std::sqrt(Dot(rows, i, i)), 1, 1e-5);
  EXPECT_EQ(embedder.Items(items).values, rows.values);
  EXPECT_NEAR(Dot(rows, 0, 2), 1, 1e-5);
  EXPECT_LT(Dot(rows, 0, 1), .9);
  EXPECT_EQ(embedder.Items({}).rows(), 0);
}

TEST_F(SentenceEmbedderTest, AMisspeltTitleIsNearestToItsFilm) {
  SentenceEmbedder embedder(folder_, "");
  const EmbeddingRows rows =
      embedder.Items({{"The Shawshank Redemption", 1995}, {"The Shawshank Redemption", 1994}, {"Alien", 1979}});
  EXPECT_GT(Dot(rows, 0, 1), Dot(rows, 0, 2) + .3);
}

TEST_F(SentenceEmbedderTest, ALongConversationKeepsItsEnd) {
  SentenceEmbedder embedder(folder_, "");
  Conversation end, whole;
  end.turns = {{"user", "Something scary in space, like Alien."}};
  std::string chatter;
  for (int i = 0; i < 300; ++i) chatter += "cooking ";
  whole.turns = {{"user", chatter}, end.turns[0]};
  const EmbeddingRows rows = embedder.Conversations({end, whole});
  EXPECT_NEAR(Dot(rows, 0, 1), 1, 1e-5) << "the early turn does not fit and is dropped whole";
}

TEST_F(SentenceEmbedderTest, TheLockNamesTheWeights) {
  const std::string hash = EncoderContentHash(folder_);
  EXPECT_THAT(SentenceEmbedder(folder_, hash).Identity(), HasSubstr(hash.substr(0, 16)));
  EXPECT_THROW(SentenceEmbedder(folder_, "0000"), InputError);
}

}  // namespace
}  // namespace suite
