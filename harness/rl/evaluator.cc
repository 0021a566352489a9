#include "harness/rl/evaluator.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "harness/distributed/shared_rollouts.h"
#include "harness/metrics/metric_table.h"
#include "harness/policy/catalogue_constraint.h"

namespace suite {
namespace {

// How a metric is read from an answer; `k` counts where it has a cut-off.
struct MetricReader {
  bool has_cutoff;
  double (*read)(const EvaluatedAnswer& answer, size_t k);
};

constexpr MetricReader kReaders[] = {
#define METRIC(id, title, higher_is_better, function) \
  {false, [](const EvaluatedAnswer& answer, size_t) { return function(answer); }},
#define METRIC_AT(id, title, higher_is_better, function) {true, &function},
#include "harness/metrics/metrics.def"
};

std::vector<std::string> Answers(const Llama& llama, const LlamaTensors& tensors, const Tokenizer& tokenizer,
                                 const PromptBuilder& prompt, const std::vector<Conversation>& conversations,
                                 const Catalog& catalog, const EvaluationOptions& options) {
  SamplingOptions sampling = options.sampling;
  sampling.choice = TokenChoice();
  sampling.choice.greedy = true;
  ProcessGroup& group = options.group ? *options.group : SingleProcess();
  std::vector<std::string> answers;
  const size_t batch = static_cast<size_t>(options.batch);
  for (size_t begin = 0; begin < conversations.size(); begin += batch) {
    std::vector<std::vector<int64_t>> prompts;
    sampling.closed_lines.clear();
    for (size_t i = begin; i < std::min(begin + batch, conversations.size()); ++i) {
      prompts.push_back(prompt.Ids(conversations[i]));
      if (options.close_seen) sampling.closed_lines.push_back(SeenLines(catalog, conversations[i]));
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
  return JudgeAnswers(Answers(llama, tensors, tokenizer, prompt, conversations, catalog, options), conversations,
                      catalog, options);
}

Evaluation JudgeAnswers(std::vector<std::string> answers, const std::vector<Conversation>& conversations,
                        const Catalog& catalog, const EvaluationOptions& options) {
  SUITE_CHECK_EQ(answers.size(), conversations.size());
  Evaluation evaluation;
  evaluation.metrics = MetricNames(options.cutoffs);
  evaluation.scores.resize(evaluation.metrics.size());
  evaluation.answers = std::move(answers);
  MetricOptions metric_options;
  metric_options.list_length = static_cast<int>(options.list_length);
  for (size_t i = 0; i < conversations.size(); ++i) {
    evaluation.judged.push_back(EvaluateAnswer(evaluation.answers[i], conversations[i].ground_truth,
                                               conversations[i].seen_titles, catalog, metric_options));
    const std::vector<double> scores = ScoresOf(evaluation.judged.back(), options.cutoffs);
    for (size_t m = 0; m < scores.size(); ++m) evaluation.scores[m].push_back(static_cast<float>(scores[m]));
  }
  return evaluation;
}

std::vector<double> ScoresOf(const EvaluatedAnswer& answer, const std::vector<int64_t>& cutoffs) {
  std::vector<double> scores;
  for (const MetricReader& reader : kReaders) {
    if (!reader.has_cutoff) scores.push_back(reader.read(answer, 0));
    for (const int64_t k : cutoffs) {
      if (reader.has_cutoff) scores.push_back(reader.read(answer, static_cast<size_t>(k)));
    }
  }
  return scores;
}

double MeanScore(const Evaluation& evaluation, const std::string& metric) {
  const auto found = std::find(evaluation.metrics.begin(), evaluation.metrics.end(), metric);
  SUITE_CHECK(found != evaluation.metrics.end());
  const std::vector<float>& scores = evaluation.scores[static_cast<size_t>(found - evaluation.metrics.begin())];
  return MeanScore({scores.begin(), scores.end()});
}

}  // namespace suite
