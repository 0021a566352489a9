#include "reports/runs/run_set.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "base/random.h"
#include "base/testing/error_of.h"
#include "harness/metrics/write_run.h"
#include "reports/runs/settings.h"
#include "reports/runs/synthetic_runs.h"

namespace suite {
namespace {

std::string Store(const std::string& name, const RunRecord& run) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name + ".h5";
  WriteRun(run, path);
  return path;
}

RunRecord SmallRun(const std::string& preset, int64_t seed) { return MakeRun({preset, seed, 0.01, 4, 5}); }

ReportSpec SmallSpec() {
  ReportSpec spec;
  spec.arms = {{"grpo", "GRPO"}, {"gspo", "GSPO"}};
  return spec;
}

std::string ErrorIn(const std::vector<std::string>& stores) {
  return ErrorOf([&] { MakeRunSet(SmallSpec(), ReadAllStores(stores)); });
}

TEST(RunSetTest, SortsRunsIntoArmsBySeedAndStatus) {
  RunRecord failed = SmallRun("gspo", 2);
  failed.status = "failed";
  RunRecord unfinished = SmallRun("gspo", 30);
  unfinished.status = "running";
  const RunSet set = MakeRunSet(
      SmallSpec(),
      ReadAllStores({Store("a", SmallRun("grpo", 30)), Store("b", SmallRun("grpo", 4)), Store("c", SmallRun("gspo", 4)),
                     Store("d", failed), Store("e", unfinished), Store("f", SmallRun("dapo", 4))}));
  ASSERT_EQ(set.arms.size(), 2u);
  ASSERT_EQ(set.arms[0].done.size(), 2u);
  EXPECT_EQ(set.arms[0].done[0]->seed, "4") << "by number, not by letters";
  EXPECT_EQ(set.arms[0].done[1]->seed, "30");
  EXPECT_EQ(set.arms[0].missing_seeds, (std::vector<std::string>{"2"}));
  EXPECT_EQ(set.arms[1].done.size(), 1u);
  EXPECT_EQ(set.arms[1].failed.size(), 1u);
  EXPECT_EQ(set.arms[1].unfinished.size(), 1u);
  EXPECT_TRUE(set.arms[1].missing_seeds.empty());
  ASSERT_EQ(set.others.size(), 1u);
  EXPECT_EQ(set.others[0]->record.run_name, "dapo-4");
}

TEST(RunSetTest, ExpectedSeedsCanBeMissingEverywhere) {
  ReportSpec spec = SmallSpec();
  spec.seeds = {"4", "5"};
  const RunSet set = MakeRunSet(spec, ReadAllStores({Store("g", SmallRun("grpo", 4))}));
  EXPECT_EQ(set.arms[0].missing_seeds, (std::vector<std::string>{"5"}));
  EXPECT_EQ(set.arms[1].missing_seeds, (std::vector<std::string>{"4", "5"}));
}

// Other forms of the same items have other texts; of one form they must agree.
TEST(RunSetTest, FormsOfItemsMayDiffer) {
  const auto run = [](const char* arm, int seed, const std::string& form, const std::string& hash) {
    RunRecord record = SmallRun(arm, seed);
    record.config += "[data]\nsource = \"catalog\"\nitem_form = \"" + form + "\"\n";
    record.provenance[6].second = hash;
    record.provenance.push_back({"data.items.written_alike", hash});
    return record;
  };
  const std::string titles = Store("titles", run("grpo", 1, "title_year", "ab12"));
  const std::string ids = Store("ids", run("gspo", 1, "id", "cd34"));
  MakeRunSet(SmallSpec(), ReadAllStores({titles, ids}));
  EXPECT_NE(ErrorIn({titles, ids, Store("other", run("gspo", 2, "id", "ef56"))}).find("data.catalog is 'ef56'"),
            std::string::npos);
}

TEST(RunSetTest, RefusesToMix) {
  const std::string first = Store("first", SmallRun("grpo", 1));
  RunRecord data = SmallRun("gspo", 1);
  data.provenance[6].second = "cd34";
  EXPECT_NE(ErrorIn({first, Store("data", data)}).find("data.catalog is 'cd34', but 'ab12' in"), std::string::npos);
  RunRecord protocol = SmallRun("gspo", 1);
  protocol.provenance.push_back({"protocol_version", "2"});
  EXPECT_NE(ErrorIn({first, Store("protocol", protocol)}).find("protocol_version is '2', but 'not recorded' in"),
            std::string::npos);
  RunRecord conversations = SmallRun("gspo", 1);
  conversations.scores[1].conversation_ids[0] = "other";
  EXPECT_NE(ErrorIn({first, Store("conversations", conversations)}).find("its conversations of split 'test' differ"),
            std::string::npos);
  RunRecord config = SmallRun("grpo", 2);
  config.config += "updates = 2\n";
  EXPECT_NE(ErrorIn({first, Store("config", config)}).find("rl.updates is '2', but 'not set' in"), std::string::npos);
  RunRecord again = SmallRun("grpo", 1);
  again.run_name = "another name";
  EXPECT_NE(ErrorIn({first, Store("again", again)}).find("a second run of 'GRPO' with seed 1"), std::string::npos);
  EXPECT_NE(ErrorIn({first, first}).find("holds the same run as"), std::string::npos);
  EXPECT_NE(ErrorIn({}).find("no stores were given"), std::string::npos);
}

std::vector<std::string> SkippedOf(const std::vector<std::string>& stores) {
  std::vector<std::string> texts;
  for (const SkippedStore& skipped : MakeRunSet(SmallSpec(), ReadAllStores(stores)).skipped) {
    texts.push_back(skipped.store + ": " + skipped.reason);
  }
  return texts;
}

std::string FileOf(const std::string& name, const std::string& bytes) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  WriteFileAtomically(path, bytes);
  return path;
}

