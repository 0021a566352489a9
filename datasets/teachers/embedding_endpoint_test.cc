#include "datasets/teachers/embedding_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/testing/error_of.h"
#include "datasets/teachers/mock_server.h"

namespace suite {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// The vector of a text is its length and its first letter; the last text's vector comes first.
MockReply Vectors(const MockRequest& request) {
  const json body = json::parse(request.body);
  const auto texts = body["input"].get<std::vector<std::string>>();
  json data = json::array();
  for (size_t i = texts.size(); i-- > 0;) {
    data.push_back({{"index", i}, {"embedding", {texts[i].size(), static_cast<int>(texts[i][0])}}});
  }
  return {200, json({{"data", data}, {"usage", {{"prompt_tokens", texts.size()}}}}).dump()};
}

void ExpectVectorOf(const std::string& text, const float* row) {
  const double length = std::hypot(static_cast<double>(text.size()), text[0]);
  EXPECT_FLOAT_EQ(row[0], static_cast<float>(static_cast<double>(text.size()) / length)) << text;
  EXPECT_FLOAT_EQ(row[1], static_cast<float>(text[0] / length)) << text;
}

class EmbeddingEndpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cache_ = ::testing::TempDir() + "/embed_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(cache_);
  }

  EmbeddingSettings Settings(const MockServer& server) const {
    EmbeddingSettings settings;
    settings.endpoint.url = server.url() + "/v1";
    settings.endpoint.key_variable = "";
    settings.endpoint.model = "mock";
    settings.endpoint.cache_folder = cache_;
    settings.endpoint.timeout_seconds = 60;
    settings.endpoint.backoff_seconds = 0.01;
    settings.endpoint.retries = 1;
    settings.batch_size = 3;
    return settings;
  }

  const std::vector<Item> items_ = {{"Heat", 1995}, {"Alien", 1979}, {"Heat", 1995}, {"Ran", 1985}, {"Z", 1969}};
  std::string cache_;
};

TEST_F(EmbeddingEndpointTest, BatchesDistinctTextsAndKeepsTheOrder) {
  MockServer server(Vectors);
  EmbeddingEndpoint embedder(Settings(server), "embedder");
  const EmbeddingRows rows = embedder.Items(items_);
  ASSERT_EQ(rows.rows(), 5);
  for (size_t i = 0; i < items_.size(); ++i) ExpectVectorOf(FormatItem(items_[i]), rows.row(static_cast<int64_t>(i)));
  EXPECT_EQ(server.requests(), 2);
  EXPECT_EQ(embedder.usage().input_tokens, 4);
  for (const MockRequest& request : server.received()) {
    EXPECT_EQ(request.path, "/v1/embeddings");
    json body = json::parse(request.body);
    EXPECT_TRUE(body["input"].size() == 3 || body["input"].size() == 1);
    body.erase("input");
    EXPECT_EQ(body, json({{"model", "mock"}, {"encoding_format", "base64"}}));
  }
}

TEST_F(EmbeddingEndpointTest, ASecondRunAsksNothing) {
  MockServer server(Vectors);
  const EmbeddingRows first = EmbeddingEndpoint(Settings(server), "embedder").Items(items_);
  EmbeddingEndpoint again(Settings(server), "embedder");
  EXPECT_EQ(again.Items(items_).values, first.values);
  EXPECT_EQ(server.requests(), 2);
  EXPECT_EQ(again.usage().from_cache, 2);
}

TEST_F(EmbeddingEndpointTest, ConversationsAndPrefixesAndDimensions) {
  MockServer server(Vectors);
  EmbeddingSettings settings = Settings(server);
  settings.conversation_prefix = "query: ";
  settings.dimensions = 2;
  settings.encoding_format = "float";
  EmbeddingEndpoint embedder(settings, "embedder");
  Conversation conversation;
  conversation.turns = {{"user", "Hello"}, {"assistant", "Hi"}};
  const EmbeddingRows rows = embedder.Conversations({conversation});
  ExpectVectorOf("query: Hello\nHi", rows.row(0));
  EXPECT_EQ(
      json::parse(server.received()[0].body),
      json({{"model", "mock"}, {"encoding_format", "float"}, {"dimensions", 2}, {"input", {"query: Hello\nHi"}}}));
  EXPECT_EQ(embedder.Identity(),
            "embeddings path=/v1/embeddings model=mock encoding_format=float dimensions=2 item_prefix=\"\" "
            "conversation_prefix=\"query: \"");
}

TEST_F(EmbeddingEndpointTest, NothingToEmbedAsksNothing) {
  MockServer server(Vectors);
  EXPECT_EQ(EmbeddingEndpoint(Settings(server), "embedder").Items({}).rows(), 0);
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(EmbeddingEndpointTest, ABatchThatFailsIsAnErrorAndTheOthersAreKept) {
  bool broken = true;
  std::mutex mutex;
  MockServer server([&](const MockRequest& request) {
    const std::lock_guard<std::mutex> lock(mutex);
    const bool bad = broken && json::parse(request.body)["input"][0] == "Z (1969)";
    return bad ? MockReply{200, R"({"data": []})"} : Vectors(request);
  });
  EmbeddingEndpoint embedder(Settings(server), "embedder");
  EXPECT_EQ(ErrorOf([&] { embedder.Items(items_); }),
            "/v1/embeddings: 1 of 2 batches failed, the first with texts 3 to 3: invalid_response: no data with 1 "
            "vectors (tries: 2)");
  EXPECT_EQ(server.requests(), 3);
  {
    const std::lock_guard<std::mutex> lock(mutex);
    broken = false;
  }
  EXPECT_EQ(embedder.Items(items_).rows(), 5);
  EXPECT_EQ(server.requests(), 4);
}

TEST_F(EmbeddingEndpointTest, VectorsOfTwoWidthsAreAnError) {
  MockServer server([](const MockRequest& request) {
    const bool second = json::parse(request.body)["input"].size() == 1;
    return second ? MockReply{200, R"({"data": [{"embedding": [1, 2, 3]}]})"} : Vectors(request);
  });
  EmbeddingSettings settings = Settings(server);
  settings.endpoint.concurrency = 1;
  EmbeddingEndpoint embedder(settings, "embedder");
  EXPECT_THAT(ErrorOf([&] { embedder.Items(items_); }), HasSubstr("vectors of 3 numbers after others of 2"));
}

TEST_F(EmbeddingEndpointTest, BadSettingsAreOneClearError) {
  MockServer server(Vectors);
  EmbeddingSettings settings = Settings(server);
  settings.batch_size = 0;
  EXPECT_THROW(EmbeddingEndpoint(settings, "embedder"), InputError);
  settings = Settings(server);
  settings.encoding_format = "base46";
  EXPECT_THROW(EmbeddingEndpoint(settings, "embedder"), InputError);
  settings = Settings(server);
  settings.dimensions = 0;
  EXPECT_THROW(EmbeddingEndpoint(settings, "embedder"), InputError);
}

}  // namespace
}  // namespace suite
