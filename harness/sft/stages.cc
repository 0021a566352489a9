#include "harness/sft/stages.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/paths.h"
#include "harness/config/demonstration_recipe.h"
#include "harness/distributed/process_group.h"
#include "harness/distributed/run_device.h"
#include "harness/distributed/shared_rows.h"
#include "harness/distributed/thread_count.h"
#include "harness/launcher/stop_request.h"
#include "harness/policy/positions.h"
#include "harness/policy/prompt.h"
#include "harness/policy/run_together.h"
#include "harness/policy/start_policy.h"
#include "harness/sft/base_texts.h"
#include "harness/sft/item_tokens.h"
#include "harness/sft/sft_examples.h"
#include "models/policy/policy_chat.h"

namespace suite {
namespace {

constexpr std::chrono::milliseconds kLockAgain(100);

// Held while a stage is trained, by rank 0 for its group; the kernel drops it with the process. While another program
// has it, the ranks meet at every attempt: none waits longer than a collective may.
class StageLock {
 public:
  StageLock(const std::string& stage_folder, ProcessGroup& group) {
    if (group.rank() == 0) Open(stage_folder + ".lock");
    const std::string phase = "lock of " + std::filesystem::path(stage_folder).filename().string();
    while (DecisionOfRankZero(group, TryLock() ? "" : "wait", phase) == "wait") {
      // Nothing of this process is half done while it waits.
      if (AnyStopRequested(group)) {
        if (descriptor_ >= 0) close(descriptor_);
        throw StoppedOnRequest();
      }
      std::this_thread::sleep_for(kLockAgain);
    }
  }
  ~StageLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  StageLock(const StageLock&) = delete;
  StageLock& operator=(const StageLock&) = delete;

 private:
  void Open(const std::string& path) {
    MakeFolder(std::filesystem::path(path).parent_path().string());
    descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw InputError(path, "cannot be opened: " + std::string(std::strerror(errno)));
    path_ = path;
  }

  bool TryLock() const {
    if (descriptor_ < 0) return false;
    if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno == EWOULDBLOCK || errno == EINTR) return false;
    throw InputError(path_, "cannot be locked: " + std::string(std::strerror(errno)));
  }

