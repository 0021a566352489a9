// tiny/*/golden.json: random checkpoints of three architectures (Llama-3 rotary stretching and a tied head; Qwen2 with
// biases, in shards; an own head with all biases) by transformers, and the same weights stored in bfloat16; and
// qwen3/*/golden.json (norms of q and k; a tied and an own head) and architectures/*/golden.json (rotary scaling of
// each type; Mistral), of the same form.
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "harness/sft/language_model_update.h"
#include "models/sampler.h"
#include "models/tokenizer/bpe_trainer.h"
#include "tests/parity/comparison.h"
#include "tests/parity/golden_files.h"
#include "tests/parity/model_numbers.h"
#include "tests/parity/supervised_rows.h"

namespace suite::parity {
namespace {

using nlohmann::json;

constexpr double kLogit = 1e-4, kLoss = 1e-5, kGradient = 1e-4;
constexpr double kPrinted = 5e-7;  // numbers are printed with six decimals
constexpr int64_t kEos = 2;
// How the golden steps were taken; the files say it in these words.
constexpr char kOptimizer[] = "AdamW lr 1e-3 betas .9 .99 eps 1e-8 weight_decay .01 on every parameter, clip to norm 1";

struct Checkpoint {
  std::string folder;
  json golden;
  Policy policy;
  Llama llama;
};

// A folder with a tokenizer of a few tokens: the checkpoints have none, for their vocabularies are random ids.
std::string TokenizerFolder() {
  const std::string folder = std::string(std::getenv("TEST_TMPDIR")) + "/tokenizer";
  std::filesystem::create_directories(folder);
  BpeTrainerConfig config;
  config.vocab_size = 8;
  config.all_bytes = false;
  TrainBpe({"abc"}, config).Save(folder + "/tokenizer.json");
  return folder;
}

Policy LoadTiny(const std::string& folder) { return LoadStagedPolicy({folder, TokenizerFolder()}, at::kFloat); }

std::vector<Checkpoint> ReadCheckpoints(const std::string& root) {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (std::filesystem::exists(entry.path() / "golden.json")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  std::vector<Checkpoint> checkpoints;
  for (const std::string& folder : folders) {
    Policy policy = LoadTiny(folder);
    const Llama llama(policy.config());
    checkpoints.push_back({folder, ReadJson(folder + "/golden.json"), std::move(policy), llama});
  }
  return checkpoints;
}

// The parameter is the folder of the golden set.
class TinyGolden : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto root = FindGolden(GetParam());
    if (!root) GTEST_SKIP() << MissingGolden(GetParam());
    checkpoints_ = ReadCheckpoints(*root);
    ASSERT_FALSE(checkpoints_.empty());
  }
  void TearDown() override { comparison_.Print(); }

  void ExpectFirstGradient(const Checkpoint& checkpoint, const std::vector<ScoredSequence>& sequences,
                           double num_items);
  void ExpectAfter(const json& train, const LlamaWeights& weights);

