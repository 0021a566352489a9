#include "models/bert_embedder.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "models/checkpoints/safetensors.h"
#include "models/llama/gradient_check.h"

namespace suite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int64_t kHidden = 12, kHeads = 3, kLayers = 2, kIntermediate = 20, kVocab = 16, kPositions = 40, kMax = 30;
constexpr double kEps = 1e-12;

// What a folder holds, to be changed by a test before it is written.
struct Folder {
  std::map<std::string, json> files;
  NamedTensors tensors;

  at::Tensor& Tensor(const std::string& name) {
    for (auto& [found, tensor] : tensors) {
      if (found == name) return tensor;
    }
    throw std::out_of_range(name);
  }
};

// The letters a to l are words of one token each.
json TokenizerFile() {
  json file = json::parse(R"json({
    "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                   "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
      "type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
      "pair": [],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                         "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100, "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}}
  })json");
  for (int64_t id = 4; id < kVocab; ++id) file["model"]["vocab"][std::string(1, static_cast<char>('a' + id - 4))] = id;
  return file;
}

void AddTensors(Folder* folder) {
  uint64_t seed = 0;
  const auto add = [&](const std::string& name, const std::vector<int64_t>& shape, double mean = 0) {
    folder->tensors.emplace_back(name, NormalTensor(shape, ++seed).mul(0.4).add(mean).to(at::kFloat));
  };
  const auto add_affine = [&](const std::string& name, const std::vector<int64_t>& shape) {
    add(name + ".weight", shape, shape.size() == 1 ? 1 : 0);
    add(name + ".bias", {shape[0]});
  };
  add("embeddings.word_embeddings.weight", {kVocab, kHidden});
  add("embeddings.position_embeddings.weight", {kPositions, kHidden});
  add("embeddings.token_type_embeddings.weight", {2, kHidden});
  add_affine("embeddings.LayerNorm", {kHidden});
  for (int64_t i = 0; i < kLayers; ++i) {
    const std::string name = "encoder.layer." + std::to_string(i) + ".";
    for (const char* part : {"query", "key", "value"}) add_affine(name + "attention.self." + part, {kHidden, kHidden});
    add_affine(name + "attention.output.dense", {kHidden, kHidden});
    add_affine(name + "attention.output.LayerNorm", {kHidden});
    add_affine(name + "intermediate.dense", {kIntermediate, kHidden});
    add_affine(name + "output.dense", {kHidden, kIntermediate});
    add_affine(name + "output.LayerNorm", {kHidden});
  }
  add_affine("pooler.dense", {kHidden, kHidden});
  folder->tensors.emplace_back("embeddings.position_ids", at::arange(kPositions).unsqueeze(0));
}

Folder TinyFolder() {
  Folder folder;
  folder.files["config.json"] = {{"model_type", "bert"},
                                 {"hidden_act", "gelu"},
                                 {"hidden_size", kHidden},
                                 {"num_hidden_layers", kLayers},
                                 {"num_attention_heads", kHeads},
                                 {"intermediate_size", kIntermediate},
                                 {"vocab_size", kVocab},
                                 {"max_position_embeddings", kPositions},
                                 {"type_vocab_size", 2},
                                 {"layer_norm_eps", kEps},
                                 {"position_embedding_type", "absolute"}};
  const std::string prefix = "sentence_transformers.models.";
  folder.files["modules.json"] = {{{"idx", 0}, {"name", "0"}, {"path", ""}, {"type", prefix + "Transformer"}},
                                  {{"idx", 1}, {"name", "1"}, {"path", "1_Pooling"}, {"type", prefix + "Pooling"}},
                                  {{"idx", 2}, {"name", "2"}, {"path", "2_Normalize"}, {"type", prefix + "Normalize"}}};
  folder.files["1_Pooling/config.json"] = {{"word_embedding_dimension", kHidden},
                                           {"pooling_mode_cls_token", false},
                                           {"pooling_mode_mean_tokens", true},
                                           {"pooling_mode_max_tokens", false}};
  folder.files["sentence_bert_config.json"] = {{"max_seq_length", kMax}, {"do_lower_case", false}};
  folder.files["tokenizer.json"] = TokenizerFile();
  AddTensors(&folder);
  return folder;
}

