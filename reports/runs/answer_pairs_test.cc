#include "reports/runs/answer_pairs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/metrics/run_record.h"

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

RunRecord TwoAnswers() {
  RunRecord run;
  run.scores = {{"test", {"a", "b"}, {"ndcg@5"}, {0, 2}, {0, 0, 1, 0}}};
  run.answers = {{"a", "Alien (1979)\nHeat (1995)\n", {{0, "hit", 1, 1, 0}, {1, "miss", 0, 0, 0}}},
                 {"b", "Ran (1985)"}};
  run.first_answers = {{"a", "Amélie (2001)\n", {{0, "miss", 0, 0, 0}}}};
  run.lists.split = "test";
  run.lists.items = {{"Ran", 1985}, {"Alien", 1979}, {"Old", 201}, {"<item_7>", kUnknownYear}};
  run.lists.ground_truth = {{0, 1}, {0, 2}, {0, 3}};
  return run;
}

TEST(AnswerPairs, JoinsBothEndsOfARun) {
  const RunRecord run = TwoAnswers();
  const std::vector<AnswerPair> pairs = AnswerPairs(run);
  ASSERT_EQ(pairs.size(), 2u);
  EXPECT_EQ(pairs[0].before, &run.first_answers[0]);
  EXPECT_EQ(pairs[0].after, &run.answers[0]);
  EXPECT_THAT(pairs[0].wanted, ElementsAre("Alien (1979)", "Old (0201)", "<item_7>"));
  EXPECT_EQ(pairs[1].before, nullptr);
  EXPECT_THAT(pairs[1].wanted, IsEmpty());
}

TEST(AnswerPairs, AreWrittenSideBySide) {
  const RunRecord run = TwoAnswers();
  EXPECT_EQ(SideBySide(AnswerPairs(run)[0]),
            "[a] wanted: Alien (1979), Old (0201), <item_7>\n"
            "Before the first step  At the end\n"
            "  Amélie (2001)        + Alien (1979)\n"
            "                         Heat (1995)\n");
}

}  // namespace
}  // namespace suite
