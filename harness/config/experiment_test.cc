#include "harness/config/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"
#include "harness/metrics/metric_table.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kQuickstart[] = R"(seed = 7
[rl]
steps = 50
[sweep]
"objective.preset" = ["grpo", "gspo"]
seed = [1, 2]
[profile.smoke]
rl.steps = 2
[profile.smoke.sweep]
seed = [9]
[report]
title = "Quickstart"
metrics = ["ndcg@10"]
comparisons = [
  ["gspo", "grpo", "ndcg@10"],
  ["gspo", "sft", "ndcg@10"],
]
notes = ["a note"]
[report.arms]
gspo = "GSPO"
)";

ExperimentRequest Write(const std::string& text) {
  ExperimentRequest request;
  request.path = testing::TempDir() + "quick.toml";
  WriteFileAtomically(request.path, text);
  request.known_names = {{"objective.preset", {"grpo", "gspo"}}};
  return request;
}

std::string ErrorOf(const std::string& text, const std::string& profile = "",
                    const std::vector<std::string>& sets = {}) {
  ExperimentRequest request = Write(text);
  request.profile = profile;
  request.sets = sets;
  return suite::ErrorOf([&] { LoadExperiment(request); });
}

TEST(LoadExperiment, ExpandsTheGridInDeclaredOrder) {
  const Experiment experiment = LoadExperiment(Write(kQuickstart));
  EXPECT_EQ(experiment.name, "quick");
  ASSERT_EQ(experiment.runs.size(), 4u);
  std::vector<std::string> points;
  for (const ExperimentRun& run : experiment.runs) {
    points.push_back(run.arm + "/" + std::to_string(run.config.seed));
    EXPECT_EQ(run.config.objective.preset, run.arm);
    EXPECT_EQ(run.config.rl.steps, 50);
    EXPECT_EQ(run.hash, ConfigHash(run.config));
  }
  EXPECT_THAT(points, ElementsAre("grpo/1", "grpo/2", "gspo/1", "gspo/2"));
  EXPECT_THAT(experiment.arms, ElementsAre("grpo", "gspo"));
  const RunConfig& config = experiment.runs[0].config;
  EXPECT_THAT(config.origins.at("rl.steps"), HasSubstr("quick.toml:3"));
  EXPECT_THAT(config.origins.at("seed"), HasSubstr("quick.toml:6 (sweep)"));
}

TEST(LoadExperiment, ReadsTheReport) {
  const ReportSettings report = LoadExperiment(Write(kQuickstart)).report;
  EXPECT_EQ(report.title, "Quickstart");
  EXPECT_THAT(report.metrics, ElementsAre("ndcg@10"));
  ASSERT_EQ(report.comparisons.size(), 2u);
  EXPECT_EQ(report.comparisons[1].left, "gspo");
  EXPECT_EQ(report.comparisons[1].right, "sft");
  EXPECT_EQ(report.comparisons[1].metric, "ndcg@10");
  ASSERT_EQ(report.notes.size(), 1u);
  EXPECT_EQ(report.notes[0].text, "a note");
  EXPECT_EQ(report.arm_names.at("gspo"), "GSPO");
}