std::string Written(const Folder& folder, const std::string& name) {
  const std::string path = testing::TempDir() + "/" + name;
  fs::remove_all(path);
  fs::create_directories(path + "/1_Pooling");
  for (const auto& [file, value] : folder.files) WriteFileAtomically(path + "/" + file, value.dump());
  WriteSafetensors(path + "/model.safetensors", folder.tensors);
  return path;
}

// The encoder of Devlin et al. with elementary operations in float64, one text and one head at a time.
class Reference {
 public:
  explicit Reference(const Folder& folder) {
    for (const auto& [name, tensor] : folder.tensors) tensors_[name] = tensor.to(at::kDouble);
  }

  at::Tensor Embed(const std::vector<int64_t>& ids) const {
    std::vector<at::Tensor> rows;
    for (size_t t = 0; t < ids.size(); ++t) {
      rows.push_back(At("embeddings.word_embeddings.weight")[ids[t]] +
                     At("embeddings.position_embeddings.weight")[static_cast<int64_t>(t)] +
                     At("embeddings.token_type_embeddings.weight")[0]);
    }
    at::Tensor x = Norm("embeddings.LayerNorm", at::stack(rows));
    for (int64_t i = 0; i < kLayers; ++i) {
      const std::string name = "encoder.layer." + std::to_string(i) + ".";
      x = Norm(name + "attention.output.LayerNorm", x + Linear(name + "attention.output.dense", Heads(name, x)));
      const at::Tensor up = Linear(name + "intermediate.dense", x);
      const at::Tensor gelu = up * (at::erf(up / std::sqrt(2.0)) + 1) / 2;
      x = Norm(name + "output.LayerNorm", x + Linear(name + "output.dense", gelu));
    }
    const at::Tensor mean = x.sum(0) / static_cast<double>(ids.size());
    return mean / mean.mul(mean).sum().sqrt();
  }

 private:
  const at::Tensor& At(const std::string& name) const { return tensors_.at(name); }

  at::Tensor Linear(const std::string& name, const at::Tensor& x) const {
    return at::matmul(x, At(name + ".weight").t()) + At(name + ".bias");
  }

  at::Tensor Norm(const std::string& name, const at::Tensor& x) const {
    const at::Tensor centred = x - x.mean(1, true);
    const at::Tensor variance = centred.mul(centred).mean(1, true);
    return centred / (variance + kEps).sqrt() * At(name + ".weight") + At(name + ".bias");
  }

  at::Tensor Heads(const std::string& name, const at::Tensor& x) const {
    constexpr int64_t kSize = kHidden / kHeads;
    std::vector<at::Tensor> heads;
    for (int64_t head = 0; head < kHeads; ++head) {
      const auto part = [&](const char* which) {
        return Linear(name + "attention.self." + which, x).narrow(1, head * kSize, kSize);
      };
      const at::Tensor weights = (at::matmul(part("query"), part("key").t()) / std::sqrt(1.0 * kSize)).exp();
      heads.push_back(at::matmul(weights / weights.sum(1, true), part("value")));
    }
    return at::cat(heads, 1);
  }

  std::map<std::string, at::Tensor> tensors_;
};

// Of many lengths, some of them several times, in no order; one past the limit.
std::vector<std::string> Texts() {
  std::vector<std::string> texts;
  for (size_t i = 0; i < 40; ++i) {
    std::string text;
    for (size_t word = 0; word < (i * 7) % 23; ++word)
      text += std::string(1, static_cast<char>('a' + (i + word * word) % 12)) + " ";
    texts.push_back(text);
  }
  texts.push_back("");
  texts.push_back("zebra B. C");
  std::string longest;
  for (int word = 0; word < 50; ++word) longest += word % 2 == 0 ? "k " : "c ";
  texts.push_back(longest);
  return texts;
}

at::Tensor ReferenceRows(const Folder& folder, const BertEmbedder& embedder, const std::vector<std::string>& texts) {
  const Reference reference(folder);
  std::vector<at::Tensor> rows;
  for (const auto& text : texts) rows.push_back(reference.Embed(embedder.tokenizer().EncodeForModel(text, kMax)));
  return at::stack(rows);
}

