#include "harness/demonstrations/sources_of_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "datasets/teachers/mock_chat.h"
#include "datasets/teachers/mock_server.h"
#include "harness/demonstrations/artifact.h"
#include "harness/demonstrations/demonstrations_of_run.h"
#include "harness/policy/small_policy.h"

namespace suite {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Three films whatever is asked, judgements of 1, and status 500 for the conversation about number 3.
MockReply TeachThree(const MockRequest& request) {
  const std::string message = LastMessage(request);
  if (message.find("number 3?") != std::string::npos) return {500, "no"};
  const size_t candidates = message.find("Candidates:");
  if (candidates == std::string::npos) return ChatReply("Heat (1995)\nAlien (1979)\nRonin (1998)");
  json judgements = json::array();
  for (size_t at = message.find(". ", candidates); at != std::string::npos && judgements.size() < 3;
       at = message.find(". ", at + 1)) {
    judgements.push_back(1);
  }
  return ChatReply(judgements.dump());
}

// The vector of a text is its length and its first letter.
MockReply Embed(const MockRequest& request) {
  const json body = json::parse(request.body);
  json data = json::array();
  for (const std::string text : body["input"]) {
    data.push_back({{"index", data.size()}, {"embedding", {text.size(), static_cast<int>(text[0])}}});
  }
  return {200, json({{"data", data}, {"usage", {{"prompt_tokens", 7}}}}).dump()};
}

MockReply Serve(const MockRequest& request) {
  return request.path == "/v1/embeddings" ? Embed(request) : TeachThree(request);
}

class SourcesOfRunTest : public ::testing::Test {
 protected:
  SourcesOfRunTest() {
    folder_ = ::testing::TempDir() + "/sources_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    config_.sft.examples = static_cast<int64_t>(train_.size());
    config_.data.list_length = 3;
    config_.demonstrations.judged_items = 3;
    config_.teacher.kind = "chat";
    config_.embedder.kind = "endpoint";
    config_.teacher.model = config_.embedder.model = "mock";
    config_.teacher_endpoint.key_variable = config_.embedder_endpoint.key_variable = "";
    config_.teacher_endpoint.retries = 1;
    config_.teacher_endpoint.backoff_seconds = .01;
    config_.teacher_endpoint.price_per_million_input = 1e6;
    config_.embedder_endpoint.batch_size = 4;
  }

  const std::vector<std::vector<int>> sequences_;
  const std::map<std::string, size_t> sequence_of_;

  void Use(const MockServer& server) {
    config_.teacher_endpoint.url = config_.embedder_endpoint.url = server.url() + "/v1";
  }

  MadeDemonstrations Run() {
    return DemonstrationsOfRun(config_, {train_, catalog_, nullptr, sequences_, sequence_of_}, folder_,
                               [&](int64_t, int64_t, const std::string& text) { told_.push_back(text); });
  }

  // The one file of a stage.
  Artifact FileOf(const std::string& stage) const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename().string();
      if (name.rfind(stage + "-", 0) == 0 && entry.path().extension() == ".h5")
        return ReadArtifact(entry.path().string());
    }
    ADD_FAILURE() << "no file of " << stage;
    return {};
  }

  static std::string Text(const Artifact& artifact, const std::string& name) {
    for (const auto& [key, text] : artifact.texts) {
      if (key == name) return text;
    }
    return "";
  }

  const Catalog catalog_ = SmallCatalog();
  const std::vector<Conversation> train_ = SmallConversations();
  RunConfig config_;
  std::string folder_;
  std::vector<std::string> told_;
};

