#include "harness/monitors/monitors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace suite {
namespace {

// A quiet run of `steps` steps, and what `change` makes of each sample.
std::vector<MonitorSample> Simulate(int64_t steps, const std::function<void(MonitorSample*)>& change) {
  std::vector<MonitorSample> history;
  for (int64_t step = 1; step <= steps; ++step) {
    MonitorSample sample;
    sample.step = step;
    sample.loss = .01 * (step % 3);
    sample.grad_norm = 1;
    sample.entropy = .6;
    sample.in_catalog_ratio = .9;
    sample.duplicate_share = .1;
    sample.reward = .5 + .02 * (step % 2);
    sample.head_dcg = .3;
    sample.list_dcg = .6;
    sample.ratio_max = 1.2;
    sample.unparsed = .02;
    sample.flat_groups = .6;
    sample.validation_loss = step % 2 == 0 ? 3 + .01 * double(step % 4) : std::nan("");
    change(&sample);
    history.push_back(sample);
  }
  return history;
}

// The steps at which each monitor first raises an alarm, as "collapse@12"; empty when none does.
std::string FirstAlarms(const std::vector<MonitorSample>& history, const MonitorConfig& settings) {
  std::string found;
  for (size_t end = 1; end <= history.size(); ++end) {
    const std::vector<MonitorSample> until(history.begin(), history.begin() + static_cast<long>(end));
    for (const Alarm& alarm : LookForAlarms(until, settings)) {
      if (found.find(alarm.monitor) != std::string::npos) continue;
      found += (found.empty() ? "" : " ") + alarm.monitor + "@" + std::to_string(alarm.step);
    }
  }
  return found;
}

MonitorConfig Settings() {
  MonitorConfig settings;
  settings.window = 5;
  settings.catalog_drop = .05;
  settings.tail_rise = .05;
  settings.entropy_floor = .05;
  settings.duplicate_rise = .2;
  settings.spike_sigmas = 8;
  settings.ratio_limit = 10;
  return settings;
}

TEST(Monitors, AQuietRunRaisesNone) {
  EXPECT_EQ(FirstAlarms(Simulate(60, [](MonitorSample*) {}), Settings()), "");
}

// Step 10 is the first with two whole windows. The last five steps then hold 4 values of .9 and one of .6: mean .84,
// more than .05 under .9.
TEST(Monitors, CatalogDrift) {
  const auto history = Simulate(20, [](MonitorSample* s) { s->in_catalog_ratio = s->step >= 10 ? .6 : .9; });
  EXPECT_EQ(FirstAlarms(history, Settings()), "catalog_drift@10");
  // A drop of exactly what is allowed is none: mean of the last five is .9 - .05 at most.
  EXPECT_EQ(
      FirstAlarms(Simulate(20, [](MonitorSample* s) { s->in_catalog_ratio = s->step >= 6 ? .86 : .9; }), Settings()),
      "");
}

TEST(Monitors, TailDegradationNeedsAStallingHead) {
  // The whole list gains 10 % from step 11 on: at step 13 three of the last five steps have it, a mean gain of 6 %.
  const auto rise = [](MonitorSample* s) { s->list_dcg = s->step > 10 ? .66 : .6; };
  EXPECT_EQ(FirstAlarms(Simulate(20, rise), Settings()), "tail_degradation@13");
  const auto both = [&](MonitorSample* s) {
    rise(s);
    s->head_dcg = s->step > 10 ? .31 : .3;
  };
  EXPECT_EQ(FirstAlarms(Simulate(20, both), Settings()), "");
}

TEST(Monitors, CollapseOfEntropy) {
  // .6 / 2^step falls under .05 as a mean of five steps at step 6: .6 * (2^-2 + ... + 2^-6) / 5 = .058; step 7: .029.
  const auto history = Simulate(20, [](MonitorSample* s) { s->entropy = .6 * std::pow(.5, double(s->step)); });
  EXPECT_EQ(FirstAlarms(history, Settings()), "collapse@7");
}

TEST(Monitors, CollapseIntoDuplicates) {
  // From step 11 on .4 instead of .1: the mean over five steps is .1 + .06 m after m of them, over .3 at m = 4.
  const auto history = Simulate(20, [](MonitorSample* s) { s->duplicate_share = s->step > 10 ? .4 : .1; });
  EXPECT_EQ(FirstAlarms(history, Settings()), "collapse@14");
}

TEST(Monitors, CollapseAsASpike) {
  // Reward alternates .52, .50 (deviation at most .01): a jump by .09 is nine of them, by .07 seven.
  const auto jump = [](double height) {
    return [height](MonitorSample* s) { s->reward += s->step == 15 ? height : 0; };
  };
  EXPECT_EQ(FirstAlarms(Simulate(20, jump(.12)), Settings()), "collapse@15");
  EXPECT_EQ(FirstAlarms(Simulate(20, jump(-.12)), Settings()), "collapse@15");
  EXPECT_EQ(FirstAlarms(Simulate(20, jump(.05)), Settings()), "");
  EXPECT_EQ(FirstAlarms(Simulate(20, [](MonitorSample* s) { s->loss = s->step == 9 ? 3 : 0; }), Settings()),
            "collapse@9");
}

// Evaluations at steps 3, 6, 9, ... with losses of 3.00 and 3.02 by turns: mean 3.01 of four, deviation .01, and .0301
// by the floor of one per cent. Eight of them are .24.
TEST(Monitors, CollapseAsASpikeOfTheValidationLoss) {
  const auto jump = [](int64_t at, double height) {
    return [=](MonitorSample* s) {
      s->validation_loss = s->step % 3 == 0 ? (s->step % 2 ? 3 : 3.02) + (s->step == at ? height : 0) : std::nan("");
    };
  };
  EXPECT_EQ(FirstAlarms(Simulate(30, jump(15, .3)), Settings()), "collapse@15");
  EXPECT_EQ(FirstAlarms(Simulate(30, jump(15, .2)), Settings()), "");
  EXPECT_EQ(FirstAlarms(Simulate(30, jump(15, -.3)), Settings()), "") << "a fall is none";
  EXPECT_EQ(FirstAlarms(Simulate(30, jump(9, .3)), Settings()), "") << "two evaluations before it are too few";
  EXPECT_EQ(FirstAlarms(Simulate(30, jump(12, .3)), Settings()), "collapse@12");
  MonitorConfig off = Settings();
  off.collapse = "off";
  EXPECT_EQ(FirstAlarms(Simulate(30, jump(15, .3)), off), "");
}

TEST(Monitors, AnEvenGrowthOfTheValidationLossIsNoSpike) {
  const auto growth = [](MonitorSample* s) { s->validation_loss = 2 + .1 * double(s->step); };
  MonitorConfig settings = Settings();
  settings.spike_sigmas = 3;
  EXPECT_EQ(FirstAlarms(Simulate(60, growth), settings), "");
}

TEST(Monitors, NoSignalInTheFirstSteps) {
  const auto reason = [](const std::function<void(MonitorSample*)>& change) -> std::string {
    const std::vector<MonitorSample> history = Simulate(20, change);
    const std::string found = FirstAlarms(history, Settings());
    if (found != "no_signal@5") return found;
    return LookForAlarms({history.begin(), history.begin() + 5}, Settings())[0].reason;
  };
  EXPECT_NE(reason([](MonitorSample* s) { s->unparsed = .6; }).find("sft.steps, data.item_form"), std::string::npos);
  EXPECT_NE(reason([](MonitorSample* s) { s->in_catalog_ratio = 0; }).find("rl.constraint"), std::string::npos);
  EXPECT_NE(reason([](MonitorSample* s) { s->reward = 0; }).find("rl.prompts_per_step"), std::string::npos);
  EXPECT_NE(reason([](MonitorSample* s) { s->flat_groups = 1; }).find("rl.temperature"), std::string::npos);
  EXPECT_EQ(reason([](MonitorSample* s) { s->reward = s->step == 4 ? .01 : 0; }), "") << "a hit is a signal";
  EXPECT_EQ(reason([](MonitorSample* s) { s->flat_groups = s->step > 5 ? 1 : .9; }), "") << "later they may converge";
}

TEST(Monitors, ExplodingRatioAndValuesThatAreNotFinite) {
  EXPECT_EQ(FirstAlarms(Simulate(9, [](MonitorSample* s) { s->ratio_max = s->step == 3 ? 10.5 : 10; }), Settings()),
            "exploding_ratio@3");
  const auto history = Simulate(4, [](MonitorSample* s) {
    if (s->step == 4) s->loss = std::nan("");
  });
  const auto alarms = LookForAlarms(history, Settings());
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].policy, MonitorPolicy::kStop);
  EXPECT_EQ(alarms[0].reason, "the loss is nan at step 4");
  EXPECT_EQ(FirstAlarms(Simulate(4, [](MonitorSample* s) { s->grad_norm = std::numeric_limits<double>::infinity(); }),
                        Settings()),
            "not_finite@1");
}

