#include "harness/config/run_config.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <type_traits>

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "harness/config/demonstration_recipe.h"
#include "harness/config/toml_text.h"
#include "harness/config/visit_fields.h"

namespace suite {
namespace {

// 48 bits: a thousand runs meet with a probability below 2e-9, and the name still fits a table.
constexpr size_t kNameDigits = 12;

std::string TypeName(int64_t) { return "integer"; }
std::string TypeName(double) { return "number"; }
std::string TypeName(bool) { return "true or false"; }
std::string TypeName(const std::string&) { return "text"; }
std::string TypeName(const std::vector<int64_t>&) { return "list of integers"; }
template <typename T>
std::string TypeName(const std::optional<T>&) {
  return TypeName(T()) + ", or \"" + kPresetWord + "\"";
}

std::string Origin(const RunConfig& config, const std::string& key) {
  const auto found = config.origins.find(key);
  return found == config.origins.end() ? "default" : found->second;
}

// Results belong to run.threads shards, however many processes compute them (harness/distributed).
bool CanName(const FieldInfo& field) { return field.in_hash && field.key != "run.processes"; }

template <typename Keep>
std::string HashOf(const RunConfig& config, const Keep& keep) {
  std::string canonical = "protocol = " + std::to_string(kProtocolVersion) + "\n";
  VisitFields(config, [&](const FieldInfo& field, const auto& value) {
    if (keep(field)) canonical += field.key + " = " + TomlText(value) + "\n";
  });
  return Sha256Hex(canonical).substr(0, kNameDigits);
}

// A monitor that warns changes nothing; one that may end a run is part of its name.
bool MonitorsMayStop(const MonitorConfig& monitors) {
  for (const auto* policy :
       {&monitors.catalog_drift, &monitors.tail_degradation, &monitors.collapse, &monitors.exploding_ratio}) {
    if (*policy == "stop") return true;
  }
  return false;
}

// Throws unless `holds`, naming the setting and where its value came from.
void Require(const RunConfig& config, bool holds, const std::string& key, int64_t value, const std::string& allowed) {
  if (!holds) throw InputError(Origin(config, key) + ": " + key, std::to_string(value) + " does not fit", allowed);
}

void CheckPolicy(const RunConfig& config) {
  const PolicyConfig& policy = config.policy;
  Require(config, policy.hidden_size % policy.heads == 0 && policy.hidden_size / policy.heads % 2 == 0, "policy.heads",
          policy.heads,
          "a divisor of policy.hidden_size = " + std::to_string(policy.hidden_size) +
              " that leaves an even head size (rotary positions turn pairs)");
  Require(config, policy.heads % policy.kv_heads == 0, "policy.kv_heads", policy.kv_heads,
          "a divisor of policy.heads = " + std::to_string(policy.heads));
}

void CheckEvaluation(const RunConfig& config) {
  const std::vector<int64_t>& k = config.eval.k;
  const bool rising = std::adjacent_find(k.begin(), k.end(), std::greater_equal<int64_t>()) == k.end();
  if (k.empty() || !rising || k.back() > config.data.list_length) {
    throw InputError(Origin(config, "eval.k") + ": eval.k", TomlText(k) + " does not fit",
                     "rising cut-offs up to data.list_length = " + std::to_string(config.data.list_length));
  }
}

[[noreturn]] void Refuse(const RunConfig& config, const std::string& key, const std::string& found,
                         const std::string& allowed) {
  throw InputError(Origin(config, key) + ": " + key, found, allowed);
}

// Only codes that are made here of the items' vectors have vectors themselves.
void CheckNewTokens(const RunConfig& config) {
  if (config.policy.new_tokens != "centroids") return;
  const DataConfig& data = config.data;
  if (data.item_form == "codes" && data.codes == "kmeans") return;
  const std::string has =
      data.item_form == "codes" ? "data.codes is " + data.codes : "data.item_form is " + data.item_form;
  Refuse(config, "policy.new_tokens", "'centroids' are not there: " + has,
         "mean, or data.item_form codes with data.codes kmeans");
}

// A key that was put there by mistake must not go into the run's files.
void CheckKeyVariable(const RunConfig& config, const std::string& key, const std::string& variable) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  if (std::all_of(variable.begin(), variable.end(), fits)) return;
  Refuse(config, key, "is not the name of an environment variable (not shown: it may be a key)",
         "a name in capitals, such as OPENAI_API_KEY, or empty for no key");
}

void CheckTeacher(const RunConfig& config, bool reflect) {
  const TeacherConfig& teacher = config.teacher;
  if (teacher.out_of_catalog < 0 && teacher.out_of_catalog != -1) {
    Refuse(config, "teacher.out_of_catalog", TomlText(teacher.out_of_catalog) + " does not fit", "0 to 1, or -1");
  }
  if (teacher.temperature < 0 && teacher.temperature != -1) {
    Refuse(config, "teacher.temperature", TomlText(teacher.temperature) + " does not fit", "0 to 2, or -1");
  }
  if (teacher.kind == "chat" && teacher.model.empty()) {
    Refuse(config, "teacher.model", "is missing for teacher.kind chat", "the model's name at the endpoint");
  }
  if (teacher.kind == "chat" && config.data.item_form != "title_year") {
    Refuse(config, "teacher.kind", "'chat' is asked for films, and data.item_form is " + config.data.item_form,
           "another teacher, or data.item_form title_year");
  }
  if (teacher.kind == "neighbours" && reflect) {
    Refuse(config, "teacher.kind", "'neighbours' counts and judges nothing, as Reflect of sft.demonstrations needs it",
           "demonstrations.reflect = false, or another teacher");
  }
  if (teacher.kind == "replay" && teacher.path.empty()) {
    Refuse(config, "teacher.path", "is missing for teacher.kind replay", "a recording");
  }
  if (teacher.kind != "replay" && !teacher.path.empty()) {
    Refuse(config, "teacher.path", "'" + teacher.path + "' is not read: teacher.kind is " + teacher.kind, "no path");
  }
}

void CheckEmbedder(const RunConfig& config) {
  const EmbedderConfig& embedder = config.embedder;
  const bool reads = embedder.kind == "minilm" || embedder.kind == "vectors";
  if (reads && embedder.path.empty()) {
    Refuse(config, "embedder.path", "is missing for embedder.kind " + embedder.kind,
           embedder.kind == "minilm" ? "a sentence-transformers folder" : "an HDF5 file");
  }
  if (!reads && !embedder.path.empty()) {
    Refuse(config, "embedder.path", "'" + embedder.path + "' is not read: embedder.kind is " + embedder.kind,
           "no path");
  }
  if (embedder.kind == "endpoint" && embedder.model.empty()) {
    Refuse(config, "embedder.model", "is missing for embedder.kind endpoint", "the model's name at the endpoint");
  }
  if (config.data.source != "miniature" && embedder.kind == "miniature") {
    Refuse(config, "embedder.kind", "'miniature' knows the miniature's films only",
           "another embedder for data.source " + config.data.source);
  }
}

void CheckSft(const RunConfig& config) {
  const SftConfig& sft = config.sft;
  Require(config, sft.batch % sft.accumulation == 0, "sft.accumulation", sft.accumulation,
          "a divisor of sft.batch = " + std::to_string(sft.batch));
  Require(config, sft.stop_at_step <= sft.steps, "sft.stop_at_step", sft.stop_at_step,
          "at most sft.steps = " + std::to_string(sft.steps));
  Require(config, sft.early_stop == 0 || sft.validate_every > 0, "sft.early_stop", sft.early_stop,
          "0, or sft.validate_every above 0");
  if (config.data.rl_share > 0 && sft.demonstrations == "source") {
    Refuse(config, "data.rl_share",
           TomlText(config.data.rl_share) + " cannot be kept from the source's own demonstrations",
           "0, or another sft.demonstrations");
  }
  CheckKeyVariable(config, "teacher_endpoint.key_variable", config.teacher_endpoint.key_variable);
  CheckKeyVariable(config, "embedder_endpoint.key_variable", config.embedder_endpoint.key_variable);
  const auto recipe = RecipeOf(sft.demonstrations, config.demonstrations.remap, config.demonstrations.reflect,
                               config.demonstrations.adjust);
  if (!recipe) return;
  if (recipe->switched_raw) {
    Refuse(config, "sft.demonstrations", "'" + sft.demonstrations + "' is the teacher's list as it is",
           "no demonstrations.remap, reflect or adjust beside it");
  }
  CheckTeacher(config, recipe->reflect);
  if (recipe->remap) CheckEmbedder(config);
}

// A policy is either given or made; the simulated world's is made anyway.
void CheckFromScratch(const RunConfig& config) {
  if (!config.policy.from_scratch) return;
  const auto refuse = [&](const std::string& why) {
    Refuse(config, "policy.from_scratch", "true has no meaning: " + why, "false");
  };
  if (!config.policy.path.empty()) refuse("policy.path is " + config.policy.path);
  if (config.data.source == "miniature") refuse("data.source is miniature, whose policy is new");
}

// A new policy is trained on the miniature's own template.
void CheckChatTemplate(const RunConfig& config) {
  const std::string& name = config.policy.chat_template;
  if (name == "own" || !config.policy.path.empty()) return;
  Refuse(config, "policy.chat_template", "'" + name + "' is not used: there is no policy.path",
         "own, or a policy.path");
}

// What the form of the items needs, and what only one source has.
void CheckItemForm(const RunConfig& config) {
  const DataConfig& data = config.data;
  const bool simulated = data.source == "miniature";
  if (simulated && data.item_form == "codes" && data.codes == "index") {
    Refuse(config, "data.codes", "'index' is not there: data.source is miniature", "kmeans, random");
  }
  if (!simulated && data.item_form == "codes" && data.codes == "kmeans") {
    if (config.embedder.kind != "vectors" && config.embedder.kind != "minilm") {
      Refuse(config, "data.codes", "'kmeans' needs the items' vectors, and embedder.kind is " + config.embedder.kind,
             "embedder.kind vectors or minilm, or codes from an index file");
    }
    CheckEmbedder(config);
  }
  const DataConfig defaults;
  if (data.source != "redial_original" && data.truth_rule != defaults.truth_rule) {
    Refuse(config, "data.truth_rule", "is not used: data.source is " + data.source, "data.source redial_original");
  }
  if (data.source == "sequences") return;
  if (data.prompt == "items") {
    Refuse(config, "data.prompt", "'items' is for histories of items, and data.source is " + data.source,
           "auto, as_is, transcript");
  }
  const auto refuse = [&](const std::string& key, bool is_default) {
    if (!is_default) Refuse(config, key, "is not used: data.source is " + data.source, "data.source sequences");
  };
  refuse("data.history_items", data.history_items == defaults.history_items);
  refuse("data.next_items", data.next_items == defaults.next_items);
  refuse("data.training_positions", data.training_positions == defaults.training_positions);
}

// A real source needs a folder, and a checkpoint that can read; the simulated one has neither.
void CheckSource(const RunConfig& config, bool needs_policy) {
  const DataConfig& data = config.data;
  if (data.source == "miniature") {
    Require(config, data.list_length <= data.catalog_items, "data.list_length", data.list_length,
            "at most data.catalog_items = " + std::to_string(data.catalog_items));
    if (!data.item_texts.empty()) {
      Refuse(config, "data.item_texts", "'" + data.item_texts + "' is not read: data.source is miniature", "no file");
    }
    if (!data.path.empty()) {
      Refuse(config, "data.path", "'" + data.path + "' is not read: data.source is miniature", "no path");
    }
    return;
  }
  Require(config, data.test_percent + data.validation_percent < 100, "data.validation_percent", data.validation_percent,
          "less than what data.test_percent = " + std::to_string(data.test_percent) + " leaves of 100");
  Require(config, data.split_rule != "validation_by_dialogue" || data.validation_percent > 0, "data.validation_percent",
          data.validation_percent, "1 and more: data.split_rule is validation_by_dialogue");
  if (data.path.empty()) Refuse(config, "data.path", "is missing for data.source " + data.source, "a folder or file");
  if (needs_policy && !IsCounted(config) && config.policy.path.empty() && !config.policy.from_scratch) {
    Refuse(config, "policy.path", "is missing for data.source " + data.source,
           "a Hugging Face folder, or policy.from_scratch = true for a new policy");
  }
}

using TextPairs = std::vector<std::pair<std::string, std::string>>;

// Adds what a config's objective changes about its preset.
class OverrideCollector {
 public:
  explicit OverrideCollector(TextPairs* overrides) : overrides_(overrides) {}

