#include "models/constraint/list_constraint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/testing/error_of.h"
#include "models/constraint/all_answers.h"
#include "models/tokenizer/bpe_trainer.h"

namespace suite {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

const std::vector<std::string> kFilms = {"Heat (1995)", "Heat (1986)", "Alien (1979)", "Aliens (1986)"};

Tokenizer SmallTokenizer() {
  BpeTrainerConfig config;
  config.vocab_size = 300;
  config.special_tokens = {"<|end|>"};
  return TrainBpe({"Heat (1995)\nHeat (1986)\nAlien (1979)\nAliens (1986)\nHeat (1995)\n"}, config);
}

// Every answer that can be reached, as text.
std::vector<std::string> AllTexts(const ListConstraint& constraint, const Tokenizer& tokenizer,
                                  const std::vector<int64_t>& closed) {
  std::vector<std::string> texts;
  for (const std::vector<int64_t>& ids : AllAnswers(constraint, closed)) {
    EXPECT_EQ(tokenizer.Encode(tokenizer.Decode(ids)), ids);  // the canonical cut of the whole answer
    texts.push_back(tokenizer.Decode(ids, /*skip_special_tokens=*/true));
  }
  return texts;
}

TEST(ListConstraint, AllowsEveryListOfTheCatalogueAndNoOther) {
  const Tokenizer tokenizer = SmallTokenizer();
  const ListConstraint constraint(kFilms, tokenizer, *tokenizer.TokenId("<|end|>"), {2, false});
  std::vector<std::string> expected;
  for (const std::string& a : kFilms) {
    for (const std::string& b : kFilms) expected.push_back(a + "\n" + b);
  }
  EXPECT_THAT(AllTexts(constraint, tokenizer, {}), testing::UnorderedElementsAreArray(expected));
}

TEST(ListConstraint, WithoutRepeatsALineOccursOnce) {
  const Tokenizer tokenizer = SmallTokenizer();
  const ListConstraint constraint(kFilms, tokenizer, *tokenizer.TokenId("<|end|>"), {3, true});
  const std::vector<std::string> answers = AllTexts(constraint, tokenizer, {});
  EXPECT_EQ(answers.size(), 4u * 3u * 2u);
  EXPECT_EQ(std::set<std::string>(answers.begin(), answers.end()).size(), answers.size());
  for (const std::string& answer : answers) {
    for (const std::string& film : kFilms) EXPECT_EQ(answer.find(film), answer.rfind(film)) << answer;
  }
}

TEST(ListConstraint, ClosedLinesAreNotSaid) {
  const Tokenizer tokenizer = SmallTokenizer();
  const ListConstraint constraint(kFilms, tokenizer, *tokenizer.TokenId("<|end|>"), {2, true});
  EXPECT_THAT(AllTexts(constraint, tokenizer, {0, 2}),
              UnorderedElementsAre("Heat (1986)\nAliens (1986)", "Aliens (1986)\nHeat (1986)"));
}

TEST(ListConstraint, OneLineIsTheLastAtOnce) {
  const Tokenizer tokenizer = SmallTokenizer();
  const ListConstraint constraint(kFilms, tokenizer, *tokenizer.TokenId("<|end|>"), {1, true});
  EXPECT_THAT(AllTexts(constraint, tokenizer, {}), testing::UnorderedElementsAreArray(kFilms));
}

TEST(ListConstraint, KnowsTheShortestAnswer) {
  const Tokenizer tokenizer = SmallTokenizer();
  const ListConstraint constraint(kFilms, tokenizer, *tokenizer.TokenId("<|end|>"), {3, false});
  int64_t inner = 1000, last = 1000;
  for (const std::string& film : kFilms) {
    inner = std::min(inner, static_cast<int64_t>(tokenizer.Encode(film + "\n").size()));
    last = std::min(last, static_cast<int64_t>(tokenizer.Encode(film).size()) + 1);
  }
  EXPECT_EQ(constraint.ShortestAnswer(), 2 * inner + last);
}

TEST(ListConstraint, SaysWhatCannotBeAListOfItems) {
  const Tokenizer tokenizer = SmallTokenizer();
  const auto error = [&](const std::vector<std::string>& lines, int64_t length) {
    return ErrorOf([&] { ListConstraint(lines, tokenizer, 0, {length, true}); });
  };
  EXPECT_THAT(error({}, 1), HasSubstr("is empty"));
  EXPECT_THAT(error({"Heat (1995)", ""}, 1), HasSubstr("written form is empty"));
  EXPECT_THAT(error({"Heat\n(1995)"}, 1), HasSubstr("has a newline"));
  EXPECT_THAT(error({"a", "b", "a"}, 3), HasSubstr("has 2 different items, fewer than a list of 3"));
}

}  // namespace
}  // namespace suite
