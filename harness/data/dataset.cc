#include "harness/data/dataset.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/text/format.h"
#include "datasets/forms/written_items.h"
#include "datasets/neighbours/conversation_items.h"
#include "datasets/teachers/embedder.h"
#include "datasets/teachers/vector_file.h"
#include "harness/config/content_pin.h"
#include "harness/demonstrations/sentence_embedder.h"
#include "harness/demonstrations/vector_settings.h"

namespace suite {
namespace {

std::vector<Conversation> Plain(const std::vector<SimulatedConversation>& simulated) {
  std::vector<Conversation> conversations;
  for (const SimulatedConversation& one : simulated) conversations.push_back(one.conversation);
  return conversations;
}

void AddText(const std::vector<Conversation>& conversations, std::string& text) {
  for (const Conversation& conversation : conversations) {
    text += conversation.id + "\n";
    for (const Turn& turn : conversation.turns) text += turn.role + "\t" + turn.text + "\n";
    for (const std::string& title : conversation.seen_titles) text += "seen\t" + title + "\n";
    for (const GroundTruth& truth : conversation.ground_truth) {
      text += "truth\t" + truth.title + "\t" + (truth.year ? std::to_string(*truth.year) : "") + "\n";
    }
  }
}

// What the written forms leave out; films with title and year, and no more, are told in full.
void AddForms(const Dataset& dataset, std::string& text) {
  bool has_texts = false;
  for (int id = 0; id < dataset.catalog.size(); ++id) has_texts |= !dataset.catalog.Details(id).text.empty();
  if (dataset.catalog.form() == ItemForm::kTitleYear && !has_texts) return;
  text += ItemFormName(dataset.catalog.form()) + "\n";
  for (int id = 0; id < dataset.catalog.size(); ++id) {
    const ItemDetails details = dataset.catalog.Details(id);
    text += std::to_string(details.sharing) + "\t" + FormatItem(details.name) + "\t" + details.text + "\n";
  }
  for (const std::string& token : dataset.item_tokens) text += "token\t" + token + "\n";
}

std::string HashOf(const Dataset& dataset) {
  std::string text = FormatList(dataset.catalog.items()) + "\n";
  AddForms(dataset, text);
  AddText(dataset.train, text);
  AddText(dataset.rl_train, text);
  AddText(dataset.validation, text);
  AddText(dataset.test, text);
  for (const Demonstration& one : dataset.demonstrations) {
    text += one.id + "\n";
    for (const Turn& turn : one.prompt) text += turn.role + "\t" + turn.text + "\n";
    text += "answer\t" + one.answer + "\n";
  }
  return Sha256Hex(text);
}

ItemFormOptions FormOptionsOf(const DataConfig& config) {
  ItemFormOptions options;
  options.form = ItemFormByName("data.item_form", config.item_form);
  options.codes = CodeSourceByName("data.codes", config.codes);
  options.levels = static_cast<int>(config.code_levels);
  options.size = static_cast<int>(config.code_size);
  options.seed = static_cast<uint64_t>(config.code_seed);
  options.collision_rule = CollisionRuleByName("data.collision_rule", config.collision_rule);
  return options;
}

void TakeForms(const ItemFormOptions& options, const WrittenItems& written, Dataset* dataset) {
  if (options.form == ItemForm::kTitleYear) return;
  dataset->item_tokens = written.tokens;
  dataset->item_token_vectors = written.token_vectors;
  dataset->provenance.emplace_back("rule.item_form", ItemFormName(options.form));
  dataset->provenance.emplace_back("items.written_alike", std::to_string(written.collided));
}

Dataset Simulated(const DataConfig& config) {
  MiniatureConfig world;
  world.seed = static_cast<uint64_t>(config.world_seed);
  world.n_catalog = static_cast<int>(config.catalog_items);
  world.n_out_of_catalog = static_cast<int>(config.out_of_catalog_items);
  world.list_length = static_cast<int>(config.list_length);
  world.n_train = static_cast<int>(config.train);
  world.n_validation = static_cast<int>(config.validation);
  world.n_test = static_cast<int>(config.test);
  Dataset dataset;
  const ItemFormOptions form = FormOptionsOf(config);
  dataset.miniature =
      std::make_shared<MiniatureData>(BuildMiniature(world, Catalog::FromTsv(FindRunfile(kRedditV2CatalogPath)), form));
  dataset.catalog = CatalogOf(*dataset.miniature);
  TakeForms(form, dataset.miniature->written, &dataset);
  dataset.train = Plain(dataset.miniature->splits.train);
  dataset.validation = Plain(dataset.miniature->splits.validation);
  dataset.test = Plain(dataset.miniature->splits.test);
  for (const Conversation& one : dataset.train) {
    dataset.training_sequence_of[one.id] = dataset.training_sequences.size();
    dataset.training_sequences.push_back(ItemsNamedIn(one, dataset.catalog));
  }
  return dataset;
}

// At most `limit` conversations, drawn without replacement and kept in their order.
std::vector<Conversation> Drawn(std::vector<Conversation> all, int64_t limit, int64_t seed, const std::string& split) {
  const size_t count = all.size();
  if (count <= static_cast<size_t>(limit)) return all;
  RandomStream stream(static_cast<uint64_t>(seed), "data/" + split);
  std::vector<size_t> chosen(count);
  for (size_t i = 0; i < count; ++i) chosen[i] = i;
  for (size_t i = 0; i < static_cast<size_t>(limit); ++i) {
    std::swap(chosen[i], chosen[i + static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(count - i)))]);
  }
  chosen.resize(static_cast<size_t>(limit));
  std::sort(chosen.begin(), chosen.end());
  std::vector<Conversation> drawn;
  for (const size_t i : chosen) drawn.push_back(std::move(all[i]));
  return drawn;
}