TEST(LoadExperiment, SentencesMayNameSettingsAndConditions) {
  const std::string report =
      "[report]\ntitle = \"{rl.steps} steps\"\n"
      "notes = [\"a\", { text = \"b\", requires = { \"rl.updates_per_rollout\" = [1, 2], seed = 7 } }]\n"
      "[[claim]]\nsentence = \"c\"\nleft = \"gspo\"\nright = \"grpo\"\nmetric = \"ndcg@10\"\nrelation = \">\"\n"
      "requires = { \"objective.preset\" = [\"grpo\", \"gspo\"] }\n";
  const std::string sweep = "[sweep]\n\"objective.preset\" = [\"grpo\", \"gspo\"]\n";
  const ReportSettings read = LoadExperiment(Write(sweep + report)).report;
  ASSERT_EQ(read.notes.size(), 2u);
  ASSERT_EQ(read.notes[1].conditions.size(), 2u);
  EXPECT_EQ(read.notes[1].conditions[0].key, "rl.updates_per_rollout");
  EXPECT_THAT(read.notes[1].conditions[0].values, ElementsAre("1", "2"));
  ASSERT_EQ(read.claims.size(), 1u);
  EXPECT_THAT(read.claims[0].conditions.at(0).values, ElementsAre("grpo", "gspo"));
  EXPECT_THAT(ErrorOf(sweep + "[report]\ntitle = \"{rl.stepps}\"\n"),
              AllOf(HasSubstr("toml:4"), HasSubstr("rl.steps")));
  EXPECT_THAT(ErrorOf(sweep + "[report]\nnotes = [\"{rl.stepps}\"]\n"),
              AllOf(HasSubstr("toml:4"), HasSubstr("rl.steps")));
  EXPECT_THAT(ErrorOf(sweep + "[report]\nnotes = [{ text = \"a\", requires = { stepps = 1 } }]\n"),
              AllOf(HasSubstr("toml:4"), HasSubstr("stepps")));
  EXPECT_THAT(ErrorOf(sweep + "[report]\nnotes = [{ text = \"a\", requires = { seed = [] } }]\n"),
              HasSubstr("no value"));
  EXPECT_THAT(ErrorOf(sweep + "[report]\nnotes = [{ requires = { seed = 1 } }]\n"), HasSubstr("without 'text'"));
}

TEST(LoadExperiment, ProfileAndSetsAreLaterLayers) {
  ExperimentRequest request = Write(kQuickstart);
  request.profile = "smoke";
  Experiment experiment = LoadExperiment(request);
  ASSERT_EQ(experiment.runs.size(), 2u);
  EXPECT_EQ(experiment.runs[0].config.rl.steps, 2);
  EXPECT_EQ(experiment.runs[0].config.seed, 9);
  EXPECT_THAT(experiment.runs[0].config.origins.at("rl.steps"), HasSubstr("quick.toml:8 (profile smoke)"));
  EXPECT_THAT(experiment.runs[0].config.origins.at("seed"), HasSubstr("quick.toml:10 (profile smoke, sweep)"));

  request.sets = {"rl.steps=3", "objective.preset=grpo"};
  experiment = LoadExperiment(request);
  ASSERT_EQ(experiment.runs.size(), 1u) << "--set leaves one value of a swept key";
  EXPECT_EQ(experiment.runs[0].arm, "grpo");
  EXPECT_EQ(experiment.runs[0].config.rl.steps, 3);
  EXPECT_EQ(experiment.runs[0].config.origins.at("objective.preset"), "--set");
  EXPECT_TRUE(experiment.report.comparisons.empty()) << "both comparisons need gspo";
}

TEST(LoadExperiment, ArmsNameWhatIsSwept) {
  const auto arms = [](const std::string& text) { return LoadExperiment(Write(text)).arms; };
  EXPECT_THAT(arms("[sweep]\nseed = [1, 2]\n"), ElementsAre("rank_grpo_exp_inf"));
  EXPECT_THAT(arms("[sweep]\nrl.updates_per_rollout = [1, 2]\nseed = [1, 2]\n"),
              ElementsAre("updates_per_rollout=1", "updates_per_rollout=2"));
  EXPECT_THAT(arms("[sweep]\nsft.steps = [1, 2]\nrl.steps = [3]\nobjective.preset = [\"gspo\"]\n"),
              ElementsAre("sft.steps=1, rl.steps=3, preset=gspo", "sft.steps=2, rl.steps=3, preset=gspo"));
}

