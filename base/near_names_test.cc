#include "base/near_names.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

using Names = std::vector<std::string>;

TEST(NearNames, AreAFewEditsAway) {
  const Names known = {"grpo", "gspo", "rank_grpo_log", "turns", "id", "model"};
  EXPECT_EQ(NearNames("gpro", known), Names{"grpo"});
  EXPECT_EQ(NearNames("rank_gpro_log", known), Names{"rank_grpo_log"});
  EXPECT_EQ(NearNames("GRPO", known), Names{"grpo"});
  EXPECT_EQ(NearNames("GSPO", known), Names{"gspo"});
  EXPECT_EQ(NearNames("gxpo", known), (Names{"grpo", "gspo"}));
  EXPECT_EQ(NearNames("Modle", known), Names{"model"});
  EXPECT_EQ(NearNames("turn", known), Names{"turns"});
  EXPECT_EQ(NearNames("ids", known), Names{"id"});
  EXPECT_EQ(NearNames("priorities", {"priority", "exclude"}), Names{"priority"});
}

TEST(NearNames, BeginAlike) {
  EXPECT_EQ(NearNames("rank_grpo", {"rank_grpo_log", "rank_grpo_exp_inf", "gspo"}), Names{"rank_grpo_log"});
  EXPECT_EQ(NearNames("validation_split", {"validation", "test"}), Names{"validation"});
}

TEST(NearNames, OthersAreNot) {
  EXPECT_TRUE(NearNames("source", {"answer", "dialogue_id", "ground_truth", "id", "liked", "turns"}).empty());
  EXPECT_TRUE(NearNames("F8_E4M3", {"F32", "BF16", "F16", "F64", "I64", "I32", "U8", "BOOL"}).empty());
  EXPECT_TRUE(NearNames("Whitespace", {"ByteLevel", "Digits", "Sequence", "Split"}).empty());
  EXPECT_TRUE(NearNames("rl.steps", {"objective.preset", "seed"}).empty());
  EXPECT_TRUE(NearNames("", {"id", "turns"}).empty());
  EXPECT_TRUE(NearNames("x", {}).empty());
}

}  // namespace
}  // namespace suite
