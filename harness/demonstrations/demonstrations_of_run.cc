#include "harness/demonstrations/demonstrations_of_run.h"

#include <fcntl.h>
#include <sys/file.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "datasets/miniature/miniature_embedder.h"
#include "datasets/miniature/simulated_teacher.h"
#include "harness/demonstrations/audit.h"
#include "harness/demonstrations/audit_page.h"
#include "harness/demonstrations/sentence_embedder.h"
#include "harness/metrics/metrics_store.h"
#include "harness/provenance/provenance.h"

namespace suite {
namespace {

constexpr int64_t kExamplesOnPage = 8;

// The folder is one process's at a time; the kernel drops the lock with the process.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder) {
    const std::string path = folder + "/.lock";
    descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0 || flock(descriptor_, LOCK_EX) != 0) throw InputError(path, "cannot be locked");
  }
  ~FolderLock() { close(descriptor_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

NamedTexts ProvenanceOf(const RunConfig& config) {
  ProvenanceInputs inputs;
  inputs.libtorch_version = TORCH_VERSION;
  inputs.hdf5_version = Hdf5Version();
  inputs.seeds = {{"data.world_seed", config.data.world_seed}};
  NamedTexts provenance = CollectProvenance(inputs);
  provenance.emplace_back("protocol_version", std::to_string(kProtocolVersion));
  provenance.emplace_back("config", ToToml(config));
  return provenance;
}

const std::shared_ptr<const MiniatureData>& Simulated(const std::shared_ptr<const MiniatureData>& miniature,
                                                      const std::string& key, const std::string& kind) {
  if (!miniature) throw InputError(key, "'" + kind + "' knows the miniature only", "another kind for a real data set");
  return miniature;
}

void WritePages(const DemonstrationSet& set, const DemonstrationData& data,
                const std::vector<Conversation>& conversations, const NamedTexts& facts, const StageFiles& files) {
  const auto path = [&](const std::string& ending) {
    return std::filesystem::path(files.Path(set.key, ending))
        .replace_filename("audit-" + set.key.Hash() + ending)
        .string();
  };
  if (std::filesystem::exists(path(".html"))) return;
  const DemonstrationAudit audit = AuditOf(conversations, data.catalog, set, kExamplesOnPage);
  WriteFileAtomically(path(".json"), AuditJson(audit));
  WriteFileAtomically(path(".html"), AuditPage(audit, facts));
}

}  // namespace

std::unique_ptr<Teacher> MakeTeacher(const TeacherConfig& config,
                                     const std::shared_ptr<const MiniatureData>& miniature) {
  if (config.kind != "simulated") throw UnknownName("teacher.kind", "teacher", config.kind, {"simulated"});
  TeacherQuality quality;
  quality.context = config.context;
  quality.noise = config.noise;
  quality.popularity = config.popularity;
  if (config.out_of_catalog >= 0) quality.out_of_catalog = config.out_of_catalog;
  quality.knowledge = config.knowledge;
  quality.judge_slope = config.judge_slope;
  quality.judge_noise = config.judge_noise;
  return std::make_unique<SimulatedTeacher>(Simulated(miniature, "teacher.kind", config.kind), quality);
}

std::unique_ptr<Embedder> MakeEmbedder(const EmbedderConfig& config,
                                       const std::shared_ptr<const MiniatureData>& miniature) {
  if (config.kind == "minilm") return std::make_unique<SentenceEmbedder>(config.path, config.lock);
  if (config.kind != "miniature") {
    throw UnknownName("embedder.kind", "embedder", config.kind, {"miniature", "minilm"});
  }
  return std::make_unique<MiniatureEmbedder>(Simulated(miniature, "embedder.kind", config.kind));
}

DemonstrationSet DemonstrationsOfRun(const RunConfig& config, const DemonstrationData& data, const std::string& folder,
                                     const PipelineProgress& report) {
  const auto recipe = RecipeOf(config.sft.demonstrations, config.demonstrations.remap, config.demonstrations.reflect,
                               config.demonstrations.adjust);
  SUITE_CHECK(recipe.has_value());
  const StageFiles files(folder, ProvenanceOf(config));
  const FolderLock lock(folder);
  const auto count = std::min(data.train.size(), static_cast<size_t>(config.sft.examples));
  const std::vector<Conversation> conversations(data.train.begin(), data.train.begin() + static_cast<int64_t>(count));
  const std::unique_ptr<Teacher> teacher = MakeTeacher(config.teacher, data.miniature);
  std::unique_ptr<Embedder> embedder;
  if (recipe->remap) embedder = MakeEmbedder(config.embedder, data.miniature);
  DemonstrationSet set = MakeDemonstrations({&conversations, &data.catalog, teacher.get(), embedder.get()},
                                            {*recipe, config.demonstrations, config.data.list_length}, files, report);
  WritePages(set, data, conversations,
             {{"recipe", config.sft.demonstrations},
              {"teacher", teacher->Identity()},
              {"embedder", embedder ? embedder->Identity() : "none"},
              {"file", std::filesystem::path(files.Path(set.key)).filename().string()}},
             files);
  return set;
}

}  // namespace suite
