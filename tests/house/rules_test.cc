// Each rule of the house on small trees that break it, and on one that does not.
#include "tests/house/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/files.h"

namespace suite::house {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Writes a tree of files (path, text) into an empty folder of its own.
std::string Tree(const std::map<std::string, std::string>& files) {
  const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string root = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  std::filesystem::remove_all(root);
  for (const auto& [path, text] : files) {
    std::filesystem::create_directories(std::filesystem::path(root + "/" + path).parent_path());
    WriteFileAtomically(root + "/" + path, text);
  }
  return root;
}

// A library of base and one of reports that uses it as it should.
std::map<std::string, std::string> CleanTree() {
  return {
      {".clang-format", "BasedOnStyle: Google\n"},
      {"base/BUILD", "cc_library(name = \"check\", hdrs = [\"check.h\"])"},
      {"base/check.h", "#pragma once\n"},
      {"reports/BUILD", "cc_library(name = \"table\", srcs = [\"table.cc\"], deps = [\"//base:check\"])"},
      {"reports/tables/table.cc", "#include \"base/check.h\"\n"},
  };
}

TEST(Rules, ACleanTreeHasNoBreach) {
  const std::string root = Tree(CleanTree());
  EXPECT_THAT(WrongArrows(root), IsEmpty());
  EXPECT_THAT(UndeclaredIncludes(root), IsEmpty());
  EXPECT_THAT(Unformatted(root), IsEmpty());
}

TEST(WrongArrows, NamesAnIncludeAgainstAnArrow) {
  auto files = CleanTree();
  files["reports/tables/table.cc"] = "\n#include \"models/policy.h\"\n";
  EXPECT_THAT(
      WrongArrows(Tree(files)),
      ElementsAre("reports/tables/table.cc:2: includes models/policy.h: reports may not use models; allowed: base "
                  "harness/metrics"));
}

TEST(WrongArrows, NamesADependencyAgainstAnArrow) {
  auto files = CleanTree();
  files["base/BUILD"] = "cc_library(name = \"check\", hdrs = [\"check.h\"], deps = [\"//algorithms:kl\"])";
  EXPECT_THAT(WrongArrows(Tree(files)), ElementsAre("//base:check: depends on //algorithms:kl: base may not use "
                                                    "algorithms; allowed: nothing"));
}

TEST(WrongArrows, LetsReportsReadTheMetricsStoreAndNoMoreOfTheHarness) {
  auto files = CleanTree();
  files["reports/tables/table.cc"] = "#include \"harness/metrics/store.h\"\n#include \"harness/trainer.h\"\n";
  EXPECT_THAT(WrongArrows(Tree(files)), ElementsAre(HasSubstr("table.cc:2: includes harness/trainer.h")));
}

TEST(WrongArrows, LetNobodyUseTests) {
  auto files = CleanTree();
  files["harness/trainer.cc"] = "#include \"tests/house/rules.h\"\n";
  EXPECT_THAT(WrongArrows(Tree(files)), ElementsAre(HasSubstr("harness may not use tests")));
}

TEST(WrongArrows, KeepLibTorchOutOfReportsDatasetsMetricsAndTokenizer) {
  for (const std::string file :
       {"reports/x.cc", "datasets/x.cc", "harness/metrics/x.cc", "models/tokenizer/x.cc", "base/x.h"}) {
    auto files = CleanTree();
    files[file] = "#include <ATen/core/Tensor.h>\n";
    EXPECT_THAT(WrongArrows(Tree(files)), ElementsAre(HasSubstr(file + ":1: includes ATen/core/Tensor.h: LibTorch")));
  }
  auto files = CleanTree();
  files["models/sampler.cc"] = "#include <ATen/core/Tensor.h>\n";
  EXPECT_THAT(WrongArrows(Tree(files)), IsEmpty());
}

TEST(WrongArrows, KeepLibTorchOutOfDependenciesToo) {
  auto files = CleanTree();
  files["reports/BUILD"] += "\ncc_library(name = \"t\", deps = [\"@libtorch//:torch\"])";
  EXPECT_THAT(WrongArrows(Tree(files)), ElementsAre(HasSubstr("//reports:t: depends on @libtorch//:torch")));
}

TEST(WrongArrows, KeepFilesAndClocksOutOfAlgorithmsButNotOutOfTheirTests) {
  auto files = CleanTree();
  files["algorithms/kl.cc"] = "#include <chrono>\n";
  files["algorithms/kl_test.cc"] = "#include <fstream>\n";
  files["algorithms/BUILD"] =
      "cc_library(name = \"kl\", srcs = [\"kl.cc\"])\ncc_test(name = \"kl_test\", srcs = [\"kl_test.cc\"])";
  EXPECT_THAT(WrongArrows(Tree(files)), ElementsAre(HasSubstr("algorithms/kl.cc:1: includes chrono")));
}

TEST(UndeclaredIncludes, NamesTheHeaderOfAnIndirectDependency) {
  auto files = CleanTree();
  files["base/BUILD"] += "\ncc_library(name = \"error\", hdrs = [\"error.h\"], deps = [\":check\"])";
  files["base/error.h"] = "#include \"base/check.h\"\n";
  files["reports/BUILD"] = "cc_library(name = \"table\", srcs = [\"table.cc\"], deps = [\"//base:error\"])";
  EXPECT_THAT(
      UndeclaredIncludes(Tree(files)),
      ElementsAre(
          "reports/tables/table.cc:1: includes base/check.h, which no direct dependency of //reports/tables:table "
          "brings; add //base:check"));
}

TEST(UndeclaredIncludes, NamesAPackageOnTheDefaultPath) {
  auto files = CleanTree();
  files["base/check.h"] = "#include <openssl/evp.h>\n#include <vector>\n";
  EXPECT_THAT(UndeclaredIncludes(Tree(files)), ElementsAre(HasSubstr("add a target of //third_party/openssl")));
}

TEST(UndeclaredIncludes, NamesAHeaderThatIsNotThere) {
  auto files = CleanTree();
  files["base/check.h"] = "#include \"base/chek.h\"\n";
  EXPECT_THAT(UndeclaredIncludes(Tree(files)), ElementsAre(HasSubstr("there is no such file")));
}

TEST(UndeclaredIncludes, NamesAFileThatNoTargetOwns) {
  auto files = CleanTree();
  files["base/forgotten_test.cc"] = "";
  EXPECT_THAT(UndeclaredIncludes(Tree(files)),
              ElementsAre("base/forgotten_test.cc: no target of a BUILD file owns it"));
}

TEST(Unformatted, NamesTheFile) {
  auto files = CleanTree();
  files["base/check.h"] = "int   x ;\n";
  EXPECT_THAT(Unformatted(Tree(files)), ElementsAre(HasSubstr("base/check.h")));
}

}  // namespace
}  // namespace suite::house
