// The simulated world: films with real titles and invented qualities.
//
//   const Catalog titles = Catalog::FromTsv(kRedditV2CatalogPath);
//   const World world = BuildWorld(config, titles);
//   world.universe[id]          // catalog items first: id < world.catalog.size() is the catalog's id too
//   world.text_embedding        // [universe, content_dim], row-major: what an embedder of item texts would say
//
// Each film has genres, a mood, a theme and the decade of its real year; their vectors add up to its content, which
// texts, the teacher and the embeddings see through noise. Each film also has a hidden taste and a popularity. Users
// (in conversations.h) choose by all three, so the best answer needs content from text, and taste and popularity from
// feedback.
//
// Only titles that ParseAnswer reads back unchanged are used: any film can be hit.
#pragma once

#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/item.h"
#include "datasets/miniature/config.h"
#include "datasets/miniature/latent.h"

namespace suite {

// Words for the attribute values; one word each, so that a prompt stays short.
extern const std::vector<std::string> kGenreWords;  // 10
extern const std::vector<std::string> kMoodWords;   // 6
extern const std::vector<std::string> kThemeWords;  // 12

struct FilmAttributes {
  int main_genre = 0;
  int second_genre = 0;
  int mood = 0;
  int theme = 0;
  int era = 0;  // decades since 1950
};

struct World {
  MiniatureConfig config;
  std::vector<Item> universe;
  Catalog catalog;  // the first n_catalog of the universe

  // Unit vectors of the attribute values, by index of the word.
  std::vector<Latent> genre_vectors;
  std::vector<Latent> mood_vectors;
  std::vector<Latent> theme_vectors;

  // By universe id.
  std::vector<FilmAttributes> attributes;
  std::vector<Latent> content;             // c_i, what users feel
  std::vector<Latent> text_view;           // c_i as texts tell it
  std::vector<Latent> taste;               // h_i, hidden
  std::vector<double> log_popularity;      // centred over the universe
  std::vector<double> web_log_popularity;  // what the web believes
  std::vector<float> text_embedding;       // text_view as floats, [universe, content_dim]

  // By universe id: what prompts, lists and ground truths write. The universe itself, or another form of it
  // (miniature.h).
  std::vector<Item> written;
};

// Throws InputError when `titles` has too few usable ones: from 1950 on, 2 to 16 plain characters, at most two words,
// unique when case-folded.
World BuildWorld(const MiniatureConfig& config, const Catalog& titles);

// SHA-256 as hexadecimal, equal exactly when the films, their qualities and the seed are: part of the identity of
// whatever answers from this world.
std::string WorldDigest(const World& world);

}  // namespace suite
