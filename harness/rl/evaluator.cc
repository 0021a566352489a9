#include "harness/rl/evaluator.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "datasets/judging/ranking_metrics.h"
#include "harness/config/run_config.h"
#include "harness/distributed/shared_rollouts.h"

namespace suite {
namespace {

std::vector<std::string> Answers(const Llama& llama, const LlamaTensors& tensors, const Tokenizer& tokenizer,
                                 const PromptBuilder& prompt, const std::vector<Conversation>& conversations,
                                 const EvaluationOptions& options) {
  SamplingOptions sampling = options.sampling;
  sampling.choice = TokenChoice();
  sampling.choice.greedy = true;
  ProcessGroup& group = options.group ? *options.group : SingleProcess();
  std::vector<std::string> answers;
  const size_t batch = static_cast<size_t>(options.batch);
  for (size_t begin = 0; begin < conversations.size(); begin += batch) {
    std::vector<std::vector<int64_t>> prompts;
    for (size_t i = begin; i < std::min(begin + batch, conversations.size()); ++i) {
      prompts.push_back(prompt.Ids(conversations[i]));
    }
    const auto groups = SampleGroupsTogether(group, llama, tensors, prompts, /*group_size=*/1, sampling,
                                             [](int64_t, int64_t) { return RandomStream(0, "greedy"); });
    for (const RolloutGroup& rollouts : groups) {
      answers.push_back(tokenizer.Decode(rollouts.front().ids, /*skip_special_tokens=*/true));
    }
    if (options.progress) {
      options.progress(static_cast<int64_t>(answers.size()), static_cast<int64_t>(conversations.size()));
    }
  }
  return answers;
}

}  // namespace

Evaluation Evaluate(const Llama& llama, const LlamaTensors& tensors, const Tokenizer& tokenizer,
                    const PromptBuilder& prompt, const std::vector<Conversation>& conversations, const Catalog& catalog,
                    const EvaluationOptions& options) {
  Evaluation evaluation;
  evaluation.metrics = MetricNames(options.cutoffs);
  evaluation.scores.resize(evaluation.metrics.size());
  evaluation.answers = Answers(llama, tensors, tokenizer, prompt, conversations, options);
  MetricOptions metric_options;
  metric_options.list_length = static_cast<int>(options.list_length);
  metric_options.cutoffs.assign(options.cutoffs.begin(), options.cutoffs.end());
  for (size_t i = 0; i < conversations.size(); ++i) {
    const ConversationMetrics metrics = EvaluateAnswer(evaluation.answers[i], conversations[i].ground_truth,
                                                       conversations[i].seen_titles, catalog, metric_options);
    std::vector<double> values = metrics.recall;
    values.insert(values.end(), metrics.ndcg.begin(), metrics.ndcg.end());
    values.insert(values.end(), {metrics.in_catalog_ratio, metrics.duplicate_share});
    SUITE_CHECK_EQ(values.size(), evaluation.metrics.size());
    for (size_t m = 0; m < values.size(); ++m) evaluation.scores[m].push_back(static_cast<float>(values[m]));
  }
  return evaluation;
}

double MeanScore(const Evaluation& evaluation, const std::string& metric) {
  const auto found = std::find(evaluation.metrics.begin(), evaluation.metrics.end(), metric);
  SUITE_CHECK(found != evaluation.metrics.end());
  double sum = 0, count = 0;
  for (const float score : evaluation.scores[static_cast<size_t>(found - evaluation.metrics.begin())]) {
    if (std::isnan(score)) continue;
    sum += static_cast<double>(score);
    ++count;
  }
  return count > 0 ? sum / count : std::nan("");
}

}  // namespace suite
