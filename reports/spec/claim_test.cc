#include "reports/spec/claim.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace suite {
namespace {

Claim ClaimOf(Relation relation, double margin) {
  Claim claim;
  claim.relation = relation;
  claim.margin = margin;
  return claim;
}

ClaimEvidence EvidenceOf(const std::vector<double>& differences) {
  ClaimEvidence evidence;
  evidence.seeds = differences.size();
  evidence.seed_differences = differences;
  if (!differences.empty()) evidence.error = CrossedErrorOf(differences);
  return evidence;
}

// The claim as the only one of `tests` in a report that could be rejected.
ClaimDecision DecideOne(const Claim& claim, const ClaimEvidence& evidence, double alpha = 0.05, size_t tests = 1) {
  std::vector<double> p_values(tests, 1.0);
  p_values[0] = *PValueOf(claim, evidence);
  return Decide(claim, evidence, HolmSteps(p_values, alpha)[0], {alpha, 0.8, tests});
}

ClaimDecision DecideOne(const Claim& claim, const std::vector<double>& differences) {
  return DecideOne(claim, EvidenceOf(differences));
}

// Mean .010, t = 15.5 with 4 degrees of freedom: p = .0001.
const std::vector<double> kClear = {0.009, 0.010, 0.011, 0.012, 0.008};

TEST(ClaimDecisionTest, DirectionDecides) {
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kGreater, 0), kClear).verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kLess, 0), kClear).verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kGreater, 0.02), kClear).verdict, ClaimVerdict::kNotReproduced)
      << "clearly smaller than the margin";
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kGreater, 0.0095), kClear).verdict, ClaimVerdict::kUndecided);
  const std::vector<double> noisy = {0.05, -0.04, 0.03, -0.03, 0.01};
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kGreater, 0), noisy).verdict, ClaimVerdict::kUndecided);
}

TEST(ClaimDecisionTest, MirroredClaimsGetMirroredVerdicts) {
  std::vector<double> mirrored;
  for (double difference : kClear) mirrored.push_back(-difference);
  for (double margin : {0.0, 0.005, 0.0095, 0.02}) {
    const ClaimDecision one = DecideOne(ClaimOf(Relation::kGreater, margin), kClear);
    const ClaimDecision other = DecideOne(ClaimOf(Relation::kLess, margin), mirrored);
    EXPECT_EQ(one.verdict, other.verdict) << margin;
    EXPECT_NEAR(one.step->p, other.step->p, 1e-15);
    ASSERT_EQ(one.plan.has_value(), other.plan.has_value());
    if (!one.plan) continue;
    EXPECT_EQ(one.plan->fewest, other.plan->fewest);
  }
}

TEST(ClaimDecisionTest, EqualityNeedsTheMargin) {
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kEqual, 0.02), kClear).verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kEqual, 0.005), kClear).verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kEqual, 0.0105), kClear).verdict, ClaimVerdict::kUndecided);
}

// Verdict and interval are one procedure, whatever the level.
TEST(ClaimDecisionTest, TheIntervalSaysTheSame) {
  for (size_t tests : {1, 3, 10, 100, 1000}) {
    for (double margin : {0.0, 0.007, 0.0095}) {
      const ClaimDecision decision = DecideOne(ClaimOf(Relation::kGreater, margin), EvidenceOf(kClear), 0.05, tests);
      EXPECT_EQ(decision.verdict == ClaimVerdict::kReproduced, decision.interval->low > margin)
          << tests << " " << margin;
    }
  }
}

// Equal differences of all seeds, but every conversation says something else.
TEST(ClaimDecisionTest, OtherConversationsCouldSayOtherwise) {
  ClaimEvidence evidence = EvidenceOf(kClear);
  evidence.error->contexts = 100;
  evidence.error->context_variance = 0.006 * 0.006;
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kGreater, 0), evidence).verdict, ClaimVerdict::kUndecided);
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kEqual, 0.02), evidence).verdict, ClaimVerdict::kUndecided);
  evidence.error->context_variance = 0.003 * 0.003;
  EXPECT_EQ(DecideOne(ClaimOf(Relation::kGreater, 0), evidence).verdict, ClaimVerdict::kReproduced);
}

TEST(ClaimDecisionTest, HolmCorrectsOverAllTests) {
  // Mean .016, spread .0114: t = 3.14 with 4 degrees of freedom, p = .035.
  const std::vector<double> mild = {0.01, 0.02, 0.03, 0.0, 0.02};
  const Claim claim = ClaimOf(Relation::kGreater, 0);
  EXPECT_EQ(DecideOne(claim, mild).verdict, ClaimVerdict::kReproduced);
  const ClaimDecision one_of_two = DecideOne(claim, EvidenceOf(mild), 0.05, 2);
  EXPECT_DOUBLE_EQ(one_of_two.step->adjusted_p, 2 * one_of_two.step->p);
  EXPECT_EQ(one_of_two.verdict, ClaimVerdict::kUndecided);
  EXPECT_TRUE(one_of_two.plan.has_value());
}

TEST(ClaimDecisionTest, OneSeedOrNoneCannotBeTested) {
  for (const std::vector<double>& few : {std::vector<double>{}, std::vector<double>{0.5}}) {
    EXPECT_FALSE(PValueOf(ClaimOf(Relation::kGreater, 0), EvidenceOf(few)).has_value());
  }
}

