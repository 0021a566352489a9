// Every number of the simulated world, with the defaults of the "miniature" experiments.
//
//   MiniatureConfig config;
//   config.seed = 1;            // another world: other films, tastes, users, teacher
//   config.n_train = 3000;
//
// What the world is made of and why: world.h, conversations.h, teacher.h (which also has the numbers of the teacher:
// how good it is does not change the world). The seed feeds named random streams
// ("miniature/..."), which no other part of the project uses, so a training seed never changes the data.
//
// Notation below: unit(v) = v / |v|; z is a vector of standard normals, d its dimension, so that z / sqrt(d) has length
// about 1 and a weight in front of it can be read against the unit vector it perturbs.
#pragma once

#include <cstdint>
#include <vector>

namespace suite {

struct MiniatureConfig {
  uint64_t seed = 0;

  // Sizes. Items are catalog items first, then the out-of-catalog ones that only teacher and web know.
  int n_catalog = 200;
  int n_out_of_catalog = 80;
  int list_length = 10;  // N of a teacher's list
  int n_train = 6000;
  int n_validation = 300;
  int n_test = 1500;
  int n_web = 4000;  // web lists, to pretrain the base model on

  // Films: content c_i = unit(main genre + .4 second genre + .6 mood + .8 theme + .3 era + .3 z / sqrt(d)).
  int content_dim = 16;
  double second_genre_weight = 0.4;
  double mood_weight = 0.6;
  double theme_weight = 0.8;
  double era_weight = 0.3;
  double content_noise = 0.3;
  // Hidden taste h_i = unit(centre of its cluster + .4 z / sqrt(d)): it shows in what people like and nowhere else, so
  // feedback can teach it and neither text nor teacher can.
  int taste_dim = 8;
  int n_taste_clusters = 12;
  double taste_noise = 0.4;
  // Popularity: log p_i = -.9 log(rank_i + 6), rank 1, 2, ... in random order, centred over the universe.
  double popularity_exponent = 0.9;
  double popularity_offset = 6;
  // What the web (and the teacher) believes: .5 log p_i + .7 std(log p) z.
  double web_popularity_weight = 0.5;
  double web_popularity_noise = 0.7;
  // What can be known of the content from text: unit(c_i + .45 z / sqrt(d)), one draw for the whole world.
  double text_view_noise = 0.45;

  // Users. Anchor film ~ softmax(.5 log p); u = unit(c_anchor + .45 z / sqrt(d)), v = unit(h_anchor + .4 z / sqrt(d));
  // affinity of film i = 9 u.c_i + 4 v.h_i + .7 log p_i.
  double anchor_popularity_weight = 0.5;
  double user_content_noise = 0.45;
  double user_taste_noise = 0.4;
  double affinity_content = 9;
  double affinity_taste = 4;
  double affinity_popularity = 0.7;
  std::vector<double> n_liked_probability{0.3, 0.4, 0.3};  // of 1, 2, 3 liked films
  std::vector<double> n_ground_truth_probability{0.2, 0.18, 0.16, 0.13, 0.11, 0.09, 0.07, 0.06};  // of 1 to 8
  // Words about the anchor film in the prompt, and a genre to avoid.
  double say_genre = 0.6;
  double say_mood = 0.4;
  double say_theme = 0.5;
  double say_nothing_of = 0.2;
  // Context embedding: unit(mean text view of the liked films + .35 x sum of the vectors of the words said).
  double context_word_weight = 0.35;

  // Web lists: 5 (text view . context) + .8 web popularity + Gumbel noise, the top 5 to 15.
  double web_context = 5;
  double web_popularity = 0.8;
  int web_list_min = 5;
  int web_list_max = 15;
};

// Throws InputError naming the key, when a value makes no world.
void CheckMiniatureConfig(const MiniatureConfig& config);

}  // namespace suite
