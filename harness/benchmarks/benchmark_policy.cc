#include "harness/benchmarks/benchmark_policy.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/random.h"
#include "datasets/core/catalog.h"
#include "harness/data/dataset.h"
#include "harness/policy/catalogue_constraint.h"
#include "harness/provenance/process_meter.h"
#include "models/policy/policy_folder.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {

LlamaWeights BenchmarkPolicy(const std::string& policy, at::ScalarType dtype) {
  if (policy == "tiny") return LlamaWeights::Random(LlamaConfig(), /*seed=*/1, /*std=*/0.05).To(at::kCPU, dtype);
  if (!std::filesystem::is_directory(policy)) {
    throw InputError("--policy", "'" + policy + "' is no folder", "tiny, a Hugging Face folder");
  }
  return LoadPolicy(policy, dtype).weights;
}

std::shared_ptr<const ListConstraint> BenchmarkConstraint(const std::string& kind, const std::string& policy) {
  if (kind != "catalogue" && kind != "catalogue_no_repeats") {
    if (kind == "none") return nullptr;
    throw UnknownName("--constraint", "constraint", kind, {"none", "catalogue", "catalogue_no_repeats"});
  }
  if (policy == "tiny") {
    throw InputError("--constraint", "the policy 'tiny' has no tokenizer",
                     "none, or a Hugging Face folder as --policy");
  }
  constexpr int64_t kListLength = 1000, kNeverReachedEnd = 0;
  const Catalog catalog = Catalog::FromTsv(FindRunfile(kRedditV2CatalogPath));
  const ListConstraintOptions options = {kListLength, kind == "catalogue_no_repeats"};
  return std::make_shared<ListConstraint>(CatalogueLines(catalog), Tokenizer::FromFile(policy + "/tokenizer.json"),
                                          kNeverReachedEnd, options);
}

std::vector<int64_t> RandomPrompt(int64_t prompt, int64_t length, int64_t vocab_size) {
  RandomStream stream(1, "prompt", {static_cast<uint64_t>(prompt)});
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < length; ++i) ids.push_back(stream.UniformInt(vocab_size));
  return ids;
}

int64_t BenchmarkShards(const LlamaConfig& config, int64_t threads) { return config.hidden_size < 256 ? threads : 1; }

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double PeakMegabytes() { return static_cast<double>(PeakMemoryBytes()) / 1e6; }

}  // namespace suite
