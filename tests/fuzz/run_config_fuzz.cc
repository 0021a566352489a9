// An experiment in TOML: all profiles read, every run written in a form that reads back to the same run.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "harness/config/experiment.h"
#include "harness/config/run_config.h"
#include "tests/fuzz/hostile_input.h"

namespace {

void ReadTwice(const std::string& path) {
  const suite::RunConfig config = suite::LoadRunConfig({path});
  const std::string written = suite::ToToml(config);
  const suite::fuzz::MemoryFile file(reinterpret_cast<const uint8_t*>(written.data()), written.size());
  SUITE_CHECK_EQ(suite::ConfigHash(suite::LoadRunConfig({file.path()})), suite::ConfigHash(config));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const suite::fuzz::MemoryFile file(data, size);
  suite::fuzz::OnlyInputError([&] { suite::LoadExperiment({file.path()}); });
  suite::fuzz::OnlyInputError([&] { suite::LoadExperiment({file.path(), "smoke", {"seed=3407"}}); });
  suite::fuzz::OnlyInputError([&] { ReadTwice(file.path()); });
  return 0;
}