TEST(RunSetTest, StoresThatCannotBeUsedAreNamedAndLeftOut) {
  const std::string good = Store("good", SmallRun("grpo", 1));
  const std::string bytes = ReadFile(good);
  RunRecord no_seed = SmallRun("gspo", 2);
  no_seed.config = "[objective]\npreset = \"gspo\"\n";
  RunRecord no_toml = SmallRun("gspo", 3);
  no_toml.config = "a = = b";
  const auto skipped = SkippedOf({good, FileOf("cut.h5", bytes.substr(0, bytes.size() / 2)), FileOf("empty.h5", ""),
                                  FileOf("foreign.h5", "name,score\n"), good + ".none", Store("no_seed", no_seed),
                                  Store("no_toml", no_toml)});
  ASSERT_EQ(skipped.size(), 6u);
  const auto told = [&skipped](const std::string& name, const std::string& reason) {
    for (const std::string& text : skipped) {
      if (text.find("/" + name + ": ") != std::string::npos) {
        EXPECT_NE(text.find(reason), std::string::npos) << text;
        EXPECT_EQ(text.find(std::getenv("TEST_TMPDIR")), std::string::npos) << "no path of the machine: " << text;
        return;
      }
    }
    ADD_FAILURE() << name;
  };
  told("cut.h5", "damaged or truncated");
  told("empty.h5", "the file is empty");
  told("foreign.h5", "not an HDF5 file");
  told("good.h5.none", "no such file");
  told("no_seed.h5", "no key 'seed'");
  told("no_toml.h5", "not TOML");
}

TEST(RunSetTest, WithoutAnyUsableStoreTheFirstReasonIsGiven) {
  EXPECT_NE(ErrorIn({FileOf("only.h5", "x")}).find("not an HDF5 file"), std::string::npos);
}

