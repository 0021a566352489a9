// Each kind of damaged file and each unfit data set, with the one error it gets. What the formats' own tests pin in
// more detail (every truncation of an Arrow stream) is here once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/testing/error_of.h"
#include "datasets/importers/arrow_files.h"
#include "datasets/importers/imported_dataset.h"

namespace suite {
namespace {

using namespace std::string_literals;

using Files = std::map<std::string, std::string>;  // name in the folder -> bytes

struct BadData {
  std::string name;
  std::string format;
  Files files;
  std::string error;  // after the folder's path
};

std::string Row(const std::string& prompt = R"([{"role": "user", "content": "?"}])") {
  return R"([{"prompt": )" + prompt + R"(, "groundtruth_with_release_year": [["Heat", "1995"]], "seen_titles": []}])";
}

constexpr char kState[] = R"({"_data_files": [{"filename": "data.arrow"}], "_split": "test"})";
constexpr char kPointer[] = "version https://git-lfs.github.com/spec/v1\noid sha256:4f\nsize 401366528\n";
constexpr char kCatalog[] = "title\tyear\nHeat\t1995\n";

Files Reddit(const std::string& arrow) {
  return {{"catalog.tsv", kCatalog}, {"test/state.json", kState}, {"test/data.arrow", arrow}};
}

std::string Line(const std::string& turns = R"([{"role": "user", "content": "?"}])",
                 const std::string& wanted = R"([{"title": "Heat", "year": 1995}])") {
  return R"({"id": "1", "turns": )" + turns + R"(, "ground_truth": )" + wanted + "}\n";
}

Files Jsonl(const std::string& lines) { return {{"test.jsonl", lines}}; }

std::string Turn(const std::string& rec, const std::string& end = "}") {
  return R"({"context": ["", "Hi"], "resp": "Heat", "rec": )" + rec +
         R"(, "entity": [1], "prev_entity": [], "dialog_id": "d", "turn_id": 1, "is_user": 0, "entity_name": [])" +
         end + "\n";
}

Files Redial(const std::string& lines, const std::string& items = "[1]",
             const std::string& entities = R"({"<http://dbpedia.org/resource/Heat_(1995_film)>": 1})") {
  return {{"entity2id.json", entities}, {"item_ids.json", items}, {"test.jsonl", lines}};
}

std::vector<BadData> BadReddit() {
  const std::string whole = ArrowStream(RlSchema(), {Row()});
  const auto one_column = [](const std::string& name) { return arrow::schema({arrow::field(name, arrow::utf8())}); };
  const std::string state = "/test/state.json";
  return {
      {"no folder's files", "reddit_v2", {{"catalog.tsv", kCatalog}}, "/state.json: no such file"},
      {"a Git LFS pointer", "reddit_v2", Reddit(kPointer), "/test/data.arrow: is a Git LFS pointer; allowed: the file"},
      {"missing state.json", "reddit_v2", {{"test/data.arrow", whole}}, "/test/state.json: no such file"},
      {"missing arrow file", "reddit_v2", {{"test/state.json", kState}}, "/test/data.arrow: "},
      {"broken state.json", "reddit_v2", {{"test/state.json", "{"}}, "/test/state.json: parse error"},
      {"state.json of another thing", "reddit_v2", {{"test/state.json", "[]"}}, "/test/state.json: found an array"},
      {"path in state.json",
       "reddit_v2",
       {{"test/state.json", R"({"_data_files": [{"filename": "/etc/x"}]})"}},
       "/test/state.json: _data_files: '/etc/x'"},
      {"unknown split",
       "reddit_v2",
       {{"state.json", R"({"_data_files": [{"filename": "a"}], "_split": "dev"})"}},
       "/state.json: unknown split 'dev'"},
      {"empty arrow file", "reddit_v2", Reddit(""), "/test/data.arrow: the file is empty"},
      {"truncated arrow", "reddit_v2", Reddit(whole.substr(0, whole.size() / 2)),
       "/test/data.arrow: not a whole Arrow"},
      {"arrow without its end", "reddit_v2", Reddit(whole.substr(0, whole.size() - 8)),
       "/test/data.arrow: the stream has no end"},
      {"arrow file format", "reddit_v2", Reddit("ARROW1\0\0"s + whole), "/test/data.arrow: the Arrow IPC file format"},
      {"no arrow at all", "reddit_v2", Reddit("title,year\nHeat,1995\n"), "/test/data.arrow: not a whole Arrow stream"},
      {"wrong column", "reddit_v2", Reddit(ArrowStream(one_column("text"), {R"([{"text": "x"}])"})),
       "/test/data.arrow: columns text; allowed: prompt, "},
      {"wrong type", "reddit_v2", Reddit(ArrowStream(one_column("messages"), {R"([{"messages": "x"}])"})),
       "/test/data.arrow: row 0: messages: found string; allowed: a list"},
      {"type that the reader refuses", "reddit_v2",
       Reddit(ArrowStream(arrow::schema({arrow::field("v", arrow::list(arrow::utf8_view()))}), {})),
       "/test/data.arrow: column v has the type list<item: string_view>; allowed: numbers, times, text"},
      {"unknown role", "reddit_v2", Reddit(ArrowStream(RlSchema(), {Row(R"([{"role": "bot", "content": "?"}])")})),
       "/test/data.arrow: row 0: prompt: unknown role 'bot'"},
      {"no catalogue",
       "reddit_v2",
       {{"test/state.json", kState}, {"test/data.arrow", whole}},
       "catalogue: the data set brings none"},
  };
}

std::vector<BadData> BadCatalogues() {
  return {
      {"a pickle",
       "reddit_v2",
       {{"test/state.json", kState}, {"test/data.arrow", "x"}, {"gt_catalog.pkl", "\x80\x04]."}},
       "/gt_catalog.pkl: a Python pickle, which can run any code when it is read; allowed: a .tsv file; if you trust"},
      {"a Git LFS pointer to a pickle",
       "reddit_v2",
       {{"test/state.json", kState}, {"test/data.arrow", "x"}, {"gt_catalog.pkl", kPointer}},
       "/gt_catalog.pkl: is a Git LFS pointer"},
      {"a pickle", "jsonl", {{"test.jsonl", Line()}, {"catalog.pkl", ""}}, "/catalog.pkl: a Python pickle"},
      {"item twice",
       "jsonl",
       {{"test.jsonl", Line()}, {"catalog.tsv", "title\tyear\nA\t1\nA\t1\n"}},
       "/catalog.tsv:3: 'A (0001)' is on line 2 too"},
      {"year out of range",
       "jsonl",
       {{"test.jsonl", Line()}, {"catalog.tsv", "title\tyear\nA\t10000\n"}},
       "/catalog.tsv:2: year '10000'"},
      {"catalogue not UTF-8",
       "jsonl",
       {{"test.jsonl", Line()}, {"catalog.tsv", "title\tyear\n\xff\t1999\n"}},
       "/catalog.tsv:2: the line is not UTF-8"},
      {"catalogue without header",
       "jsonl",
       {{"test.jsonl", Line()}, {"catalog.tsv", "A\t1999\n"}},
       "/catalog.tsv:1: header 'A\t1999'"},
  };
}

std::vector<BadData> BadJsonl() {
  return {
      {"no split", "jsonl", {{"all.jsonl", Line()}}, ": no split is there"},
      {"empty file", "jsonl", Jsonl(""), "/test.jsonl: the file is empty"},
      {"bad JSON line", "jsonl", Jsonl(Line() + "{\"id\": }\n"), "/test.jsonl:2: parse error"},
      {"blank line", "jsonl", Jsonl(Line() + "\n" + Line()), "/test.jsonl:2: parse error"},
      {"not UTF-8", "jsonl", Jsonl("{\"id\": \"\xff\"}"), "/test.jsonl:1: byte 9 is not UTF-8"},
      {"deep nesting", "jsonl", Jsonl(std::string(100, '[')), "/test.jsonl:1: JSON is nested too deep"},
      {"key twice", "jsonl", Jsonl(R"({"id": "1", "id": "2"})"), "/test.jsonl:1: the key 'id' is given twice"},
      {"missing key", "jsonl", Jsonl(R"({"id": "1", "turns": [{"role": "user", "content": "?"}]})"),
       "/test.jsonl:1: the key 'ground_truth' is missing"},
      {"unknown key", "jsonl", Jsonl(R"({"id": "1", "turn": []})"), "/test.jsonl:1: unknown key 'turn'"},
      {"wrong type", "jsonl", Jsonl(R"({"id": 1})"), "/test.jsonl:1: id: found 1; allowed: a string"},
      {"no object", "jsonl", Jsonl("[]"), "/test.jsonl:1: found an array; allowed: an object"},
      {"unknown role", "jsonl", Jsonl(Line(R"([{"role": "bot", "content": "?"}])")),
       "/test.jsonl:1: turns[0].role: unknown role 'bot'"},
      {"last turn the assistant's", "jsonl", Jsonl(Line(R"([{"role": "assistant", "content": "?"}])")),
       "/test.jsonl:1: turns: the last turn is not the user's"},
      {"no turn", "jsonl", Jsonl(Line("[]")), "/test.jsonl:1: turns: no turn"},
      {"duplicate id", "jsonl", Jsonl(Line() + Line()), "/test.jsonl:2: id: '1' is on line 1 too"},
      {"year out of range", "jsonl",
       Jsonl(Line(R"([{"role": "user", "content": "?"}])",
                  R"([{"title": "A", "year": 1}, {"title": "B", "year": 12345}])")),
       "/test.jsonl:1: ground_truth[1].year: found 12345; allowed: 0 to 9999, or null"},
      {"year as text", "jsonl",
       Jsonl(Line(R"([{"role": "user", "content": "?"}])", R"([{"title": "A", "year": "1999"}])")),
       "/test.jsonl:1: ground_truth[0].year: found '1999'; allowed: an integer"},
      {"empty title", "jsonl", Jsonl(Line(R"([{"role": "user", "content": "?"}])", R"([{"title": "", "year": 1}])")),
       "/test.jsonl:1: ground_truth[0].title: an empty string"},
  };
}

std::vector<BadData> BadLinked() {
  return {
      {"no entities", "redial", {{"item_ids.json", "[1]"}, {"test.jsonl", Turn("[1]")}}, "/entity2id.json: "},
      {"no split",
       "redial",
       {{"entity2id.json", R"({"<http://dbpedia.org/resource/A>": 1})"}, {"item_ids.json", "[1]"}},
       ": no split is there"},
      {"film id without name", "redial", Redial(Turn("[1]"), "[1, 2]"), "/item_ids.json: film 2 has no name in "},
      {"film id twice", "redial", Redial(Turn("[1]"), "[1, 1]"), "/item_ids.json: id 1 is given twice"},
      {"id of another kind", "redial", Redial(Turn("[1]"), "[-1]"), "/item_ids.json: found -1"},
      {"no ids", "redial", Redial(Turn("[1]"), "[]"), "/item_ids.json: found no ids"},
      {"address of another kind", "redial", Redial(Turn("[1]"), "[1]", R"({"Heat": 1})"), "/entity2id.json: 'Heat'"},
      {"two names for an id", "inspired",
       Redial(Turn("[1]"), "[1]", R"({"<http://dbpedia.org/resource/A>": 1, "<http://dbpedia.org/resource/B>": 1})"),
       "/entity2id.json: <http://dbpedia.org/resource/B>: id 1 is that of <http://dbpedia.org/resource/A> too"},
      {"rec is no film", "inspired", Redial(Turn("[7]")), "/test.jsonl:1: rec: id 7 is no film"},
      {"rec of another type", "redial", Redial(Turn("[\"Heat\"]")), "/test.jsonl:1: rec: found 'Heat'"},
      {"turn twice", "redial", Redial(Turn("[1]") + Turn("[1]")),
       "/test.jsonl:2: turn_id: turn 1 of dialogue d is on line 1 too"},
      {"missing key", "redial", Redial("{\"dialog_id\": \"d\"}"), "/test.jsonl:1: the key 'turn_id' is missing"},
      {"is_user is no flag", "redial", Redial(R"({"dialog_id": "d", "turn_id": 1, "is_user": 2})"),
       "/test.jsonl:1: is_user: found 2; allowed: 0 or 1"},
      {"cut line", "redial", Redial(Turn("[1]", "")), "/test.jsonl:1: parse error"},
      {"empty file", "redial", Redial(""), "/test.jsonl: the file is empty"},
  };
}

std::string Error(const BadData& bad, const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [name, bytes] : bad.files) {
    std::filesystem::create_directories(std::filesystem::path(folder + "/" + name).parent_path());
    WriteFileAtomically(folder + "/" + name, bytes);
  }
  return ErrorOf([&] { ImportDataset(bad.format, folder, {}); });
}

TEST(BadData, GetsItsOwnError) {
  const std::string folder = ::testing::TempDir() + "bad_data_test";
  std::map<std::string, std::string> case_of;
  for (const auto& table : {BadReddit(), BadCatalogues(), BadJsonl(), BadLinked()}) {
    for (const BadData& bad : table) {
      std::string error = Error(bad, folder);
      if (error.rfind(folder, 0) == 0) error = error.substr(folder.size());
      EXPECT_THAT(error, ::testing::StartsWith(bad.error)) << bad.format << ": " << bad.name;
      const auto [first, fresh] = case_of.emplace(bad.format + error, bad.name);
      EXPECT_TRUE(fresh) << bad.name << " and " << first->second << " get the same error";
    }
  }
}

TEST(BadData, APrettyPrintedFileIsToldToHaveOneObjectALine) {
  const std::string folder = ::testing::TempDir() + "bad_data_test_pretty";
  const std::string right = "; allowed: JSON, one object on each line (jq -c . FILE";
  EXPECT_THAT(Error({"", "jsonl", Jsonl("{\n  \"id\": \"1\"\n}\n"), ""}, folder), ::testing::HasSubstr(right));
  EXPECT_THAT(Error({"", "jsonl", Jsonl("[\n  {\"id\": \"1\"}\n]\n"), ""}, folder), ::testing::HasSubstr(right));
  EXPECT_THAT(Error({"", "redial", Redial("{\n  \"rec\": [1]\n}\n"), ""}, folder), ::testing::HasSubstr(right));
  EXPECT_THAT(Error({"", "jsonl", Jsonl("{\"source\": 1}\n"), ""}, folder),
              ::testing::HasSubstr("/test.jsonl:1: unknown key 'source'; allowed: answer, dialogue_id, "));
}

TEST(BadData, UnknownNamesAreAnsweredWithKnownOnes) {
  const std::string what = ErrorOf([] { ImportDataset("rediall", "anywhere", {}); });
  EXPECT_NE(what.find("unknown format 'rediall'"), std::string::npos) << what;
  for (const std::string& format : KnownFormats()) EXPECT_NE(what.find(format), std::string::npos) << what;
  EXPECT_THROW(ImportDataset("redial", "/no/such/folder", {}), InputError);
  EXPECT_THROW(ImportDataset("reddit_v2", "/no/such/folder", {}), InputError);
  EXPECT_THROW(ImportDataset("jsonl", "/no/such/file.jsonl", {}), InputError);
}

// The same tables without their fault are good.
TEST(BadData, GoodDataIsGood) {
  const std::string folder = ::testing::TempDir() + "bad_data_test_good";
  EXPECT_EQ(Error({"", "reddit_v2", Reddit(ArrowStream(RlSchema(), {Row()})), ""}, folder), "no error");
  EXPECT_EQ(Error({"", "jsonl", Jsonl(Line()), ""}, folder), "no error");
  EXPECT_EQ(Error({"", "redial", Redial(Turn("[1]")), ""}, folder), "no error");
  EXPECT_EQ(Error({"", "inspired", Redial(Turn("[1]")), ""}, folder), "no error");
}

}  // namespace
}  // namespace suite
