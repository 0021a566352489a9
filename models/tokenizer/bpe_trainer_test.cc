#include "models/tokenizer/bpe_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/random.h"
#include "base/text/utf8.h"

namespace suite {
namespace {

using Ids = std::vector<int64_t>;

const std::vector<std::string> kSpecials = {"<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"};

BpeTrainerConfig Letters(int64_t vocab_size) {
  BpeTrainerConfig config;
  config.vocab_size = vocab_size;
  config.all_bytes = false;
  return config;
}

std::vector<std::string> Tokens(const Tokenizer& tokenizer) {
  std::vector<std::string> tokens;
  for (int64_t id = 0; id < tokenizer.vocab_size(); ++id) tokens.push_back(tokenizer.TokenBytes(id));
  return tokens;
}

// "hug" 10, "pug" 5, "pun" 12, "bun" 4, "hugs" 5 times: the corpus of Hugging Face's course, chapter 6. Pairs: ug 20,
// un 16, then h+ug 15.
std::vector<std::string> HugCorpus() {
  std::vector<std::string> texts;
  for (const auto& [word, count] :
       std::vector<std::pair<std::string, int>>{{"hug", 10}, {"pug", 5}, {"pun", 12}, {"bun", 4}, {"hugs", 5}}) {
    texts.insert(texts.end(), count, word);
  }
  return texts;
}

TEST(BpeTrainer, MergesByHand) {
  const Tokenizer tokenizer = TrainBpe(HugCorpus(), Letters(10));
  EXPECT_EQ(Tokens(tokenizer), (std::vector<std::string>{"b", "g", "h", "n", "p", "s", "u", "ug", "un", "hug"}));
  EXPECT_EQ(tokenizer.Encode("bugs"), (Ids{0, 7, 5}));
  EXPECT_EQ(tokenizer.Encode("hug"), (Ids{9}));
  EXPECT_EQ(tokenizer.Encode("mug"), (Ids{7}));  // only the bytes of the corpus are tokens: m vanishes
}

TEST(BpeTrainer, TiesGoToTheSmallerIds) {
  // ab, cd and ac occur twice each. Ids a 0, b 1, c 2, d 3: (0,1) before (0,2) before (2,3).
  const std::vector<std::string> texts = {"cd", "cd", "ac", "ac", "ab", "ab"};
  EXPECT_EQ(Tokens(TrainBpe(texts, Letters(7))), (std::vector<std::string>{"a", "b", "c", "d", "ab", "ac", "cd"}));
}

TEST(BpeTrainer, OrderOfTextsDoesNotMatter) {
  std::vector<std::string> texts = HugCorpus();
  const std::string hash = TrainBpe(texts, Letters(12)).ContentHash();
  std::reverse(texts.begin(), texts.end());
  EXPECT_EQ(TrainBpe(texts, Letters(12)).ContentHash(), hash);
}

TEST(BpeTrainer, OverlappingPairsAreCountedOncePerMerge) {
  // aaaa holds aa three times and becomes aa aa; then (aa, aa) is left.
  const Tokenizer tokenizer = TrainBpe({"aaaa", "aaaa"}, Letters(3));
  EXPECT_EQ(Tokens(tokenizer), (std::vector<std::string>{"a", "aa", "aaaa"}));
  EXPECT_EQ(tokenizer.Encode("aaaaa"), (Ids{2, 0}));
}

TEST(BpeTrainer, RarePairsAreLeftAlone) {
  EXPECT_EQ(TrainBpe({"ab"}, Letters(10)).vocab_size(), 2);
  BpeTrainerConfig config = Letters(10);
  config.min_pair_count = 1;
  EXPECT_EQ(TrainBpe({"ab"}, config).vocab_size(), 3);
}

TEST(BpeTrainer, AllBytesByDefault) {
  BpeTrainerConfig config;
  config.vocab_size = 260;
  config.special_tokens = kSpecials;
  const Tokenizer tokenizer = TrainBpe({"abab"}, config);
  EXPECT_EQ(tokenizer.vocab_size(), 260);
  EXPECT_EQ(tokenizer.TokenId("<|pad|>"), 0);
  EXPECT_EQ(tokenizer.TokenId("<|assistant|>"), 3);
  EXPECT_TRUE(tokenizer.IsSpecial(3));
  EXPECT_FALSE(tokenizer.IsSpecial(4));
  EXPECT_EQ(tokenizer.TokenBytes(4), "!");
}

// What the miniature trains on: prompts, and answers of "Title (Year)" lines.
std::vector<std::string> MiniatureTexts(int count) {
  const std::vector<std::string> words = {"Heat",  "Alien", "Dune",    "The Thing",   "Up",     "Fargo",
                                          "Moon",  "Clue",  "Jaws",    "Elf",         "Babe",   "Coco",
                                          "Rocky", "Se7en", "M*A*S*H", "It's a Gift", "Dr. No", "9 to 5"};
  RandomStream stream(11, "miniature texts");
  const auto title = [&] { return words[stream.UniformInt(words.size())]; };
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    texts.push_back("<|user|>I love " + title() + " and " + title() + ". Looking for something dark.<|assistant|>");
    for (int k = 0; k < 6; ++k) texts.back() += title() + " (" + std::to_string(1950 + stream.UniformInt(75)) + ")\n";
    texts.back() += "<|end|>";
  }
  return texts;
}

Tokenizer Miniature() {
  BpeTrainerConfig config;
  config.vocab_size = 500;
  config.special_tokens = kSpecials;
  return TrainBpe(MiniatureTexts(500), config);
}

TEST(BpeTrainer, NewlinesOfItemsAreOneToken) {
  const Tokenizer tokenizer = Miniature();
  std::vector<std::string> with_newline;
  const std::vector<int> newlines = tokenizer.NewlinesByToken();
  ASSERT_EQ(static_cast<int64_t>(newlines.size()), tokenizer.vocab_size());
  for (int64_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (newlines[id] > 0) with_newline.push_back(tokenizer.TokenBytes(id));
  }
  // The single byte is part of every byte-level vocabulary; no word, bracket or digit has swallowed a newline.
  EXPECT_EQ(with_newline, (std::vector<std::string>{"\n", ")\n"}));
  const int64_t item_end = *tokenizer.TokenId(")\u010a");
  const auto ids = tokenizer.Encode("Heat (1995)\nThe Thing (1982)\n");
  EXPECT_EQ(std::count(ids.begin(), ids.end(), item_end), 2);
  EXPECT_EQ(ids.back(), item_end);
}

TEST(BpeTrainer, PiecesOfItemLists) {
  const Tokenizer tokenizer = Miniature();
  std::vector<std::string> parts;
  for (const int64_t id : tokenizer.Encode("The Thing (1982)\n<|end|>")) parts.push_back(tokenizer.TokenBytes(id));
  EXPECT_EQ(parts, (std::vector<std::string>{"The", " Thing", " (", "1982", ")\n", "<|end|>"}));
}

// Text is never encoded to a special token by merging, whatever the corpus holds.
TEST(BpeTrainer, SpecialTokensAreCutOutOfTheTexts) {
  BpeTrainerConfig config = Letters(100);
  config.special_tokens = {"abab"};
  const Tokenizer tokenizer = TrainBpe({"xababx", "xababx", "ab", "ab", "aba", "aba"}, config);
  EXPECT_EQ(Tokens(tokenizer), (std::vector<std::string>{"abab", "a", "b", "x", "ab", "aba"}));
  EXPECT_EQ(tokenizer.Encode("xababx"), (Ids{3, 0, 3}));
}

std::string RandomUtf8(RandomStream* stream) {
  std::string text;
  const int64_t length = stream->UniformInt(30);
  for (int64_t i = 0; i < length; ++i) {
    const int64_t limit = std::vector<int64_t>{0x80, 0x250, 0xd800, 0x110000}[stream->UniformInt(4)];
    const auto code_point = static_cast<char32_t>(stream->UniformInt(limit));
    if (code_point < 0xd800 || code_point > 0xdfff) text += Utf8Of(code_point);
  }
  return text;
}

TEST(BpeTrainer, DecodingUndoesEncoding) {
  const Tokenizer tokenizer = Miniature();
  RandomStream stream(13, "round trip");
  for (int round = 0; round < 3000; ++round) {
    const std::string text = RandomUtf8(&stream) + (round % 5 == 0 ? "<|end|>Heat (1995)\n" : "");
    ASSERT_EQ(tokenizer.Decode(tokenizer.Encode(text)), text);
  }
}

TEST(BpeTrainer, SavingKeepsEverything) {
  const Tokenizer tokenizer = Miniature();
  const std::string path = testing::TempDir() + "/trained.json";
  tokenizer.Save(path);
  const Tokenizer again = Tokenizer::FromFile(path);
  EXPECT_EQ(again.ContentHash(), tokenizer.ContentHash());
  RandomStream stream(17, "saved");
  for (int round = 0; round < 500; ++round) {
    const std::string text = RandomUtf8(&stream) + "Dune (2021)\n";
    ASSERT_EQ(again.Encode(text), tokenizer.Encode(text));
  }
}

TEST(BpeTrainer, TenThousandTextsTakeLessThanTwoSeconds) {
  const std::vector<std::string> texts = MiniatureTexts(10000);
  BpeTrainerConfig config;
  config.special_tokens = kSpecials;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_LE(TrainBpe(texts, config).vocab_size(), 1500);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 2.0);
}

TEST(BpeTrainer, ImpossibleConfigsAreNamed) {
  BpeTrainerConfig config;
  config.vocab_size = 255;
  EXPECT_THROW(TrainBpe({}, config), InputError);
  config.vocab_size = 300;
  for (const auto& specials : std::vector<std::vector<std::string>>{{""}, {"a"}, {"<x>", "<x>"}, {"\xff\xff"}}) {
    config.special_tokens = specials;
    EXPECT_THROW(TrainBpe({}, config), InputError) << specials[0];
  }
  config.special_tokens = {};
  config.split_pattern = "\\w+";
  EXPECT_THROW(TrainBpe({}, config), InputError);
}

}  // namespace
}  // namespace suite
