#include "harness/dataset.h"

#include <filesystem>

#include "base/error.h"
#include "base/hash.h"

namespace suite {
namespace {

std::vector<Conversation> Plain(const std::vector<SimulatedConversation>& simulated) {
  std::vector<Conversation> conversations;
  for (const SimulatedConversation& one : simulated) conversations.push_back(one.conversation);
  return conversations;
}

void AddText(const std::vector<Conversation>& conversations, std::string& text) {
  for (const Conversation& conversation : conversations) {
    text += conversation.id + "\n";
    for (const Turn& turn : conversation.turns) text += turn.role + "\t" + turn.text + "\n";
    for (const std::string& title : conversation.seen_titles) text += "seen\t" + title + "\n";
    for (const GroundTruth& truth : conversation.ground_truth) {
      text += "truth\t" + truth.title + "\t" + (truth.year ? std::to_string(*truth.year) : "") + "\n";
    }
  }
}

std::string HashOf(const Dataset& dataset) {
  std::string text = FormatList(dataset.catalog.items()) + "\n";
  AddText(dataset.train, text);
  AddText(dataset.validation, text);
  AddText(dataset.test, text);
  return Sha256Hex(text);
}

}  // namespace

std::string FindRunfile(const std::string& path) {
  namespace fs = std::filesystem;
  if (fs::exists(path)) return path;
  const std::string beside = fs::read_symlink("/proc/self/exe").string() + ".runfiles/rank_grpo_suite/" + path;
  if (fs::exists(beside)) return beside;
  throw InputError(path, "is neither in the current folder nor in " + beside, "programs started by bazel run");
}

Dataset LoadDataset(const DataConfig& config) {
  MiniatureConfig world;
  world.seed = static_cast<uint64_t>(config.world_seed);
  world.n_catalog = static_cast<int>(config.catalog_items);
  world.n_out_of_catalog = static_cast<int>(config.out_of_catalog_items);
  world.list_length = static_cast<int>(config.list_length);
  world.n_train = static_cast<int>(config.train);
  world.n_validation = static_cast<int>(config.validation);
  world.n_test = static_cast<int>(config.test);
  auto miniature =
      std::make_shared<MiniatureData>(BuildMiniature(world, Catalog::FromTsv(FindRunfile(kRedditV2CatalogPath))));
  Dataset dataset = {miniature->world.catalog,
                     Plain(miniature->splits.train),
                     Plain(miniature->splits.validation),
                     Plain(miniature->splits.test),
                     "",
                     miniature};
  dataset.hash = HashOf(dataset);
  return dataset;
}

}  // namespace suite