TEST_F(SourcesOfRunTest, EndpointsAreAskedOnceAndTheFailureIsReported) {
  const MockServer server(Serve);
  Use(server);
  const MadeDemonstrations made = Run();
  for (size_t i = 0; i < train_.size(); ++i) {
    EXPECT_EQ(made.set.errors[i].empty(), i != 3) << i;
    EXPECT_EQ(made.set.lists[i].size(), i == 3 ? 0u : 3u) << i;
  }
  const json failures = json::parse(ReadFile(made.failure_report));
  EXPECT_EQ(failures["failed"], 1);
  EXPECT_EQ(failures["by_kind"]["server_error"], 1);
  EXPECT_THAT(ReadFile(made.failure_report), HasSubstr("train/3"));
  EXPECT_EQ(std::filesystem::path(made.failure_report).parent_path(),
            std::filesystem::path(made.audit_page).parent_path());

  // 7 lists and a retry, 6 judgements; vectors of 6 films, 3 titles and 7 texts, four at a time.
  EXPECT_EQ(server.requests(), 8 + 6 + 2 + 1 + 2);
  EXPECT_THAT(Text(FileOf("lists"), "usage/teacher"), HasSubstr("asked 7 (retries: 1)"));
  EXPECT_THAT(Text(FileOf("demonstrations"), "usage/teacher"), HasSubstr("asked 13"));
  EXPECT_THAT(Text(FileOf("demonstrations"), "usage/embedder"), HasSubstr("asked 5"));
  EXPECT_THAT(ReadFile(made.audit_page), HasSubstr("asked of the teacher"));
  EXPECT_THAT(told_.back(), HasSubstr("demonstrations made; teacher asked 13"));
  EXPECT_THAT(told_, testing::Contains(HasSubstr("teacher lists, request 7 of 7; asked 7")));

  const int64_t before = server.requests();
  const MadeDemonstrations again = Run();
  EXPECT_EQ(again.set.lists, made.set.lists);
  EXPECT_EQ(server.requests() - before, 2) << "what failed is tried again, and nothing else is asked";
}

TEST_F(SourcesOfRunTest, WhatWasNotReadIsCountedOnThePageAndKept) {
  const MockServer server([](const MockRequest& request) {
    if (request.path == "/v1/embeddings") return Embed(request);
    const bool judges = LastMessage(request).find("Candidates:") != std::string::npos;
    return ChatReply("<think>They name Titanic (1997)</think>" +
                     std::string(judges ? "[1, 1, 1]" : "Sure:\n1. Heat (1995)\n2. Alien (1979)\n3. Ronin (1998)"));
  });
  Use(server);
  const MadeDemonstrations made = Run();
  EXPECT_EQ(made.set.teacher[0].items, (std::vector<Item>{{"Heat", 1995}, {"Alien", 1979}, {"Ronin", 1998}}));
  const std::string page = ReadFile(made.audit_page);
  EXPECT_THAT(page, HasSubstr("<td>parts of reasoning</td><td>14</td><td>7</td>"));
  EXPECT_THAT(page, HasSubstr("<td>other lines outside the list</td><td>7</td><td>7</td><td>train/0: Sure:</td>"));
  std::filesystem::remove(made.audit_page);
  const int64_t before = server.requests();
  const auto from_table = [](const std::string& text) { return text.substr(text.find("<h2>What of")); };
  EXPECT_EQ(from_table(ReadFile(Run().audit_page)), from_table(page)) << "the same from the stages' files";
  EXPECT_EQ(server.requests(), before);
}

TEST_F(SourcesOfRunTest, AnswersSurviveTheLossOfTheStagesFiles) {
  const MockServer server(Serve);
  Use(server);
  const MadeDemonstrations made = Run();
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".h5") std::filesystem::remove(entry.path());
  }
  const int64_t before = server.requests();
  EXPECT_EQ(Run().set.lists, made.set.lists);
  EXPECT_EQ(server.requests() - before, 2);
  EXPECT_THAT(told_.back(), HasSubstr("from cache 12"));
}

TEST_F(SourcesOfRunTest, ARecordingGivesTheSameDemonstrationsWithoutTheServer) {
  const std::string path = ::testing::TempDir() + "/recorded.jsonl";
  std::filesystem::remove(path);
  std::vector<std::vector<Item>> lists;
  {
    const MockServer server(Serve);
    Use(server);
    config_.teacher.record = path;
    lists = Run().set.lists;
    config_.teacher.record = "";
    config_.teacher.kind = "replay";
    config_.teacher.path = path;
    const MadeDemonstrations replayed = Run();
    EXPECT_EQ(replayed.set.lists, lists);
    EXPECT_THAT(replayed.set.errors[3], HasSubstr("not_recorded"));
  }
  EXPECT_THAT(ReadFile(path), Not(HasSubstr("train/3")));
  config_.teacher.lock = "0123";
  EXPECT_THROW(Run(), InputError);
}

TEST_F(SourcesOfRunTest, ATeacherThatFailsOnAllLeavesItsReport) {
  const MockServer server([](const MockRequest&) { return MockReply{503, "down"}; });
  Use(server);
  EXPECT_THROW(Run(), InputError);
  EXPECT_EQ(json::parse(ReadFile(folder_ + "/failures.json"))["failed"], 7);
}

