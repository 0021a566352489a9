// Ids and texts that Hugging Face's tokenizers 0.21.4 gives for the tokenizer.json of all-MiniLM-L6-v2, exactly.
#include <gtest/gtest.h>

#include <string>

#include "base/testing/golden.h"
#include "models/tokenizer/golden_tokenizers.h"
#include "models/tokenizer/word_piece.h"

namespace suite {
namespace {

using nlohmann::json;

// Fields that stand in the file only where they differ: `ids_with_special`, `decoded_skip_special`.
void ExpectCase(const WordPieceTokenizer& tokenizer, const json& golden) {
  SCOPED_TRACE(golden.at("text").dump());
  const auto text = golden.at("text").get<std::string>();
  const auto ids = Ids(golden.at("ids"));
  const auto with_special = golden.contains("ids_with_special") ? Ids(golden["ids_with_special"]) : ids;
  const auto decoded = golden.at("decoded").get<std::string>();
  EXPECT_EQ(tokenizer.Encode(text), ids);
  EXPECT_EQ(tokenizer.Encode(text, /*add_special_tokens=*/true), with_special);
  EXPECT_EQ(tokenizer.Decode(ids), decoded);
  EXPECT_EQ(tokenizer.Decode(with_special, true), golden.value("decoded_skip_special", decoded));
}

TEST(WordPieceGolden, EveryCase) {
  const auto golden = ReadGolden("tokenizers/minilm.json");
  if (!golden) GTEST_SKIP() << MissingGolden("tokenizers/minilm.json");
  std::string path;
  const auto text = ReadSharedTokenizerJson("minilm", &path);
  if (!text) GTEST_SKIP() << path << " is not there";
  const auto tokenizer = WordPieceTokenizer::FromJson(*text, path);
  EXPECT_EQ(tokenizer.vocab_size(), golden->at("vocab_size_with_added").get<int64_t>());
  ASSERT_GT(golden->at("cases").size(), 0u);
  for (const json& one : golden->at("cases")) ExpectCase(tokenizer, one);
  for (const json& one : golden->at("decode_only")) {
    SCOPED_TRACE(one.dump());
    const auto decoded = one.at("decoded").get<std::string>();
    EXPECT_EQ(tokenizer.Decode(Ids(one.at("ids"))), decoded);
    EXPECT_EQ(tokenizer.Decode(Ids(one.at("ids")), true), one.value("decoded_skip_special", decoded));
  }
}

}  // namespace
}  // namespace suite
