#include "reports/tools/checklist.h"

#include <gtest/gtest.h>

#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

ReadStores TwoSeeds() {
  ReadStores stores;
  for (int64_t seed : {1, 2}) {
    RunRecord run = MakeRun({"grpo", seed, 0});
    run.provenance.insert(run.provenance.end(), {{"hdf5", "1.10.8"},
                                                 {"cores", "2"},
                                                 {"memory", "8 GiB"},
                                                 {"accelerator", "none"},
                                                 {"os", "Debian"},
                                                 {"protocol_version", "1"}});
    stores.records.push_back(run);
  }
  return stores;
}

ChecklistItem ItemOf(const ReadStores& stores, const std::string& words) {
  for (const ChecklistItem& item : FillChecklist(stores)) {
    if (item.question.find(words) != std::string::npos) return item;
  }
  ADD_FAILURE() << "no question with '" << words << "'";
  return {};
}

std::string AnswerOf(const ReadStores& stores, const std::string& words) {
  return ToWord(ItemOf(stores, words).answer);
}

TEST(ChecklistTest, CompleteRecordsAnswerYes) {
  size_t by_hand = 0;
  for (const ChecklistItem& item : FillChecklist(TwoSeeds())) {
    by_hand += item.answer == ChecklistAnswer::kByHand;
    EXPECT_TRUE(item.answer == ChecklistAnswer::kYes || item.answer == ChecklistAnswer::kByHand) << item.question;
    EXPECT_FALSE(item.evidence.empty()) << item.question;
  }
  EXPECT_EQ(by_hand, 3u);
  EXPECT_EQ(ItemOf(TwoSeeds(), "several seeds").evidence, "grpo: 1; 2");
  EXPECT_EQ(ItemOf(TwoSeeds(), "compute").evidence,
            "0.018 hours of wall time in all, at most 412 MiB in a run (2 of 2 runs measured)");
}

TEST(ChecklistTest, EachGapLowersItsAnswer) {
  ReadStores stores = TwoSeeds();
  stores.records[1].provenance[1].second = "yes (3 files)";
  EXPECT_EQ(AnswerOf(stores, "exact code"), "partly");
  stores.records[1].provenance[0].second = "unknown (no git)";
  EXPECT_EQ(AnswerOf(stores, "exact code"), "no");

  stores = TwoSeeds();
  stores.records[1].provenance.push_back({"resumed_at_10/commit", "another"});
  EXPECT_EQ(AnswerOf(stores, "exact code"), "partly");
  EXPECT_EQ(AnswerOf(stores, "checkpoint fits"), "yes");
  stores.records[1].provenance.push_back({"resumed_at_10/resume_forced", "config ab12"});
  EXPECT_EQ(AnswerOf(stores, "checkpoint fits"), "partly");
  EXPECT_EQ(ItemOf(stores, "checkpoint fits").evidence, "1 run resumed by force: config ab12");

  stores = TwoSeeds();
  stores.records[0].provenance[6].second = "cd34";
  EXPECT_EQ(AnswerOf(stores, "identified by hash"), "partly");
  stores.records.resize(1);
  stores.records[0].provenance.erase(stores.records[0].provenance.begin() + 6);
  EXPECT_EQ(AnswerOf(stores, "identified by hash"), "no");
  EXPECT_EQ(AnswerOf(stores, "several seeds"), "no");
  EXPECT_EQ(AnswerOf(stores, "intervals"), "partly");

  stores = TwoSeeds();
  stores.skipped.push_back({"a/b.h5", "damaged"});
  EXPECT_EQ(AnswerOf(stores, "accounted"), "partly");
  stores.records[0].summary.clear();
  EXPECT_EQ(AnswerOf(stores, "compute"), "partly");
  stores.records[0].provenance.pop_back();
  EXPECT_EQ(AnswerOf(stores, "versioned"), "no") << "not in every run";
  EXPECT_NE(ItemOf(stores, "versioned").evidence.find("not recorded"), std::string::npos);
}

TEST(ChecklistTest, FailedRunsAreCountedAndGiveNoSeed) {
  ReadStores stores = TwoSeeds();
  stores.records[1].status = "failed";
  EXPECT_EQ(ItemOf(stores, "accounted").evidence, "1 done, 1 failed");
  EXPECT_EQ(AnswerOf(stores, "several seeds"), "no");
}

TEST(ChecklistTest, PageCountsTheAnswers) {
  EXPECT_EQ(ChecklistPage(FillChecklist(TwoSeeds())).subtitle(), "14 yes, 0 partly, 0 no, 3 to answer by hand");
}

}  // namespace
}  // namespace suite
