#include "reports/results/contexts.h"

#include "reports/statistics/clustered_error.h"

namespace suite {
namespace {

// The context of each conversation of the split: the spec's, else what a store records, else the conversation itself.
// Names of the three kinds cannot meet.
std::vector<std::string> NamesOf(const ReportSpec& spec, const std::vector<const ReportRun*>& done,
                                 const std::string& split) {
  const ScoreTable* table = &FindScores(done[0]->record, split);
  for (const ReportRun* run : done) {
    if (!FindScores(run->record, split).context_ids.empty()) table = &FindScores(run->record, split);
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

}  // namespace

std::vector<size_t> ContextsOf(const ReportSpec& spec, const RunSet& set, const std::string& split) {
  const std::vector<const ReportRun*> done = AllDone(set);
  if (done.empty()) return {};
  return ClusterIndices(NamesOf(spec, done, split));
}

}  // namespace suite
