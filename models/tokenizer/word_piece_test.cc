#include "models/tokenizer/word_piece.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"

namespace suite {
namespace {

using nlohmann::json;
using Ids = std::vector<int64_t>;

// Ids are places in this list.
json SmallJson() {
  json file = json::parse(R"json({
    "version": "1.0",
    "truncation": {"max_length": 3, "strategy": "LongestFirst", "stride": 0},
    "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                "pad_type_id": 0, "pad_token": "[PAD]"},
    "added_tokens": [
      {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
       "special": true},
      {"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
       "special": true}],
    "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                   "lowercase": true},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
      "type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
      "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
      "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                         "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 6}
  })json");
  int64_t id = 0;
  for (const char* token :
       {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "##a", "##f", "a", "é", "É",   "e",
        ",",     "'",     "##e",   "中",    "σ",  "##σ",   ".",      "b",   "##b", "B", "i", "##i", "i\xcc\x87"}) {
    file["model"]["vocab"][token] = id++;
  }
  return file;
}

constexpr int64_t kUnknown = 1;

WordPieceTokenizer Small(const std::function<void(json&)>& change = [](json&) {}) {
  json file = SmallJson();
  change(file);
  return WordPieceTokenizer::FromJson(file.dump(), "tokenizer.json");
}

TEST(WordPiece, TakesTheLongestPieceFirst) {
  EXPECT_EQ(Small().Encode("unaff"), (Ids{4, 5}));
  EXPECT_EQ(Small().Encode("unaf"), (Ids{4, 7, 8}));
  EXPECT_EQ(Small().Encode("un una"), (Ids{4, 4, 7}));
}

TEST(WordPiece, OneUnknownForAWordThatDoesNotEndInPieces) {
  EXPECT_EQ(Small().Encode("unafx a"), (Ids{kUnknown, 9}));
  EXPECT_EQ(Small().Encode("xun"), Ids{kUnknown});
}

// The limit counts characters, not bytes: six sigmas are twelve bytes.
TEST(WordPiece, AWordLongerThanTheLimitIsUnknown) {
  EXPECT_EQ(Small().Encode("σσσσσσ"), (Ids{17, 18, 18, 18, 18, 18}));
  EXPECT_EQ(Small().Encode("σσσσσσσ"), Ids{kUnknown});
}

TEST(WordPiece, TruncationAndPaddingOfTheFileAreIgnored) {
  EXPECT_EQ(Small().Encode("a", true), (Ids{2, 9, 3}));
  EXPECT_EQ(Small().Encode("a a a a a"), (Ids{9, 9, 9, 9, 9}));
}

TEST(WordPiece, EncodeForModelCutsTheEndOfTheText) {
  EXPECT_EQ(Small().template_size(), 2);
  EXPECT_EQ(Small().EncodeForModel("un a e", 5), (Ids{2, 4, 9, 12, 3}));
  EXPECT_EQ(Small().EncodeForModel("un a e", 4), (Ids{2, 4, 9, 3}));
  EXPECT_EQ(Small().EncodeForModel("un a e", 2), (Ids{2, 3}));
  EXPECT_EQ(Small().EncodeForModel("", 2), (Ids{2, 3}));
}

struct NormalizerCase {
  std::string text;
  Ids ids;
};

TEST(WordPiece, NormalizesAndSplitsLikeBert) {
  const std::vector<NormalizerCase> cases = {
      {"", {}},
      {" \t\r\n", {}},
      {"A,b'e", {9, 13, 20, 14, 12}},
      {"É é e\xcc\x81", {12, 12, 12}},    // accents off, composed or not
      {"Σσς", {kUnknown}},                // no final sigma: the last one stays U+03C2
      {"ΣΣ", {17, 18}},                   //
      {"a中b", {9, 16, 20}},              // Chinese characters are words
      {std::string("a\0b", 3), {9, 21}},  // NUL vanishes
      {"a\xef\xbf\xbd"
       "b\xff",
       {9, 21}},  // so do U+FFFD and what broken UTF-8 becomes
      {"a\xe2\x80\x8b"
       "b\xc2\xad"
       "b",
       {9, 21, 21}},  // and format characters: U+200B, U+00AD
      {"a\xe2\x80\xa8"
       "b\xe3\x80\x80"
       "b",
       {9, 20, 20}},              // U+2028 and U+3000 are spaces
      {"a\xcd\xb8", {kUnknown}},  // U+0378 is unassigned: it stays
      {"a\u1734b", {9, 21}},      // a nonspacing mark in Unicode 8, a spacing one today
      {"a\u1885", {kUnknown}},    // a letter then, a nonspacing mark today
      {"a\u166d"
       "b",
       {9, kUnknown, 20}},  // punctuation then, a symbol today
      {"İ", {23}},          // decomposed, its dot dropped
      {"a[SEP]b", {9, 3, 20}},
      {"a[sep]b", {9, kUnknown, kUnknown, kUnknown, 20}}};
  for (const auto& [text, ids] : cases) EXPECT_EQ(Small().Encode(text), ids) << text;
}

