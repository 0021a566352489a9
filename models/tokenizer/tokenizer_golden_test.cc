// Ids and texts that Hugging Face's tokenizers 0.21.4 gives for the same tokenizer.json, exactly.
#include <gtest/gtest.h>

#include <string>

#include "base/testing/golden.h"
#include "models/tokenizer/golden_tokenizers.h"
#include "models/tokenizer/tokenizer.h"

namespace suite {
namespace {

using nlohmann::json;

void ExpectDecoded(const Tokenizer& tokenizer, const std::vector<int64_t>& ids, bool skip, const std::string& text) {
  EXPECT_EQ(tokenizer.Decode(ids, skip), text);
}

// `ids_with_special` and `decoded_skip_special` stand in the file only where they differ from `ids` and `decoded`.
void ExpectCase(const Tokenizer& tokenizer, const json& golden) {
  const auto text = golden.at("text").get<std::string>();
  SCOPED_TRACE(golden.at("text").dump());
  const auto ids = Ids(golden.at("ids"));
  const auto with_special = golden.contains("ids_with_special") ? Ids(golden["ids_with_special"]) : ids;
  const auto decoded = golden.at("decoded").get<std::string>();
  EXPECT_EQ(tokenizer.Encode(text), ids);
  EXPECT_EQ(tokenizer.Encode(text, /*add_special_tokens=*/true), with_special);
  ExpectDecoded(tokenizer, ids, false, decoded);
  ExpectDecoded(tokenizer, with_special, true, golden.value("decoded_skip_special", decoded));
}

void ExpectDecodeOnly(const Tokenizer& tokenizer, const json& golden) {
  SCOPED_TRACE(golden.dump());
  const auto ids = Ids(golden.at("ids"));
  const auto decoded = golden.at("decoded").get<std::string>();
  ExpectDecoded(tokenizer, ids, false, decoded);
  ExpectDecoded(tokenizer, ids, true, golden.value("decoded_skip_special", decoded));
}

class TokenizerGolden : public testing::TestWithParam<const char*> {};

TEST_P(TokenizerGolden, EveryCase) {
  const auto golden = ReadGolden("tokenizers/" + std::string(GetParam()) + ".json");
  if (!golden) GTEST_SKIP() << MissingGolden("tokenizers/" + std::string(GetParam()) + ".json");
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer(GetParam(), &missing);
  if (!tokenizer) GTEST_SKIP() << missing << " is not there";
  EXPECT_EQ(tokenizer->vocab_size(), golden->at("vocab_size_with_added").get<int64_t>());
  ASSERT_GT(golden->at("cases").size(), 0u);
  for (const json& one : golden->at("cases")) ExpectCase(*tokenizer, one);
  for (const json& one : golden->at("decode_only")) ExpectDecodeOnly(*tokenizer, one);
}

// What is saved gives the same ids again, and the same hash.
TEST_P(TokenizerGolden, EveryCaseAfterSaving) {
  const auto golden = ReadGolden("tokenizers/" + std::string(GetParam()) + ".json");
  if (!golden) GTEST_SKIP() << MissingGolden("tokenizers/" + std::string(GetParam()) + ".json");
  std::string missing;
  const auto tokenizer = ReadSharedTokenizer(GetParam(), &missing);
  if (!tokenizer) GTEST_SKIP() << missing << " is not there";
  const std::string path = testing::TempDir() + "/" + GetParam() + ".json";
  tokenizer->Save(path);
  const Tokenizer again = Tokenizer::FromFile(path);
  EXPECT_EQ(again.ContentHash(), tokenizer->ContentHash());
  for (const json& one : golden->at("cases")) ExpectCase(again, one);
}

INSTANTIATE_TEST_SUITE_P(Families, TokenizerGolden, testing::Values("llama-3.2", "qwen2.5", "smollm2"));

TEST(EndToEndTokenizer, EveryCase) {
  const auto golden = ReadGolden("end_to_end/golden.json");
  if (!golden) GTEST_SKIP() << MissingGolden("end_to_end/golden.json");
  const Tokenizer tokenizer = Tokenizer::FromFile(*FindGolden("end_to_end/llama/tokenizer.json"));
  ASSERT_GT(golden->at("tokenizer_cases").size(), 0u);
  for (const json& one : golden->at("tokenizer_cases")) ExpectCase(tokenizer, one);
}

// Prompts are padded on the left to the longest one.
TEST(EndToEndTokenizer, PromptsOfTheTrainer) {
  const auto golden = ReadGolden("end_to_end/golden.json");
  if (!golden) GTEST_SKIP() << MissingGolden("end_to_end/golden.json");
  const Tokenizer tokenizer = Tokenizer::FromFile(*FindGolden("end_to_end/llama/tokenizer.json"));
  const json& texts = golden->at("prompt_text");
  const json& rows = golden->at("prompt_ids");
  ASSERT_EQ(rows.size() % texts.size(), 0u);
  const size_t repeats = rows.size() / texts.size();
  for (size_t row = 0; row < rows.size(); ++row) {
    const std::string text = texts[row / repeats].get<std::string>();
    const auto padded = Ids(rows[row]);
    const auto ids = tokenizer.Encode(text);
    ASSERT_LE(ids.size(), padded.size());
    EXPECT_EQ(std::vector<int64_t>(padded.end() - ids.size(), padded.end()), ids) << text;
  }
}

TEST(EndToEndTokenizer, CompletionsOfTheTrainer) {
  const auto golden = ReadGolden("end_to_end/golden.json");
  if (!golden) GTEST_SKIP() << MissingGolden("end_to_end/golden.json");
  const Tokenizer tokenizer = Tokenizer::FromFile(*FindGolden("end_to_end/llama/tokenizer.json"));
  const json& rows = golden->at("completion_ids");
  ASSERT_GT(rows.size(), 0u);
  for (size_t row = 0; row < rows.size(); ++row) {
    ExpectDecoded(tokenizer, Ids(rows[row]), true, golden->at("completion_text")[row].get<std::string>());
  }
}

}  // namespace
}  // namespace suite
