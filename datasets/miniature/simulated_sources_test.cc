#include "datasets/miniature/simulated_sources.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/error.h"
#include "datasets/core/catalog.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/miniature/config.h"

namespace suite {
namespace {

std::shared_ptr<const MiniatureData> MakeData(uint64_t seed = 0) {
  MiniatureConfig config;
  config.seed = seed;
  config.n_train = 50;
  config.n_validation = config.n_test = 5;
  config.n_web = 0;
  return std::make_shared<MiniatureData>(BuildMiniature(config, Catalog::FromTsv(kRedditV2CatalogPath)));
}

std::vector<Conversation> TrainOf(const MiniatureData& data) {
  std::vector<Conversation> conversations;
  for (const SimulatedConversation& c : data.splits.train) conversations.push_back(c.conversation);
  return conversations;
}

TEST(SimulatedTeacher, AnswersAsTheWorldsTeacherDoes) {
  const auto data = MakeData();
  SimulatedTeacher teacher(data, {});
  const std::vector<TeacherList> lists = teacher.Recommend(TrainOf(*data), 10);
  ASSERT_EQ(lists.size(), 50u);
  for (size_t i = 0; i < lists.size(); ++i) {
    EXPECT_EQ(lists[i].error, "");
    EXPECT_EQ(lists[i].items, ItemsOf(data->world, DrawTeacherList(data->world, data->splits.train[i], 10, {}, {})));
  }
  const Conversation& conversation = data->splits.train[3].conversation;
  const std::vector<int> films = {1, 2, 3, 50, 60, 70};
  const auto judged = teacher.Judge({{&conversation, ItemsOf(data->world, films)}, {&conversation, {}}});
  EXPECT_EQ(judged[0].judgements, DrawJudgements(data->world, data->splits.train[3], films, {}));
  EXPECT_TRUE(judged[1].judgements.empty());
  EXPECT_EQ(judged[1].error, "");
}

TEST(SimulatedTeacher, DoesNotJudgeWhatItDoesNotKnow) {
  const auto data = MakeData();
  TeacherQuality quality;
  quality.knowledge = 0.5;
  quality.judge_noise = 0;
  SimulatedTeacher teacher(data, quality);
  const int unknown = UnknownFilms(data->world, 0.5).front();
  std::vector<Item> candidates = ItemsOf(data->world, {unknown});
  candidates.push_back({"No Such Film", 1999});
  EXPECT_EQ(teacher.Judge({{&data->splits.train[0].conversation, candidates}})[0].judgements, (std::vector<int>{0, 0}));
}

TEST(SimulatedTeacher, AForeignConversationIsAnErrorOfThatAnswerAlone) {
  const auto data = MakeData();
  SimulatedTeacher teacher(data, {});
  Conversation foreign;
  foreign.id = "reddit/1";
  const auto lists = teacher.Recommend({foreign, data->splits.train[0].conversation}, 10);
  EXPECT_NE(lists[0].error.find("reddit/1"), std::string::npos);
  EXPECT_EQ(lists[1].items.size(), 10u);
  EXPECT_NE(teacher.Judge({{&foreign, {{"Heat", 1995}}}})[0].error, "");
}

TEST(SimulatedTeacher, IdentityTellsWorldsAndQualitiesApart) {
  const auto data = MakeData();
  TeacherQuality other;
  other.knowledge = 0.5;
  const std::string identity = SimulatedTeacher(data, {}).Identity();
  EXPECT_EQ(SimulatedTeacher(MakeData(), {}).Identity(), identity);
  EXPECT_NE(SimulatedTeacher(data, other).Identity(), identity);
  EXPECT_NE(SimulatedTeacher(MakeData(1), {}).Identity(), identity);
  EXPECT_NE(identity.find("noise=0.5 "), std::string::npos) << identity;
}

TEST(MiniatureEmbedder, GivesTheTextView) {
  const auto data = MakeData();
  MiniatureEmbedder embedder(data);
  const EmbeddingRows items = embedder.Items({data->world.universe[7], data->world.universe[250]});
  ASSERT_EQ(items.rows(), 2);
  EXPECT_EQ(items.row(1)[3], data->world.text_embedding[250 * 16 + 3]);
  const EmbeddingRows contexts = embedder.Conversations(TrainOf(*data));
  ASSERT_EQ(contexts.rows(), 50);
  EXPECT_EQ(contexts.row(4)[0], data->splits.train[4].context_embedding[0]);
  EXPECT_THROW(embedder.Items({{"No Such Film", 1999}}), InputError);
  EXPECT_THROW(embedder.Conversations({Conversation()}), InputError);
  EXPECT_NE(MiniatureEmbedder(MakeData(1)).Identity(), embedder.Identity());
}

}  // namespace
}  // namespace suite
