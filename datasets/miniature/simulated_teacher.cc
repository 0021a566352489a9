#include "datasets/miniature/simulated_teacher.h"

#include <algorithm>
#include <sstream>

#include "datasets/miniature/world_digest.h"

namespace suite {

SimulatedTeacher::SimulatedTeacher(std::shared_ptr<const MiniatureData> data, const TeacherQuality& quality)
    : data_(std::move(data)), quality_(quality) {
  CheckTeacherQuality(quality_);
  unknown_ = UnknownFilms(data_->world, quality_.knowledge);
  for (const auto* split : {&data_->splits.train, &data_->splits.validation, &data_->splits.test}) {
    for (const SimulatedConversation& simulated : *split) conversations_[simulated.conversation.id] = &simulated;
  }
  for (size_t id = 0; id < data_->world.universe.size(); ++id) ids_[data_->world.universe[id]] = static_cast<int>(id);
}

std::string SimulatedTeacher::Identity() const {
  std::ostringstream text;
  text.precision(15);
  text << "simulated world=" << WorldDigest(data_->world).substr(0, 16) << " context=" << quality_.context
       << " noise=" << quality_.noise << " popularity=" << quality_.popularity << " out_of_catalog=";
  if (quality_.out_of_catalog) {
    text << *quality_.out_of_catalog;
  } else {
    text << "free";
  }
  text << " knowledge=" << quality_.knowledge << " judge_slope=" << quality_.judge_slope
       << " judge_noise=" << quality_.judge_noise;
  return text.str();
}

const SimulatedConversation* SimulatedTeacher::Find(const Conversation& conversation) const {
  const auto found = conversations_.find(conversation.id);
  return found == conversations_.end() ? nullptr : found->second;
}

std::vector<TeacherList> SimulatedTeacher::Recommend(const std::vector<Conversation>& conversations,
                                                     int64_t list_length) {
  std::vector<TeacherList> lists(conversations.size());
  for (size_t i = 0; i < conversations.size(); ++i) {
    const SimulatedConversation* simulated = Find(conversations[i]);
    if (simulated == nullptr) {
      lists[i].error = "conversation '" + conversations[i].id + "' is not of this world";
      continue;
    }
    lists[i].items = ItemsOf(
        data_->world, DrawTeacherList(data_->world, *simulated, static_cast<int>(list_length), quality_, unknown_));
  }
  return lists;
}

std::vector<TeacherJudgement> SimulatedTeacher::Judge(const std::vector<JudgeRequest>& requests) {
  std::vector<TeacherJudgement> judged(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    const SimulatedConversation* simulated = Find(*requests[i].conversation);
    if (simulated == nullptr) {
      judged[i].error = "conversation '" + requests[i].conversation->id + "' is not of this world";
      continue;
    }
    std::vector<int> films;
    std::vector<size_t> places;
    for (size_t k = 0; k < requests[i].candidates.size(); ++k) {
      const auto found = ids_.find(requests[i].candidates[k]);
      if (found == ids_.end() || std::binary_search(unknown_.begin(), unknown_.end(), found->second)) continue;
      films.push_back(found->second);
      places.push_back(k);
    }
    const std::vector<int> of_films = DrawJudgements(data_->world, *simulated, films, quality_);
    judged[i].judgements.assign(requests[i].candidates.size(), 0);
    for (size_t k = 0; k < places.size(); ++k) judged[i].judgements[places[k]] = of_films[k];
  }
  return judged;
}

}  // namespace suite