std::string InstructionOf(const Dataset& dataset, const DataConfig& config) {
  return ListInstruction(config.list_length, dataset.catalog.form(), dataset.may_repeat);
}

ImportOptions ImportOptionsOf(const DataConfig& config) {
  ImportOptions options;
  if (config.year_rule != "auto") options.year_rule = RuleByName<YearRule>("data.year_rule", config.year_rule);
  options.catalog_rule = RuleByName<CatalogRule>("data.catalog_rule", config.catalog_rule);
  if (config.repeat_rule != "auto")
    options.repeat_rule = RuleByName<RepeatRule>("data.repeat_rule", config.repeat_rule);
  options.form = FormOptionsOf(config);
  options.history_items = static_cast<int>(config.history_items);
  options.bare_history = config.prompt == "items";
  options.next_items = static_cast<int>(config.next_items);
  options.every_position = config.training_positions == "every";
  options.outside_rule = RuleByName<OutsideRule>("data.outside_rule", config.outside_rule);
  options.split_rule = RuleByName<SplitRule>("data.split_rule", config.split_rule);
  options.truth_rule = RuleByName<TruthRule>("data.truth_rule", config.truth_rule);
  options.test_percent = static_cast<int>(config.test_percent);
  options.validation_percent = static_cast<int>(config.validation_percent);
  options.reference_catalog = FindRunfile(kRedditV2CatalogPath);
  return options;
}

Dataset Imported(const DataConfig& config, const ItemVectors& vectors) {
  ImportOptions options = ImportOptionsOf(config);
  options.vectors = vectors;
  options.item_texts = config.item_texts;
  ImportedDataset imported = ImportDataset(config.source, config.path, options);
  Dataset dataset;
  dataset.catalog = std::move(imported.catalog);
  dataset.train = Drawn(std::move(imported.train), config.train, config.world_seed, "train");
  dataset.validation = Drawn(std::move(imported.validation), config.validation, config.world_seed, "validation");
  dataset.test = Drawn(std::move(imported.test), config.test, config.world_seed, "test");
  dataset.training_sequences = std::move(imported.training_sequences);
  dataset.training_sequence_of = std::move(imported.training_sequence_of);
  dataset.demonstrations = std::move(imported.demonstrations);
  dataset.may_repeat = imported.may_repeat;
  if (imported.prompt_form == PromptForm::kDialogue) dataset.instruction = InstructionOf(dataset, config);
  dataset.item_tokens = std::move(imported.written.tokens);
  dataset.item_token_vectors = std::move(imported.written.token_vectors);
  for (const AppliedRule& rule : imported.rules) dataset.provenance.emplace_back("rule." + rule.name, rule.value);
  for (const DataFile& file : imported.files) dataset.provenance.emplace_back("file." + file.name, file.sha256);
  if (dataset.catalog.form() != ItemForm::kTitleYear) {
    dataset.provenance.emplace_back("items.written_alike", std::to_string(imported.written.collided));
  }
  return dataset;
}

