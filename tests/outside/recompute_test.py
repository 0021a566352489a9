#!/usr/bin/env python3
"""Every number that results/published states is found again by recompute.py, and a changed one is not."""

import csv
import glob
import importlib.util
import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "house")]
import cases

MISSING = [name for name in ("h5py", "numpy", "scipy") if importlib.util.find_spec(name) is None]
PUBLISHED = sorted(glob.glob("results/published/*/"))


@unittest.skipIf(MISSING, f"Python lacks {', '.join(MISSING)}")
class Recomputed(unittest.TestCase):

    def test_every_kept_experiment(self):
        import recompute
        self.assertTrue(PUBLISHED)
        for folder in PUBLISHED:
            with self.subTest(folder):
                self.assertEqual(recompute.main(folder), 0)

    def test_a_changed_number_is_noticed(self):
        import recompute
        with tempfile.TemporaryDirectory() as scratch:
            folder = os.path.join(scratch, "changed")
            shutil.copytree(PUBLISHED[0], folder)
            self.spoil_comparison(os.path.join(folder, "comparisons.csv"))
            self.spoil_claim(os.path.join(folder, "claims.json"))
            found = recompute.Found()
            runs = [recompute.Run(path) for path in recompute.paths_of(folder)]
            recompute.check_published(folder, runs, found)
            changed = "\n".join(found.failures)
            self.assertIn("comparison: difference", changed)
            self.assertIn("claim: effect", changed)

    def test_a_changed_judgement_is_noticed(self):
        import recompute
        run = recompute.Run(recompute.paths_of(PUBLISHED[0])[0])
        found = recompute.Found()
        _, by_step = run.judged
        hit = next(judged for judged in by_step[-1] if recompute.VERDICTS.index("hit") in judged % recompute.REPEATED)
        hit[hit % recompute.REPEATED == recompute.VERDICTS.index("hit")] += recompute.VERDICTS.index("miss")
        recompute.check_judged(run, found)
        self.assertIn("score of a conversation", "\n".join(found.failures))

    def spoil_comparison(self, path):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        rows[0]["difference"] = str(float(rows[0]["difference"]) + 1e-6)
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)

    def spoil_claim(self, path):
        with open(path, encoding="utf-8") as file:
            claims = json.load(file)
        one = next(claim for claim in claims["claims"] if claim["p"] is not None and claim["target"] is None
                   and ":" not in claim["metric"])
        one["effect"] += 1e-6
        with open(path, "w", encoding="utf-8") as file:
            json.dump(claims, file)


if __name__ == "__main__":
    cases.main()
