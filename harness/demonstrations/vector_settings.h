// The file of vectors that a config's embedder section names, and what its datasets are called.
//
//   VectorFile embedder(VectorSettingsOf(config.embedder));
#pragma once

#include "datasets/teachers/vector_file.h"
#include "harness/config/run_config.h"

namespace suite {

VectorFileSettings VectorSettingsOf(const EmbedderConfig& config);

}  // namespace suite
