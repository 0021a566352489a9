#include "datasets/teachers/failure_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

FailureReport Example() {
  FailureReport report;
  report.Add("train/1", "recommend", "timeout: no answer within 2 s");
  report.Add("train/2", "judge", "wrong_form: 3 judgements for 4 candidates");
  report.Add("train/3", "judge", "");
  report.Add("train/4", "judge", "timeout: late\nagain");
  report.Add("train/5", "judge", "nothing known: here");
  return report;
}

TEST(FailureReportTest, TextsOfFailuresReadBack) {
  for (int kind = 0; kind <= static_cast<int>(FailureKind::kOther); ++kind) {
    const Failure failure{static_cast<FailureKind>(kind), "a: b"};
    EXPECT_EQ(FailureOfText(FailureText(failure)).kind, failure.kind);
    EXPECT_EQ(FailureOfText(FailureText(failure)).reason, "a: b");
  }
  EXPECT_EQ(FailureOfText("whatever").kind, FailureKind::kOther);
  EXPECT_EQ(FailureOfText("whatever").reason, "whatever");
}

TEST(FailureReportTest, CountsByKindAndPassesOverWhatDidNotFail) {
  FailureReport report = Example();
  report.Add("train/6", "judge", "server_error: not UTF-8: \xff");
  const std::string json_path = ::testing::TempDir() + "/failures.json";
  WriteFailureReport(report, json_path);
  const auto json = nlohmann::json::parse(ReadFile(json_path));
  EXPECT_EQ(json["failed"], 5);
  EXPECT_EQ(json["by_kind"],
            nlohmann::json::parse(R"({"other": 1, "server_error": 1, "timeout": 2, "wrong_form": 1})"));
  EXPECT_EQ(json["requests"][1], nlohmann::json::parse(R"({"conversation": "train/2", "request": "judge",
                                        "kind": "wrong_form", "reason": "3 judgements for 4 candidates"})"));
  EXPECT_THROW(WriteFailureReport(report, ::testing::TempDir() + "/no/such/folder.json"), InputError);
}

}  // namespace
}  // namespace suite
