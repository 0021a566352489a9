#include "models/tokenizer/tokenizer_spec.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "models/tokenizer/small_tokenizer.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {
namespace {

using nlohmann::json;

// The error for the small tokenizer with the value at `pointer` replaced; empty when it is accepted.
std::string ErrorWith(const std::string& pointer, const json& value) {
  json changed = SmallTokenizerJson();
  changed[json::json_pointer(pointer)] = value;
  try {
    ParseTokenizerJson(changed.dump(), "t.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

void ExpectError(const std::string& pointer, const json& value, const std::string& part) {
  const std::string error = ErrorWith(pointer, value);
  EXPECT_NE(error.find(part), std::string::npos) << pointer << " = " << value << ": '" << error << "'";
}

TEST(TokenizerSpec, ReadsTheSmallOne) {
  const TokenizerSpec spec = ParseTokenizerJson(SmallTokenizerJson().dump(), "t.json");
  EXPECT_EQ(spec.vocabulary.size(), 13u);
  EXPECT_EQ(spec.TotalSize(), 15);
  EXPECT_EQ(spec.Content(12), ")\u010a");
  EXPECT_EQ(spec.Content(14), "<t>");
  ASSERT_EQ(spec.merges.size(), 4u);
  EXPECT_EQ(spec.merges[2].left, 0);
  EXPECT_EQ(spec.merges[2].right, 10);
  EXPECT_EQ(spec.merges[2].result, 11);
  EXPECT_TRUE(spec.nfc);
  EXPECT_EQ(spec.split_patterns, (std::vector<std::string>{"\\)\\n| "}));
  EXPECT_EQ(spec.prefix_ids, (std::vector<int64_t>{13}));
  EXPECT_TRUE(spec.suffix_ids.empty());
}

TEST(TokenizerSpec, UnsupportedFeaturesAreNamed) {
  ExpectError("/truncation", "longest", "t.json: truncation: 'longest' is not supported; allowed: null, or an object");
  ExpectError("/padding", 3, "t.json: padding: 3 is not supported");
  ExpectError("/version", "2.0", "t.json: version: '2.0' is not supported; allowed: '1.0'");
  ExpectError("/model/type", "WordPiece", "t.json: model.type: 'WordPiece' is not supported; allowed: 'BPE'");
  ExpectError("/model/unk_token", "<unk>", "t.json: model.unk_token");
  ExpectError("/model/dropout", 0.1, "t.json: model.dropout: 0.1 is not supported");
  ExpectError("/model/byte_fallback", true, "t.json: model.byte_fallback");
  ExpectError("/model/end_of_word_suffix", "</w>", "t.json: model.end_of_word_suffix");
  ExpectError("/model/continuing_subword_prefix", "##", "t.json: model.continuing_subword_prefix");
  ExpectError("/normalizer", {{"type", "NFKC"}}, "t.json: normalizer.type: 'NFKC' is not supported; allowed: 'NFC'");
  ExpectError("/decoder", {{"type", "Metaspace"}}, "t.json: decoder.type: 'Metaspace'");
  ExpectError("/added_tokens/0/lstrip", true, "t.json: added_tokens[0].lstrip: true is not supported");
  ExpectError("/added_tokens/1/single_word", true, "t.json: added_tokens[1].single_word");
  ExpectError("/unheard", 1, "t.json: unknown key 'unheard'");
  ExpectError("/model/unheard", 1, "t.json: model: unknown key 'unheard'");
}

TEST(TokenizerSpec, UnsupportedPreTokenizersAreNamed) {
  const std::string first = "/pre_tokenizer/pretokenizers/0";
  ExpectError(first + "/type", "Bert", "t.json: pre_tokenizer.pretokenizers[0].type: unknown pre-tokenizer 'Bert'");
  ExpectError(first + "/behavior", "Removed", "pretokenizers[0].behavior: 'Removed' is not supported");
  ExpectError(first + "/invert", true, "pretokenizers[0].invert");
  ExpectError(first + "/pattern", {{"String", "a"}}, "pretokenizers[0].pattern: unknown key 'String'");
  ExpectError("/pre_tokenizer/pretokenizers/1/add_prefix_space", true, "pretokenizers[1].add_prefix_space");
  ExpectError("/pre_tokenizer/pretokenizers/1", {{"type", "Digits"}}, "ByteLevel as the last one");
  ExpectError(first, {{"type", "ByteLevel"}, {"add_prefix_space", false}}, "a pre-tokenizer after ByteLevel");
  ExpectError("/pre_tokenizer", nullptr, "t.json: pre_tokenizer: found null; allowed: an object");
}

TEST(TokenizerSpec, MalformedTemplatesAreNamed) {
  const std::string template_ = "/post_processor/";
  ExpectError(template_ + "type", "BertProcessing", "t.json: post_processor.type: unknown post-processor");
  ExpectError(template_ + "special_tokens/<e>/ids", json::array({15}),
              "post_processor.special_tokens.<e>.ids: 15 is not an id");
  ExpectError(template_ + "single/0/SpecialToken/id", "<x>", "single[0].SpecialToken.id: '<x>' is not known");
  ExpectError(template_ + "single/1/Sequence/id", "B", "single[1].Sequence.id: 'B' is not known");
  ExpectError(template_ + "single", json::array(), "has the sequence A 0 times");
  ExpectError(template_ + "pair/1", {{"Other", 1}}, "pair[1]: unknown key 'Other'");
  const json processor = SmallTokenizerJson()["post_processor"];
  ExpectError("/post_processor", {{"type", "Sequence"}, {"processors", {processor, processor}}},
              "processors[1]: a second TemplateProcessing");
}

TEST(TokenizerSpec, ImpossibleIdsAreNamed) {
  for (const json& id : {json(-1), json(13), json(1e300), json(UINT64_MAX), json(0.5), json("0"), json(nullptr)}) {
    ExpectError("/model/vocab/d", id, "t.json: model.vocab.d: ");
  }
  ExpectError("/model/vocab/d", 2, "t.json: model.vocab.d: the id 2 is taken");
  ExpectError("/model/vocab/e", 99, "t.json: model.vocab.e: 99 is not an id; allowed: an integer from 0 to 13");
  ExpectError("/added_tokens/0/id", 12, "added_tokens[0].id: the id 12 belongs to another token of model.vocab");
  ExpectError("/added_tokens/0/id", 14, "added_tokens[1].id: the id 14 is taken");
  ExpectError("/added_tokens/0/id", INT64_MAX, "added_tokens[0].id: 9223372036854775807 is not an id");
  ExpectError("/added_tokens/0/content", "ab", "added_tokens[0].id: 'ab' has the id 13; allowed: 9");
  ExpectError("/added_tokens/0/content", "", "added_tokens[0].content: an empty added token");
  ExpectError("/added_tokens/0/content", "<t>", "added_tokens[1]: '<t>' is there twice");
}

// An added token of the vocabulary keeps its id, and the ids after the vocabulary may then not skip one.
TEST(TokenizerSpec, AddedTokensOfTheVocabulary) {
  json changed = SmallTokenizerJson();
  changed["post_processor"] = nullptr;
  changed["added_tokens"][0]["content"] = "ab";
  changed["added_tokens"][0]["id"] = 9;
  changed["added_tokens"][1]["id"] = 13;
  EXPECT_EQ(ParseTokenizerJson(changed.dump(), "t.json").TotalSize(), 14);
  changed["added_tokens"][1]["id"] = 14;
  EXPECT_THROW(ParseTokenizerJson(changed.dump(), "t.json"), InputError);
}

TEST(TokenizerSpec, MalformedMergesAreNamed) {
  ExpectError("/model/merges/0", "b z", "t.json: model.merges[0]: 'z' is not in the vocabulary");
  ExpectError("/model/merges/0", {"b", "d"}, "model.merges[0]: 'bd' is not in the vocabulary");
  for (const json& merge : {json("b"), json("a b c"), json({"a"}), json({"a", "b", "c"}), json({1, 2}), json(1)}) {
    ExpectError("/model/merges/1", merge, "model.merges[1]: ");
  }
  ExpectError("/model/merges/1", {"b", "c"}, "model.merges[1]: the pair 'b', 'c' is there twice");
  ExpectError("/model/merges", json::object(), "model.merges: found an object; allowed: an array");
}

TEST(TokenizerSpec, MissingKeysAreNamed) {
  for (const char* key : {"model", "added_tokens", "pre_tokenizer", "decoder"}) {
    json changed = SmallTokenizerJson();
    changed.erase(key);
    EXPECT_THROW(ParseTokenizerJson(changed.dump(), "t.json"), InputError) << key;
  }
  json changed = SmallTokenizerJson();
  changed["model"].erase("vocab");
  EXPECT_THROW(ParseTokenizerJson(changed.dump(), "t.json"), InputError);
}

TEST(TokenizerSpec, DeepNestingIsRefused) {
  const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
  EXPECT_THROW(ParseTokenizerJson(deep, "t.json"), InputError);
  EXPECT_THROW(ParseTokenizerJson("{\"pre_tokenizer\": " + deep + "}", "t.json"), InputError);
  // Brackets in strings do not count.
  json changed = SmallTokenizerJson();
  changed["added_tokens"][0]["content"] = "\"\\\\\"" + std::string(100, '[');
  EXPECT_NO_THROW(ParseTokenizerJson(changed.dump(), "t.json"));
}

TEST(TokenizerSpec, EveryTruncationIsRefused) {
  const std::string whole = SmallTokenizerJson().dump();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(ParseTokenizerJson(whole.substr(0, size), "t.json"), InputError) << size;
  }
}

// Bytes changed at random: read or refused, never anything else. What is read can be used.
TEST(TokenizerSpec, DamagedFilesDoNotCrash) {
  const std::string whole = SmallTokenizerJson().dump();
  RandomStream stream(3, "damaged tokenizer files");
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = whole;
    for (int64_t i = 0; i <= stream.UniformInt(3); ++i) {
      const int64_t at = stream.UniformInt(damaged.size());
      damaged[at] = stream.UniformInt(2) == 0 ? static_cast<char>(stream.UniformInt(256))
                                              : whole[stream.UniformInt(whole.size())];
    }
    try {
      const Tokenizer tokenizer = Tokenizer::FromJson(damaged, "t.json");
      tokenizer.Decode(tokenizer.Encode("<e>abc \u00e9)\nabd<t>", true));
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(TokenizerSpec, WritesWhatItRead) {
  const TokenizerSpec spec = ParseTokenizerJson(SmallTokenizerJson().dump(), "t.json");
  const json written = json::parse(TokenizerJson(spec));
  EXPECT_EQ(written, SmallTokenizerJson());
}

}  // namespace
}  // namespace suite