TEST(LoadExperiment, RunTableIsTheSameAsTheTopLevel) {
  const Experiment wrapped =
      LoadExperiment(Write("[run]\nseed = 5\nthreads = 2\n[run.rl]\nsteps = 4\n[run.run]\ndevice = \"cuda\"\n"));
  const Experiment plain = LoadExperiment(Write("seed = 5\n[run]\nthreads = 2\ndevice = \"cuda\"\n[rl]\nsteps = 4\n"));
  EXPECT_EQ(wrapped.runs.at(0).hash, plain.runs.at(0).hash);
  EXPECT_EQ(wrapped.runs.at(0).config.run.threads, 2);
}

TEST(LoadExperiment, ErrorsNameFileLineAndWhatIsAllowed) {
  EXPECT_THAT(ErrorOf("[rl]\n\nstesp = 3\n"), AllOf(HasSubstr("quick.toml:3: "), HasSubstr("did you mean 'rl.steps'")));
  EXPECT_THAT(ErrorOf("[rl]\nsteps = -1\n"),
              HasSubstr("quick.toml:2: rl.steps is the integer -1; allowed: an integer, 0"));
  EXPECT_THAT(ErrorOf("[rl\nsteps = -1\n"), HasSubstr("quick.toml:1: "));
  EXPECT_THAT(ErrorOf("[rl]\nsteps = 1\nsteps = 2\n"), HasSubstr("quick.toml:3: "));
  EXPECT_THAT(ErrorOf("seed = 1\n[run]\nseed = 2\n"), HasSubstr("quick.toml:3: seed is given twice"));
  EXPECT_THAT(ErrorOf("seed = 2020-01-01\n"), HasSubstr("quick.toml:1: seed: a date"));
  EXPECT_THAT(ErrorOf("eval.k = [\"a\"]\n"),
              HasSubstr("quick.toml:1: eval.k: a list with a string; allowed: a list of int"));
  EXPECT_THAT(ErrorOf("eval.k = [20]\n"), HasSubstr("quick.toml:1: eval.k: [20] does not fit"));
  EXPECT_THAT(ErrorOf("", "", {"rl.steps"}), HasSubstr("--set: 'rl.steps'; allowed: key=value"));
  EXPECT_THAT(ErrorOf("", "", {"rl.step=1"}), HasSubstr("--set: unknown setting 'rl.step' (did you mean 'rl.steps'?)"));
}

TEST(LoadExperiment, SweepErrors) {
  EXPECT_THAT(ErrorOf("[sweep]\nsede = [1]\n"), HasSubstr("quick.toml:2 (sweep): unknown setting 'sede'"));
  EXPECT_THAT(ErrorOf("[sweep]\nseed = 1\n"), HasSubstr("quick.toml:2 (sweep): seed: not a list"));
  EXPECT_THAT(ErrorOf("[sweep]\nseed = []\n"), HasSubstr("an empty list"));
  EXPECT_THAT(ErrorOf("[sweep]\nseed = [1, 2]\nrun.seed = [3]\n"), HasSubstr("toml:3 (sweep): seed is given twice"));
  EXPECT_THAT(ErrorOf("[sweep]\nseed = [1, 1]\n"),
              AllOf(HasSubstr("quick.toml:2 (sweep): two runs of the sweep are one: {seed = 1} and {seed = 1}")));
  EXPECT_THAT(ErrorOf("[sweep]\ncheckpoint.every = [1, 2]\n"), HasSubstr("differ in what changes results"));
  EXPECT_THAT(ErrorOf("[sweep]\nobjective.preset = [\"grpo\", \"gpro\"]\n"),
              HasSubstr("(sweep): unknown objective.preset 'gpro'"));
}

