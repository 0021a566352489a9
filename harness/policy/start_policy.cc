#include "harness/policy/start_policy.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/hash.h"
#include "harness/config/content_pin.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

bool Decides(const fs::path& file) {
  const std::string ending = file.extension().string();
  return ending == ".safetensors" || ending == ".json" || ending == ".jinja";
}

std::vector<fs::path> DecidingFiles(const std::string& path) {
  CheckPolicyFolder(path);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_regular_file() && Decides(entry.path())) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::string PolicyContentHash(const std::string& path) {
  std::string listing;
  for (const fs::path& file : DecidingFiles(path)) {
    listing += file.filename().string() + " " + Sha256HexOfFile(file.string()) + "\n";
  }
  return Sha256Hex(listing);
}

Policy LoadStartPolicy(const std::string& path, const std::string& pin) {
  if (!pin.empty()) CheckContentPin("policy.lock", pin, PolicyContentHash(path), path);
  return LoadPolicy(path, at::kFloat);
}

}  // namespace suite
