// A rehearsal of the paper's scale: every experiment's profile `paper` with its own precision, gradient checkpointing,
// accumulation, data form and report, on a tiny Llama checkpoint and a Reddit-v2 of a few conversations. Only device,
// lengths and counts are smaller.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "harness/metrics/run_record.h"
#include "tests/paper_profile/small_reddit_v2.h"
#include "tests/quickstart/program.h"

namespace suite {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Rehearsal(const std::string& out, const std::string& data) {
  std::vector<std::string> arguments = {"--profile=paper", "--out=" + out, "--from=" + data};
  for (const char* setting :
       {"run.device=cpu", "run.processes=2", "run.threads=2", "run.stage_threads=2", "seed=3407", "rl.steps=2",
        "rl.prompts_per_step=4", "rl.micro_batch_prompts=2", "rl.group_size=4", "rl.max_new_tokens=48", "sft.steps=4",
        "sft.stop_at_step=2", "sft.batch=4", "eval.every=1", "eval.batch=4", "checkpoint.every=1"}) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
  return arguments;
}

std::vector<RunRecord> RecordsIn(const std::string& folder) {
  std::vector<RunRecord> records;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == "store.h5") records.push_back(ReadRun(entry.path().string()));
  }
  return records;
}

class PaperProfileTest : public ::testing::Test {
 protected:
  PaperProfileTest() : data_(TemporaryPath("reddit_v2")), out_(TemporaryPath("results")) { WriteSmallRedditV2(data_); }

  // The report's text. `more` narrows the sweep.
  std::string Rehearse(const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = Rehearsal(out_, data_);
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult result = RunExperiment(name, arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    records_ = RecordsIn(out_ + "/" + name + "-paper");
    for (const RunRecord& record : records_) {
      EXPECT_EQ(record.status, "done");
      EXPECT_THAT(record.config, HasSubstr("dtype = \"bfloat16\""));
      EXPECT_THAT(record.config, HasSubstr("recompute_layers = true"));
    }
    return ReadFile(out_ + "/" + name + "-paper/report.md");
  }

  const std::string model_ = "--model=tests/golden/end_to_end/llama";
  std::string data_;
  std::string out_;
  std::vector<RunRecord> records_;
};

TEST_F(PaperProfileTest, Table1) {
  const std::string report = Rehearse("table1", {model_});
  EXPECT_EQ(records_.size(), 5u);
  EXPECT_THAT(report, HasSubstr("NDCG@20"));
  EXPECT_THAT(report, HasSubstr("over all 20 ranks")) << "claims at the paper's depth";
  EXPECT_THAT(report, HasSubstr("Qwen2.5-0.5B, GRPO")) << "published numbers";
}

TEST_F(PaperProfileTest, ComponentAblations) {
  Rehearse("component_ablations", {model_});
  EXPECT_EQ(records_.size(), 7u);
}

// The models of the profile are a sweep's axis; two sizes that are here stand in for them.
TEST_F(PaperProfileTest, ModelSize) {
  Rehearse("model_size", {model_});
  EXPECT_EQ(records_.size(), 1u);
}

TEST_F(PaperProfileTest, OffPolicy) {
  Rehearse("off_policy", {model_, "--set", "rl.updates_per_rollout=2"});
  EXPECT_EQ(records_.size(), 6u);
}

TEST_F(PaperProfileTest, GroupSize) {
  Rehearse("group_size", {model_});
  EXPECT_EQ(records_.size(), 1u) << "--set rl.group_size of the rehearsal narrows the axis";
}

}  // namespace
}  // namespace suite