TEST(Monitors, PoliciesAreObeyed) {
  const auto history = Simulate(3, [](MonitorSample* s) { s->ratio_max = 99; });
  MonitorConfig settings = Settings();
  EXPECT_EQ(LookForAlarms(history, settings)[0].policy, MonitorPolicy::kWarn);
  settings.exploding_ratio = "stop";
  EXPECT_EQ(LookForAlarms(history, settings)[0].policy, MonitorPolicy::kStop);
  settings.exploding_ratio = "off";
  EXPECT_TRUE(LookForAlarms(history, settings).empty());
}

TEST(SampleOf, TakesTheSeriesByName) {
  const MonitorSample sample = SampleOf(
      7, {{"loss", {.5}}, {"ratio/token/max", {2}}, {"reward_by_rank", {.4, .2, 0, 0, .1, 0}}, {"reward", {1}}});
  EXPECT_EQ(sample.step, 7);
  EXPECT_EQ(sample.loss, .5);
  EXPECT_EQ(sample.ratio_max, 2);
  // A quarter of six ranks is two: .4 / log2(2) + .2 / log2(3).
  EXPECT_NEAR(sample.head_dcg, .4 + .2 / std::log2(3.), 1e-12);
  EXPECT_NEAR(sample.list_dcg, sample.head_dcg + .1 / std::log2(6.), 1e-12);
  EXPECT_TRUE(std::isnan(sample.entropy));
  EXPECT_TRUE(std::isnan(sample.validation_loss));
  // What is missing is not judged, and a missing gradient norm would be not finite.
  EXPECT_EQ(LookForAlarms({SampleOf(1, {{"loss", {0}}, {"grad_norm", {1}}})}, Settings()).size(), 0u);
}

}  // namespace
}  // namespace suite