TEST(LoadExperiment, EveryProfileIsChecked) {
  EXPECT_THAT(ErrorOf(kQuickstart, "smok"), HasSubstr("unknown profile 'smok' (did you mean 'smoke'?)"));
  EXPECT_THAT(ErrorOf("seed = 1\n", "smoke"), HasSubstr("has no profile 'smoke'; allowed: no --profile"));
  for (const char* name : {"../../x", "a b", "", "a\\nb"}) {
    EXPECT_THAT(ErrorOf("[profile.\"" + std::string(name) + "\"]\nrl.steps = 2\n"),
                AllOf(HasSubstr("quick.toml:1: the profile's name"), HasSubstr("letters, digits")));
  }
  EXPECT_THAT(ErrorOf("[profile.paper]\nrl.step = 2\n"), HasSubstr("quick.toml:2 (profile paper): unknown setting"));
  EXPECT_THAT(ErrorOf("[profile.paper.sweep]\nseed = [-1]\n"),
              HasSubstr("quick.toml:2 (profile paper, sweep): seed is"));
}

TEST(LoadExperiment, ReportErrors) {
  const std::string sweep = "[sweep]\nobjective.preset = [\"grpo\", \"gspo\"]\n[report]\n";
  EXPECT_THAT(ErrorOf(sweep + "titel = \"x\"\n"),
              HasSubstr("unknown setting of report 'titel' (did you mean 'title'?)"));
  EXPECT_THAT(ErrorOf(sweep + "title = 3\n"), HasSubstr("quick.toml:4: report.title: not a text"));
  EXPECT_THAT(ErrorOf(sweep + "metrics = [\"ndcg\"]\n"), HasSubstr("quick.toml:4: unknown metric 'ndcg'"));
  EXPECT_THAT(ErrorOf(sweep + "comparisons = [[\"gspo\", \"gpro\", \"ndcg@10\"]]\n"),
              HasSubstr("unknown arm 'gpro' (did you mean 'grpo'?); allowed: grpo, gspo, base, sft"));
  EXPECT_THAT(ErrorOf(sweep + "comparisons = [\n[\"gspo\", \"grpo\"]]\n"),
              HasSubstr("quick.toml:5: report.comparisons: 2 words"));
  EXPECT_THAT(ErrorOf(sweep + "arms.grop = \"GRPO\"\n"), HasSubstr("quick.toml:4: unknown arm 'grop'"));
}

constexpr char kClaim[] = R"([sweep]
objective.preset = ["grpo", "gspo"]
[[claim]]
number = 2
sentence = "GSPO ranks better than GRPO."
left = "gspo"
right = "grpo"
metric = "ndcg@10"
relation = ">"
margin = 0.001
published = [0.1079, 0.0945]
source = "arXiv 1"
)";

TEST(LoadExperiment, ClaimsAreRead) {
  const std::string second =
      "[[claim]]\nsentence = \"x\"\nleft = \"gspo\"\nright = \"sft\"\nmetric = \"series:kl\"\n"
      "relation = \"<\"\n";
  ExperimentRequest request = Write(kClaim + second);
  const ReportSettings report = LoadExperiment(request).report;
  ASSERT_EQ(report.claims.size(), 2u);
  const ClaimSetting& claim = report.claims[0];
  EXPECT_EQ(claim.number, 2);
  EXPECT_EQ(claim.sentence, "GSPO ranks better than GRPO.");
  EXPECT_EQ(claim.left, "gspo");
  EXPECT_EQ(claim.right, "grpo");
  EXPECT_EQ(claim.relation, ">");
  EXPECT_EQ(claim.margin, 0.001);
  EXPECT_THAT(claim.published, ElementsAre(0.1079, 0.0945));
  EXPECT_EQ(claim.source, "arXiv 1");
  EXPECT_EQ(report.claims[1].margin, 0);
  request.sets = {"objective.preset=gspo"};
  EXPECT_EQ(LoadExperiment(request).report.claims.size(), 1u) << "one of the two arms is gone";
}

std::string WithLine(const std::string& old_line, const std::string& new_line) {
  std::string text = kClaim;
  return text.replace(text.find(old_line), old_line.size(), new_line);
}

