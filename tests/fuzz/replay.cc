// The main function of a fuzz target without libFuzzer: gives it every file of the folders named, once, in the order of
// their names. So the corpus is a test of the ordinary build.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    std::ifstream in(path, std::ios::binary);  // as it is: some stand for what the suite refuses to open
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    std::cerr << path << " (" << bytes.size() << " bytes)" << std::endl;  // the last line before a crash is its cause
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  }
  std::cerr << paths.size() << " files replayed" << std::endl;
  return paths.empty() ? 1 : 0;
}
