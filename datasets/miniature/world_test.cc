#include "datasets/miniature/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/testing/error_of.h"
#include "datasets/core/catalog.h"
#include "datasets/core/unicode_text.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/miniature/config.h"
#include "datasets/miniature/latent.h"

namespace suite {
namespace {

const Catalog& Titles() {
  static const Catalog* const titles = new Catalog(Catalog::FromTsv(kRedditV2CatalogPath));
  return *titles;
}

World WorldOf(uint64_t seed) {
  MiniatureConfig config;
  config.seed = seed;
  return BuildWorld(config, Titles());
}

TEST(World, HasTheCatalogFirstAndRealTitlesThatReadBack) {
  const World world = WorldOf(0);
  ASSERT_EQ(world.universe.size(), 280u);
  EXPECT_EQ(world.catalog.size(), 200);
  std::set<std::string> titles;
  for (size_t i = 0; i < world.universe.size(); ++i) {
    const Item& item = world.universe[i];
    SCOPED_TRACE(FormatItem(item));
    EXPECT_TRUE(Titles().Find(item).has_value());
    EXPECT_EQ(world.catalog.Find(item), i < 200 ? std::optional<int>(i) : std::nullopt);
    EXPECT_TRUE(titles.insert(NormalizedTitle(item.title)).second);
    EXPECT_LE(item.title.size(), 16u);
    EXPECT_GE(item.year, 1950);
    const auto parsed = ParseAnswer(FormatItem(item));
    ASSERT_EQ(parsed.size(), 1u);
    EXPECT_EQ(parsed[0].item, item);
  }
}

TEST(World, HasUnitVectorsAndMatchingSizes) {
  const World world = WorldOf(0);
  for (const auto* vectors : {&world.content, &world.text_view, &world.taste}) {
    ASSERT_EQ(vectors->size(), 280u);
    for (const Latent& v : *vectors) EXPECT_NEAR(Dot(v, v), 1.0, 1e-12);
  }
  EXPECT_EQ(world.content[0].size(), 16u);
  EXPECT_EQ(world.taste[0].size(), 8u);
  ASSERT_EQ(world.text_embedding.size(), 280u * 16);
  EXPECT_EQ(world.text_embedding[16 * 7 + 3], static_cast<float>(world.text_view[7][3]));
}

TEST(World, FilmsAlikeInAttributesAreAlikeInContent) {
  const World world = WorldOf(0);
  double same = 0, other = 0;
  int same_count = 0, other_count = 0;
  for (size_t i = 0; i < world.content.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const bool alike = world.attributes[i].main_genre == world.attributes[j].main_genre;
      (alike ? same : other) += Dot(world.content[i], world.content[j]);
      ++(alike ? same_count : other_count);
    }
  }
  // One shared part of weight 1 in a squared length of about 1 + .16 + .36 + .64 + .09 + .09 = 2.3: about .4 more.
  EXPECT_GT(same / same_count, other / other_count + 0.3);
}

double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

TEST(World, TasteIsHiddenFromContent) {
  const World world = WorldOf(0);
  std::vector<double> content_similarity, taste_similarity, text_similarity;
  for (size_t i = 0; i < world.content.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      content_similarity.push_back(Dot(world.content[i], world.content[j]));
      text_similarity.push_back(Dot(world.text_view[i], world.text_view[j]));
      taste_similarity.push_back(Dot(world.taste[i], world.taste[j]));
    }
  }
  EXPECT_NEAR(Correlation(content_similarity, taste_similarity), 0.0, 0.03);
  EXPECT_GT(Correlation(content_similarity, text_similarity), 0.7);
}

TEST(World, PopularityIsCentredZipfAndTheWebBelievesSomeOfIt) {
  const World world = WorldOf(0);
  std::vector<double> sorted = world.log_popularity;
  EXPECT_NEAR(std::accumulate(sorted.begin(), sorted.end(), 0.0), 0.0, 1e-9);
  std::sort(sorted.rbegin(), sorted.rend());
  EXPECT_NEAR(sorted[0] - sorted[7], 0.9 * std::log(14.0 / 7.0), 1e-12);  // ranks 1 and 8
  // .5 s against noise .7 s: correlation .5 / sqrt(.25 + .49) = .58.
  EXPECT_NEAR(Correlation(world.log_popularity, world.web_log_popularity), 0.58, 0.15);
}

TEST(World, IsAFunctionOfTheSeed) {
  const World a = WorldOf(7), b = WorldOf(7), c = WorldOf(8);
  EXPECT_EQ(a.universe, b.universe);
  EXPECT_EQ(a.text_embedding, b.text_embedding);
  EXPECT_EQ(a.web_log_popularity, b.web_log_popularity);
  EXPECT_NE(a.universe, c.universe);
  EXPECT_NE(a.text_embedding, c.text_embedding);
}

std::string ErrorFor(const MiniatureConfig& config, const Catalog& titles) {
  return ErrorOf([&] { BuildWorld(config, titles); });
}

TEST(World, RefusesImpossibleConfigs) {
  MiniatureConfig config;
  config.n_catalog = 5;
  EXPECT_EQ(ErrorFor(config, Titles()), "miniature.n_catalog: 5; allowed: an integer from 11 on");
  config = {};
  config.n_catalog = 100000;
  EXPECT_NE(ErrorFor(config, Titles()).find("miniature.n_catalog + n_out_of_catalog: 100080"), std::string::npos);
  config = {};
  config.n_liked_probability = {0.5, 0.4};
  EXPECT_NE(ErrorFor(config, Titles()).find("miniature.n_liked_probability"), std::string::npos);
  config = {};
  config.web_list_max = 4;
  EXPECT_NE(ErrorFor(config, Titles()).find("miniature.web_list_max"), std::string::npos);
  config = {};
  EXPECT_NE(ErrorFor(config, Catalog({{"Heat", 1995}})).find("up to 1"), std::string::npos);
}

}  // namespace
}  // namespace suite
