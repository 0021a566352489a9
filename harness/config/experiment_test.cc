#include "harness/config/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"

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
  request.known_names = {{"objective.preset", {"grpo", "gspo"}}, {"report.metrics", {"ndcg@10", "recall@10"}}};
  return request;
}

std::string ErrorOf(const std::string& text, const std::string& profile = "",
                    const std::vector<std::string>& sets = {}) {
  ExperimentRequest request = Write(text);
  request.profile = profile;
  request.sets = sets;
  try {
    LoadExperiment(request);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
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
  EXPECT_THAT(report.notes, ElementsAre("a note"));
  EXPECT_EQ(report.arm_names.at("gspo"), "GSPO");
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
  EXPECT_THAT(ErrorOf("[sweep]\nseed = [1, 1]\n"),
              AllOf(HasSubstr("two runs of the sweep are one: {seed = 1} and {seed = 1}")));
  EXPECT_THAT(ErrorOf("[sweep]\ncheckpoint.every = [1, 2]\n"), HasSubstr("differ in what changes results"));
  EXPECT_THAT(ErrorOf("[sweep]\nobjective.preset = [\"grpo\", \"gpro\"]\n"),
              HasSubstr("(sweep): unknown objective.preset 'gpro'"));
}

TEST(LoadExperiment, EveryProfileIsChecked) {
  EXPECT_THAT(ErrorOf(kQuickstart, "smok"), HasSubstr("unknown profile 'smok' (did you mean 'smoke'?)"));
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

}  // namespace
}  // namespace suite