TEST(LoadExperiment, ClaimErrors) {
  EXPECT_THAT(ErrorOf(WithLine("margin = 0.001", "margni = 1")),
              HasSubstr("quick.toml:10: claim.margni: unknown key of a claim 'margni' (did you mean 'margin'?)"));
  EXPECT_THAT(ErrorOf(WithLine("relation = \">\"", "relation = \">=\"")), HasSubstr("quick.toml:9: claim.relation"));
  EXPECT_THAT(ErrorOf(WithLine("margin = 0.001", "test = \"t\"")), HasSubstr("unknown key of a claim 'test'"));
  EXPECT_THAT(ErrorOf(WithLine("0.001", "-1")), HasSubstr("a negative margin"));
  EXPECT_THAT(ErrorOf(WithLine("0.001", "nan")), HasSubstr("a finite number"));
  EXPECT_THAT(ErrorOf(WithLine("0.001", "\"1\"")), HasSubstr("claim.margin: not a number"));
  EXPECT_THAT(ErrorOf(WithLine("number = 2", "number = 0")), HasSubstr("a whole number from 1"));
  EXPECT_THAT(ErrorOf(WithLine("[0.1079, 0.0945]", "[0.1079]")), HasSubstr("1 numbers; allowed: [left, right]"));
  EXPECT_THAT(ErrorOf(WithLine("left = \"gspo\"\n", "")), HasSubstr("a claim without 'left'"));
  EXPECT_THAT(ErrorOf(WithLine("\"gspo\"\nright", "\"gspoo\"\nright")), HasSubstr("unknown arm 'gspoo'"));
  EXPECT_THAT(ErrorOf(WithLine("\"ndcg@10\"", "\"ndgc@10\"")), HasSubstr("unknown metric 'ndgc@10'"));
  EXPECT_THAT(ErrorOf(WithLine("\"ndcg@10\"", "\"roughness:ndgc@10\"")), HasSubstr("unknown metric 'ndgc@10'"));
  EXPECT_THAT(ErrorOf(WithLine("\"ndcg@10\"", "\"series:reward_by_rank/11\"")), HasSubstr("place 11 of a series"));
  EXPECT_THAT(ErrorOf(WithLine("number = 2", "target = 0.5")), HasSubstr("a 'right' beside what needs none"));
  EXPECT_THAT(ErrorOf(WithLine("right = \"grpo\"", "")), HasSubstr("a claim without 'right'"));
  EXPECT_THAT(ErrorOf(WithLine("number = 2", "right_metric = \"ndgc@10\"")), HasSubstr("unknown metric 'ndgc@10'"));
  EXPECT_THAT(ErrorOf(WithLine("relation = \">\"\nmargin = 0.001", "relation = \"=\"")),
              HasSubstr("a claim of equality without a margin"));
  EXPECT_THAT(ErrorOf("claim = 3\n"), HasSubstr("[[claim]] tables"));
}

// A file speaks for all of its profiles: what only another one has is left out, what none has is refused.
TEST(LoadExperiment, ReportNamesWhatAnyProfileHas) {
  const std::string text =
      "[sweep]\n\"rl.group_size\" = [2, 4]\n"
      "[report]\nmetrics = [\"ndcg@10\", \"ndcg@3\"]\n"
      "comparisons = [[\"group_size=4\", \"group_size=2\", \"ndcg@10\"], [\"group_size=16\", \"sft\", \"ndcg@10\"]]\n"
      "[[claim]]\nnumber = 8\nsentence = \"Larger is better.\"\nleft = \"group_size=16\"\nright = \"group_size=8\"\n"
      "metric = \"curve:ndcg@3\"\nrelation = \">\"\n"
      "[profile.paper]\neval.k = [3, 10]\n[profile.paper.sweep]\n\"rl.group_size\" = [8, 16]\n";
  ExperimentRequest request = Write(text);
  const ReportSettings base = LoadExperiment(request).report;
  EXPECT_THAT(base.metrics, ElementsAre("ndcg@10"));
  EXPECT_EQ(base.comparisons.size(), 1u);
  EXPECT_TRUE(base.claims.empty());
  request.profile = "paper";
  const ReportSettings paper = LoadExperiment(request).report;
  EXPECT_THAT(paper.metrics, ElementsAre("ndcg@10", "ndcg@3"));
  ASSERT_EQ(paper.comparisons.size(), 1u);
  EXPECT_EQ(paper.comparisons[0].left, "group_size=16");
  EXPECT_EQ(paper.claims.size(), 1u);
  std::string misspelt = text;
  misspelt.replace(misspelt.find("curve:ndcg@3"), 12, "curve:ndcg@4");
  request = Write(misspelt);
  EXPECT_THROW(LoadExperiment(request), InputError);
}

