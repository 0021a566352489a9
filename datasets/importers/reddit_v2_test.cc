#include "datasets/importers/reddit_v2.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "datasets/importers/arrow_files.h"

namespace suite {
namespace {

constexpr char kFirst[] = R"([{"prompt": [{"role": "user", "content": "Something tense?"}],
  "groundtruth_with_release_year": [["Heat", "1995"], ["Alien", "n/a"]], "seen_titles": ["Se7en", "Fargo"]}])";
constexpr char kSecond[] = R"([{"prompt": [{"role": "system", "content": "S"}, {"role": "user", "content": "é"}],
  "groundtruth_with_release_year": [], "seen_titles": []}])";

SourceData Read(const std::string& bytes, const std::string& split = "train") {
  SourceData source;
  AppendRedditRows(bytes, "data.arrow", split, &source);
  return source;
}

std::string ErrorFor(const std::string& bytes) {
  return ErrorOf([&] { Read(bytes); });
}

TEST(RedditV2, ReadsRlRowsOfSeveralBatches) {
  const SourceData source = Read(ArrowStream(RlSchema(), {kFirst, "[]", kSecond}), "validation");
  const std::vector<SourceSample>& samples = source.splits.at("validation");
  ASSERT_EQ(samples.size(), 2u);
  const Conversation& first = samples[0].conversation;
  EXPECT_EQ(samples[0].index, "0");
  ASSERT_EQ(first.turns.size(), 1u);
  EXPECT_EQ(first.turns[0].role, "user");
  EXPECT_EQ(first.turns[0].text, "Something tense?");
  ASSERT_EQ(first.ground_truth.size(), 2u);
  EXPECT_EQ(first.ground_truth[0].title, "Heat");
  EXPECT_EQ(first.ground_truth[0].year, 1995);
  EXPECT_EQ(first.ground_truth[1].year, std::nullopt);  // kept: the metrics count it
  EXPECT_EQ(first.seen_titles, (std::vector<std::string>{"Se7en", "Fargo"}));
  EXPECT_EQ(samples[1].index, "1");
  ASSERT_EQ(samples[1].conversation.turns.size(), 2u);
  EXPECT_EQ(samples[1].conversation.turns[1].text, "é");
}

TEST(RedditV2, ReadsYearsAsIntegers) {
  const auto pair = arrow::struct_({arrow::field("title", arrow::large_utf8()), arrow::field("year", arrow::int64())});
  const SourceData source = Read(ArrowStream(RlSchema(pair), {R"([{"prompt": [{"role": "user", "content": "?"}],
    "groundtruth_with_release_year": [{"title": "Heat", "year": 1995}, {"title": "Far", "year": 123456}],
    "seen_titles": []}])"}));
  const std::vector<GroundTruth>& wanted = source.splits.at("train")[0].conversation.ground_truth;
  EXPECT_EQ(wanted[0].title, "Heat");
  EXPECT_EQ(wanted[0].year, 1995);
  EXPECT_EQ(wanted[1].year, std::nullopt);
}

TEST(RedditV2, ReadsDemonstrationsInBothForms) {
  const auto completion =
      arrow::schema({arrow::field("prompt", MessagesType()), arrow::field("completion", MessagesType())});
  SourceData source = Read(ArrowStream(completion, {R"([{"prompt": [{"role": "user", "content": "Q"}],
    "completion": [{"role": "assistant", "content": "Heat"}]
}])"}));
  const auto messages = arrow::schema({arrow::field("messages", MessagesType())});
  AppendRedditRows(ArrowStream(messages, {R"([{"messages": [{"role": "system", "content": "S"},
    {"role": "user", "content": "R"}, {"role": "assistant", "content": "Alien"}]
  }])"}),
                   "m.arrow", "train", &source);
  ASSERT_EQ(source.demonstrations.size(), 2u);
  EXPECT_EQ(source.demonstrations[0].id, "train/0");
  EXPECT_EQ(source.demonstrations[0].prompt.size(), 1u);
  EXPECT_EQ(source.demonstrations[0].answer, "Heat");
  EXPECT_EQ(source.demonstrations[1].id, "train/1");
  EXPECT_EQ(source.demonstrations[1].prompt.size(), 2u);
  EXPECT_EQ(source.demonstrations[1].answer, "Alien");
  EXPECT_TRUE(source.splits.empty());
}

