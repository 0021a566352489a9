#include "harness/metrics/metrics_store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

std::string FreshPath(const std::string& name) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  std::filesystem::remove(path);
  return path;
}

StoreSchema SmallSchema() {
  StoreSchema schema;
  schema.run_name = "3f2a91c0";
  schema.config = "seed = 3407\n[objective]\npreset = \"grpo\"  # Kieślowski\n";
  schema.provenance = {{"commit", "0398a2c"}, {"build_mode", "opt"}, {"a_last", "kept in order"}};
  schema.series = {{"loss", 1}, {"clip_ratio/low_mean", 1}, {"reward_by_rank", 3}, {"step_s", 1}};
  schema.scores = {{"validation", {"c1", "c2"}, {"ndcg@5"}}, {"test", {"c7", "c8", "c9"}, {"recall@5", "ndcg@5"}}};
  return schema;
}

void AppendStep(int64_t step, MetricsStore* store) {
  const double x = static_cast<double>(step);
  store->AppendStep(step, {{"loss", {1.0 / x}},
                           {"clip_ratio/low_mean", {x}},
                           {"reward_by_rank", {x, x + 0.5, -x}},
                           {"step_s", {0.01 * x}}});
}

// Two answers of the test, one without a rank, and a group of rollouts, with what the objective gave for each rank.
TEST(MetricsStoreTest, CountsOfAnEndedRunAreSummedByEvaluation) {
  const std::string path = FreshPath("counts.h5");
  StoreSchema schema = SmallSchema();
  schema.series = {{"loss", 1}, {"ratio_counts/token", 2}};
  MetricsStore store = MetricsStore::Create(path, schema);
  store.AppendScores("test", 0, {{1, 0, 0.5f}, {0.25f, 0, 1}});
  for (int64_t step = 1; step <= 5; ++step) {
    const double n = static_cast<double>(step);
    store.AppendStep(step, {{"loss", {n}}, {"ratio_counts/token", {n, 10 * n}}});
    if (step % 2 == 0) store.AppendScores("test", step, {{1, 0, 0.5f}, {0.25f, 0, 1}});
  }
  const RunRecord running = ReadRun(path);
  EXPECT_EQ(FindSeries(running, "ratio_counts/token").values.size(), 10u) << "a row a step while the run goes on";
  EXPECT_TRUE(running.counts.empty());
  store.Finish({});
  const RunRecord run = ReadRun(path);
  EXPECT_EQ(run.series.size(), 1u);
  ASSERT_EQ(run.counts.size(), 1u);
  EXPECT_EQ(run.counts[0].name, "ratio_counts/token");
  EXPECT_EQ(run.counts[0].width, 2);
  ASSERT_EQ(run.counts[0].steps, (std::vector<int64_t>{2, 4, 5})) << "and what comes after the last evaluation";
  EXPECT_EQ(run.counts[0].counts, (std::vector<double>{3, 30, 7, 70, 5, 50}));
  RunRecord other = run;
  other.counts[0].counts.at(3) = 71;
  EXPECT_NE(DeterministicDigest(other), DeterministicDigest(run));
}

// What a conversation wanted, and the answer at the start.
EvaluatedLists SmallLists() {
  EvaluatedLists lists;
  lists.split = "test";
  lists.items = {{"Amélie", 2001, true, true}, {"Heat", kUnknownYear}, {"Nosuch", 1990}};
  lists.ground_truth = {{0, 0}, {2, 0}};
  lists.seen = {{1, 1}};
  lists.ranks = {{0, 0, 0, 0, "hit", false}, {0, 1, 3, 2, "unknown_title", true}};
  return lists;
}

