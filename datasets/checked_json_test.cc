#include "datasets/checked_json.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace suite {
namespace {

std::string ErrorFor(const std::string& text) {
  try {
    ParseCheckedJson(text, "f.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(CheckedJson, ReadsWhatIsRight) {
  EXPECT_EQ(ParseCheckedJson(R"({"a": [1, {"a": 2}, {"a": 3}], "b": "é"})", "f").at("b"), "é");
  EXPECT_NO_THROW(ParseCheckedJson(std::string(64, '[') + std::string(64, ']'), "f"));
}

TEST(CheckedJson, RefusesWhatIsNot) {
  EXPECT_EQ(ErrorFor(std::string(65, '[') + std::string(65, ']')),
            "f.json: JSON is nested too deep; allowed: 64 levels");
  EXPECT_EQ(ErrorFor(std::string(1000000, '[')), "f.json: JSON is nested too deep; allowed: 64 levels");
  EXPECT_EQ(ErrorFor(R"({"a": {"b": 1}, "a": 2})"), "f.json: the key 'a' is given twice; allowed: each key once");
  EXPECT_EQ(ErrorFor(R"([{"x": 1}, {"x": 1, "x": 1}])"), "f.json: the key 'x' is given twice; allowed: each key once");
  EXPECT_EQ(ErrorFor("{\"a\": \"\xc3\x28\"}"), "f.json: byte 8 is not UTF-8; allowed: UTF-8 text");
  EXPECT_NE(ErrorFor("{\"a\": 1} x").find("f.json: parse error at line 1, column 10"), std::string::npos);
  EXPECT_NE(ErrorFor("").find("f.json: parse error"), std::string::npos);
}

TEST(JsonObject, NamesKeyAndTypes) {
  const nlohmann::json value = ParseCheckedJson(
      R"({"s": "x", "i": 7, "f": 1.5, "list": ["a", 1], "ids": [1, "b"], "big": 18446744073709551615})", "f.json");
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
  EXPECT_NE(error([&] { object.AllowOnly({"s"}); }).find("unknown key"), std::string::npos);
  EXPECT_EQ(error([&] { JsonObject(value.at("list"), "f.json:3: list"); }),
            "f.json:3: list: found an array; allowed: an object");
}

TEST(ShownText, IsCutAndRepaired) {
  EXPECT_EQ(ShownText(std::string(70, 'a')), std::string(60, 'a') + "...");
  EXPECT_EQ(ShownText("a\xff"), "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace suite
