#include "reports/tools/run_export.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "reports/tools/event_file.h"

namespace suite {
namespace {

RunRecord SmallRun() {
  RunRecord run;
  run.path = "a.h5";
  run.run_name = "aa11";
  run.config = "seed = 7\n[rl]\nprompts_per_step = 12\ngroup_size = 8\nlearning_rate = 2e-4\n";
  run.status = "done";
  run.provenance = {{"commit", "0398"}, {"started_utc", "1970-01-02T00:00:00Z"}};
  run.steps = {1, 2};
  run.series = {{"reward", 1, {0.1, 1.0 / 3}}, {"by_rank", 2, {1, 2, 3, 4}}, {"step_s", 1, {0.5, 0.25}}};
  run.scores = {{"test", {"t,0", "t1"}, {"ndcg@5"}, {0, 2}, {0, 0.5f, 0.25f, 0.75f}}};
  return run;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(RunExportTest, SeriesCsv) {
  EXPECT_EQ(SeriesCsv(SmallRun()),
            "step,reward,by_rank/1,by_rank/2,step_s\n"
            "1,0.10000000000000001,1,2,0.5\n"
            "2,0.33333333333333331,3,4,0.25\n");
}

TEST(RunExportTest, ScoresCsv) {
  EXPECT_EQ(ScoresCsv(SmallRun()),
            "split,step,conversation,ndcg@5\n"
            "test,0,\"t,0\",0\ntest,0,t1,0.5\ntest,2,\"t,0\",0.25\ntest,2,t1,0.75\n");
}

TEST(RunExportTest, JsonLinesComeByStep) {
  const auto lines = Lines(ToJsonLines(SmallRun()));
  ASSERT_EQ(lines.size(), 5u);
  std::string order;
  for (const std::string& line : lines) order += nlohmann::json::parse(line)["type"].get<std::string>() + " ";
  EXPECT_EQ(order, "run evaluation step step evaluation ");
  EXPECT_EQ(nlohmann::json::parse(lines[0])["provenance"]["commit"], "0398");
  EXPECT_EQ(nlohmann::json::parse(lines[3])["reward"], 1.0 / 3) << "the same double";
  EXPECT_EQ(nlohmann::json::parse(lines[4])["ndcg@5"], 0.5);
}

TEST(RunExportTest, MllogLines) {
  const auto lines = Lines(ToMllog(SmallRun(), "test", "ndcg@5"));
  std::vector<nlohmann::json> events;
  for (const std::string& line : lines) {
    ASSERT_EQ(line.rfind(":::MLLOG ", 0), 0u);
    events.push_back(nlohmann::json::parse(line.substr(9)));
  }
  EXPECT_EQ(lines[0],
            ":::MLLOG {\"namespace\":\"\",\"time_ms\":86400000,\"event_type\":\"INTERVAL_START\",\"key\":"
            "\"init_start\",\"value\":null,\"metadata\":{}}");
  std::map<std::string, nlohmann::json> facts;
  size_t at = 1;
  for (; events[at]["event_type"] == "POINT_IN_TIME"; ++at) {
    EXPECT_TRUE(facts.emplace(events[at]["key"], events[at]["value"]).second) << events[at]["key"] << " comes twice";
  }
  EXPECT_EQ(facts.at("seed"), 7);
  EXPECT_EQ(facts.at("global_batch_size"), 96);
  EXPECT_EQ(facts.at("opt_base_learning_rate"), 2e-4);
  EXPECT_EQ(facts.at("train_samples"), 192);
  EXPECT_EQ(facts.at("eval_samples"), 2);
  EXPECT_EQ(facts.at("opt_learning_rate_decay_schedule"), "constant");
  EXPECT_FALSE(facts.count("cache_clear")) << "nobody knows";
  std::vector<std::string> keys;
  for (size_t i = at; i < events.size(); ++i) keys.push_back(events[i]["key"]);
  EXPECT_EQ(keys, (std::vector<std::string>{"init_stop", "run_start", "eval_start", "eval_accuracy", "eval_stop",
                                            "block_start", "block_stop", "eval_start", "eval_accuracy", "eval_stop",
                                            "run_stop"}));
  EXPECT_EQ(events[at + 5]["metadata"]["samples_count"], 0);
  EXPECT_EQ(events[at + 6]["metadata"]["samples_count"], 192);
  EXPECT_EQ(events[at + 8]["value"], 0.5);
  EXPECT_EQ(events[at + 8]["time_ms"], 86400750);
  EXPECT_EQ(events[at + 8]["metadata"]["samples_count"], 192);
  EXPECT_EQ(events[at + 10]["metadata"]["status"], "success");
  EXPECT_THROW(ToMllog(SmallRun(), "test", "ndcg@7"), InputError);
  EXPECT_THROW(ToMllog(SmallRun(), "dev", "ndcg@5"), InputError);
}

TEST(RunExportTest, UnfinishedRunsDoNotStop) {
  RunRecord run = SmallRun();
  run.status = "running";
  EXPECT_EQ(ToMllog(run, "test", "ndcg@5").find("run_stop"), std::string::npos);
  run.status = "failed";
  EXPECT_NE(ToMllog(run, "test", "ndcg@5").find("\"status\":\"aborted\""), std::string::npos);
}

TEST(RunExportTest, TensorBoardHoldsAllScalars) {
  EventFile expected;
  expected.AddScalar(1, "reward", 0.1, 0.5);
  expected.AddScalar(1, "by_rank/1", 1, 0.5);
  expected.AddScalar(1, "by_rank/2", 2, 0.5);
  expected.AddScalar(1, "step_s", 0.5, 0.5);
  expected.AddScalar(2, "reward", 1.0 / 3, 0.75);
  expected.AddScalar(2, "by_rank/1", 3, 0.75);
  expected.AddScalar(2, "by_rank/2", 4, 0.75);
  expected.AddScalar(2, "step_s", 0.25, 0.75);
  expected.AddScalar(0, "test/ndcg@5", 0.25, 0);
  expected.AddScalar(2, "test/ndcg@5", 0.5, 0.75);
  EXPECT_TRUE(ToTensorBoard(SmallRun()) == expected.bytes());
}

}  // namespace
}  // namespace suite