TEST(MetricsStoreTest, ListsOfTheStartAndOfTheEndAreOneRecord) {
  const std::string path = FreshPath("lists.h5");
  StoreSchema schema = SmallSchema();
  schema.lists = SmallLists();
  MetricsStore store = MetricsStore::Create(path, schema);
  AppendStep(1, &store);
  RunSamples samples;
  samples.lists.split = "test";
  samples.lists.items = {{"Solaris", 1972, true, true}, {"Amélie", 2001, true, true}};
  samples.lists.ranks = {{1, 2, 0, 0, "miss", false}, {1, 2, 1, 1, "hit", false}};
  store.Finish({}, samples);
  const RunRecord run = ReadRun(path);
  ASSERT_EQ(run.lists.items.size(), 4u) << "an item of both has one place";
  EXPECT_EQ(run.lists.items[0].title, "Amélie");
  EXPECT_TRUE(run.lists.items[0].in_catalog && run.lists.items[0].near_catalog);
  EXPECT_EQ(run.lists.items[1].year, kUnknownYear);
  EXPECT_FALSE(run.lists.items[2].in_catalog || run.lists.items[2].near_catalog);
  ASSERT_EQ(run.lists.ground_truth.size(), 2u);
  EXPECT_EQ(run.lists.ground_truth[1].conversation, 2);
  ASSERT_EQ(run.lists.seen.size(), 1u);
  EXPECT_EQ(run.lists.seen[0].item, 1);
  ASSERT_EQ(run.lists.ranks.size(), 4u);
  const RankEntry &start = run.lists.ranks[1], &end = run.lists.ranks[3];
  EXPECT_EQ(start.verdict, "unknown_title");
  EXPECT_EQ(start.line, 3);
  EXPECT_TRUE(start.repeated);
  EXPECT_EQ(end.step, 1);
  EXPECT_EQ(end.item, 0);
  RunRecord other = run;
  other.lists.ranks[3].verdict = "duplicate";
  EXPECT_NE(DeterministicDigest(other), DeterministicDigest(run));
}

TEST(MetricsStoreTest, GivesBackTheCreditOfEachRank) {
  const std::string path = FreshPath("credit.h5");
  MetricsStore store = MetricsStore::Create(path, SmallSchema());
  AppendStep(1, &store);
  const double none = std::numeric_limits<double>::quiet_NaN();
  RunSamples samples;
  samples.answers = {
      {"c7", "Alien (1979)\nHm\nHeat (1996)\n", {{0, "hit", 1, 1.5, none}, {2, "wrong_year", 0, 0, none}}}, {"c8", ""}};
  samples.rollouts = {{"t1", "Jaws (1975)", {{0, "miss", 0, -0.1, -1.25}}}, {"t1", std::string("A\0", 2), {}}};
  samples.credit_kind = "log";
  store.Finish({}, samples);

  const RunRecord run = ReadRun(path);
  EXPECT_EQ(run.credit_kind, "log");
  ASSERT_EQ(run.answers.size(), 2u);
  ASSERT_EQ(run.answers[0].ranks.size(), 2u);
  EXPECT_EQ(run.answers[0].ranks[0].verdict, "hit");
  EXPECT_EQ(run.answers[0].ranks[0].credit, 1.5);
  EXPECT_EQ(run.answers[0].ranks[0].relevance, 1);
  EXPECT_TRUE(std::isnan(run.answers[0].ranks[0].advantage));
  EXPECT_EQ(run.answers[0].ranks[1].line, 2);
  EXPECT_EQ(run.answers[0].ranks[1].verdict, "wrong_year");
  EXPECT_TRUE(run.answers[1].ranks.empty());
  ASSERT_EQ(run.rollouts.size(), 2u);
  EXPECT_EQ(run.rollouts[0].conversation_id, "t1");
  EXPECT_EQ(run.rollouts[0].ranks.at(0).credit, -0.1);
  EXPECT_EQ(run.rollouts[0].ranks.at(0).advantage, -1.25);
  EXPECT_EQ(run.rollouts[1].text, "A\uFFFD");
  const std::string digest = DeterministicDigest(run);
  for (int changed = 0; changed < 4; ++changed) {
    RunRecord other = run;
    if (changed == 0) other.answers[0].ranks[1].verdict = "unknown_title";
    if (changed == 1) other.rollouts[0].ranks[0].advantage = 1.25;
    if (changed == 2) other.rollouts.pop_back();
    if (changed == 3) other.credit_kind = "exp_inf";
    EXPECT_NE(DeterministicDigest(other), digest) << changed;
  }
}

