#include "models/policy/policy_folder.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"
#include "models/checkpoints/config_keys.h"
#include "models/checkpoints/safetensors.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Where the weights of a folder are: one file, or the shards that an index names.
struct WeightFiles {
  std::vector<std::string> paths;
  std::string index;                          // empty: one file
  std::map<std::string, std::string> shards;  // by tensor, as the index says
};

std::map<std::string, std::string> ReadIndex(const std::string& folder, const std::string& path) {
  const json index = ParseJson(ReadFile(path), path);
  if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object()) {
    throw InputError(path, "has no object 'weight_map'", "tensor names and the shard each is in");
  }
  std::map<std::string, std::string> shards;
  for (const auto& [tensor, shard] : index["weight_map"].items()) {
    const std::string thing = "tensor '" + ShownText(tensor, 80) + "' is in " + ShownJson(shard);
    if (!shard.is_string() || shard.get<std::string>().find('/') != std::string::npos) {
      throw InputError(path, thing, "a file name of the same folder");
    }
    const std::string file = folder + "/" + shard.get<std::string>();
    if (!fs::is_regular_file(file)) throw InputError(path, thing + ", which is not there", "a file of the same folder");
    shards[tensor] = file;
  }
  return shards;
}

WeightFiles FindWeights(const std::string& folder) {
  const std::string single = folder + "/model.safetensors", index = single + ".index.json";
  if (fs::exists(single)) return {{single}, "", {}};
  if (!fs::exists(index)) {
    throw InputError(folder, "has no weights", "model.safetensors, or shards with model.safetensors.index.json");
  }
  WeightFiles files{{}, index, ReadIndex(folder, index)};
  std::set<std::string> paths;
  for (const auto& [tensor, shard] : files.shards) paths.insert(shard);
  files.paths.assign(paths.begin(), paths.end());
  return files;
}

// The index must say for every tensor of every shard that it is there, and for no other.
void CheckAgainstIndex(const WeightFiles& files, const std::map<std::string, std::string>& file_of) {
  if (files.index.empty()) return;
  for (const auto& [tensor, file] : file_of) {
    const auto said = files.shards.find(tensor);
    const std::string thing = "tensor '" + tensor + "' ";
    if (said == files.shards.end()) throw InputError(file, thing + "is foreign", "tensors of " + files.index);
    if (said->second != file)
      throw InputError(file, thing + "is in this shard", "in " + said->second + " by the index");
  }
  for (const auto& [tensor, shard] : files.shards) {
    if (file_of.count(tensor) == 0) throw InputError(shard, "tensor '" + tensor + "' is missing, which the index says");
  }
}

LlamaWeights LoadWeightsOf(const std::string& folder, const LlamaConfig& config, at::ScalarType dtype) {
  const WeightFiles files = FindWeights(folder);
  NamedTensors named;
  std::map<std::string, std::string> file_of;
  for (const std::string& path : files.paths) {
    const SafetensorsFile file(path);
    for (const std::string& name : file.names()) {
      if (const auto [other, is_new] = file_of.emplace(name, path); !is_new) {
        throw InputError(path, "tensor '" + name + "' is in another shard too", "once; the other is " + other->second);
      }
      named.emplace_back(name, file.Load(name));  // keeps the mapping alive
    }
  }
  CheckAgainstIndex(files, file_of);
  const std::string where = files.index.empty() ? files.paths.front() : files.index;
  return LlamaWeights::FromNamed(config, named, dtype, where, file_of);
}

std::optional<GenerationConfig> ReadGenerationConfig(const std::string& folder) {
  const std::string path = folder + "/generation_config.json";
  if (!fs::exists(path)) return std::nullopt;
  return GenerationConfigFromJson(ReadFile(path), path);
}

// config.json, with the end tokens that generation_config.json puts in the place of its own.
LlamaConfig ReadConfig(const std::string& folder, const std::optional<GenerationConfig>& generation) {
  CheckPolicyFolder(folder);
  const std::string path = folder + "/config.json";
  LlamaConfig config = LlamaConfigFromJson(ReadFile(path), path);
  if (generation && !generation->eos_ids.empty()) config.eos_ids = generation->eos_ids;
  return config;
}

// Sets chat_template and eos_token.
void ReadTokenizerConfig(const std::string& folder, Policy* policy) {
  const std::string path = folder + "/tokenizer_config.json", jinja = folder + "/chat_template.jinja";
  if (fs::exists(path)) {
    const ConfigKeys keys = ConfigKeys::FromText(ReadFile(path), path);
    policy->chat_template = keys.Text("chat_template", "");
    // Written as text, or as the object of an added token.
    const bool is_object = keys.Has("eos_token") && keys.Get("eos_token").is_object();
    policy->eos_token = is_object ? ConfigKeys(keys.Get("eos_token"), keys.At("eos_token")).Text("content", "")
                                  : keys.Text("eos_token", "");
  }
  if (fs::exists(jinja)) policy->chat_template = ReadFile(jinja);
}

