// A config.json and a generation_config.json: what is taken is written in a form that reads back to itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "models/checkpoints/generation_config.h"
#include "models/llama/config.h"
#include "tests/fuzz/hostile_input.h"

namespace {

template <typename Read, typename Write>
void ReadTwice(const std::string& text, const Read& read, const Write& write) {
  suite::fuzz::OnlyInputError([&] {
    const std::string written = write(read(text, "read"));
    SUITE_CHECK_EQ(write(read(written, "written")), written);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = suite::fuzz::TextOf(data, size);
  ReadTwice(text, suite::LlamaConfigFromJson, [](const auto& config) { return suite::LlamaConfigToJson(config); });
  ReadTwice(text, suite::GenerationConfigFromJson, suite::GenerationConfigToJson);
  return 0;
}