TEST(WordPiece, EveryNormalizerSettingActs) {
  const auto set = [](const char* key, const json& value) {
    return [=](json& file) { file["normalizer"][key] = value; };
  };
  EXPECT_EQ(Small(set("lowercase", false)).Encode("É B"), (Ids{11, 22}));  // null strip_accents follows lowercase
  EXPECT_EQ(Small(set("strip_accents", false)).Encode("É B"), (Ids{10, 20}));
  EXPECT_EQ(Small(set("strip_accents", false)).Encode("İ"), Ids{25});
  EXPECT_EQ(Small(set("handle_chinese_chars", false)).Encode("a中b"), Ids{kUnknown});
  EXPECT_EQ(Small(set("clean_text", false))
                .Encode("a\xc2\xad"
                        "b"),
            Ids{kUnknown});
}

TEST(WordPiece, Decodes) {
  EXPECT_EQ(Small().Decode({2, 4, 5, 13, 9, 19, 3}), "[CLS] unaff, a. [SEP]");
  EXPECT_EQ(Small().Decode({2, 4, 5, 13, 9, 19, 3}, true), "unaff, a.");
  EXPECT_EQ(Small().Decode({5, 4, 99, -1}), "##aff un");  // a piece at the start keeps its prefix
  EXPECT_EQ(Small([](json& file) { file["decoder"]["cleanup"] = false; }).Decode({9, 19}), "a .");
}

struct BadFile {
  const char* name;
  std::function<void(json&)> change;
  const char* message;
};

std::vector<BadFile> BadFiles() {
  return {{"normalizer",
           [](json& f) {
             f["normalizer"] = {{"type", "NFC"}};
           },
           "normalizer.type: 'NFC' is not supported; allowed: 'BertNormalizer'"},
          {"no normalizer", [](json& f) { f["normalizer"] = nullptr; }, "normalizer: found null; allowed: an object"},
          {"setting", [](json& f) { f["normalizer"]["lowercase"] = 1; },
           "normalizer.lowercase: found 1; allowed: true or false"},
          {"pre-tokenizer", [](json& f) { f["pre_tokenizer"]["type"] = "Whitespace"; },
           "pre_tokenizer.type: 'Whitespace' is not supported; allowed: 'BertPreTokenizer'"},
          {"post-processor", [](json& f) { f["post_processor"]["type"] = "BertProcessing"; },
           "post_processor.type: unknown post-processor 'BertProcessing'"},
          {"decoder", [](json& f) { f["decoder"]["type"] = "ByteLevel"; },
           "decoder.type: 'ByteLevel' is not supported; allowed: 'WordPiece'"},
          {"model", [](json& f) { f["model"]["type"] = "BPE"; },
           "model.type: 'BPE' is not supported; allowed: 'WordPiece'"},
          {"model key", [](json& f) { f["model"]["merges"] = json::array(); }, "model: unknown key 'merges'"},
          {"unknown token", [](json& f) { f["model"]["unk_token"] = "<unk>"; },
           "model.unk_token: '<unk>' is not in the vocabulary"},
          {"longest word", [](json& f) { f["model"]["max_input_chars_per_word"] = 1000000; },
           "model.max_input_chars_per_word: found 1000000; allowed: an integer from 0 to 1000"},
          {"gap", [](json& f) { f["model"]["vocab"]["x"] = 40; }, "model.vocab.x: 40 is not an id"},
          {"id twice", [](json& f) { f["model"]["vocab"]["x"] = 3; }, "the id 3 is taken; allowed: ids used once"},
          {"empty token", [](json& f) { f["model"]["vocab"][""] = 26; }, "model.vocab: an empty token"},
          {"added token", [](json& f) { f["added_tokens"][0]["content"] = "[MASK]"; },
           "added_tokens[0].content: '[MASK]' is not in the vocabulary"},
          {"its id", [](json& f) { f["added_tokens"][0]["id"] = 7; },
           "added_tokens[0].id: found 7; allowed: 3, its id in model.vocab"},
          {"normalized", [](json& f) { f["added_tokens"][1]["normalized"] = true; },
           "added_tokens[1].normalized: true is not supported; allowed: false"},
          {"stripping", [](json& f) { f["added_tokens"][1]["lstrip"] = true; },
           "added_tokens[1].lstrip: true is not supported"},
          {"root key", [](json& f) { f["dropout"] = 1; }, "tokenizer.json: unknown key 'dropout'"}};
}

TEST(WordPiece, RefusesWhatItDoesNotSupportByName) {
  for (const BadFile& bad : BadFiles()) {
    try {
      Small(bad.change);
      ADD_FAILURE() << bad.name << ": accepted";
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(bad.message), std::string::npos) << bad.name << ": " << error.what();
      EXPECT_EQ(std::string(error.what()).rfind("tokenizer.json", 0), 0u) << error.what();
    }
  }
  EXPECT_THROW(WordPieceTokenizer::FromJson("{\"version\"", "tokenizer.json"), InputError);
  EXPECT_THROW(WordPieceTokenizer::FromFile("no/such/file.json"), InputError);
}

}  // namespace
}  // namespace suite
