#include "models/policy/gguf_tokenizer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text/utf8.h"

namespace suite {
namespace {

using nlohmann::json;

constexpr char kTokens[] = "tokenizer.ggml.tokens", kTypes[] = "tokenizer.ggml.token_type";
constexpr char kMerges[] = "tokenizer.ggml.merges", kPre[] = "tokenizer.ggml.pre";
constexpr char kBos[] = "tokenizer.ggml.bos_token_id";

// enum llama_token_type
constexpr int64_t kNormal = 1, kControl = 3, kUserDefined = 4, kUnused = 5;

// What tokenizer.ggml.pre stands for.
struct Family {
  std::string name;
  json normalizer;
  json pre_tokenizer;
  json post_processor;
  json decoder;
  bool ignore_merges = false;
  bool adds_bos = false;  // unless tokenizer.ggml.add_bos_token says otherwise
};

json ByteLevel(bool add_prefix_space, bool trim_offsets, bool use_regex) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", trim_offsets},
          {"use_regex", use_regex}};
}

json Sequence(const char* items_key, json first, json second) {
  return {{"type", "Sequence"}, {items_key, json::array({std::move(first), std::move(second)})}};
}

// The expression of Llama 3 and Qwen2, which differ in how many digits stay together.
json SplitByWords(const std::string& digits) {
  const std::string regex = R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" + digits +
                            R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  return {{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}};
}

std::vector<Family> Families() {
  Family smollm{"smollm"}, qwen2{"qwen2"}, llama{"llama-bpe"};
  smollm.pre_tokenizer =
      Sequence("pretokenizers", {{"type", "Digits"}, {"individual_digits", true}}, ByteLevel(false, true, true));
  smollm.decoder = ByteLevel(true, true, true);
  qwen2.normalizer = {{"type", "NFC"}};
  qwen2.pre_tokenizer = Sequence("pretokenizers", SplitByWords(R"(\p{N})"), ByteLevel(false, false, false));
  qwen2.post_processor = qwen2.decoder = ByteLevel(false, false, false);
  llama.pre_tokenizer = Sequence("pretokenizers", SplitByWords(R"(\p{N}{1,3})"), ByteLevel(false, true, false));
  llama.post_processor = ByteLevel(true, false, true);
  llama.decoder = ByteLevel(true, true, true);
  llama.ignore_merges = true;
  llama.adds_bos = true;
  return {smollm, qwen2, llama};
}

Family FamilyOf(const GgufFile& file) {
  const std::string name = file.Text(kPre);
  std::vector<std::string> known;
  for (const Family& family : Families()) {
    if (family.name == name) return family;
    known.push_back(family.name);
  }
  throw UnknownName(file.path() + ": " + kPre, "pre-tokenizer", ShownText(name), known);
}

json AddedToken(const std::string& content, int64_t id, bool special) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", special}};
}

// Puts the token `bos` in front of every text (Hugging Face's TemplateProcessing).
json BeginningTemplate(const std::string& bos, int64_t id) {
  const auto token = [&](int type) { return json{{"SpecialToken", {{"id", bos}, {"type_id", type}}}}; };
  const auto text = [](const char* name, int type) { return json{{"Sequence", {{"id", name}, {"type_id", type}}}}; };
  const json content = {{"id", bos}, {"ids", json::array({id})}, {"tokens", json::array({bos})}};
  return {{"type", "TemplateProcessing"},
          {"single", json::array({token(0), text("A", 0)})},
          {"pair", json::array({token(0), text("A", 0), token(1), text("B", 1)})},
          {"special_tokens", {{bos, content}}}};
}

class TokenTable {
 public:
  explicit TokenTable(const GgufFile& file)
      : file_(file), tokens_(file.Texts(kTokens)), types_(file.Integers(kTypes)), size_(tokens_.size()) {
    if (types_.size() != tokens_.size()) {
      throw InputError(file.path() + ": " + kTypes, "has " + std::to_string(types_.size()) + " items",
                       std::to_string(tokens_.size()) + ", as many as " + kTokens);
    }
    while (size_ > 0 && types_[size_ - 1] == kUnused) --size_;
    vocabulary_size_ = size_;
    while (vocabulary_size_ > 0 && IsAdded(vocabulary_size_ - 1)) --vocabulary_size_;
  }

