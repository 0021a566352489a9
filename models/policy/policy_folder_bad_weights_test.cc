// Each kind of damaged or unfit weight file of a Hugging Face folder, and the one error that it gets: the file and the
// tensor, what was found, and what is allowed. For the other files see policy_folder_bad_input_test.cc.
#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "models/checkpoints/safetensors.h"
#include "models/policy/bad_policy_folder.h"
#include "models/policy/policy_folder.h"
#include "models/policy/tiny_policy.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kShard1[] = "/model-00001-of-00002.safetensors", kShard2[] = "/model-00002-of-00002.safetensors";
constexpr char kIndex[] = "/model.safetensors.index.json", kWeights[] = "/model.safetensors";

Damage Tensors(const std::function<void(NamedTensors&)>& change) {
  return [=](const std::string& folder) {
    NamedTensors named = TinyPolicy().weights.Parameters();
    change(named);
    WriteSafetensors(folder + kWeights, named);
  };
}

// The weights file with the JSON of its header changed and its data left.
Damage Header(const std::function<void(json&)>& change) {
  return [=](const std::string& folder) {
    const std::string bytes = ReadFile(folder + kWeights);
    uint64_t length = 0;
    std::memcpy(&length, bytes.data(), sizeof(length));
    json header = json::parse(bytes.substr(8, length));
    change(header);
    const std::string text = header.dump(), data = bytes.substr(8 + length);
    length = text.size();
    WriteFileAtomically(folder + kWeights,
                        std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + text + data);
  };
}

// Two shards and an index, as transformers writes large models: the embedding in the first, the rest in the second.
void Shard(const std::string& folder) {
  const NamedTensors named = TinyPolicy().weights.Parameters();
  json map = json::object();
  for (const auto& [name, tensor] : named) map[name] = kShard2 + 1;
  map[named[0].first] = kShard1 + 1;
  WriteSafetensors(folder + kShard1, {named[0]});
  WriteSafetensors(folder + kShard2, NamedTensors(named.begin() + 1, named.end()));
  WriteFileAtomically(folder + kIndex, json{{"weight_map", map}}.dump());
  fs::remove(folder + kWeights);
}

Damage Sharded(const Damage& damage) {
  return [=](const std::string& folder) {
    Shard(folder);
    damage(folder);
  };
}

std::vector<BadFolder> BadTensors() {
  return {
      {"missing tensor", Tensors([](NamedTensors& named) { named.pop_back(); }),
       "FOLDER/model.safetensors: tensor 'model.norm.weight' is missing"},
      {"unknown tensor", Tensors([](NamedTensors& named) { named.emplace_back("extra", at::zeros({2})); }),
       "FOLDER/model.safetensors: tensor 'extra' is not part of this architecture; allowed: the tensors of llama with "
       "2 layers"},
      {"wrong shape", Tensors([](NamedTensors& named) { named.back().second = at::zeros({13}); }),
       "FOLDER/model.safetensors: tensor 'model.norm.weight' has shape [13]; allowed: [12]"},
      {"wrong dtype", Tensors([](NamedTensors& named) { named.back().second = at::zeros({12}, at::kLong); }),
       "FOLDER/model.safetensors: tensor 'model.norm.weight' is of type Long; allowed: a float type"},
      {"no tensors", Tensors([](NamedTensors& named) { named.clear(); }),
       "FOLDER/model.safetensors: tensor 'model.embed_tokens.weight' is missing"},
  };
}

Damage Prefixed(const std::string& prefix) {
  return Tensors([=](NamedTensors& named) {
    for (auto& [name, tensor] : named) name = prefix + name;
  });
}

