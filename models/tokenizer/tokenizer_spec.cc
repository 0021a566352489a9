#include "models/tokenizer/tokenizer_spec.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"

namespace suite {
namespace {

using nlohmann::json;
using IdByContent = std::unordered_map<std::string_view, int32_t>;

IdByContent IndexOf(const std::vector<std::string>& vocabulary) {
  IdByContent ids;
  ids.reserve(vocabulary.size());
  for (size_t id = 0; id < vocabulary.size(); ++id) ids.emplace(vocabulary[id], static_cast<int32_t>(id));
  return ids;
}

std::pair<std::string, std::string> ReadMergePair(const json& merge, const std::string& where) {
  if (merge.is_string()) {
    const auto& text = merge.get_ref<const std::string&>();
    const size_t space = text.find(' ');
    if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
      return {text.substr(0, space), text.substr(space + 1)};
    }
  } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  }
  throw InputError(where, ShownJson(merge) + " is not a merge", "\"a b\" or [\"a\", \"b\"]");
}

std::vector<BpeMerge> ReadMerges(const JsonObject& model, const std::vector<std::string>& vocabulary) {
  const IdByContent ids = IndexOf(vocabulary);
  const json& entries = model.Array("merges");
  std::vector<BpeMerge> merges;
  merges.reserve(entries.size());
  std::unordered_set<uint64_t> pairs;
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string where = model.At("merges", i);
    const auto [left, right] = ReadMergePair(entries[i], where);
    const auto id_of = [&](const std::string& content) {
      const auto found = ids.find(content);
      if (found == ids.end())
        throw InputError(where, ShownJson(content) + " is not in the vocabulary", "tokens of model.vocab");
      return found->second;
    };
    const BpeMerge merge{id_of(left), id_of(right), id_of(left + right)};
    if (!pairs.insert(static_cast<uint64_t>(merge.left) << 32 | static_cast<uint64_t>(merge.right)).second) {
      throw InputError(where, "the pair " + ShownJson(left) + ", " + ShownJson(right) + " is there twice",
                       "each pair once");
    }
    merges.push_back(merge);
  }
  return merges;
}

void ReadModel(const json& value, const std::string& where, TokenizerSpec* spec) {
  const JsonObject model = JsonObject::Inside(value, where);
  model.AllowOnly({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
                   "byte_fallback", "ignore_merges", "vocab", "merges"});
  model.OnlySupported("type", {"BPE"});
  model.OnlySupported("dropout", {0.0});
  model.OnlySupported("unk_token", {});
  model.OnlySupported("continuing_subword_prefix", {""});
  model.OnlySupported("end_of_word_suffix", {""});
  model.BoolOr("fuse_unk", false);
  model.OnlySupported("byte_fallback", {false});
  spec->ignore_merges = model.BoolOr("ignore_merges", false);
  spec->vocabulary = ReadVocabulary(model);
  spec->merges = ReadMerges(model, spec->vocabulary);
}

