#include "harness/plan/memory_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <type_traits>

#include "base/error.h"
#include "base/testing/error_of.h"
#include "base/text/allowed.h"
#include "harness/config/visit_fields.h"
#include "harness/plan/memory_of_run.h"

namespace suite {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr double kGibibyte = 1 << 30;

std::string ErrorWith(const std::function<void(RunConfig*)>& change, double gibibytes = 12) {
  RunConfig run;
  change(&run);
  return ErrorOf([&] { CheckMemory(run, gibibytes * kGibibyte); });
}

TEST(CheckMemory, LetsOrdinaryRunsPass) {
  EXPECT_EQ(ErrorWith([](RunConfig*) {}, 1), "no error");
  EXPECT_EQ(ErrorWith([](RunConfig* run) { run->sft.batch = 512; }), "no error");
  EXPECT_GT(MemoryOfMachine(), 1e8);
}

TEST(CheckMemory, NamesWhatIsTooLarge) {
  EXPECT_THAT(ErrorWith([](RunConfig* run) { run->sft.batch = 65536; }),
              AllOf(HasSubstr("sft.batch = 65536, sft.accumulation = 1: a backward pass needs at least "),
                    HasSubstr("the 12.0 GiB of this machine"), HasSubstr("--plan")));
  EXPECT_EQ(ErrorWith([](RunConfig* run) { run->sft.batch = run->sft.accumulation = 65536; }), "no error");
  EXPECT_THAT(ErrorWith([](RunConfig* run) { run->pretrain.batch = 65536; }, 4), HasSubstr("pretrain.batch = 65536: "));
  EXPECT_THAT(ErrorWith([](RunConfig* run) { run->rl.max_new_tokens = 1048576; }),
              HasSubstr("rl.max_new_tokens = 1048576: the key-value cache of one layer needs at least "));
  EXPECT_THAT(ErrorWith([](RunConfig* run) { run->data.train = 100000000; }), HasSubstr("data.train = 100000000"));
  EXPECT_THAT(ErrorWith([](RunConfig* run) { run->pretrain.lists = 100000000; }), HasSubstr("pretrain.lists = 100"));
  EXPECT_THAT(ErrorWith([](RunConfig* run) { run->policy.hidden_size = 65536; }),
              HasSubstr("policy.hidden_size = 65536, policy.layers = 2"));
}

// GPUs have memory of their own.
TEST(CheckMemory, OfARunOnGpusCountsTheTextsAlone) {
  const auto on_gpus = [](RunConfig* run) { run->run.device = "cuda"; };
  EXPECT_EQ(ErrorWith([&](RunConfig* run) { on_gpus(run), run->policy.hidden_size = 65536; }), "no error");
  EXPECT_THAT(ErrorWith([&](RunConfig* run) { on_gpus(run), run->data.train = 100000000; }), HasSubstr("data.train"));
}

// Every number at the end of its range, alone and with all others: what the plan says is a number or one error, and
// never one that has wrapped.
class ToTheEnd {
 public:
  explicit ToTheEnd(std::string key) : key_(std::move(key)) {}  // empty: every setting

  template <typename T>
  void operator()(const FieldInfo& field, T& value) const {
    if constexpr (std::is_same_v<T, int64_t>) {
      if (key_.empty() || key_ == field.key) value = static_cast<int64_t>(*field.allowed.most);
    }
  }

 private:
  const std::string key_;
};

void ExpectAPlanOrAnError(const RunConfig& run, const std::string& key) {
  const PlannedMachine machine = {/*gpus=*/65536, /*gpu_gb=*/1e6, /*runs_at_once=*/65536};
  try {
    const std::string plan = LargestMemoryPlan({run}, machine);
    EXPECT_THAT(plan, Not(ContainsRegex(" -[0-9]"))) << key;
    EXPECT_THAT(plan, HasSubstr("peak")) << key;
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the memory of a run: ")) << key;
  }
}

TEST(LargestMemoryPlan, NeverWraps) {
  std::vector<std::string> keys = {""};
  RunConfig defaults;
  VisitFields(defaults, [&](const FieldInfo& field, const auto& value) {
    if (std::is_same_v<std::decay_t<decltype(value)>, int64_t>) keys.push_back(field.key);
  });
  EXPECT_GT(keys.size(), 60u);
  for (const std::string& key : keys) {
    for (const char* device : {"cpu", "cuda"}) {
      RunConfig run;
      VisitFields(run, ToTheEnd(key));
      run.run.device = device;
      if (ErrorOf([&] { CheckConsistent(run); }) != "no error") continue;  // refused before any plan
      ExpectAPlanOrAnError(run, key);
    }
  }
  RunConfig all;
  VisitFields(all, ToTheEnd(""));
  // Numbers of sequences alone.
  all.data.history_items = defaults.data.history_items;
  all.data.next_items = defaults.data.next_items;
  all.data.training_positions = defaults.data.training_positions;
  CheckConsistent(all);
  EXPECT_THAT(ErrorOf([&] { LargestMemoryPlan({all}, {}); }), HasSubstr("the memory of a run: "));
}

}  // namespace
}  // namespace suite