// With the whole of the model under names that another library gave it.
std::vector<BadFolder> WrappedNames() {
  const std::string start = "FOLDER/model.safetensors: tensor '";
  const std::string name = "model.embed_tokens.weight' is not part of this architecture: it was saved from inside ";
  return {
      {"compiled", Prefixed("_orig_mod."),
       start + "_orig_mod." + name + "torch.compile; save the module's _orig_mod instead"},
      {"in PEFT", Prefixed("base_model.model."),
       start + "base_model.model." + name + "PEFT; merge_and_unload and save the model it gives"},
      {"in parallel", Prefixed("module."), start + "module." + name + "DataParallel; save its module instead"},
      {"in FSDP", Prefixed("_fsdp_wrapped_module."),
       start + "_fsdp_wrapped_module." + name + "FSDP; gather the model's own state dict and save that"},
      {"with LoRA", Tensors([](NamedTensors& named) {
         named.emplace_back("model.layers.0.self_attn.q_proj.lora_A.weight", at::zeros({2, 12}));
       }),
       start + "model.layers.0.self_attn.q_proj.lora_A.weight' is not part of this architecture: it is of a LoRA "
               "adapter; merge it into the model first; allowed: the tensors of llama with 2 layers"},
  };
}

// A checkpoint that was cut, overwritten or trained too far.
std::vector<BadFolder> DamagedNumbers() {
  const auto value = [](size_t tensor, double number) {
    return Tensors([=](NamedTensors& named) {
      named[tensor].second = named[tensor].second.clone();
      named[tensor].second.view({-1})[7] = number;
    });
  };
  const auto head = [](const at::Tensor& tensor) {
    return Tensors([=](NamedTensors& named) { named.emplace_back("lm_head.weight", tensor); });
  };
  const std::string advice = "; allowed: finite numbers: the checkpoint is damaged, take an undamaged one";
  const std::string differs =
      "FOLDER/model.safetensors: tensor 'lm_head.weight' differs from 'model.embed_tokens.weight', though "
      "tie_word_embeddings of config.json is true; allowed: equal tensors, no 'lm_head.weight', or tie_word_embeddings "
      "false";
  return {
      {"NaN", value(0, NAN), "FOLDER/model.safetensors: tensor 'model.embed_tokens.weight' holds NaN" + advice},
      {"infinity", value(1, INFINITY),
       "FOLDER/model.safetensors: tensor 'model.layers.0.self_attn.q_proj.weight' holds infinity" + advice},
      {"minus infinity", value(1, -INFINITY),
       "FOLDER/model.safetensors: tensor 'model.layers.0.self_attn.q_proj.weight' holds infinity" + advice},
      {"NaN in bfloat16", Tensors([](NamedTensors& named) {
         named.back().second = at::zeros({12}, at::kBFloat16);
         named.back().second[11] = NAN;
       }),
       "FOLDER/model.safetensors: tensor 'model.norm.weight' holds NaN" + advice},
      {"another head", head(at::zeros({29, 12})), differs},
      {"a head of another shape", head(at::zeros({12, 29})), differs},
  };
}