TEST(MetricsStoreTest, GivesBackTheAnswersBeforeTheFirstStep) {
  const std::string path = FreshPath("first_answers.h5");
  StoreSchema schema = SmallSchema();
  schema.first_answers = {{"c7", std::string("Jaws\0 (1975)\n", 13), {{0, "miss", 0, 0.5, 0}}}};
  {
    MetricsStore store = MetricsStore::Create(path, schema);
    AppendStep(1, &store);
  }
  MetricsStore store = MetricsStore::Resume(path, SmallSchema(), 1);  // they are in the store since it was begun
  store.Finish({}, {});
  const RunRecord run = ReadRun(path);
  ASSERT_EQ(run.first_answers.size(), 1u);
  EXPECT_EQ(run.first_answers[0].text, "Jaws\uFFFD (1975)\n");
  EXPECT_EQ(run.first_answers[0].ranks.at(0).verdict, "miss");
  RunRecord other = run;
  other.first_answers[0].text += " ";
  EXPECT_NE(DeterministicDigest(other), DeterministicDigest(run));
}

TEST(MetricsStoreTest, GivesBackWhatWasWritten) {
  const std::string path = FreshPath("whole.h5");
  MetricsStore store = MetricsStore::Create(path, SmallSchema());
  store.AppendScores("test", 0, {{1, 0, 0.5f}, {0.25f, 0, 1}});
  AppendStep(1, &store);
  store.AppendStep(2, {{"loss", {std::numeric_limits<double>::quiet_NaN()}},
                       {"clip_ratio/low_mean", {-std::numeric_limits<double>::infinity()}},
                       {"reward_by_rank", {1e-300, 2, 3}},
                       {"step_s", {7}}});
  store.AppendScores("test", 2, {{1, 1, 1}, {0, 0, 0.125f}});
  RunSamples samples;
  samples.answers = {{"c7", std::string("Alien\0 (1979)\n", 14)}, {"c8", ""}};
  store.Finish({{"wall_s", "81.2"}, {"answer", "42"}}, samples);

  const RunRecord run = ReadRun(path);
  EXPECT_EQ(run.run_name, "3f2a91c0");
  EXPECT_EQ(run.config, SmallSchema().config);
  EXPECT_EQ(run.provenance, SmallSchema().provenance);
  EXPECT_EQ(run.status, "done");
  EXPECT_EQ(run.steps, (std::vector<int64_t>{1, 2}));
  EXPECT_TRUE(std::isnan(FindSeries(run, "loss").values[1]));
  EXPECT_EQ(FindSeries(run, "clip_ratio/low_mean").values[1], -std::numeric_limits<double>::infinity());
  EXPECT_EQ(FindSeries(run, "reward_by_rank").values, (std::vector<double>{1, 1.5, -1, 1e-300, 2, 3}));
  const ScoreTable& test = FindScores(run, "test");
  EXPECT_EQ(test.conversation_ids, (std::vector<std::string>{"c7", "c8", "c9"}));
  EXPECT_EQ(test.steps, (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(test.At(0, FindMetric(run, test, "ndcg@5"), 0), 0.25f);
  EXPECT_EQ(test.At(1, FindMetric(run, test, "ndcg@5"), 2), 0.125f);
  EXPECT_TRUE(FindScores(run, "validation").steps.empty());
  EXPECT_EQ(run.summary, (NamedTexts{{"wall_s", "81.2"}, {"answer", "42"}}));
  ASSERT_EQ(run.answers.size(), 2u);
  EXPECT_EQ(run.answers[0].text, "Alien\uFFFD (1979)\n");
}

TEST(MetricsStoreTest, IsReadableAfterEachRowWhileOpen) {
  const std::string path = FreshPath("live.h5");
  MetricsStore store = MetricsStore::Create(path, SmallSchema());
  EXPECT_TRUE(ReadRun(path).steps.empty());
  for (int64_t step = 1; step <= 20; ++step) {
    AppendStep(step, &store);
    const RunRecord run = ReadRun(path);
    EXPECT_EQ(run.status, "running");
    ASSERT_EQ(run.steps.size(), static_cast<size_t>(step));
    EXPECT_EQ(FindSeries(run, "loss").values.back(), 1.0 / static_cast<double>(step));
  }
}

TEST(MetricsStoreTest, HasRoomForManyRows) {
  const std::string path = FreshPath("many.h5");
  MetricsStore store = MetricsStore::Create(path, SmallSchema());
  for (int64_t step = 1; step <= 1100; ++step) AppendStep(step, &store);
  store.Finish({});
  const RunRecord run = ReadRun(path);
  ASSERT_EQ(run.steps.size(), 1100u);
  for (size_t i = 0; i < 1100; ++i) ASSERT_EQ(FindSeries(run, "loss").values[i], 1.0 / static_cast<double>(i + 1));
}

TEST(MetricsStoreTest, HasRoomForALongConfig) {
  const std::string path = FreshPath("long.h5");
  StoreSchema schema = SmallSchema();
  for (int i = 0; i < 20000; ++i) schema.config += "# line " + std::to_string(i) + "\n";
  MetricsStore store = MetricsStore::Create(path, schema);
  AppendStep(1, &store);
  EXPECT_TRUE(ReadRun(path).config == schema.config);
  store.Finish({});
  EXPECT_TRUE(ReadRun(path).config == schema.config);
}

TEST(MetricsStoreTest, EqualRunsGiveEqualBytes) {
  for (const char* name : {"one.h5", "two.h5"}) {
    MetricsStore store = MetricsStore::Create(FreshPath(name), SmallSchema());
    AppendStep(1, &store);
    store.AppendScores("validation", 1, {{0, 1}});
    store.Finish({{"n", "1"}});
  }
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/";
  EXPECT_TRUE(ReadFile(folder + "one.h5") == ReadFile(folder + "two.h5"));
}

TEST(MetricsStoreTest, FailedRunsSayWhy) {
  const std::string path = FreshPath("failed.h5");
  MetricsStore store = MetricsStore::Create(path, SmallSchema());
  AppendStep(1, &store);
  store.Fail("loss is not finite at step 2", {{"wall_s", "3"}});
  const RunRecord run = ReadRun(path);
  EXPECT_EQ(run.status, "failed");
  EXPECT_EQ(run.summary, (NamedTexts{{"reason", "loss is not finite at step 2"}, {"wall_s", "3"}}));
  EXPECT_EQ(run.steps.size(), 1u);
}

TEST(MetricsStoreTest, ResumeCutsAndGoesOn) {
  const std::string broken = FreshPath("broken.h5");
  {
    MetricsStore store = MetricsStore::Create(broken, SmallSchema());
    for (int64_t step = 1; step <= 7; ++step) AppendStep(step, &store);
    store.AppendScores("validation", 4, {{0, 1}});
    store.AppendScores("validation", 7, {{9, 9}});
  }
  MetricsStore resumed = MetricsStore::Resume(broken, SmallSchema(), 4);
  EXPECT_EQ(ReadRun(broken).steps.size(), 4u);
  const std::string unbroken = FreshPath("unbroken.h5");
  MetricsStore straight = MetricsStore::Create(unbroken, SmallSchema());
  for (int64_t step = 1; step <= 4; ++step) AppendStep(step, &straight);
  straight.AppendScores("validation", 4, {{0, 1}});
  for (MetricsStore* store : {&resumed, &straight}) {
    for (int64_t step = 5; step <= 9; ++step) AppendStep(step, store);
    store->AppendScores("validation", 9, {{1, 0}});
    store->Finish({{"n", "1"}});
  }
  EXPECT_EQ(ContentDigest(ReadRun(broken)), ContentDigest(ReadRun(unbroken)));
  EXPECT_TRUE(ReadFile(broken) == ReadFile(unbroken));
}

TEST(MetricsStoreTest, ResumeAtZeroStartsAgainAndKeepsTheFirstEvaluation) {
  const std::string path = FreshPath("zero.h5");
  {
    MetricsStore store = MetricsStore::Create(path, SmallSchema());
    store.AppendScores("validation", 0, {{0, 1}});
    AppendStep(1, &store);
  }
  MetricsStore store = MetricsStore::Resume(path, SmallSchema(), 0);
  const RunRecord run = ReadRun(path);
  EXPECT_TRUE(run.steps.empty());
  EXPECT_EQ(FindScores(run, "validation").steps, (std::vector<int64_t>{0}));
}

TEST(MetricsStoreTest, ResumeNotesAnotherProvenance) {
  const std::string path = FreshPath("provenance.h5");
  {
    MetricsStore store = MetricsStore::Create(path, SmallSchema());
    AppendStep(1, &store);
  }
  StoreSchema schema = SmallSchema();
  schema.provenance[0].second = "ffffff";
  { MetricsStore store = MetricsStore::Resume(path, schema, 1); }
  EXPECT_EQ(FindText(ReadRun(path).provenance, "commit"), "0398a2c");
  EXPECT_EQ(FindText(ReadRun(path).provenance, "resumed_at_1/commit"), "ffffff");
}

// A run that is stopped again and again before its next checkpoint.
TEST(MetricsStoreTest, ResumesTwiceFromOneStep) {
  const std::string path = FreshPath("twice.h5");
  {
    MetricsStore store = MetricsStore::Create(path, SmallSchema());
    AppendStep(1, &store);
  }
  const std::string before = FindText(ReadRun(path).provenance, "commit");
  for (const std::string& commit : {std::string("aaaaaa"), std::string("bbbbbb"), std::string("bbbbbb"), before}) {
    StoreSchema schema = SmallSchema();
    schema.provenance[0].second = commit;
    MetricsStore store = MetricsStore::Resume(path, schema, 1);
  }
  const RunRecord run = ReadRun(path);
  EXPECT_EQ(FindText(run.provenance, "commit"), before);
  EXPECT_EQ(FindText(run.provenance, "resumed_at_1/commit"), "aaaaaa");
  EXPECT_EQ(FindText(run.provenance, "resumed_at_1.2/commit"), "bbbbbb");
  EXPECT_EQ(FindText(run.provenance, "resumed_at_1.3/commit"), before) << "the third changed nothing";
}

TEST(MetricsStoreTest, ResumeRefusesWhatIsNotItsRun) {
  const std::string path = FreshPath("other.h5");
  {
    MetricsStore store = MetricsStore::Create(path, SmallSchema());
    AppendStep(1, &store);
  }
  StoreSchema named = SmallSchema();
  named.run_name = "other";
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(path, named, 1); }).find(path + ": is run '3f2a91c0'; allowed: "),
            std::string::npos);
  StoreSchema configured = SmallSchema();
  configured.config += "x = 1\n";
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(path, configured, 1); }).find("another config"), std::string::npos);
  StoreSchema wider = SmallSchema();
  wider.series[2].width = 4;
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(path, wider, 1); }).find("'reward_by_rank' of width 3 in place of"),
            std::string::npos);
  StoreSchema conversations = SmallSchema();
  conversations.scores[1].conversation_ids[0] = "c0";
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(path, conversations, 1); }).find("other conversations"),
            std::string::npos);
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(path, SmallSchema(), 5); }).find("its last step is 1"),
            std::string::npos);
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(FreshPath("none.h5"), SmallSchema(), 1); }).find("no such file"),
            std::string::npos);
  MetricsStore::Resume(path, SmallSchema(), 1).Finish({});
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(path, SmallSchema(), 1); }).find("has ended (done)"), std::string::npos);
}

