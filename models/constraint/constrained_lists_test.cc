// A constrained policy against the enumeration of every list it can give.

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "models/constraint/all_answers.h"
#include "models/constraint/list_constraint.h"
#include "models/constraint/token_support.h"
#include "models/llama/gradient_check.h"
#include "models/llama/llama.h"
#include "models/llama/tiny_llama.h"
#include "models/sampler.h"
#include "models/tokenizer/bpe_trainer.h"

namespace suite {
namespace {

using Ids = std::vector<int64_t>;

const std::vector<std::string> kFilms = {"Heat (1995)", "Heat (1986)", "Alien (1979)", "Aliens (1986)", "Ran (1985)"};
const Ids kPrompt = {7, 30, 12, 9};

// A tokenizer that joins "(1995)\n" and words, and a random policy of its vocabulary.
struct Scene {
  explicit Scene(ListConstraintOptions options, at::ScalarType type = at::kFloat, bool tied = true)
      : tokenizer(TrainBpe({"Heat (1995)\nHeat (1986)\nAlien (1979)\nAliens (1986)\nRan (1985)\nHeat (1995)\n"},
                           TrainerConfig())),
        config(Config(tokenizer.vocab_size(), tied)),
        weights(TinyWeights(config, 5, type)),
        llama(config),
        constraint(std::make_shared<ListConstraint>(kFilms, tokenizer, *tokenizer.TokenId("<|end|>"), options)) {}

  static BpeTrainerConfig TrainerConfig() {
    BpeTrainerConfig config;
    config.vocab_size = 290;
    config.special_tokens = {"<|end|>"};
    return config;
  }

  static LlamaConfig Config(int64_t vocab_size, bool tied) {
    LlamaConfig config = TinyConfig();
    config.vocab_size = vocab_size;
    config.tie_embeddings = tied;
    return config;
  }

  SamplingOptions Sampling() const {
    SamplingOptions options;
    options.max_new_tokens = 60;
    options.eos_ids = {*tokenizer.TokenId("<|end|>")};
    options.constraint = constraint;
    return options;
  }

  // By plain loops: of one answer, the sum of log-probabilities over what is allowed.
  double Enumerated(const Ids& answer, const Ids& closed, double temperature) const {
    Ids all = kPrompt;
    all.insert(all.end(), answer.begin(), answer.end());
    const at::Tensor logits = llama.Logits(weights.Tensors(), PackSequences({{all, 1}})).to(at::kDouble);
    ListState state(*constraint, closed);
    double sum = 0;
    for (size_t t = 0; t < answer.size(); ++t) {
      const at::Tensor row = logits[static_cast<int64_t>(kPrompt.size() + t) - 1] / temperature;
      const TokenSpan span = state.Allowed();
      double mass = 0;
      for (int32_t i = 0; i < span.count; ++i) {
        mass += std::exp(row[constraint->vocabulary()[static_cast<size_t>(span.ids[i])]].item<double>());
      }
      sum += row[answer[t]].item<double>() - std::log(mass);
      state.Take(constraint->CompactOf(answer[t]));
    }
    return sum;
  }

  PackedTokens Packed(const std::vector<Ids>& answers, const Ids& closed) const {
    PackedTokens packed = PackGroups({{kPrompt, answers}});
    std::vector<AnswerSupport> supports;
    for (const Ids& answer : answers) supports.push_back(SupportOf(*constraint, answer, closed));
    packed.support = PackSupports(*constraint, supports);
    return packed;
  }

