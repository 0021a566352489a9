#include "datasets/importers/import_rules.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"

namespace suite {
namespace {

std::string ReferenceFile() {
  const std::string path = ::testing::TempDir() + "import_rules_reference.tsv";
  WriteFileAtomically(path, "title\tyear\nThe Matrix\t1999\nDune\t1984\nDune\t2021\nHeat\t1995\n");
  return path;
}

ImportOptions Options() {
  ImportOptions options;
  options.reference_catalog = ReferenceFile();
  options.year_rule = YearRule::kUnknown;
  options.title_rule = TitleRule::kAsGiven;
  options.repeat_rule = RepeatRule::kKeep;
  return options;
}

SourceSample SampleOf(const std::string& index, std::vector<GroundTruth> wanted, const std::string& dialogue = "") {
  SourceSample sample;
  sample.index = index;
  sample.dialogue = dialogue;
  sample.conversation.turns = {{"user", "Q" + index}};
  sample.conversation.ground_truth = std::move(wanted);
  return sample;
}

SourceData SourceOf(std::vector<GroundTruth> wanted) {
  SourceData source;
  source.films = {{"Own", 2000}};
  source.splits["test"] = {SampleOf("0", std::move(wanted))};
  return source;
}

std::string Wanted(const SourceSample& sample) {
  std::string text = sample.dropped;
  for (const GroundTruth& film : sample.conversation.ground_truth) {
    text += film.title + "|" + (film.year ? std::to_string(*film.year) : "-") + " ";
  }
  return text;
}

std::string AfterRules(const ImportOptions& options, std::vector<GroundTruth> wanted) {
  SourceData source = SourceOf(std::move(wanted));
  ApplyImportRules("jsonl", options, &source);
  return Wanted(source.splits.at("test")[0]);
}

TEST(YearRule, GivesTheYearThatIsMissing) {
  const std::vector<GroundTruth> wanted{
      {"Matrix, The", std::nullopt}, {"Dune", std::nullopt}, {"Gone", std::nullopt}, {"Heat", 1990}};
  ImportOptions options = Options();
  EXPECT_EQ(AfterRules(options, wanted), "Matrix, The|- Dune|- Gone|- Heat|1990 ");
  options.year_rule = YearRule::kZero;
  EXPECT_EQ(AfterRules(options, wanted), "Matrix, The|0 Dune|0 Gone|0 Heat|1990 ");
  options.year_rule = YearRule::kDrop;
  EXPECT_EQ(AfterRules(options, wanted), "Heat|1990 ");
  options.year_rule = YearRule::kReferenceOrDrop;
  EXPECT_EQ(AfterRules(options, wanted), "Matrix, The|1999 Heat|1990 ");  // two films are called Dune
  EXPECT_EQ(AfterRules(options, {{"Gone", std::nullopt}}), "no_ground_truth");
}

TEST(YearRule, HoldsForTheCatalogueToo) {
  ImportOptions options = Options();
  const auto size = [&](YearRule rule) {
    options.year_rule = rule;
    SourceData source = SourceOf({{"Own", 2000}});
    source.films = {{"Own", 2000}, {"Own", 2000}, {"The Matrix", std::nullopt}, {"Gone", std::nullopt}};
    return ApplyImportRules("jsonl", options, &source).items();
  };
  EXPECT_EQ(size(YearRule::kUnknown), (std::vector<Item>{{"Own", 2000}}));
  EXPECT_EQ(size(YearRule::kZero), (std::vector<Item>{{"Own", 2000}, {"The Matrix", 0}, {"Gone", 0}}));
  EXPECT_EQ(size(YearRule::kReferenceOrDrop), (std::vector<Item>{{"Own", 2000}, {"The Matrix", 1999}}));
}

TEST(CatalogRule, SpellsAsTheReference) {
  ImportOptions options = Options();
  options.catalog_rule = CatalogRule::kReference;
  SourceData source = SourceOf({{"MATRIX", 2000}, {"dune", 2020}, {"Heat", 1990}, {"Gone", 2001}});
  source.splits["test"][0].conversation.seen_titles = {"matrix, the", "Gone"};
  const Catalog catalog = ApplyImportRules("jsonl", options, &source);
  EXPECT_EQ(catalog.size(), 4);
  EXPECT_EQ(Wanted(source.splits["test"][0]), "The Matrix|1999 Dune|2021 Heat|1990 Gone|2001 ");
  EXPECT_EQ(source.splits["test"][0].conversation.seen_titles,
            (std::vector<std::string>{"matrix, the", "The Matrix", "Gone"}));

  options.outside_rule = OutsideRule::kDrop;
  source = SourceOf({{"MATRIX", 2000}, {"Heat", 1990}, {"Gone", 2001}});
  ApplyImportRules("jsonl", options, &source);
  EXPECT_EQ(Wanted(source.splits["test"][0]), "The Matrix|1999 ");
  EXPECT_EQ(source.splits["test"][0].dropped_ground_truths,
            (std::vector<std::string>{"not_in_catalog", "not_in_catalog"}));
}

TEST(TitleRule, SpellsAsTheParserReads) {
  ImportOptions options = Options();
  options.title_rule = TitleRule::kAsParsed;
  SourceData source = SourceOf({{"(500) Days of Summer", 2009}});
  source.films = {{"(500) Days of Summer", 2009}};
  source.splits["test"][0].conversation.seen_titles = {"Birdman (or)"};
  const Catalog catalog = ApplyImportRules("jsonl", options, &source);
  EXPECT_EQ(catalog.items(), (std::vector<Item>{{"Days of Summer", 2009}}));
  EXPECT_EQ(Wanted(source.splits["test"][0]), "Days of Summer|2009 ");
  EXPECT_EQ(source.splits["test"][0].conversation.seen_titles, (std::vector<std::string>{"Birdman"}));
}

TEST(RepeatRule, DropsWhatWasSeen) {
  ImportOptions options = Options();
  const auto after = [&](RepeatRule rule) {
    options.repeat_rule = rule;
    SourceData source = SourceOf({{"Heat", 1995}, {"Own", 2000}});
    source.splits["test"][0].conversation.seen_titles = {"Heat"};
    ApplyImportRules("jsonl", options, &source);
    return Wanted(source.splits["test"][0]);
  };
  EXPECT_EQ(after(RepeatRule::kKeep), "Heat|1995 Own|2000 ");
  EXPECT_EQ(after(RepeatRule::kDrop), "Own|2000 ");
}

// printf 'abc' | sha256sum begins with ba7816bf: 3128432319 modulo 100 is 19.
TEST(SplitRule, FollowsTheHash) {
  EXPECT_EQ(SplitOfDialogue("abc", 20, 0), "test");
  EXPECT_EQ(SplitOfDialogue("abc", 19, 1), "validation");
  EXPECT_EQ(SplitOfDialogue("abc", 19, 0), "train");
  EXPECT_EQ(SplitOfDialogue("abc", 0, 100), "validation");
}

TEST(SplitRule, KeepsDialoguesTogether) {
  ImportOptions options = Options();
  options.split_rule = SplitRule::kByDialogue;
  SourceData source;
  source.films = {{"Own", 2000}};
  source.demonstrations_are_samples = true;
  for (int i = 0; i < 1000; ++i) {
    const std::string index = std::to_string(i);
    source.splits["test"].push_back(SampleOf(index, {{"Own", 2000}}, "d" + std::to_string(i / 3)));
    source.demonstrations.push_back({"test/" + index, "test", {{"user", "Q" + index}}, "A"});
  }
  ApplyImportRules("jsonl", options, &source);
  std::map<std::string, std::string> split_of, split_of_id;
  for (const auto& [split, samples] : source.splits) {
    for (const SourceSample& sample : samples) {
      EXPECT_EQ(split_of.emplace(sample.dialogue, split).first->second, split);
      EXPECT_EQ(sample.conversation.split, split);
      EXPECT_EQ(sample.conversation.id, split + "/" + sample.index);
      split_of_id[sample.conversation.id] = split;
    }
  }
  EXPECT_EQ(split_of_id.size(), 1000u);
  const double tested = static_cast<double>(source.splits.at("test").size()) / 1000;
  EXPECT_NEAR(tested, 0.2, 0.07);  // 334 dialogues: the standard deviation is 0.022
  for (const Demonstration& demonstration : source.demonstrations) {
    ASSERT_EQ(split_of_id.count(demonstration.id), 1u) << demonstration.id;
    EXPECT_EQ(split_of_id[demonstration.id], demonstration.split);
  }
}

TEST(SplitRule, ToldApartByContextWithoutDialogues) {
  ImportOptions options = Options();
  options.split_rule = SplitRule::kByDialogue;
  options.test_percent = 50;
  SourceData source;
  source.films = {{"Own", 2000}};
  for (const char* given : {"train", "test"}) {
    for (int i = 0; i < 20; ++i) source.splits[given].push_back(SampleOf(std::to_string(i), {{"Own", 2000}}));
  }
  ApplyImportRules("jsonl", options, &source);
  ASSERT_EQ(source.splits.size(), 2u);
  std::map<std::string, std::string> split_of;
  for (const auto& [split, samples] : source.splits) {
    EXPECT_EQ(samples.size() % 2, 0u);
    for (const SourceSample& sample : samples) {
      EXPECT_EQ(split_of.emplace(sample.conversation.turns[0].text, split).first->second, split);
    }
  }
}

TEST(SplitRule, ValidatesOnDialoguesThatTrained) {
  ImportOptions options = Options();
  options.split_rule = SplitRule::kValidationByDialogue;
  options.validation_percent = 30;
  SourceData source;
  source.films = {{"Own", 2000}};
  source.demonstrations_are_samples = true;
  for (int i = 0; i < 300; ++i) {
    const std::string index = std::to_string(i);
    for (const char* given : {"train", "test"}) {
      source.splits[given].push_back(SampleOf(index, {{"Own", 2000}}, given + std::to_string(i / 3)));
      source.demonstrations.push_back({given + ("/" + index), given, {{"user", "Q" + index}}, "A"});
    }
  }
  ApplyImportRules("jsonl", options, &source);
  EXPECT_EQ(source.splits.at("test").size(), 300u);
  EXPECT_EQ(source.splits.at("train").size() + source.splits.at("validation").size(), 300u);
  EXPECT_NEAR(static_cast<double>(source.splits.at("validation").size()), 90, 45);
  std::map<std::string, std::string> split_of, split_of_id;
  for (const auto& [split, samples] : source.splits) {
    for (const SourceSample& sample : samples) {
      EXPECT_EQ(split_of.emplace(sample.dialogue, split).first->second, split);
      split_of_id[sample.conversation.id] = split;
    }
  }
  for (const Demonstration& demonstration : source.demonstrations) {
    EXPECT_EQ(split_of_id.at(demonstration.id), demonstration.split);
  }
  EXPECT_EQ(source.rules.back().name, "validation_percent");
}

TEST(SplitRule, WantsSomethingToValidateOn) {
  ImportOptions options = Options();
  options.split_rule = SplitRule::kValidationByDialogue;
  SourceData source = SourceOf({{"Own", 2000}});
  const auto error = [&] { return ErrorOf([&] { ApplyImportRules("jsonl", options, &source); }); };
  EXPECT_EQ(error(), "validation_percent: 0, and the split rule is validation_by_dialogue; allowed: 1 and more");
  options.validation_percent = 10;
  source.splits["validation"] = source.splits["test"];
  EXPECT_EQ(error(), "split_rule: validation_by_dialogue: the data set brings a validation split; allowed: as_given");
}

TEST(ImportRules, AreRecordedAndChecked) {
  SourceData source = SourceOf({{"Own", 2000}});
  ImportOptions options;
  options.reference_catalog = ReferenceFile();
  ApplyImportRules("inspired", options, &source);
  std::string rules;
  for (const AppliedRule& rule : source.rules) rules += rule.name + "=" + rule.value + " ";
  EXPECT_EQ(rules,
            "year_rule=reference_or_drop title_rule=as_parsed catalog_rule=own outside_rule=keep repeat_rule=drop "
            "split_rule=as_given ");
  EXPECT_EQ(source.files.size(), 1u);  // the reference

  options.test_percent = 90;
  options.validation_percent = 11;
  EXPECT_THROW(ApplyImportRules("inspired", options, &source), InputError);
  options.test_percent = options.validation_percent = 2147483647;  // their sum would wrap
  EXPECT_THROW(ApplyImportRules("inspired", options, &source), InputError);
  EXPECT_THROW(RuleByName<YearRule>("--year_rule", "guess"), InputError);
  for (const std::string& name : RuleNames<YearRule>()) EXPECT_EQ(RuleName(RuleByName<YearRule>("f", name)), name);
  for (const std::string& name : RuleNames<TitleRule>()) EXPECT_EQ(RuleName(RuleByName<TitleRule>("f", name)), name);
  for (const std::string& name : RuleNames<CatalogRule>())
    EXPECT_EQ(RuleName(RuleByName<CatalogRule>("f", name)), name);
  for (const std::string& name : RuleNames<OutsideRule>())
    EXPECT_EQ(RuleName(RuleByName<OutsideRule>("f", name)), name);
  for (const std::string& name : RuleNames<RepeatRule>()) EXPECT_EQ(RuleName(RuleByName<RepeatRule>("f", name)), name);
  for (const std::string& name : RuleNames<SplitRule>()) EXPECT_EQ(RuleName(RuleByName<SplitRule>("f", name)), name);
}

TEST(ImportRules, NeedACatalogue) {
  SourceData source = SourceOf({{"Own", 2000}});
  source.films.clear();
  EXPECT_THROW(ApplyImportRules("jsonl", Options(), &source), InputError);
}

// "e" and a combining accent, and the letter that both make.
constexpr char kDecomposed[] = "Ame\u0301lie", kComposed[] = "Am\u00e9lie";

TEST(UnicodeRule, TitlesOfCatalogueAndMentionsAreComposed) {
  for (const bool catalog_is_decomposed : {false, true}) {
    SourceData source;
    source.films = {{catalog_is_decomposed ? kDecomposed : kComposed, 2001}, {"Heat", 1995}};
    SourceSample sample = SampleOf("0", {{catalog_is_decomposed ? kComposed : kDecomposed, 2001}});
    sample.conversation.seen_titles = {kDecomposed, "Heat"};
    sample.conversation.liked = {{kDecomposed, 2001}};
    sample.conversation.turns = {{"user", std::string("Like ") + kDecomposed}};
    source.splits["test"] = {sample};
    source.demonstrations = {{"train/0", "train", {}, std::string(kDecomposed) + " (2001)"}};
    const Catalog catalog = ApplyImportRules("jsonl", Options(), &source);
    const Conversation& read = source.splits.at("test")[0].conversation;
    EXPECT_EQ(read.ground_truth[0].title, kComposed);
    EXPECT_TRUE(catalog.Find({kComposed, 2001}));
    EXPECT_EQ(read.seen_titles, (std::vector<std::string>{kComposed, "Heat"}));
    EXPECT_EQ(read.liked[0].title, kComposed);
    EXPECT_EQ(source.demonstrations[0].answer, std::string(kComposed) + " (2001)");
    EXPECT_EQ(read.turns[0].text, std::string("Like ") + kDecomposed) << "what was said stays";
    EXPECT_EQ(source.notes.size(), 1u);
    EXPECT_EQ(source.rules[0].name + "=" + source.rules[0].value, "unicode_rule=nfc");
    // A policy that answers in the other form is judged by the authors' rules: another title.
    EXPECT_FALSE(catalog.Find({kDecomposed, 2001}));
  }
}

TEST(UnicodeRule, FilmsOfOneTitleInTwoFormsBecomeOne) {
  ImportOptions options = Options();
  options.reference_catalog = ::testing::TempDir() + "import_rules_two_forms.tsv";
  WriteFileAtomically(options.reference_catalog,
                      std::string("title\tyear\n") + kDecomposed + "\t2001\n" + kComposed + "\t2001\n");
  options.catalog_rule = CatalogRule::kReference;
  SourceData source;
  source.films = {{kDecomposed, 2001}, {kComposed, 2001}};
  source.splits["test"] = {SampleOf("0", {{kDecomposed, 2001}})};
  SourceData own = source;
  EXPECT_EQ(ApplyImportRules("jsonl", options, &source).size(), 1);
  EXPECT_EQ(ApplyImportRules("jsonl", Options(), &own).size(), 1);
}

TEST(UnicodeRule, AsGivenChangesNothingAndComposedDataAreRecordedAsBefore) {
  SourceData source;
  source.films = {{kDecomposed, 2001}, {kComposed, 2001}};
  source.splits["test"] = {SampleOf("0", {{kDecomposed, 2001}})};
  ImportOptions options = Options();
  options.unicode_rule = UnicodeRule::kAsGiven;
  EXPECT_EQ(ApplyImportRules("jsonl", options, &source).size(), 2);
  EXPECT_EQ(source.splits.at("test")[0].conversation.ground_truth[0].title, kDecomposed);
  EXPECT_EQ(source.rules[0].name + "=" + source.rules[0].value, "unicode_rule=as_given");

  SourceData composed;
  composed.films = {{kComposed, 2001}};
  composed.splits["test"] = {SampleOf("0", {{kComposed, 2001}})};
  ApplyImportRules("jsonl", Options(), &composed);
  EXPECT_EQ(composed.rules[0].name, "year_rule");
  EXPECT_TRUE(composed.notes.empty());
}

}  // namespace
}  // namespace suite
