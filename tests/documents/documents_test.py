#!/usr/bin/env python3
"""README.md and docs/claims.md against this checkout, and each of the rules on small trees that break it."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]  # where the runfiles' link to this script leads
sys.path.append(str(ROOT / "tests/house"))
import cases
import documents
import published_results
import tree

STEPS = f"""{documents.ROAD}

1. [a/load.cc](a/load.cc) `Load` reads `path` for [run.cc](run.cc): conversations.
2. [a/judge.cc](a/judge.cc) `Judge` takes a `Conversation` from [run.cc](run.cc):
   [a/parse.cc](a/parse.cc) `Parse` cuts the answer.

## Another section
"""
CLAIMS = """## Claims

1. Better.
   Tested by `big`, `small`.
2. Faster.
   Tested by `big`.

## Questions

1. Why?
"""


def clean():
    return {
        "README.md": STEPS,
        "a/load.h": "using Talk = Conversation;\nTalk Load(const std::string& path);\n",
        "a/load.cc": '#include "a/load.h"\nTalk Load(const std::string& path) {\n  return {};\n}\n',
        "a/judge.cc": "int Judge(const Conversation& conversation,\n          int n) {\n  return Parse(n);\n}\n",
        "a/parse.cc": "int Parse(int n) { return n; }\n",
        "run.cc": "void Run(const std::string& path) {\n  const Conversation c = Load(path);\n  Judge(c, 1);\n}\n",
        "docs/claims.md": CLAIMS,
        "experiments/big.toml": "[[claim]]\nnumber = 1\n[[claim]]\nnumber = 2\n[[claim]]\nnumber = 2\n",
        "experiments/small.toml": "[[claim]]\nnumber = 1\n",
        "experiments/none.toml": "[report]\n",
    }


class OnSmallTrees(unittest.TestCase):

    def breach(self, rule, part, path, old, new):
        files = clean()
        self.assertIn(old, files[path])
        files[path] = files[path].replace(old, new)
        found = rule(files)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])

    def test_a_clean_tree_has_no_breach(self):
        for rule in (documents.broken_links, documents.unlisted_claims, documents.broken_road):
            self.assertEqual(rule(clean()), [])

    def test_a_link_to_nothing(self):
        self.breach(documents.broken_links, "docs/claims.md: no file ../a/gone.cc", "docs/claims.md", "Better",
                    "[Better](../a/gone.cc), [of the web](https://arxiv.org/abs/2510.20150)")

    def test_a_claim_that_is_not_listed(self):
        self.breach(documents.unlisted_claims, "claim 3", "experiments/big.toml", "number = 1\n",
                    "number = 1\n[[claim]]\nnumber = 3\n")

    def test_a_claim_that_an_experiment_tests_no_more(self):
        self.breach(documents.unlisted_claims, "claim 1: docs/claims.md names ['big', 'small'], tested by ['big']",
                    "experiments/small.toml", "[[claim]]\nnumber = 1\n", "")

    def test_the_questions_are_no_claims(self):
        self.breach(documents.unlisted_claims, "claim 2", "docs/claims.md", "2. Faster.", "## Questions\n2. Faster.")

    def test_a_function_that_stands_elsewhere(self):
        self.breach(documents.broken_road, "step 1: a/load.cc does not define Load", "a/load.cc", "Load(", "LoadAll(")
        self.breach(documents.broken_road, "step 2: a/parse.cc does not define Parse", "a/parse.cc",
                    "int Parse(int n) {", "int Parse(int n);  // {")

    def test_a_function_that_nobody_calls(self):
        self.breach(documents.broken_road, "step 2: run.cc does not call Judge", "run.cc", "Judge(c", "Guess(c")
        self.breach(documents.broken_road, "step 2: no file of the step calls Parse", "a/judge.cc", "Parse(n)", "n")
        self.breach(documents.broken_road, "step 2: run.cc does not call Judge", "run.cc", "Judge(c, 1);",
                    "// Judge(c, 1)")

    def test_a_step_that_takes_what_the_one_before_does_not_give(self):
        self.breach(documents.broken_road, "step 2: a/load.cc does not name Conversation", "a/load.h", "Conversation",
                    "Dialogue  // once a Conversation")

    def test_a_step_of_another_form(self):
        self.breach(documents.broken_road, "step 1: not of the form", "README.md", "`Load`", "Load")

    def test_a_list_that_is_gone(self):
        self.breach(documents.broken_road, "no list", "README.md", documents.ROAD, "### Another heading")


REPORT = """# A table (mu = 1)

