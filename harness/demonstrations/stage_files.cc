#include "harness/demonstrations/stage_files.h"

#include <filesystem>

#include "base/hash.h"
#include "base/paths.h"
#include "datasets/core/item.h"

namespace suite {
namespace {

// Length first, so that no two lists of texts run together alike.
void AddText(const std::string& text, std::string* all) { *all += std::to_string(text.size()) + ":" + text; }

}  // namespace

std::string StageKey::Hash() const {
  std::string all;
  AddText(stage, &all);
  for (const auto& [name, text] : depends_on) {
    AddText(name, &all);
    AddText(text, &all);
  }
  return Sha256Hex(all).substr(0, 12);
}

StageFiles::StageFiles(std::string folder, NamedTexts provenance)
    : folder_(std::move(folder)), provenance_(std::move(provenance)) {
  MakeFolder(folder_);
}

std::string StageFiles::Path(const StageKey& key, const std::string& ending) const {
  return folder_ + "/" + key.stage + "-" + key.Hash() + ending;
}

std::optional<Artifact> StageFiles::Load(const StageKey& key) const {
  const std::string path = Path(key);
  if (!std::filesystem::exists(path)) return std::nullopt;
  return ReadArtifact(path);
}

void StageFiles::Save(const StageKey& key, Artifact artifact) const {
  NamedTexts texts = {{"stage", key.stage}};
  for (const auto& [name, text] : key.depends_on) texts.emplace_back("depends_on/" + name, text);
  for (const auto& [name, text] : artifact.texts) texts.emplace_back(name, text);
  if (usage_) {
    for (const auto& [name, text] : usage_()) texts.emplace_back("usage/" + name, text);
  }
  for (const auto& [name, text] : provenance_) texts.emplace_back("provenance/" + name, text);
  artifact.texts = std::move(texts);
  WriteArtifact(artifact, Path(key));
}

std::string ConversationsDigest(const std::vector<Conversation>& conversations) {
  std::string all;
  for (const Conversation& conversation : conversations) {
    AddText(conversation.id, &all);
    for (const Turn& turn : conversation.turns) {
      AddText(turn.role, &all);
      AddText(turn.text, &all);
    }
    AddText(FormatList(conversation.liked), &all);
    for (const std::string& title : conversation.seen_titles) AddText(title, &all);
    all += "\n";
  }
  return Sha256Hex(all);
}

std::string GroundTruthDigest(const std::vector<Conversation>& conversations) {
  std::string all;
  for (const Conversation& conversation : conversations) {
    for (const GroundTruth& truth : conversation.ground_truth) {
      AddText(truth.title, &all);
      AddText(truth.year ? std::to_string(*truth.year) : "", &all);
    }
    all += "\n";
  }
  return Sha256Hex(all);
}

std::string CatalogDigest(const Catalog& catalog) { return Sha256Hex(FormatList(catalog.items())); }

}  // namespace suite
