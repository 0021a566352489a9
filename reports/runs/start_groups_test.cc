#include "reports/runs/start_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/runs/paired_runs.h"
#include "reports/runs/run_set.h"
#include "reports/runs/starts.h"
#include "reports/runs/synthetic_runs.h"
#include "reports/spec/report_spec.h"

namespace suite {
namespace {

using testing::ElementsAre;

std::string Preset(const std::string& arm) { return arm.substr(0, arm.find('/')); }

// A trained run of `arm`, which is a preset and, after a slash, what rl.constraint says. A constraint moves the start.
RunRecord Trained(const std::string& arm, int64_t seed, float own_start = 0) {
  RunRecord run = MakeRun({Preset(arm), seed, 0.02, 8, 20, 5});
  run.run_name = arm + "-" + std::to_string(seed);
  const std::string constraint = arm.substr(arm.find('/') + 1);
  run.config += "constraint = \"" + constraint + "\"\n[policy]\nkind = \"language_model\"\n";
  for (ScoreTable& table : run.scores) table.values[0] = own_start + (constraint == "none" ? 0.25f : 0.5f);
  return run;
}

RunRecord Counted(const std::string& kind) { return MakeCountedRun(kind, {"grpo", 1, 0.01, 8, 20, 5}); }

// The arms by the names of their runs, in the order of `records`.
RunSet SetOf(std::vector<RunRecord> records, ReportSpec* spec) {
  for (const RunRecord& run : records) {
    const std::string arm = run.run_name.substr(0, run.run_name.rfind('-'));
    if (spec->arms.empty() || spec->arms.back().value != arm) spec->arms.push_back({arm, arm, {}});
    spec->arms.back().runs.push_back(run.run_name);
  }
  return MakeRunSet(*spec, {std::move(records), {}}, Mixing::kAllowed);
}

std::vector<std::string> NamesOf(const std::vector<StartGroup>& groups) {
  std::vector<std::string> names;
  for (const StartGroup& group : groups) names.push_back(group.name);
  return names;
}

std::vector<std::string> NamesOf(const RunSide& side) {
  std::vector<std::string> names;
  for (const ReportRun* run : side.runs) names.push_back(run->record.run_name);
  return names;
}

TEST(StartGroupsTest, SettingsThatMoveTheStartTellStartsApart) {
  ReportSpec spec;
  const RunSet set = SetOf({Trained("grpo/catalogue", 1), Trained("grpo/catalogue", 2), Trained("gspo/catalogue", 1),
                            Trained("grpo/none", 1), Counted("popularity")},
                           &spec);
  const std::vector<StartGroup> groups = StartGroups(spec, set);
  EXPECT_THAT(NamesOf(groups), ElementsAre("SFT (constraint catalogue)", "SFT (constraint none)"));
  EXPECT_EQ(groups[0].runs.size(), 3u);
  EXPECT_EQ(NameOfSide(spec, set, "SFT", "grpo/none"), "SFT (constraint none)");
  EXPECT_EQ(NameOfSide(spec, set, "SFT", "gspo/catalogue"), "SFT (constraint catalogue)");
  EXPECT_EQ(NameOfSide(spec, set, "SFT", "popularity"), "SFT (constraint catalogue)") << "the first";
  EXPECT_EQ(NameOfSide(spec, set, "grpo/none", "SFT"), "grpo/none");
}

// Trained freely and tested under a constraint: decoded at step 0 like what is trained under it.
TEST(StartGroupsTest, TheConstraintOfTheEvaluationCounts) {
  ReportSpec spec;
  RunRecord tested = Trained("gspo/none", 1);
  for (ScoreTable& table : tested.scores) table.values[0] = 0.5f;
  tested.config += "[eval]\nconstraint = \"catalogue\"\n";
  const RunSet set = SetOf({Trained("grpo/none", 1), Trained("grpo/catalogue", 1), tested}, &spec);
  EXPECT_THAT(NamesOf(StartGroups(spec, set)), ElementsAre("SFT (constraint none)", "SFT (constraint catalogue)"));
}

TEST(StartGroupsTest, OneSettingIsSaidWhereOneIsEnough) {
  ReportSpec spec;
  RunRecord free = Trained("grpo/none", 1), held = Trained("grpo/catalogue", 1);
  const std::string before = "[policy]";
  free.config.insert(free.config.find(before), "exclude_seen = false\n");
  held.config.insert(held.config.find(before), "exclude_seen = true\n");
  EXPECT_THAT(NamesOf(StartGroups(spec, SetOf({free, held}, &spec))),
              ElementsAre("SFT (constraint none)", "SFT (constraint catalogue)"));
}

TEST(StartGroupsTest, EqualScoresAreOneStartWhateverTheSettings) {
  ReportSpec spec;
  RunRecord same = Trained("gspo/catalogue", 1);
  for (ScoreTable& table : same.scores) table.values[0] = 0.25f;
  const RunSet set = SetOf({Trained("grpo/none", 1), Trained("grpo/none", 2), same}, &spec);
  EXPECT_THAT(NamesOf(StartGroups(spec, set)), ElementsAre("SFT"));
}

TEST(StartGroupsTest, SeedsOfFineTuningMakeOneGroup) {
  ReportSpec spec;
  const RunSet set = SetOf({Trained("grpo/none", 1, 0.01f), Trained("grpo/none", 2, 0.02f)}, &spec);
  EXPECT_THAT(NamesOf(StartGroups(spec, set)), ElementsAre("SFT"));
}

TEST(PairedRunsTest, OneCountedRunStandsBesideEverySeed) {
  ReportSpec spec;
  const RunSet set =
      SetOf({Counted("neighbours"), Counted("popularity"), Trained("grpo/none", 5), Trained("grpo/none", 6)}, &spec);
  PairedRuns pairs = PairRuns(spec, set, {"grpo/none", "neighbours", "ndcg@10"});
  EXPECT_THAT(NamesOf(pairs.left), ElementsAre("grpo/none-5", "grpo/none-6"));
  EXPECT_THAT(NamesOf(pairs.right), ElementsAre("neighbours-1", "neighbours-1"));
  EXPECT_EQ(StartsOf(pairs, "test").from, " from this start") << "that of the trained side";
  EXPECT_EQ(StartsOf(pairs, "test").of_S, (std::vector<size_t>{0, 1})) << "the trained side's seeds count";

  pairs = PairRuns(spec, set, {"neighbours", "popularity", "ndcg@10"});
  EXPECT_EQ(pairs.left.runs.size(), 1u);
  EXPECT_EQ(StartsOf(pairs, "test").from, "") << "nothing would change with another run";

  pairs = PairRuns(spec, set, {"SFT", "neighbours", "ndcg@10"});
  EXPECT_TRUE(pairs.left.is_start && !pairs.right.is_start);
  EXPECT_THAT(NamesOf(pairs.left), ElementsAre("grpo/none-5")) << "one start, once";
  EXPECT_THAT(NamesOf(pairs.right), ElementsAre("neighbours-1"));
  EXPECT_EQ(StartsOf(pairs, "test").from, " from this start");
}

TEST(PairedRunsTest, ACountedArmMissesNoSeed) {
  ReportSpec spec;
  const RunSet set = SetOf({Counted("neighbours"), Trained("grpo/none", 5), Trained("grpo/none", 6)}, &spec);
  EXPECT_THAT(set.arms[0].missing_seeds, testing::IsEmpty());
  EXPECT_THAT(set.arms[1].missing_seeds, testing::IsEmpty()) << "nor does its seed count as one";
  EXPECT_EQ(TrainedArms(set).size(), 1u);
}

}  // namespace
}  // namespace suite