TEST(RedditV2, ReadsTheFolderThatSaveToDiskWrites) {
  const std::string folder = ::testing::TempDir() + "reddit_v2_test";
  std::filesystem::remove_all(folder);
  const std::string state = R"({"_data_files": [{"filename": "data-00000-of-00002.arrow"},
    {"filename": "data-00001-of-00002.arrow"}], "_fingerprint": "x", "_format_type": null, "_split": "train"})";
  for (const char* split : {"train", "test", "sft/train"}) {
    std::filesystem::create_directories(folder + "/" + split);
    WriteFileAtomically(folder + "/" + split + "/state.json", state);
  }
  for (const char* split : {"train", "test"}) {
    WriteFileAtomically(folder + "/" + split + "/data-00000-of-00002.arrow", ArrowStream(RlSchema(), {kFirst}));
    WriteFileAtomically(folder + "/" + split + "/data-00001-of-00002.arrow", ArrowStream(RlSchema(), {kSecond}));
  }
  const auto messages = arrow::schema({arrow::field("messages", MessagesType())});
  const std::string sft = ArrowStream(
      messages, {R"([{"messages": [{"role": "user", "content": "R"}, {"role": "assistant", "content": "A"}]}])"});
  for (const char* file : {"data-00000-of-00002.arrow", "data-00001-of-00002.arrow"}) {
    WriteFileAtomically(folder + "/sft/train/" + file, sft);
  }
  WriteFileAtomically(folder + "/catalog.tsv", "title\tyear\nHeat\t1995\n");
  const SourceData source = ReadRedditV2(folder, {});
  EXPECT_EQ(source.prompt_form, PromptForm::kInstruction);
  EXPECT_EQ(source.splits.at("train").size(), 2u);
  EXPECT_EQ(source.splits.at("test").size(), 2u);
  EXPECT_EQ(source.splits.count("validation"), 0u);
  EXPECT_EQ(source.splits.at("test")[1].index, "1");
  ASSERT_EQ(source.demonstrations.size(), 2u);
  EXPECT_EQ(source.demonstrations[1].id, "train/1");
  EXPECT_EQ(source.films.size(), 1u);
  ASSERT_EQ(source.files.size(), 10u);  // the catalogue, and 3 of each split
  std::set<std::string> names;
  for (const DataFile& file : source.files) names.insert(file.name);
  EXPECT_EQ(names.size(), source.files.size()) << "a record of the files has each name once";
  EXPECT_EQ(names.count("sft/train/state.json"), 1u);
  EXPECT_EQ(source.files[1].name, "train/state.json");
  EXPECT_EQ(source.files[2].name, "train/data-00000-of-00002.arrow");
  EXPECT_EQ(source.files[1].sha256.size(), 64u);

  const SourceData one = ReadRedditV2(folder + "/train", {});  // a Dataset, not a DatasetDict
  EXPECT_EQ(one.splits.at("train").size(), 2u);
}

// As the authors' evaluation reads it: the folder of demonstrations has what they are judged by, too.
TEST(RedditV2, DemonstrationsWithGroundTruthsAreNoSecondSamples) {
  const std::string folder = ::testing::TempDir() + "reddit_v2_both";
  std::filesystem::remove_all(folder);
  auto both = RlSchema();
  both = *both->AddField(3, arrow::field("completion", MessagesType()));
  constexpr char kRow[] = R"([{"prompt": [{"role": "user", "content": "Q"}], "seen_titles": [],
    "groundtruth_with_release_year": [["Heat", "1995"]], "completion": [{"role": "assistant", "content": "A"}]}])";
  const std::vector<std::pair<std::string, std::string>> tables = {{"train", ArrowStream(RlSchema(), {kFirst})},
                                                                   {"test", ArrowStream(RlSchema(), {kFirst})},
                                                                   {"sft/train", ArrowStream(both, {kRow})},
                                                                   {"sft/validation", ArrowStream(both, {kRow})},
                                                                   {"sft/test", ArrowStream(RlSchema(), {kSecond})}};
  for (const auto& [name, bytes] : tables) {
    std::filesystem::create_directories(folder + "/" + name);
    WriteFileAtomically(folder + "/" + name + "/state.json", R"({"_data_files": [{"filename": "data.arrow"}]})");
    WriteFileAtomically(folder + "/" + name + "/data.arrow", bytes);
  }
  const SourceData source = ReadRedditV2(folder, {});
  EXPECT_EQ(source.splits.at("train").size(), 1u);
  EXPECT_EQ(source.splits.at("test").size(), 1u);
  ASSERT_EQ(source.splits.at("validation").size(), 1u) << "which the folder has nowhere else";
  EXPECT_EQ(source.splits.at("validation")[0].conversation.turns[0].text, "Q");
  ASSERT_EQ(source.demonstrations.size(), 2u);
  EXPECT_EQ(source.demonstrations[0].id, "train/0");
  EXPECT_EQ(source.demonstrations[0].answer, "A");
  ASSERT_EQ(source.notes.size(), 1u);
  EXPECT_EQ(source.notes[0],
            folder + "/sft/test/data.arrow has no answers, and the split test is there already: it was left out");
}

