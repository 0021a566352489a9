#include "harness/run/answer_credit.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "algorithms/objective_fields.h"
#include "algorithms/returns.h"
#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "harness/rl/conversation_task.h"

namespace suite {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNoUpdate = std::numeric_limits<double>::quiet_NaN();

// The value of a row at a rank; at unit sequence the row's one value.
double ValueAt(const at::Tensor& value_BN, int64_t row, int64_t rank) {
  const at::Tensor of_row = value_BN[row];
  return (of_row.dim() == 0 ? of_row : of_row[rank]).item<double>();
}

JudgedList Judge(const std::string& text, const Conversation& conversation, const CreditRules& rules) {
  return JudgeAnswer(text, conversation.ground_truth, conversation.seen_titles, rules.catalog, rules.judge);
}

// `credit` and `advantage` give the value at a rank.
template <typename Credit, typename Advantage>
std::vector<RankCredit> RanksOf(const JudgedList& judged, const Credit& credit, const Advantage& advantage) {
  const std::vector<float> relevance = Relevance(judged);
  std::vector<RankCredit> ranks;
  for (size_t k = 0; k < judged.ranks.size(); ++k) {
    const auto rank = static_cast<int64_t>(k);
    const JudgedRank& judged_rank = judged.ranks[k];
    const std::string verdict(RecordedVerdict(judged_rank.verdict, judged_rank.reason));
    ranks.push_back({judged_rank.line, verdict, relevance[k], credit(rank), advantage(rank)});
  }
  return ranks;
}

// Numbers that are not there are null in JSON.
Json JsonOf(double value) { return std::isnan(value) ? Json() : Json(value); }
double NumberOf(const Json& value) { return value.is_null() ? kNoUpdate : value.get<double>(); }

}  // namespace

std::vector<SampleAnswer> CreditAnswers(const std::vector<Conversation>& conversations,
                                        const std::vector<std::string>& texts, const CreditRules& rules) {
  SUITE_CHECK_LE(texts.size(), conversations.size());
  std::vector<SampleAnswer> answers;
  for (size_t i = 0; i < texts.size(); ++i) {
    const JudgedList judged = Judge(texts[i], conversations[i], rules);
    const JudgedRollouts one = JudgedTensors({judged});
    const at::Tensor reward = AddRewardParts(Returns(one.relevance_BN.to(at::kDouble), rules.objective.returns),
                                             one.parts, rules.objective.reward_parts);
    const auto credit = [&](int64_t rank) { return ValueAt(reward, 0, rank); };
    answers.push_back({conversations[i].id, texts[i], RanksOf(judged, credit, [](int64_t) { return kNoUpdate; })});
  }
  return answers;
}

std::vector<SampleAnswer> CreditRollouts(const BatchAtFault& batch, const BatchCredit& credit,
                                         const std::vector<Conversation>& conversations, const Tokenizer& tokenizer,
                                         const CreditRules& rules, size_t prompts) {
  std::vector<SampleAnswer> rollouts;
  for (size_t p = 0; p < std::min(prompts, batch.groups.size()); ++p) {
    const Conversation& conversation = conversations[static_cast<size_t>(batch.conversations[p])];
    for (const Rollout& rollout : batch.groups[p]) {
      const auto row = static_cast<int64_t>(rollouts.size());
      const std::string text = tokenizer.Decode(rollout.ids, /*skip_special_tokens=*/true);
      const auto at = [row](const at::Tensor& values) {
        return [&values, row](int64_t rank) { return ValueAt(values, row, rank); };
      };
      rollouts.push_back({conversation.id, text,
                          RanksOf(Judge(text, conversation, rules), at(credit.return_BN), at(credit.advantage_BN))});
    }
  }
  return rollouts;
}

std::string CreditKind(const ObjectiveConfig& objective) {
  for (const auto& [name, value] : DescribeObjective(objective)) {
    if (name == "return_kind") return value;
  }
  SUITE_CHECK(false);
  return "";
}

void WriteSamples(const std::string& path, const std::vector<SampleAnswer>& samples) {
  Json list = Json::array();
  for (const SampleAnswer& sample : samples) {
    Json ranks = Json::array();
    for (const RankCredit& rank : sample.ranks) {
      ranks.push_back({rank.line, rank.verdict, rank.relevance, JsonOf(rank.credit), JsonOf(rank.advantage)});
    }
    list.push_back({{"conversation", sample.conversation_id}, {"text", sample.text}, {"ranks", ranks}});
  }
  WriteFileAtomically(path, list.dump());
}

std::vector<SampleAnswer> ReadSamples(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  std::vector<SampleAnswer> samples;
  try {
    for (const Json& one : Json::parse(ReadFile(path))) {
      samples.push_back({one.at("conversation"), one.at("text")});
      for (const Json& rank : one.at("ranks")) {
        samples.back().ranks.push_back(
            {rank.at(0), rank.at(1), rank.at(2), NumberOf(rank.at(3)), NumberOf(rank.at(4))});
      }
    }
  } catch (const Json::exception& error) {
    throw InputError(path, error.what(), "rollouts as a run writes them");
  }
  return samples;
}

}  // namespace suite
