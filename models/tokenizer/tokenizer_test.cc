#include "models/tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"
#include "models/tokenizer/small_tokenizer.h"

namespace suite {
namespace {

using Ids = std::vector<int64_t>;

Tokenizer Small() { return Tokenizer::FromJson(SmallTokenizerJson().dump(), "small"); }

TEST(Tokenizer, EncodesByHand) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.Encode("abc ab"), (Ids{11, 6, 9}));
  EXPECT_EQ(tokenizer.Encode("d)\nabd"), (Ids{3, 12, 9, 3}));
  EXPECT_EQ(tokenizer.Encode(")\n\n)"), (Ids{12, 7, 8}));
  EXPECT_EQ(tokenizer.Encode(""), (Ids{}));
}

TEST(Tokenizer, NormalizesBetweenAddedTokens) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.Encode("\u00e9"), (Ids{4, 5}));
  // Without NFC an "e" (no token: it vanishes) and the bytes of the accent, which are no tokens either.
  EXPECT_EQ(tokenizer.Encode("e\u0301"), (Ids{4, 5}));
}

TEST(Tokenizer, FindsAddedTokensInText) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.Encode("ab<e>c<t>"), (Ids{9, 13, 2, 14}));
  EXPECT_EQ(tokenizer.Encode("ab<e>", /*add_special_tokens=*/true), (Ids{13, 9, 13}));
  EXPECT_EQ(tokenizer.Encode("", /*add_special_tokens=*/true), (Ids{13}));
}

TEST(Tokenizer, NormalizedAddedTokensAreFoundAfterNormalization) {
  auto json = SmallTokenizerJson();
  json["added_tokens"][1]["content"] = "e\u0301";
  EXPECT_EQ(Tokenizer::FromJson(json.dump(), "small").Encode("\u00e9e\u0301"), (Ids{4, 5, 14}));
  json["added_tokens"][1]["normalized"] = true;
  EXPECT_EQ(Tokenizer::FromJson(json.dump(), "small").Encode("\u00e9e\u0301"), (Ids{14, 14}));
}

TEST(Tokenizer, Decodes) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.Decode({13, 9, 14, 12}), "<e>ab<t>)\n");
  EXPECT_EQ(tokenizer.Decode({13, 9, 14, 12}, /*skip_special_tokens=*/true), "ab<t>)\n");
  EXPECT_EQ(tokenizer.Decode({4, 5}), "\u00e9");
  EXPECT_EQ(tokenizer.Decode({5, 4, 0}), "\ufffd\ufffda");
}

// A model whose head is padded may draw ids past the vocabulary.
TEST(Tokenizer, IdsThatAreNoTokensAddNothing) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.Decode({0, 15, 1, -1, INT64_MAX, INT64_MIN}), "ab");
  EXPECT_EQ(tokenizer.TokenBytes(15), "");
  EXPECT_FALSE(tokenizer.IsSpecial(15));
  EXPECT_FALSE(tokenizer.IsSpecial(-1));
}

TEST(Tokenizer, TellsAboutTokens) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.vocab_size(), 15);
  EXPECT_EQ(tokenizer.TokenBytes(12), ")\n");
  EXPECT_EQ(tokenizer.TokenId("<e>"), 13);
  EXPECT_EQ(tokenizer.TokenId(")\u010a"), 12);
  EXPECT_EQ(tokenizer.TokenId("<x>"), std::nullopt);
  EXPECT_TRUE(tokenizer.IsSpecial(13));
  EXPECT_FALSE(tokenizer.IsSpecial(14));
  EXPECT_FALSE(tokenizer.IsSpecial(0));
  EXPECT_EQ(tokenizer.NewlinesByToken(), (std::vector<int>{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0}));
}

// As in Hugging Face's decoder: U+0020 is not in the alphabet, so the whole content stands for itself.
TEST(Tokenizer, AddedTokensOutsideTheAlphabetStandForThemselves) {
  auto json = SmallTokenizerJson();
  json["added_tokens"][1]["content"] = "two words\n";
  const Tokenizer tokenizer = Tokenizer::FromJson(json.dump(), "small");
  EXPECT_EQ(tokenizer.Encode("atwo words\n"), (Ids{0, 14}));
  EXPECT_EQ(tokenizer.Decode({0, 14}), "atwo words\n");
  EXPECT_EQ(tokenizer.NewlinesByToken()[14], 1);
}

TEST(Tokenizer, BrokenUtf8IsReadAsReplacementCharacters) {
  const Tokenizer tokenizer = Small();
  EXPECT_EQ(tokenizer.Encode("a\xff"
                             "b"),
            tokenizer.Encode("a\ufffd"
                             "b"));
}

