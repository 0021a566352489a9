#include "tests/house/build_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace suite::house {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseTargets, ReadsFilesAndDependencies) {
  const auto targets = ParseTargets(R"(
      load("@rules_cc//cc:defs.bzl", "cc_library")
      package(default_visibility = ["//visibility:private"])
      cc_library(
          name = "a",  # the first
          srcs = ["a.cc"],
          hdrs = ["a.h"],
          deps = [":b", "c", "//x/y", "//z:w", "@libtorch//:torch"],
      )
      cc_test(name = "a_test", srcs = ["a_test.cc"]))",
                                    "p", {"p/a.cc", "p/a.h", "p/a_test.cc"});
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0].label, "//p:a");
  EXPECT_THAT(targets[0].sources, ElementsAre("p/a.cc"));
  EXPECT_THAT(targets[0].headers, ElementsAre("p/a.h"));
  EXPECT_THAT(targets[0].deps, ElementsAre("//p:b", "//p:c", "//x/y:y", "//z:w", "@libtorch//:torch"));
  EXPECT_FALSE(targets[0].testonly);
  EXPECT_TRUE(targets[1].testonly);
}

TEST(ParseTargets, ExpandsComprehensions) {
  const auto targets = ParseTargets(R"(
      [cc_library(name = name, srcs = [name + ".cc"], deps = deps + [":c"])
       for name, deps in {"a": [":d"], "b": []}.items()]
      [cc_test(name = "{}_test".format(n), srcs = [n + ".cc"]) for n in ["x"]])",
                                    "", {"a.cc", "b.cc", "x.cc"});
  ASSERT_EQ(targets.size(), 3u);
  EXPECT_EQ(targets[0].label, "//:a");
  EXPECT_THAT(targets[0].sources, ElementsAre("a.cc"));
  EXPECT_THAT(targets[0].deps, ElementsAre("//:c", "//:d"));
  EXPECT_THAT(targets[1].deps, ElementsAre("//:c"));
  EXPECT_EQ(targets[2].label, "//:x_test");
}

TEST(ParseTargets, ReadsVariablesGlobsAndAllBranchesOfASelect) {
  const auto targets = ParseTargets(R"(
      DEPS = [":b"]
      cc_library(
          name = "a",
          srcs = glob(["o/*.cc"], exclude = ["o/*_test.cc"]),
          deps = DEPS + select({"//:cuda": [":g"], "//conditions:default": [":h"]}) + cuda_deps([":i"]),
      ))",
                                    "p", {"p/o/1.cc", "p/o/1_test.cc", "p/o/deep/2.cc", "q/o/3.cc"});
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_THAT(targets[0].sources, ElementsAre("p/o/1.cc"));
  EXPECT_THAT(targets[0].deps, ElementsAre("//p:b", "//p:g", "//p:h", "//p:i"));
}

TEST(ParseTargets, NamesTheLineOfWhatItCannotRead) {
  try {
    ParseTargets("a = 1\nb = [x if y else z]\n", "p", {});
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("p/BUILD:2"));
  }
}

}  // namespace
}  // namespace suite::house
