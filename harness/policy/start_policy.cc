#include "harness/policy/start_policy.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "harness/config/content_pin.h"

namespace suite {
namespace {

namespace fs = std::filesystem;

constexpr char kWhatIsInIt[] =
    "a Hugging Face model folder: config.json, tokenizer.json, and model.safetensors or its shards with their index";

bool Decides(const fs::path& file) {
  const std::string ending = file.extension().string();
  return ending == ".safetensors" || ending == ".json" || ending == ".jinja";
}

std::vector<fs::path> DecidingFiles(const std::string& path) {
  CheckPolicyFolder(path);
  std::vector<fs::path> files;
  bool has_weights = false;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_regular_file() || !Decides(entry.path())) continue;
    files.push_back(entry.path());
    has_weights |= entry.path().extension() == ".safetensors";
  }
  for (const char* name : {"config.json", "tokenizer.json"}) {
    if (!fs::exists(fs::path(path) / name)) throw InputError(path, std::string("has no ") + name, kWhatIsInIt);
  }
  if (!has_weights) throw InputError(path, "has no weights", kWhatIsInIt);
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
