#include "datasets/miniature/teacher.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>

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

// The best of `order` where each rank is outside the catalog with probability `share`; when one side has run out, the
// other fills in.
std::vector<int> WithOutsideShare(const World& world, const SimulatedConversation& conversation,
                                  const std::vector<int>& order, int length, double share) {
  std::deque<int> inside, outside;
  for (const int id : order) (id < world.catalog.size() ? inside : outside).push_back(id);
  RandomStream stream = StreamOf(world, "teacher outside", conversation);
  std::vector<int> list;
  while (static_cast<int>(list.size()) < length) {
    const bool go_outside = stream.Uniform() < share;
    std::deque<int>& side = (go_outside ? outside.empty() : !inside.empty()) ? inside : outside;
    list.push_back(side.front());
    side.pop_front();
  }
  return list;
}

}  // namespace

std::vector<int> UnknownFilms(const World& world, double knowledge) {
  const auto universe = static_cast<int>(world.universe.size());
  RandomStream stream(world.config.seed, "miniature/teacher knowledge");
  std::vector<int> order = GumbelTop(world.web_log_popularity, universe, {}, &stream);
  order.erase(order.begin(), order.begin() + std::lround(knowledge * universe));
  std::sort(order.begin(), order.end());
  return order;
}

std::vector<int> DrawTeacherList(const World& world, const SimulatedConversation& conversation, int length,
                                 const TeacherQuality& quality, const std::vector<int>& unknown) {
  RandomStream stream = StreamOf(world, "teacher", conversation);
  const Latent context = Perturbed(ContextOf(conversation), quality.noise, &stream);
  std::set<int> excluded(conversation.liked.begin(), conversation.liked.end());
  excluded.insert(unknown.begin(), unknown.end());
  const int available = static_cast<int>(world.universe.size() - excluded.size());
  length = std::min(length, available);
  const std::vector<int> order =
      GumbelTop(TextScores(world, context, quality.context, quality.popularity),
                quality.out_of_catalog ? available : length, {excluded.begin(), excluded.end()}, &stream);
  return quality.out_of_catalog ? WithOutsideShare(world, conversation, order, length, *quality.out_of_catalog) : order;
}

std::vector<int> DrawJudgements(const World& world, const SimulatedConversation& conversation,
                                const std::vector<int>& candidates, const TeacherQuality& quality) {
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
    const double opinion = quality.judge_slope * (fit[i] - mean) / spread + quality.judge_noise * noise.Normal();
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
  for (const int id : ids) items.push_back(world.written.at(static_cast<size_t>(id)));
  return items;
}

}  // namespace suite
