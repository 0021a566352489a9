#include "base/json/checked_json.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

std::string ErrorFor(const std::string& text) {
  try {
    ParseJson(text, "f.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CheckedJson, ReadsWhatIsRight) {
  EXPECT_EQ(ParseJson(R"({"a": [1, {"a": 2}, {"a": 3}], "b": "é"})", "f").at("b"), "é");
  EXPECT_NO_THROW(ParseJson(std::string(64, '[') + std::string(64, ']'), "f"));
}

TEST(CheckedJson, RefusesWhatIsNot) {
  EXPECT_EQ(ErrorFor(std::string(65, '[') + std::string(65, ']')),
            "f.json: JSON is nested too deep; allowed: 64 levels");
  EXPECT_EQ(ErrorFor(std::string(1000000, '[')), "f.json: JSON is nested too deep; allowed: 64 levels");
  EXPECT_EQ(ErrorFor(R"({"a": {"b": 1}, "a": 2})"),
            "f.json: the key 'a' is given twice in one object; allowed: each key once");
  EXPECT_EQ(ErrorFor(R"([{"x": 1}, {"x": 1, "x": 1}])"),
            "f.json: the key 'x' is given twice in one object; allowed: each key once");
  EXPECT_EQ(ErrorFor("{\"a\": \"\xc3\x28\"}"), "f.json: byte 8 is not UTF-8; allowed: UTF-8 text");
  EXPECT_NE(ErrorFor("{\"a\": 1} x").find("f.json: parse error at line 1, column 10"), std::string::npos);
  EXPECT_NE(ErrorFor("").find("f.json: parse error"), std::string::npos);
}

TEST(CheckedJson, PlacesNumbersThatJsonDoesNotHave) {
  EXPECT_EQ(ErrorFor("{\n  \"a\": NaN}"),
            "f.json: NaN at line 2, column 8; allowed: finite numbers: JSON has no other");
  EXPECT_EQ(ErrorFor("[Infinity]"), "f.json: Infinity at line 1, column 2; allowed: finite numbers: JSON has no other");
  EXPECT_EQ(ErrorFor("[1e999]"), "f.json: number overflow parsing '1e999'; allowed: JSON");
}

// An object's keys are forgotten with it, however large it was.
TEST(CheckedJson, TellsObjectsAtOneDepthApart) {
  std::string large = "{\"0\": 0";
  for (int i = 1; i < 100000; ++i) large += ",\"" + std::to_string(i) + "\":0";
  std::string small;
  for (int i = 0; i < 100000; ++i) small += ",{\"0\":0}";
  EXPECT_EQ(ParseJson("[" + large + "}" + small + "]", "f").size(), 100001u);
}

TEST(ParseJsonLine, SaysThatObjectsStandOnLines) {
  const auto error = [](const std::string& line) -> std::string {
    try {
      ParseJsonLine(line, "f.jsonl:1");
    } catch (const InputError& caught) {
      return caught.what();
    }
    return "no error";
  };
  EXPECT_EQ(error("{\"a\": [1]}"), "no error");
  for (const std::string line :
       {"{", "[", "  \"id\": \"1\",", "},", "{\"a\": 1},", "{\"a\": 1} {\"a\": 2}", "{\"a\":", ""}) {
    EXPECT_EQ(error(line).find("f.jsonl:1: parse error at line 1, column "), 0u) << line;
    EXPECT_NE(error(line).find("; allowed: JSON, one object on each line (jq -c . FILE,"), std::string::npos) << line;
  }
  EXPECT_EQ(error("[{\"a\": 1}]"), "f.jsonl:1: found an array; allowed: an object on each line");
  EXPECT_EQ(error("3"), "f.jsonl:1: found 3; allowed: an object on each line");
}

TEST(TryParseJson, DiscardsWhatParseJsonRefuses) {
  EXPECT_EQ(TryParseJson("[1]"), nlohmann::json({1}));
  for (const std::string& text : {std::string("<html>"), std::string(65, '[') + std::string(65, ']'),
                                  std::string(R"({"a": 1, "a": 1})"), std::string("\"\xff\"")}) {
    EXPECT_TRUE(TryParseJson(text).is_discarded()) << text;
  }
}

TEST(IntegerBelow, TakesIdsOnly) {
  EXPECT_EQ(IntegerBelow(0u, 3, "f"), 0);
  EXPECT_EQ(IntegerBelow(2u, 3, "f"), 2);
  for (const nlohmann::json& value :
       {nlohmann::json(3u), nlohmann::json(-1), nlohmann::json(1.0), nlohmann::json("1")}) {
    EXPECT_THROW(IntegerBelow(value, 3, "f"), InputError) << value;
  }
}

TEST(JsonObject, NamesKeyAndTypes) {
  const nlohmann::json value = ParseJson(
      R"({"s": "x", "i": 7, "f": 1.5, "list": ["a", 1], "ids": [1, "b"], "big": 18446744073709551615,
          "large": [18446744073709551615], "in": {"x": {"y": null}}})",
      "f.json");
  const JsonObject object(value, "f.json:3");
  EXPECT_EQ(object.String("s"), "x");
  EXPECT_EQ(object.Integer("i"), 7);
  const auto error = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const InputError& caught) {
      return caught.what();
    }
    return "no error";
  };
  EXPECT_EQ(error([&] { object.String("i"); }), "f.json:3: i: found 7; allowed: a string");
  EXPECT_EQ(error([&] { object.Integer("f"); }), "f.json:3: f: found 1.5; allowed: an integer");
  EXPECT_EQ(error([&] { object.Integer("big"); }), "f.json:3: big: found 18446744073709551615; allowed: an integer");
  EXPECT_EQ(error([&] { object.Array("s"); }), "f.json:3: s: found 'x'; allowed: an array");
  EXPECT_EQ(error([&] { object.Strings("list"); }), "f.json:3: list: found 1; allowed: an array of strings");
  EXPECT_EQ(error([&] { object.Integers("ids"); }), "f.json:3: ids: found 'b'; allowed: an array of integers");
  EXPECT_EQ(error([&] { object.Get("z"); }), "f.json:3: the key 'z' is missing; allowed: an object with it");
  EXPECT_EQ(error([&] { object.Integers("large"); }),
            "f.json:3: large: found 18446744073709551615; allowed: an array of integers");
  EXPECT_EQ(error([&] { object.Bool("i"); }), "f.json:3: i: found 7; allowed: true or false");
  EXPECT_EQ(error([&] { object.Object("in").Array("x"); }), "f.json:3: in.x: found an object; allowed: an array");
  EXPECT_EQ(error([&] { object.Object("in").Object("x").String("y"); }),
            "f.json:3: in.x.y: found null; allowed: a string");
  EXPECT_EQ(error([&] { object.Object("s"); }), "f.json:3: s: found 'x'; allowed: an object");
  EXPECT_EQ(object.At("ids", 1), "f.json:3: ids[1]");
  EXPECT_NE(error([&] { object.AllowOnly({"s"}); }).find("unknown key"), std::string::npos);
  EXPECT_EQ(error([&] { JsonObject(value.at("list"), "f.json:3: list"); }),
            "f.json:3: list: found an array; allowed: an object");
}

TEST(JsonObject, TakesDefaultsAndOnlyWhatIsSupported) {
  const nlohmann::json value = ParseJson(R"({"yes": true, "none": null, "text": "x"})", "f.json");
  const JsonObject object(value, "f.json");
  EXPECT_TRUE(object.BoolOr("yes", false));
  EXPECT_TRUE(object.BoolOr("none", true));
  EXPECT_FALSE(object.BoolOr("absent", false));
  EXPECT_THROW(object.BoolOr("text", false), InputError);
  EXPECT_NO_THROW(object.OnlySupported("text", {"w", "x"}));
  EXPECT_NO_THROW(object.OnlySupported("none", {}));
  EXPECT_NO_THROW(object.OnlySupported("absent", {false}));
  try {
    object.OnlySupported("text", {"w", 1});
    FAIL() << "'x' was taken";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "f.json: text: 'x' is not supported; allowed: 'w', 1, null");
  }
}

}  // namespace
}  // namespace suite
