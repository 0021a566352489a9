#include "datasets/miniature/simulated_sources.h"

#include <algorithm>

#include "base/error.h"

namespace suite {
namespace {

std::string Foreign(const Conversation& conversation) {
  return "conversation '" + conversation.id + "' is not of this world";
}

}  // namespace

MiniatureIndex::MiniatureIndex(std::shared_ptr<const MiniatureData> miniature) : data(std::move(miniature)) {
  for (const auto* split : {&data->splits.train, &data->splits.validation, &data->splits.test}) {
    for (const SimulatedConversation& simulated : *split) conversations[simulated.conversation.id] = &simulated;
  }
  for (size_t id = 0; id < data->world.written.size(); ++id) ids.emplace(data->world.written[id], static_cast<int>(id));
}

const SimulatedConversation* MiniatureIndex::Find(const Conversation& conversation) const {
  const auto found = conversations.find(conversation.id);
  return found == conversations.end() ? nullptr : found->second;
}

SimulatedTeacher::SimulatedTeacher(std::shared_ptr<const MiniatureData> data, const TeacherQuality& quality)
    : index_(std::move(data)), quality_(quality) {
  CheckTeacherQuality(quality_);
  unknown_ = UnknownFilms(index_.data->world, quality_.knowledge);
}

std::string SimulatedTeacher::Identity() const {
  return "simulated world=" + WorldDigest(index_.data->world).substr(0, 16) + " " + QualityText(quality_);
}

std::vector<TeacherList> SimulatedTeacher::Recommend(const std::vector<Conversation>& conversations,
                                                     int64_t list_length) {
  std::vector<TeacherList> lists(conversations.size());
  for (size_t i = 0; i < conversations.size(); ++i) {
    const SimulatedConversation* simulated = index_.Find(conversations[i]);
    if (simulated == nullptr) {
      lists[i].error = Foreign(conversations[i]);
      continue;
    }
    lists[i].items = ItemsOf(index_.data->world, DrawTeacherList(index_.data->world, *simulated,
                                                                 static_cast<int>(list_length), quality_, unknown_));
  }
  return lists;
}

std::vector<TeacherJudgement> SimulatedTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    const SimulatedConversation* simulated = index_.Find(*requests[i].conversation);
    if (simulated == nullptr) {
      judged[i].error = Foreign(*requests[i].conversation);
      continue;
    }
    std::vector<int> films;
    std::vector<size_t> places;
    for (size_t k = 0; k < requests[i].candidates.size(); ++k) {
      const auto found = index_.ids.find(requests[i].candidates[k]);
      if (found == index_.ids.end() || std::binary_search(unknown_.begin(), unknown_.end(), found->second)) continue;
      films.push_back(found->second);
      places.push_back(k);
    }
    const std::vector<int> of_films = DrawJudgements(index_.data->world, *simulated, films, quality_);
    judged[i].judgements.assign(requests[i].candidates.size(), 0);
    for (size_t k = 0; k < places.size(); ++k) judged[i].judgements[places[k]] = of_films[k];
  }
  return judged;
}

std::string MiniatureEmbedder::Identity() const {
  return "miniature world=" + WorldDigest(index_.data->world).substr(0, 16);
}

EmbeddingRows MiniatureEmbedder::Items(const std::vector<Item>& items) {
  EmbeddingRows rows;
  rows.dimension = index_.data->world.config.content_dim;
  for (const Item& item : items) {
    const auto found = index_.ids.find(item);
    if (found == index_.ids.end())
      throw InputError("miniature embedder", "'" + FormatItem(item) + "' is not of this world");
    const float* row = index_.data->world.text_embedding.data() + found->second * rows.dimension;
    rows.values.insert(rows.values.end(), row, row + rows.dimension);
  }
  return rows;
}

EmbeddingRows MiniatureEmbedder::Conversations(const std::vector<Conversation>& conversations) {
  EmbeddingRows rows;
  rows.dimension = index_.data->world.config.content_dim;
  for (const Conversation& conversation : conversations) {
    const SimulatedConversation* simulated = index_.Find(conversation);
    if (simulated == nullptr) {
      throw InputError("miniature embedder", Foreign(conversation));
    }
    const std::vector<float>& context = simulated->context_embedding;
    rows.values.insert(rows.values.end(), context.begin(), context.end());
  }
  return rows;
}

}  // namespace suite
