#include "harness/demonstrations/demonstrations_of_run.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "algorithms/demonstrations/remap.h"
#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

constexpr int kConversations = 200;

std::shared_ptr<const MiniatureData> Miniature() {
  MiniatureConfig config;
  config.n_train = kConversations;
  config.n_validation = config.n_test = 5;
  config.n_web = 0;
  return std::make_shared<MiniatureData>(BuildMiniature(config, Catalog::FromTsv(kRedditV2CatalogPath)));
}

class DemonstrationsOfRunTest : public ::testing::Test {
 protected:
  DemonstrationsOfRunTest() : miniature_(Miniature()) {
    at::set_num_threads(1);  // the blocks are small
    for (const SimulatedConversation& one : miniature_->splits.train) train_.push_back(one.conversation);
    folder_ = ::testing::TempDir() + "/of_run_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    config_.sft.examples = kConversations;
  }

  DemonstrationSet Run(const std::string& recipe) {
    config_.sft.demonstrations = recipe;
    return DemonstrationsOfRun(config_, {train_, miniature_->world.catalog, miniature_, sequences_, sequence_of_},
                               folder_, [](int64_t, int64_t, const std::string&) {})
        .set;
  }

  // Share of the wanted films that the lists have.
  double Recall(const DemonstrationSet& set) const {
    double found = 0, wanted = 0;
    for (size_t i = 0; i < set.lists.size(); ++i) {
      const std::set<Item> list(set.lists[i].begin(), set.lists[i].end());
      for (const GroundTruth& truth : train_[i].ground_truth) {
        found += static_cast<double>(list.count({truth.title, *truth.year}));
        ++wanted;
      }
    }
    return found / wanted;
  }

  std::shared_ptr<const MiniatureData> miniature_;
  std::vector<Conversation> train_;
  const std::vector<std::vector<int>> sequences_;
  const std::map<std::string, size_t> sequence_of_;
  std::string folder_;
  RunConfig config_;
};

// One conversation at a time, with the similarity matrix written out.
TEST_F(DemonstrationsOfRunTest, RemapIsTheFormulaOnSimilarities) {
  const DemonstrationSet set = Run("remap");
  const World& world = miniature_->world;
  const at::Tensor text_UD = at::tensor(world.text_embedding).view({-1, 16});
  const at::Tensor item_CD = text_UD.narrow(0, 0, world.catalog.size());
  for (int i = 0; i < kConversations; ++i) {
    const SimulatedConversation& simulated = miniature_->splits.train[static_cast<size_t>(i)];
    const std::vector<int> drawn = DrawTeacherList(world, simulated, 10, {}, {});
    const std::vector<int64_t> teacher(drawn.begin(), drawn.end());
    std::vector<int64_t> match = teacher;
    for (int64_t& id : match) id = id < world.catalog.size() ? id : -1;
    const at::Tensor similarity_KC = text_UD.index_select(0, at::tensor(teacher)).matmul(item_CD.t());
    const at::Tensor score_C = RemapScores(similarity_KC, at::tensor(match), PositionWeights("inverse_sqrt", 10),
                                           item_CD.mv(at::tensor(simulated.context_embedding)), 1.0);
    const at::Tensor best = TopItems(score_C, {simulated.liked.begin(), simulated.liked.end()}, 10);
    std::vector<int> ids(best.const_data_ptr<int64_t>(), best.const_data_ptr<int64_t>() + 10);
    EXPECT_EQ(set.lists[static_cast<size_t>(i)], ItemsOf(world, ids)) << i;
  }
}

// The order that a first trial of this world found (recall over all wanted films).
TEST_F(DemonstrationsOfRunTest, EachStepHelps) {
  const double raw = Recall(Run("teacher_raw")), remap = Recall(Run("remap"));
  const double reflect = Recall(Run("without_adjust")), full = Recall(Run("full"));
  EXPECT_GT(remap, raw + 0.03);
  EXPECT_GT(reflect, remap + 0.03);
  EXPECT_GT(full, reflect);
}

TEST_F(DemonstrationsOfRunTest, AllRecipesButTheRawOneStayInTheCatalogue) {
  for (const char* recipe : {"full", "without_reflect", "without_remap", "without_remap_and_reflect", "without_adjust",
                             "remap", "teacher_exact"}) {
    const DemonstrationSet set = Run(recipe);
    for (size_t i = 0; i < set.lists.size(); ++i) {
      std::set<std::string> titles;
      for (const Item& item : set.lists[i]) {
        EXPECT_TRUE(miniature_->world.catalog.Find(item).has_value());
        EXPECT_TRUE(titles.insert(item.title).second);
      }
      for (const std::string& seen : train_[i].seen_titles) EXPECT_EQ(titles.count(seen), 0u);
      EXPECT_TRUE(titles.size() == 10u || recipe == std::string("teacher_exact")) << recipe;
    }
  }
}

TEST_F(DemonstrationsOfRunTest, LeavesItsFilesAndAnAuditPage) {
  const DemonstrationSet set = Run("full");
  const std::string page = ReadFile(folder_ + "/audit-" + set.key.Hash() + ".html");
  EXPECT_NE(page.find("simulated world="), std::string::npos);
  EXPECT_NE(page.find("train/0"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/audit-" + set.key.Hash() + ".json"));
  EXPECT_EQ(Run("full").lists_asked, 0);
}

TEST_F(DemonstrationsOfRunTest, TeacherQualityIsPartOfTheName) {
  const DemonstrationSet usual = Run("full");
  config_.teacher.knowledge = 0.3;
  const DemonstrationSet other = Run("full");
  EXPECT_EQ(other.lists_asked, kConversations);
  EXPECT_NE(other.key.Hash(), usual.key.Hash());
}

}  // namespace
}  // namespace suite