  template <typename T>
  void operator()(const FieldInfo&, const T&) const {}

  template <typename T>
  void operator()(const FieldInfo& field, const std::optional<T>& value) const {
    if (value) Add(field, *value);
  }

  void operator()(const FieldInfo& field, const double& penalty) const {
    if (penalty != 0) Add(field, penalty);
  }

 private:
  template <typename T>
  void Add(const FieldInfo& field, const T& value) const {
    if (field.section != "objective") return;
    std::string text;
    if constexpr (std::is_same_v<T, std::string>) {
      text = value;
    } else {
      text = TomlText(value);
    }
    overrides_->emplace_back(field.key.substr(field.section.size() + 1), text);
  }

  TextPairs* overrides_;
};

}  // namespace

std::vector<ConfigEntry> ConfigEntries(const RunConfig& config) {
  std::vector<ConfigEntry> entries;
  VisitFields(config, [&](const FieldInfo& field, const auto& value) {
    entries.push_back({field.key, TypeName(value), TomlText(value), "", field.allowed.Text(), field.help,
                       Origin(config, field.key), CanName(field)});
  });
  const RunConfig defaults;
  size_t next = 0;
  VisitFields(defaults, [&](const FieldInfo&, const auto& value) { entries[next++].default_value = TomlText(value); });
  return entries;
}

