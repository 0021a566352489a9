#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json/checked_json.h"
#include "base/text/utf8.h"
#include "models/tokenizer/tokenizer_spec.h"

namespace suite {
namespace {

using nlohmann::json;

// GPT-2's expression, which ByteLevel stands for when use_regex is on (openai/gpt-2, src/encoder.py).
constexpr const char* kGpt2Pattern = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

std::string Indexed(const std::string& where, size_t i) { return where + "[" + std::to_string(i) + "]"; }

JsonObject ByteLevelAt(const json& part, const std::string& where) {
  JsonObject object = JsonObject::Inside(part, where);
  object.AllowOnly({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  for (const char* key : {"add_prefix_space", "trim_offsets", "use_regex"}) object.BoolOr(key, true);
  return object;
}

// Appends what one pre-tokenizer splits by. Returns whether it maps to the byte alphabet, so must be the last one.
bool AppendSplits(const json& part, const std::string& where, std::vector<std::string>* patterns) {
  const JsonObject object = JsonObject::Inside(part, where);
  const std::string type = object.String("type");
  if (type == "ByteLevel") {
    const JsonObject byte_level = ByteLevelAt(part, where);
    if (byte_level.BoolOr("add_prefix_space", true)) {
      throw InputError(byte_level.At("add_prefix_space"), "a space before the text is not supported", "false");
    }
    if (byte_level.BoolOr("use_regex", true)) patterns->push_back(kGpt2Pattern);
    return true;
  }
  if (type == "Digits") {
    object.AllowOnly({"type", "individual_digits"});
    patterns->push_back(object.BoolOr("individual_digits", false) ? "\\p{N}" : "\\p{N}+");
  } else if (type == "Split") {
    object.AllowOnly({"type", "pattern", "behavior", "invert"});
    const JsonObject pattern = object.Object("pattern");
    pattern.AllowOnly({"Regex"});
    if (object.String("behavior") != "Isolated") {
      throw InputError(object.At("behavior"), ShownJson(object.Get("behavior")) + " is not supported", "'Isolated'");
    }
    object.OnlySupported("invert", {false});
    patterns->push_back(pattern.String("Regex"));
  } else {
    throw UnknownName(object.At("type"), "pre-tokenizer", ShownText(type),
                      {"ByteLevel", "Digits", "Sequence", "Split"});
  }
  return false;
}

class TemplateReader {
 public:
  TemplateReader(const JsonObject& object, const TokenizerSpec& spec) : object_(object), spec_(spec) {
    object.AllowOnly({"type", "single", "pair", "special_tokens"});
    ReadSpecialTokens();
  }

  // The ids before and after the text.
  std::pair<std::vector<int64_t>, std::vector<int64_t>> Single() const {
    std::pair<std::vector<int64_t>, std::vector<int64_t>> around;
    int texts = 0;
    Walk("single", {"A"}, [&](const std::vector<int64_t>* ids) {
      if (ids == nullptr) ++texts;
      auto& side = texts == 0 ? around.first : around.second;
      if (ids != nullptr) side.insert(side.end(), ids->begin(), ids->end());
    });
    if (texts != 1)
      throw InputError(object_.At("single"), "has the sequence A " + std::to_string(texts) + " times", "once");
    return around;
  }

  void CheckPair() const {
    Walk("pair", {"A", "B"}, [](const std::vector<int64_t>*) {});
  }

 private:
  void ReadSpecialTokens() {
    const JsonObject tokens = object_.Object("special_tokens");
    for (const auto& [name, value] : object_.Get("special_tokens").items()) {
      const JsonObject token = JsonObject::Inside(value, tokens.At(ShownText(name)));
      token.AllowOnly({"id", "ids", "tokens"});
      token.String("id");
      for (const json& string : token.Array("tokens")) {
        if (!string.is_string()) throw InputError(token.At("tokens"), "found " + ShownJson(string), "a string");
      }
      std::vector<int64_t>& ids = ids_[name];
      for (const json& id : token.Array("ids")) ids.push_back(IntegerBelow(id, spec_.TotalSize(), token.At("ids")));
    }
  }

  // Calls `visit` with the ids of each special token, and with nullptr for each text.
  template <typename Visit>
  void Walk(const std::string& key, const std::set<std::string>& texts, const Visit& visit) const {
    const json& items = object_.Array(key);
    for (size_t i = 0; i < items.size(); ++i) {
      const JsonObject item = JsonObject::Inside(items[i], object_.At(key, i));
      item.AllowOnly({"SpecialToken", "Sequence"});
      const bool special = items[i].contains("SpecialToken");
      if (items[i].size() != 1) throw InputError(item.where(), "more or less than one key", "SpecialToken or Sequence");
      const std::string kind = special ? "SpecialToken" : "Sequence";
      const JsonObject inner = item.Object(kind);
      inner.AllowOnly({"id", "type_id"});
      IntegerBelow(inner.Get("type_id"), int64_t{1} << 31, inner.At("type_id"));
      const std::string id = inner.String("id");
      const auto found = ids_.find(id);
      const bool known = special ? found != ids_.end() : texts.count(id) > 0;
      if (!known) throw InputError(inner.At("id"), ShownJson(id) + " is not known", "A, or a key of special_tokens");
      visit(special ? &found->second : nullptr);
    }
  }

  const JsonObject& object_;
  const TokenizerSpec& spec_;
  std::map<std::string, std::vector<int64_t>> ids_;
};

// Returns whether `part` is a template.
bool ReadOneProcessor(const json& part, const std::string& where, TokenizerSpec* spec) {
  const JsonObject object = JsonObject::Inside(part, where);
  const std::string type = object.String("type");
  if (type == "ByteLevel") {
    ByteLevelAt(part, where);
    return false;
  }
  if (type != "TemplateProcessing") {
    throw UnknownName(object.At("type"), "post-processor", ShownText(type),
                      {"ByteLevel", "Sequence", "TemplateProcessing"});
  }
  const TemplateReader reader(object, *spec);
  std::tie(spec->prefix_ids, spec->suffix_ids) = reader.Single();
  reader.CheckPair();
  return true;
}

bool IsSequence(const json& part) { return part.is_object() && part.contains("type") && part["type"] == "Sequence"; }

}  // namespace

void ReadNormalizer(const std::string& where, TokenizerSpec* spec) {
  spec->nfc = false;
  if (spec->normalizer.is_null()) return;
  const JsonObject object = JsonObject::Inside(spec->normalizer, where);
  object.AllowOnly({"type"});
  const std::string type = object.String("type");
  if (type != "NFC")
    throw InputError(object.At("type"), ShownJson(type) + " is not supported", "'NFC', or null instead");
  spec->nfc = true;
}

void ReadPreTokenizer(const std::string& where, TokenizerSpec* spec) {
  spec->split_patterns.clear();
  bool ends_in_bytes = false;
  if (IsSequence(spec->pre_tokenizer)) {
    const JsonObject sequence = JsonObject::Inside(spec->pre_tokenizer, where);
    sequence.AllowOnly({"type", "pretokenizers"});
    const json& parts = sequence.Array("pretokenizers");
    for (size_t i = 0; i < parts.size(); ++i) {
      const std::string at = Indexed(sequence.At("pretokenizers"), i);
      if (ends_in_bytes) throw InputError(at, "a pre-tokenizer after ByteLevel", "ByteLevel as the last one");
      ends_in_bytes = AppendSplits(parts[i], at, &spec->split_patterns);
    }
  } else {
    ends_in_bytes = AppendSplits(spec->pre_tokenizer, where, &spec->split_patterns);
  }
  if (!ends_in_bytes) throw InputError(where, "the pre-tokenizer is not byte-level", "ByteLevel as the last one");
}

void ReadPostProcessor(const std::string& where, TokenizerSpec* spec) {
  spec->prefix_ids.clear();
  spec->suffix_ids.clear();
  if (spec->post_processor.is_null()) return;
  if (!IsSequence(spec->post_processor)) {
    ReadOneProcessor(spec->post_processor, where, spec);
    return;
  }
  const JsonObject sequence = JsonObject::Inside(spec->post_processor, where);
  sequence.AllowOnly({"type", "processors"});
  const json& parts = sequence.Array("processors");
  int templates = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string at = Indexed(sequence.At("processors"), i);
    templates += ReadOneProcessor(parts[i], at, spec);
    if (templates > 1) throw InputError(at, "a second TemplateProcessing", "at most one");
  }
}

void ReadDecoder(const std::string& where, const TokenizerSpec& spec) {
  const JsonObject object = JsonObject::Inside(spec.decoder, where);
  const std::string type = object.String("type");
  if (type != "ByteLevel") throw InputError(object.At("type"), ShownJson(type) + " is not supported", "'ByteLevel'");
  ByteLevelAt(spec.decoder, where);
}

}  // namespace suite
