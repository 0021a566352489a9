#include "datasets/teachers/embedding_response.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

namespace suite {
namespace {

using nlohmann::json;

std::optional<std::vector<float>> FromBase64(const std::string& text) {
  if (text.size() % 4 != 0 || text.empty()) return std::nullopt;
  std::vector<unsigned char> bytes(text.size() / 4 * 3);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size != static_cast<int>(bytes.size())) return std::nullopt;
  // OpenSSL counts the padding as bytes.
  const auto padding = std::count(text.end() - 2, text.end(), '=');
  bytes.resize(bytes.size() - static_cast<size_t>(padding));
  if (bytes.size() % sizeof(float) != 0) return std::nullopt;
  std::vector<float> values(bytes.size() / sizeof(float));
  for (size_t i = 0; i < values.size(); ++i) {
    uint32_t bits = 0;
    for (size_t b = 0; b < 4; ++b) bits |= static_cast<uint32_t>(bytes[4 * i + b]) << (8 * b);
    std::memcpy(&values[i], &bits, sizeof bits);
  }
  return values;
}

std::optional<std::vector<float>> VectorOf(const json& embedding) {
  if (embedding.is_string()) return FromBase64(embedding.get<std::string>());
  if (!embedding.is_array()) return std::nullopt;
  std::vector<float> values;
  for (const json& value : embedding) {
    if (!value.is_number()) return std::nullopt;
    values.push_back(value.get<float>());
  }
  return values;
}

// Index of an entry, the usual order when it has none; -1 when it is out of place.
int64_t IndexOf(const json& entry, int64_t position, int64_t count) {
  if (!entry.contains("index")) return position;
  const json& index = entry["index"];
  const bool fits =
      index.is_number_integer() && index.get<double>() >= 0 && index.get<double>() < static_cast<double>(count);
  return fits ? index.get<int64_t>() : -1;
}

// "" or what is wrong with data[position].
std::string PlaceEntry(const json& entry, int64_t position, std::vector<std::vector<float>>* vectors) {
  const std::string name = "data[" + std::to_string(position) + "]";
  if (!entry.is_object() || !entry.contains("embedding")) return name + " has no embedding";
  const int64_t index = IndexOf(entry, position, static_cast<int64_t>(vectors->size()));
  if (index < 0 || !(*vectors)[static_cast<size_t>(index)].empty()) return name + " has a wrong index";
  auto values = VectorOf(entry["embedding"]);
  if (!values || values->empty()) return name + " is neither an array of numbers nor base64 of float32";
  if (!ToUnitLength(values->data(), static_cast<int64_t>(values->size()))) {
    return name + " has no finite length above 0";
  }
  (*vectors)[static_cast<size_t>(index)] = std::move(*values);
  return "";
}

}  // namespace

bool ToUnitLength(float* row, int64_t dimension) {
  double squares = 0;
  for (int64_t i = 0; i < dimension; ++i) squares += static_cast<double>(row[i]) * row[i];
  const double length = std::sqrt(squares);
  if (!(length > 0) || !std::isfinite(length)) return false;
  for (int64_t i = 0; i < dimension; ++i) row[i] = static_cast<float>(row[i] / length);
  return true;
}

EmbeddingRows ReadEmbeddings(const json& response, int64_t count, std::string* problem) {
  if (!response.is_object() || !response.contains("data") || !response["data"].is_array() ||
      static_cast<int64_t>(response["data"].size()) != count) {
    *problem = "no data with " + std::to_string(count) + " vectors";
    return {};
  }
  std::vector<std::vector<float>> vectors(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    *problem = PlaceEntry(response["data"][static_cast<size_t>(i)], i, &vectors);
    if (!problem->empty()) return {};
  }
  EmbeddingRows rows;
  for (const std::vector<float>& vector : vectors) {
    if (vector.size() != vectors[0].size()) {
      *problem =
          "vectors of " + std::to_string(vectors[0].size()) + " and of " + std::to_string(vector.size()) + " numbers";
      return {};
    }
    rows.values.insert(rows.values.end(), vector.begin(), vector.end());
  }
  rows.dimension = vectors.empty() ? 0 : static_cast<int64_t>(vectors[0].size());
  return rows;
}

}  // namespace suite
