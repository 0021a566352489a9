"""README's words about kept results, made of the kept report: `python3 tests/documents/published_results.py` rewrites
them, and //tests/documents asks that they are what it would write.
"""

import pathlib
import re
import sys

REPORT = "results/published/table1/report.md"
METRIC = "NDCG@10"
BEGIN = f"<!-- Made of {REPORT} by tests/documents/published_results.py. -->"
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


def difference(pairs, left, right):
    """ "+0.0578 [+0.0478, +0.0677], better" of a pair of arms; empty where they are not compared."""
    for pair in pairs:
        if plain(pair["Left against right"]) == f"{left} against {right}" and plain(pair["Metric"]) == METRIC:
            interval = next(plain(cell) for column, cell in pair.items() if "%" in column or column.startswith("Interval"))
            return f"{plain(pair['Difference'])} {interval}, {plain(pair['Left is'])}"
    return ""


def block(report):
    """README's lines, markers included."""
    title = plain(re.match(r"# (.*)", report)[1])
    pairs = table(report, "Comparisons")
    lines = [BEGIN, f"{title}:", "", f"| | {METRIC} | against SFT | against GRPO |", "|---|---|---|---|"]
    for row in table(report, "Results"):
        if plain(row["Seeds"]) == "published":
            continue
        name = plain(row["Arm"])
        score = next(plain(cell) for column, cell in row.items() if plain(column).startswith(METRIC))
        lines.append(f"| {name} | {score} | {difference(pairs, name, 'SFT')} | {difference(pairs, name, 'GRPO')} |")
    lines += ["", f"Its claims: {part(report, 'Claims').strip().splitlines()[0]}", END]
    return "\n".join(lines)


def breaches(readme, report):
    """[] where README says what the report says."""
    begin, end = readme.find(BEGIN), readme.find(END)
    if begin < 0 or end < begin:
        return [f"README.md: no part between {BEGIN} and {END}"]
    if readme[begin:end + len(END)] != block(report):
        return [f"README.md: not what {REPORT} says; python3 tests/documents/published_results.py writes it anew"]
    return []


def rewrite(root):
    path = root / "README.md"
    readme = path.read_text(encoding="utf-8")
    begin, end = readme.index(BEGIN), readme.index(END) + len(END)
    path.write_text(readme[:begin] + block((root / REPORT).read_text(encoding="utf-8")) + readme[end:], encoding="utf-8")


if __name__ == "__main__":
    rewrite(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))
