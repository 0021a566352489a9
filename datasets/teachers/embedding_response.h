// The vectors in a response of the embeddings protocol.
//
//   {"data": [{"index": 0, "embedding": [0.6, 0.8]}, {"index": 1, "embedding": "AACAPwAAAAA="}]}
//
//   std::string problem;
//   EmbeddingRows rows = ReadEmbeddings(response, 2, &problem);    // rows of unit length, in order of index
//
// A vector is an array of numbers, or base64 of little-endian float32.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "datasets/teachers/embedder.h"

namespace suite {

// `problem` stays empty, or says what is wrong: not `count` vectors with the indices 0 .. count - 1, vectors of
// different lengths, numbers that are not finite, a vector that is all zeros.
EmbeddingRows ReadEmbeddings(const nlohmann::json& response, int64_t count, std::string* problem);

// Divides by the Euclidean length (computed in double). False, and nothing changed, when it is 0 or not finite.
bool ToUnitLength(float* row, int64_t dimension);

}  // namespace suite
