#include "datasets/teachers/api_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ApiKey KeyOf(const char* value) {
  setenv("SUITE_TEST_KEY", value, 1);
  return ApiKey::FromEnvironment("SUITE_TEST_KEY");
}

std::string ErrorFor(const std::string& variable) {
  return ErrorOf([&] { ApiKey::FromEnvironment(variable); });
}

TEST(ApiKeyTest, MakesTheHeader) {
  EXPECT_EQ(KeyOf("abcdefgh").Header(), "Authorization: Bearer abcdefgh");
  EXPECT_EQ(ApiKey::FromEnvironment("").Header(), "");
}

TEST(ApiKeyTest, ScrubsEveryPlaceAndEveryWayOfWriting) {
  const ApiKey key = KeyOf("ab/cd\"efgh");
  EXPECT_EQ(key.Scrub("1 ab/cd\"efgh 2 ab/cd\"efgh"), "1 [key] 2 [key]");
  EXPECT_EQ(key.Scrub(R"("ab/cd\"efgh")"), R"("[key]")");
  EXPECT_EQ(key.Scrub(R"("ab\/cd\"efgh")"), R"("[key]")");
  EXPECT_EQ(key.Scrub("nothing here"), "nothing here");
}

TEST(ApiKeyTest, LeavesWordsAloneThatLocalServersTakeForAKey) {
  EXPECT_EQ(KeyOf("EMPTY").Scrub("EMPTY Nest (1988)"), "EMPTY Nest (1988)");
  EXPECT_EQ(ApiKey().Scrub("text"), "text");
}

TEST(ApiKeyTest, ErrorsNameTheVariableAndNeverTheValue) {
  unsetenv("SUITE_TEST_KEY");
  EXPECT_THAT(ErrorFor("SUITE_TEST_KEY"), HasSubstr("SUITE_TEST_KEY is not set"));
  setenv("SUITE_TEST_KEY", "", 1);
  EXPECT_THAT(ErrorFor("SUITE_TEST_KEY"), HasSubstr("SUITE_TEST_KEY is not set"));
  setenv("SUITE_TEST_KEY", "with\nnewline", 1);
  EXPECT_THAT(ErrorFor("SUITE_TEST_KEY"), HasSubstr("white space"));
  EXPECT_THAT(ErrorFor("SUITE_TEST_KEY"), Not(HasSubstr("newline")));
}

TEST(ApiKeyTest, AKeyInPlaceOfTheVariablesNameIsNotShown) {
  EXPECT_THAT(ErrorFor("sk-abcdef"), HasSubstr("is not the name of an environment variable"));
  EXPECT_THAT(ErrorFor("sk-abcdef"), Not(HasSubstr("abcdef")));
  EXPECT_THAT(ErrorFor("abcdef123"), Not(HasSubstr("abcdef")));
}

}  // namespace
}  // namespace suite
