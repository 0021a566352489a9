// [[sweep.priority]] rules through LoadExperiment: which runs they fit, what is refused.
#include "harness/config/sweep_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "harness/config/experiment.h"

namespace suite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kSweep[] = R"([sweep]
"objective.preset" = ["grpo", "gspo"]
rl.learning_rate = [1e-4, 1.0]
seed = [1, 2]
)";

Experiment Load(const std::string& text, const std::string& profile = "", const std::vector<std::string>& sets = {}) {
  ExperimentRequest request;
  request.path = testing::TempDir() + "priority.toml";
  WriteFileAtomically(request.path, text);
  request.known_names = {{"objective.preset", {"grpo", "gspo", "rank_grpo_exp_inf"}}};
  request.profile = profile;
  request.sets = sets;
  return LoadExperiment(request);
}

std::vector<int64_t> Priorities(const std::string& text, const std::string& profile = "",
                                const std::vector<std::string>& sets = {}) {
  std::vector<int64_t> priorities;
  for (const ExperimentRun& run : Load(text, profile, sets).runs) priorities.push_back(run.priority);
  return priorities;
}

// Runs: grpo 1e-4 seeds 1, 2; grpo 1.0; gspo 1e-4; gspo 1.0.
TEST(Priorities, AddUpOverAllRulesThatFit) {
  EXPECT_THAT(Priorities(kSweep), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0));
  const std::string first = std::string(kSweep) + "[[sweep.priority]]\nobjective.preset = \"gspo\"\npriority = 2\n";
  EXPECT_THAT(Priorities(first), ElementsAre(0, 0, 0, 0, 2, 2, 2, 2));
  EXPECT_THAT(Priorities(first + "[[sweep.priority]]\npriority = -3\nseed = [2]\nrl.learning_rate = 1\n"),
              ElementsAre(0, 0, 0, -3, 2, 2, 2, -1))
      << "1 is 1.0, and both keys must fit";
}

TEST(Priorities, ChangeNeitherRunsNorNames) {
  const Experiment plain = Load(kSweep);
  const Experiment ordered = Load(std::string(kSweep) + "[[sweep.priority]]\nseed = 2\npriority = 1\n");
  ASSERT_EQ(plain.runs.size(), ordered.runs.size());
  for (size_t i = 0; i < plain.runs.size(); ++i) {
    EXPECT_EQ(plain.runs[i].hash, ordered.runs[i].hash);
    EXPECT_EQ(ToToml(plain.runs[i].config), ToToml(ordered.runs[i].config));
  }
  EXPECT_EQ(plain.arms, ordered.arms);
}

// An included run has the base run's value of the keys that its rule does not name.
TEST(Priorities, FitRunsBesideTheGrid) {
  const std::string text =
      "rl.group_size = 8\n[sweep]\nobjective.preset = [\"grpo\", \"gspo\"]\n"
      "[[sweep.include]]\nrl.group_size = [4, 16]\n";
  EXPECT_THAT(Priorities(text + "[[sweep.priority]]\nrl.group_size = 8\npriority = 1\n"), ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(Priorities(text + "[[sweep.priority]]\nrl.group_size = [16]\npriority = 1\n"), ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(Priorities(text + "[[sweep.priority]]\nobjective.preset = \"rank_grpo_exp_inf\"\npriority = 1\n"),
              ElementsAre(0, 0, 1, 1));
}

TEST(Priorities, OfAProfileReplaceThoseOfTheFile) {
  const std::string text = std::string(kSweep) +
                           "[[sweep.priority]]\nseed = 2\npriority = 1\n"
                           "[profile.one.sweep]\nseed = [1, 9]\nrl.learning_rate = [1.0]\n"
                           "[[profile.one.sweep.priority]]\nseed = 9\npriority = 5\n"
                           "[profile.none.sweep]\nrl.learning_rate = [1.0]\npriority = []\n"
                           "[profile.kept.sweep]\nseed = [1]\nrl.learning_rate = [1.0]\n";
  EXPECT_THAT(Priorities(text, "one"), ElementsAre(0, 5, 0, 5));
  EXPECT_THAT(Priorities(text, "none"), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(Priorities(text, "kept"), ElementsAre(0, 0)) << "the file's rule may name what the profile lacks";
  EXPECT_THAT(Priorities(text, "", {"seed=2", "rl.learning_rate=1.0"}), ElementsAre(1, 1));
}

TEST(Priorities, RefuseWhatCannotBeMeant) {
  struct Case {
    std::string rule;
    std::string error;
  };
  const std::vector<Case> cases = {
      {"seed = 1\n", "priority.toml:5 (sweep): sweep.priority: a rule without 'priority'; allowed: priority = a whole"},
      {"priority = 1\n", "sweep.priority: an empty table; allowed: at least one key"},
      {"seed = 1\npriority = 1.5\n", "priority.toml:7 (sweep.priority): priority: not the priority of runs"},
      {"seed = 1\npriority = \"high\"\n", "a whole number from -1000000 to 1000000"},
      {"seed = 1\npriority = 1000001\n", "a whole number from -1000000 to 1000000"},
      {"seed = 1\npriorty = 1\n", "a rule without 'priority'"},
      {"sede = 1\npriority = 1\n", "priority.toml:6 (sweep.priority): unknown setting 'sede' (did you mean 'seed'?)"},
      {"rl.steps = 1\npriority = 1\n", "unknown key of the sweep 'rl.steps'; allowed: "},
      {"seed = \"1\"\npriority = 1\n", "priority.toml:6 (sweep.priority): seed is the text \"1\"; allowed: an integer"},
      {"seed = 3\npriority = 1\n", "seed is never the integer 3 in the sweep; allowed: 1, 2"},
      {"seed = []\npriority = 1\n", "seed: an empty list; allowed: at least one value"},
      {"objective.preset = \"gsspo\"\npriority = 1\n", "unknown objective.preset 'gsspo' (did you mean 'gspo'?)"},
      {"objective.preset = \"rank_grpo_exp_inf\"\npriority = 1\n",
       "objective.preset is never the text \"rank_grpo_exp_inf\" in the sweep; allowed: \"grpo\", \"gspo\""},
  };
  const auto error_of = [](const std::string& text) -> std::string {
    try {
      Load(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  };
  for (const Case& one : cases) {
    EXPECT_THAT(error_of(kSweep + ("[[sweep.priority]]\n" + one.rule)), HasSubstr(one.error));
  }
  EXPECT_THAT(error_of(kSweep + std::string("priority = 3\n")), HasSubstr("not a list; allowed: [[sweep.priority]]"));
  EXPECT_THAT(
      error_of(kSweep + std::string("[[sweep.exclude]]\nseed = 2\nobjective.preset = \"gspo\"\n"
                                    "[[sweep.priority]]\nseed = 2\nobjective.preset = \"gspo\"\npriority = 1\n")),
      HasSubstr("priority.toml:9 (sweep.priority): fits no run"));
  EXPECT_THAT(error_of(kSweep + std::string("[[sweep.priorities]]\nseed = 2\n")),
              HasSubstr("unknown kind of sweep rule 'priorities' (did you mean 'priority'?)"));
  EXPECT_THAT(error_of(kSweep + std::string("[profile.x.sweep]\nseed = [4]\n[[profile.x.sweep.priority]]\nseed = 2\n"
                                            "priority = 1\n")),
              HasSubstr("(profile x, sweep.priority): seed is never the integer 2"));
}

}  // namespace
}  // namespace suite
