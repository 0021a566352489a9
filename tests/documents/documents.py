"""What README.md and docs/claims.md say about the tree, held against it. Each rule gives its breaches, [] is good.

`files` are those of tests/house/tree.py: path -> text.
"""

import os
import re
import tomllib

ROAD = "### One conversation, from data set to table cell"

# 3. [harness/a.cc](harness/a.cc) `Function` makes tokens of a `Conversation` for [harness/b.cc](harness/b.cc): ...
_STEP = re.compile(r"\[(\S+)\]\(\1\) `(\w+)` [^`\[]*`([^`]+)`.*?\[(\S+)\]\(\4\):")
_MENTION = re.compile(r"\[(\S+)\]\(\1\) `(\w+)`")


def section(text, heading):
    """The lines between a heading and the next of its level or above."""
    level = heading.index(" ")
    return re.split(rf"^#{{1,{level}}} ", text.partition(heading + "\n")[2], flags=re.MULTILINE)[0]


def items(text):
    """The numbered entries of a Markdown list, each as one line: {1: "...", 2: "..."}."""
    parts = re.split(r"^(\d+)\. ", text, flags=re.MULTILINE)[1:]
    return {int(number): " ".join(entry.split("\n\n")[0].split()) for number, entry in zip(parts[::2], parts[1::2])}


def broken_links(files):
    """Links of a document to a file or folder that is not in the tree."""
    folders = {os.path.dirname(path) for path in files}
    breaches = []
    for document, text in sorted(files.items()):
        if document.endswith(".md"):
            for target in re.findall(r"\]\(([^)#\s]+)", text):
                path = os.path.normpath(os.path.join(os.path.dirname(document), target))
                if not (path in files or path in folders or "://" in target or path.startswith("results/")):
                    breaches.append(f"{document}: no file {target}")
    return breaches


def unlisted_claims(files):
    """A [[claim]] of an experiment with a number that docs/claims.md does not list, and a claim there whose
    `Tested by` names other experiments than those that test it."""
    tested = {}
    for path, text in files.items():
        if match := re.fullmatch(r"experiments/(\w+)\.toml", path):
            for claim in tomllib.loads(text).get("claim", []):
                tested.setdefault(claim["number"], set()).add(match[1])
    listed = {number: set(re.findall(r"`(\w+)`", entry.partition("Tested by")[2]))
              for number, entry in items(section(files["docs/claims.md"], "## Claims")).items()}
    return [f"claim {number}: docs/claims.md names {sorted(listed.get(number, []))}, "
            f"tested by {sorted(tested.get(number, []))}"
            for number in sorted(listed.keys() | tested.keys()) if listed.get(number) != tested.get(number)]


def code_of(files, path):
    """The code of a source, its header and its .cc together, without comments and includes."""
    stem = os.path.splitext(path)[0]
    text = "\n".join(files.get(stem + ending, "") for ending in (".h", ".cc"))
    return re.sub(r"//.*|^#include.*", "", text, flags=re.MULTILINE)


def names(code, words):
    return re.search(r"(?<!\w)" + re.escape(words) + r"(?!\w)", code) is not None


def calls(files, path, function):
    """Whether the file itself, not its header, calls the function."""
    return re.search(rf"^ +.*\b{function}\(", code_of({path: files.get(path, "")}, path), re.MULTILINE) is not None


def defines(files, path, function):
    """Whether the file itself has the function's body: a type, the name, parameters, a brace."""
    definition = rf"^ *(?!(?:return|if|else|for|while)\b)[\w:<>&*, ]+[ :&*]{function}\([^;{{}}]*\)[^;{{}}]*{{"
    return re.search(definition, code_of({path: files.get(path, "")}, path), re.MULTILINE) is not None


def broken_road(files):
    """Steps of README's reading road that the code does not take. Of each must hold: its file defines the function; the
    caller calls it; what it works on is named where the step before stands, and by the caller or the step's own file.
    Every further function of a step is defined in its file, and called in one of the step's files."""
    entries, breaches, before = items(section(files["README.md"], ROAD)), [], None
    for number, entry in entries.items():
        step = _STEP.match(entry)
        if step is None:
            breaches.append(f"step {number}: not of the form [FILE](FILE) `Function` ... `What` ... [CALLER](CALLER):")
            continue
        file, function, what, caller = step.groups()
        mentions = _MENTION.findall(entry)
        holds = {
            f"{caller} does not call {function}": calls(files, caller, function),
            f"neither {file} nor {caller} names {what}": names(code_of(files, file) + code_of(files, caller), what),
            f"{before} does not name {what}": before is None or names(code_of(files, before), what),
        }
        for path, name in mentions:
            holds[f"{path} does not define {name}"] = defines(files, path, name)
            holds[f"no file of the step calls {name}"] = name == function or any(
                calls(files, other, name) for other in [caller, *(path for path, _ in mentions)])
        breaches += [f"step {number}: {complaint}" for complaint, true in holds.items() if not true]
        before = file
    return breaches if entries else [f"README.md has no list under '{ROAD}'"]