std::vector<BadFolder> BadWeightFiles() {
  const auto entry = [](const std::string& key, const json& value) {
    return Header([=](json& header) { header["model.norm.weight"][key] = value; });
  };
  return {
      {"empty file", Text("model.safetensors", ""), "FOLDER/model.safetensors: is empty; allowed: a safetensors file"},
      {"text", Text("model.safetensors", "version https://git-lfs.github.com/spec/v1\n"),
       "FOLDER/model.safetensors: is a Git LFS pointer; allowed: the file that it points to (git lfs pull)"},
      {"no length", Text("model.safetensors", "PK\x03\x04"),
       "FOLDER/model.safetensors: has 4 bytes; allowed: a safetensors file"},
      {"header length", Text("model.safetensors", std::string("\xff\xff\xff\xff\0\0\0\0{}", 10)),
       "FOLDER/model.safetensors: header of 4294967295 bytes in a file of 10: truncated or not a safetensors file"},
      {"header no JSON", Text("model.safetensors", std::string("\2\0\0\0\0\0\0\0{]", 10)),
       "FOLDER/model.safetensors: header: parse error at line 1, column 2: syntax error while parsing object key - "
       "unexpected ']'; expected string literal; allowed: JSON"},
      {"header no object", Text("model.safetensors", std::string("\2\0\0\0\0\0\0\0[]", 10)),
       "FOLDER/model.safetensors: header: is an array; allowed: a JSON object"},
      {"header deep", Text("model.safetensors", std::string("\xc8\0\0\0\0\0\0\0", 8) + Brackets(100)),
       "FOLDER/model.safetensors: header: JSON is nested too deep; allowed: 64 levels"},
      {"truncated",
       [](const std::string& folder) { fs::resize_file(folder + kWeights, fs::file_size(folder + kWeights) - 1); },
       "FOLDER/model.safetensors: model.norm.weight: data_offsets [11952, 12000] reach past the 11999 bytes of data: "
       "truncated file"},
      {"longer",
       [](const std::string& folder) { fs::resize_file(folder + kWeights, fs::file_size(folder + kWeights) + 3); },
       "FOLDER/model.safetensors: 3 bytes belong to no tensor"},
      {"overlap", entry("data_offsets", {0, 48}),
       "FOLDER/model.safetensors: model.embed_tokens.weight: its bytes begin at 0: they overlap those of the tensor "
       "before it; allowed: 48, where the tensor before it ends"},
      {"offsets past the end", entry("data_offsets", {1000000, 1000048}),
       "FOLDER/model.safetensors: model.norm.weight: data_offsets [1000000, 1000048] reach past the 12000 bytes of "
       "data: truncated file"},
      {"offsets reversed", entry("data_offsets", {48, 0}),
       "FOLDER/model.safetensors: model.norm.weight: data_offsets [48, 0]; allowed: a begin that is not after its end"},
      {"negative offset", entry("data_offsets", {-48, 0}),
       "FOLDER/model.safetensors: model.norm.weight: holds -48; allowed: whole numbers from 0"},
      {"three offsets", entry("data_offsets", {0, 1, 2}),
       "FOLDER/model.safetensors: model.norm.weight: is {\"data_offsets\":[0,1,2],\"dtype\":\"F32\",\"shape\":[12]}; "
       "allowed: an object with dtype, shape and two data_offsets"},
      {"unknown dtype", entry("dtype", "F8_E4M3"),
       "FOLDER/model.safetensors: model.norm.weight: dtype 'F8_E4M3' is of a quantised checkpoint; allowed: "
       "F32, "
       "BF16, F16, F64, I64, I32, U8, BOOL"},
      {"another dtype", entry("dtype", "I16"),
       "FOLDER/model.safetensors: model.norm.weight: dtype 'I16' is not read; allowed: F32, BF16, F16, F64, I64, I32, "
       "U8, BOOL"},
      {"dtype does not fit", entry("dtype", "F16"),
       "FOLDER/model.safetensors: model.norm.weight: data_offsets hold 48 bytes; allowed: 24, by its shape and dtype "
       "F16"},
      {"negative shape", entry("shape", {-12}),
       "FOLDER/model.safetensors: model.norm.weight: holds -12; allowed: whole numbers from 0"},
      {"shape that overflows", entry("shape", {4611686018427387904, 4, 12}),
       "FOLDER/model.safetensors: model.norm.weight: shape has more elements than 64 bits count"},
      {"shape a number", entry("shape", 12),
       "FOLDER/model.safetensors: model.norm.weight: is "
       "{\"data_offsets\":[11952,12000],\"dtype\":\"F32\",\"shape\":12}; allowed: an object with dtype, shape and two "
       "data_offsets"},
      {"an entry twice",
       [](const std::string& folder) {
         const std::string text = R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}})";
         WriteFileAtomically(folder + kWeights,
                             std::string(1, static_cast<char>(text.size())) + std::string(7, '\0') + text);
       },
       "FOLDER/model.safetensors: header: the key 'a' is given twice in one object; allowed: each key once"},
  };
}

