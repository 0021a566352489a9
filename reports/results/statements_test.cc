#include "reports/results/statements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/error_of.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two seeds of GRPO with 60 steps, two of GSPO with 40.
RunSet TwoArms(const ReportSpec& spec) {
  ReadStores stores;
  for (const int64_t seed : {1, 2}) {
    stores.records.push_back(MakeRun({"grpo", seed, 0, 60}));
    stores.records.push_back(MakeRun({"gspo", seed, 0, 40}));
  }
  return MakeRunSet(spec, std::move(stores));
}

ReportSpec SpecWith(Statement note) {
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}, {"gspo", "GSPO"}};
  spec.notes = {std::move(note)};
  return spec;
}

CheckedStatements Check(const ReportSpec& spec) { return CheckStatements(spec, TwoArms(spec)); }

Claim ClaimOf(const std::string& left, const std::string& right, std::vector<Condition> conditions) {
  Claim claim;
  claim.sentence = "After {rl.steps} steps.";
  claim.left = left;
  claim.right = right;
  claim.conditions = std::move(conditions);
  return claim;
}

TEST(Statements, SettingsAreThoseOfTheRecords) {
  ReportSpec spec = SpecWith("Seeds {seed}; {rl.steps} steps; {not a setting}.");
  spec.title = "{objective.preset}";
  const CheckedStatements checked = Check(spec);
  ASSERT_EQ(checked.spec.notes.size(), 1u);
  EXPECT_EQ(checked.spec.notes[0].text, "Seeds 1 and 2; 40 and 60 steps; {not a setting}.");
  EXPECT_EQ(checked.spec.title, "grpo and gspo");
  EXPECT_THAT(checked.left_out, IsEmpty());
}

TEST(Statements, ANoteWhoseConditionOneRunBreaksIsNotSaid) {
  const CheckedStatements checked = Check(SpecWith({"All ran for 60 steps.", {{"rl.steps", {"60"}}}}));
  EXPECT_THAT(checked.spec.notes, IsEmpty());
  EXPECT_THAT(checked.left_out, ElementsAre("A note is not said here: it needs rl.steps = 60; 2 of 4 runs have 40."));
}

TEST(Statements, AConditionMayAllowSeveralValuesAndNumbersAreEqualAsNumbers) {
  EXPECT_EQ(Check(SpecWith({"a", {{"rl.steps", {"4e1", "60.0"}}}})).spec.notes.size(), 1u);
  EXPECT_EQ(Check(SpecWith({"a", {{"objective.preset", {"grpo"}}}})).spec.notes.size(), 0u);
}

TEST(Statements, AClaimSpeaksOfTheRunsOfItsArms) {
  ReportSpec spec = SpecWith("a");
  spec.claims = {ClaimOf("grpo", "SFT", {{"rl.steps", {"60"}}}), ClaimOf("gspo", "grpo", {{"rl.steps", {"60"}}})};
  const CheckedStatements checked = Check(spec);
  ASSERT_EQ(checked.spec.claims.size(), 1u);
  EXPECT_EQ(checked.spec.claims[0].sentence, "After 60 steps.");
  EXPECT_THAT(checked.left_out, ElementsAre("Not tested here: \"After 40 and 60 steps.\" For it needs rl.steps = 60; "
                                            "2 of 4 runs have 40."));
}

TEST(Statements, ASettingThatRunsLackIsAnError) {
  EXPECT_THAT(ErrorOf([] { Check(SpecWith("{rl.stepps}")); }), HasSubstr("rl.steps"));
  EXPECT_THAT(ErrorOf([] { Check(SpecWith({"a", {{"rl.stepps", {"1"}}}})); }), HasSubstr("rl.steps"));
}

}  // namespace
}  // namespace suite