TEST(BertEmbedder, IsTheFormulaInFloat64) {
  const Folder folder = TinyFolder();
  const BertEmbedder embedder = BertEmbedder::Load(Written(folder, "formula"), at::kDouble);
  const at::Tensor rows = embedder.Embed(Texts());
  EXPECT_EQ(rows.scalar_type(), at::kFloat);
  EXPECT_EQ(rows.sizes(), (std::vector<int64_t>{43, kHidden}));
  EXPECT_FALSE(rows.requires_grad());
  EXPECT_EQ(embedder.max_tokens(), kMax);
  EXPECT_EQ(embedder.hidden_size(), kHidden);
  EXPECT_LT(LargestDifference(rows, ReferenceRows(folder, embedder, Texts())), 4e-8);  // half a float32 step below 1
}

TEST(BertEmbedder, OtherTypesAreNearTheFormula) {
  const Folder folder = TinyFolder();
  const std::string path = Written(folder, "types");
  const BertEmbedder single = BertEmbedder::Load(path, at::kFloat);
  const at::Tensor expected = ReferenceRows(folder, single, Texts());
  EXPECT_LT(LargestDifference(single.Embed(Texts()), expected), 2e-6);
  for (const at::ScalarType type : {at::kBFloat16, at::kHalf}) {
    const at::Tensor half = BertEmbedder::Load(path, type).Embed(Texts());
    EXPECT_EQ(half.scalar_type(), at::kFloat);
    EXPECT_LT(LargestDifference(half, expected), 0.05);
    EXPECT_GT(LargestDifference(half, expected), 1e-4);  // it did compute in that type
  }
}

TEST(BertEmbedder, ReadsWeightsOfOtherTypes) {
  Folder folder = TinyFolder();
  for (auto& [name, tensor] : folder.tensors) {
    if (at::isFloatingType(tensor.scalar_type())) tensor = tensor.to(at::kBFloat16);
  }
  const BertEmbedder embedder = BertEmbedder::Load(Written(folder, "bf16"), at::kFloat);
  EXPECT_LT(LargestDifference(embedder.Embed(Texts()), ReferenceRows(folder, embedder, Texts())), 2e-6);
}

TEST(BertEmbedder, RowsHaveLengthOne) {
  const BertEmbedder embedder = BertEmbedder::Load(Written(TinyFolder(), "length"), at::kFloat);
  const at::Tensor lengths = embedder.Embed(Texts()).to(at::kDouble).norm(2, {1});
  EXPECT_LT(LargestDifference(lengths, at::ones_like(lengths)), 1e-6);
}

// 430 texts of up to 30 tokens: more than one batch.
TEST(BertEmbedder, ARowDoesNotDependOnTheOtherTexts) {
  const BertEmbedder embedder = BertEmbedder::Load(Written(TinyFolder(), "batch"), at::kFloat);
  std::vector<std::string> many;
  for (int copy = 0; copy < 10; ++copy) {
    for (const std::string& text : Texts()) many.push_back(text + std::string(1, static_cast<char>('a' + copy)));
  }
  int64_t tokens = 0;
  for (const auto& text : many) tokens += static_cast<int64_t>(embedder.tokenizer().EncodeForModel(text, kMax).size());
  ASSERT_GT(tokens, 4096);
  const at::Tensor together = embedder.Embed(many);
  for (size_t i = 0; i < many.size(); ++i) {
    EXPECT_LT(LargestDifference(embedder.Embed({many[i]})[0], together[static_cast<int64_t>(i)]), 2e-6) << many[i];
  }
  const std::vector<std::string> reversed(many.rbegin(), many.rend());
  EXPECT_LT(LargestDifference(embedder.Embed(reversed).flip(0), together), 2e-6);
}

TEST(BertEmbedder, NoTextsGiveNoRows) {
  const BertEmbedder embedder = BertEmbedder::Load(Written(TinyFolder(), "none"), at::kFloat);
  EXPECT_EQ(embedder.Embed({}).sizes(), (std::vector<int64_t>{0, kHidden}));
}

