// Answers of a server on disk, by request: what was paid for is never asked twice.
//
//   AnswerCache cache("results/teacher_answers");
//   const CachedRequest request = MakeCachedRequest("/v1/chat/completions", body, 0);
//   if (auto answer = cache.Find(request)) return *answer;
//   cache.Store(request, answer);                                   // on disk when this returns
//
// One file for each answer, <folder>/<first two digits>/<hash>.json:
//
//   {"format": 1, "path": ..., "attempt": ..., "request": ..., "response": ..., "response_sha256": ...}
//
// The hash is SHA-256 of the canonical JSON (sorted keys, no white space) of path, attempt and request; host, key and
// time are in neither. A file appears whole or not at all (base/files.h), so a kill at any byte loses at most the
// answer being written (and may leave a *.tmp file, which nothing reads), and several processes may share a folder: the
// last to write the same answer wins. A file whose contents do not agree with its name or its checksum counts as
// damaged and not there.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace suite {

struct CachedRequest {
  std::string path;     // of the URL: "/v1/chat/completions"
  int64_t attempt = 0;  // 1, 2, ... when an answer in the wrong form is asked for again
  nlohmann::json body;
  std::string hash;  // of the three above
};

CachedRequest MakeCachedRequest(const std::string& path, nlohmann::json body, int64_t attempt);

class AnswerCache {
 public:
  // Makes the folder when it is not there. Throws InputError when it cannot be made.
  explicit AnswerCache(std::string folder);

  std::optional<nlohmann::json> Find(const CachedRequest& request);
  // Throws InputError when the file cannot be written.
  void Store(const CachedRequest& request, const nlohmann::json& response);

  // Files that Find had to pass over.
  int64_t damaged() const { return damaged_; }

 private:
  std::string PathOf(const CachedRequest& request) const;

  std::string folder_;
  int64_t damaged_ = 0;
};

}  // namespace suite
