#include "harness/launcher/gpu_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace suite {
namespace {

using testing::ElementsAre;
using Names = std::vector<std::string>;

TEST(VisibleGpus, AreNamedAsChildrenMustBeTold) {
  EXPECT_THAT(VisibleGpus(nullptr, 3), ElementsAre("0", "1", "2"));
  EXPECT_THAT(VisibleGpus("2,5", 2), ElementsAre("2", "5"));
  EXPECT_THAT(VisibleGpus("GPU-8a,GPU-9b", 2), ElementsAre("GPU-8a", "GPU-9b"));
  EXPECT_THAT(VisibleGpus("4,6,-1,7", 2), ElementsAre("4", "6")) << "CUDA reads up to the first that is none";
  EXPECT_TRUE(VisibleGpus(nullptr, 0).empty());
  EXPECT_TRUE(VisibleGpus("", 0).empty());
}

TEST(GpuShares, TwoRunsOfTwoProcessesShareFourGpus) {
  GpuShares shares(VisibleGpus(nullptr, 4));
  EXPECT_EQ(shares.Take(2), Names({"0", "1"}));
  EXPECT_EQ(shares.Take(2), Names({"2", "3"}));
  EXPECT_EQ(shares.Take(1), std::nullopt);
  shares.GiveBack({"0", "1"});
  EXPECT_EQ(shares.Take(2), Names({"0", "1"}));
}

TEST(GpuShares, NeighboursArePreferred) {
  GpuShares shares(VisibleGpus(nullptr, 5));
  const auto first = shares.Take(1), second = shares.Take(1);
  shares.GiveBack(*first);  // free: 0, 2, 3, 4
  EXPECT_EQ(shares.Take(2), Names({"2", "3"}));
  EXPECT_EQ(shares.Take(2), Names({"0", "4"})) << "none are left, and apart is better than waiting";
  EXPECT_EQ(shares.Take(1), std::nullopt);
}

// Whatever comes and goes, no GPU is in two hands, and none is lost.
TEST(GpuShares, NoGpuIsInTwoHands) {
  GpuShares shares(VisibleGpus("3,1,4,0,2", 5));
  std::deque<std::vector<std::string>> held;
  for (int round = 0; round < 200; ++round) {
    if (auto share = shares.Take(1 + round % 3)) {
      held.push_back(*share);
    } else {
      shares.GiveBack(held.front());
      held.pop_front();
    }
    std::multiset<std::string> all;
    for (const auto& share : held) all.insert(share.begin(), share.end());
    EXPECT_EQ(all.size(), std::set<std::string>(all.begin(), all.end()).size()) << round;
  }
  while (!held.empty()) {
    shares.GiveBack(held.front());
    held.pop_front();
  }
  EXPECT_EQ(shares.Take(5), Names({"3", "1", "4", "0", "2"}));
}

}  // namespace
}  // namespace suite