// The metrics are those of the run's own evaluation: all that the table has, and no other.
TEST(LoadExperiment, MetricsAreKnownBeforeAnythingRuns) {
  const auto error_of = [](const std::string& text) -> std::string {
    ExperimentRequest request = Write(text);
    request.known_names.clear();
    return suite::ErrorOf([&] { LoadExperiment(request); });
  };
  const std::string good =
      "[eval]\nk = [3, 10]\n[report]\nmetrics = [\"recall@3\", \"ndcg@10\", \"duplicate_share\"]\n";
  EXPECT_EQ(error_of(good), "no error");
  for (const std::string& metric : MetricNames({3, 10})) {
    EXPECT_EQ(error_of("[eval]\nk = [3, 10]\n[report]\nmetrics = [\"" + metric + "\"]\n"), "no error");
  }
  EXPECT_THAT(error_of("[eval]\nk = [3, 10]\n[report]\nmetrics = [\"ndcg@5\"]\n"),
              HasSubstr("quick.toml:4: unknown metric 'ndcg@5' (did you mean 'ndcg@3'?)"));
  EXPECT_THAT(error_of("[report]\nmetrics = [\"ndgc@10\"]\n"), HasSubstr("did you mean 'ndcg@10'?"));
}

TEST(LoadRunConfig, ReadsBackWhatToTomlWrites) {
  const Experiment experiment = LoadExperiment(Write(kQuickstart));
  RunConfig config = experiment.runs[3].config;
  config.rl.learning_rate = 1. / 3;
  config.objective.beta = 1e-9;
  config.objective.kl = "k\"3";
  const std::string text = ToToml(config);
  ExperimentRequest request = Write(text);
  const RunConfig again = LoadRunConfig({request.path});
  EXPECT_EQ(ToToml(again), text);
  EXPECT_EQ(ConfigHash(again), ConfigHash(config));
  EXPECT_EQ(again.rl.learning_rate, config.rl.learning_rate);
}

TEST(LoadRunConfig, DefaultsWithoutAFileAndNoSweeps) {
  ExperimentRequest request;
  request.sets = {"seed=1"};
  EXPECT_EQ(LoadRunConfig(request).seed, 1);
  EXPECT_THROW(LoadRunConfig(Write(kQuickstart)), InputError);
  EXPECT_THROW(LoadRunConfig({"/no/such/file.toml"}), InputError);
}

std::vector<std::string> RunsOf(const std::string& text, const std::vector<std::string>& sets = {},
                                const std::string& profile = "") {
  ExperimentRequest request = Write(text);
  request.sets = sets;
  request.profile = profile;
  std::vector<std::string> runs;
  for (const ExperimentRun& run : LoadExperiment(request).runs) {
    runs.push_back(run.arm + " / " + std::to_string(run.config.seed));
  }
  return runs;
}

