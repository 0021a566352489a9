#include "datasets/teachers/endpoint_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/testing/error_of.h"

namespace suite {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ErrorAfter(const std::function<void(EndpointSettings*)>& change) {
  EndpointSettings settings;
  settings.model = "m";
  settings.cache_folder = "cache";
  change(&settings);
  return ErrorOf([&] { CheckEndpointSettings(settings, "teacher"); });
}

TEST(EndpointSettingsTest, DefaultsWithAModelAndAFolderPass) {
  EXPECT_EQ(ErrorAfter([](EndpointSettings*) {}), "no error");
}

TEST(EndpointSettingsTest, EveryBadValueIsNamed) {
  EXPECT_EQ(ErrorAfter([](EndpointSettings* s) { s->model = ""; }),
            "teacher.model: empty; allowed: the model's name at this endpoint");
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->cache_folder = ""; }), HasSubstr("teacher.cache_folder: empty"));
  EXPECT_EQ(ErrorAfter([](EndpointSettings* s) { s->concurrency = 0; }), "teacher.concurrency: 0; allowed: 1 to 1024");
  EXPECT_EQ(ErrorAfter([](EndpointSettings* s) { s->requests_per_minute = -1; }),
            "teacher.requests_per_minute: -1; allowed: 0 to 1000000");
  EXPECT_EQ(ErrorAfter([](EndpointSettings* s) { s->timeout_seconds = 0; }),
            "teacher.timeout_seconds: 0; allowed: 0.001 to 86400");
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->timeout_seconds = std::nan(""); }),
              HasSubstr("timeout_seconds: nan"));
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->connect_seconds = -1; }), HasSubstr("connect_seconds: -1"));
  EXPECT_EQ(ErrorAfter([](EndpointSettings* s) { s->retries = -1; }), "teacher.retries: -1; allowed: 0 to 100");
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->backoff_seconds = -1; }), HasSubstr("backoff_seconds: -1"));
  EXPECT_EQ(ErrorAfter([](EndpointSettings* s) { s->max_backoff_seconds = 0.5; }),
            "teacher.max_backoff_seconds: 0.5; allowed: 1 to 86400");
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->max_retry_after = -1; }), HasSubstr("max_retry_after: -1"));
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->give_up_after = -1; }), HasSubstr("give_up_after: -1"));
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->price_per_million_input = -1; }), HasSubstr("million_input: -1"));
  EXPECT_THAT(ErrorAfter([](EndpointSettings* s) { s->price_per_million_output = -1; }),
              HasSubstr("million_output: -1"));
}

TEST(EndpointSettingsTest, AUrlMayHoldNothingThatCouldBeASecret) {
  const auto error_of_url = [](const std::string& url) {
    return ErrorAfter([&](EndpointSettings* s) { s->url = url; });
  };
  EXPECT_EQ(error_of_url("http://[::1]:8000"), "no error");
  EXPECT_THAT(error_of_url("ftp://host/v1"), HasSubstr("teacher.url: no http:// or https://"));
  EXPECT_THAT(error_of_url("host/v1"), HasSubstr("no http:// or https://"));
  EXPECT_THAT(error_of_url("https:///v1"), HasSubstr("names no host"));
  EXPECT_THAT(error_of_url("https://host/v 1"), HasSubstr("white space"));
  EXPECT_THAT(error_of_url("https://me:hidden@host/v1"), HasSubstr("a user or a password"));
  EXPECT_THAT(error_of_url("https://me:hidden@host/v1"), Not(HasSubstr("hidden")));
  EXPECT_THAT(error_of_url("https://host/v1?key=hidden"), HasSubstr("a query or a fragment"));
  EXPECT_THAT(error_of_url("https://host/v1?key=hidden"), Not(HasSubstr("hidden")));
}

TEST(EndpointSettingsTest, ThePathOfAUrl) {
  EXPECT_EQ(UrlPath("https://api.openai.com/v1"), "/v1");
  EXPECT_EQ(UrlPath("https://api.openai.com/v1/"), "/v1");
  EXPECT_EQ(UrlPath("http://127.0.0.1:8000"), "");
  EXPECT_EQ(UrlPath("http://127.0.0.1:8000/"), "");
  EXPECT_EQ(UrlPath("http://host/a/b"), "/a/b");
}

}  // namespace
}  // namespace suite
