#include "datasets/importers/redial_original.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <utility>

#include "base/files.h"
#include "base/testing/error_of.h"
#include "base/testing/golden.h"
#include "datasets/core/conversation.h"
#include "datasets/core/item.h"
#include "datasets/importers/imported_dataset.h"

namespace suite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RedialTurn Seeker(const std::string& text, std::vector<std::string> films = {}) {
  return {true, text, std::move(films)};
}
RedialTurn Recommender(const std::string& text, std::vector<std::string> films = {}) {
  return {false, text, std::move(films)};
}

// The seeker names Heat, the recommender Alien, then Alien again with Up and Jaws, at last Big.
RedialDialogue Talk() {
  RedialDialogue talk;
  talk.id = "d";
  talk.films = {
      {"1", {"Heat", 1995}}, {"2", {"Alien", 1979}}, {"3", {"Up", 2009}}, {"4", {"Jaws", 1975}}, {"5", {"Big", 1988}}};
  talk.turns = {Recommender("Hi"),
                Seeker("Like Heat", {"1"}),
                Recommender("Alien", {"2"}),
                Seeker("Seen it"),
                Recommender("Alien again, Up or Jaws", {"2", "3", "4"}),
                Seeker("Up!", {"3"}),
                Recommender("Yes, Up", {"3"}),
                Seeker("Else?"),
                Recommender("Big", {"5"})};
  talk.seeker = {{"1", {0, 1, 1}}, {"2", {1, 1, 0}}, {"3", {1, 0, 1}}, {"4", {1, 2, 2}}, {"5", {1, 0, 1}}};
  talk.recommender = talk.seeker;
  return talk;
}

std::vector<std::string> Written(const std::vector<GroundTruth>& films) {
  std::vector<std::string> written;
  for (const GroundTruth& film : films) written.push_back(WrittenFilm(film));
  return written;
}

std::vector<std::string> TruthOf(const RedialDialogue& dialogue, TruthRule rule, size_t turn) {
  return Written(RedialSamples(dialogue, rule).at(turn).conversation.ground_truth);
}

TEST(RedialOriginal, EachTurnWithANewFilmIsASample) {
  const std::vector<SourceSample> samples = RedialSamples(Talk(), TruthRule::kMentioned);
  std::vector<std::string> reasons;
  for (const SourceSample& sample : samples) reasons.push_back(sample.dropped);
  EXPECT_THAT(reasons, ElementsAre("no_recommendation", "spoken_by_user", "", "spoken_by_user", "", "spoken_by_user",
                                   "no_new_film", "spoken_by_user", ""));
  const SourceSample& second = samples[4];
  EXPECT_EQ(second.index, "d/5");
  EXPECT_EQ(second.dialogue, "d");
  ASSERT_EQ(second.conversation.turns.size(), 4u);
  EXPECT_EQ(second.conversation.turns[0].role, "assistant");
  EXPECT_EQ(second.conversation.turns[3].role, "user");
  EXPECT_EQ(second.conversation.turns[3].text, "Seen it");
  EXPECT_THAT(Written(second.conversation.ground_truth), ElementsAre("Up (2009)", "Jaws (1975)"));
  EXPECT_THAT(second.conversation.seen_titles, ElementsAre("Heat", "Alien"));
  EXPECT_THAT(samples[8].conversation.seen_titles, ElementsAre("Heat", "Alien", "Up", "Jaws"));
}

TEST(RedialOriginal, WhatBeginsADialogueHasNoContext) {
  RedialDialogue talk = Talk();
  talk.turns = {Recommender("Alien?", {"2"}), Seeker("No"), Recommender("Big", {"5"})};
  const std::vector<SourceSample> samples = RedialSamples(talk, TruthRule::kMentioned);
  EXPECT_EQ(samples[0].dropped, "no_context");
  EXPECT_THAT(samples[2].conversation.seen_titles, ElementsAre("Alien"));
}

// From the response on: Alien is disliked, of Jaws nothing is said.
TEST(RedialOriginal, AcceptedFilmsCountUpToTheEnd) {
  EXPECT_THAT(TruthOf(Talk(), TruthRule::kAccepted, 2), ElementsAre("Up (2009)", "Big (1988)"));
  EXPECT_THAT(TruthOf(Talk(), TruthRule::kAccepted, 4), ElementsAre("Up (2009)", "Big (1988)"));
  EXPECT_THAT(TruthOf(Talk(), TruthRule::kAccepted, 8), ElementsAre("Big (1988)"));
}

