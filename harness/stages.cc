#include "harness/stages.h"

#include <ATen/Parallel.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "harness/config/demonstration_recipe.h"
#include "harness/prompt.h"
#include "harness/sft_examples.h"
#include "harness/start_policy.h"
#include "models/tokenizer/bpe_trainer.h"

namespace suite {
namespace {

// Held while a stage is trained; the kernel drops it with the process.
class StageLock {
 public:
  explicit StageLock(const std::string& stage_folder) {
    std::filesystem::create_directories(std::filesystem::path(stage_folder).parent_path());
    descriptor_ = open((stage_folder + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0 || flock(descriptor_, LOCK_EX) != 0)
      throw InputError(stage_folder + ".lock", "cannot be locked");
  }
  ~StageLock() { close(descriptor_); }
  StageLock(const StageLock&) = delete;
  StageLock& operator=(const StageLock&) = delete;

 private:
  int descriptor_ = -1;
};

// Stages have their own number of threads, whoever needs their result first.
class ThreadCount {
 public:
  explicit ThreadCount(int64_t threads) : before_(at::get_num_threads()) {
    at::set_num_threads(static_cast<int>(threads));
  }
  ~ThreadCount() { at::set_num_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

template <typename Section>
SupervisedStage PlanStage(const RunConfig& config, const Section& section, const std::string& name,
                          const std::string& folder) {
  SupervisedStage stage;
  stage.folder = folder;
  stage.steps = section.steps;
  stage.llama.recompute_layers = config.run.recompute_layers;
  stage.options.stage = name;
  stage.options.seed = static_cast<uint64_t>(config.data.world_seed);
  stage.options.batch = section.batch;
  stage.options.schedule.kind = ScheduleKind::kCosine;
  stage.options.schedule.base_rate = section.learning_rate;
  stage.options.schedule.total_steps = section.steps;
  stage.options.schedule.warmup_steps = std::llround(section.warmup * static_cast<double>(section.steps));
  stage.options.adamw.beta1 = section.beta1;
  stage.options.adamw.beta2 = section.beta2;
  stage.options.max_grad_norm = section.max_grad_norm;
  stage.options.compute = config.run.dtype == "bfloat16" ? at::kBFloat16 : at::kFloat;
  stage.options.shards = config.run.stage_threads;
  return stage;
}

// What the base model is pre-trained on.
ScoredSequence WebExample(const PromptBuilder& prompt, const World& world, const WebList& list) {
  return SftExample(prompt, {{"user", list.prompt}}, FormatList(ItemsOf(world, list.items)), /*completion_only=*/false);
}

// The vocabulary is learned from the base model's own texts, as an instruct model's is from the web.
Tokenizer TrainTokenizer(const RunConfig& config, const MiniatureData& data) {
  std::vector<std::string> texts;
  for (const WebList& list : data.web_lists) {
    texts.push_back(list.prompt);
    texts.push_back(FormatList(ItemsOf(data.world, list.items)));
  }
  BpeTrainerConfig trainer;
  trainer.vocab_size = config.policy.vocab_size;
  trainer.special_tokens = {"<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"};
  return TrainBpe(texts, trainer);
}

LlamaConfig PolicyShape(const RunConfig& config, const Tokenizer& tokenizer, int64_t max_positions) {
  LlamaConfig shape;
  shape.hidden_size = config.policy.hidden_size;
  shape.layers = config.policy.layers;
  shape.heads = config.policy.heads;
  shape.kv_heads = config.policy.kv_heads;
  shape.head_dim = config.policy.hidden_size / config.policy.heads;
  shape.intermediate_size = config.policy.intermediate_size;
  shape.vocab_size = tokenizer.vocab_size();
  shape.rope_theta = config.policy.rope_theta;
  shape.tie_embeddings = config.policy.tie_embeddings;
  shape.max_positions = max_positions;
  shape.pad_id = tokenizer.TokenId("<|pad|>");
  shape.eos_ids = {*tokenizer.TokenId("<|end|>")};
  return shape;
}

Policy PrepareBase(const RunConfig& config, const Dataset& dataset, const StageCache& cache,
                   const ReportProgress& report) {
  const std::string folder = cache.Folder(config, "pretrain");
  if (!config.policy.path.empty()) return LoadStartPolicy(config.policy.path, config.policy.lock);
  const StageLock lock(folder);
  if (cache.Has(config, "pretrain")) return LoadPolicy(folder, at::kFloat);
  const MiniatureData& data = *dataset.miniature;
  const Tokenizer tokenizer = TrainTokenizer(config, data);
  const ChatTemplate chat = MiniatureChatTemplate();
  const PromptBuilder prompt(tokenizer, chat);
  std::vector<ScoredSequence> sequences;
  size_t longest = 0;
  for (const WebList& list : data.web_lists) {
    sequences.push_back(WebExample(prompt, data.world, list));
    longest = std::max(longest, sequences.back().ids.size());
  }
  const int64_t positions = std::max<int64_t>(512, static_cast<int64_t>(longest) + config.rl.max_new_tokens);
  const LlamaWeights start = LlamaWeights::Random(
      PolicyShape(config, tokenizer, positions), static_cast<uint64_t>(config.data.world_seed), config.policy.init_std);
  const SupervisedStage stage = PlanStage(config, config.pretrain, "pretrain", folder);
  Policy policy = {TrainStage(stage, start, std::move(sequences), {}, report).weights, tokenizer,
                   kMiniatureChatTemplateJinja};
  SavePolicy(folder, policy);
  ForgetCheckpoints(stage);
  return policy;
}

SupervisedStage PlanSft(const RunConfig& config, const std::string& folder) {
  SupervisedStage stage = PlanStage(config, config.sft, "sft", folder);
  if (config.sft.stop_at_step > 0) stage.steps = config.sft.stop_at_step;
  if (config.sft.own_seed) stage.options.seed = static_cast<uint64_t>(config.seed);
  stage.options.micro_batches = config.sft.accumulation;
  stage.validate_every = config.sft.validate_every;
  stage.patience = config.sft.early_stop;
  return stage;
}

// The last demonstrations, taken out of `examples`, so that a real source's dialogues are torn apart at one place at
// most. They are of the kind that is learned: a ground truth of one film says little of a list of twenty.
std::vector<ScoredSequence> HoldOut(const SftConfig& sft, std::vector<ScoredSequence>* examples) {
  if (sft.validate_every == 0) return {};
  const auto count = static_cast<int64_t>(examples->size());
  const int64_t held = std::max<int64_t>(1, std::llround(sft.validation_share * static_cast<double>(count)));
  if (held >= count) {
    throw InputError("sft.validation_share",
                     "leaves none of " + std::to_string(count) + " demonstrations to learn from",
                     "a smaller share, or more demonstrations");
  }
  const std::vector<ScoredSequence> held_out(examples->end() - held, examples->end());
  examples->resize(static_cast<size_t>(count - held));
  return held_out;
}

bool AsksTeacher(const RunConfig& config) {
  const DemonstrationsConfig& switches = config.demonstrations;
  return RecipeOf(config.sft.demonstrations, switches.remap, switches.reflect, switches.adjust).has_value();
}

// What the recipe of sft.demonstrations makes of a teacher's lists; nothing for kinds that ask no teacher.
std::vector<std::vector<Item>> DemonstrationLists(const RunConfig& config, const Dataset& dataset,
                                                  const StageCache& cache, const ReportProgress& report) {
  if (!AsksTeacher(config)) return {};
  return PrepareDemonstrations(config, dataset, cache, report).set.lists;
}

}  // namespace

std::string StageCache::Demonstrations() const { return folder_ + "/demonstrations"; }

std::string StageCache::Folder(const RunConfig& config, const std::string& stage) const {
  return folder_ + "/" + stage + "-" + StageHash(config, stage);
}

bool StageCache::Has(const RunConfig& config, const std::string& stage) const {
  return std::filesystem::exists(Folder(config, stage) + "/config.json");
}

MadeDemonstrations PrepareDemonstrations(const RunConfig& config, const Dataset& dataset, const StageCache& cache,
                                         const ReportProgress& report) {
  if (!AsksTeacher(config)) {
    throw InputError("sft.demonstrations", "'" + config.sft.demonstrations + "' asks no teacher",
                     "full or another recipe (harness/config/demonstration_recipe.h)");
  }
  const ThreadCount threads(config.run.stage_threads);
  const auto tell = [&](int64_t done, int64_t total, const std::string& text) { report({done, total, 0, text}); };
  return DemonstrationsOfRun(config, {dataset.train, dataset.catalog, dataset.miniature}, cache.Demonstrations(), tell);
}

void TrainSharedStages(const RunConfig& config, const std::string& cache_folder, const ReportProgress& report) {
  PrepareSft(config, LoadDataset(config.data), StageCache(cache_folder), report);
}

Policy PrepareSft(const RunConfig& config, const Dataset& dataset, const StageCache& cache,
                  const ReportProgress& report) {
  const ThreadCount threads(config.run.stage_threads);
  if (config.sft.demonstrations == "none") return PrepareBase(config, dataset, cache, report);
  const std::string folder = cache.Folder(config, "sft");
  const StageLock lock(folder);
  if (cache.Has(config, "sft")) return LoadPolicy(folder, at::kFloat);
  const Policy base = PrepareBase(config, dataset, cache, report);
  const ChatTemplate chat = RecognizeChatTemplate(base.chat_template, "the base policy");
  const PromptBuilder prompt(base.tokenizer, chat, {dataset.instruction, dataset.max_prompt_tokens});
  std::vector<ScoredSequence> examples =
      SftExamples(config, dataset, prompt, DemonstrationLists(config, dataset, cache, report));
  const std::vector<ScoredSequence> held_out = HoldOut(config.sft, &examples);
  const SupervisedStage stage = PlanSft(config, folder);
  Policy policy = {TrainStage(stage, base.weights, std::move(examples), held_out, report).weights, base.tokenizer,
                   base.chat_template, base.generation, base.eos_token};
  SavePolicy(folder, policy);
  ForgetCheckpoints(stage);
  return policy;
}

}  // namespace suite
