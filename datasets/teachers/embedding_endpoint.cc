#include "datasets/teachers/embedding_endpoint.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "base/error.h"

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

EmbeddingSettings Checked(EmbeddingSettings settings, const std::string& where) {
  CheckRange(static_cast<double>(settings.batch_size), 1, 4096, where + ".batch_size");
  if (settings.dimensions) CheckRange(static_cast<double>(*settings.dimensions), 1, 1e6, where + ".dimensions");
  if (settings.encoding_format != "base64" && settings.encoding_format != "float") {
    throw UnknownName(where + ".encoding_format", "format", settings.encoding_format, {"base64", "float"});
  }
  return settings;
}

json BodyOf(const EmbeddingSettings& settings, const std::vector<std::string>& texts, size_t first, size_t end) {
  json body = {{"model", settings.endpoint.model}, {"encoding_format", settings.encoding_format}};
  if (settings.dimensions) body["dimensions"] = *settings.dimensions;
  body["input"] = std::vector<std::string>(texts.begin() + static_cast<std::ptrdiff_t>(first),
                                           texts.begin() + static_cast<std::ptrdiff_t>(end));
  return body;
}

// Numbers in decimal, with white space between them, or base64, which is shorter.
size_t LongestAnswer(const EmbeddingSettings& settings) {
  constexpr size_t kBytesOfNumber = 32, kRest = size_t{1} << 20, kMost = size_t{256} << 20;
  constexpr int64_t kWidest = 16384;  // where the settings do not say: four times what common models have
  const auto numbers =
      static_cast<size_t>(settings.batch_size) * static_cast<size_t>(settings.dimensions.value_or(kWidest));
  return std::min(kRest + kBytesOfNumber * numbers, kMost);
}

// Puts the rows of one batch in their place; the first batch to arrive says how wide all are.
Reading PlaceRows(const json& response, size_t first, size_t end, size_t texts, EmbeddingRows* rows) {
  std::string problem;
  const EmbeddingRows batch = ReadEmbeddings(response, static_cast<int64_t>(end - first), &problem);
  if (!problem.empty()) return {ReadVerdict::kBadResponse, problem};
  if (rows->dimension == 0) {
    rows->dimension = batch.dimension;
    rows->values.resize(texts * static_cast<size_t>(batch.dimension));
  }
  if (batch.dimension != rows->dimension) {
    return {ReadVerdict::kBadResponse, "vectors of " + std::to_string(batch.dimension) + " numbers after others of " +
                                           std::to_string(rows->dimension)};
  }
  const auto place = static_cast<std::ptrdiff_t>(first * static_cast<size_t>(rows->dimension));
  std::copy(batch.values.begin(), batch.values.end(), rows->values.begin() + place);
  return {};
}

}  // namespace

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

EmbeddingEndpoint::EmbeddingEndpoint(EmbeddingSettings settings, const std::string& where)
    : settings_(Checked(std::move(settings), where)),
      endpoint_(settings_.endpoint, "/embeddings", where, LongestAnswer(settings_)) {}

std::string EmbeddingEndpoint::Identity() const {
  return "embeddings path=" + endpoint_.path() + " model=" + settings_.endpoint.model +
         " encoding_format=" + settings_.encoding_format +
         " dimensions=" + (settings_.dimensions ? std::to_string(*settings_.dimensions) : "none") +
         " item_prefix=" + json(settings_.item_prefix).dump() +
         " conversation_prefix=" + json(settings_.conversation_prefix).dump();
}

EmbeddingRows EmbeddingEndpoint::Items(const std::vector<Item>& items) {
  std::vector<std::string> texts;
  for (const Item& item : items) texts.push_back(settings_.item_prefix + ItemText(item));
  return Embed(texts);
}

EmbeddingRows EmbeddingEndpoint::Conversations(const std::vector<Conversation>& conversations) {
  std::vector<std::string> texts;
  for (const Conversation& conversation : conversations) {
    texts.push_back(settings_.conversation_prefix + ConversationText(conversation));
  }
  return Embed(texts);
}

EmbeddingRows EmbeddingEndpoint::Embed(const std::vector<std::string>& texts) {
  std::map<std::string, size_t> place;
  std::vector<std::string> distinct;
  for (const std::string& text : texts) {
    if (place.emplace(text, distinct.size()).second) distinct.push_back(text);
  }
  EmbeddingRows rows = EmbedDistinct(distinct);
  if (distinct.size() == texts.size()) return rows;
  EmbeddingRows all;
  all.dimension = rows.dimension;
  for (const std::string& text : texts) {
    const float* row = rows.row(static_cast<int64_t>(place.at(text)));
    all.values.insert(all.values.end(), row, row + rows.dimension);
  }
  return all;
}

EmbeddingRows EmbeddingEndpoint::EmbedDistinct(const std::vector<std::string>& texts) {
  const size_t batch = static_cast<size_t>(settings_.batch_size);
  const auto first = [&](int64_t i) { return static_cast<size_t>(i) * batch; };
  const auto end = [&](int64_t i) { return std::min(texts.size(), first(i) + batch); };
  EmbeddingRows rows;
  std::map<int64_t, Failure> failures;
  EndpointJob job;
  job.count = static_cast<int64_t>((texts.size() + batch - 1) / batch);
  job.body = [&](int64_t i, int64_t) { return BodyOf(settings_, texts, first(i), end(i)); };
  job.read = [&](int64_t i, const json& response) {
    return PlaceRows(response, first(i), end(i), texts.size(), &rows);
  };
  job.fail = [&](int64_t i, const Failure& failure) { failures[i] = failure; };
  endpoint_.Ask(job);
  if (!failures.empty()) {
    const auto& [i, failure] = *failures.begin();
    throw InputError(endpoint_.path(), std::to_string(failures.size()) + " of " + std::to_string(job.count) +
                                           " batches failed, the first with texts " + std::to_string(first(i)) +
                                           " to " + std::to_string(end(i) - 1) + ": " + FailureText(failure));
  }
  return rows;
}

}  // namespace suite