std::string ToToml(const RunConfig& config) {
  std::string toml;
  std::string section;
  VisitFields(config, [&](const FieldInfo& field, const auto& value) {
    if (field.section != section) toml += "\n[" + field.section + "]\n";
    section = field.section;
    const std::string name = section.empty() ? field.key : field.key.substr(section.size() + 1);
    toml += name + " = " + TomlText(value) + "\n";
  });
  return toml;
}

std::string Explain(const RunConfig& config) {
  std::ostringstream text;
  for (const ConfigEntry& entry : ConfigEntries(config)) {
    text << entry.key << " = " << entry.value << "\n    from " << entry.origin;
    if (entry.value != entry.default_value) text << "; default " << entry.default_value;
    text << "; " << entry.type << (entry.allowed.empty() ? "" : ", " + entry.allowed) << "; " << entry.help << "\n";
  }
  return text.str();
}

std::string ConfigHelp() {
  std::ostringstream text;
  for (const ConfigEntry& entry : ConfigEntries(RunConfig())) {
    text << entry.key << " [" << entry.default_value << "] " << entry.type
         << (entry.allowed.empty() ? "" : ", " + entry.allowed) << ": " << entry.help << "\n";
  }
  return text.str();
}

std::string ConfigHash(const RunConfig& config) {
  const bool may_stop = MonitorsMayStop(config.monitors);
  return HashOf(config,
                [&](const FieldInfo& field) { return CanName(field) || (may_stop && field.section == "monitors"); });
}