## Results

| Arm | Seeds | Recall@10 | NDCG@10 \u2191 |
| --- | ---: | ---: | ---: |
| SFT | one start | 0.3 | 0.257 [0.24, 0.27] |
| GRPO | 5 | 0.3 | **0.276** [0.26, 0.29] |
| Others | published | 0.3 | 0.1 |

## Comparisons

| Left against right | Metric | Left is | Difference | Interval at the tested level |
| --- | ---: | ---: | ---: | ---: |
| GRPO against SFT | Recall@10 | worse | -1 | [-2, -1] |
| GRPO against SFT | NDCG@10 | **better** | +0.0192 | [+0.01, +0.03] |

## Claims

1 reproduced, of 1 claim.
"""


KEPT = published_results.ALL[0]


class WordsAboutResults(unittest.TestCase):

    def test_they_are_those_of_the_report(self):
        lines = published_results.block(KEPT, REPORT).split("\n")
        self.assertIn("A table (mu = 1):", lines)
        self.assertIn("| SFT | 0.257 [0.24, 0.27] |  |  |", lines)
        self.assertIn("| GRPO | 0.276 [0.26, 0.29] | +0.0192 [+0.01, +0.03], better |  |", lines)
        self.assertIn("Its claims: 1 reproduced, of 1 claim.", lines)
        self.assertNotIn("Others", "\n".join(lines))

    def test_several_metrics_and_rows_of_others(self):
        kept = published_results.Kept("r.md", ("Recall@10", "NDCG@10"), (("SFT", "Recall@10"),), published=True)
        lines = published_results.block(kept, REPORT).split("\n")
        self.assertIn("| | Recall@10 | NDCG@10 | against SFT (Recall@10) |", lines)
        self.assertIn("| GRPO | 0.3 | 0.276 [0.26, 0.29] | -1 [-2, -1], worse |", lines)
        self.assertIn("| Others | 0.3 | 0.1 |  |", lines)

    def test_a_readme_that_says_something_else(self):
        readme = "before\n" + published_results.block(KEPT, REPORT) + "\nafter"
        self.assertEqual(published_results.breaches(KEPT, readme, REPORT), [])
        for spoiled in (readme.replace("0.276", "0.277"), readme.replace(published_results.END, "")):
            self.assertEqual(len(published_results.breaches(KEPT, spoiled, REPORT)), 1)


class OnThisCheckout(unittest.TestCase):

    def test_words_about_results(self):
        for kept in published_results.ALL:
            report = (ROOT / kept.report).read_text(encoding="utf-8")
            self.assertEqual(published_results.breaches(kept, self.files["README.md"], report), [])

    def test_links(self):
        self.holds(documents.broken_links)

    def test_claims(self):
        self.holds(documents.unlisted_claims)

    def test_reading_road(self):
        self.holds(documents.broken_road)
        self.assertGreaterEqual(len(documents.items(documents.section(self.files["README.md"], documents.ROAD))), 8)

    @classmethod
    def setUpClass(cls):
        cls.files = tree.read_files(ROOT)

    def holds(self, rule):
        breaches = rule(self.files)
        self.assertEqual(breaches, [], "\n" + "\n".join(breaches))


if __name__ == "__main__":
    cases.main()
