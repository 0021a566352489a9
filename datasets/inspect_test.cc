// Runs the program as a user does: what it prints, and its exit status.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "base/files.h"

namespace suite {
namespace {

struct Outcome {
  int status = 0;
  std::string output;  // stdout and stderr
};

Outcome Inspect(const std::string& arguments) {
  Outcome outcome;
  FILE* pipe = popen(("datasets/inspect " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) ADD_FAILURE() << "popen";
  std::array<char, 4096> buffer;
  for (size_t size = 0; (size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), size);
  }
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

std::string FileWith(const std::string& lines) {
  const std::string path = ::testing::TempDir() + "inspect_test.jsonl";
  WriteFileAtomically(path, lines);
  return path;
}

constexpr char kGood[] =
    R"({"id": "1", "turns": [{"role": "user", "content": "Tense?"}], "ground_truth": [{"title": "Heat", "year": 1995}]})"
    "\n";

TEST(Inspect, PrintsTheReport) {
  const Outcome outcome = Inspect("--data=jsonl --examples=1 --from=" + FileWith(kGood));
  EXPECT_EQ(outcome.status, 0);
  for (const char* part : {"1 samples of 1 rows", "rule year_rule = unknown", "inspect_test.jsonl (", "user: Tense?",
                           "ground truth: Heat (1995)"}) {
    EXPECT_NE(outcome.output.find(part), std::string::npos) << part << "\n" << outcome.output;
  }
  EXPECT_EQ(Inspect("--json --data=jsonl --from=" + FileWith(kGood)).output.rfind("{\n  \"format\": \"jsonl\"", 0), 0u);
}

TEST(Inspect, TellsBadDataInOneLine) {
  for (const std::string& arguments :
       {"--data=jsonl --from=" + FileWith("{\"id\": 1}\n"), "--data=jsonll --from=" + FileWith("x"),
        std::string("--data=redial"), std::string("--from=x"), std::string("--data=redial --from=/no/such/folder"),
        std::string("--data=jsonl --from=x --year_rule=guess"), std::string("--no_such_flag=1")}) {
    const Outcome outcome = Inspect(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments;
    EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1) << outcome.output;
  }
}

TEST(Inspect, TellsHowToReadAPickle) {
  const Outcome outcome = Inspect("--data=jsonl --catalog_file=gt_catalog.pkl --from=" + FileWith(kGood));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.output.find("python3 -X utf8 -c "), std::string::npos) << outcome.output;
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1) << outcome.output;
}

TEST(Inspect, Teaches) {
  const Outcome outcome = Inspect("--help");
  EXPECT_EQ(outcome.status, 0);
  for (const char* part : {"--year_rule", "reference_or_drop", "./bazelw run //datasets:inspect"}) {
    EXPECT_NE(outcome.output.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace suite
