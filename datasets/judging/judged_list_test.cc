#include "datasets/judging/judged_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"

namespace suite {
namespace {

const Catalog& TestCatalog() {
  static const Catalog* const catalog = new Catalog({{"Heat", 1995},
                                                     {"Alien", 1979},
                                                     {"Jaws", 1975},
                                                     {"Up", 2009},
                                                     {"Drive", 1997},
                                                     {"Drive", 1999},
                                                     {"Drive", 2011}});
  return *catalog;
}

JudgedList Judge(const std::string& text, RankRule rule, const std::vector<GroundTruth>& wanted,
                 const std::vector<std::string>& seen = {}, int list_length = 5) {
  JudgeOptions options;
  options.list_length = list_length;
  options.rank_rule = rule;
  return JudgeAnswer(text, wanted, seen, TestCatalog(), options);
}

std::string Verdicts(const JudgedList& judged) {
  std::string shown;
  for (const JudgedRank& rank : judged.ranks) {
    if (!shown.empty()) shown += ' ';
    shown += RankVerdictName(rank.verdict);
  }
  return shown;
}

TEST(JudgedList, GivesEachRankItsVerdict) {
  const JudgedList judged = Judge("Heat (1995)\nAlien (1979)\nHeat (1995)\nJaws (1975)\nTaxi (1998)",
                                  RankRule::kParsedPosition, {{"Alien", 1979}}, {"Jaws"});
  EXPECT_EQ(Verdicts(judged), "miss hit duplicate seen out_of_catalog");
  EXPECT_EQ(Relevance(judged), (std::vector<float>{0, 1, 0, 0, 0}));
  EXPECT_EQ(judged.overflow, 0);
}

TEST(JudgedList, PadsShortAnswersAndCountsOverflow) {
  const JudgedList brief = Judge("Heat (1995)", RankRule::kParsedPosition, {{"Heat", 1995}});
  EXPECT_EQ(brief.ranks.size(), 1u);
  EXPECT_EQ(Relevance(brief), (std::vector<float>{1, 0, 0, 0, 0}));
  const JudgedList longer =
      Judge("Heat (1995)\nAlien (1979)\nJaws (1975)", RankRule::kParsedPosition, {{"Jaws", 1975}}, {}, 2);
  EXPECT_EQ(longer.overflow, 1);
  EXPECT_EQ(Relevance(longer), (std::vector<float>{0, 0}));
}

TEST(JudgedList, RulesDifferWhereALineDoesNotParse) {
  const std::string text = "Sure, here:\nHeat (1995)\n\nAlien (1979)";
  const std::vector<GroundTruth> wanted{{"Alien", 1979}};
  const JudgedList parsed = Judge(text, RankRule::kParsedPosition, wanted);
  EXPECT_EQ(Verdicts(parsed), "miss hit");
  EXPECT_EQ(parsed.ranks[1].line, 3);
  const JudgedList lines = Judge(text, RankRule::kLine, wanted);
  EXPECT_EQ(Verdicts(lines), "unparsed miss unparsed hit");
  EXPECT_EQ(Relevance(lines), (std::vector<float>{0, 0, 0, 1, 0}));
}

TEST(JudgedList, ALineBeyondTheListTakesNoGroundTruth) {
  const JudgedList judged = Judge("\n\nHeat (1995)\nAlien (1979)", RankRule::kLine, {{"Alien", 1979}}, {}, 3);
  EXPECT_EQ(Verdicts(judged), "unparsed unparsed miss");
  EXPECT_EQ(judged.overflow, 1);
}

TEST(JudgedList, EmptyTextIsOneUnparsedLineOrNothing) {
  EXPECT_EQ(Verdicts(Judge("", RankRule::kLine, {})), "unparsed");
  EXPECT_EQ(Verdicts(Judge("", RankRule::kParsedPosition, {})), "");
}

TEST(JudgedList, NamesWhyAnItemIsOutOfCatalog) {
  const JudgedList judged =
      Judge("Drive (2012)\nHEAT (1996)\nHEAT (1998)\nTaxi (1998)\nUp (2009)", RankRule::kLine, {});
  std::string reasons;
  for (const JudgedRank& rank : judged.ranks) reasons += std::string(OutOfCatalogReasonName(rank.reason)) + " ";
  EXPECT_EQ(reasons, "wrong_year other_spelling unknown_title unknown_title in_catalog ");
  EXPECT_EQ(Verdicts(judged), "out_of_catalog out_of_catalog out_of_catalog out_of_catalog miss");
}

TEST(JudgedList, SeenTitlesMatchLetterForLetter) {
  EXPECT_EQ(Verdicts(Judge("Heat (1995)", RankRule::kLine, {{"Heat", 1995}}, {"heat", "Heat "})), "hit");
  EXPECT_EQ(Verdicts(Judge("Heat (1995)", RankRule::kLine, {{"Heat", 1995}}, {"Heat"})), "seen");
}

TEST(JudgedList, ARepeatCanStillHitAsInTheAuthorsReward) {
  const JudgedList judged =
      Judge("Heat (1995)\nHeat (1995)\nHeat (1995)", RankRule::kParsedPosition, {{"HEAT", 1995}, {" heat", 1996}});
  EXPECT_EQ(Verdicts(judged), "hit hit duplicate");
  EXPECT_FALSE(judged.ranks[0].repeated);
  EXPECT_TRUE(judged.ranks[1].repeated);
  EXPECT_TRUE(judged.ranks[2].repeated);
}

TEST(JudgedList, EachGroundTruthIsTakenOnce) {
  const std::string thrice = "Heat (1995)\nHeat (1995)\nHeat (1995)";
  EXPECT_EQ(Verdicts(Judge(thrice, RankRule::kLine, {{"Heat", 1995}})), "hit duplicate duplicate");
  EXPECT_EQ(Verdicts(Judge(thrice, RankRule::kLine, {{"Heat", 1995}, {"Heat", 1995}})), "hit hit duplicate");
}

TEST(JudgedList, OtherYearsOfATitleAreOtherItems) {
  const JudgedList judged = Judge("Drive (1997)\nDrive (2011)\nDrive (2011)", RankRule::kParsedPosition, {});
  EXPECT_EQ(Verdicts(judged), "miss miss duplicate");
}

TEST(JudgedList, TakesTheNearestYearLaterBeforeEarlier) {
  // 1997 takes 1998 and leaves 1996, which is three years from 1999.
  EXPECT_EQ(Verdicts(Judge("Drive (1997)\nDrive (1999)", RankRule::kLine, {{"Drive", 1996}, {"Drive", 1998}})),
            "hit miss");
  // The same year first: 1997 takes 1997 and leaves 1998.
  EXPECT_EQ(Verdicts(Judge("Drive (1997)\nDrive (1999)", RankRule::kLine, {{"Drive", 1998}, {"Drive", 1997}})),
            "hit hit");
  EXPECT_EQ(Verdicts(Judge("Drive (1997)", RankRule::kLine, {{"Drive", 1994}})), "miss");
  EXPECT_EQ(Verdicts(Judge("Drive (1997)", RankRule::kLine, {{"Drive", 1995}})), "hit");
  EXPECT_EQ(Verdicts(Judge("Drive (1997)", RankRule::kLine, {{"Drive", std::nullopt}})), "miss");
}

// A few awkward lines, drawn at random: repeats, junk, seen, unknown and blank.
std::string RandomAnswer(RandomStream* stream) {
  const std::vector<std::string> lines{"Heat (1995)", "Alien (1979)", "Jaws (1975)",  "",  "Well,",
                                       "Taxi (1998)", "1. Up (2009)", "Drive (2011)", "\r"};
  std::string text;
  for (int64_t i = stream->UniformInt(8); i >= 0; --i) {
    text += lines[static_cast<size_t>(stream->UniformInt(static_cast<int64_t>(lines.size())))] + "\n";
  }
  return stream->Uniform() < 0.5 ? text : text.substr(0, text.size() - 1);
}

TEST(JudgedList, KeepsItsPromisesOnRandomAnswers) {
  RandomStream stream(1, "judged_list_test");
  const std::vector<GroundTruth> wanted{{"Alien", 1980}, {"Up", 2009}, {"Jaws", 1975}, {"Taxi", 1998}};
  for (int trial = 0; trial < 500; ++trial) {
    const std::string text = RandomAnswer(&stream);
    SCOPED_TRACE(text);
    const JudgedList lines = Judge(text, RankRule::kLine, wanted, {"Jaws"}, 6);
    const JudgedList parsed = Judge(text, RankRule::kParsedPosition, wanted, {"Jaws"}, 6);
    for (size_t k = 0; k < lines.ranks.size(); ++k) ASSERT_EQ(lines.ranks[k].line, static_cast<int>(k));
    EXPECT_EQ(static_cast<long>(lines.ranks.size()) + lines.overflow, std::count(text.begin(), text.end(), '\n') + 1);
    // Without its unparsed ranks, the list by lines is a prefix of the list by parsed position.
    size_t position = 0;
    for (const JudgedRank& rank : lines.ranks) {
      if (rank.verdict == RankVerdict::kUnparsed) continue;
      ASSERT_LT(position, parsed.ranks.size());
      EXPECT_EQ(rank.verdict, parsed.ranks[position].verdict);
      EXPECT_EQ(rank.line, parsed.ranks[position++].line);
    }
    // Of the four, Jaws is seen and Taxi is out of catalog.
    const std::vector<float> relevance_N = Relevance(parsed);
    EXPECT_LE(std::accumulate(relevance_N.begin(), relevance_N.end(), 0.0f), 2.0f);
  }
}

}  // namespace
}  // namespace suite
