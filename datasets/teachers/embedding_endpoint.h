// Any OpenAI-compatible embeddings endpoint as an embedder of text.
//
//   EmbeddingSettings settings;
//   settings.endpoint.model = "text-embedding-3-small";
//   settings.endpoint.cache_folder = "results/vectors";
//   EmbeddingEndpoint embedder(settings, "embedder");
//   EmbeddingRows items = embedder.Items(catalog.items());       // 7,404 texts, 116 requests
//
// Texts go in batches, in order, equal texts once; the batch is what is cached and tried again (endpoint.h), so another
// order or another batch_size asks again. Rows are brought to unit length, whatever length the server sends. No answer
// is read beyond 1 MiB and 32 bytes for each of batch_size x dimensions numbers (16,384 dimensions where none are set),
// and none beyond 256 MiB.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "datasets/teachers/embedder.h"
#include "datasets/teachers/endpoint.h"
#include "datasets/teachers/endpoint_settings.h"

namespace suite {

struct EmbeddingSettings {
  EndpointSettings endpoint;
  int64_t batch_size = 64;                 // texts in one request
  std::string encoding_format = "base64";  // of little-endian float32, a quarter of the bytes; or "float": decimal
  std::optional<int64_t> dimensions;       // for models that can shorten their vectors; nullopt: not sent
  // Put before each text, as some models were trained ("query: ").
  std::string item_prefix;
  std::string conversation_prefix;
};

class EmbeddingEndpoint : public Embedder {
 public:
  // Throws InputError for bad settings, naming `where`.key.
  EmbeddingEndpoint(EmbeddingSettings settings, const std::string& where);

  std::string Identity() const override;

  // Both throw InputError when a batch failed, after all others have been answered and kept.
  EmbeddingRows Items(const std::vector<Item>& items) override;
  EmbeddingRows Conversations(const std::vector<Conversation>& conversations) override;

  void set_progress(std::function<void(const EndpointProgress&)> progress) { endpoint_.set_progress(progress); }
  const EndpointUsage& usage() const { return endpoint_.usage(); }

 private:
  EmbeddingRows Embed(const std::vector<std::string>& texts);
  EmbeddingRows EmbedDistinct(const std::vector<std::string>& texts);

  EmbeddingSettings settings_;
  Endpoint endpoint_;
};

// The vectors in a response, brought to unit length, in order of index; each is an array of numbers, or base64 of
// little-endian float32:
//
//   {"data": [{"index": 0, "embedding": [0.6, 0.8]}, {"index": 1, "embedding": "AACAPwAAAAA="}]}
//
// `problem` stays empty, or says what is wrong: not `count` vectors with the indices 0 .. count - 1, vectors of
// different lengths, numbers that are not finite, a vector that is all zeros.
EmbeddingRows ReadEmbeddings(const nlohmann::json& response, int64_t count, std::string* problem);

}  // namespace suite