// Only the first kMax - 2 words count, and the order of words does.
TEST(BertEmbedder, TextIsCutToTheLimit) {
  const BertEmbedder embedder = BertEmbedder::Load(Written(TinyFolder(), "cut"), at::kFloat);
  std::string text;
  for (int64_t word = 0; word < kMax - 2; ++word) text += "a ";
  const at::Tensor rows = embedder.Embed({text, text + "b", "b" + text, "a b", "b a"});
  EXPECT_EQ(LargestDifference(rows[0], rows[1]), 0);
  EXPECT_GT(LargestDifference(rows[0], rows[2]), 1e-3);
  EXPECT_GT(LargestDifference(rows[3], rows[4]), 1e-3);
}

struct BadFolder {
  const char* name;
  std::function<void(Folder&)> change;
  const char* message;
};

std::function<void(Folder&)> Set(const char* file, const char* key, const json& value) {
  return [=](Folder& folder) { folder.files[file][key] = value; };
}

std::vector<BadFolder> BadConfigs() {
  return {
      {"model type", Set("config.json", "model_type", "roberta"), "config.json: model_type: is \"roberta\""},
      {"no type", Set("config.json", "model_type", nullptr), "config.json: has no key 'model_type'"},
      {"activation", Set("config.json", "hidden_act", "relu"),
       "config.json: hidden_act: is \"relu\"; allowed: \"gelu\""},
      {"positions", Set("config.json", "position_embedding_type", "relative_key"),
       "position_embedding_type: is \"relative_key\"; allowed: \"absolute\""},
      {"decoder", Set("config.json", "is_decoder", true), "is_decoder: is true; allowed: false"},
      {"no size", Set("config.json", "hidden_size", nullptr), "config.json: has no key 'hidden_size'"},
      {"text for size", Set("config.json", "hidden_size", "12"), "hidden_size: is \"12\"; allowed: a whole number"},
      {"huge", Set("config.json", "num_hidden_layers", int64_t{1} << 40), "num_hidden_layers: is 1099511627776"},
      {"negative", Set("config.json", "vocab_size", -1), "vocab_size: is -1"},
      {"heads", Set("config.json", "num_attention_heads", 5), "num_attention_heads: 5 does not divide hidden_size 12"},
      {"eps", Set("config.json", "layer_norm_eps", 0), "layer_norm_eps: is 0; allowed: a number above 0"},
      {"vocabulary", Set("config.json", "vocab_size", 15), "vocab_size: is 15; allowed: at least the 16 tokens"},
      {"no object", [](Folder& f) { f.files["config.json"] = json::array(); },
       "config.json: is []; allowed: a JSON object"},
      {"max pooling", Set("1_Pooling/config.json", "pooling_mode_max_tokens", true),
       "1_Pooling/config.json: pooling_mode_max_tokens: is true; allowed: pooling_mode_mean_tokens alone"},
      {"new pooling", Set("1_Pooling/config.json", "pooling_mode_lasttoken", true), "pooling_mode_lasttoken: is true"},
      {"no mean", Set("1_Pooling/config.json", "pooling_mode_mean_tokens", false),
       "pooling_mode_mean_tokens: is false; allowed: true"},
      {"dimension", Set("1_Pooling/config.json", "word_embedding_dimension", 13),
       "word_embedding_dimension: is 13; allowed: 12"},
      {"no normalization", [](Folder& f) { f.files["modules.json"].erase(2); },
       "modules.json: is not a list of three modules"},
      {"dense", [](Folder& f) { f.files["modules.json"][2]["type"] = "sentence_transformers.models.Dense"; },
       "module 2: type: is \"sentence_transformers.models.Dense\""},
      {"outside", [](Folder& f) { f.files["modules.json"][1]["path"] = "../other"; },
       "module 1: path: is '../other'; allowed: a folder inside"},
      {"length", Set("sentence_bert_config.json", "max_seq_length", 41),
       "max_seq_length: is 41; allowed: from 3 to max_position_embeddings, 40"},
      {"short", Set("sentence_bert_config.json", "max_seq_length", 2), "max_seq_length: is 2"},
      {"lower case", Set("sentence_bert_config.json", "do_lower_case", true), "do_lower_case: is true"},
      {"tokenizer", [](Folder& f) { f.files["tokenizer.json"]["model"]["type"] = "BPE"; },
       "tokenizer.json: model.type: 'BPE' is not supported"}};
}