TEST(MetricsStoreTest, OneWriterOnly) {
  const std::string path = FreshPath("two_writers.h5");
  {
    MetricsStore store = MetricsStore::Create(path, SmallSchema());
    const std::string expected = path + ": another process is writing this run; allowed: one writer for each run";
    EXPECT_EQ(ErrorOf([&] { MetricsStore::Create(path, SmallSchema()); }), expected);
    EXPECT_EQ(ErrorOf([&] { MetricsStore::Resume(path, SmallSchema(), 0); }), expected);
    AppendStep(1, &store);
  }
  MetricsStore again = MetricsStore::Resume(path, SmallSchema(), 1);
  AppendStep(2, &again);
  EXPECT_EQ(ReadRun(path).steps.size(), 2u);
}

TEST(MetricsStoreTest, CreateOverwritesOnlyUnfinishedStores) {
  const std::string path = FreshPath("create.h5");
  {
    MetricsStore store = MetricsStore::Create(path, SmallSchema());
    AppendStep(1, &store);
  }
  { MetricsStore store = MetricsStore::Create(path, SmallSchema()); }
  EXPECT_TRUE(ReadRun(path).steps.empty());
  MetricsStore::Resume(path, SmallSchema(), 0).Finish({});
  EXPECT_NE(ErrorOf([&] { MetricsStore::Create(path, SmallSchema()); }).find("holds a finished run"),
            std::string::npos);
  const std::string text = FreshPath("config.toml");
  WriteFileAtomically(text, "seed = 1\n");
  EXPECT_NE(ErrorOf([&] { MetricsStore::Create(text, SmallSchema()); }).find("not an HDF5 file"), std::string::npos);
  EXPECT_EQ(ReadFile(text), "seed = 1\n");
  const std::string nowhere = FreshPath("no/such/folder.h5");
  EXPECT_NE(ErrorOf([&] { MetricsStore::Create(nowhere, SmallSchema()); }).find("No such file"), std::string::npos);
}