AddedToken ReadAddedToken(const json& value, const std::string& where, int64_t limit) {
  const JsonObject object = JsonObject::Inside(value, where);
  object.AllowOnly({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
  for (const char* key : {"single_word", "lstrip", "rstrip"}) object.OnlySupported(key, {false});
  AddedToken token;
  token.id = IntegerBelow(object.Get("id"), limit, object.At("id"));
  token.content = object.String("content");
  token.special = object.Bool("special");
  token.normalized = object.BoolOr("normalized", !token.special);
  if (token.content.empty()) throw InputError(object.At("content"), "an empty added token", "at least one character");
  return token;
}

// An added token either is a token of the vocabulary, with its id, or continues the ids after it.
void CheckAgainstVocabulary(const AddedToken& token, const IdByContent& ids, const std::string& where) {
  const auto found = ids.find(token.content);
  if (found != ids.end() && found->second != token.id) {
    throw InputError(where + ".id", ShownJson(token.content) + " has the id " + std::to_string(token.id),
                     std::to_string(found->second) + ", its id in model.vocab");
  }
  if (found == ids.end() && token.id < static_cast<int64_t>(ids.size())) {
    throw InputError(where + ".id", "the id " + std::to_string(token.id) + " belongs to another token of model.vocab",
                     "ids from " + std::to_string(ids.size()));
  }
}

void ReadAddedTokens(const JsonObject& root, TokenizerSpec* spec) {
  const json& entries = root.Array("added_tokens");
  const IdByContent ids = IndexOf(spec->vocabulary);
  const int64_t limit = static_cast<int64_t>(spec->vocabulary.size() + entries.size());
  std::unordered_set<std::string> contents;
  std::unordered_set<int64_t> used;
  int64_t beyond = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string where = root.At("added_tokens", i);
    AddedToken token = ReadAddedToken(entries[i], where, limit);
    CheckAgainstVocabulary(token, ids, where);
    if (!contents.insert(token.content).second)
      throw InputError(where, ShownJson(token.content) + " is there twice", "once");
    if (!used.insert(token.id).second) {
      throw InputError(where + ".id", "the id " + std::to_string(token.id) + " is taken", "ids used once");
    }
    beyond += token.id >= static_cast<int64_t>(ids.size());
    spec->added_tokens.push_back(std::move(token));
  }
  std::sort(spec->added_tokens.begin(), spec->added_tokens.end(),
            [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  const int64_t end = spec->added_tokens.empty() ? 0 : spec->added_tokens.back().id + 1;
  if (beyond > 0 && end != static_cast<int64_t>(ids.size()) + beyond) {
    throw InputError(root.At("added_tokens"), "the ids leave a gap before " + std::to_string(end - 1),
                     "ids that continue the vocabulary's");
  }
}

}  // namespace

std::vector<std::string> ReadVocabulary(const JsonObject& model) {
  const json& entries = model.Get("vocab");
  const JsonObject vocab = JsonObject::Inside(entries, model.At("vocab"));
  std::vector<std::string> vocabulary(entries.size());
  for (const auto& [content, value] : entries.items()) {
    // Ids run from 0 without gaps: as many as entries, each once. So a huge id cannot ask for huge memory.
    const std::string where = vocab.At(ShownText(content));
    std::string& place = vocabulary[IntegerBelow(value, static_cast<int64_t>(entries.size()), where)];
    if (content.empty()) throw InputError(vocab.where(), "an empty token", "tokens of at least one character");
    if (!place.empty()) throw InputError(where, "the id " + value.dump() + " is taken", "ids used once");
    place = content;
  }
  return vocabulary;
}

int64_t TokenizerSpec::TotalSize() const {
  const auto size = static_cast<int64_t>(vocabulary.size());
  return added_tokens.empty() ? size : std::max(size, added_tokens.back().id + 1);
}

const std::string& TokenizerSpec::Content(int64_t id) const {
  SUITE_CHECK(id >= 0 && id < TotalSize());
  if (id < static_cast<int64_t>(vocabulary.size())) return vocabulary[id];
  return added_tokens[added_tokens.size() - (TotalSize() - id)].content;
}

TokenizerSpec ParseTokenizerJson(std::string_view text, const std::string& where) {
  const json value = ParseJson(text, where);
  const JsonObject root(value, where);
  root.AllowOnly({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
                  "decoder", "model"});
  root.OnlySupported("version", {"1.0"});
  // They say how a library cut and filled its last batch: here whole texts are encoded, and nothing is added.
  for (const char* key : {"truncation", "padding"}) {
    if (value.contains(key) && !value[key].is_null() && !value[key].is_object()) {
      throw InputError(root.At(key), ShownJson(value[key]) + " is not supported",
                       "null, or an object, which is not read");
    }
  }
  TokenizerSpec spec;
  ReadModel(root.Get("model"), where + ": model", &spec);
  ReadAddedTokens(root, &spec);
  spec.normalizer = value.value("normalizer", json());
  spec.pre_tokenizer = root.Get("pre_tokenizer");
  spec.post_processor = value.value("post_processor", json());
  spec.decoder = root.Get("decoder");
  ReadNormalizer(where + ": normalizer", &spec);
  ReadPreTokenizer(where + ": pre_tokenizer", &spec);
  ReadPostProcessor(where + ": post_processor", &spec);
  ReadDecoder(where + ": decoder", spec);
  return spec;
}

std::string TokenizerJson(const TokenizerSpec& spec) {
  std::string out = "{\n\"version\": \"1.0\",\n\"truncation\": null,\n\"padding\": null,\n\"added_tokens\": [";
  const auto quoted = [](const std::string& content) { return json(content).dump(); };
  const auto truth = [](bool value) { return value ? "true" : "false"; };
  const char* separator = "\n";
  for (const AddedToken& token : spec.added_tokens) {
    out +=
        std::string(separator) + "{\"id\": " + std::to_string(token.id) + ", \"content\": " + quoted(token.content) +
        ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": " + truth(token.normalized) +
        ", \"special\": " + truth(token.special) + "}";
    separator = ",\n";
  }
  out += "\n],\n\"normalizer\": " + spec.normalizer.dump() + ",\n\"pre_tokenizer\": " + spec.pre_tokenizer.dump();
  out += ",\n\"post_processor\": " + spec.post_processor.dump() + ",\n\"decoder\": " + spec.decoder.dump();
  out +=
      ",\n\"model\": {\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\": null, ";
  out += "\"end_of_word_suffix\": null, \"fuse_unk\": false, \"byte_fallback\": false, \"ignore_merges\": ";
  out += std::string(truth(spec.ignore_merges)) + ", \"vocab\": {";
  separator = "\n";
  for (size_t id = 0; id < spec.vocabulary.size(); ++id) {
    out += separator + quoted(spec.vocabulary[id]) + ": " + std::to_string(id);
    separator = ",\n";
  }
  out += "\n}, \"merges\": [";
  separator = "\n";
  for (const BpeMerge& merge : spec.merges) {
    out += separator + ("[" + quoted(spec.vocabulary[merge.left]) + ", " + quoted(spec.vocabulary[merge.right]) + "]");
    separator = ",\n";
  }
  return out + "\n]}\n}\n";
}

}  // namespace suite
