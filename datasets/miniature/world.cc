#include "datasets/miniature/world.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "datasets/core/unicode_text.h"
#include "datasets/judging/answer_parser.h"

namespace suite {
namespace {

constexpr int kFirstYear = 1950;
constexpr int kDecades = 10;

bool IsShortPlainTitle(std::string_view title) {
  constexpr std::string_view kMarks = " ':,.!&-";
  if (title.size() < 2 || title.size() > 16) return false;
  for (const char c : title) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain && kMarks.find(c) == std::string_view::npos) return false;
  }
  return std::count(title.begin(), title.end(), ' ') <= 1;
}

std::vector<Item> DrawUniverse(const MiniatureConfig& config, const Catalog& titles) {
  std::vector<Item> usable;
  std::set<std::string> taken;
  for (const Item& item : titles.items()) {
    if (item.year < kFirstYear || item.year >= kFirstYear + 10 * kDecades) continue;
    if (!IsShortPlainTitle(item.title) || ReadBack(item) != item) continue;
    if (taken.insert(NormalizedTitle(item.title)).second) usable.push_back(item);
  }
  const auto needed = static_cast<size_t>(config.n_catalog + config.n_out_of_catalog);
  if (usable.size() < needed) {
    throw InputError("miniature.n_catalog + n_out_of_catalog", std::to_string(needed),
                     "up to " + std::to_string(usable.size()) + ", the usable titles of the list");
  }
  RandomStream stream(config.seed, "miniature/titles");
  for (size_t i = 0; i < needed; ++i) {
    std::swap(usable[i], usable[i + static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(usable.size() - i)))]);
  }
  usable.resize(needed);
  return usable;
}

std::vector<Latent> RandomUnits(size_t count, int dim, RandomStream* stream) {
  std::vector<Latent> vectors;
  for (size_t i = 0; i < count; ++i) vectors.push_back(RandomUnit(dim, stream));
  return vectors;
}

std::vector<FilmAttributes> DrawAttributes(const MiniatureConfig& config, const std::vector<Item>& universe) {
  RandomStream stream(config.seed, "miniature/attributes");
  auto draw = [&](const std::vector<std::string>& words) {
    return static_cast<int>(stream.UniformInt(static_cast<int64_t>(words.size())));
  };
  std::vector<FilmAttributes> attributes;
  for (const Item& item : universe) {
    FilmAttributes film;
    film.main_genre = draw(kGenreWords);
    film.second_genre = draw(kGenreWords);
    film.mood = draw(kMoodWords);
    film.theme = draw(kThemeWords);
    film.era = (item.year - kFirstYear) / 10;
    attributes.push_back(film);
  }
  return attributes;
}

void FillContent(World* world) {
  const MiniatureConfig& config = world->config;
  RandomStream vectors(config.seed, "miniature/attribute vectors");
  world->genre_vectors = RandomUnits(kGenreWords.size(), config.content_dim, &vectors);
  world->mood_vectors = RandomUnits(kMoodWords.size(), config.content_dim, &vectors);
  world->theme_vectors = RandomUnits(kThemeWords.size(), config.content_dim, &vectors);
  const std::vector<Latent> era_vectors = RandomUnits(kDecades, config.content_dim, &vectors);
  RandomStream noise(config.seed, "miniature/content");
  RandomStream text_noise(config.seed, "miniature/text view");
  for (const FilmAttributes& film : world->attributes) {
    Latent content = world->genre_vectors[static_cast<size_t>(film.main_genre)];
    AddScaled(world->genre_vectors[static_cast<size_t>(film.second_genre)], config.second_genre_weight, &content);
    AddScaled(world->mood_vectors[static_cast<size_t>(film.mood)], config.mood_weight, &content);
    AddScaled(world->theme_vectors[static_cast<size_t>(film.theme)], config.theme_weight, &content);
    AddScaled(era_vectors[static_cast<size_t>(film.era)], config.era_weight, &content);
    world->content.push_back(Perturbed(std::move(content), config.content_noise, &noise));
    world->text_view.push_back(Perturbed(world->content.back(), config.text_view_noise, &text_noise));
    const Latent& view = world->text_view.back();
    world->text_embedding.insert(world->text_embedding.end(), view.begin(), view.end());
  }
}