  std::string path_;
  int descriptor_ = -1;
};

template <typename Section>
SupervisedStage PlanStage(const RunConfig& config, const Section& section, const std::string& name,
                          const std::string& folder, ProcessGroup& group) {
  if (config.run.stage_threads < group.world_size()) {
    throw InputError("run.stage_threads",
                     std::to_string(config.run.stage_threads) + " shards of work for " +
                         std::to_string(group.world_size()) + " processes that train " + name,
                     "at least " + std::to_string(group.world_size()) + ", or stages that are in the cache");
  }
  SupervisedStage stage;
  stage.folder = folder;
  stage.steps = section.steps;
  stage.llama.recompute_layers = config.run.recompute_layers;
  stage.llama.device = DeviceOfRun(config.run.device, group.process().local_rank);
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
  stage.options.group = &group;
  return stage;
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

// Rank 0 looks, so that all see the same.
bool HasForAll(const StageCache& cache, const RunConfig& config, const std::string& stage, ProcessGroup& group) {
  const bool has = group.rank() == 0 && cache.Has(config, stage);
  return !DecisionOfRankZero(group, has ? "yes" : "", "look at the cache").empty();
}

// Rank 0, which has the weights, puts the stage's policy into the cache; the others take it from there.
Policy Publish(const SupervisedStage& stage, Policy policy, ProcessGroup& group) {
  if (group.rank() == 0) {
    SavePolicy(stage.folder, policy);
    ForgetCheckpoints(stage);
  }
  group.Barrier("end of " + stage.options.stage);
  return group.rank() == 0 ? std::move(policy) : LoadPolicy(stage.folder, at::kFloat);
}

Policy PrepareBase(const RunConfig& config, const Dataset& dataset, const StageCache& cache,
                   const ReportProgress& report, ProcessGroup& group) {
  const std::string folder = cache.Folder(config, "pretrain");
  if (!config.policy.path.empty()) {
    Policy policy = LoadStartPolicy(config.policy.path, config.policy.lock);
    UseChatTemplate(config.policy.chat_template, &policy);
    return WithItemTokens(config, dataset, std::move(policy));
  }
  const StageLock lock(folder, group);
  if (HasForAll(cache, config, "pretrain", group)) return LoadPolicy(folder, at::kFloat);
  const std::vector<BaseText> texts = BaseTexts(config, dataset);
  const Tokenizer learned = LearnTokenizer(config, dataset, texts);
  const ChatTemplate chat = MiniatureChatTemplate();
  const Tokenizer tokenizer = learned.WithAddedTokens(dataset.item_tokens);
  // The simulated world's web lists are not asked for by the instruction of a run.
  const PromptOptions options =
      dataset.miniature ? PromptOptions() : PromptOptions{dataset.instruction, dataset.max_prompt_tokens};
  const PromptBuilder prompt(tokenizer, chat, options);
  std::vector<ScoredSequence> sequences;
  size_t longest = 0;
  for (const BaseText& text : texts) {
    sequences.push_back(SftExample(prompt, text.turns, text.answer, /*completion_only=*/false));
    longest = std::max(longest, sequences.back().ids.size());
  }
  const int64_t positions = std::max<int64_t>(512, static_cast<int64_t>(longest) + config.rl.max_new_tokens);
  const LlamaWeights random = LlamaWeights::Random(
      PolicyShape(config, learned, positions), static_cast<uint64_t>(config.data.world_seed), config.policy.init_std);
  Policy policy = WithItemTokens(config, dataset, {random, learned, kMiniatureChatTemplateJinja, {}, ""});
  const SupervisedStage stage = PlanStage(config, config.pretrain, "pretrain", folder, group);
  policy.weights = TrainStage(stage, policy.weights, std::move(sequences), {}, report).weights;
  return Publish(stage, std::move(policy), group);
}

SupervisedStage PlanSft(const RunConfig& config, const std::string& folder, ProcessGroup& group) {
  SupervisedStage stage = PlanStage(config, config.sft, "sft", folder, group);
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

// The last token of a sequence is only predicted.
int64_t PositionsFor(const std::vector<ScoredSequence>& sequences) {
  size_t longest = 1;
  for (const ScoredSequence& sequence : sequences) longest = std::max(longest, sequence.ids.size());
  return static_cast<int64_t>(longest) - 1;
}

bool AsksTeacher(const RunConfig& config) {
  const DemonstrationsConfig& switches = config.demonstrations;
  return RecipeOf(config.sft.demonstrations, switches.remap, switches.reflect, switches.adjust).has_value();
}

// Ends the work at the next report after a request: answers are kept as they come. A process alone; where several wait
// for rank 0, they all go on to the first step.
ReportProgress StoppingReport(const ReportProgress& report, const ProcessGroup& group) {
  const bool alone = group.world_size() == 1;
  return [report, alone](const WorkerReport& news) {
    report(news);
    if (alone && StopRequested()) throw StoppedOnRequest();
  };
}

// What the recipe of sft.demonstrations makes of a teacher's lists; nothing for kinds that ask no teacher.
std::vector<std::vector<Item>> DemonstrationLists(const RunConfig& config, const Dataset& dataset,
                                                  const StageCache& cache, const ReportProgress& report) {
  if (!AsksTeacher(config)) return {};
  return PrepareDemonstrations(config, dataset, cache, report).set.lists;
}

// Rank 0's lists, on all ranks.
std::vector<std::vector<Item>> ShareLists(const std::vector<std::vector<Item>>& lists, ProcessGroup& group) {
  if (group.world_size() == 1) return lists;
  nlohmann::json packed = nlohmann::json::array();
  for (const std::vector<Item>& list : lists) {
    packed.push_back(nlohmann::json::array());
    for (const Item& item : list) packed.back().push_back({item.title, item.year});
  }
  const std::vector<uint8_t> bytes = nlohmann::json::to_cbor(packed);
  const std::string shared = DecisionOfRankZero(group, {bytes.begin(), bytes.end()}, "demonstrations of the teacher");
  std::vector<std::vector<Item>> result;
  for (const nlohmann::json& list : nlohmann::json::from_cbor(shared)) {
    result.emplace_back();
    for (const nlohmann::json& item : list) result.back().push_back({item[0].get<std::string>(), item[1].get<int>()});
  }
  return result;
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
  return DemonstrationsOfRun(
      config,
      {dataset.train, dataset.catalog, dataset.miniature, dataset.training_sequences, dataset.training_sequence_of},
      cache.Demonstrations(), tell);
}

void TrainSharedStages(const RunConfig& config, const std::string& cache_folder, const ReportProgress& report,
                       ProcessGroup* group) {
  try {
    PrepareSft(config, LoadDataset(config), StageCache(cache_folder), report, group);
  } catch (const StageDiverged& diverged) {
    std::cerr << diverged.what() << std::endl;
  }
}

Policy PrepareSft(const RunConfig& config, const Dataset& dataset, const StageCache& cache,
                  const ReportProgress& report, ProcessGroup* processes) {
  ProcessGroup& group = processes ? *processes : SingleProcess();
  // Stages have their own number of threads, whoever needs their result first.
  const ThreadCount threads(ThreadsOf(config.run.stage_threads, group));
  if (config.sft.demonstrations == "none") return PrepareBase(config, dataset, cache, report, group);
  const std::string folder = cache.Folder(config, "sft");
  const StageLock lock(folder, group);
  if (HasForAll(cache, config, "sft", group)) return LoadPolicy(folder, at::kFloat);
  const Policy base = PrepareBase(config, dataset, cache, report, group);
  const ChatTemplate chat = ChatTemplateOf(base, config.policy.path.empty() ? "the base policy" : config.policy.path);
  // A base policy of ours gets the positions that the examples need; those of a checkpoint are given.
  const int64_t positions = config.policy.path.empty() ? 0 : base.config().max_positions;
  const PromptBuilder prompt(base.tokenizer, chat, {dataset.instruction, dataset.max_prompt_tokens, positions});
  std::vector<std::vector<Item>> lists;
  // A teacher is asked once, and may take longer than a collective.
  OnRankZero(group, "demonstrations of the teacher",
             [&] { lists = DemonstrationLists(config, dataset, cache, StoppingReport(report, group)); });
  std::vector<ScoredSequence> examples = SftExamples(config, dataset, prompt, ShareLists(lists, group));
  const LlamaWeights start = WithPositions(base.weights, PositionsFor(examples));
  const std::vector<ScoredSequence> held_out = HoldOut(config.sft, &examples);
  const SupervisedStage stage = PlanSft(config, folder, group);
  Policy policy = {TrainStage(stage, start, std::move(examples), held_out, report).weights, base.tokenizer,
                   base.chat_template, base.generation, base.eos_token};
  return Publish(stage, std::move(policy), group);
}

}  // namespace suite
