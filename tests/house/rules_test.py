#!/usr/bin/env python3
"""Each rule on small trees that break it, and on one that does not."""

import sys
import unittest

sys.dont_write_bytecode = True
import cases
import rules
from tree import Target, Tree, parse_targets


def clean():
    """A library of base, and one of reports that uses it as it should."""
    return Tree(
        {
            ".clang-format": "BasedOnStyle: Google\n",
            "base/check.h": "#pragma once\n",
            "reports/tables/table.cc": '#include "base/check.h"\n',
        }, {
            "//base:check": Target("cc_library", headers={"base/check.h"}),
            "//reports/tables:table": Target("cc_library", {"reports/tables/table.cc"}, deps={"//base:check"}),
        })


class RulesTest(unittest.TestCase):

    def breach(self, rule, part, files={}, targets={}):
        """`rule` finds one breach in the clean tree with these changes, and it says `part`."""
        tree = clean()
        tree.files.update(files)
        tree.targets.update(targets)
        found = rule(tree)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_a_clean_tree_has_no_breach(self):
        for rule in (rules.wrong_arrows, rules.undeclared_includes, rules.loose_files, rules.room_cycles,
                     rules.unclear_words, rules.long_comments, rules.unformatted):
            self.assertEqual(rule(clean()), [])

    def test_an_include_against_an_arrow(self):
        self.breach(rules.wrong_arrows, "reports/tables/table.cc:2: includes models/policy.h: reports may not use "
                    "models; allowed: base harness/metrics",
                    {"reports/tables/table.cc": '\n#include "models/policy.h"\n'})

    def test_a_dependency_against_an_arrow(self):
        self.breach(rules.wrong_arrows, "//base:check: depends on //algorithms:kl: base may not use algorithms; "
                    "allowed: nothing", targets={"//base:check": Target("cc_library", deps={"//algorithms:kl"})})

    def test_reports_read_the_metrics_store_and_no_more_of_the_harness(self):
        text = '#include "harness/metrics/store.h"\n#include "harness/trainer.h"\n'
        self.breach(rules.wrong_arrows, "table.cc:2: includes harness/trainer.h", {"reports/tables/table.cc": text})

    def test_nobody_uses_tests(self):
        self.breach(rules.wrong_arrows, "harness may not use tests", {"harness/x.cc": '#include "tests/x/rules.h"\n'})

    def test_libtorch_stays_out_of_five_folders(self):
        tensor = "#include <ATen/core/Tensor.h>\n"
        for path in ("reports/x.cc", "datasets/x.cc", "harness/metrics/x.cc", "models/tokenizer/x.cc", "base/x.h"):
            self.breach(rules.wrong_arrows, path + ":1: includes ATen/core/Tensor.h: LibTorch", {path: tensor})
        tree = clean()
        tree.files["models/sampler.cc"] = tensor
        self.assertEqual(rules.wrong_arrows(tree), [])

    def test_libtorch_stays_out_of_dependencies_too(self):
        self.breach(rules.wrong_arrows, "//reports:t: depends on @libtorch//:torch",
                    targets={"//reports:t": Target("cc_library", deps={"@libtorch//:torch"})})

    def test_files_and_clocks_stay_out_of_algorithms_but_not_out_of_their_tests(self):
        self.breach(rules.wrong_arrows, "algorithms/kl.cc:1: includes chrono",
                    {"algorithms/kl.cc": "#include <chrono>\n", "algorithms/kl_test.cc": "#include <fstream>\n"},
                    {"//algorithms:kl_test": Target("cc_test", {"algorithms/kl_test.cc"}, testonly=True)})

    def test_the_header_of_an_indirect_dependency(self):
        error = Target("cc_library", deps={"//base:check"})
        table = Target("cc_library", {"reports/tables/table.cc"}, deps={"//base:error"})
        self.breach(rules.undeclared_includes, "reports/tables/table.cc:1: includes base/check.h, which no direct "
                    "dependency of //reports/tables:table brings; add //base:check",
                    targets={"//base:error": error, "//reports/tables:table": table})

    def test_an_alias_brings_what_it_stands_for(self):
        tree = clean()
        tree.targets["//base:other_name"] = Target("alias", deps={"//base:check"})
        tree.targets["//reports/tables:table"].deps = {"//base:other_name"}
        self.assertEqual(rules.undeclared_includes(tree), [])

    def test_a_package_on_the_default_path(self):
        self.breach(rules.undeclared_includes, "add a target of //third_party/openssl",
                    {"base/check.h": "#include <openssl/evp.h>\n"})

    def test_a_header_that_is_not_there(self):
        self.breach(rules.undeclared_includes, "there is no such file", {"base/check.h": '#include "base/chek.h"\n'})

    def test_a_file_that_no_target_owns(self):
        self.breach(rules.undeclared_includes, "base/forgotten_test.cc: no target of a BUILD file owns it",
                    {"base/forgotten_test.cc": ""})

    def test_a_heap_of_files_at_the_root_of_a_pillar(self):
        files = {f"models/file{i}.cc": "" for i in range(12)}
        tree = clean()
        tree.files.update(files, **{"models/BUILD": "", "models/llama/llama.cc": ""})
        self.assertEqual(rules.loose_files(tree), [])
        self.breach(rules.loose_files, "models: 13 files", {**files, "models/README.md": ""})

    def test_folders_that_include_each_other(self):
        files = {
            "harness/rl/a.h": '#include "harness/run/b.h"\n',
            "harness/run/b.h": '#include "harness/plan/c.h"\n',
            "harness/plan/c.h": '#include "harness/rl/d.h"\n',
        }
        self.breach(rules.room_cycles, "harness/", files)
        tree = clean()
        tree.files.update(files)
        tree.targets["//harness/plan:c_test"] = Target("cc_test", {"harness/plan/c.h"}, testonly=True)
        self.assertEqual(rules.room_cycles(tree), [])

    def test_a_comment_beyond_the_columns(self):
        comment = "// " + "word " * 30
        self.breach(rules.long_comments, "base/check.h:1: a comment of 153 columns; 120 at most",
                    {"base/check.h": comment + "\n"})

    def test_words_that_outsiders_do_not_know(self):
        self.breach(rules.unclear_words, "base/check.h:1: 'Strangers'", {"base/check.h": "// Strangers wrote it\n"})
        self.breach(rules.unclear_words, "README.md:2: 'roof'", {"README.md": "proof\none roof\n"})
        self.breach(rules.unclear_words, "base/BUILD:1: 'gone on with'", {"base/BUILD": "# to be gone on with\n"})
        tree = clean()
        tree.files["datasets/x.cc"] = 'const char* kTitle = "Full House";  // a roofline\n'
        self.assertEqual(rules.unclear_words(tree), [])

    def test_a_file_that_clang_format_would_change(self):
        self.breach(rules.unformatted, "base/check.h", {"base/check.h": "int   x ;\n"})

    def test_targets_are_read_from_what_bazel_query_tells(self):
        targets = parse_targets("""<?xml version="1.1"?>
          <query version="2">
            <rule class="cc_library" name="//base:files">
              <boolean name="testonly" value="true"/>
              <list name="srcs"><label value="//base:files.cc"/></list>
              <list name="hdrs"><label value="//base:files.h"/></list>
              <list name="deps"><label value="//base:error"/><label value="@hdf5//:hdf5"/></list>
              <list name="data"><label value="//:README.md"/></list>
            </rule>
            <rule class="alias" name="//:f"><label name="actual" value="//base:files"/></rule>
          </query>""")
        self.assertEqual(targets, {
            "//base:files": Target("cc_library", {"base/files.cc"}, {"base/files.h"},
                                   {"//base:error", "@hdf5//:hdf5"}, True),
            "//:f": Target("alias", deps={"//base:files"}),
        })


if __name__ == "__main__":
    cases.main()
