#include "harness/run/counted_run.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "algorithms/objective.h"
#include "base/error.h"
#include "datasets/core/item.h"
#include "datasets/neighbours/conversation_items.h"
#include "datasets/neighbours/item_neighbours.h"
#include "harness/metrics/evaluated_lists.h"
#include "harness/rl/evaluator.h"
#include "harness/run/answer_credit.h"
#include "harness/run/options_of_run.h"
#include "harness/run/record_lists.h"

namespace suite {
namespace {

ItemNeighbours CountsOf(const RunConfig& config, const Dataset& dataset) {
  const auto names_items = [](const std::vector<int>& items) { return !items.empty(); };
  if (std::none_of(dataset.training_sequences.begin(), dataset.training_sequences.end(), names_items)) {
    throw InputError("policy.kind",
                     "'" + config.policy.kind + "' has nothing to count: no item of the catalogue is in the training " +
                         "split of data.source " + config.data.source,
                     "a data set with a training split, or policy.kind = language_model");
  }
  return ItemNeighbours(dataset.training_sequences, dataset.catalog.size());
}

// One a conversation.
std::vector<std::string> AnswersOf(const RunConfig& config, const Dataset& dataset, const ItemNeighbours& counts,
                                   const std::vector<Conversation>& conversations) {
  const auto length = static_cast<size_t>(config.data.list_length);
  std::vector<std::string> answers;
  for (const Conversation& one : conversations) {
    const std::set<int> excluded = ExcludedBy(one, dataset.catalog);
    const std::vector<int> ids = config.policy.kind == "popularity"
                                     ? counts.Popular(length, excluded)
                                     : counts.List(HistoryOf(one, dataset.catalog), length, excluded);
    std::vector<Item> list;
    for (const int id : ids) list.push_back(dataset.catalog.item(id));
    answers.push_back(FormatList(list));
  }
  return answers;
}

}  // namespace

void ExecuteCountedRun(const RunConfig& config, const Dataset& dataset, RunRecorder& recorder, PhaseMeter& meter) {
  const ItemNeighbours counts = CountsOf(config, dataset);
  recorder.MakeFolder();
  std::cerr << "counts" << std::endl;
  meter.Enter("evaluation");
  EvaluationOptions options;
  options.list_length = config.data.list_length;
  options.cutoffs = config.eval.k;
  const auto evaluate = [&](const std::vector<Conversation>& conversations) {
    return JudgeAnswers(AnswersOf(config, dataset, counts, conversations), conversations, dataset.catalog, options);
  };
  const Evaluation validation = evaluate(dataset.validation), test = evaluate(dataset.test);
  meter.Enter("saving");
  recorder.Begin({}, RecordLists("test", 0, dataset.test, test.judged, dataset.catalog), {});
  recorder.AppendScores("validation", 0, validation.scores);
  recorder.AppendScores("test", 0, test.scores);
  const ObjectiveConfig objective = MakeObjective(config.objective.preset, OverridesOf(config))->config();
  const CreditRules rules = {dataset.catalog, TaskOptionsOf(config, objective).judge, objective};
  std::vector<std::string> kept = test.answers;
  kept.resize(std::min(static_cast<size_t>(config.eval.kept_answers), kept.size()));
  recorder.Finish(meter.Summary(), CreditAnswers(dataset.test, kept, rules), CreditKind(objective), EvaluatedLists());
}

}  // namespace suite
