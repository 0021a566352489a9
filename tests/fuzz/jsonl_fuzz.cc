// Conversations as JSON lines.
#include <cstddef>
#include <cstdint>

#include "datasets/importers/conversation_jsonl.h"
#include "datasets/importers/source_data.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  suite::fuzz::OnlyInputError([&] {
    suite::SourceData source;
    suite::AppendJsonlRows(suite::fuzz::TextOf(data, size), "all.jsonl", "test", &source);
  });
  return 0;
}
