"""README's words about kept results, made of the kept report: `python3 tests/documents/published_results.py` rewrites
them, and //tests/documents asks that they are what it would write.
"""

import pathlib
import re
import sys
import typing

SCRIPT = "tests/documents/published_results.py"


class Kept(typing.NamedTuple):
    """Which part of a kept report README tells: scores, and differences to some rows, each in one metric."""

    report: str
    scores: tuple
    against: tuple  # (row, metric) pairs
    published: bool = False  # whether rows of others are shown

    @property
    def begin(self):
        return f"<!-- Made of {self.report} by {SCRIPT}. -->"


ALL = (
    Kept("results/published/table1/report.md", ("NDCG@10",), (("SFT", "NDCG@10"), ("GRPO", "NDCG@10"))),
    Kept(
        "results/published/beauty/report.md",
        ("Recall@10", "NDCG@10"),
        (
            ("SFT (constraint catalogue_no_repeats)", "NDCG@10"),
            ("GRPO", "NDCG@10"),
            ("Neighbours (counted)", "Recall@10"),
        ),
    ),
)
END = "<!-- End of what is made. -->"


def part(report, heading):
    """The text under a heading of the second level."""
    return report.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def table(report, heading):
    """The first Markdown table under a heading, as a list of {column: cell}."""
    lines = [line for line in part(report, heading).split("\n") if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [dict(zip(cells[0], row)) for row in cells[2:]]


def plain(cell):
    return cell.replace("**", "").replace("\\", "")


def difference(pairs, left, right, metric):
    """ "+0.0578 [+0.0478, +0.0677], better" of a pair of arms; empty where they are not compared in this metric."""
    for pair in pairs:
        if plain(pair["Left against right"]) == f"{left} against {right}" and plain(pair["Metric"]) == metric:
            interval = next(plain(cell) for column, cell in pair.items() if "%" in column or column.startswith("Interval"))
            return f"{plain(pair['Difference'])} {interval}, {plain(pair['Left is'])}"
    return ""


def heading(kept):
    """ "against SFT" where one metric is told, else "against SFT (NDCG@10)"."""
    told = [row if len(kept.scores) == 1 else f"{row} ({metric})" for row, metric in kept.against]
    return ["", *kept.scores, *(f"against {one}" for one in told)]


def block(kept, report):
    """README's lines, markers included."""
    title = plain(re.match(r"# (.*)", report)[1])
    pairs = table(report, "Comparisons")
    columns = heading(kept)
    lines = [kept.begin, f"{title}:", "", "| " + " | ".join(columns).lstrip() + " |", "|" + "---|" * len(columns)]
    for row in table(report, "Results"):
        if plain(row["Seeds"]) == "published" and not kept.published:
            continue
        name = plain(row["Arm"])
        scores = [next(plain(cell) for column, cell in row.items() if plain(column).split()[0] == metric)
                  for metric in kept.scores]
        differences = [difference(pairs, name, other, metric) for other, metric in kept.against]
        lines.append("| " + " | ".join([name, *scores, *differences]) + " |")
    lines += ["", f"Its claims: {part(report, 'Claims').strip().splitlines()[0]}", END]
    return "\n".join(lines)


def place(kept, readme):
    """Where the block begins and ends; (-1, -1) where README has none."""
    begin = readme.find(kept.begin)
    end = readme.find(END, begin)
    return (begin, end + len(END)) if begin >= 0 and end >= 0 else (-1, -1)


def breaches(kept, readme, report):
    """[] where README says what the report says."""
    begin, end = place(kept, readme)
    if begin < 0:
        return [f"README.md: no part between {kept.begin} and {END}"]
    if readme[begin:end] != block(kept, report):
        return [f"README.md: not what {kept.report} says; python3 {SCRIPT} writes it anew"]
    return []


def rewrite(root):
    path = root / "README.md"
    readme = path.read_text(encoding="utf-8")
    for kept in ALL:
        begin, end = place(kept, readme)
        readme = readme[:begin] + block(kept, (root / kept.report).read_text(encoding="utf-8")) + readme[end:]
    path.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    rewrite(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))
