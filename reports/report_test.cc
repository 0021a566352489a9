#include "reports/report.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"
#include "harness/metrics/metric_table.h"
#include "harness/metrics/write_run.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

std::string Folder(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

bool HasGnuplot() { return std::system("gnuplot --version > /dev/null 2>&1") == 0; }

std::string Store(const RunRecord& run) {
  std::filesystem::create_directories(Folder("stores"));
  const std::string path = Folder("stores") + "/" + run.run_name + ".h5";
  WriteRun(run, path);
  return path;
}

// Three seeds an arm: GRPO and GSPO gain nothing, Rank-GRPO (log) gains .03.
std::vector<std::string> ThreeArms() {
  std::vector<std::string> stores;
  for (int64_t seed : {11, 12, 13}) {
    stores.push_back(Store(MakeRun({"grpo", seed, 0})));
    stores.push_back(Store(MakeRun({"gspo", seed, 0})));
    stores.push_back(Store(MakeRun({"rank_grpo_log", seed, 0.03})));
  }
  return stores;
}

ReportSpec SmallSpec(const std::vector<std::string>& stores) {
  ReportSpec spec = DefaultSpec("Three arms", stores);
  spec.scale = "synthetic";
  spec.notes = {"The scores are made up."};
  spec.resamples = 1000;
  return spec;
}

std::map<std::string, std::string> AllFiles(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files[entry.path().lexically_relative(folder).string()] = ReadFile(entry.path().string());
    }
  }
  return files;
}

class ReportTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasGnuplot()) GTEST_SKIP() << "gnuplot is not installed";
  }
};

TEST(DefaultSpecTest, FindsArmsMetricsAndComparisons) {
  const ReportSpec spec = DefaultSpec("Three arms", ThreeArms());
  ASSERT_EQ(spec.arms.size(), 3u);
  EXPECT_EQ(spec.arms[0].name, "GRPO");
  EXPECT_EQ(spec.arms[2].name, "Rank-GRPO (log)");
  ASSERT_EQ(spec.metrics.size(), 6u);
  const char* ids[] = {"recall@5", "recall@10", "ndcg@5", "ndcg@10", "in_catalog_ratio", "duplicate_share"};
  for (size_t i = 0; i < spec.metrics.size(); ++i) {
    EXPECT_EQ(spec.metrics[i].id, ids[i]) << "those that the runs record, in their order";
    EXPECT_EQ(spec.metrics[i].title, KnownMetric(ids[i])->title);
    EXPECT_EQ(spec.metrics[i].higher_is_better, KnownMetric(ids[i])->higher_is_better);
  }
  EXPECT_EQ(spec.confounder, "duplicate_share");
  EXPECT_EQ(spec.baseline, "SFT");
  EXPECT_EQ(spec.comparisons.size(), 4u * (2 + 3)) << "four scores; two arms against the first, three against SFT";
  EXPECT_THROW(DefaultSpec("x", std::vector<std::string>()), InputError);
}

TEST_F(ReportTest, EqualInputGivesEqualBytesWhateverTheOrder) {
  const std::vector<std::string> stores = ThreeArms();
  const std::vector<std::string> reversed(stores.rbegin(), stores.rend());
  const std::string text = WriteReport(SmallSpec(stores), stores, Folder("one"));
  EXPECT_TRUE(text == WriteReport(SmallSpec(stores), reversed, Folder("two")));
  const auto one = AllFiles(Folder("one"));
  const auto two = AllFiles(Folder("two"));
  ASSERT_EQ(one.size(), two.size());
  for (const auto& [name, bytes] : one) EXPECT_TRUE(two.count(name) && two.at(name) == bytes) << name;
  for (const char* name :
       {"report.md", "report.html", "table.csv", "table.tex", "comparisons.csv", "plots/curve_ndcg_5.svg",
        "plots/curve_ndcg_5.csv", "plots/curve_duplicate_share.svg", "plots/series_reward.svg", "plots/ratios_rank.svg",
        "plots/series_out_of_catalog_wrong_year.svg", "plots/effects_ndcg_5.svg", "plots/cost_ndcg_10.csv",
        "plots/profile_ndcg_10.svg", "plots/reward_by_rank_over_training_gspo.svg", "plots/reward_by_rank.svg",
        "plots/reward_by_rank.csv"}) {
    EXPECT_EQ(one.count(name), 1u) << name;
  }
}