// Mean .01, spread .01: t = 1.73, p = .23. The 80 % interval is .01 -+ 1.886 * .01 / sqrt(3): its far end is 2.09
// spreads, for which five seeds have power .8 (statsmodels: 4.23), and its near end lies beyond 0.
TEST(ClaimDecisionTest, PlansAreRanges) {
  const std::vector<double> unit = {0.0, 0.01, 0.02};
  const Claim claim = ClaimOf(Relation::kGreater, 0);
  SeedPlan plan = *DecideOne(claim, unit).plan;
  EXPECT_EQ(plan.fewest, 5);
  EXPECT_FALSE(plan.most.has_value());
  EXPECT_FALSE(plan.is_against);
  EXPECT_TRUE(DecideOne(ClaimOf(Relation::kLess, 0), unit).plan->is_against) << "the effect seen points the other way";
  // Eight tests: mean .016, spread .0114. The interval is .016 -+ 1.533 * .0051: far 2.09, near .72 spreads, at .00625.
  plan = *DecideOne(claim, EvidenceOf({0.01, 0.02, 0.03, 0.0, 0.02}), 0.05, 8).plan;
  EXPECT_EQ(plan.fewest, 7);
  EXPECT_EQ(plan.most, 29);
}

// What other conversations would change is not made smaller by seeds.
TEST(ClaimDecisionTest, SeedsDoNotReplaceConversations) {
  ClaimEvidence evidence = EvidenceOf(kClear);
  evidence.error->contexts = 100;
  evidence.error->context_variance = 0.006 * 0.006;
  const SeedPlan plan = *DecideOne(ClaimOf(Relation::kGreater, 0), evidence, 0.05, 20).plan;
  EXPECT_FALSE(plan.fewest.has_value());
  EXPECT_TRUE(plan.needs_conversations);
}

TEST(ClaimDecisionTest, NamesAreChecked) {
  EXPECT_EQ(ToRelation("<", "x"), Relation::kLess);
  EXPECT_THROW(ToRelation(">=", "x"), InputError);
  EXPECT_EQ(ToRelation("rises_then_falls", "x"), Relation::kRisesThenFalls);
  EXPECT_EQ(ToRelation("rises", "x"), Relation::kRises);
  EXPECT_THROW(ToRelation("falls", "x"), InputError);
}

// Courses of five seeds that all go through these parts, each a little higher or lower as a whole and in its end.
ClaimDecision DecideShape(Relation relation, const Course& course) {
  ClaimEvidence evidence;
  evidence.seeds = 5;
  for (double noise : {-0.002, -0.001, 0.0, 0.001, 0.002}) {
    evidence.courses.push_back(
        {course.beginning + noise, course.early, course.late - noise, course.end + noise * noise});
  }
  return DecideOne(ClaimOf(relation, 0), evidence);
}

TEST(ClaimDecisionTest, ShapesAreDecidedByTheirContrasts) {
  const Course rise = {0.1, 0.2, 0.3, 0.4};
  const Course plateau = {0.1, 0.3, 0.3, 0.3};
  const Course peak = {0.1, 0.3, 0.3, 0.1};
  const Course fall = {0.4, 0.3, 0.2, 0.1};
  EXPECT_EQ(DecideShape(Relation::kRises, rise).verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(DecideShape(Relation::kRises, plateau).verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(DecideShape(Relation::kRises, peak).verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(DecideShape(Relation::kRises, fall).verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(DecideShape(Relation::kRisesThenFalls, peak).verdict, ClaimVerdict::kReproduced);
  EXPECT_EQ(DecideShape(Relation::kRisesThenFalls, rise).verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(DecideShape(Relation::kRisesThenFalls, fall).verdict, ClaimVerdict::kNotReproduced);
  EXPECT_EQ(DecideShape(Relation::kRises, {0.1, 0.1, 0.1, 0.1}).verdict, ClaimVerdict::kUndecided);
}

TEST(ClaimDecisionTest, ASpreadIsTestedByPitmanAndMorgan) {
  Claim claim = ClaimOf(Relation::kLess, 0);
  ClaimEvidence evidence;
  // The pair of paired_spread_test.cc, turned: the left side varies less, r = -1 / sqrt(2).
  evidence.seeds = 4;
  evidence.spread = SeedSpread{{1, -1, 1, -1}, {-3, -1, 1, 3}};
  evidence.seed_differences = {4, 0, 0, -4};
  ClaimDecision decision = DecideOne(claim, evidence);
  EXPECT_EQ(decision.verdict, ClaimVerdict::kUndecided);
  EXPECT_NEAR(decision.step->p, 0.2928932188134524, 1e-12);
  EXPECT_FALSE(decision.cohen_dz.has_value());
  // atanh(r) = .881 and 1.282 to each side: the far end needs 3 + (2.80 / 2.163)^2 = 4.7 seeds.
  EXPECT_EQ(decision.plan->fewest, 5);
  EXPECT_FALSE(decision.plan->most.has_value());
  decision = DecideOne(claim, evidence, 0.4);
  EXPECT_EQ(decision.verdict, ClaimVerdict::kReproduced);
  claim.relation = Relation::kGreater;
  EXPECT_EQ(DecideOne(claim, evidence, 0.4).verdict, ClaimVerdict::kNotReproduced);
  evidence.seeds = 2;
  evidence.spread = SeedSpread{{1, -1}, {-3, 3}};
  EXPECT_FALSE(PValueOf(claim, evidence).has_value()) << "two seeds have no degree of freedom";
}

}  // namespace
}  // namespace suite
