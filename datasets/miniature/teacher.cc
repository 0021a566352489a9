#include "datasets/miniature/teacher.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "datasets/miniature/latent.h"

namespace suite {
namespace {

// A stream that belongs to one conversation, named by its id.
RandomStream StreamOf(const World& world, const char* purpose, const SimulatedConversation& conversation) {
  return RandomStream(world.config.seed, std::string("miniature/") + purpose + "/" + conversation.conversation.id);
}

std::vector<double> TextScores(const World& world, const Latent& context, double context_weight,
                               double popularity_weight) {
  std::vector<double> scores(world.universe.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    scores[i] = context_weight * Dot(context, world.text_view[i]) + popularity_weight * world.web_log_popularity[i];
  }
  return scores;
}

Latent ContextOf(const SimulatedConversation& conversation) {
  return {conversation.context_embedding.begin(), conversation.context_embedding.end()};
}

}  // namespace

std::vector<int> TeacherList(const World& world, const SimulatedConversation& conversation) {
  const MiniatureConfig& config = world.config;
  RandomStream stream = StreamOf(world, "teacher", conversation);
  const Latent context = Perturbed(ContextOf(conversation), config.teacher_context_noise, &stream);
  return GumbelTop(TextScores(world, context, config.teacher_context, config.teacher_popularity), config.list_length,
                   conversation.liked, &stream);
}

std::vector<int> TeacherJudgements(const World& world, const SimulatedConversation& conversation,
                                   const std::vector<int>& candidates) {
  std::vector<double> fit;
  double mean = 0;
  for (const int id : candidates) {
    fit.push_back(Dot(conversation.user_content, world.content.at(static_cast<size_t>(id))));
    mean += fit.back() / static_cast<double>(candidates.size());
  }
  double variance = 0;
  for (const double f : fit) variance += (f - mean) * (f - mean) / static_cast<double>(candidates.size());
  const double spread = std::max(std::sqrt(variance), 1e-12);
  std::vector<int> judgements;
  for (size_t i = 0; i < candidates.size(); ++i) {
    RandomStream noise(world.config.seed, "miniature/judge/" + conversation.conversation.id,
                       {static_cast<uint64_t>(candidates[i])});
    const double opinion =
        world.config.judge_slope * (fit[i] - mean) / spread + world.config.judge_noise * noise.Normal();
    judgements.push_back(static_cast<int>(std::lround(std::clamp(opinion, -2.0, 2.0))));
  }
  return judgements;
}

WebList MakeWebList(const World& world, const SimulatedConversation& conversation) {
  const MiniatureConfig& config = world.config;
  RandomStream stream = StreamOf(world, "web list", conversation);
  const int length =
      config.web_list_min + static_cast<int>(stream.UniformInt(config.web_list_max - config.web_list_min + 1));
  const std::vector<double> scores =
      TextScores(world, ContextOf(conversation), config.web_context, config.web_popularity);
  return {Prompt(conversation), GumbelTop(scores, length, {}, &stream)};
}

std::vector<Item> ItemsOf(const World& world, const std::vector<int>& ids) {
  std::vector<Item> items;
  for (const int id : ids) items.push_back(world.universe.at(static_cast<size_t>(id)));
  return items;
}

}  // namespace suite
