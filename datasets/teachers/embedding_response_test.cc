#include "datasets/teachers/embedding_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace suite {
namespace {

using nlohmann::json;

EmbeddingRows Read(const std::string& text, int64_t count, std::string* problem) {
  problem->clear();
  return ReadEmbeddings(json::parse(text), count, problem);
}

std::string ProblemOf(const std::string& text, int64_t count) {
  std::string problem;
  const EmbeddingRows rows = Read(text, count, &problem);
  EXPECT_TRUE(rows.values.empty());
  return problem;
}

TEST(EmbeddingResponseTest, ReadsArraysInOrderOfIndexAtUnitLength) {
  std::string problem;
  const EmbeddingRows rows =
      Read(R"({"data": [{"index": 1, "embedding": [0, -2]}, {"index": 0, "embedding": [3, 4]}]})", 2, &problem);
  EXPECT_EQ(problem, "");
  EXPECT_EQ(rows.dimension, 2);
  EXPECT_EQ(rows.rows(), 2);
  EXPECT_THAT(rows.values, ::testing::ElementsAre(0.6f, 0.8f, 0.0f, -1.0f));
}

// python3: base64.b64encode(struct.pack('<2f', 3, 4)), ('<3f', 1, 2, -2), ('<1f', -5)
TEST(EmbeddingResponseTest, ReadsBase64) {
  std::string problem;
  EXPECT_THAT(Read(R"({"data": [{"embedding": "AABAQAAAgEA="}]})", 1, &problem).values,
              ::testing::ElementsAre(0.6f, 0.8f));
  EXPECT_THAT(Read(R"({"data": [{"embedding": "AACAPwAAAEAAAADA"}]})", 1, &problem).values,
              ::testing::ElementsAre(1 / 3.0f, 2 / 3.0f, -2 / 3.0f));
  EXPECT_THAT(Read(R"({"data": [{"embedding": "AACgwA=="}]})", 1, &problem).values, ::testing::ElementsAre(-1.0f));
  EXPECT_EQ(problem, "");
}

TEST(EmbeddingResponseTest, WhatIsWrongIsNamed) {
  EXPECT_EQ(ProblemOf("[]", 1), "no data with 1 vectors");
  EXPECT_EQ(ProblemOf(R"({"data": [{"embedding": [1]}]})", 2), "no data with 2 vectors");
  EXPECT_EQ(ProblemOf(R"({"data": [{"index": 0}]})", 1), "data[0] has no embedding");
  EXPECT_EQ(ProblemOf(R"({"data": [{"index": 1, "embedding": [1]}]})", 1), "data[0] has a wrong index");
  EXPECT_EQ(ProblemOf(R"({"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]})", 2),
            "data[1] has a wrong index");
  for (const std::string embedding : {"[]", "[\"1\"]", "\"AAA\"", "\"AAAA\"", "\"????\"", "\"\"", "{}", "[null]"}) {
    EXPECT_EQ(ProblemOf(R"({"data": [{"embedding": )" + embedding + "}]}", 1),
              "data[0] is neither an array of numbers nor base64 of float32")
        << embedding;
  }
  EXPECT_EQ(ProblemOf(R"({"data": [{"embedding": [0, 0]}]})", 1), "data[0] has no finite length above 0");
  EXPECT_EQ(ProblemOf(R"({"data": [{"embedding": "AADAfw=="}]})", 1), "data[0] has no finite length above 0");
  EXPECT_EQ(ProblemOf(R"({"data": [{"embedding": [1, 0]}, {"embedding": [1]}]})", 2), "vectors of 2 and of 1 numbers");
}

TEST(ToUnitLengthTest, KeepsDirectionAlsoAtTheEndsOfTheRange) {
  for (const float scale : {1e-30f, 1.0f, 1e30f}) {
    float row[3] = {1 * scale, -2 * scale, 2 * scale};
    ASSERT_TRUE(ToUnitLength(row, 3));
    EXPECT_FLOAT_EQ(row[0], 1 / 3.0f);
    EXPECT_FLOAT_EQ(row[1], -2 / 3.0f);
  }
  float bad[2] = {INFINITY, 1};
  EXPECT_FALSE(ToUnitLength(bad, 2));
  EXPECT_EQ(bad[1], 1);
}

}  // namespace
}  // namespace suite
