#!/usr/bin/env python3
"""reports/read_run.py gives the numbers that the suite's own reports print of the same runs."""

import csv
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path += ["tests/house", "reports"]
import cases

UNPACK = sys.argv.pop(1)
KEPT = pathlib.Path("results/published/quickstart")
MISSING = [name for name in ("h5py", "pandas", "tomllib") if importlib.util.find_spec(name) is None]


@unittest.skipIf(MISSING, f"Python lacks {', '.join(MISSING)}")
class ReadRun(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        from read_run import read_runs
        cls.scratch = tempfile.TemporaryDirectory()
        subprocess.run([UNPACK, f"--out={cls.scratch.name}", str(KEPT)], check=True, stdout=subprocess.DEVNULL)
        cls.runs = read_runs(cls.scratch.name)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_every_run_is_read(self):
        kept = {path.name.removesuffix(".h5.gz") for path in KEPT.glob("*.h5.gz")} - {"shared"}
        self.assertEqual({run.name for run in self.runs}, kept)
        for run in self.runs:
            self.assertEqual(run.status, "done")
            self.assertGreater(float(run.summary["wall_s"]), 0)
            self.assertEqual(list(run.series.step), list(range(1, run.setting("rl.steps") + 1)))

    def test_means_are_those_of_the_table(self):
        with open(KEPT / "table.csv", newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["metric"] == "ndcg@10"]
        checked = 0
        for row in rows:
            step = 0 if row["row"] == "SFT" else None
            means = []
            for run in self.runs:
                if run.name in row["runs"].split():
                    test = run.scores[run.scores.split == "test"]
                    means.append(test[test.step == (test.step.max() if step is None else step)]["ndcg@10"].mean())
            self.assertAlmostEqual(sum(means) / len(means), float(row["mean"]), places=6)
            checked += 1
        self.assertGreater(checked, 3)

    def test_answers_carry_their_lines(self):
        answers = self.runs[0].answers
        self.assertLessEqual(set(answers.when), {"start", "end", "last rollout"})
        hits = answers[(answers.when == "end") & (answers.verdict == "hit")]
        self.assertTrue(len(hits))
        self.assertTrue(all(hits.text.str.len() > 0))

    def test_what_is_no_run_is_refused(self):
        import h5py
        from read_run import read_run
        path = pathlib.Path(self.scratch.name) / "other.h5"
        with h5py.File(path, "w") as other:
            other.attrs["format"] = "another"
        with self.assertRaisesRegex(ValueError, "no run of the suite; format 'another'"):
            read_run(path)


if __name__ == "__main__":
    cases.main()
