// A pickle that should be a list of films: a program for a small stack machine, of which little is allowed.
#include <cstddef>
#include <cstdint>

#include "datasets/importers/python_pickle.h"
#include "tests/fuzz/hostile_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  suite::fuzz::OnlyInputError([&] { suite::ReadPickledItems(suite::fuzz::TextOf(data, size), "catalog.pkl"); });
  return 0;
}
