// The table of objectives in algorithms/README.md, made from objectives.def and the presets themselves.
#pragma once

#include <string>

namespace suite {

// Markdown, one row per line of objectives.def.
std::string IndexTable();

}  // namespace suite
