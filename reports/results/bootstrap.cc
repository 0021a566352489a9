#include "reports/results/bootstrap.h"

#include <set>

namespace suite {
namespace {

// The context of each conversation of the split: the spec's, else what a store records, else the conversation itself.
// Names of the three kinds cannot meet.
std::vector<std::string> ContextsOf(const ReportSpec& spec, const std::vector<const ReportRun*>& done) {
  const ScoreTable* table = &FindScores(done[0]->record, spec.split);
  for (const ReportRun* run : done) {
    if (!FindScores(run->record, spec.split).context_ids.empty()) table = &FindScores(run->record, spec.split);
  }
  std::vector<std::string> contexts;
  for (size_t c = 0; c < table->conversation_ids.size(); ++c) {
    const std::string& id = table->conversation_ids[c];
    const auto given = spec.contexts.find(id);
    if (given != spec.contexts.end()) {
      contexts.push_back("given " + given->second);
    } else if (!table->context_ids.empty() && !table->context_ids[c].empty()) {
      contexts.push_back("recorded " + table->context_ids[c]);
    } else {
      contexts.push_back("own " + id);
    }
  }
  return contexts;
}

std::vector<double> MeanOverSeeds(const ScoreMatrix& scores_SC) {
  std::vector<double> mean_C(scores_SC[0].size(), 0.0);
  for (const std::vector<double>& scores_C : scores_SC) {
    for (size_t c = 0; c < mean_C.size(); ++c) mean_C[c] += scores_C[c] / static_cast<double>(scores_SC.size());
  }
  return mean_C;
}

}  // namespace

ReportBootstrap::ReportBootstrap(const ReportSpec& spec, const RunSet& set) : spec_(spec) {
  const std::vector<const ReportRun*> done = AllDone(set);
  if (done.empty()) return;
  contexts_C_ = ClusterIndices(ContextsOf(spec, done));
  if (contexts_C_.empty()) return;
  draws_.emplace(contexts_C_, spec.resamples, spec.bootstrap_seed, "report/" + spec.split);
}

ClusteredError ReportBootstrap::ErrorOfMean(const ScoreMatrix& scores_SC) const {
  return ClusteredErrorOfMean(MeanOverSeeds(scores_SC), contexts_C_);
}

ClusteredError ReportBootstrap::ErrorOfDifference(const PairedScores& scores) const {
  return ClusteredErrorOfDifference(MeanOverSeeds(scores.left_SC), MeanOverSeeds(scores.right_SC), contexts_C_);
}

std::vector<std::string> HashesOf(const std::vector<const ReportRun*>& runs) {
  std::vector<std::string> hashes;
  for (const ReportRun* run : runs) hashes.push_back(run->record.run_name);
  return hashes;
}

std::vector<std::string> HashesOf(const PairedRuns& runs) {
  std::set<std::string> hashes;
  for (const auto* side : {&runs.left, &runs.right}) {
    for (const ReportRun* run : side->runs) hashes.insert(run->record.run_name);
  }
  return {hashes.begin(), hashes.end()};
}

std::vector<double> SeedDifferences(const PairedScores& scores) {
  return Differences(RowMeans(scores.left_SC), RowMeans(scores.right_SC));
}

}  // namespace suite
