// The two sides of one rank. algorithms/ cuts a completion into ranks by counting newlines in tokens; datasets/ judges
// the decoded text line by line. Rank k of RankSpans must be line k of JudgedList, or credit goes to the wrong tokens.
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "algorithms/rank_spans.h"
#include "datasets/core/catalog.h"
#include "datasets/judging/answer_parser.h"
#include "datasets/judging/judged_list.h"
#include "models/tokenizer/bpe_trainer.h"
#include "models/tokenizer/tokenizer.h"

namespace suite::parity {
namespace {

constexpr int kListLength = 4;

const std::vector<std::string>& AwkwardTexts() {
  static const std::vector<std::string> kTexts = {
      "Heat (1995)\nAlien (1979)\nRan (1985)\nUp (2009)",
      "Heat (1995)\nAlien (1979)\nRan (1985)\nUp (2009)\n",
      "Heat (1995)\n\nAlien (1979)\n\n\nRan (1985)",
      "\n\nHeat (1995)\nAlien (1979)",
      "Sure! Here is what I would watch:\nHeat (1995)\nAlien (1979)",
      "Sure!\n\n1. Heat (1995)\n2. Alien (1979)\n\nEnjoy.",
      "Heat (1995)\r\nAlien (1979)\r\nRan (1985)\r\n",
      "Heat (1995)\rAlien (1979)\nRan (1985)",
      "Heat (1995) \n Alien (1979)\t\n  Ran (1985)",
      "Heat (1995)\nnot an item\nAlien (1979)",
      "Heat (1995)\nAlien (1979)\nRan (1985)\nUp (2009)\nBig (1988)\nCoco (2017)",
      "Am\u00e9lie (2001)\n\u5343\u3068\u5343\u5c0b (2001)\nHeat (1995)\u2028Alien (1979)",
      "Heat (1995)\x85\nAlien (1979)\xff\n",
      "Heat (1995))\n\n)\nAlien (1979)",
      "\n",
      "\n\n\n\n\n\n",
      "",
  };
  return kTexts;
}

struct NamedTokenizer {
  const char* name;
  Tokenizer tokenizer;
};

constexpr char kEos[] = "<|end|>";

// In the miniature's pattern a newline after ")" shares the bracket's token and any other stands alone. The second
// pattern lets tokens hold several newlines, as those of Llama-3 and Qwen2.5 do; the third lets a token hold a newline
// and what follows it.
std::vector<NamedTokenizer> Tokenizers() {
  std::vector<std::string> texts;
  for (int repeat = 0; repeat < 4; ++repeat) texts.insert(texts.end(), AwkwardTexts().begin(), AwkwardTexts().end());
  BpeTrainerConfig config;
  config.vocab_size = 400;
  config.special_tokens = {kEos};
  std::vector<NamedTokenizer> tokenizers = {{"item list", TrainBpe(texts, config)}};
  config.split_pattern = R"(\)?\n+|[^\n\)]+|\))";
  tokenizers.push_back({"several newlines", TrainBpe(texts, config)});
  config.split_pattern = R"(\n*\p{L}+|[^\p{L}\n]+|\n)";
  tokenizers.push_back({"newline and word", TrainBpe(texts, config)});
  return tokenizers;
}

struct Cut {
  std::vector<int64_t> ids;  // with EOS
  std::string text;          // as the judge reads it
  RankSpans spans;
  JudgedList judged;
};

Cut CutBothWays(const Tokenizer& tokenizer, const std::string& raw) {
  Cut cut;
  cut.ids = tokenizer.Encode(raw);
  cut.text = tokenizer.Decode(cut.ids, /*skip_special_tokens=*/true);
  const int64_t eos = tokenizer.TokenId(kEos).value();
  cut.ids.push_back(eos);
  const std::vector<int> newlines = tokenizer.NewlinesByToken();
  const at::Tensor ids_BT = at::tensor(cut.ids).unsqueeze(0);
  cut.spans = CutIntoRanks(ids_BT, CompletionLengths(ids_BT, eos),
                           at::tensor(std::vector<int64_t>(newlines.begin(), newlines.end())), eos, kListLength);
  JudgeOptions options;
  options.list_length = kListLength;
  options.rank_rule = RankRule::kLine;
  cut.judged = JudgeAnswer(cut.text, {}, {}, Catalog({{"Heat", 1995}}), options);
  return cut;
}

int64_t RankOf(const Cut& cut, size_t token) {
  return cut.spans.rank_BT[0][static_cast<int64_t>(token)].item<int64_t>();
}

// Whether a token goes on after a newline: it then belongs to the line it begins in, and the line after lacks its
// start.
bool StraddlesLines(const std::string& bytes) {
  const size_t newline = bytes.find('\n');
  return newline != std::string::npos && bytes.find_first_not_of('\n', newline) != std::string::npos;
}

// Every token begins in the line of its rank; the answer has as many lines as it emitted items.
void ExpectTokensInTheirLines(const Tokenizer& tokenizer, const Cut& cut) {
  int64_t line = 0;
  for (size_t token = 0; token < cut.ids.size(); ++token) {
    EXPECT_EQ(RankOf(cut, token), line) << "token " << token;
    const std::string& bytes = tokenizer.TokenBytes(cut.ids[token]);
    line += std::count(bytes.begin(), bytes.end(), '\n');
  }
  EXPECT_EQ(cut.spans.items_emitted_B[0].item<int64_t>(), CountLines(cut.text));
  EXPECT_EQ(static_cast<int>(cut.judged.ranks.size()) + cut.judged.overflow, CountLines(cut.text));
}

// The tokens of rank k, read alone, are line k: the item found in them is the one judged at rank k.
void ExpectRanksReadAsJudged(const Tokenizer& tokenizer, const Cut& cut) {
  for (const int64_t id : cut.ids) {
    if (StraddlesLines(tokenizer.TokenBytes(id))) return;
  }
  for (size_t rank = 0; rank < cut.judged.ranks.size(); ++rank) {
    const JudgedRank& judged = cut.judged.ranks[rank];
    EXPECT_EQ(judged.line, static_cast<int>(rank));
    std::vector<int64_t> ids;
    for (size_t token = 0; token < cut.ids.size(); ++token) {
      if (RankOf(cut, token) == static_cast<int64_t>(rank)) ids.push_back(cut.ids[token]);
    }
    const auto alone = ParseAnswer(tokenizer.Decode(ids, /*skip_special_tokens=*/true));
    ASSERT_LE(alone.size(), 1u) << "rank " << rank;
    ASSERT_EQ(judged.item.has_value(), alone.size() == 1) << "rank " << rank;
    if (judged.item) {
      EXPECT_EQ(alone[0].item, *judged.item);
    }
  }
}

TEST(SegmentationAgreement, RankIsLineOnAwkwardTexts) {
  for (const auto& [name, tokenizer] : Tokenizers()) {
    for (const std::string& text : AwkwardTexts()) {
      SCOPED_TRACE(std::string(name) + ": " + ::testing::PrintToString(text));
      const Cut cut = CutBothWays(tokenizer, text);
      ExpectTokensInTheirLines(tokenizer, cut);
      ExpectRanksReadAsJudged(tokenizer, cut);
    }
  }
}

// The texts do hold what they are there for.
TEST(SegmentationAgreement, TokenizersMakeTheTokensThatAreAwkward) {
  bool several = false, straddles = false;
  for (const auto& [name, tokenizer] : Tokenizers()) {
    for (const std::string& text : AwkwardTexts()) {
      for (const int64_t id : tokenizer.Encode(text)) {
        const std::string& bytes = tokenizer.TokenBytes(id);
        several |= std::count(bytes.begin(), bytes.end(), '\n') > 1;
        straddles |= StraddlesLines(bytes);
      }
    }
  }
  EXPECT_TRUE(several);
  EXPECT_TRUE(straddles);
}

// A hit is credited to the tokens of the line that holds it, behind a preamble and a blank line too.
TEST(SegmentationAgreement, AHitLiesOnItsOwnTokens) {
  for (const auto& [name, tokenizer] : Tokenizers()) {
    SCOPED_TRACE(name);
    const Cut cut = CutBothWays(tokenizer, "Sure!\n\nAlien (1979)\nHeat (1995)");
    ASSERT_EQ(cut.judged.ranks.size(), 4u);
    EXPECT_EQ(cut.judged.ranks[2].item->title, "Alien");
    EXPECT_EQ(cut.judged.ranks[3].item->title, "Heat");
    std::string bytes;
    for (size_t token = 0; token < cut.ids.size(); ++token) {
      if (RankOf(cut, token) == 3) bytes += tokenizer.TokenBytes(cut.ids[token]);
    }
    EXPECT_NE(bytes.find("(1995)"), std::string::npos) << bytes;
    EXPECT_EQ(bytes.find("(1979)"), std::string::npos) << bytes;
  }
}

}  // namespace
}  // namespace suite::parity