// Cut at many places and with single bytes changed at many more, a store is read or named, and nothing else happens.
TEST(RunSetTest, AnyDamageIsReadOrNamed) {
  const std::string good = Store("whole", SmallRun("grpo", 1));
  RunRecord begun = SmallRun("gspo", 1);
  begun.status = "running";
  const std::string half_written = Store("begun", begun);
  RandomStream stream(3, "damage");
  int named = 0;
  for (const std::string& whole : {good, half_written}) {
    const std::string bytes = ReadFile(whole);
    for (int i = 0; i < 60; ++i) {
      std::string damaged = bytes;
      const auto place = static_cast<size_t>(stream.UniformInt(static_cast<int64_t>(bytes.size())));
      if (i % 3 == 0) {
        damaged.resize(place);
      } else {
        damaged[place] = static_cast<char>(damaged[place] ^ (1 + stream.UniformInt(255)));
      }
      const ReadStores stores = ReadAllStores({Store("other", SmallRun("gspo", 2)), FileOf("damaged.h5", damaged)});
      EXPECT_EQ(stores.records.size() + stores.skipped.size(), 2u);
      named += static_cast<int>(stores.skipped.size());
    }
  }
  EXPECT_GE(named, 40) << "all cuts";
}

TEST(RunSetTest, FlattensTomlAndJson) {
  Settings toml = FlattenConfig("d = true\ne = 2e-4\n[a]\nb = \"x y\"\nc = [1, 2]\n", "here");
  EXPECT_EQ(toml["a.b"], "x y");
  EXPECT_EQ(toml["d"], "true");
  EXPECT_EQ(toml.size(), 4u);
  Settings json = FlattenConfig("{\"a\": {\"b\": \"x y\", \"c\": [1]}, \"d\": true}", "here");
  EXPECT_EQ(json, (std::map<std::string, std::string>{{"a.b", "x y"}, {"a.c", "[1]"}, {"d", "true"}}));
  for (const std::string wrong : {"a = \n", "{\"a\": "}) {
    EXPECT_EQ(ErrorOf([&] { FlattenConfig(wrong, "here"); }).rfind("here", 0), 0u) << wrong;
  }
}

TEST(RunSetTest, ArmsByTheNamesOfTheirRuns) {
  // A sweep over two keys: the preset alone does not tell the arms apart.
  std::vector<std::string> stores;
  for (int64_t seed : {1, 2}) {
    for (const std::string updates : {"1", "2"}) {
      RunRecord run = SmallRun("grpo", seed);
      run.run_name += "-mu" + updates;
      run.config += "updates = " + updates + "\n";
      stores.push_back(Store(run.run_name, run));
    }
  }
  EXPECT_NE(ErrorIn(stores).find("rl.updates is '2'"), std::string::npos);
  ReportSpec spec;
  spec.arms = {{"mu1", "mu = 1", {"grpo-1-mu1", "grpo-2-mu1"}}, {"mu2", "mu = 2", {"grpo-2-mu2", "grpo-3-mu2"}}};
  const RunSet set = MakeRunSet(spec, ReadAllStores(stores));
  ASSERT_EQ(set.arms[0].done.size(), 2u);
  EXPECT_EQ(set.arms[0].done[1]->record.run_name, "grpo-2-mu1");
  ASSERT_EQ(set.arms[1].done.size(), 1u);
  EXPECT_EQ(set.arms[1].missing_seeds, (std::vector<std::string>{"1"}));
  ASSERT_EQ(set.others.size(), 1u);
  EXPECT_EQ(set.others[0]->record.run_name, "grpo-1-mu2");
}

TEST(RunSetTest, ContextsMustAgreeWhereTheyAreRecorded) {
  RunRecord with = SmallRun("grpo", 1);
  with.scores[1].context_ids.assign(with.scores[1].conversation_ids.size(), "one");
  RunRecord other = SmallRun("gspo", 1);
  other.scores[1].context_ids.assign(other.scores[1].conversation_ids.size(), "two");
  const std::string first = Store("with", with);
  EXPECT_NE(ErrorIn({first, Store("other", other)}).find("its contexts of split 'test' differ"), std::string::npos);
  EXPECT_EQ(ErrorIn({first, Store("without", SmallRun("gspo", 1))}), "no error");
}

}  // namespace
}  // namespace suite