void FillTaste(World* world) {
  const MiniatureConfig& config = world->config;
  RandomStream stream(config.seed, "miniature/taste");
  const std::vector<Latent> centres =
      RandomUnits(static_cast<size_t>(config.n_taste_clusters), config.taste_dim, &stream);
  for (size_t i = 0; i < world->universe.size(); ++i) {
    const Latent& centre = centres[static_cast<size_t>(stream.UniformInt(config.n_taste_clusters))];
    world->taste.push_back(Perturbed(centre, config.taste_noise, &stream));
  }
}

void FillPopularity(World* world) {
  const MiniatureConfig& config = world->config;
  const size_t count = world->universe.size();
  std::vector<int> rank(count);
  std::iota(rank.begin(), rank.end(), 1);
  RandomStream order(config.seed, "miniature/popularity");
  for (size_t i = count; i > 1; --i) {
    std::swap(rank[i - 1], rank[static_cast<size_t>(order.UniformInt(static_cast<int64_t>(i)))]);
  }
  for (const int r : rank) {
    world->log_popularity.push_back(-config.popularity_exponent * std::log(r + config.popularity_offset));
  }
  const double mean =
      std::accumulate(world->log_popularity.begin(), world->log_popularity.end(), 0.0) / static_cast<double>(count);
  double squares = 0;
  for (double& value : world->log_popularity) {
    value -= mean;
    squares += value * value;
  }
  const double spread = std::sqrt(squares / static_cast<double>(count));
  RandomStream belief(config.seed, "miniature/web popularity");
  for (const double value : world->log_popularity) {
    world->web_log_popularity.push_back(config.web_popularity_weight * value +
                                        config.web_popularity_noise * spread * belief.Normal());
  }
}

void AddBytes(const std::vector<double>& values, std::string* text) {
  text->append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

}  // namespace

const std::vector<std::string> kGenreWords{"action", "comedy",  "crime",   "drama",    "fantasy",
                                           "horror", "musical", "romance", "thriller", "western"};
const std::vector<std::string> kMoodWords{"bleak", "dreamy", "funny", "tense", "warm", "weird"};
const std::vector<std::string> kThemeWords{"family",  "heist",  "ghosts", "justice", "magic",  "politics",
                                           "revenge", "robots", "school", "space",   "sports", "war"};

World BuildWorld(const MiniatureConfig& config, const Catalog& titles) {
  CheckMiniatureConfig(config);
  std::vector<Item> universe = DrawUniverse(config, titles);
  Catalog catalog({universe.begin(), universe.begin() + config.n_catalog});
  World world{config, std::move(universe), std::move(catalog), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  world.written = world.universe;
  world.attributes = DrawAttributes(config, world.universe);
  FillContent(&world);
  FillTaste(&world);
  FillPopularity(&world);
  return world;
}

std::string WorldDigest(const World& world) {
  std::string text = std::to_string(world.config.seed) + "\n" + std::to_string(world.catalog.size()) + "\n" +
                     FormatList(world.universe) + "\n";
  if (world.written != world.universe) text += FormatList(world.written) + "\n";
  for (const auto* vectors : {&world.genre_vectors, &world.mood_vectors, &world.theme_vectors, &world.content,
                              &world.text_view, &world.taste}) {
    for (const Latent& vector : *vectors) AddBytes(vector, &text);
  }
  AddBytes(world.log_popularity, &text);
  AddBytes(world.web_log_popularity, &text);
  return Sha256Hex(text);
}

}  // namespace suite