TEST_F(ReportTest, VerdictsFollowTheEffects) {
  const std::vector<std::string> stores = ThreeArms();
  ReportSpec spec = SmallSpec(stores);
  spec.comparisons = {
      {"rank_grpo_log", "grpo", "ndcg@5"}, {"rank_grpo_log", "SFT", "ndcg@5"}, {"gspo", "grpo", "ndcg@5"}};
  WriteReport(spec, stores, Folder("verdicts"));
  const std::string csv = ReadFile(Folder("verdicts") + "/comparisons.csv");
  EXPECT_NE(csv.find("rank_grpo_log,grpo,ndcg@5,better,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("rank_grpo_log,SFT,ndcg@5,better,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("gspo,grpo,ndcg@5,inconclusive,"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",3,grpo-11 grpo-12 grpo-13 rank_grpo_log-11"), std::string::npos) << "runs are named";
}

TEST_F(ReportTest, TellsWhatAReaderMustKnow) {
  const std::vector<std::string> stores = ThreeArms();
  const std::string text = WriteReport(SmallSpec(stores), stores, Folder("told"));
  const std::string markdown = ReadFile(Folder("told") + "/report.md");
  const std::string page = ReadFile(Folder("told") + "/report.html");
  const std::string html = page.substr(0, page.find("<script"));
  for (const std::string& where : {markdown, html}) {
    for (const char* told : {"Scale of the evidence: synthetic", "3 seeds an arm", "200 conversations", "resamples",
                             "start from the same one", "The scores are made up.", "inconclusive", "duplicate share",
                             "gcc 12.2.0", "A made-up CPU", "412.0", "31.5", "0398a2c", "Alien (1979)"}) {
      EXPECT_NE(where.find(told), std::string::npos) << told;
    }
    EXPECT_EQ(where.find("Warning"), std::string::npos);
    EXPECT_EQ(where.find(Folder("")), std::string::npos) << "no path of the machine";
  }
  EXPECT_EQ(page.find(Folder("")), std::string::npos) << "nor into its data";
  EXPECT_NE(text.find("Three arms\n"), std::string::npos);
  EXPECT_NE(text.find("Rank-GRPO (log) against GRPO"), std::string::npos);
}

TEST_F(ReportTest, ShowsWhatWentWrong) {
  std::vector<std::string> stores = ThreeArms();
  RunRecord failed = MakeRun({"gspo", 11, 0});
  failed.status = "failed";
  failed.summary = {{"reason", "loss is not finite at step 9"}};
  Store(failed);
  RunRecord debug = MakeRun({"gspo", 12, 0});
  debug.provenance[1].second = "yes (3 files)";
  debug.provenance[2].second = "debug";
  debug.provenance[0].second = "ffff";
  Store(debug);
  stores.erase(stores.begin());  // grpo, seed 11
  const std::string text = WriteReport(SmallSpec(stores), stores, Folder("wrong"));
  const std::string markdown = ReadFile(Folder("wrong") + "/report.md");
  for (const char* shown : {"mode 'debug'", "uncommitted changes: yes (3 files)", "made by 2 commits",
                            "1 run of GSPO failed", "1 seed of GRPO without a run", "(1 of 3 failed)",
                            "(1 of 3 missing)", "failed: loss is not finite at step 9"}) {
    EXPECT_NE(markdown.find(shown), std::string::npos) << shown;
  }
  EXPECT_NE(text.find("Warning: "), std::string::npos);
}

TEST_F(ReportTest, BrokenStoresAndDebugBuildsAreStamped) {
  std::vector<std::string> stores = ThreeArms();
  WriteFileAtomically(Folder("stores") + "/broken.h5", ReadFile(stores[0]).substr(0, 3000));
  stores.push_back(Folder("stores") + "/broken.h5");
  RunRecord debug = MakeRun({"gspo", 12, 0});
  debug.provenance[2].second = "debug";
  Store(debug);
  const std::string text = WriteReport(SmallSpec(stores), stores, Folder("stamped"));
  EXPECT_NE(text.find("Left out, because it cannot be used: stores/broken.h5 ("), std::string::npos) << text;
  const std::string markdown = ReadFile(Folder("stamped") + "/report.md");
  EXPECT_NE(markdown.find("3 (debug build)"), std::string::npos) << "the row itself says so";
  EXPECT_NE(markdown.find("(not readable)"), std::string::npos);
}

TEST_F(ReportTest, PublishedRowsClaimsAndContexts) {
  const std::vector<std::string> stores = ThreeArms();
  ReportSpec spec = SmallSpec(stores);
  spec.published = {"qwen_0.5b_grpo"};
  for (int i = 0; i < 200; ++i) {
    spec.contexts["test-" + std::to_string(i)] = "post " + std::to_string(i / 4);
  }
  Claim claim;
  claim.number = 2;
  claim.sentence = "Rewards by rank help.";
  claim.left = "rank_grpo_log";
  claim.right = "grpo";
  claim.metric = "ndcg@5";
  spec.claims = {claim};
  const std::string text = WriteReport(spec, stores, Folder("claims"));
  EXPECT_NE(text.find("2. Rewards by rank help."), std::string::npos) << text;
  const std::string markdown = ReadFile(Folder("claims") + "/report.md");
  for (const char* shown : {"## Claims", "of 1 claim.", "Qwen2.5-0.5B, GRPO", "published", "0.0834", "not published",
                            "arXiv 2510.20150, Reddit-v2", "share a context count as one"}) {
    EXPECT_NE(markdown.find(shown), std::string::npos) << shown;
  }
  EXPECT_NE(ReadFile(Folder("claims") + "/table.csv").find(",200,50,seeds and contexts,"), std::string::npos);
  EXPECT_NE(ReadFile(Folder("claims") + "/claims.json").find("\"sentence\": \"Rewards by rank help.\""),
            std::string::npos);
  EXPECT_NE(ReadFile(Folder("claims") + "/table.json").find("\"contexts\": 50"), std::string::npos);
}

TEST_F(ReportTest, OneSeedSaysSo) {
  const std::vector<std::string> stores = {Store(MakeRun({"grpo", 11, 0})),
                                           Store(MakeRun({"rank_grpo_log", 11, 0.03}))};
  WriteReport(SmallSpec(stores), stores, Folder("single"));
  const std::string markdown = ReadFile(Folder("single") + "/report.md");
  EXPECT_NE(markdown.find("not about their algorithms"), std::string::npos);
  EXPECT_NE(markdown.find("One seed an arm, so no band."), std::string::npos);
}

TEST_F(ReportTest, NoRunEndedWell) {
  RunRecord failed = MakeRun({"grpo", 11, 0});
  failed.status = "failed";
  const std::vector<std::string> stores = {Store(failed)};
  const std::string text = WriteReport(SmallSpec(stores), stores, Folder("none"));
  EXPECT_NE(text.find("all failed"), std::string::npos) << text;
}

TEST_F(ReportTest, WrongNamesAreNamed) {
  const std::vector<std::string> stores = ThreeArms();
  ReportSpec spec = SmallSpec(stores);
  spec.comparisons = {{"rank_grpo", "grpo", "ndcg@5"}};
  const std::string error = ErrorOf([&] { WriteReport(spec, stores, Folder("names")); });
  EXPECT_NE(error.find("rank_grpo_log"), std::string::npos) << error;
  spec = SmallSpec(stores);
  spec.metrics.push_back({"mrr", "MRR", true});
  EXPECT_THROW(WriteReport(spec, stores, Folder("names")), InputError);
}

// Runs that were never trained: the evaluation at step 0 is the final one, and there is nothing over steps.
TEST_F(ReportTest, RunsWithoutTraining) {
  std::vector<std::string> stores;
  for (int64_t seed : {11, 12, 13}) {
    for (const std::string demonstrations : {"none", "full"}) {
      RunRecord run = MakeRun({"grpo", seed, demonstrations == "full" ? 0.05 : 0});
      run.run_name = demonstrations + "-" + std::to_string(seed);
      run.config += "[sft]\ndemonstrations = \"" + demonstrations + "\"\n";
      run.steps.clear();
      run.series.clear();
      for (ScoreTable& table : run.scores) {
        const size_t row = table.metric_names.size() * table.conversation_ids.size();
        table.values.erase(table.values.begin(), table.values.end() - static_cast<long>(row));
        table.steps = {0};
      }
      stores.push_back(Store(run));
    }
  }
  ReportSpec spec = SmallSpec(stores);
  ASSERT_EQ(spec.arms.size(), 2u);
  EXPECT_EQ(spec.arms[0].name, "demonstrations full");
  EXPECT_EQ(spec.arms[0].runs.size(), 3u);
  EXPECT_EQ(spec.baseline, "");
  spec.baseline = "SFT";  // as a file of settings that says nothing of it
  Claim claim;
  claim.sentence = "Demonstrations help.";
  claim.left = spec.arms[0].value;
  claim.right = spec.arms[1].value;
  claim.metric = "ndcg@5";
  spec.claims = {claim};
  spec.comparisons.push_back({spec.arms[0].value, "SFT", "ndcg@5"});
  spec.rank_series = "reward_by_rank";
  const std::string text = WriteReport(spec, stores, Folder("untrained"));
  EXPECT_NE(text.find("1 reproduced"), std::string::npos) << text;
  EXPECT_NE(text.find("no pair of runs"), std::string::npos) << "no run has a start to be compared with";
  const std::string csv = ReadFile(Folder("untrained") + "/table.csv");
  EXPECT_EQ(csv.find("SFT"), std::string::npos) << csv;
  EXPECT_NE(csv.find("full-11 full-12 full-13"), std::string::npos) << csv;
  EXPECT_FALSE(std::filesystem::exists(Folder("untrained") + "/plots/curve_ndcg_5.svg"));
  EXPECT_TRUE(std::filesystem::exists(Folder("untrained") + "/plots/bars_ndcg_10.svg"));
}

// A sweep over a number: the scores and the time over it.
// Lines of the Markdown table under that heading.
std::vector<std::string> TableUnder(const std::string& markdown, const std::string& heading) {
  std::vector<std::string> lines;
  size_t at = markdown.find("\n## " + heading + "\n");
  for (at = markdown.find("\n|", at) + 1; markdown[at] == '|'; at = markdown.find('\n', at) + 1) {
    lines.push_back(markdown.substr(at, markdown.find('\n', at) - at));
  }
  return lines;
}

TEST_F(ReportTest, CountedArmsStandAloneAndEachStartHasItsRow) {
  ReportSpec spec;
  spec.title = "Counted";
  spec.arms = {{"free", "Free", {}}, {"held", "Held", {}}, {"neighbours", "Neighbours", {}}};
  std::vector<std::string> stores;
  for (int64_t seed : {11, 12, 13}) {
    for (const char* constraint : {"none", "catalogue"}) {
      RunRecord run = MakeRun({"grpo", seed, 0.03});
      run.run_name += constraint;
      run.config += std::string("constraint = \"") + constraint + "\"\n[policy]\nkind = \"language_model\"\n";
      const bool free = std::string(constraint) == "none";
      for (ScoreTable& table : run.scores) table.values[0] = free ? 0.2f : 0.4f;
      spec.arms[free ? 0 : 1].runs.push_back(run.run_name);
      stores.push_back(Store(run));
    }
  }
  stores.push_back(Store(MakeCountedRun("neighbours", {"grpo", 11, 0.1})));
  spec.arms[2].runs = {"neighbours-11"};
  spec.metrics = {{"ndcg@10", "NDCG@10", true}, {"duplicate_share", "Duplicates", false}};
  spec.comparisons = {{"held", "neighbours", "ndcg@10"}, {"neighbours", "SFT", "ndcg@10"}, {"free", "SFT", "ndcg@10"}};
  spec.resamples = 100;
  spec.notes = {"Trained for {rl.steps} steps."};
  const std::string terminal = WriteReport(spec, stores, Folder("counted"));
  const std::string report = ReadFile(Folder("counted") + "/report.md");

  const std::vector<std::string> table = TableUnder(report, "Results");
  ASSERT_EQ(table.size(), 2u + 5) << report.substr(0, 3000);
  const char* rows[] = {"| Neighbours | no seeds |", "| SFT (constraint none) | one start |",
                        "| SFT (constraint catalogue) | one start |", "| Free | 3 |", "| Held | 3 |"};
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(table[i + 2].rfind(rows[i], 0), 0u) << table[i + 2];
  const std::vector<std::string> pairs = TableUnder(report, "Comparisons");
  ASSERT_EQ(pairs.size(), 2u + 3);
  EXPECT_EQ(pairs[3].rfind("| Neighbours against SFT (constraint none) |", 0), 0u) << pairs[3];
  EXPECT_EQ(pairs[4].rfind("| Free against SFT (constraint none) |", 0), 0u) << pairs[4];
  EXPECT_NE(report.find("3 arms, 3 seeds an arm (none for the 1 that count)"), std::string::npos);
  EXPECT_NE(report.find("Trained for 60 steps."), std::string::npos)
      << "sentences on training speak of what was trained";
  EXPECT_EQ(report.find("missing"), std::string::npos) << "a counted arm misses no seed";
  EXPECT_EQ(report.find("of different steps"), std::string::npos);
  for (const auto& [name, file] : AllFiles(Folder("counted") + "/plots")) {
    if (name.rfind("curve_", 0) == 0) {
      EXPECT_EQ(file.find("Neighbours"), std::string::npos) << name;
    }
  }
}

TEST_F(ReportTest, SweepsOverANumberAreDrawnOverIt) {
  std::vector<std::string> stores;
  for (int64_t seed : {11, 12}) {
    for (int size : {2, 4, 16}) {
      RunRecord run = MakeRun({"grpo", seed, 0.01 * size});
      run.run_name = "g" + std::to_string(size) + "-" + std::to_string(seed);
      run.config += "group_size = " + std::to_string(size) + "\n";
      stores.push_back(Store(run));
    }
  }
  const ReportSpec spec = SmallSpec(stores);
  ASSERT_EQ(spec.arms.size(), 3u);
  EXPECT_EQ(spec.arms[2].name, "group_size 16") << "by number, not by letter";
  WriteReport(spec, stores, Folder("sweep"));
  const std::string csv = ReadFile(Folder("sweep") + "/plots/scaling_rl_group_size_ndcg_10.csv");
  EXPECT_NE(csv.find("rl.group_size,2,"), std::string::npos) << csv;
  EXPECT_NE(csv.find("rl.group_size,16,"), std::string::npos) << csv;
  EXPECT_TRUE(std::filesystem::exists(Folder("sweep") + "/plots/scaling_rl_group_size_wall_s.svg"));
}

TEST_F(ReportTest, RecordedContextsAreClusters) {
  std::vector<std::string> stores;
  for (const std::string preset : {"grpo", "rank_grpo_log"}) {
    for (int64_t seed : {11, 12}) {
      RunRecord run = MakeRun({preset, seed, 0});
      for (int i = 0; i < 200; ++i) run.scores[1].context_ids.push_back(i < 100 ? "p" + std::to_string(i / 4) : "");
      stores.push_back(Store(run));
    }
  }
  WriteReport(SmallSpec(stores), stores, Folder("recorded"));
  const std::string csv = ReadFile(Folder("recorded") + "/table.csv");
  EXPECT_NE(csv.find(",200,125,seeds and contexts,"), std::string::npos) << csv;
  EXPECT_NE(ReadFile(Folder("recorded") + "/report.md").find("share a context count as one"), std::string::npos);
}

}  // namespace
}  // namespace suite
