#include "harness/demonstrations/demonstrations_of_run.h"

#include <fcntl.h>
#include <sys/file.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "harness/demonstrations/audit.h"
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

// The pipeline's progress with the endpoints' own between its steps, each with what was asked and paid up to now.
class ToldProgress {
 public:
  explicit ToldProgress(const PipelineProgress& report) : report_(report) {}

  void Tell(int64_t done, int64_t total, const std::string& text, const std::string& usage) {
    done_ = done;
    total_ = total;
    text_ = text;
    report_(done, total, usage.empty() ? text : text + "; " + usage);
  }

  void TellEndpoint(const EndpointProgress& progress) const {
    report_(done_, total_,
            text_ + ", request " + std::to_string(progress.done) + " of " + std::to_string(progress.count) + "; " +
                EndpointUsageText(*progress.usage));
  }

 private:
  const PipelineProgress& report_;
  int64_t done_ = 0, total_ = 0;
  std::string text_;
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

std::string BesideDemonstrations(const DemonstrationSet& set, const StageFiles& files, const std::string& name,
                                 const std::string& ending) {
  return std::filesystem::path(files.Path(set.key, ending))
      .replace_filename(name + "-" + set.key.Hash() + ending)
      .string();
}

std::string WritePages(const DemonstrationSet& set, const DemonstrationData& data,
                       const std::vector<Conversation>& conversations, NamedTexts facts, const StageFiles& files) {
  const std::string page = BesideDemonstrations(set, files, "audit", ".html");
  if (std::filesystem::exists(page)) return page;
  facts.emplace_back("file", std::filesystem::path(files.Path(set.key)).filename().string());
  const DemonstrationAudit audit = AuditOf(conversations, data.catalog, set, kExamplesOnPage);
  WriteFileAtomically(BesideDemonstrations(set, files, "audit", ".json"), AuditJson(audit));
  WriteFileAtomically(page, AuditPage(audit, facts));
  if (!audit.passed_over.empty()) std::cerr << "teacher: not read: " << PassedOverText(audit) << std::endl;
  return page;
}

// The file's name, or nothing when nothing failed.
std::string WriteFailures(const DemonstrationSet& set, const std::vector<Conversation>& conversations,
                          const StageFiles& files) {
  FailureReport failures;
  for (size_t i = 0; i < conversations.size(); ++i) {
    failures.Add(conversations[i].id, set.teacher[i].error.empty() ? "judge" : "recommend", set.errors[i]);
  }
  const std::string path = BesideDemonstrations(set, files, "failures", ".json");
  if (failures.failed().empty()) {
    std::filesystem::remove(path);
    return "";
  }
  WriteFailureReport(failures, path);
  std::cerr << "teacher: " << failures.failed().size() << " of " << conversations.size()
            << " conversations are left out, see " << path << std::endl;
  return path;
}

// A teacher that failed on everything leaves no demonstrations that a report could stand beside.
DemonstrationSet MakeOrReport(const DemonstrationSources& sources, const DemonstrationSettings& settings,
                              const StageFiles& files, const std::string& folder, const TeacherOfRun& teacher,
                              const PipelineProgress& report) {
  try {
    return MakeDemonstrations(sources, settings, files, report);
  } catch (const InputError&) {
    if (teacher.failures().failed().empty()) throw;
    const std::string path = folder + "/failures.json";
    WriteFailureReport(teacher.failures(), path);
    std::cerr << "teacher: " << teacher.failures().failed().size() << " requests failed, see " << path << std::endl;
    throw;
  }
}

NamedTexts WithoutEmpty(NamedTexts texts) {
  texts.erase(std::remove_if(texts.begin(), texts.end(), [](const auto& one) { return one.second.empty(); }),
              texts.end());
  return texts;
}

std::string Joined(const NamedTexts& texts) {
  std::string all;
  for (const auto& [name, text] : texts) all += (all.empty() ? "" : "; ") + name + " " + text;
  return all;
}

}  // namespace

MadeDemonstrations DemonstrationsOfRun(const RunConfig& config, const DemonstrationData& data,
                                       const std::string& folder, const PipelineProgress& report) {
  const auto recipe = RecipeOf(config.sft.demonstrations, config.demonstrations.remap, config.demonstrations.reflect,
                               config.demonstrations.adjust);
  SUITE_CHECK(recipe.has_value());
  StageFiles files(folder, ProvenanceOf(config));
  const FolderLock lock(folder);
  const auto count = std::min(static_cast<int64_t>(data.train.size()), config.sft.examples);
  const std::vector<Conversation> conversations(data.train.begin(), data.train.begin() + count);

  ToldProgress told(report);
  const auto tell_endpoint = [&](const EndpointProgress& progress) { told.TellEndpoint(progress); };
  TeacherOfRun teacher(config, data, folder, tell_endpoint);
  std::optional<EmbedderOfRun> embedder;
  if (recipe->remap) embedder.emplace(config, data, folder, tell_endpoint);
  const auto usage = [&] {
    return WithoutEmpty({{"teacher", teacher.usage()}, {"embedder", embedder ? embedder->usage() : ""}});
  };
  const PipelineProgress tell = [&](int64_t done, int64_t total, const std::string& text) {
    told.Tell(done, total, text, Joined(usage()));
  };
  files.set_usage(usage);

  MadeDemonstrations made;
  made.set = MakeOrReport({&conversations, &data.catalog, teacher.get(), embedder ? embedder->get() : nullptr},
                          {*recipe, config.demonstrations, config.data.list_length}, files, folder, teacher, tell);
  NamedTexts facts = {{"recipe", config.sft.demonstrations},
                      {"teacher", teacher.get()->Identity()},
                      {"embedder", embedder ? embedder->get()->Identity() : "none"}};
  for (const auto& [name, text] : usage()) facts.emplace_back("asked of the " + name, text);
  made.audit_page = WritePages(made.set, data, conversations, facts, files);
  made.failure_report = WriteFailures(made.set, conversations, files);
  tell(count, count, "demonstrations made");
  return made;
}

}  // namespace suite