  // Added tokens at the end continue the vocabulary, as in Llama's and Qwen's files; others are part of it, as in
  // SmolLM2's.
  json Vocabulary() const {
    json vocabulary = json::object();
    for (size_t id = 0; id < vocabulary_size_; ++id) {
      if (vocabulary.emplace(tokens_[id], id).second) continue;
      throw InputError(Where(kTokens, id), "is the same as an earlier token", "tokens that differ");
    }
    return vocabulary;
  }

  json AddedTokens() const {
    json added = json::array();
    for (size_t id = 0; id < size_; ++id) {
      if (types_[id] != kNormal && types_[id] != kUnused && !IsAdded(id)) {
        throw InputError(Where(kTypes, id), "is " + std::to_string(types_[id]),
                         "1 (normal), 3 (control), 4 (user defined), 5 (unused)");
      }
      if (IsAdded(id)) added.push_back(AddedToken(tokens_[id], static_cast<int64_t>(id), types_[id] == kControl));
    }
    return added;
  }

  const std::string& Bos(int64_t id) const {
    if (id >= 0 && id < static_cast<int64_t>(size_)) return tokens_[id];
    throw InputError(file_.path() + ": " + kBos, "is " + std::to_string(id), "below " + std::to_string(size_));
  }

 private:
  bool IsAdded(size_t id) const { return types_[id] == kControl || types_[id] == kUserDefined; }

  std::string Where(const char* key, size_t id) const {
    return file_.path() + ": " + key + "[" + std::to_string(id) + "]";
  }

  const GgufFile& file_;
  const std::vector<std::string>& tokens_;
  const std::vector<int64_t> types_;
  size_t size_;
  size_t vocabulary_size_ = 0;
};

json PostProcessor(const GgufFile& file, const Family& family, const TokenTable& table) {
  constexpr char kAddBos[] = "tokenizer.ggml.add_bos_token", kAddEos[] = "tokenizer.ggml.add_eos_token";
  if (file.HasKey(kAddEos) && file.Bool(kAddEos)) {
    throw InputError(file.path() + ": " + kAddEos, "is true; a token after every text is not supported", "false");
  }
  if (!(file.HasKey(kAddBos) ? file.Bool(kAddBos) : family.adds_bos)) return family.post_processor;
  const int64_t id = file.Integer(kBos);
  json beginning = BeginningTemplate(table.Bos(id), id);
  if (family.post_processor.is_null()) return beginning;
  return Sequence("processors", family.post_processor, std::move(beginning));
}

std::string TokenizerJson(const GgufFile& file) {
  if (const std::string& model = file.Text("tokenizer.ggml.model"); model != "gpt2") {
    throw InputError(file.path() + ": tokenizer.ggml.model", "is '" + ShownText(model) + "'", "gpt2 (byte-level BPE)");
  }
  const Family family = FamilyOf(file);
  const TokenTable table(file);
  json root = {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}};
  root["added_tokens"] = table.AddedTokens();
  root["normalizer"] = family.normalizer;
  root["pre_tokenizer"] = family.pre_tokenizer;
  root["post_processor"] = PostProcessor(file, family, table);
  root["decoder"] = family.decoder;
  root["model"] = {{"type", "BPE"}, {"ignore_merges", family.ignore_merges}};
  root["model"]["vocab"] = table.Vocabulary();
  root["model"]["merges"] = file.Texts(kMerges);
  try {
    return root.dump();
  } catch (const json::type_error&) {
    throw InputError(file.path(), std::string(kTokens) + " or " + kMerges + " holds text that is not UTF-8", "UTF-8");
  }
}

}  // namespace

Tokenizer GgufTokenizer(const GgufFile& file) {
  return Tokenizer::FromJson(TokenizerJson(file), file.path() + ": tokenizer.ggml");
}

}  // namespace suite
