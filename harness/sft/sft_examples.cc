#include "harness/sft/sft_examples.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace suite {
namespace {

struct PromptAndAnswer {
  std::string id;
  std::vector<Turn> turns;
  std::string answer;
};

std::vector<PromptAndAnswer> FromSource(const Dataset& dataset) {
  std::vector<PromptAndAnswer> examples;
  for (const Demonstration& one : dataset.demonstrations) {
    if (one.split == "train") examples.push_back({one.id, one.prompt, one.answer});
  }
  return examples;
}

std::vector<PromptAndAnswer> FromGroundTruth(const Dataset& dataset) {
  std::vector<PromptAndAnswer> examples;
  for (const Conversation& conversation : dataset.train) {
    const std::vector<Item> items = ItemsWithYear(conversation);
    if (!items.empty()) examples.push_back({conversation.id, conversation.turns, FormatList(items)});
  }
  return examples;
}

std::vector<PromptAndAnswer> FromTeacher(const Dataset& dataset, const std::vector<std::vector<Item>>& lists) {
  SUITE_CHECK_LE(lists.size(), dataset.train.size());
  std::vector<PromptAndAnswer> examples;
  for (size_t i = 0; i < lists.size(); ++i) {
    const Conversation& conversation = dataset.train[i];
    if (!lists[i].empty()) examples.push_back({conversation.id, conversation.turns, FormatList(lists[i])});
  }
  return examples;
}

std::vector<PromptAndAnswer> Demonstrations(const RunConfig& config, const Dataset& dataset,
                                            const std::vector<std::vector<Item>>& teacher_lists) {
  if (config.sft.demonstrations == "source") return FromSource(dataset);
  if (config.sft.demonstrations == "ground_truth") return FromGroundTruth(dataset);
  return FromTeacher(dataset, teacher_lists);
}

// `has_asked_length`: the answer has as many films as data.list_length says.
void CheckRoom(const PromptBuilder& prompt, const PromptAndAnswer& one, bool has_asked_length) {
  const auto tokens = static_cast<int64_t>(prompt.AnswerIds(one.answer).size());
  if (prompt.HasRoomFor(tokens)) return;
  throw InputError("demonstration '" + one.id + "'",
                   "its answer takes " + std::to_string(tokens) +
                       " tokens, which leave no position for a prompt (max_position_embeddings of the policy is " +
                       std::to_string(prompt.positions()) + ")",
                   "answers of at most " + std::to_string(prompt.positions()) + " tokens" +
                       (has_asked_length ? ", by a smaller data.list_length" : "") + "; or a policy of more positions");
}

}  // namespace

std::vector<Item> ItemsWithYear(const Conversation& conversation) {
  std::vector<Item> items;
  for (const GroundTruth& truth : conversation.ground_truth) {
    if (truth.year) items.push_back({truth.title, *truth.year});
  }
  return items;
}

ScoredSequence SftExample(const PromptBuilder& prompt, const std::vector<Turn>& turns, const std::string& answer,
                          bool completion_only) {
  Conversation conversation;
  conversation.turns = turns;
  const std::vector<int64_t> answer_ids = prompt.AnswerIds(answer);
  ScoredSequence sequence;
  sequence.ids = prompt.IdsBefore(conversation, static_cast<int64_t>(answer_ids.size()));
  sequence.score_from = completion_only ? static_cast<int64_t>(sequence.ids.size()) : 1;
  sequence.ids.insert(sequence.ids.end(), answer_ids.begin(), answer_ids.end());
  return sequence;
}

std::vector<ScoredSequence> SftExamples(const RunConfig& config, const Dataset& dataset, const PromptBuilder& prompt,
                                        const std::vector<std::vector<Item>>& teacher_lists) {
  std::vector<PromptAndAnswer> demonstrations = Demonstrations(config, dataset, teacher_lists);
  if (demonstrations.empty()) {
    throw InputError("sft.demonstrations",
                     "data.source " + config.data.source + " has nothing for '" + config.sft.demonstrations +
                         "' in its training split",
                     "another kind of demonstration, or data.split_rule = \"by_dialogue\" to make a training split");
  }
  demonstrations.resize(std::min(demonstrations.size(), static_cast<size_t>(config.sft.examples)));
  const bool has_asked_length = config.sft.demonstrations != "source" && config.sft.demonstrations != "ground_truth";
  std::vector<ScoredSequence> sequences;
  for (const PromptAndAnswer& one : demonstrations) {
    CheckRoom(prompt, one, has_asked_length);
    sequences.push_back(SftExample(prompt, one.turns, one.answer, config.sft.completion_only));
  }
  return sequences;
}

}  // namespace suite
