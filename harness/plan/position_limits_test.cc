#include "harness/plan/position_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CheckPositionsTest : public ::testing::Test {
 protected:
  CheckPositionsTest() {
    run_.policy.path = ::testing::TempDir() + "/of_2048_positions";
    std::filesystem::create_directories(run_.policy.path);
    WriteFileAtomically(run_.policy.path + "/config.json",
                        R"({"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 1, "vocab_size": 300,
                            "num_attention_heads": 4, "intermediate_size": 64, "rms_norm_eps": 1e-6,
                            "max_position_embeddings": 2048, "tie_word_embeddings": true})");
    run_.rl.max_new_tokens = 320;
  }

  std::string Error() const {
    return ErrorOf([&] { CheckPositions(run_); });
  }

  RunConfig run_;
};

TEST_F(CheckPositionsTest, TheDefaultLimitIsAsMuchAsFits) {
  EXPECT_THAT(CheckPositions(run_), AllOf(HasSubstr("prompts are cut at 1729 tokens"), HasSubstr("config.json"),
                                          HasSubstr("max_position_embeddings = 2048"),
                                          HasSubstr("rl.max_new_tokens = 320"), HasSubstr("max_prompt_tokens = 2048")));
}

TEST_F(CheckPositionsTest, WhatFitsIsNotMentioned) {
  for (const int64_t limit : {1, 1000, 1729}) {
    run_.data.max_prompt_tokens = limit;
    EXPECT_EQ(CheckPositions(run_), "") << limit;
  }
}

TEST_F(CheckPositionsTest, AnotherLimitThatDoesNotFitIsRefused) {
  run_.data.max_prompt_tokens = 1730;
  EXPECT_THAT(Error(), AllOf(HasSubstr("data.max_prompt_tokens: 1730 does not fit beside rl.max_new_tokens = 320"),
                             HasSubstr("config.json: max_position_embeddings = 2048"), HasSubstr("at most 1729")));
}

TEST_F(CheckPositionsTest, AnswersThatLeaveNoPromptAreRefused) {
  run_.rl.max_new_tokens = 2033;  // a prompt of 16
  EXPECT_THAT(CheckPositions(run_), HasSubstr("cut at 16 tokens"));
  for (const int64_t answer : {2034, 2049, 1048576}) {
    run_.rl.max_new_tokens = answer;
    EXPECT_THAT(Error(), AllOf(HasSubstr("rl.max_new_tokens: " + std::to_string(answer) + " leaves "),
                               HasSubstr("max_position_embeddings = 2048; data.max_prompt_tokens = 2048"),
                               HasSubstr("at most 2033")));
  }
}

TEST_F(CheckPositionsTest, OfPoliciesThatAreMadeHereOrNotKnownNothingIsSaid) {
  run_.rl.max_new_tokens = 100000;
  for (const char* path : {"", "nowhere/Mistral-7B"}) {
    run_.policy.path = path;
    EXPECT_EQ(CheckPositions(run_), "") << path;
  }
  run_.policy.path = "nowhere/Qwen2.5-0.5B";
  EXPECT_THAT(Error(), HasSubstr("published sizes of Qwen2.5-0.5B: max_position_embeddings = 32768"));
}

}  // namespace
}  // namespace suite
