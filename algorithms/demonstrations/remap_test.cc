#include "algorithms/demonstrations/remap.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace suite {
namespace {

at::Tensor Longs(const std::vector<int64_t>& values) { return at::tensor(values); }

TEST(PositionWeights, HandChecked) {
  const auto third = [](const char* shape) { return PositionWeights(shape, 3)[2].item<double>(); };
  EXPECT_NEAR(third("inverse_sqrt"), 1 / std::sqrt(3.0), 1e-15);
  EXPECT_NEAR(third("inverse_log2"), 0.5, 1e-15);
  EXPECT_NEAR(third("inverse"), 1 / 3.0, 1e-15);
  EXPECT_EQ(third("uniform"), 1);
}

TEST(PositionWeights, StartAtOneAndNeverRise) {
  for (const std::string& shape : PositionWeightNames()) {
    const at::Tensor weight_K = PositionWeights(shape, 20);
    EXPECT_NEAR(weight_K[0].item<double>(), 1, 1e-15) << shape;
    EXPECT_TRUE(weight_K.narrow(0, 1, 19).le(weight_K.narrow(0, 0, 19)).all().item<bool>()) << shape;
  }
  EXPECT_EQ(PositionWeights("uniform", 0).numel(), 0);
}

TEST(PositionWeights, AnUnknownShapeListsTheKnownOnes) { EXPECT_THROW(PositionWeights("sqrt", 3), InputError); }

TEST(RemapTest, HandChecked) {
  // Two teacher items, three catalogue items; the first teacher item is catalogue item 1, the second is not there.
  const at::Tensor similarity_KC = at::tensor(std::vector<double>{0.2, 1.0, 0.0, 0.5, 0.1, 0.4}).view({2, 3});
  const at::Tensor context_C = at::tensor(std::vector<double>{0.1, 0.2, 0.3});
  const at::Tensor score_C =
      RemapScores(similarity_KC, Longs({1, -1}), PositionWeights("inverse_sqrt", 2), context_C, 2.0);
  const double p2 = 1 / std::sqrt(2.0);
  EXPECT_NEAR(score_C[0].item<double>(), 0.2 + p2 * 0.5 + 0.2, 1e-14);
  EXPECT_NEAR(score_C[1].item<double>(), 1.0 + 1.0 + p2 * 0.1 + 0.4, 1e-14);
  EXPECT_NEAR(score_C[2].item<double>(), p2 * 0.4 + 0.6, 1e-14);
}

TEST(RemapTest, EarlierTeacherItemsCountMore) {
  const at::Tensor similarity_KC = at::tensor(std::vector<double>{0, 0, 0, 0, 0, 0}).view({2, 3});
  const at::Tensor context_C = at::tensor(std::vector<double>{0, 0, 0});
  const at::Tensor score_C =
      RemapScores(similarity_KC, Longs({2, 0}), PositionWeights("inverse_sqrt", 2), context_C, 1.0);
  EXPECT_TRUE(TopItems(score_C, {}, 2).equal(Longs({2, 0})));
}

// Lists of different lengths, one of them empty, one naming a title twice.
TEST(RemapTest, ABlockEqualsItsConversationsOneByOne) {
  RandomStream stream(1, "remap test");
  const auto random = [&](int64_t rows) {
    std::vector<double> values;
    for (int64_t i = 0; i < rows * 4; ++i) values.push_back(stream.Normal());
    return at::tensor(values).view({rows, 4});
  };
  const at::Tensor title_UD = random(6), item_CD = random(5), context_BD = random(3);
  const std::vector<int64_t> match = {3, -1, 0, 4, -1, 1};
  const std::vector<std::vector<int64_t>> lists = {{0, 4, 2}, {}, {5, 5, 1, 3}};
  std::vector<RemapEntry> entries;
  std::vector<at::Tensor> expected, exact;
  for (size_t b = 0; b < lists.size(); ++b) {
    const auto count = static_cast<int64_t>(lists[b].size());
    const at::Tensor weight_K = PositionWeights("inverse", count);
    std::vector<int64_t> matches;
    for (int64_t k = 0; k < count; ++k) {
      const int64_t title = lists[b][static_cast<size_t>(k)];
      matches.push_back(match[static_cast<size_t>(title)]);
      entries.push_back({static_cast<int64_t>(b), title, matches.back(), weight_K[k].item<double>()});
    }
    const at::Tensor similarity_KC = title_UD.index_select(0, Longs(lists[b])).matmul(item_CD.t());
    const at::Tensor context_C = item_CD.mv(context_BD[static_cast<int64_t>(b)]);
    expected.push_back(RemapScores(similarity_KC, Longs(matches), weight_K, context_C, 0.7));
    exact.push_back(RemapScores(similarity_KC.mul(0), Longs(matches), weight_K, context_C, 0));
  }
  EXPECT_TRUE(RemapBlock(entries, title_UD, context_BD, item_CD, 0.7).allclose(at::stack(expected), 1e-12, 1e-12));
  EXPECT_TRUE(ExactMatchBlock(entries, 3, 5).to(at::kDouble).allclose(at::stack(exact), 1e-6, 1e-6));
}

TEST(RemapTest, TopItems) {
  const at::Tensor score_C = at::tensor(std::vector<float>{0.5f, 0.9f, 0.5f, 0.1f});
  EXPECT_TRUE(TopItems(score_C, {}, 3).equal(Longs({1, 0, 2})));
  EXPECT_TRUE(TopItems(score_C, {1, 0, 1}, 3).equal(Longs({2, 3})));
  EXPECT_EQ(score_C[1].item<float>(), 0.9f);
}

}  // namespace
}  // namespace suite
