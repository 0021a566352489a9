// A weights file: the header, and every byte of every tensor that it describes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "models/checkpoints/safetensors.h"
#include "tests/fuzz/hostile_input.h"

namespace {

// Reads each byte, so that one outside the mapping is noticed.
void Touch(const at::Tensor& tensor) {
  const auto* bytes = static_cast<const volatile char*>(tensor.const_data_ptr());
  for (size_t i = 0; i < tensor.nbytes(); ++i) static_cast<void>(bytes[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const suite::fuzz::MemoryFile file(data, size);
  suite::fuzz::OnlyInputError([&] {
    const suite::SafetensorsFile opened(file.path());
    for (const std::string& name : opened.names()) Touch(opened.Load(name));
  });
  return 0;
}
