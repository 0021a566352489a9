#include "datasets/importers/conversation_jsonl.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace suite {
namespace {

constexpr char kLine[] =
    R"json({"id": "7", "dialogue_id": "d", "turns": [{"role": "user", "content": "Like Heat (1995)"}], )json"
    R"json("ground_truth": [{"title": "Alien", "year": 1979}, {"title": "Old", "year": null}, {"title": "New"}], )json"
    R"json("seen_titles": ["Heat"], "liked": [{"title": "Heat", "year": 1995}], "answer": "Alien (1979)"})json";

TEST(Jsonl, ReadsALine) {
  SourceData source;
  AppendJsonlRows(std::string(kLine) + "\n", "t.jsonl", "train", &source);
  ASSERT_EQ(source.splits.at("train").size(), 1u);
  const SourceSample& sample = source.splits.at("train")[0];
  EXPECT_EQ(sample.index, "7");
  EXPECT_EQ(sample.dialogue, "d");
  EXPECT_EQ(sample.conversation.turns[0].text, "Like Heat (1995)");
  ASSERT_EQ(sample.conversation.ground_truth.size(), 3u);
  EXPECT_EQ(sample.conversation.ground_truth[0].year, 1979);
  EXPECT_EQ(sample.conversation.ground_truth[1].year, std::nullopt);
  EXPECT_EQ(sample.conversation.ground_truth[2].year, std::nullopt);
  EXPECT_EQ(sample.conversation.seen_titles, (std::vector<std::string>{"Heat"}));
  EXPECT_EQ(sample.conversation.liked, (std::vector<Item>{{"Heat", 1995}}));
  ASSERT_EQ(source.demonstrations.size(), 1u);
  EXPECT_EQ(source.demonstrations[0].id, "train/7");
  EXPECT_EQ(source.demonstrations[0].answer, "Alien (1979)");
}

TEST(Jsonl, ReadsFoldersAndFiles) {
  const std::string folder = ::testing::TempDir() + "conversation_jsonl_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  WriteFileAtomically(folder + "/valid.jsonl", kLine);
  WriteFileAtomically(folder + "/test.jsonl", kLine);
  SourceData source = ReadJsonl(folder, {});
  EXPECT_EQ(source.splits.size(), 2u);
  EXPECT_EQ(source.splits.at("validation").size(), 1u);
  EXPECT_EQ(source.films.size(), 6u);
  EXPECT_EQ(source.rules[0].value, "ground_truths");
  WriteFileAtomically(folder + "/catalog.tsv", "title\tyear\nAlien\t1979\n");
  source = ReadJsonl(folder, {});
  EXPECT_EQ(source.films.size(), 1u);
  EXPECT_EQ(source.rules[0].value, "file");
  source = ReadJsonl(folder + "/valid.jsonl", {});
  EXPECT_EQ(source.splits.at("test").size(), 1u);
  WriteFileAtomically(folder + "/validation.jsonl", kLine);
  EXPECT_THROW(ReadJsonl(folder, {}), InputError);  // both names
}

}  // namespace
}  // namespace suite