std::vector<BadFolder> BadShards() {
  const auto map = [](const std::string& tensor, const json& shard) {
    return Sharded(Set("model.safetensors.index.json", "/weight_map/" + tensor, shard));
  };
  const auto index = [](const std::string& text) { return Sharded(Text("model.safetensors.index.json", text)); };
  return {
      {"index: no JSON", index("{"),
       "FOLDER/model.safetensors.index.json: parse error at line 1, column 2: syntax error while parsing object key - "
       "unexpected end of input; expected string literal; allowed: JSON"},
      {"index: no map", index("{\"metadata\": {}}"),
       "FOLDER/model.safetensors.index.json: has no object 'weight_map'; allowed: tensor names and the shard each is "
       "in"},
      {"index: empty map", index("{\"weight_map\": {}}"),
       "FOLDER/model.safetensors.index.json: tensor 'model.embed_tokens.weight' is missing"},
      {"index: a tensor twice", index(R"({"weight_map": {"a": "x", "a": "y"}})"),
       "FOLDER/model.safetensors.index.json: the key 'a' is given twice in one object; allowed: each key once"},
      {"index: shard a number", map("model.norm.weight", 2),
       "FOLDER/model.safetensors.index.json: tensor 'model.norm.weight' is in 2; allowed: a file name of the same "
       "folder"},
      {"index: shard elsewhere", map("model.norm.weight", "../model.safetensors"),
       "FOLDER/model.safetensors.index.json: tensor 'model.norm.weight' is in '../model.safetensors'; allowed: a file "
       "name of the same folder"},
      {"index: missing shard", map("model.norm.weight", "model-00003-of-00002.safetensors"),
       "FOLDER/model.safetensors.index.json: tensor 'model.norm.weight' is in 'model-00003-of-00002.safetensors', "
       "which is not there; allowed: a file of the same folder"},
      {"index: missing tensor", map("model.extra.weight", kShard1 + 1),
       "FOLDER/model-00001-of-00002.safetensors: tensor 'model.extra.weight' is missing, which the index says"},
      {"index: wrong shard", map("model.norm.weight", kShard1 + 1),
       "FOLDER/model-00002-of-00002.safetensors: tensor 'model.norm.weight' is in this shard; allowed: in "
       "FOLDER/model-00001-of-00002.safetensors by the index"},
      {"foreign tensor", Sharded([](const std::string& folder) {
         const auto named = TinyPolicy().weights.Parameters();
         WriteSafetensors(folder + kShard1, {named[0], {"foreign", at::zeros({2})}});
       }),
       "FOLDER/model-00001-of-00002.safetensors: tensor 'foreign' is foreign; allowed: tensors of "
       "FOLDER/model.safetensors.index.json"},
      {"a tensor in two shards", Sharded([](const std::string& folder) {
         const auto named = TinyPolicy().weights.Parameters();
         WriteSafetensors(folder + kShard1, {named[0], named[1]});
       }),
       "FOLDER/model-00002-of-00002.safetensors: tensor 'model.layers.0.self_attn.q_proj.weight' is in another shard "
       "too; allowed: once; the other is FOLDER/model-00001-of-00002.safetensors"},
      {"a shape in a shard", Sharded([](const std::string& folder) {
         WriteSafetensors(folder + kShard1, {{"model.embed_tokens.weight", at::zeros({12, 29})}});
       }),
       "FOLDER/model-00001-of-00002.safetensors: tensor 'model.embed_tokens.weight' has shape [12, 29]; allowed: [29, "
       "12]"},
      {"truncated shard", Sharded([](const std::string& folder) { fs::resize_file(folder + kShard1, 100); }),
       "FOLDER/model-00001-of-00002.safetensors: header of 120 bytes in a file of 100: truncated or not a safetensors "
       "file"},
  };
}

void Load(const std::string& folder) { LoadPolicy(folder, at::kFloat); }

TEST(BadPolicyFolder, Tensors) { ExpectErrors(BadTensors(), Load); }
TEST(BadPolicyFolder, WeightFiles) { ExpectErrors(BadWeightFiles(), Load); }
TEST(BadPolicyFolder, NamesOfOtherLibraries) { ExpectErrors(WrappedNames(), Load); }
TEST(BadPolicyFolder, NumbersThatAreNotFiniteOrContradict) { ExpectErrors(DamagedNumbers(), Load); }
TEST(BadPolicyFolder, Shards) { ExpectErrors(BadShards(), Load); }

}  // namespace
}  // namespace suite