TEST(MetricsStoreDeathTest, WrongValuesAreBugs) {
  const std::string path = FreshPath("bugs.h5");
  MetricsStore store = MetricsStore::Create(path, SmallSchema());
  AppendStep(3, &store);
  EXPECT_DEATH(AppendStep(3, &store), "step > series_.last_step");
  EXPECT_DEATH(store.AppendStep(4, {{"loss", {1}}}), "values.size\\(\\) == series_.names.size\\(\\)");
  EXPECT_DEATH(store.AppendStep(
                   4, {{"loss", {1}}, {"clip_ratio/low_mean", {1}}, {"reward_by_rank", {1, 2, 3}}, {"stepp_s", {1}}}),
               "a value for series step_s");
  EXPECT_DEATH(
      store.AppendStep(4, {{"loss", {1}}, {"clip_ratio/low_mean", {1}}, {"reward_by_rank", {1, 2}}, {"step_s", {1}}}),
      "width");
  EXPECT_DEATH(store.AppendScores("train", 4, {{1, 2}}), "split train");
  EXPECT_DEATH(store.AppendScores("validation", 4, {{1, 2, 3}}), "width");
}

TEST(MetricsStoreTest, ContextsAreWrittenAndResumed) {
  const std::string path = FreshPath("contexts.h5");
  StoreSchema schema = SmallSchema();
  schema.scores[1].context_ids = {"a", "a", ""};
  {
    MetricsStore store = MetricsStore::Create(path, schema);
    AppendStep(1, &store);
  }
  EXPECT_EQ(ReadRun(path).scores[1].context_ids, schema.scores[1].context_ids);
  StoreSchema other = schema;
  other.scores[1].context_ids = {"a", "b", ""};
  EXPECT_NE(ErrorOf([&] { MetricsStore::Resume(path, other, 1); }).find("has other contexts in split 'test'"),
            std::string::npos);
  MetricsStore store = MetricsStore::Resume(path, schema, 1);
  store.Finish({});
  EXPECT_EQ(ReadRun(path).scores[1].context_ids, schema.scores[1].context_ids);
}

TEST(MetricsStoreTest, AStoreBegunWithoutContextsTakesThemOn) {
  const std::string path = FreshPath("old.h5");
  {
    MetricsStore store = MetricsStore::Create(path, SmallSchema());
    AppendStep(1, &store);
  }
  StoreSchema schema = SmallSchema();
  schema.scores[1].context_ids = {"a", "a", "b"};
  MetricsStore store = MetricsStore::Resume(path, schema, 1);
  store.Finish({});
  const RunRecord run = ReadRun(path);
  EXPECT_TRUE(run.scores[0].context_ids.empty());
  EXPECT_EQ(run.scores[1].context_ids, schema.scores[1].context_ids);
}

}  // namespace
}  // namespace suite