// Whatever is cut off or changed is an error or a table, never a crash.
TEST(RedditV2, RefusesEveryTruncation) {
  const std::string whole = ArrowStream(RlSchema(), {kFirst, kSecond});
  EXPECT_EQ(ErrorFor(whole), "no error");
  for (size_t size = 0; size < whole.size(); ++size) ASSERT_NE(ErrorFor(whole.substr(0, size)), "no error") << size;
}

TEST(RedditV2, SurvivesEveryFlippedByte) {
  const std::string whole = ArrowStream(RlSchema(), {kFirst});
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      ErrorFor(damaged);
    }
  }
}

TEST(RedditV2, NamesColumnTypeAndRow) {
  const auto error = [](const std::shared_ptr<arrow::Schema>& schema, const std::string& rows) {
    return ErrorFor(ArrowStream(schema, {rows}));
  };
  EXPECT_EQ(error(arrow::schema({arrow::field("text", arrow::utf8())}), R"([{"text": "x"}])"),
            "data.arrow: columns text; allowed: prompt, groundtruth_with_release_year, seen_titles (RL); prompt, "
            "completion "
            "(SFT); or messages (SFT)");
  EXPECT_EQ(error(RlSchema(arrow::int64()), R"([{"prompt": [{"role": "user", "content": "?"}],
    "groundtruth_with_release_year": [3], "seen_titles": []}])"),
            "data.arrow: row 0: groundtruth_with_release_year: found int64; allowed: a list");
  EXPECT_EQ(error(RlSchema(), R"([{"prompt": [{"role": "bot", "content": "?"}],
    "groundtruth_with_release_year": [], "seen_titles": []}])")
                .find("data.arrow: row 0: prompt: unknown role 'bot'"),
            0u);
  EXPECT_EQ(error(RlSchema(), R"([{"prompt": [{"role": "user", "content": "?"}],
    "groundtruth_with_release_year": [["Heat"]], "seen_titles": []}])"),
            "data.arrow: row 0: groundtruth_with_release_year: a list of 1; allowed: [title, year]");
  EXPECT_EQ(error(RlSchema(), R"([{"prompt": [], "groundtruth_with_release_year": [], "seen_titles": []}])"),
            "data.arrow: row 0: prompt: an empty list; allowed: at least one message");
  EXPECT_EQ(error(RlSchema(), R"([{"prompt": [{"role": "user", "content": "?"}],
    "groundtruth_with_release_year": [["Heat", null]], "seen_titles": []}])"),
            "data.arrow: row 0: groundtruth_with_release_year: no year; allowed: a string or an integer");
  EXPECT_EQ(error(RlSchema(), R"([{"prompt": [{"role": "user", "content": "?"}],
    "groundtruth_with_release_year": [], "seen_titles": null}])"),
            "data.arrow: row 0: seen_titles: found null; allowed: a list");
  EXPECT_EQ(error(arrow::schema({RlSchema()->field(0), RlSchema()->field(1)}),
                  R"([{"prompt": [{"role": "user", "content": "?"}], "groundtruth_with_release_year": []}])")
                .find("data.arrow: unknown column 'seen_titles'"),
            0u);
  EXPECT_EQ(error(arrow::schema({arrow::field("messages", arrow::utf8())}), R"([{"messages": "x"}])"),
            "data.arrow: row 0: messages: found string; allowed: a list");
  EXPECT_EQ(error(arrow::schema({arrow::field("messages", MessagesType())}),
                  R"([{"messages": [{"role": "user", "content": "?"}]}])"),
            "data.arrow: row 0: messages: the last message is not the assistant's; allowed: a prompt, then an answer");
}

TEST(HuggingFaceState, IsChecked) {
  const auto error = [](const std::string& json) {
    return ErrorOf([&] { ParseHuggingFaceState(json, "state.json"); });
  };
  EXPECT_EQ(error("{}"), "state.json: the key '_data_files' is missing; allowed: an object with it");
  EXPECT_EQ(error(R"({"_data_files": []})"), "state.json: _data_files: an empty list; allowed: at least one file");
  EXPECT_EQ(error(R"({"_data_files": [{"filename": "../../x"}]})"),
            "state.json: _data_files: '../../x'; allowed: names of files beside it");
  EXPECT_EQ(error(R"({"_data_files": [{"filename": "a.arrow"}], "_indices_data_files": [{"filename": "i"}]})"),
            "state.json: _indices_data_files: rows selected by an index file; allowed: a data set saved after "
            "flatten_indices()");
  EXPECT_EQ(error(R"({"_data_files": [{"filename": "a.arrow"}], "_indices_data_files": null})"), "no error");
}

}  // namespace
}  // namespace suite