TEST(RedialOriginal, WhatTheSeekerNamesFirstIsNotAccepted) {
  RedialDialogue talk = Talk();
  talk.turns[3] = Seeker("I thought of Big", {"5"});
  EXPECT_THAT(TruthOf(talk, TruthRule::kAccepted, 2), ElementsAre("Up (2009)"));
  EXPECT_EQ(RedialSamples(talk, TruthRule::kAccepted)[8].dropped, "no_new_film");
}

TEST(RedialOriginal, EachFormIsBelievedOnWhatItsWriterKnows) {
  RedialDialogue talk = Talk();
  talk.seeker["3"].suggested = 0;   // the recommender says 1
  talk.recommender["5"].liked = 0;  // the seeker says 1
  talk.recommender["3"].liked = 2;  // likewise
  EXPECT_THAT(TruthOf(talk, TruthRule::kAccepted, 2), ElementsAre("Up (2009)", "Big (1988)"));
  talk.recommender["3"].suggested = 0;
  talk.seeker["5"].liked = 2;  // did not say
  EXPECT_THAT(TruthOf(talk, TruthRule::kAccepted, 2), IsEmpty());
  talk = Talk();
  talk.seeker.clear();  // the other form stands in
  talk.recommender.erase("5");
  EXPECT_THAT(TruthOf(talk, TruthRule::kAccepted, 2), ElementsAre("Up (2009)"));
}

// The forms are filled in at the end: that Big was seen is not known before it is named.
TEST(RedialOriginal, TheFutureIsNotSeen) {
  RedialDialogue talk = Talk();
  talk.seeker["5"] = {1, 1, 0};
  EXPECT_THAT(RedialSamples(talk, TruthRule::kMentioned)[4].conversation.seen_titles, ElementsAre("Heat", "Alien"));
}

// Two ids of one written form are one film.
TEST(RedialOriginal, OneFilmMayHaveTwoIds) {
  RedialDialogue talk = Talk();
  talk.films["6"] = {"Alien", 1979};
  talk.turns[8] = Recommender("Alien", {"6"});
  EXPECT_EQ(RedialSamples(talk, TruthRule::kMentioned)[8].dropped, "no_new_film");
}

// Two dialogues of the released form. The seeker is 1.
constexpr char kTwoDialogues[] =
    R"j({"conversationId": "a", "initiatorWorkerId": 1, "respondentWorkerId": 2, "movieMentions": {"11": "Heat  (1995)",)j"
    R"( "12": "Alien", "13": "Nobody Knows This One"}, "messages": [{"senderWorkerId": 1, "text": "Like @11"},)"
    R"( {"senderWorkerId": 2, "text": "@12"}, {"senderWorkerId": 2, "text": "or @13"}], "initiatorQuestions": {"11":)"
    R"( {"suggested": 0, "seen": 1, "liked": 1}, "12": {"suggested": 1, "seen": 1, "liked": 1}},)"
    R"( "respondentQuestions": []})"
    "\n"
    R"({"conversationId": "b", "initiatorWorkerId": 1, "respondentWorkerId": 2, "movieMentions": [], "messages": [)"
    R"({"senderWorkerId": 1, "text": "Hi"}], "initiatorQuestions": [], "respondentQuestions": []})"
    "\n";

std::string FolderWith(const std::string& name, const std::vector<std::string>& files) {
  const std::string folder = ::testing::TempDir() + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const std::string& file : files) {
    std::string text = kTwoDialogues;
    // Ids of its own for each file.
    for (const char* id : {"\"a\"", "\"b\""}) text.replace(text.find(id) + 1, 1, id[1] + file.substr(0, 2));
    WriteFileAtomically(folder + "/" + file, text);
  }
  return folder;
}

TEST(RedialOriginal, IsImportedWithAReportOfItsOddities) {
  const std::string folder = FolderWith("redial_report", {"train_data.jsonl", "test_data.jsonl"});
  WriteFileAtomically(folder + "/film_texts.tsv", "title\tplot\nHeat (1995)\tA thief and a policeman.\n");
  const ImportedDataset data = ImportDataset("redial_original", folder, {});
  ASSERT_EQ(data.train.size(), 1u);
  EXPECT_EQ(data.train[0].id, "train/atr/2");
  EXPECT_EQ(data.train[0].turns.at(0).text, "Like Heat (1995)");
  // Alien's year is that of the reference catalogue; the other film has none, and goes.
  EXPECT_THAT(Written(data.train[0].ground_truth), ElementsAre("Alien (1979)"));
  EXPECT_THAT(data.train[0].seen_titles, ElementsAre("Heat"));
  EXPECT_EQ(data.catalog.size(), 2);
  EXPECT_EQ(data.catalog.Details(0).text, "A thief and a policeman.");
  EXPECT_EQ(data.dialogue_of.at("train/atr/2"), "atr");
  const std::string report = ReportText(data.report);
  for (const char* part :
       {"2 dialogues without any film in movieMentions", "4 of 6 names of films have no year",
        "2 of 6 names of films had repeated or outer white space", "6 of 8 forms are not there",
        "2 answers on a film missing in a form", "there is no valid_data.jsonl: split_rule = validation_by_dialogue",
        "2 films called seen or disliked by the forms are named in the response", "dropped: without_year"}) {
    EXPECT_THAT(report, HasSubstr(part));
  }
  EXPECT_EQ(data.rules[0].name + "=" + data.rules[0].value, "truth_rule=mentioned");
}

