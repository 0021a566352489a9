#include "datasets/teachers/api_key.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace suite {
namespace {

constexpr size_t kShortestSecret = 8;

bool IsVariableName(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), fits);
}

void ReplaceAll(std::string* text, const std::string& from, const std::string& to) {
  for (size_t at = text->find(from); at != std::string::npos; at = text->find(from, at + to.size())) {
    text->replace(at, from.size(), to);
  }
}

}  // namespace

ApiKey ApiKey::FromEnvironment(const std::string& variable, const std::string& where) {
  if (variable.empty()) return ApiKey();
  if (!IsVariableName(variable)) {
    throw InputError(where, "is not the name of an environment variable (not shown: it may be a key)",
                     "a name in capitals, such as OPENAI_API_KEY, or empty for no key");
  }
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') {
    throw InputError(where, "the environment variable " + variable + " is not set",
                     "set it to the key, or leave key_variable empty for a server that wants none");
  }
  ApiKey key;
  key.key_ = value;
  const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
  if (!std::all_of(key.key_.begin(), key.key_.end(), printable)) {
    throw InputError(where, "the environment variable " + variable + " holds white space or other characters",
                     "printable ASCII characters");
  }
  return key;
}

std::string ApiKey::Scrub(std::string text) const {
  if (key_.size() < kShortestSecret) return text;
  const std::string quoted = nlohmann::json(key_).dump();
  std::string escaped = quoted.substr(1, quoted.size() - 2);
  ReplaceAll(&text, key_, "[key]");
  ReplaceAll(&text, escaped, "[key]");
  ReplaceAll(&escaped, "/", "\\/");
  ReplaceAll(&text, escaped, "[key]");
  return text;
}

}  // namespace suite