  std::vector<Checkpoint> checkpoints_;
  Comparison comparison_;
};

std::vector<std::vector<int64_t>> Lists(const json& rows) { return rows.get<std::vector<std::vector<int64_t>>>(); }

at::Tensor LogitsOf(const Checkpoint& checkpoint, const std::vector<int64_t>& ids, Layout layout) {
  return LogitsOfSequences(checkpoint.llama, checkpoint.policy.weights.Tensors(), {ids}, layout).front();
}

TEST_P(TinyGolden, LogitsAndTheirSums) {
  for (const Checkpoint& checkpoint : checkpoints_) {
    SCOPED_TRACE(checkpoint.folder);
    const auto ids = checkpoint.golden["ids"].get<std::vector<int64_t>>();
    for (const Layout layout : {Layout::kSequences, Layout::kSplitAtThird}) {
      const at::Tensor logits_TV = LogitsOf(checkpoint, ids, layout);
      for (const auto& [place, expected] : checkpoint.golden["logits_at"].items()) {
        comparison_.Near("logits", logits_TV[std::stoll(place)], TensorOf(expected, at::kDouble), {kLogit});
      }
      comparison_.Near("logsumexp", logits_TV.to(at::kDouble).logsumexp(-1),
                       TensorOf(checkpoint.golden["logsumexp"], at::kDouble), {kLogit});
    }
  }
}

// The scorer's log-prob of a token is its logit less the golden log of the softmax's denominator.
TEST_P(TinyGolden, LogProbs) {
  for (const Checkpoint& checkpoint : checkpoints_) {
    SCOPED_TRACE(checkpoint.folder);
    const auto ids = checkpoint.golden["ids"].get<std::vector<int64_t>>();
    const PackedTokens packed = PackSequences({{ids, 1}});
    const at::Tensor logp_M = checkpoint.llama.LogProbs(checkpoint.policy.weights.Tensors(), packed, {}).logp_M;
    for (const auto& [key, logits] : checkpoint.golden["logits_at"].items()) {
      const size_t place = std::stoull(key);
      if (place + 1 == ids.size()) continue;
      const double expected = logits[static_cast<size_t>(ids[place + 1])].get<double>() -
                              checkpoint.golden["logsumexp"][place].get<double>();
      comparison_.Near("log-probs", logp_M[static_cast<int64_t>(place)].item<double>(), expected, {kLogit});
    }
  }
}

TEST_P(TinyGolden, RowsOfDifferentLengthsInOneBatch) {
  for (const Checkpoint& checkpoint : checkpoints_) {
    SCOPED_TRACE(checkpoint.folder);
    const json& golden = checkpoint.golden["left_padded"];
    for (const Layout layout : {Layout::kSequences, Layout::kSplitAtThird}) {
      std::vector<at::Tensor> last;
      for (const at::Tensor& logits_TV :
           LogitsOfSequences(checkpoint.llama, checkpoint.policy.weights.Tensors(), Lists(golden["rows"]), layout)) {
        last.push_back(logits_TV[-1]);
      }
      comparison_.Near("last logits", at::stack(last), TensorOf(golden["last_logits"], at::kDouble), {kLogit});
    }
  }
}

// In the golden run EOS was barred. So the sampler must give the same tokens up to the first place where EOS would win;
// and at every place the golden token must win among the others, given the golden tokens before it.
TEST_P(TinyGolden, GreedyTokens) {
  for (const Checkpoint& checkpoint : checkpoints_) {
    SCOPED_TRACE(checkpoint.folder);
    const auto prompts = Lists(checkpoint.golden["left_padded"]["rows"]);
    const auto expected = Lists(checkpoint.golden["left_padded"]["greedy_24"]);
    SamplingOptions options;
    options.choice.greedy = true;
    options.max_new_tokens = static_cast<int64_t>(expected.front().size());
    const auto groups = SampleGroups(checkpoint.llama, checkpoint.policy.weights.Tensors(), prompts, 1, options,
                                     [](int64_t, int64_t) { return RandomStream(0, "unused", {}); });
    ASSERT_EQ(expected.size(), prompts.size());
    for (size_t row = 0; row < prompts.size(); ++row) {
      const std::vector<int64_t>& ids = groups[row][0].ids;
      const auto same = std::find(ids.begin(), ids.end(), kEos) - ids.begin();
      EXPECT_GT(same, 0);
      EXPECT_TRUE(std::equal(ids.begin(), ids.begin() + same, expected[row].begin())) << "row " << row;
      std::vector<int64_t> whole = prompts[row];
      whole.insert(whole.end(), expected[row].begin(), expected[row].end());
      at::Tensor logits_TV = LogitsOf(checkpoint, whole, Layout::kSequences).clone();
      logits_TV.select(1, kEos).fill_(-std::numeric_limits<double>::infinity());
      const int64_t first = static_cast<int64_t>(prompts[row].size()) - 1;
      for (size_t t = 0; t < expected[row].size(); ++t) {
        EXPECT_EQ(logits_TV[first + static_cast<int64_t>(t)].argmax().item<int64_t>(), expected[row][t]) << t;
      }
    }
  }
}

void TinyGolden::ExpectFirstGradient(const Checkpoint& checkpoint, const std::vector<ScoredSequence>& sequences,
                                     double num_items) {
  TrainedPolicy policy(checkpoint.llama, checkpoint.policy.weights, 1);
  UpdateOptions options;
  options.max_grad_norm = std::numeric_limits<double>::infinity();
  UpdateLanguageModel({sequences}, num_items, 1, options, &policy);
  const json& expected = checkpoint.golden["train"]["grads_step0_before_clip"];
  const NamedTensors gradients = policy.gradients().Parameters();
  EXPECT_EQ(expected.size(), gradients.size());
  for (const auto& [name, golden] : expected.items()) {
    SCOPED_TRACE(name);
    const at::Tensor gradient = Named(gradients, name);
    const double norm = golden["norm"], root = std::sqrt(static_cast<double>(gradient.numel()));
    comparison_.Near("gradient norms", GradientNorm({gradient}), norm, {0, kGradient});
    const int64_t count = static_cast<int64_t>(golden["first"].size());
    comparison_.Near("gradient elements", gradient.reshape({-1}).narrow(0, 0, count),
                     TensorOf(golden["first"], at::kDouble), {kGradient * norm / root + kPrinted, kGradient});
  }
}

// Each step may add what one step may be off by (2e-6). An element whose gradient is below 1e-6, close to the rounding
// errors of its parameter's gradient, is ill-conditioned: Adam moves it by the learning rate all the same.
void TinyGolden::ExpectAfter(const json& train, const LlamaWeights& weights) {
  const NamedTensors parameters = weights.Parameters();
  const double tolerance = 2e-6 * static_cast<double>(train["steps"].size());
  EXPECT_EQ(train["after"].size(), parameters.size());
  for (const auto& [name, golden] : train["after"].items()) {
    SCOPED_TRACE(name);
    const at::Tensor weight = Named(parameters, name), expected = TensorOf(golden["first"], at::kDouble);
    const double root = std::sqrt(static_cast<double>(weight.numel()));
    comparison_.Near("norms after the steps", GradientNorm({weight}), golden["norm"], {tolerance * root});
    const at::Tensor found = weight.reshape({-1}).narrow(0, 0, expected.numel());
    const at::Tensor small = TensorOf(train["grads_step0_before_clip"][name]["first"], at::kDouble).abs().lt(1e-6);
    comparison_.Near("parameters after the steps", found.masked_select(small.logical_not()),
                     expected.masked_select(small.logical_not()), {tolerance + kPrinted});
    comparison_.Near("ill-conditioned parameters after the steps", found.masked_select(small),
                     expected.masked_select(small), {2e-4});
  }
}

TEST_P(TinyGolden, GradientsAndAdamWSteps) {
  for (const Checkpoint& checkpoint : checkpoints_) {
    SCOPED_TRACE(checkpoint.folder);
    const json& train = checkpoint.golden["train"];
    ASSERT_EQ(train["optimizer"].get<std::string>(), kOptimizer);
    const std::vector<ScoredSequence> sequences = SupervisedRows(train, "ids");
    // transformers averages over the labels after the shift.
    double num_items = 0;
    for (const auto& sequence : sequences) num_items += static_cast<double>(sequence.ids.size()) - sequence.score_from;
    ExpectFirstGradient(checkpoint, sequences, num_items);
    for (const int64_t shards : {1, 2}) {
      TrainedPolicy policy(checkpoint.llama, checkpoint.policy.weights, shards);
      const UpdateOptions options = {1e-3, 1.0, {0.9, 0.99, 1e-8, 0.01}};
      ASSERT_FALSE(train["steps"].empty());
      for (const json& step : train["steps"]) {
        const LanguageModelUpdate update = UpdateLanguageModel({sequences}, num_items, shards, options, &policy);
        comparison_.Near("loss", update.losses.front(), step["loss"], {kLoss});
        comparison_.Near("gradient norm", update.grad_norm, step["grad_norm_before_clip"], {0, kGradient});
      }
      ExpectAfter(train, policy.weights());
    }
  }
}

// bf16_weights_f32_math_logits_at_PLACE: the weights rounded to bfloat16 on disk, all arithmetic in float32.
TEST_P(TinyGolden, WeightsStoredInBfloat16) {
  const std::string prefix = "bf16_weights_f32_math_logits_at_";
  int checked = 0;
  for (const Checkpoint& checkpoint : checkpoints_) {
    SCOPED_TRACE(checkpoint.folder);
    const Policy policy = LoadTiny(checkpoint.folder + "_bf16");
    ASSERT_EQ(policy.weights.flat().scalar_type(), at::kFloat);
    const auto logits = LogitsOfSequences(Llama(policy.config()), policy.weights.Tensors(),
                                          {checkpoint.golden["ids"].get<std::vector<int64_t>>()}, Layout::kSequences);
    for (const auto& [key, expected] : checkpoint.golden.items()) {
      if (key.rfind(prefix, 0) != 0) continue;
      comparison_.Near("logits", logits.front()[std::stoll(key.substr(prefix.size()))], TensorOf(expected, at::kDouble),
                       {kLogit});
      ++checked;
    }
  }
  EXPECT_GT(checked, 0);
}

INSTANTIATE_TEST_SUITE_P(EveryFolder, TinyGolden, ::testing::Values("tiny", "qwen3", "architectures"));

}  // namespace
}  // namespace suite::parity
