#include "datasets/miniature/teacher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "datasets/core/catalog.h"
#include "datasets/core/item.h"
#include "datasets/miniature/config.h"
#include "datasets/miniature/miniature.h"

namespace suite {
namespace {

const MiniatureData& Data() {
  static const MiniatureData* const data =
      new MiniatureData(BuildMiniature({}, Catalog::FromTsv(kRedditV2CatalogPath)));
  return *data;
}

const std::vector<SimulatedConversation>& Train() { return Data().splits.train; }

std::vector<std::vector<int>> Lists(const TeacherQuality& quality, size_t count = 600, int length = 10) {
  std::vector<std::vector<int>> lists;
  const std::vector<int> unknown = UnknownFilms(Data().world, quality.knowledge);
  for (size_t i = 0; i < count; ++i)
    lists.push_back(DrawTeacherList(Data().world, Train()[i], length, quality, unknown));
  return lists;
}

double ShareOf(const std::vector<std::vector<int>>& lists, const std::function<bool(int)>& holds) {
  double all = 0, found = 0;
  for (const auto& list : lists) {
    all += static_cast<double>(list.size());
    found += static_cast<double>(std::count_if(list.begin(), list.end(), holds));
  }
  return found / all;
}

double OutsideShare(const std::vector<std::vector<int>>& lists) {
  return ShareOf(lists, [](int id) { return id >= Data().world.catalog.size(); });
}

double HitShare(const std::vector<std::vector<int>>& lists) {
  double hits = 0;
  for (size_t i = 0; i < lists.size(); ++i) {
    for (const int id : Train()[i].ground_truth) hits += std::count(lists[i].begin(), lists[i].end(), id) > 0;
  }
  return hits / static_cast<double>(lists.size());
}

// The lists and judgements that results up to now were made with. The hashes change only when the teacher does.
TEST(MiniatureTeacher, DefaultsAreTheTeacherThatResultsWereMadeWith) {
  std::string text, judged;
  for (const auto& list : Lists({}, Train().size())) text += FormatList(ItemsOf(Data().world, list)) + "\n\n";
  EXPECT_EQ(Sha256Hex(text), "428203019c0ac26dc0aa4d9d710593e0df326bfe899b964c5ef50ea06a8861ac");
  for (size_t i = 0; i < 300; ++i) {
    for (const int r : DrawJudgements(Data().world, Train()[i], {0, 5, 17, 40, 77, 120, 150, 199}, {})) {
      judged += std::to_string(r) + " ";
    }
  }
  EXPECT_EQ(Sha256Hex(judged), "8684b03baa2d9dd6afbc9473a81093d070b83fb5ed9eccce48f0aa611bfabc88");
}

TEST(MiniatureTeacher, ListsAreDistinctAndNeverNameALikedFilm) {
  TeacherQuality half;
  half.knowledge = 0.5;
  half.out_of_catalog = 0.4;
  for (const TeacherQuality& quality : {TeacherQuality(), half}) {
    const auto lists = Lists(quality);
    for (size_t i = 0; i < lists.size(); ++i) {
      EXPECT_EQ(std::set<int>(lists[i].begin(), lists[i].end()).size(), 10u);
      for (const int id : Train()[i].liked) EXPECT_EQ(std::count(lists[i].begin(), lists[i].end(), id), 0);
    }
  }
}

TEST(MiniatureTeacher, AShorterListIsTheBeginningOfALongerOne) {
  const auto shorter = Lists({}, 20, 4), longer = Lists({}, 20, 10);
  for (size_t i = 0; i < 20; ++i) EXPECT_TRUE(std::equal(shorter[i].begin(), shorter[i].end(), longer[i].begin()));
}

TEST(MiniatureTeacher, NoiseMakesListsWorse) {
  TeacherQuality sharp, dull;
  sharp.noise = 0.1;
  dull.noise = 3;
  const double usual = HitShare(Lists({}));
  EXPECT_GT(HitShare(Lists(sharp)), usual);
  EXPECT_LT(HitShare(Lists(dull)), usual * 0.7);
}

TEST(MiniatureTeacher, PopularityBiasFavoursWhatTheWebTalksAbout) {
  std::vector<double> sorted = Data().world.web_log_popularity;
  std::sort(sorted.rbegin(), sorted.rend());
  const double popular = sorted[sorted.size() / 10];
  const auto is_popular = [&](int id) { return Data().world.web_log_popularity[static_cast<size_t>(id)] > popular; };
  TeacherQuality plain, biased;
  plain.popularity = 0;
  biased.popularity = 3;
  EXPECT_LT(ShareOf(Lists(plain), is_popular), ShareOf(Lists({}), is_popular));
  EXPECT_GT(ShareOf(Lists(biased), is_popular), ShareOf(Lists({}), is_popular) + 0.2);
}

TEST(MiniatureTeacher, TheShareOutsideTheCatalogIsWhatWasAsked) {
  TeacherQuality quality;
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    quality.out_of_catalog = share;
    EXPECT_NEAR(OutsideShare(Lists(quality)), share, 0.02) << share;
  }
  // Beyond the 80 films outside there are only those inside.
  quality.out_of_catalog = 1.0;
  EXPECT_EQ(Lists(quality, 1, 100)[0].size(), 100u);
}

TEST(MiniatureTeacher, KnowledgeIsNestedAndBounds) {
  const World& world = Data().world;
  EXPECT_TRUE(UnknownFilms(world, 1).empty());
  EXPECT_EQ(UnknownFilms(world, 0).size(), 280u);
  const std::vector<int> few = UnknownFilms(world, 0.25), many = UnknownFilms(world, 0.75);
  EXPECT_EQ(few.size(), 210u);
  EXPECT_TRUE(std::includes(few.begin(), few.end(), many.begin(), many.end()));
  TeacherQuality quality;
  quality.knowledge = 0.25;
  const std::set<int> unknown(few.begin(), few.end());
  EXPECT_EQ(ShareOf(Lists(quality), [&](int id) { return unknown.count(id) > 0; }), 0);
  EXPECT_LT(HitShare(Lists(quality)), HitShare(Lists({})));
  // 14 films, the same for everyone.
  quality.knowledge = 0.05;
  EXPECT_LT(HitShare(Lists(quality)), HitShare(Lists({})) * 0.8);
  quality.knowledge = 0.01;
  EXPECT_LE(Lists(quality, 1)[0].size(), 3u);
}

TEST(MiniatureTeacher, JudgementsDependOnlyOnConversationAndFilms) {
  const SimulatedConversation& c = Train()[3];
  const std::vector<int> forward{1, 2, 3, 50, 60, 70}, backward{70, 60, 50, 3, 2, 1};
  const std::vector<int> a = DrawJudgements(Data().world, c, forward, {});
  const std::vector<int> b = DrawJudgements(Data().world, c, backward, {});
  EXPECT_EQ(a, std::vector<int>(b.rbegin(), b.rend()));
  for (const int r : a) EXPECT_LE(std::abs(r), 2);
  EXPECT_TRUE(DrawJudgements(Data().world, c, {}, {}).empty());
}

TEST(MiniatureTeacher, ABlindJudgeWithoutNoiseSaysNothing) {
  TeacherQuality blind;
  blind.judge_slope = blind.judge_noise = 0;
  EXPECT_EQ(DrawJudgements(Data().world, Train()[3], {1, 2, 3}, blind), (std::vector<int>{0, 0, 0}));
}

TEST(MiniatureTeacher, RefusesWhatMakesNoTeacher) {
  TeacherQuality quality;
  quality.knowledge = 1.5;
  EXPECT_THROW(CheckTeacherQuality(quality), InputError);
  quality = {};
  quality.out_of_catalog = -0.1;
  EXPECT_THROW(CheckTeacherQuality(quality), InputError);
  EXPECT_NO_THROW(CheckTeacherQuality({}));
}

}  // namespace
}  // namespace suite
