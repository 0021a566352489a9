#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace suite {
namespace {

// Known answers of the authors' Random123 distribution (kat_vectors, philox4x32 10 rounds).
TEST(Philox, MatchesTheKnownAnswers) {
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}), (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(RandomStream, IsAFunctionOfSeedNameAndIndices) {
  auto first = [](uint64_t seed, std::string_view name, uint64_t index) {
    return RandomStream(seed, name, {index}).Bits();
  };
  EXPECT_EQ(first(1, "rollout", 2), first(1, "rollout", 2));
  EXPECT_NE(first(1, "rollout", 2), first(2, "rollout", 2));
  EXPECT_NE(first(1, "rollout", 2), first(1, "teacher", 2));
  EXPECT_NE(first(1, "rollout", 2), first(1, "rollout", 3));
  EXPECT_NE(RandomStream(1, "x", {1, 2}).Bits(), RandomStream(1, "x", {2, 1}).Bits());
}

TEST(RandomStream, IndexedDrawsIgnoreTheSequentialOnes) {
  RandomStream a(7, "x");
  const double before = a.UniformAt(5);
  for (int i = 0; i < 10; ++i) a.Uniform();
  EXPECT_EQ(a.UniformAt(5), before);
}

TEST(RandomStream, PositionRestoresTheStream) {
  RandomStream a(7, "x");
  for (int i = 0; i < 3; ++i) a.Normal();
  RandomStream b(7, "x");
  b.set_position(a.position());
  EXPECT_EQ(a.Bits(), b.Bits());
}

// Means of 100,000 draws; bounds are five standard errors.
TEST(RandomStream, HasTheRightMoments) {
  RandomStream stream(3, "moments");
  const int n = 100000;
  double uniform = 0, normal = 0, square = 0, gumbel = 0;
  std::vector<int> counts(3);
  for (int i = 0; i < n; ++i) {
    uniform += stream.Uniform();
    const double z = stream.Normal();
    normal += z;
    square += z * z;
    gumbel += stream.Gumbel();
    ++counts[static_cast<size_t>(stream.UniformInt(3))];
  }
  EXPECT_NEAR(uniform / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(normal / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(square / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(gumbel / n, 0.5772156649, 5 * std::sqrt(M_PI * M_PI / 6 / n));
  for (const int count : counts) EXPECT_NEAR(count, n / 3.0, 5 * std::sqrt(n * 2.0 / 9));
}

}  // namespace
}  // namespace suite
