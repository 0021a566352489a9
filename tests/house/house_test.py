#!/usr/bin/env python3
"""The conventions on this checkout itself."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
import cases
import rules
from tree import read_tree


class HouseTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        # Where the runfiles' link to this script leads.
        cls.tree = read_tree(pathlib.Path(__file__).resolve().parents[2])

    def holds(self, rule):
        breaches = rule(self.tree)
        self.assertEqual(breaches, [], "\n" + "\n".join(breaches))

    def test_bazel_tells_of_this_checkout(self):
        self.assertIn("base/files.h", self.tree.targets["//base:files"].headers)
        self.assertIn("//base:files", self.tree.targets["//base:files_test"].deps)

    def test_arrows_between_folders(self):
        self.holds(rules.wrong_arrows)

    def test_every_include_comes_from_a_direct_dependency(self):
        self.holds(rules.undeclared_includes)

    def test_few_files_lie_outside_the_rooms(self):
        self.holds(rules.loose_files)

    def test_no_circle_between_rooms(self):
        self.holds(rules.room_cycles)

    def test_words_are_plain(self):
        self.holds(rules.unclear_words)

    def test_comments_fit_the_columns(self):
        self.holds(rules.long_comments)

    def test_sources_are_formatted(self):
        self.holds(rules.unformatted)


if __name__ == "__main__":
    cases.main()
