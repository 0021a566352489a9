// Runs gnuplot on a script and returns what it drew.
//
//   std::string svg = RunGnuplot("set terminal svg\nplot sin(x)\n", "results/plots/scratch");
#pragma once

#include <string>

namespace suite {

// `scratch` is a path prefix for temporary files, which are removed. Throws InputError when gnuplot is not installed,
// or with its own words when it fails.
std::string RunGnuplot(const std::string& script, const std::string& scratch);

}  // namespace suite
