#include "reports/tools/kept_results.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "harness/metrics/run_record.h"
#include "reports/runs/synthetic_runs.h"
#include "reports/spec/report_spec.h"

namespace suite {
namespace {

constexpr char kPublished[] = "results/published";

std::string Scratch(const std::string& name) { return std::string(std::getenv("TEST_TMPDIR")) + "/" + name; }

// Whatever is kept in the tree gives its table again (and the rest in tests/published), byte for byte.
TEST(KeptResultsTest, TablesAreRedrawnFromTheKeptStores) {
  const std::vector<std::string> names = KeptNames(kPublished);
  ASSERT_FALSE(names.empty()) << "nothing is kept";
  for (const std::string& name : names) {
    const std::string folder = std::string(kPublished) + "/" + name;
    ReadStores stores = ReadKept(folder, Scratch(name));
    EXPECT_TRUE(stores.skipped.empty()) << name << ": " << stores.skipped[0].store << ", " << stores.skipped[0].reason;
    const std::string table = TableOf(std::move(stores));
    EXPECT_TRUE(table == ReadFile(folder + "/table.csv")) << name << " gives\n" << table;
  }
}

TEST(KeptResultsTest, KeptStoresBearTheirHashAndNoFolders) {
  for (const std::string& name : KeptNames(kPublished)) {
    const std::string folder = std::string(kPublished) + "/" + name;
    const ReadStores stores = ReadKept(folder, Scratch(name + "_names"));
    size_t runs = 0;
    for (const RunRecord& run : stores.records) {
      EXPECT_TRUE(std::filesystem::exists(folder + "/" + run.run_name + ".h5.gz")) << run.path;
      EXPECT_EQ(run.status, "done");
      for (const auto& [key, value] : run.provenance) EXPECT_EQ(WithoutFolders(value), value) << key;
      EXPECT_EQ(WithoutFolders(run.config), run.config);
      ++runs;
    }
    EXPECT_GT(runs, 0u) << name;
  }
}

// Four experiments with 103 runs in all, 15 to 64 kB each: a budget for what a clone carries.
TEST(KeptResultsTest, TheTreeStaysSmall) {
  uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kPublished)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  EXPECT_LT(bytes, uintmax_t{15} << 20);
}

TEST(KeptResultsTest, KeepsAndRedraws) {
  ReadStores stores;
  for (const SyntheticRun& wanted : {SyntheticRun{"grpo", 1, 0, 4, 20, 20}, SyntheticRun{"gspo", 1, 0.1, 4, 20, 20}}) {
    stores.records.push_back(MakeRun(wanted));
    stores.records.back().provenance.emplace_back("folder", "/somewhere/else/out");
  }
  const std::string folder = Scratch("kept");
  std::filesystem::create_directories(folder);
  WriteFileAtomically(folder + "/old.h5.gz", "old");
  const std::string expected = TableOf({stores.records, {}});
  KeepResults(stores, ReportSpec(), folder);
  EXPECT_FALSE(std::filesystem::exists(folder + "/old.h5.gz"));
  ReadStores read = ReadKept(folder, Scratch("read"));
  EXPECT_EQ(FindText(read.records[0].provenance, "folder"), "out");
  EXPECT_TRUE(TableOf(std::move(read)) == expected);
  EXPECT_TRUE(ReadFile(folder + "/table.csv") == expected);
  WriteFileAtomically(folder + "/thesis.tex", "years of work");
  EXPECT_THROW(KeepResults(stores, ReportSpec(), folder), InputError);
  EXPECT_EQ(ReadFile(folder + "/thesis.tex"), "years of work") << "only kept results are replaced";
  std::filesystem::remove(folder + "/thesis.tex");
  stores.records[0].status = "failed";
  EXPECT_THROW(KeepResults(stores, ReportSpec(), folder), InputError);
}

TEST(KeptResultsTest, WhatWasUnpackedIsNotKeptAgain) {
  ReadStores stores;
  stores.records.push_back(MakeRun({"grpo", 1, 0, 4, 20, 20, 10}));
  KeepResults(stores, ReportSpec(), Scratch("once"));
  const ReadStores unpacked = ReadKept(Scratch("once"), Scratch("unpacked"));
  EXPECT_THROW(KeepResults(unpacked, ReportSpec(), Scratch("twice")), InputError);
  EXPECT_FALSE(std::filesystem::exists(Scratch("twice")));
}

TEST(KeptResultsTest, AbsolutePathsLoseTheirFolders) {
  EXPECT_EQ(WithoutFolders("/proc/self/exe --config=/tmp/a/b.toml --out=/tmp/a/ --ratio=1/2 '/x/y z'"),
            "exe --config=b.toml --out=a/ --ratio=1/2 'y z'");
  EXPECT_EQ(WithoutFolders("path = \"/a/b\"\nlock = \"\""), "path = \"b\"\nlock = \"\"");
  EXPECT_EQ(WithoutFolders("g++ 12.2.0"), "g++ 12.2.0");
  EXPECT_EQ(WithoutFolders(""), "");
}

}  // namespace
}  // namespace suite
