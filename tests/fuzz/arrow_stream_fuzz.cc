// A table of Reddit-v2: an Arrow IPC stream, then its rows as samples or demonstrations.
#include <cstddef>
#include <cstdint>
#include <string>

#include "datasets/importers/reddit_v2.h"
#include "datasets/importers/source_data.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes = suite::fuzz::TextOf(data, size);
  suite::SourceData source;
  suite::fuzz::OnlyInputError([&] { suite::AppendRedditRows(bytes, "data.arrow", "train", &source); });
  return 0;
}
