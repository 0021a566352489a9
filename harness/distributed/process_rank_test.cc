#include "harness/distributed/process_rank.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"

namespace suite {
namespace {

using Variables = std::map<std::string, std::string>;

ProcessRank Read(const Variables& variables) {
  return ReadProcessRank([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

std::string ErrorOf(const Variables& variables) {
  try {
    Read(variables);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

Variables Torchrun() {
  return {{"RANK", "5"},
          {"WORLD_SIZE", "8"},
          {"LOCAL_RANK", "1"},
          {"LOCAL_WORLD_SIZE", "4"},
          {"MASTER_ADDR", "gpu03"},
          {"MASTER_PORT", "29511"},
          {"TORCHELASTIC_USE_AGENT_STORE", "True"},
          {"TORCHELASTIC_RESTART_COUNT", "2"}};
}

Variables Srun() {
  return {{"SLURM_PROCID", "3"},
          {"SLURM_STEP_NUM_TASKS", "4"},
          {"SLURM_LOCALID", "1"},
          {"SLURM_STEP_NUM_NODES", "2"},
          {"SLURM_JOB_ID", "17"},
          {"SLURM_STEP_ID", "0"},
          {"SLURM_STEP_NODELIST", "gpu[07-08]"},
          {"SLURM_NTASKS", "4"}};
}

TEST(ReadProcessRank, ReadsTheWorkerPool) {
  Variables variables = {{"RANK", "0"},
                         {"WORLD_SIZE", "2"},
                         {"LOCAL_RANK", "0"},
                         {"LOCAL_WORLD_SIZE", "2"},
                         {"MASTER_ADDR", "127.0.0.1"},
                         {"MASTER_PORT", "4711"},
                         {"SUITE_LAUNCHER", "local"},
                         {"SUITE_STORE_FD", "4"}};
  EXPECT_EQ(Read(variables).launcher, "local");
  EXPECT_EQ(Read(variables).store_fd, 4);
  variables["RANK"] = variables["LOCAL_RANK"] = "1";
  EXPECT_EQ(Read(variables).store_fd, -1) << "rank 0 serves the store";
  // Its lone workers are told so, wherever the pool itself was started.
  Variables alone = Srun();
  for (const auto& [name, value] : Variables{{"RANK", "0"}, {"WORLD_SIZE", "1"}, {"LOCAL_RANK", "0"}})
    alone[name] = value;
  EXPECT_EQ(Read(alone).world_size, 1);
}

TEST(WithOwnGpu, TakesTheOnlyOneThatSrunShows) {
  const ProcessRank srun = Read(Srun()), torchrun = Read(Torchrun());
  const auto one = [] { return 1; };
  EXPECT_EQ(WithOwnGpu(srun, one).local_rank, 0);
  EXPECT_EQ(WithOwnGpu(srun, [] { return 4; }).local_rank, 1);
  EXPECT_EQ(WithOwnGpu(torchrun, one).local_rank, 1) << "torchrun binds nothing: a GPU is missing";
}

TEST(ReadProcessRank, IsAWorldOfOneByDefault) {
  const ProcessRank process = Read({});
  EXPECT_EQ(process.rank, 0);
  EXPECT_EQ(process.world_size, 1);
  EXPECT_EQ(process.launcher, "");
  EXPECT_EQ(process.deadline, std::chrono::seconds(600));
}

TEST(ReadProcessRank, ReadsTorchrun) {
  const ProcessRank process = Read(Torchrun());
  EXPECT_EQ(process.launcher, "torchrun");
  EXPECT_EQ(process.rank, 5);
  EXPECT_EQ(process.world_size, 8);
  EXPECT_EQ(process.local_rank, 1);
  EXPECT_EQ(process.local_world_size, 4);
  EXPECT_EQ(process.address, "gpu03");
  EXPECT_EQ(process.port, 29511);
  EXPECT_TRUE(process.agent_store);
  EXPECT_EQ(process.generation, "2");
}

TEST(ReadProcessRank, ServesTheStoreItselfWithoutAnAgent) {
  Variables variables = Torchrun();
  variables.erase("TORCHELASTIC_USE_AGENT_STORE");
  EXPECT_FALSE(Read(variables).agent_store);
}

TEST(ReadProcessRank, ReadsSrunOverTwoNodes) {
  const ProcessRank process = Read(Srun());
  EXPECT_EQ(process.launcher, "srun");
  EXPECT_EQ(process.rank, 3);
  EXPECT_EQ(process.world_size, 4);
  EXPECT_EQ(process.local_rank, 1);
  EXPECT_EQ(process.local_world_size, 2);
  EXPECT_EQ(process.address, "gpu07");
  EXPECT_GE(process.port, 20000);
  EXPECT_LT(process.port, 32000);
  Variables other = Srun();
  other["SLURM_STEP_ID"] = "1";
  EXPECT_NE(Read(other).port, process.port);
}

TEST(ReadProcessRank, SrunOnOneNodeMeetsThere) {
  Variables variables = Srun();
  variables["SLURM_STEP_NUM_NODES"] = "1";
  variables["SLURM_LOCALID"] = "3";
  const ProcessRank process = Read(variables);
  EXPECT_EQ(process.address, "127.0.0.1");
  EXPECT_EQ(process.local_rank, 3);
  EXPECT_EQ(process.local_world_size, 4);
}

TEST(ReadProcessRank, TheEnvironmentMayNameTheMeetingPlaceOfSrun) {
  Variables variables = Srun();
  variables["MASTER_ADDR"] = "10.0.0.1";
  variables["MASTER_PORT"] = "4000";
  const ProcessRank process = Read(variables);
  EXPECT_EQ(process.address, "10.0.0.1");
  EXPECT_EQ(process.port, 4000);
}

// sbatch sets SLURM_PROCID and SLURM_NTASKS for the script too, which is one process whatever they say.
TEST(ReadProcessRank, ABatchScriptIsAWorldOfOne) {
  EXPECT_EQ(Read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}, {"SLURM_JOB_ID", "17"}}).world_size, 1);
}

TEST(ReadProcessRank, ReadsMpirun) {
  Variables variables = {{"OMPI_COMM_WORLD_RANK", "1"},
                         {"OMPI_COMM_WORLD_SIZE", "2"},
                         {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                         {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                         {"PMIX_NAMESPACE", "4711"}};
  const ProcessRank process = Read(variables);
  EXPECT_EQ(process.launcher, "mpirun");
  EXPECT_EQ(process.rank, 1);
  EXPECT_EQ(process.world_size, 2);
  EXPECT_EQ(process.address, "127.0.0.1");
  EXPECT_GE(process.port, 20000);
  variables["OMPI_COMM_WORLD_LOCAL_SIZE"] = "1";
  variables["OMPI_COMM_WORLD_LOCAL_RANK"] = "0";
  EXPECT_EQ(ErrorOf(variables),
            "MASTER_ADDR: not set, and mpirun does not say where rank 0 is; allowed: the host of rank 0, the same for "
            "all processes");
}

TEST(ReadProcessRank, NamesWhatIsMissingOrWrong) {
  Variables variables = Torchrun();
  variables.erase("MASTER_PORT");
  EXPECT_EQ(ErrorOf(variables), "MASTER_PORT: not set, although torchrun's rank is");
  variables = Torchrun();
  variables.erase("WORLD_SIZE");
  EXPECT_EQ(ErrorOf(variables), "WORLD_SIZE: not set, although RANK is");
  variables = Torchrun();
  variables["RANK"] = "8";
  EXPECT_EQ(ErrorOf(variables), "RANK: '8'; allowed: an integer from 0 to 7");
  variables = Torchrun();
  variables["MASTER_PORT"] = "29511x";
  EXPECT_EQ(ErrorOf(variables), "MASTER_PORT: '29511x'; allowed: an integer from 1 to 65535");
  EXPECT_EQ(ErrorOf({{"SUITE_GROUP_DEADLINE_S", "0"}}),
            "SUITE_GROUP_DEADLINE_S: '0'; allowed: an integer from 1 to 86400");
}

TEST(FirstHost, ReadsSlurmsLists) {
  EXPECT_EQ(FirstHost("login"), "login");
  EXPECT_EQ(FirstHost("a,b"), "a");
  EXPECT_EQ(FirstHost("gpu[03-06,09],login"), "gpu03");
  EXPECT_EQ(FirstHost("gpu[7]"), "gpu7");
  EXPECT_EQ(FirstHost("gpu[09,11]"), "gpu09");
  EXPECT_EQ(FirstHost(""), "");
}

}  // namespace
}  // namespace suite
