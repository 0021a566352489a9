#include "datasets/miniature/world_digest.h"

#include "base/hash.h"

namespace suite {
namespace {

void AddBytes(const std::vector<double>& values, std::string* text) {
  text->append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

}  // namespace

std::string WorldDigest(const World& world) {
  std::string text = std::to_string(world.config.seed) + "\n" + std::to_string(world.catalog.size()) + "\n" +
                     FormatList(world.universe) + "\n";
  for (const auto* vectors : {&world.genre_vectors, &world.mood_vectors, &world.theme_vectors, &world.content,
                              &world.text_view, &world.taste}) {
    for (const Latent& vector : *vectors) AddBytes(vector, &text);
  }
  AddBytes(world.log_popularity, &text);
  AddBytes(world.web_log_popularity, &text);
  return Sha256Hex(text);
}

}  // namespace suite
