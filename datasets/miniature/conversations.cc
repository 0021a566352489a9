#include "datasets/miniature/conversations.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"
#include "base/text/format.h"

namespace suite {
namespace {

struct User {
  int anchor = 0;
  Latent content;
  Latent taste;
};

User DrawUser(const World& world, RandomStream* stream) {
  const MiniatureConfig& config = world.config;
  std::vector<double> scores(static_cast<size_t>(world.catalog.size()));
  for (size_t i = 0; i < scores.size(); ++i) scores[i] = config.anchor_popularity_weight * world.log_popularity[i];
  User user;
  user.anchor = GumbelTop(std::move(scores), 1, {}, stream)[0];
  const auto anchor = static_cast<size_t>(user.anchor);
  user.content = Perturbed(world.content[anchor], config.user_content_noise, stream);
  user.taste = Perturbed(world.taste[anchor], config.user_taste_noise, stream);
  return user;
}

// What the user says about the wanted films, in words and as the sum of the words' vectors.
struct Words {
  std::vector<std::string> said;
  std::string nothing_of;  // a genre to avoid; empty for none
  Latent sum;
};

Words DrawWords(const World& world, const User& user, RandomStream* stream) {
  const MiniatureConfig& config = world.config;
  const FilmAttributes& film = world.attributes[static_cast<size_t>(user.anchor)];
  Words words;
  words.sum.assign(static_cast<size_t>(config.content_dim), 0.0);
  auto say = [&](double probability, const std::vector<std::string>& names, const std::vector<Latent>& vectors,
                 int value) {
    if (stream->Uniform() >= probability) return;
    words.said.push_back(names[static_cast<size_t>(value)]);
    AddScaled(vectors[static_cast<size_t>(value)], 1.0, &words.sum);
  };
  say(config.say_genre, kGenreWords, world.genre_vectors, film.main_genre);
  say(config.say_mood, kMoodWords, world.mood_vectors, film.mood);
  say(config.say_theme, kThemeWords, world.theme_vectors, film.theme);
  for (size_t i = words.said.size(); i > 1; --i) {
    std::swap(words.said[i - 1], words.said[static_cast<size_t>(stream->UniformInt(static_cast<int64_t>(i)))]);
  }
  if (stream->Uniform() < config.say_nothing_of) {
    const auto least =
        std::min_element(world.genre_vectors.begin(), world.genre_vectors.end(),
                         [&](const Latent& a, const Latent& b) { return Dot(a, user.content) < Dot(b, user.content); });
    words.nothing_of = kGenreWords[static_cast<size_t>(least - world.genre_vectors.begin())];
  }
  return words;
}

// "A", "A and B", "A, B and C".
std::string JoinedWithAnd(const World& world, const std::vector<int>& films) {
  std::string text;
  for (size_t i = 0; i < films.size(); ++i) {
    if (i > 0) text += i + 1 == films.size() ? " and " : ", ";
    text += FormatItem(world.written[static_cast<size_t>(films[i])]);
  }
  return text;
}

std::string WritePrompt(const std::string& films, const Words& words, RandomStream* stream) {
  const std::string said = Join(words.said, ", ");
  std::string prompt;
  switch (stream->UniformInt(3)) {
    case 0:
      prompt = "I love " + films + ". Looking for something " + (said.empty() ? "similar" : said) + ".";
      break;
    case 1:
      prompt = "Any " + (said.empty() ? "" : said + " ") + "movies like " + films + "?";
      break;
    default:
      prompt = "Just watched " + films + ". More " + (said.empty() ? "" : said + " ") + "please.";
  }
  if (!words.nothing_of.empty()) prompt += " Nothing " + words.nothing_of + ".";
  return prompt;
}

std::vector<float> ContextEmbedding(const World& world, const std::vector<int>& liked, const Words& words) {
  Latent context(static_cast<size_t>(world.config.content_dim), 0.0);
  for (const int id : liked) {
    AddScaled(world.text_view[static_cast<size_t>(id)], 1.0 / static_cast<double>(liked.size()), &context);
  }
  AddScaled(words.sum, world.config.context_word_weight, &context);
  context = Unit(std::move(context));
  return {context.begin(), context.end()};
}

// Liked films, then ground truth: sampling from softmax without replacement goes on where it stopped, so one draw
// serves both and the second part has the distribution of a fresh draw among the films that are left.
void DrawFilms(const World& world, const User& user, RandomStream* stream, SimulatedConversation* simulated) {
  const int liked = 1 + SampleIndex(world.config.n_liked_probability, stream);
  const int wanted = 1 + SampleIndex(world.config.n_ground_truth_probability, stream);
  const std::vector<int> films = GumbelTop(Affinity(world, user.content, user.taste), liked + wanted, {}, stream);
  simulated->liked.assign(films.begin(), films.begin() + liked);
  simulated->ground_truth.assign(films.begin() + liked, films.end());
}

SimulatedConversation DrawConversation(const World& world, RandomStream stream) {
  SimulatedConversation simulated;
  User user = DrawUser(world, &stream);
  DrawFilms(world, user, &stream, &simulated);
  const Words words = DrawWords(world, user, &stream);
  Conversation& conversation = simulated.conversation;
  conversation.turns = {{"user", WritePrompt(JoinedWithAnd(world, simulated.liked), words, &stream)}};
  for (const int id : simulated.liked) {
    conversation.liked.push_back(world.written[static_cast<size_t>(id)]);
    conversation.seen_titles.push_back(conversation.liked.back().title);
  }
  for (const int id : simulated.ground_truth) {
    const Item& item = world.written[static_cast<size_t>(id)];
    conversation.ground_truth.push_back({item.title, item.year});
  }
  simulated.context_embedding = ContextEmbedding(world, simulated.liked, words);
  simulated.user_content = std::move(user.content);
  simulated.user_taste = std::move(user.taste);
  return simulated;
}

// `avoid` holds prompts that must not come up again.
SimulatedConversation SimulateConversation(const World& world, const std::string& split, int index,
                                           const std::set<std::string>& avoid) {
  constexpr uint64_t kMostAttempts = 10000;
  for (uint64_t attempt = 0; attempt < kMostAttempts; ++attempt) {
    SimulatedConversation simulated = DrawConversation(
        world,
        RandomStream(world.config.seed, "miniature/conversation/" + split, {static_cast<uint64_t>(index), attempt}));
    if (avoid.count(Prompt(simulated)) > 0) continue;
    simulated.conversation.id = split + "/" + std::to_string(index);
    simulated.conversation.split = split;
    return simulated;
  }
  throw InputError("miniature.n_catalog", std::to_string(world.catalog.size()) + " items leave no prompt for " + split,
                   "a larger catalog or smaller splits");
}

std::vector<SimulatedConversation> SimulateSplit(const World& world, const std::string& split, int size,
                                                 const std::set<std::string>& avoid) {
  std::vector<SimulatedConversation> conversations;
  conversations.reserve(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) conversations.push_back(SimulateConversation(world, split, i, avoid));
  return conversations;
}

}  // namespace

const std::string& Prompt(const SimulatedConversation& conversation) {
  SUITE_CHECK(!conversation.conversation.turns.empty());
  return conversation.conversation.turns.back().text;
}

SimulatedSplits SimulateSplits(const World& world) {
  const MiniatureConfig& config = world.config;
  SimulatedSplits splits;
  std::set<std::string> avoid;
  splits.test = SimulateSplit(world, "test", config.n_test, avoid);
  for (const SimulatedConversation& c : splits.test) avoid.insert(Prompt(c));
  splits.validation = SimulateSplit(world, "validation", config.n_validation, avoid);
  for (const SimulatedConversation& c : splits.validation) avoid.insert(Prompt(c));
  splits.train = SimulateSplit(world, "train", config.n_train, avoid);
  splits.web = SimulateSplit(world, "web", config.n_web, avoid);
  return splits;
}

std::vector<double> Affinity(const World& world, const Latent& user_content, const Latent& user_taste) {
  const MiniatureConfig& config = world.config;
  std::vector<double> affinity(static_cast<size_t>(world.catalog.size()));
  for (size_t i = 0; i < affinity.size(); ++i) {
    affinity[i] = config.affinity_content * Dot(user_content, world.content[i]) +
                  config.affinity_taste * Dot(user_taste, world.taste[i]) +
                  config.affinity_popularity * world.log_popularity[i];
  }
  return affinity;
}

}  // namespace suite
