#include "harness/rl/conversation_task.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <map>
#include <set>

#include "algorithms/returns.h"
#include "harness/policy/catalogue_constraint.h"
#include "harness/sft/language_model_trainer.h"

namespace suite {
namespace {

// Counts of verdicts over all ranks that were given.
class VerdictCounts {
 public:
  void Add(const JudgedList& judged) {
    for (const JudgedRank& rank : judged.ranks) {
      ++given_;
      repeated_ += rank.repeated;
      in_catalog_ += rank.item.has_value() && rank.reason == OutOfCatalogReason::kInCatalog;
      ++by_reason_[rank.item ? std::string("out_of_catalog/") + std::string(OutOfCatalogReasonName(rank.reason))
                             : std::string("unparsed")];
    }
  }

  void Record(StepRecord& series) const {
    const double given = given_ > 0 ? given_ : 1;
    series["in_catalog_ratio"] = {in_catalog_ / given};
    series["duplicate_share"] = {repeated_ / given};
    for (const char* name :
         {"out_of_catalog/unknown_title", "out_of_catalog/wrong_year", "out_of_catalog/other_spelling", "unparsed"}) {
      const auto found = by_reason_.find(name);
      series[name] = {found == by_reason_.end() ? 0.0 : found->second / given};
    }
  }

 private:
  double given_ = 0, repeated_ = 0, in_catalog_ = 0;
  std::map<std::string, double> by_reason_;
};

void SetParts(const JudgedList& judged, int64_t row, RewardParts& parts) {
  for (size_t k = 0; k < judged.ranks.size(); ++k) {
    const JudgedRank& rank = judged.ranks[k];
    const auto set = [&](const at::Tensor& part) { part[row][static_cast<int64_t>(k)] = 1.0; };
    if (rank.repeated) set(parts.duplicate_BN);
    if (rank.verdict == RankVerdict::kOutOfCatalog) set(parts.out_of_catalog_BN);
    if (rank.verdict == RankVerdict::kUnparsed) set(parts.format_BN);
  }
}

std::vector<double> ToVector(const at::Tensor& values) {
  const at::Tensor wide = values.to(at::kDouble).contiguous();
  return {wide.const_data_ptr<double>(), wide.const_data_ptr<double>() + wide.numel()};
}

}  // namespace

JudgedRollouts JudgedTensors(const std::vector<JudgedList>& judged) {
  const int64_t rows = static_cast<int64_t>(judged.size()), ranks = judged.at(0).list_length;
  std::vector<float> relevance;
  for (const JudgedList& list : judged) {
    const std::vector<float> row = Relevance(list);
    relevance.insert(relevance.end(), row.begin(), row.end());
  }
  JudgedRollouts result;
  result.relevance_BN = at::tensor(relevance).view({rows, ranks});
  for (at::Tensor* part : {&result.parts.duplicate_BN, &result.parts.out_of_catalog_BN, &result.parts.format_BN}) {
    *part = at::zeros({rows, ranks}, at::kFloat);
  }
  for (int64_t row = 0; row < rows; ++row) SetParts(judged[static_cast<size_t>(row)], row, result.parts);
  return result;
}

ConversationTask::ConversationTask(const std::vector<Conversation>& conversations, const Catalog& catalog,
                                   const Tokenizer& tokenizer, const PromptBuilder& prompt,
                                   ConversationTaskOptions options)
    : conversations_(conversations), catalog_(catalog), tokenizer_(tokenizer), prompt_(prompt), options_(options) {}

std::vector<int64_t> ConversationTask::Conversations(int64_t step) const {
  const int64_t count = static_cast<int64_t>(conversations_.size());
  std::vector<int64_t> chosen;
  for (int64_t i = step * options_.prompts_per_step; i < (step + 1) * options_.prompts_per_step; ++i) {
    if (i / count != epoch_) {
      epoch_ = i / count;
      order_ = EpochOrder(options_.seed, "rl", epoch_, conversations_.size());
    }
    chosen.push_back(static_cast<int64_t>(order_[static_cast<size_t>(i % count)]));
  }
  return chosen;
}

std::vector<int64_t> ConversationTask::PromptIds(int64_t conversation) const {
  return prompt_.Ids(conversations_[static_cast<size_t>(conversation)]);
}

std::vector<int64_t> ConversationTask::ClosedLines(int64_t conversation) const {
  if (!options_.close_seen) return {};
  return SeenLines(catalog_, conversations_[static_cast<size_t>(conversation)]);
}

JudgedRollouts ConversationTask::Judge(const std::vector<int64_t>& conversations,
                                       const std::vector<RolloutGroup>& groups) const {
  std::vector<JudgedList> judged;
  VerdictCounts counts;
  double distinct = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    const Conversation& conversation = conversations_[static_cast<size_t>(conversations[i])];
    std::set<Item> of_group;
    for (const Rollout& rollout : groups[i]) {
      const std::string text = tokenizer_.Decode(rollout.ids, /*skip_special_tokens=*/true);
      judged.push_back(
          JudgeAnswer(text, conversation.ground_truth, conversation.seen_titles, catalog_, options_.judge));
      counts.Add(judged.back());
      for (const JudgedRank& rank : judged.back().ranks) {
        if (rank.item) of_group.insert(*rank.item);
      }
    }
    distinct += static_cast<double>(of_group.size());
  }
  JudgedRollouts result = JudgedTensors(judged);
  counts.Record(result.series);
  result.series["distinct_items_in_group"] = {distinct / static_cast<double>(groups.size())};
  result.series["reward_by_rank"] = ToVector(result.relevance_BN.mean(0));
  result.series["reward"] = ToVector(SequenceReturn(result.relevance_BN.to(at::kDouble)).mean(0, true));
  return result;
}

}  // namespace suite