TEST(Tokenizer, TakesNewTokens) {
  const Tokenizer before = Small(), tokenizer = before.WithAddedTokens({"<a_1>", "<a_17>", "two words", "<"});
  EXPECT_EQ(before.vocab_size(), 15);
  EXPECT_EQ(tokenizer.vocab_size(), 19);
  EXPECT_EQ(tokenizer.Encode("<a_17><a_1><a_1abtwo words<e>"), (Ids{16, 15, 18, 0, 9, 17, 13}));
  EXPECT_EQ(tokenizer.Decode({16, 15, 0, 17, 13}, /*skip_special_tokens=*/true), "<a_17><a_1>atwo words");
  EXPECT_FALSE(tokenizer.IsSpecial(15));
  // The accent would make one character with "e"; a new token is looked for before that.
  EXPECT_EQ(before.WithAddedTokens({"ae"}).Encode("ae\u0301"), (Ids{15}));
  EXPECT_TRUE(tokenizer.KeepsWhole("<a_17>") && tokenizer.KeepsWhole("<t>"));
  EXPECT_FALSE(tokenizer.KeepsWhole("abc") || tokenizer.KeepsWhole("<e>") || tokenizer.KeepsWhole("<a_2>"));
  const Tokenizer again = tokenizer.WithAddedTokens({}).WithAddedTokens({"<a_2>"});
  EXPECT_EQ(again.Encode("<a_2>"), (Ids{19}));
  const std::string path = testing::TempDir() + "/wider.json";
  again.Save(path);
  EXPECT_EQ(Tokenizer::FromFile(path).ContentHash(), again.ContentHash());
}

TEST(Tokenizer, RefusesNewTokensThatCannotBe) {
  const std::string allowed = "; allowed: tokens that the vocabulary does not have, each once";
  const auto error = [](std::vector<std::string> tokens) { return ErrorOf([&] { Small().WithAddedTokens(tokens); }); };
  EXPECT_EQ(error({"<x>", "abc"}), "new token 'abc': is in the vocabulary already, with the id 11" + allowed);
  EXPECT_EQ(error({"<t>"}), "new token '<t>': is in the vocabulary already, with the id 14" + allowed);
  EXPECT_EQ(error({")\n"}), "new token ')\n': is in the vocabulary already, with the id 12" + allowed);
  EXPECT_EQ(error({"<x>", "<x>"}), "new token '<x>': is there twice" + allowed);
  EXPECT_EQ(error({""}), "new token: is empty; allowed: at least one character");
  EXPECT_EQ(error({"\xff"}), "new token '\ufffd': is broken UTF-8; allowed: well-formed UTF-8");
  EXPECT_EQ(error({"caf\u00e9"}),
            "new token 'caf\u00e9': would be decoded as 'caf\ufffd'; allowed: a token in ASCII, such as <item_17>");
}

TEST(Tokenizer, SavesAndLoads) {
  const Tokenizer tokenizer = Small();
  const std::string path = testing::TempDir() + "/tokenizer.json";
  tokenizer.Save(path);
  const Tokenizer again = Tokenizer::FromFile(path);
  EXPECT_EQ(again.ContentHash(), tokenizer.ContentHash());
  EXPECT_EQ(again.Encode("<e>abc \u00e9)\n<t>", true), tokenizer.Encode("<e>abc \u00e9)\n<t>", true));
  again.Save(path + ".again");
  EXPECT_EQ(ReadFile(path), ReadFile(path + ".again"));
}

TEST(Tokenizer, HashKnowsContentNotLayout) {
  auto json = SmallTokenizerJson();
  const std::string hash = Tokenizer::FromJson(json.dump(), "small").ContentHash();
  EXPECT_EQ(hash.size(), 64u);
  json["model"]["merges"] = {"b c", "a b", "a bc", ") \u010a"};
  EXPECT_EQ(Tokenizer::FromJson(json.dump(2), "other").ContentHash(), hash);
  json["model"]["merges"] = {"a b", "b c", "a bc", ") \u010a"};
  EXPECT_NE(Tokenizer::FromJson(json.dump(), "small").ContentHash(), hash);
}

TEST(Tokenizer, ErrorsNameTheFile) {
  const std::string path = testing::TempDir() + "/broken.json";
  WriteFileAtomically(path, "{\"version\": ");
  try {
    Tokenizer::FromFile(path);
    FAIL() << "a broken file was read";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find(path + ": parse error at line 1"), std::string::npos) << error.what();
  }
  EXPECT_THROW(Tokenizer::FromFile(path + ".absent"), InputError);
}

}  // namespace
}  // namespace suite