std::vector<BadFolder> BadWeights() {
  return {{"missing", [](Folder& f) { f.tensors.erase(f.tensors.begin()); },
           "model.safetensors: tensor 'embeddings.word_embeddings.weight' is missing"},
          {"unknown", [](Folder& f) { f.tensors.emplace_back("cls.bias", at::zeros({2})); },
           "tensor 'cls.bias' is not part of this architecture"},
          {"more layers", Set("config.json", "num_hidden_layers", 2000000000),
           "tensor 'encoder.layer.2.attention.self.query.weight' is missing"},
          {"fewer layers", Set("config.json", "num_hidden_layers", 1), "tensor 'encoder.layer.1."},
          {"shape",
           [](Folder& f) {
             f.Tensor("encoder.layer.0.output.dense.weight") = at::zeros({20, 12});
           },
           "tensor 'encoder.layer.0.output.dense.weight' has shape [20, 12]; allowed: [12, 20]"},
          {"integers", [](Folder& f) { f.Tensor("embeddings.LayerNorm.bias") = at::zeros({12}, at::kLong); },
           "tensor 'embeddings.LayerNorm.bias' is not of a float type"},
          {"NaN", [](Folder& f) { f.Tensor("embeddings.LayerNorm.bias")[3] = NAN; },
           "model.safetensors: tensor 'embeddings.LayerNorm.bias' holds NaN; allowed: finite numbers"}};
}

TEST(BertEmbedder, RefusesBadFoldersByName) {
  std::vector<BadFolder> all = BadConfigs();
  for (auto& bad : BadWeights()) all.push_back(bad);
  for (const BadFolder& bad : all) {
    Folder folder = TinyFolder();
    bad.change(folder);
    try {
      BertEmbedder::Load(Written(folder, "bad"), at::kFloat);
      ADD_FAILURE() << bad.name << ": accepted";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(bad.message), std::string::npos) << bad.name << ": " << error.what();
    }
  }
}

TEST(BertEmbedder, RefusesMissingFiles) {
  for (const char* file : {"config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
                           "tokenizer.json", "model.safetensors"}) {
    const std::string path = Written(TinyFolder(), "missing");
    fs::remove(path + "/" + file);
    try {
      BertEmbedder::Load(path, at::kFloat);
      ADD_FAILURE() << file << ": accepted";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(path + "/" + file), std::string::npos) << error.what();
    }
  }
}

// A million brackets: neither reading nor refusing them may use the stack.
TEST(BertEmbedder, RefusesDeepFiles) {
  const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
  const std::pair<const char*, std::string> files[] = {
      {"config.json", deep},
      {"config.json", "{\"model_type\": " + deep + "}"},
      {"modules.json", "[{\"type\": " + deep + "}, {}, {}]"},
      {"1_Pooling/config.json", "{\"pooling_mode_x\": " + deep + "}"},
      {"sentence_bert_config.json", "{\"do_lower_case\": " + deep + "}"},
      {"tokenizer.json", "{\"model\": " + deep + "}"}};
  for (const auto& [file, text] : files) {
    const std::string path = Written(TinyFolder(), "deep");
    WriteFileAtomically(path + "/" + file, text);
    EXPECT_THROW(BertEmbedder::Load(path, at::kFloat), InputError) << file;
  }
}

// The optional tensors may be left out.
TEST(BertEmbedder, NeedsNoPooler) {
  Folder folder = TinyFolder();
  const at::Tensor with = BertEmbedder::Load(Written(folder, "pooler"), at::kFloat).Embed(Texts());
  folder.tensors.resize(folder.tensors.size() - 3);
  EXPECT_EQ(LargestDifference(BertEmbedder::Load(Written(folder, "no_pooler"), at::kFloat).Embed(Texts()), with), 0);
}

}  // namespace
}  // namespace suite
