#include "harness/demonstrations/vector_settings.h"

namespace suite {

VectorFileSettings VectorSettingsOf(const EmbedderConfig& config) {
  VectorFileSettings settings;
  settings.path = config.path;
  settings.item_titles = config.item_titles;
  settings.item_years = config.item_years;
  settings.item_vectors = config.item_vectors;
  settings.conversation_ids = config.conversation_ids;
  settings.conversation_vectors = config.conversation_vectors;
  return settings;
}

}  // namespace suite