std::string StageHash(const RunConfig& config, const std::string& stage) {
  SUITE_CHECK(stage == "pretrain" || stage == "sft");
  std::set<std::string> sections = {"data", "policy", "pretrain", "run"};
  if (stage == "sft") sections.insert({"sft", "teacher", "embedder", "demonstrations"});
  const bool seeded = stage == "sft" && config.sft.own_seed;
  return HashOf(config, [&](const FieldInfo& field) {
    return CanName(field) && (sections.count(field.section) > 0 || (seeded && field.key == "seed"));
  });
}

TextPairs OverridesOf(const RunConfig& config) {
  TextPairs overrides;
  VisitFields(config, OverrideCollector(&overrides));
  return overrides;
}

bool IsCounted(const RunConfig& config) { return config.policy.kind != "language_model"; }

void TakeCountedForm(RunConfig* config) {
  if (!IsCounted(*config)) return;
  const std::string origin = "policy.kind = " + config->policy.kind;
  config->rl.steps = 0;
  config->run.processes = 1;
  config->run.device = "cpu";
  for (const char* key : {"rl.steps", "run.processes", "run.device"}) config->origins[key] = origin;
}

void CheckConsistent(const RunConfig& config, bool needs_policy) {
  if (!IsCounted(config)) CheckPolicy(config);
  CheckEvaluation(config);
  CheckSource(config, needs_policy);
  CheckItemForm(config);
  if (IsCounted(config)) return;  // the rest is about training
  CheckFromScratch(config);
  CheckChatTemplate(config);
  CheckNewTokens(config);
  CheckSft(config);
  const DataConfig& data = config.data;
  Require(config, config.sft.examples <= data.train, "sft.examples", config.sft.examples,
          "at most data.train = " + std::to_string(data.train));
  Require(config, config.rl.prompts_per_step <= data.train, "rl.prompts_per_step", config.rl.prompts_per_step,
          "at most data.train = " + std::to_string(data.train));
  Require(config, config.rl.micro_batch_prompts <= config.rl.prompts_per_step, "rl.micro_batch_prompts",
          config.rl.micro_batch_prompts,
          "at most rl.prompts_per_step = " + std::to_string(config.rl.prompts_per_step) +
              ", or 0 for what rl.activation_bytes allows");
  Require(config, config.run.processes <= config.run.threads, "run.processes", config.run.processes,
          "at most run.threads = " + std::to_string(config.run.threads) + ", the shards that a step is cut into");
}

}  // namespace suite
