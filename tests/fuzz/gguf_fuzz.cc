// A GGUF file: its directory, every tensor widened, and the whole policy with config and tokenizer.
#include <cstddef>
#include <cstdint>

#include "models/checkpoints/gguf.h"
#include "models/policy/gguf_policy.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const suite::fuzz::MemoryFile file(data, size);
  suite::fuzz::OnlyInputError([&] {
    const suite::GgufFile opened(file.path());
    for (const auto& [name, tensor] : opened.tensors()) opened.Load(name);
  });
  suite::fuzz::OnlyInputError([&] { suite::LoadGgufPolicy(file.path(), at::kFloat); });
  return 0;
}