TEST(LoadExperiment, ExcludesWhatFitsAllKeysOfARule) {
  const std::string sweep =
      "[sweep]\nobjective.preset = [\"grpo\", \"gspo\"]\nseed = [1, 2]\n"
      "[[sweep.exclude]]\nobjective.preset = \"grpo\"\nseed = [2, 1]\n";
  EXPECT_THAT(RunsOf(sweep), ElementsAre("gspo / 1", "gspo / 2"));
  EXPECT_THAT(RunsOf(sweep, {"seed=2"}), ElementsAre("gspo / 2"));
  EXPECT_THAT(RunsOf(sweep + "[[sweep.exclude]]\nseed = 2\n"), ElementsAre("gspo / 1"));
  // A profile's rules replace the file's; what an axis of it lacks, the file's rules may still name.
  EXPECT_THAT(RunsOf(sweep + "[profile.one.sweep]\nseed = [1]\n[[profile.one.sweep.exclude]]\n"
                             "objective.preset = \"gspo\"\n",
                     {}, "one"),
              ElementsAre("grpo / 1"));
  EXPECT_THAT(RunsOf(sweep + "[profile.two.sweep]\nobjective.preset = [\"gspo\"]\n", {}, "two"),
              ElementsAre("gspo / 1", "gspo / 2"));
}

TEST(LoadExperiment, IncludesRunsWithTheSweepsSeeds) {
  const std::string sweep =
      "[sweep]\nobjective.preset = [\"grpo\", \"gspo\"]\nseed = [1, 2]\n"
      "[[sweep.include]]\nobjective.preset = \"gspo\"\nrl.updates_per_rollout = [4, 8]\n"
      "[[sweep.include]]\nobjective.preset = \"grpo\"\nseed = 9\n";
  EXPECT_THAT(RunsOf(sweep),
              ElementsAre("grpo / 1", "grpo / 2", "gspo / 1", "gspo / 2", "preset=gspo, updates_per_rollout=4 / 1",
                          "preset=gspo, updates_per_rollout=4 / 2", "preset=gspo, updates_per_rollout=8 / 1",
                          "preset=gspo, updates_per_rollout=8 / 2", "grpo / 9"));
  EXPECT_THAT(RunsOf(sweep, {"seed=2", "rl.updates_per_rollout=8"}), ElementsAre("grpo / 2", "gspo / 2"))
      << "--set makes the included run one with that of the grid, and leaves other seeds out";
}

TEST(LoadExperiment, ArmsThatCountHaveOneRun) {
  const std::string sweep =
      "rl.steps = 50\n[sweep]\nobjective.preset = [\"grpo\", \"gspo\"]\nseed = [1, 2]\n"
      "[[sweep.include]]\npolicy.kind = [\"popularity\", \"neighbours\"]\n";
  EXPECT_THAT(RunsOf(sweep),
              ElementsAre("grpo / 1", "grpo / 2", "gspo / 1", "gspo / 2", "popularity / 1", "neighbours / 1"));
  const Experiment experiment = LoadExperiment(Write(sweep));
  EXPECT_EQ(experiment.runs[3].config.rl.steps, 50);
  EXPECT_EQ(experiment.runs[4].config.rl.steps, 0) << "nothing is trained";
  EXPECT_EQ(experiment.runs[4].config.origins.at("rl.steps"), "policy.kind = popularity");
  EXPECT_THAT(RunsOf(sweep, {"policy.kind=popularity"}), ElementsAre("popularity / 1")) << "not an arm named grpo";
  EXPECT_THAT(ErrorOf("[sweep]\nobjective.preset = [\"grpo\", \"gspo\"]\npolicy.kind = [\"popularity\"]\n"),
              HasSubstr("the arms 'preset=grpo, kind=popularity' and 'preset=gspo, kind=popularity' count the same"));
}

TEST(LoadExperiment, FilesAtTwoPlacesAreTwoRuns) {
  EXPECT_EQ(RunsOf("teacher.kind = \"replay\"\n[sweep]\nteacher.path = [\"a.jsonl\", \"b.jsonl\"]\n").size(), 2u);
  EXPECT_EQ(RunsOf("embedder.kind = \"vectors\"\n[sweep]\nembedder.path = [\"a.h5\", \"b.h5\"]\n").size(), 2u);
}

