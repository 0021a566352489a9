// Bad input on the command line: one clear error, status 2, and nothing written.
#include <gtest/gtest.h>

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
      {{"--jobs=-1"}, {"--jobs", "0 or more"}},
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

TEST(CommandLine, AFolderThatCannotBeWrittenIsNamed) {
  const std::string file = TemporaryPath("a_file");
  WriteFileAtomically(file, "not a folder");
  const ProgramResult result = RunQuickstart({"--profile=smoke", "--out=" + file});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_NE(result.output.find(file), std::string::npos) << result.output;
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
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace suite
