#include "harness/sweep/recorded_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

std::string Fresh(const std::string& name) {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  fs::remove_all(folder);
  return folder;
}

// A run on real data, as an experiment file asks for it.
RunConfig Wanted(int64_t seed, const std::string& policy) {
  RunConfig config;
  config.seed = seed;
  config.data.source = "reddit_v2";
  config.data.path = "data/reddit";
  config.sft.demonstrations = "none";
  config.policy.path = policy;
  return config;
}

// Records a run as a launcher does that found its data below `stood`. Returns its name.
std::string Record(const std::string& sweep, RunConfig config, const std::string& stood, const std::string& hash) {
  config.data.path = stood + "/" + config.data.path;
  config.policy.path = stood + "/" + config.policy.path;
  config.data.lock = hash + "d";
  config.policy.lock = hash + "e";
  const std::string name = ConfigHash(config);
  fs::create_directories(sweep + "/runs/" + name);
  WriteFileAtomically(sweep + "/runs/" + name + "/config.toml", ToToml(config));
  return name;
}

Experiment ExperimentOf(const std::vector<RunConfig>& configs) {
  Experiment experiment;
  for (const RunConfig& config : configs) experiment.runs.push_back({"arm", ConfigHash(config), config});
  return experiment;
}

TEST(TakeRecordedPins, NamesRunsWithoutDataOrPolicy) {
  const std::string sweep = Fresh("named");
  const std::string small = Record(sweep, Wanted(1, "models/small"), "/home/user", "a");
  const std::string large = Record(sweep, Wanted(1, "models/large"), "/home/user", "b");
  Experiment experiment =
      ExperimentOf({Wanted(1, "models/large"), Wanted(1, "models/small"), Wanted(2, "models/small")});
  TakeRecordedPins(sweep, "/home/user", &experiment);
  EXPECT_EQ(experiment.runs[0].hash, large);
  EXPECT_EQ(experiment.runs[1].hash, small);
  EXPECT_FALSE(fs::exists(sweep + "/runs/" + experiment.runs[2].hash)) << "it was never started";
  EXPECT_EQ(experiment.runs[0].config.policy.lock, "be");
}

TEST(TakeRecordedPins, ResultsFromAnotherMachineAreFoundByTheEndsOfTheirPaths) {
  const std::string sweep = Fresh("moved");
  const std::string name = Record(sweep, Wanted(1, "models/small"), "/elsewhere", "a");
  Experiment experiment = ExperimentOf({Wanted(1, "models/small"), Wanted(1, "models/large")});
  TakeRecordedPins(sweep, "/home/user", &experiment);
  EXPECT_EQ(experiment.runs[0].hash, name);
  EXPECT_NE(experiment.runs[1].hash, name);
}

TEST(TakeRecordedPins, OfTwoVersionsOfTheDataTheOneStartedLastCounts) {
  const std::string sweep = Fresh("two");
  const std::string old = Record(sweep, Wanted(1, "models/small"), "/home/user", "a");
  const std::string now = Record(sweep, Wanted(1, "models/small"), "/home/user", "b");
  const fs::path recorded = sweep + "/runs/" + old + "/config.toml";
  fs::last_write_time(recorded, fs::last_write_time(recorded) - std::chrono::hours(1));
  Experiment experiment = ExperimentOf({Wanted(1, "models/small"), Wanted(1, "models/small")});
  experiment.runs[1].config.data.lock = "ad";  // what the experiment file asks for wins
  TakeRecordedPins(sweep, "/home/user", &experiment);
  EXPECT_EQ(experiment.runs[0].hash, now);
  EXPECT_EQ(experiment.runs[1].hash, old);
}

}  // namespace
}  // namespace suite
