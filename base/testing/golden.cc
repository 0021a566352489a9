#include "base/testing/golden.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/files.h"

namespace suite {
namespace {

// Folders to look in, in order.
std::vector<std::string> GoldenFolders() {
  const std::string golden = EnvironmentVariable("SUITE_GOLDEN_DIR"), shared = EnvironmentVariable("SUITE_SHARED_DIR");
  if (!golden.empty()) return {golden};
  std::vector<std::string> folders = {"tests/golden"};
  if (!shared.empty()) folders.push_back(shared + "/golden");
  return folders;
}

}  // namespace

std::string EnvironmentVariable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<std::string> FindGolden(const std::string& name) {
  for (const std::string& folder : GoldenFolders()) {
    if (std::filesystem::exists(folder + "/" + name)) return folder + "/" + name;
  }
  return std::nullopt;
}

std::optional<nlohmann::json> ReadGolden(const std::string& name) {
  const std::optional<std::string> path = FindGolden(name);
  if (!path) return std::nullopt;
  return nlohmann::json::parse(ReadFile(*path));
}

std::string MissingGolden(const std::string& name) {
  std::string message = "no golden file " + name + " in";
  for (const std::string& folder : GoldenFolders()) message += " " + folder;
  return message;
}

}  // namespace suite