TEST(RedialOriginal, ItsOwnValidationSplitIsRead) {
  const std::string folder = FolderWith("redial_validation", {"train_data.jsonl", "valid_data.jsonl"});
  const ImportedDataset data = ImportDataset("redial_original", folder, {});
  EXPECT_EQ(data.validation.size(), 1u);
  EXPECT_TRUE(data.test.empty());
  EXPECT_THAT(ReportText(data.report), ::testing::Not(HasSubstr("valid_data.jsonl:")));
}

TEST(RedialOriginal, AFolderWithoutSplitsIsAnError) {
  EXPECT_THAT(ErrorOf([] { ImportDataset("redial_original", FolderWith("redial_empty", {}), {}); }),
              HasSubstr("no split is there; allowed: at least one of train_data.jsonl"));
}

// The real data of SUITE_SHARED_DIR, where they are.
class RealRedial : public ::testing::Test {
 protected:
  void SetUp() override {
    shared_ = EnvironmentVariable("SUITE_SHARED_DIR") + "/data/";
    if (!std::filesystem::exists(shared_ + "redial_original") || !std::filesystem::exists(shared_ + "redial")) {
      GTEST_SKIP() << "no real data at " << shared_ << "redial_original and redial";
    }
  }

  std::string shared_;
};

TEST_F(RealRedial, DialoguesValidateTogether) {
  ImportOptions options;
  options.split_rule = SplitRule::kValidationByDialogue;
  options.validation_percent = 10;
  options.truth_rule = TruthRule::kAccepted;
  const ImportedDataset data = ImportDataset("redial_original", shared_ + "redial_original", options);
  EXPECT_GT(data.train.size(), 1000u);
  EXPECT_GT(data.test.size(), 1000u);
  EXPECT_GT(data.validation.size(), 100u);
  for (const Leakage& leak : data.report.leakage) EXPECT_EQ(leak.dialogues, 0) << leak.first << " " << leak.second;
}

using Place = std::pair<std::string, size_t>;  // dialogue, turns before the response

std::map<Place, std::set<std::string>> TruthsByPlace(const ImportedDataset& data) {
  std::map<Place, std::set<std::string>> truths;
  for (const Conversation& one : data.test) {
    std::string dialogue = data.dialogue_of.at(one.id);
    if (dialogue.rfind("test_", 0) == 0) dialogue = dialogue.substr(5);
    std::set<std::string>& films = truths[{dialogue, one.turns.size()}];
    for (const GroundTruth& film : one.ground_truth) films.insert(WrittenFilm(film));
  }
  return truths;
}

// The processed form links films to pages, which fails for some and merges others, and reads a film without a year by
// another road: so most ground truths agree, and not all.
TEST_F(RealRedial, AgreesWithTheProcessedForm) {
  const auto ours = TruthsByPlace(ImportDataset("redial_original", shared_ + "redial_original", {}));
  const auto theirs = TruthsByPlace(ImportDataset("redial", shared_ + "redial", {}));
  int64_t both = 0, equal = 0, overlap = 0;
  for (const auto& [place, films] : theirs) {
    const auto found = ours.find(place);
    if (found == ours.end()) continue;
    ++both;
    equal += films == found->second;
    overlap += std::any_of(films.begin(), films.end(), [&](const auto& film) { return found->second.count(film) > 0; });
  }
  std::cout << theirs.size() << " processed samples, " << both << " here too, ground truths equal in " << equal
            << ", overlapping in " << overlap << std::endl;
  EXPECT_GT(both, theirs.size() * 9 / 10);
  EXPECT_GT(equal, both * 9 / 10);
  EXPECT_GT(overlap, both * 95 / 100);
}

}  // namespace
}  // namespace suite