  Tokenizer tokenizer;
  LlamaConfig config;
  LlamaWeights weights;
  Llama llama;
  std::shared_ptr<const ListConstraint> constraint;
};

struct Case {
  ListConstraintOptions options;
  Ids closed;
  double temperature = 1.0;
  size_t lists = 0;
};

const std::vector<Case> kCases = {
    {{2, false}, {}, 1.0, 25}, {{3, true}, {}, 1.0, 60}, {{2, true}, {0, 2}, 0.7, 6}, {{1, true}, {4}, 1.3, 4}};

TEST(ConstrainedLists, ProbabilitiesOfAllListsSumToOneAndTheScorerGivesThem) {
  for (const Case& one : kCases) {
    for (const bool tied : {true, false}) {
      const Scene scene(one.options, at::kFloat, tied);
      const std::vector<Ids> answers = AllAnswers(*scene.constraint, one.closed);
      ASSERT_EQ(answers.size(), one.lists);
      const PackedTokens packed = scene.Packed(answers, one.closed);
      ScoreOptions options;
      options.temperature = one.temperature;
      const at::Tensor logp_BT = ToGrid(scene.llama.LogProbs(scene.weights.Tensors(), packed, options).logp_M, packed);
      double total = 0;
      for (size_t i = 0; i < answers.size(); ++i) {
        const double scored = logp_BT[static_cast<int64_t>(i)].to(at::kDouble).sum().item<double>();
        EXPECT_NEAR(scored, scene.Enumerated(answers[i], one.closed, one.temperature), 1e-5);
        total += std::exp(scored);
      }
      EXPECT_NEAR(total, 1.0, 1e-5);
    }
  }
}

TEST(ConstrainedLists, TheSamplerDrawsFromTheSameDistribution) {
  for (const Case& one : kCases) {
    const Scene scene(one.options);
    SamplingOptions options = scene.Sampling();
    options.choice.temperature = one.temperature;
    options.closed_lines = {one.closed};
    constexpr int64_t kDraws = 4000;
    const auto groups =
        SampleGroups(scene.llama, scene.weights.Tensors(), {kPrompt}, kDraws, options,
                     [](int64_t, int64_t sample) { return RandomStream(11, "test", {static_cast<uint64_t>(sample)}); });
    std::map<Ids, double> count;
    for (const Rollout& rollout : groups[0]) {
      EXPECT_EQ(rollout.finish, FinishReason::kEndOfSequence);
      if (++count[rollout.ids] > 1) continue;
      double sum = 0;
      for (const float logp : rollout.logp) sum += logp;
      EXPECT_NEAR(sum, scene.Enumerated(rollout.ids, one.closed, one.temperature), 1e-5);
    }
    // Pearson's statistic over all lists; a fixed seed, so this either holds or does not: the 99.9 % point of
    // chi-square with 59 degrees of freedom is 98.3.
    double chi2 = 0;
    for (const Ids& answer : AllAnswers(*scene.constraint, one.closed)) {
      const double expected = kDraws * std::exp(scene.Enumerated(answer, one.closed, one.temperature));
      chi2 += (count[answer] - expected) * (count[answer] - expected) / expected;
    }
    EXPECT_LT(chi2, 98.3) << one.lists;
  }
}

TEST(ConstrainedLists, ForcedTokensHaveLogProbabilityZeroAndNoEntropy) {
  const Scene scene({2, true});
  const std::vector<Ids> answers = AllAnswers(*scene.constraint, {});
  const PackedTokens packed = scene.Packed(answers, {});
  const TokenLogProbs scored = scene.llama.LogProbs(scene.weights.Tensors(), packed, {});
  const at::Tensor logp_BT = ToGrid(scored.logp_M, packed), entropy_BT = ToGrid(scored.entropy_M, packed);
  int64_t forced = 0;
  for (size_t row = 0; row < answers.size(); ++row) {
    const std::vector<int32_t> sizes = SupportOf(*scene.constraint, answers[row], {}).sizes;
    for (size_t t = 0; t < sizes.size(); ++t) {
      const auto at_token = [&](const at::Tensor& grid) {
        return grid[static_cast<int64_t>(row)][static_cast<int64_t>(t)].item<double>();
      };
      if (sizes[t] == 1) {
        ++forced;
        EXPECT_EQ(at_token(logp_BT), 0.0);
        EXPECT_EQ(at_token(entropy_BT), 0.0);
      } else {
        EXPECT_LT(at_token(logp_BT), 0.0);
        EXPECT_GT(at_token(entropy_BT), 0.0);
        EXPECT_LE(at_token(entropy_BT), std::log(sizes[t]) + 1e-6);
      }
    }
  }
  EXPECT_GT(forced, 0);
}

TEST(ConstrainedLists, GradientsEqualFiniteDifferences) {
  const Scene scene({2, true}, at::kDouble, /*tied=*/false);
  std::vector<Ids> answers = AllAnswers(*scene.constraint, {1});
  answers.resize(2);
  const PackedTokens packed = scene.Packed(answers, {1});
  LlamaTensors tensors = scene.weights.Tensors();
  const auto loss = [&] {
    const TokenLogProbs scored = scene.llama.LogProbs(tensors, packed, {0.8});
    return Weighted(scored.logp_M, 3) + Weighted(scored.entropy_M, 4);
  };
  at::Tensor head = tensors.head.clone().requires_grad_();
  tensors.head = head;
  EXPECT_LT(GradientError(loss, head), 1e-6);
  tensors.head = head.detach();
  at::Tensor norm = tensors.final_norm.clone().requires_grad_();
  tensors.final_norm = norm;
  EXPECT_LT(GradientError(loss, norm), 1e-6);
}

TEST(ConstrainedLists, KernelsGiveTheGradientsOfTheOperators) {
  const auto gradients = [](at::ScalarType type) {
    const Scene scene({3, true}, type);
    std::vector<Ids> answers = AllAnswers(*scene.constraint, {});
    answers.resize(20);
    LlamaWeights gradient = LlamaWeights::Zeros(scene.config, type);
    const LlamaTensors leaves = TrainableTensors(scene.weights, gradient);
    const TokenLogProbs scored = scene.llama.LogProbs(leaves, scene.Packed(answers, {}), {1.0, /*chunk_bytes=*/20000});
    (Weighted(scored.logp_M.to(at::kDouble), 3) + Weighted(scored.entropy_M.to(at::kDouble), 4)).backward();
    return gradient.flat().clone();
  };
  const at::Tensor exact = gradients(at::kDouble);
  EXPECT_LT(RelativeDifference(gradients(at::kFloat), exact), 1e-5);
}

TEST(ConstrainedLists, NoListInAHundredThousandLeavesTheCatalogueOrRepeats) {
  const Scene scene({4, true});
  const std::set<std::string> films(kFilms.begin(), kFilms.end());
  const std::vector<Ids> prompts(50, kPrompt);
  const auto groups = SampleGroups(
      scene.llama, scene.weights.Tensors(), prompts, 2000, scene.Sampling(), [](int64_t prompt, int64_t sample) {
        return RandomStream(12, "test", {static_cast<uint64_t>(prompt), static_cast<uint64_t>(sample)});
      });
  int64_t wrong = 0;
  for (const RolloutGroup& group : groups) {
    for (const Rollout& rollout : group) {
      const std::string text = scene.tokenizer.Decode(rollout.ids, /*skip_special_tokens=*/true);
      std::set<std::string> given;
      size_t lines = 0;
      for (size_t begin = 0; begin <= text.size(); ++lines) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = text.substr(begin, end - begin);
        if (films.count(line) > 0) given.insert(line);
        begin = end + 1;
      }
      wrong += lines != 4 || given.size() != 4;
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST(ConstrainedLists, GreedyAnswersAreTheLikeliestAllowedTokenByToken) {
  const Scene scene({3, true});
  SamplingOptions options = scene.Sampling();
  options.choice.greedy = true;
  const auto groups = SampleGroups(scene.llama, scene.weights.Tensors(), {kPrompt}, 1, options,
                                   [](int64_t, int64_t) { return RandomStream(0, "greedy"); });
  const Ids& answer = groups[0][0].ids;
  Ids all = kPrompt;
  all.insert(all.end(), answer.begin(), answer.end());
  const at::Tensor logits = scene.llama.Logits(scene.weights.Tensors(), PackSequences({{all, 1}}));
  ListState state(*scene.constraint);
  for (size_t t = 0; t < answer.size(); ++t) {
    const at::Tensor row = logits[static_cast<int64_t>(kPrompt.size() + t) - 1];
    const TokenSpan span = state.Allowed();
    for (int32_t i = 0; i < span.count; ++i) {
      const int64_t other = scene.constraint->vocabulary()[static_cast<size_t>(span.ids[i])];
      EXPECT_GE(row[answer[t]].item<float>() + 1e-5f, row[other].item<float>());
    }
    state.Take(scene.constraint->CompactOf(answer[t]));
  }
  EXPECT_TRUE(state.done());
}

}  // namespace
}  // namespace suite
