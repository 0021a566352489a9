#include "models/policy_folder.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The safetensors files of a folder: one, or those that its index names.
std::vector<std::string> WeightFiles(const std::string& folder) {
  const std::string single = folder + "/model.safetensors", index_path = single + ".index.json";
  if (fs::exists(single)) return {single};
  if (!fs::exists(index_path)) {
    throw InputError(folder, "has no weights", "model.safetensors, or shards with model.safetensors.index.json");
  }
  const json index = json::parse(ReadFile(index_path), nullptr, /*allow_exceptions=*/false);
  if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object()) {
    throw InputError(index_path, "has no object 'weight_map'", "tensor names and the shard each is in");
  }
  std::set<std::string> names;
  for (const auto& [tensor, shard] : index["weight_map"].items()) {
    if (!shard.is_string() || shard.get<std::string>().find('/') != std::string::npos) {
      throw InputError(index_path, "tensor '" + tensor + "' is in " + shard.dump(), "a file name of the same folder");
    }
    names.insert(folder + "/" + shard.get<std::string>());
  }
  return {names.begin(), names.end()};
}

std::string ReadChatTemplate(const std::string& folder) {
  if (fs::exists(folder + "/chat_template.jinja")) return ReadFile(folder + "/chat_template.jinja");
  const std::string path = folder + "/tokenizer_config.json";
  if (!fs::exists(path)) return "";
  const json object = json::parse(ReadFile(path), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw InputError(path, "is not a JSON object");
  const auto found = object.find("chat_template");
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string TokenizerConfigJson(const Policy& policy) {
  nlohmann::ordered_json object;
  object["tokenizer_class"] = "PreTrainedTokenizerFast";
  object["clean_up_tokenization_spaces"] = false;
  object["model_max_length"] = policy.config().max_positions;
  if (policy.config().eos_ids.size() == 1) {
    object["eos_token"] = policy.tokenizer.Decode({policy.config().eos_ids.front()});
  }
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

void WriteFiles(const std::string& folder, const Policy& policy) {
  fs::create_directories(folder);
  WriteSafetensors(folder + "/model.safetensors", policy.weights.Parameters());
  const std::string dtype = DtypeName(policy.weights.flat().scalar_type());
  WriteFileAtomically(folder + "/config.json", LlamaConfigToJson(policy.config(), dtype));
  policy.tokenizer.Save(folder + "/tokenizer.json");
  WriteFileAtomically(folder + "/tokenizer_config.json", TokenizerConfigJson(policy));
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

Policy LoadPolicy(const std::string& folder, at::ScalarType dtype) {
  if (!fs::is_directory(folder)) throw InputError(folder, "is not a folder", "a Hugging Face model folder");
  const std::string config_path = folder + "/config.json";
  const LlamaConfig config = LlamaConfigFromJson(ReadFile(config_path), config_path);
  NamedTensors named;
  std::vector<std::unique_ptr<SafetensorsFile>> files;
  std::set<std::string> seen;
  for (const std::string& path : WeightFiles(folder)) {
    files.push_back(std::make_unique<SafetensorsFile>(path));
    for (const std::string& name : files.back()->names()) {
      if (!seen.insert(name).second) throw InputError(path, "tensor '" + name + "' is in another shard too");
      named.emplace_back(name, files.back()->Load(name));
    }
  }
  Tokenizer tokenizer = Tokenizer::FromFile(folder + "/tokenizer.json");
  if (tokenizer.vocab_size() > config.vocab_size) {
    throw InputError(folder, "tokenizer.json has " + std::to_string(tokenizer.vocab_size()) + " tokens",
                     "at most config.json's vocab_size of " + std::to_string(config.vocab_size));
  }
  return {LlamaWeights::FromNamed(config, named, dtype, folder), std::move(tokenizer), ReadChatTemplate(folder)};
}

void SavePolicy(const std::string& folder, const Policy& policy) {
  fs::path target = fs::path(folder).lexically_normal();
  if (!target.has_filename()) target = target.parent_path();  // "out/"
  const Temporary temporary{target.string() + "." + std::to_string(getpid()) + ".tmp"};
  try {
    RefuseToReplaceAnythingElse(target);
    fs::remove_all(temporary.folder);
    WriteFiles(temporary.folder, policy);
    fs::remove_all(target);
    fs::rename(temporary.folder, target);
  } catch (const fs::filesystem_error& failure) {
    throw InputError(folder, "cannot be written: " + failure.code().message());
  } catch (const json::type_error&) {
    throw InputError(folder, "cannot be written: the chat template is not UTF-8");
  }
}

}  // namespace suite
