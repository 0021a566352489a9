#include "base/error.h"

#include <gtest/gtest.h>

namespace suite {
namespace {

TEST(InputError, SaysWhereWhatAndWhatIsAllowed) {
  EXPECT_STREQ(InputError("a.toml:3", "steps is -1", "1 or more").what(), "a.toml:3: steps is -1; allowed: 1 or more");
  EXPECT_STREQ(InputError("a.toml", "is empty").what(), "a.toml: is empty");
}

TEST(UnknownName, SuggestsTheNearestAndListsAll) {
  EXPECT_STREQ(UnknownName("a.toml:3", "objective", "rank_gpro_log", {"grpo", "gspo", "rank_grpo_log"}).what(),
               "a.toml:3: unknown objective 'rank_gpro_log' (did you mean 'rank_grpo_log'?); "
               "allowed: grpo, gspo, rank_grpo_log");
}

TEST(UnknownName, SuggestsNothingThatIsNotNear) {
  EXPECT_STREQ(UnknownName("a.jsonl:3", "key", "source", {"id", "turns"}).what(),
               "a.jsonl:3: unknown key 'source'; allowed: id, turns");
}

TEST(NearestName, CountsEdits) {
  EXPECT_EQ(NearestName("kitten", {"sitting", "mitten", "k"}), "mitten");
  EXPECT_EQ(NearestName("x", {}), "");
}

}  // namespace
}  // namespace suite
