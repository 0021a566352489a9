#include "models/tokenizer/bpe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace suite {
namespace {

using Ids = std::vector<int64_t>;

Ids Encoded(const BpeModel& model, std::string_view piece) {
  Ids ids;
  model.Encode(piece, &ids);
  return ids;
}

// a b c d ab bc abc; b c merges first.
const std::vector<std::string> kVocabulary = {"a", "b", "c", "d", "ab", "bc", "abc"};
const std::vector<BpeMerge> kMerges = {{1, 2, 5}, {0, 1, 4}, {0, 5, 6}};

TEST(Bpe, MergesByPriorityThenFromTheLeft) {
  const BpeModel model(kVocabulary, kMerges, false);
  EXPECT_EQ(Encoded(model, "abc"), (Ids{6}));  // a bc -> abc
  EXPECT_EQ(Encoded(model, "abd"), (Ids{4, 3}));
  EXPECT_EQ(Encoded(model, "abab"), (Ids{4, 4}));
  EXPECT_EQ(Encoded(model, "aabc"), (Ids{0, 6}));
  EXPECT_EQ(Encoded(model, ""), (Ids{}));
}

// Without a way to merge it, a token of the vocabulary is taken only with ignore_merges.
TEST(Bpe, IgnoreMergesTakesAPieceWhole) {
  const std::vector<BpeMerge> merges = {{0, 1, 4}, {1, 2, 5}};
  EXPECT_EQ(Encoded(BpeModel(kVocabulary, merges, false), "abc"), (Ids{4, 2}));
  EXPECT_EQ(Encoded(BpeModel(kVocabulary, merges, true), "abc"), (Ids{6}));
  EXPECT_EQ(Encoded(BpeModel(kVocabulary, merges, true), "abcd"), (Ids{4, 2, 3}));
}

TEST(Bpe, UnknownBytesVanishAndTheirNeighboursMeet) {
  const BpeModel model(kVocabulary, kMerges, false);
  EXPECT_EQ(Encoded(model, "x"), (Ids{}));
  EXPECT_EQ(Encoded(model, "axb"), (Ids{4}));
}

TEST(Bpe, ShortAndLongMergingAgree) {
  RandomStream stream(7, "bpe test");
  for (int round = 0; round < 300; ++round) {
    // Random merges over four letters; tokens stand for strings, so equal strings share an id.
    std::vector<std::string> vocabulary = {"a", "b", "c", "d"};
    std::vector<BpeMerge> merges;
    for (int i = 0; i < 40; ++i) {
      const auto left = static_cast<int32_t>(stream.UniformInt(vocabulary.size()));
      const auto right = static_cast<int32_t>(stream.UniformInt(vocabulary.size()));
      const std::string joined = vocabulary[left] + vocabulary[right];
      const auto found = std::find(vocabulary.begin(), vocabulary.end(), joined);
      const auto result = static_cast<int32_t>(found - vocabulary.begin());
      if (joined.size() > 6) continue;
      if (found == vocabulary.end()) vocabulary.push_back(joined);
      const auto same = [&](const BpeMerge& merge) { return merge.left == left && merge.right == right; };
      if (std::none_of(merges.begin(), merges.end(), same)) merges.push_back({left, right, result});
    }
    const BpeModel model(vocabulary, merges, false);
    std::string piece;
    const int64_t length = stream.UniformInt(200);
    while (static_cast<int64_t>(piece.size()) < length) piece += static_cast<char>('a' + stream.UniformInt(4));
    Ids by_short;
    Ids by_long;
    model.MergeShort(piece, &by_short);
    model.MergeLong(piece, &by_long);
    ASSERT_EQ(by_short, by_long) << piece;
    EXPECT_EQ(Encoded(model, piece), by_long) << piece;
    std::string joined;
    for (const int64_t id : by_long) joined += vocabulary[id];
    ASSERT_EQ(joined, piece);
  }
}

}  // namespace
}  // namespace suite
