#include "datasets/teachers/answer_cache.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "base/json/checked_json.h"
#include "base/paths.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

// nlohmann keeps an object's keys sorted, and writes a number as the shortest text that reads back as the same.
std::string Canonical(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string HashOf(const std::string& path, int64_t attempt, const json& body) {
  return Sha256Hex(Canonical({{"path", path}, {"attempt", attempt}, {"request", body}}));
}

// The response in a cache file, unless file, name and checksum disagree.
std::optional<json> ResponseOf(const std::string& bytes, const std::string& hash) {
  const json file = TryParseJson(bytes);
  if (!file.is_object() || file.value("format", json()) != kFormat) return std::nullopt;
  for (const char* key : {"path", "attempt", "request", "response", "response_sha256"}) {
    if (!file.contains(key)) return std::nullopt;
  }
  if (!file["path"].is_string() || !file["attempt"].is_number_integer()) return std::nullopt;
  if (HashOf(file["path"], file["attempt"], file["request"]) != hash) return std::nullopt;
  if (file["response_sha256"] != Sha256Hex(Canonical(file["response"]))) return std::nullopt;
  return file["response"];
}

}  // namespace

CachedRequest MakeCachedRequest(const std::string& path, json body, int64_t attempt) {
  CachedRequest request{path, attempt, std::move(body), ""};
  request.hash = HashOf(request.path, request.attempt, request.body);
  return request;
}

AnswerCache::AnswerCache(std::string folder) : folder_(std::move(folder)) { MakeFolder(folder_); }

std::string AnswerCache::PathOf(const CachedRequest& request) const {
  return folder_ + "/" + request.hash.substr(0, 2) + "/" + request.hash + ".json";
}

std::optional<json> AnswerCache::Find(const CachedRequest& request) {
  const std::string path = PathOf(request);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  auto response = ResponseOf(ReadFile(path), request.hash);
  if (!response) ++damaged_;
  return response;
}

void AnswerCache::Store(const CachedRequest& request, const json& response) {
  const std::string path = PathOf(request);
  MakeFolder(std::filesystem::path(path).parent_path().string());
  const json file = {{"format", kFormat},          {"path", request.path},
                     {"attempt", request.attempt}, {"request", request.body},
                     {"response", response},       {"response_sha256", Sha256Hex(Canonical(response))}};
  WriteFileAtomically(path, Canonical(file) + "\n");
}

}  // namespace suite