TEST_F(SourcesOfRunTest, TheSimulatedTeacherPeeksOnRealData) {
  const MockServer server(Serve);
  Use(server);
  config_.teacher.kind = "simulated";
  config_.teacher.out_of_catalog = 0;
  TeacherOfRun teacher(config_, {train_, catalog_, nullptr, sequences_, sequence_of_}, folder_, {});
  EXPECT_THAT(teacher.get()->Identity(), HasSubstr("oracle data="));
  EXPECT_EQ(Run().set.lists[0].size(), 3u);
}

void WriteDataset(hid_t file, const char* name, const std::vector<hsize_t>& shape, hid_t type, const void* values) {
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t dataset = H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(links);
}

void WriteTexts(hid_t file, const char* name, const std::vector<std::string>& texts) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  H5Tset_size(type, H5T_VARIABLE);
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  WriteDataset(file, name, {texts.size()}, type, pointers.data());
  H5Tclose(type);
}

TEST_F(SourcesOfRunTest, VectorsComeFromAFileUnderTheNamesThatTheConfigGives) {
  std::vector<std::string> titles, ids;
  std::vector<int> years;
  std::vector<float> item_vectors, context_vectors;
  for (const Item& item : catalog_.items()) {
    titles.push_back(item.title);
    years.push_back(item.year);
    item_vectors.insert(item_vectors.end(), {1.f, static_cast<float>(years.size())});
  }
  for (const Conversation& one : train_) {
    ids.push_back(one.id);
    context_vectors.insert(context_vectors.end(), {1.f, 3.f});
  }
  std::filesystem::create_directories(folder_);
  config_.embedder.path = folder_ + "/vectors.hdf5";
  const hid_t file = H5Fcreate(config_.embedder.path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  WriteTexts(file, "films/name", titles);
  WriteDataset(file, "films/year", {years.size()}, H5T_NATIVE_INT, years.data());
  WriteDataset(file, "films/stella", {years.size(), 2}, H5T_NATIVE_FLOAT, item_vectors.data());
  WriteTexts(file, "talk/id", ids);
  WriteDataset(file, "talk/stella", {ids.size(), 2}, H5T_NATIVE_FLOAT, context_vectors.data());
  H5Fclose(file);
  config_.embedder.kind = "vectors";
  config_.embedder.item_titles = "films/name";
  config_.embedder.item_years = "films/year";
  config_.embedder.item_vectors = "films/stella";
  config_.embedder.conversation_ids = "talk/id";
  config_.embedder.conversation_vectors = "talk/stella";
  config_.teacher.kind = "simulated";
  config_.teacher.out_of_catalog = 0;
  config_.sft.demonstrations = "remap";
  EXPECT_EQ(Run().set.lists[0].size(), 3u);
  config_.embedder.lock = EmbedderContentHash(config_.embedder);
  EmbedderOfRun embedder(config_, {train_, catalog_, nullptr, sequences_, sequence_of_}, folder_, {});
  EXPECT_EQ(embedder.get()->Items(catalog_.items()).dimension, 2);
  config_.embedder.lock = "0123";
  EXPECT_THROW(EmbedderOfRun(config_, {train_, catalog_, nullptr, sequences_, sequence_of_}, folder_, {}), InputError);
}

TEST_F(SourcesOfRunTest, TheTeacherThatCountsKnowsTheTrainingSequences) {
  config_.teacher.kind = "neighbours";
  const std::vector<std::vector<int>> sequences = {{0, 1}, {1, 0}};
  TeacherOfRun teacher(config_, {train_, catalog_, nullptr, sequences, sequence_of_}, folder_, {});
  Conversation one;
  one.liked = {catalog_.item(0)};
  EXPECT_THAT(teacher.get()->Recommend({one}, 1)[0].items, ElementsAre(catalog_.item(1)));
}

TEST_F(SourcesOfRunTest, SourcesThatDoNotFitAreRefused) {
  const DemonstrationData data = {train_, catalog_, nullptr, sequences_, sequence_of_};
  config_.embedder.kind = "miniature";
  EXPECT_THROW(EmbedderOfRun(config_, data, folder_, {}), InputError);
  config_.embedder.kind = "minilm";
  config_.embedder.path = "/no/such/folder";
  EXPECT_THROW(EmbedderOfRun(config_, data, folder_, {}), InputError);
  config_.teacher_endpoint.url = "ftp://host";
  EXPECT_THROW(TeacherOfRun(config_, data, folder_, {}), InputError);
  config_.teacher.kind = "replay";
  config_.teacher.path = "/no/such/file";
  EXPECT_THROW(TeacherOfRun(config_, data, folder_, {}), InputError);
}

}  // namespace
}  // namespace suite