std::string TokenizerConfigJson(const Policy& policy) {
  nlohmann::ordered_json object;
  object["tokenizer_class"] = "PreTrainedTokenizerFast";
  object["clean_up_tokenization_spaces"] = false;
  object["model_max_length"] = policy.config().max_positions;
  std::string eos = policy.eos_token;
  if (const auto& ids = policy.config().eos_ids; eos.empty() && !ids.empty())
    eos = policy.tokenizer.Decode({ids.front()});
  if (!eos.empty()) object["eos_token"] = eos;
  if (policy.config().pad_id) object["pad_token"] = policy.tokenizer.Decode({*policy.config().pad_id});
  if (!policy.chat_template.empty()) object["chat_template"] = policy.chat_template;
  return object.dump(2) + "\n";
}

const char* DtypeName(at::ScalarType dtype) {
  switch (dtype) {
    case at::kBFloat16:
      return "bfloat16";
    case at::kHalf:
      return "float16";
    case at::kDouble:
      return "float64";
    default:
      return "float32";
  }
}

// `where` is the final folder.
void WriteFiles(const std::string& folder, const Policy& policy, at::ScalarType dtype, const std::string& where) {
  const bool as_is = policy.weights.flat().scalar_type() == dtype;
  const LlamaWeights weights = as_is ? policy.weights : policy.weights.Converted(dtype, where);
  fs::create_directories(folder);
  WriteSafetensors(folder + "/model.safetensors", weights.Parameters());
  WriteFileAtomically(folder + "/config.json", LlamaConfigToJson(policy.config(), DtypeName(dtype)));
  policy.tokenizer.Save(folder + "/tokenizer.json");
  WriteFileAtomically(folder + "/tokenizer_config.json", TokenizerConfigJson(policy));
  if (policy.generation) {
    WriteFileAtomically(folder + "/generation_config.json", GenerationConfigToJson(*policy.generation));
  }
}

// Takes what is left of it away, however saving ends.
struct Temporary {
  std::string folder;
  ~Temporary() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

void RefuseToReplaceAnythingElse(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  if (fs::is_directory(folder) && (fs::is_empty(folder) || fs::exists(folder / "config.json"))) return;
  throw InputError(folder.string(), "is there and holds no policy", "a new path, an empty folder, or an older policy");
}

}  // namespace

void CheckPolicyFolder(const std::string& path) {
  if (fs::path(path).extension() == ".gguf") {
    throw InputError(path, "is a GGUF file, which is not read",
                     "a Hugging Face folder; models/checkpoints/gguf_to_hugging_face.py makes one of it");
  }
  if (!fs::is_directory(path)) throw InputError(path, "is not a folder", "a Hugging Face model folder");
  if (const std::string adapter = path + "/adapter_config.json"; fs::exists(adapter)) {
    const std::string base = ConfigKeys::FromText(ReadFile(adapter), adapter).Text("base_model_name_or_path", "");
    throw InputError(path, "is a PEFT adapter of '" + ShownText(base) + "'",
                     "a whole model; PEFT's merge_and_unload makes one of both");
  }
}

LlamaWeights LoadWeights(const std::string& folder, at::ScalarType dtype) {
  return LoadWeightsOf(folder, ReadConfig(folder, ReadGenerationConfig(folder)), dtype);
}

Policy LoadPolicy(const std::string& folder, at::ScalarType dtype) {
  std::optional<GenerationConfig> generation = ReadGenerationConfig(folder);
  const LlamaConfig config = ReadConfig(folder, generation);
  Tokenizer tokenizer = Tokenizer::FromFile(folder + "/tokenizer.json");
  if (tokenizer.vocab_size() > config.vocab_size) {
    throw InputError(folder + "/tokenizer.json", "has " + std::to_string(tokenizer.vocab_size()) + " tokens",
                     "at most config.json's vocab_size of " + std::to_string(config.vocab_size));
  }
  Policy policy{LoadWeightsOf(folder, config, dtype), std::move(tokenizer), "", std::move(generation), ""};
  ReadTokenizerConfig(folder, &policy);
  return policy;
}

void SavePolicy(const std::string& folder, const Policy& policy, std::optional<at::ScalarType> dtype) {
  fs::path target = fs::path(folder).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();  // "out/"
  const Temporary temporary{target.string() + "." + std::to_string(getpid()) + ".tmp"};
  try {
    RefuseToReplaceAnythingElse(target);
    fs::remove_all(temporary.folder);
    WriteFiles(temporary.folder, policy, dtype.value_or(policy.weights.flat().scalar_type()), folder);
    fs::remove_all(target);
    fs::rename(temporary.folder, target);
  } catch (const fs::filesystem_error& failure) {
    throw InputError(folder, "cannot be written: " + failure.code().message());
  } catch (const json::type_error&) {
    throw InputError(folder, "cannot be written: the chat template is not UTF-8");
  }
}

}  // namespace suite
