// The teacher and the embedder that a run's config names, with all that they cost.
//
//   TeacherOfRun teacher(config, data, "results/cache/demonstrations", where_to_tell);
//   teacher.get()->Recommend(...)
//   teacher.usage()                 // "asked 12 (retries: 3), from cache 988, ..."; empty where nothing is paid for
//
// Answers of endpoints are kept in the folder's `answers` and `vectors` (datasets/teachers/answer_cache.h). Keys are
// taken from the environment variable that the config names, and written nowhere.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/miniature/miniature.h"
#include "datasets/teachers/embedder.h"
#include "datasets/teachers/endpoint.h"
#include "datasets/teachers/failure_report.h"
#include "datasets/teachers/teacher.h"
#include "harness/config/run_config.h"

namespace suite {

struct DemonstrationData {
  const std::vector<Conversation>& train;
  const Catalog& catalog;
  std::shared_ptr<const MiniatureData> miniature;  // null unless simulated
  // What each user or dialogue of the training split named, as catalogue ids: what teacher.kind neighbours counts.
  const std::vector<std::vector<int>>& sequences;
  const std::map<std::string, size_t>& sequence_of;  // conversation id -> which of them it belongs to
};

// What an endpoint tells after each question that is done.
using TellEndpoint = std::function<void(const EndpointProgress&)>;

class TeacherOfRun {
 public:
  // Throws InputError for settings, keys or files that cannot be used, naming teacher.KEY or teacher_endpoint.KEY.
  TeacherOfRun(const RunConfig& config, const DemonstrationData& data, const std::string& folder,
               const TellEndpoint& tell);

  // Records what it answers where teacher.record says so.
  Teacher* get() { return recording_ ? recording_.get() : teacher_.get(); }
  std::string usage() const { return usage_ ? usage_() : ""; }
  // What an endpoint failed on so far, also where none of it was an answer; empty for other teachers.
  FailureReport failures() const { return failures_ ? failures_() : FailureReport(); }

 private:
  std::unique_ptr<Teacher> teacher_, recording_;
  std::function<std::string()> usage_;
  std::function<FailureReport()> failures_;
};

class EmbedderOfRun {
 public:
  // Throws InputError likewise, naming embedder.KEY or embedder_endpoint.KEY.
  EmbedderOfRun(const RunConfig& config, const DemonstrationData& data, const std::string& folder,
                const TellEndpoint& tell);

  Embedder* get() { return embedder_.get(); }
  std::string usage() const { return usage_ ? usage_() : ""; }

 private:
  std::unique_ptr<Embedder> embedder_;
  std::function<std::string()> usage_;
};

// SHA-256 of what lies at teacher.path and embedder.path: what their locks name. Not for an empty path.
std::string TeacherContentHash(const TeacherConfig& config);
std::string EmbedderContentHash(const EmbedderConfig& config);

}  // namespace suite
