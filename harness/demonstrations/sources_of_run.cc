#include "harness/demonstrations/sources_of_run.h"

#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "datasets/miniature/simulated_sources.h"
#include "datasets/teachers/catalog_embedder.h"
#include "datasets/teachers/chat_teacher.h"
#include "datasets/teachers/embedding_endpoint.h"
#include "datasets/teachers/neighbour_teacher.h"
#include "datasets/teachers/oracle_teacher.h"
#include "datasets/teachers/recording.h"
#include "datasets/teachers/vector_file.h"
#include "harness/config/content_pin.h"
#include "harness/demonstrations/sentence_embedder.h"
#include "harness/demonstrations/vector_settings.h"

namespace suite {
namespace {

// How an endpoint is reached; the rest is the model's.
template <typename Section>
EndpointSettings SettingsOf(const Section& section, const std::string& model, const std::string& cache_folder) {
  EndpointSettings settings;
  settings.url = section.url;
  settings.key_variable = section.key_variable;
  settings.model = model;
  settings.cache_folder = cache_folder;
  settings.concurrency = section.concurrency;
  settings.requests_per_minute = section.requests_per_minute;
  settings.timeout_seconds = section.timeout_seconds;
  settings.connect_seconds = section.connect_seconds;
  settings.retries = section.retries;
  settings.backoff_seconds = section.backoff_seconds;
  settings.max_backoff_seconds = section.max_backoff_seconds;
  settings.max_retry_after = section.max_retry_after;
  settings.jitter_seed = static_cast<uint64_t>(section.jitter_seed);
  settings.give_up_after = section.give_up_after;
  settings.price_per_million_input = section.price_per_million_input;
  return settings;
}

ChatSettings ChatSettingsOf(const RunConfig& config, const std::string& folder) {
  ChatSettings settings;
  settings.endpoint = SettingsOf(config.teacher_endpoint, config.teacher.model, folder + "/answers");
  settings.endpoint.price_per_million_output = config.teacher_endpoint.price_per_million_output;
  settings.temperature.reset();
  if (config.teacher.temperature >= 0) settings.temperature = config.teacher.temperature;
  settings.seed.reset();
  if (config.teacher.seed >= 0) settings.seed = config.teacher.seed;
  settings.max_tokens = config.teacher.max_tokens;
  settings.max_tokens_field = config.teacher.max_tokens_field;
  settings.attempts = config.teacher.attempts;
  return settings;
}

EmbeddingSettings EmbeddingSettingsOf(const RunConfig& config, const std::string& folder) {
  EmbeddingSettings settings;
  settings.endpoint = SettingsOf(config.embedder_endpoint, config.embedder.model, folder + "/vectors");
  settings.batch_size = config.embedder_endpoint.batch_size;
  settings.encoding_format = config.embedder.encoding_format;
  if (config.embedder.dimensions > 0) settings.dimensions = config.embedder.dimensions;
  settings.item_prefix = config.embedder.item_prefix;
  settings.conversation_prefix = config.embedder.conversation_prefix;
  return settings;
}

TeacherQuality QualityOf(const TeacherConfig& config) {
  TeacherQuality quality;
  quality.context = config.context;
  quality.noise = config.noise;
  quality.popularity = config.popularity;
  if (config.out_of_catalog >= 0) quality.out_of_catalog = config.out_of_catalog;
  quality.knowledge = config.knowledge;
  quality.judge_slope = config.judge_slope;
  quality.judge_noise = config.judge_noise;
  return quality;
}

// The miniature's own; on real data one that peeks.
std::unique_ptr<Teacher> MakeSimulated(const TeacherConfig& config, const DemonstrationData& data) {
  if (data.miniature) return std::make_unique<SimulatedTeacher>(data.miniature, QualityOf(config));
  return std::make_unique<OracleTeacher>(data.train, data.catalog, QualityOf(config));
}

// Names for an embedder that looks items up, texts for one that reads.
std::unique_ptr<Embedder> ForCatalog(std::unique_ptr<Embedder> embedder, const DemonstrationData& data,
                                     const std::string& kind) {
  if (kind == "miniature" || !CatalogEmbedder::IsNeeded(data.catalog)) return embedder;
  const auto shows = kind == "vectors" ? CatalogEmbedder::Shows::kNames : CatalogEmbedder::Shows::kTexts;
  return std::make_unique<CatalogEmbedder>(std::move(embedder), data.catalog, shows);
}

}  // namespace

TeacherOfRun::TeacherOfRun(const RunConfig& config, const DemonstrationData& data, const std::string& folder,
                           const TellEndpoint& tell) {
  const std::string& kind = config.teacher.kind;
  if (kind == "simulated") {
    teacher_ = MakeSimulated(config.teacher, data);
  } else if (kind == "chat") {
    auto chat = std::make_unique<ChatTeacher>(ChatSettingsOf(config, folder), "teacher_endpoint");
    chat->set_progress(tell);
    usage_ = [asked = chat.get()] { return EndpointUsageText(asked->usage()); };
    failures_ = [asked = chat.get()] { return asked->failures(); };
    teacher_ = std::move(chat);
  } else if (kind == "neighbours") {
    teacher_ = std::make_unique<NeighbourTeacher>(data.sequences, data.sequence_of, data.catalog);
  } else if (kind == "replay") {
    CheckContentPin("teacher.lock", config.teacher.lock, TeacherContentHash(config.teacher), config.teacher.path);
    teacher_ = std::make_unique<ReplayTeacher>(config.teacher.path);
  } else {
    throw UnknownName("teacher.kind", "teacher", kind, {"simulated", "neighbours", "chat", "replay"});
  }
  if (!config.teacher.record.empty()) {
    recording_ = std::make_unique<RecordingTeacher>(teacher_.get(), config.teacher.record);
  }
}

EmbedderOfRun::EmbedderOfRun(const RunConfig& config, const DemonstrationData& data, const std::string& folder,
                             const TellEndpoint& tell) {
  const std::string& kind = config.embedder.kind;
  if (kind == "miniature") {
    if (!data.miniature) {
      throw InputError("embedder.kind", "'miniature' knows the miniature only", "another kind for a real data set");
    }
    embedder_ = std::make_unique<MiniatureEmbedder>(data.miniature);
  } else if (kind == "minilm") {
    embedder_ = std::make_unique<SentenceEmbedder>(config.embedder.path, config.embedder.lock);
  } else if (kind == "endpoint") {
    auto endpoint = std::make_unique<EmbeddingEndpoint>(EmbeddingSettingsOf(config, folder), "embedder_endpoint");
    endpoint->set_progress(tell);
    usage_ = [asked = endpoint.get()] { return EndpointUsageText(asked->usage()); };
    embedder_ = std::move(endpoint);
  } else if (kind == "vectors") {
    CheckContentPin("embedder.lock", config.embedder.lock, EmbedderContentHash(config.embedder), config.embedder.path);
    embedder_ = std::make_unique<VectorFile>(VectorSettingsOf(config.embedder));
  } else {
    throw UnknownName("embedder.kind", "embedder", kind, {"miniature", "minilm", "endpoint", "vectors"});
  }
  embedder_ = ForCatalog(std::move(embedder_), data, kind);
}

std::string TeacherContentHash(const TeacherConfig& config) { return Sha256HexOfFile(config.path); }

std::string EmbedderContentHash(const EmbedderConfig& config) {
  return config.kind == "minilm" ? EncoderContentHash(config.path) : Sha256HexOfFile(config.path);
}

}  // namespace suite