// What the embedder of a config makes of the items, where they need no endpoint.
EmbeddingRows VectorsOf(const EmbedderConfig& config, const std::vector<ItemDetails>& items) {
  std::vector<Item> shown;
  const bool reads = config.kind == "minilm";
  for (const ItemDetails& item : items) shown.push_back(reads ? Item{ItemText(item), kNoYear} : item.name);
  if (!reads) return VectorFile(VectorSettingsOf(config)).Items(shown);
  // A launcher loads the data of many runs, and an encoder takes minutes for a large catalogue.
  static std::map<std::string, EmbeddingRows> known;
  SentenceEmbedder embedder(config.path, config.lock);
  const auto [rows, is_new] = known.try_emplace(embedder.Identity() + "\n" + FormatList(shown));
  if (is_new) rows->second = embedder.Items(shown);
  return rows->second;
}

// Whole users, or dialogues, chosen by chance, from `train` to `rl_train`.
void SetApartForRl(const DataConfig& config, Dataset* dataset) {
  if (config.rl_share == 0) return;
  std::vector<Conversation> others;
  for (Conversation& one : dataset->train) {
    const uint64_t user = dataset->training_sequence_of.at(one.id);
    RandomStream stream(static_cast<uint64_t>(config.world_seed), "data/rl_share", {user});
    (stream.Uniform() < config.rl_share ? dataset->rl_train : others).push_back(std::move(one));
  }
  dataset->train = std::move(others);
  for (const auto& [conversations, stages] :
       {std::pair(&dataset->train, "pre-training and SFT"), std::pair(&dataset->rl_train, "RL")}) {
    if (conversations->empty()) {
      throw InputError("data.rl_share", ExactNumber(config.rl_share) + " leaves no conversation for " + stages,
                       "another share, or more training users");
    }
  }
}

Dataset Load(const DataConfig& config, const ItemVectors& vectors) {
  Dataset dataset = config.source == "miniature" ? Simulated(config) : Imported(config, vectors);
  dataset.max_prompt_tokens = config.max_prompt_tokens;
  if (config.prompt == "transcript") dataset.instruction = InstructionOf(dataset, config);
  if (config.prompt == "as_is" || config.prompt == "items") dataset.instruction.clear();
  SetApartForRl(config, &dataset);
  dataset.hash = HashOf(dataset);
  CheckContentPin("data.lock", config.lock, dataset.hash, config.path);
  return dataset;
}

}  // namespace

std::string FindRunfile(const std::string& path) {
  namespace fs = std::filesystem;
  if (fs::exists(path)) return path;
  const std::string beside = fs::read_symlink("/proc/self/exe").string() + ".runfiles/rank_grpo_suite/" + path;
  if (fs::exists(beside)) return beside;
  throw InputError(path, "is neither in the current folder nor in " + beside, "programs started by bazel run");
}

std::string ListInstruction(int64_t list_length, ItemForm form, bool may_repeat) {
  const std::string count = std::to_string(list_length);
  if (form != ItemForm::kTitleYear || may_repeat) {
    constexpr const char* kOne[] = {"one item as Title (Year)", "the title of one item", "the token of one item",
                                    "the codes of one item"};
    return "Recommend " + count + " items to the seeker, the best first" +
           (may_repeat ? "" : ", none that was mentioned already") + ". Write exactly " + count + " lines, each " +
           kOne[static_cast<size_t>(form)] + ", and nothing else.";
  }
  return "Recommend " + count +
         " films to the seeker, the best first, none that was mentioned already. Write exactly " + count +
         " lines, each one film as Title (Year), and nothing else.";
}

Dataset LoadDataset(const DataConfig& config) { return Load(config, nullptr); }

Dataset LoadDataset(const RunConfig& config) {
  return Load(config.data, [&](const std::vector<ItemDetails>& items) { return VectorsOf(config.embedder, items); });
}

}  // namespace suite
