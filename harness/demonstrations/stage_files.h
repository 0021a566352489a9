// The pipeline's stages on disk: each result is a file named after a hash of exactly what it depends on, so that a
// changed setting redoes the stages behind it and nothing before.
//
//   StageFiles files("results/cache/demonstrations", provenance);
//   StageKey key{"adjust", {{"scores", remap_hash}, {"l2", "0.01"}}};
//   std::optional<Artifact> fitted = files.Load(key);          // adjust-<12 hex digits>.h5, when it is there
//   files.Save(key, artifact);                                 // with what it depends on and the provenance in it
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "harness/demonstrations/artifact.h"
#include "harness/metrics/run_record.h"

namespace suite {

struct StageKey {
  std::string stage;
  NamedTexts depends_on;

  // 12 hexadecimal digits of the SHA-256 of stage, names and texts.
  std::string Hash() const;
};

class StageFiles {
 public:
  // Makes the folder. Throws InputError when it cannot.
  StageFiles(std::string folder, NamedTexts provenance);

  std::string Path(const StageKey& key, const std::string& ending = ".h5") const;
  // Throws InputError for a damaged file: delete it to have it made again.
  std::optional<Artifact> Load(const StageKey& key) const;
  void Save(const StageKey& key, Artifact artifact) const;

  // What asking has cost up to now, put into each file that is saved from here on.
  void set_usage(std::function<NamedTexts()> usage) { usage_ = std::move(usage); }

 private:
  std::string folder_;
  NamedTexts provenance_;
  std::function<NamedTexts()> usage_;
};

// SHA-256 over what a teacher or an embedder sees of conversations (ids, turns, liked items, seen titles), over what
// they went on to like, and over a catalogue.
std::string ConversationsDigest(const std::vector<Conversation>& conversations);
std::string GroundTruthDigest(const std::vector<Conversation>& conversations);
std::string CatalogDigest(const Catalog& catalog);

}  // namespace suite
