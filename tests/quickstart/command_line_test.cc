// Bad input on the command line: one clear error, status 2, and nothing written.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "tests/quickstart/program.h"

namespace suite {
namespace {

struct BadCommand {
  std::vector<std::string> arguments;
  std::vector<std::string> error;  // parts that the message must have
};

TEST(CommandLine, BadInputIsRefusedAtOnce) {
  const std::string out = TemporaryPath("out");
  const std::vector<BadCommand> commands = {
      {{"--set", "rl.stepz=3"}, {"rl.stepz", "rl.steps"}},
      {{"--set", "rl.steps=many"}, {"rl.steps"}},
      {{"--set", "rl.group_size=1"}, {"rl.group_size", "2 to 4096"}},
      {{"--set", "objective.preset=rank_gpro_log"}, {"rank_gpro_log", "rank_grpo_log", "gspo"}},
      {{"--set", "objective.surrogate=clipped"}, {"clipped", "clip"}},
      {{"--profile=smokey"}, {"smokey", "smoke"}},
      {{"--jobs=-1"}, {"--jobs", "is -1", "0 to 65536"}},
      {{"--jobs=2147483647"}, {"--jobs", "0 to 65536"}},
      {{"--jobs=99999999999"}, {"--jobs"}},
      {{"--plan", "--plan-gpus=2147483647"}, {"--plan-gpus", "0 to 65536"}},
      {{"--plan", "--plan-gpu-gb=1e308"}, {"--plan-gpu-gb", "more than 0, to 1000000"}},
      {{"--plan", "--plan-gpu-gb=nan"}, {"--plan-gpu-gb", "more than 0, to 1000000"}},
      {{"--set", "rl.max_new_tokens=9223372036854775807"}, {"rl.max_new_tokens", "1 to 1048576"}},
      {{"--set", "data.train=9223372036854775807"}, {"data.train", "1 to 100000000"}},
      {{"--set", "objective.beta=1e308"}, {"objective.beta", "0 to 1000000"}},
      {{"--set", "sft.batch=65536", "--set", "policy.layers=1024"},
       {"sft.batch = 65536", "at least", "of this machine", "--plan"}},
      {{"--set", "rl.max_new_tokens=1048576", "--set", "rl.group_size=4096"}, {"rl.group_size = 4096", "at least"}},
      {{"--plan", "--set", "rl.max_new_tokens=1048576", "--set", "rl.group_size=4096", "--set", "policy.layers=1024",
        "--set", "policy.intermediate_size=1048576", "--set", "rl.prompts_per_step=200"},
       {"the memory of a run", "rl.group_size = 4096"}},
      {{"--model=tests/golden/end_to_end/llama", "--set", "rl.max_new_tokens=600"},
       {"rl.max_new_tokens: 600", "llama/config.json: max_position_embeddings = 512", "data.max_prompt_tokens = 2048"}},
      {{"--plan", "--model=tests/golden/end_to_end/llama", "--set", "rl.max_new_tokens=600"},
       {"rl.max_new_tokens: 600", "max_position_embeddings = 512", "at most 497"}},
      {{"--model=tests/golden/end_to_end/llama", "--set", "data.max_prompt_tokens=418"},
       {"data.max_prompt_tokens: 418", "rl.max_new_tokens = 96", "at most 417"}},
      {{"--fast"}, {"fast", "--help"}},
  };
  for (const BadCommand& command : commands) {
    std::vector<std::string> arguments = command.arguments;
    arguments.push_back("--out=" + out);
    const ProgramResult result = RunQuickstart(arguments);
    EXPECT_EQ(result.exit_code, 2) << command.arguments.back() << ": " << result.output;
    EXPECT_EQ(result.output.rfind("error: ", 0), 0u) << result.output;
    for (const std::string& part : command.error) {
      EXPECT_NE(result.output.find(part), std::string::npos) << "'" << part << "' is not in: " << result.output;
    }
    EXPECT_FALSE(std::filesystem::exists(out)) << command.arguments.back() << " wrote something";
  }
}

// As `bazel run //experiments:quickstart -- --config own.toml` has it: the program's own file comes first.
TEST(CommandLine, AFileOfTheUsersOwnWins) {
  const std::string folder = TemporaryPath("stood");
  std::filesystem::create_directories(folder);
  WriteFileAtomically(folder + "/own.toml", "[rl]\nsteps = 7\n\n[sweep]\nseed = [1, 2, 3]\n");
  setenv("BUILD_WORKING_DIRECTORY", folder.c_str(), /*overwrite=*/1);
  const ProgramResult plan = RunQuickstart({"--config=own.toml", "--plan", "--out=results"});
  const ProgramResult missing = RunQuickstart({"--config=none.toml", "--plan", "--out=results"});
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(plan.exit_code, 0) << plan.output;
  EXPECT_NE(plan.output.find("seed 3  7 steps"), std::string::npos) << plan.output;
  EXPECT_NE(plan.output.find("3 of 3 runs to do"), std::string::npos) << plan.output;
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_EQ(missing.output.rfind("error: " + folder + "/none.toml", 0), 0u) << missing.output;
}

void ExpectOneError(const ProgramResult& result, const std::string& path, const std::string& why) {
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_EQ(result.output.rfind("error: " + path, 0), 0u) << result.output;
  EXPECT_NE(result.output.find(why), std::string::npos) << result.output;
  EXPECT_EQ(result.output.find('\n'), result.output.size() - 1) << "one line: " << result.output;
}

TEST(CommandLine, AFolderThatCannotBeWrittenIsNamed) {
  const std::string file = TemporaryPath("a_file"), dangling = TemporaryPath("dangling"), out = TemporaryPath("part");
  WriteFileAtomically(file, "not a folder");
  std::filesystem::create_symlink("/no/such/place", dangling);
  for (const char* mode : {"", "--plan", "--status", "--report", "--launcher=slurm"}) {
    std::vector<std::string> arguments = {"--profile=smoke", "--out=" + file};
    if (*mode) arguments.push_back(mode);
    ExpectOneError(RunQuickstart(arguments), file + ": cannot be made: ", "is a file");
    arguments[1] = "--out=" + dangling;
    ExpectOneError(RunQuickstart(arguments), dangling + ": cannot be made: ", "is a link that leads nowhere");
  }
  ExpectOneError(RunQuickstart({"--profile=smoke", "--out=/dev/null/x"}), "/dev/null/x", "'/dev/null' is a device");
  ExpectOneError(RunQuickstart({"--profile=smoke", "--out=/proc/x"}), "/proc/x: cannot be made", "No such file");
  for (const char* part : {"cache", "quickstart-smoke"}) {
    std::filesystem::create_directories(out);
    WriteFileAtomically(out + "/" + part, "in the way");
    ExpectOneError(RunQuickstart({"--profile=smoke", "--out=" + out}), out, "is a file");
    std::filesystem::remove_all(out);
  }
}

TEST(CommandLine, AConfigIsAFileOfSomeSize) {
  const std::string pipe = TemporaryPath("pipe"), huge = TemporaryPath("huge.toml");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  WriteFileAtomically(huge, "");
  std::filesystem::resize_file(huge, uintmax_t{1} << 40);
  const auto with = [](const std::string& config) {
    return RunProgram({"experiments/quickstart", "--config=" + config});
  };
  ExpectOneError(with("/dev/zero"), "/dev/zero: ", "is a device");
  ExpectOneError(with(pipe), pipe, "is a pipe");
  ExpectOneError(with("/tmp"), "/tmp: ", "it is a folder");
  ExpectOneError(with(huge), huge, "1099511627776 bytes");
}

// TOML is UTF-8, and each run gets its settings as TOML.
TEST(CommandLine, APathThatIsNotUtf8IsNamedAsItWasGiven) {
  const std::string out = TemporaryPath("out"), folder = TemporaryPath("caf\xe9");
  std::filesystem::create_directories(folder);
  ExpectOneError(RunQuickstart({"--profile=smoke", "--out=" + out, "--model=" + folder}), "--set: policy.path '",
                 "is not UTF-8");
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST(CommandLine, HelpAndPlanAndExplainOnlyTell) {
  const std::string out = TemporaryPath("told");
  const std::vector<std::pair<std::string, std::string>> told = {{"--help", "--profile"},
                                                                 {"--help-config", "rl.updates_per_rollout"},
                                                                 {"--plan", "rank_grpo_exp_inf seed 3407"},
                                                                 {"--explain", "quickstart.toml"}};
  for (const auto& [flag, expected] : told) {
    const ProgramResult result = RunQuickstart({flag, "--out=" + out});
    EXPECT_EQ(result.exit_code, 0) << flag;
    EXPECT_NE(result.output.find(expected), std::string::npos) << flag << ": " << result.output;
  }
  const ProgramResult plan = RunQuickstart({"--plan", "--model=tests/golden/end_to_end/llama", "--out=" + out});
  EXPECT_EQ(plan.exit_code, 0) << plan.output;
  EXPECT_NE(plan.output.find("prompts are cut at 417 tokens"), std::string::npos) << plan.output;
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace suite
