// What a constraint forces is what the tokenizer would encode: over every title of the Reddit-v2 catalogue and the
// tokenizers of published models. Skipped where those are not at hand.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "datasets/core/catalog.h"
#include "harness/policy/catalogue_constraint.h"
#include "models/constraint/list_constraint.h"
#include "models/tokenizer/golden_tokenizers.h"

namespace suite {
namespace {

class CanonicalCutTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CanonicalCutTest, EveryTitleCanBeForcedAsTheTokenizerEncodesIt) {
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer(GetParam(), &missing);
  if (!tokenizer) GTEST_SKIP() << "no " << missing;
  constexpr int64_t kEnd = 0, kListLength = 20;
  std::vector<std::string> titles = CatalogueLines(Catalog::FromTsv(kRedditV2CatalogPath));
  ASSERT_EQ(titles.size(), 7404u);
  const ListConstraint constraint(titles, *tokenizer, kEnd, {kListLength, /*no_repeats=*/true});
  EXPECT_EQ(constraint.size(), 7404);
  // Shuffled, so that each title follows and precedes another one than in the catalogue; the last list is filled up.
  const RandomStream stream(1, "test");
  for (size_t i = titles.size(); i > 1; --i) {
    std::swap(titles[i - 1], titles[static_cast<size_t>(stream.UniformAt(i) * static_cast<double>(i))]);
  }
  for (size_t i = 0; titles.size() % kListLength != 0; ++i) titles.push_back(std::string(titles[i]));
  for (size_t begin = 0; begin < titles.size(); begin += kListLength) {
    std::string text = titles[begin];
    for (size_t i = 1; i < kListLength; ++i) text += "\n" + titles[begin + i];
    std::vector<int64_t> ids = tokenizer->Encode(text);
    ids.push_back(kEnd);
    ListState state(constraint);
    for (const int64_t id : ids) {
      const TokenSpan allowed = state.Allowed();
      const int32_t compact = constraint.CompactOf(id);
      ASSERT_TRUE(std::binary_search(allowed.ids, allowed.ids + allowed.count, compact)) << text;
      state.Take(compact);
    }
    ASSERT_TRUE(state.done()) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, CanonicalCutTest, ::testing::Values("qwen2.5", "llama-3.2", "smollm2"));

}  // namespace
}  // namespace suite