TEST(LoadExperiment, RefusesRulesThatCannotBeMeant) {
  const std::string sweep = "[sweep]\nseed = [1, 2]\n";
  EXPECT_THAT(ErrorOf(sweep + "[[sweep.exclude]]\nseed = 3\n"),
              HasSubstr("quick.toml:4 (sweep.exclude): seed is never the integer 3 in the sweep; allowed: a value of "
                        "its axis: 1, 2"));
  EXPECT_THAT(ErrorOf("[sweep]\nrl.learning_rate = [1.0, 2.0]\n[[sweep.exclude]]\nrl.learning_rate = 1\n"),
              HasSubstr("no error"));
  EXPECT_THAT(ErrorOf(sweep + "[[sweep.exclude]]\nrl.steps = 3\n"), HasSubstr("rl.steps is no axis of the sweep"));
  EXPECT_THAT(ErrorOf(sweep + "[[sweep.exclude]]\nseed = [1, 2]\n"),
              HasSubstr("quick.toml:4 (sweep.exclude): leaves no run"));
  EXPECT_THAT(ErrorOf(sweep + "[[sweep.exclude]]\n"), HasSubstr("an empty table"));
  EXPECT_THAT(ErrorOf(sweep + "[sweep.exclude]\nseed = 1\n"), HasSubstr("not a list"));
  EXPECT_THAT(ErrorOf(sweep + "[[sweep.include]]\nrl.stepz = 3\n"), HasSubstr("rl.stepz"));
  EXPECT_THAT(ErrorOf(sweep + "[[sweep.include]]\nrl.steps = -3\n"), HasSubstr("quick.toml:4 (sweep.include)"));
  EXPECT_THAT(ErrorOf(sweep + "[[sweep.include]]\nseed = 2\n"), HasSubstr("two runs of the sweep are one"));
}

TEST(LoadExperiment, ReadsTheBudget) {
  const Experiment experiment = LoadExperiment(Write("[budget]\nruns = 3\nhours = 0.5\n[sweep]\nseed = [1, 2]\n"));
  EXPECT_EQ(experiment.budget.runs, 3);
  EXPECT_EQ(experiment.budget.hours, .5);
  EXPECT_FALSE(LoadExperiment(ExperimentRequest()).budget.runs.has_value());
  EXPECT_THAT(ErrorOf("[budget]\nruns = 0\n"), HasSubstr("quick.toml:2: budget.runs"));
  EXPECT_THAT(ErrorOf("[budget]\nhours = \"x\"\n"), HasSubstr("a number, more than 0, to 1000000"));
  for (const char* hours : {"nan", "inf", "0", "1e300"}) {
    EXPECT_THAT(ErrorOf("[budget]\nhours = " + std::string(hours) + "\n"), HasSubstr("budget.hours: not a number"));
  }
  EXPECT_THAT(ErrorOf("[budget]\nruns = 9223372036854775807\n"), HasSubstr("a whole number, 1 to 1000000"));
  EXPECT_THAT(ErrorOf("[budget]\nrunz = 1\n"), HasSubstr("runz"));
}

TEST(LoadExperiment, AProfileHasItsOwnBudget) {
  ExperimentRequest request = Write("[budget]\nruns = 3\nhours = 0.5\n[profile.paper.budget]\nhours = 90\n");
  request.profile = "paper";
  EXPECT_EQ(LoadExperiment(request).budget.runs, 3);
  EXPECT_EQ(LoadExperiment(request).budget.hours, 90);
  EXPECT_THAT(ErrorOf("[profile.paper.budget]\nhours = -1\n"), HasSubstr("toml:2 (profile paper): budget.hours"));
}

}  // namespace
}  // namespace suite
