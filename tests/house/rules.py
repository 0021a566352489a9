"""The conventions that a test holds. Each rule takes a Tree and gives its breaches, one line each; [] is good.

Where a rule names a folder, everything below the folder is meant too.
"""

import graphlib
import os
import pathlib
import re
import subprocess
import tempfile

# Who may include and depend on whom. A folder named before one that holds it comes first.
MAY_USE = {
    "base": [],
    "algorithms": ["base"],
    "datasets": ["base"],
    "models": ["base"],
    "harness/metrics": ["base"],
    "harness": ["base", "algorithms", "datasets", "models", "harness/metrics"],
    "reports": ["base", "harness/metrics"],
    "experiments": ["base", "harness", "harness/metrics", "reports"],
    "tests": ["base", "algorithms", "datasets", "models", "harness/metrics", "harness", "reports", "experiments"],
}
PILLARS = ["algorithms", "base", "datasets", "experiments", "harness", "models", "reports"]

WITHOUT_LIBTORCH = ("base/", "datasets/", "harness/metrics/", "reports/", "models/tokenizer/")
LIBTORCH = r"(ATen|torch|c10|caffe2)/.*"
IMPURE = r"fstream|filesystem|chrono|ctime|time\.h|base/files\.h|(.*/)?cuda.*"

# Headers that are not ours, and the beginnings of labels of which any brings them.
EXTERNAL = {
    r"(gtest|gmock)/.*": ["//third_party/googletest"],
    r"benchmark/.*": ["//third_party/google_benchmark"],
    r"nlohmann/.*": ["//third_party/nlohmann_json"],
    r"toml\+\+/.*": ["//third_party/tomlplusplus"],
    r"boost/.*": ["//third_party/boost"],
    r"openssl/.*": ["//third_party/openssl"],
    r"unicode/.*": ["//third_party/icu"],
    r"pcre2\.h": ["//third_party/pcre2"],
    r"zlib\.h": ["//third_party/zlib"],
    r"curl/.*": ["//third_party/curl"],
    r"arrow/.*": ["@arrow"],
    r"gloo/.*": ["//third_party/gloo_declarations"],
    r"(hdf5|H5[A-Za-z]*).*\.h": ["@hdf5"],
    r"c10/cuda/.*|nccl\.h": ["@libtorch_cuda"],
    LIBTORCH: ["@libtorch"],
    r"cuda[^/]*": ["@cuda_toolkit", "@libtorch_cuda"],
}

LOOSE_FILES = 12
COLUMNS = 120
CLANG_FORMAT = "14"  # another version breaks lines elsewhere
UNCLEAR = r"(?<!tests/)\b(house|roof|stranger)s?\b|\bgone on with\b"


def _arrow_breach(user_path, used_path):
    """Empty if the first file may use the second."""
    def holder(path):
        return next((folder for folder in MAY_USE if path.startswith(folder + "/")), None)

    user, used = holder(user_path), holder(used_path)
    if used is None or user == used:
        return ""
    if user is None:
        return f"nothing outside {', '.join(MAY_USE)} may use {used}"
    allowed = MAY_USE[user]
    return "" if used in allowed else f"{user} may not use {used}; allowed: {' '.join(allowed) or 'nothing'}"


def wrong_arrows(tree):
    """Includes and dependencies against MAY_USE; LibTorch where it must not be; clocks and files in algorithms."""
    def include_breach(path, header, quoted):
        if quoted and (breach := _arrow_breach(path, header)):
            return breach
        if path.startswith(WITHOUT_LIBTORCH) and re.fullmatch(LIBTORCH, header):
            return "LibTorch may not be used here"
        if path.startswith("algorithms/") and path not in of_tests and re.fullmatch(IMPURE, header):
            return "algorithms are pure functions of tensors: no files, clocks or CUDA"
        return ""

    def dep_breach(label, dep):
        if not dep.startswith("@"):
            return _arrow_breach(label[2:].replace(":", "/"), dep[2:].replace(":", "/"))
        without = label[2:].replace(":", "/").startswith(WITHOUT_LIBTORCH)
        return "LibTorch may not be used here" if without and dep.startswith("@libtorch") else ""

    of_tests = tree.of_tests()
    return [f"{path}:{line}: includes {header}: {breach}" for path in tree.sources()
            for line, header, quoted in tree.includes(path) if (breach := include_breach(path, header, quoted))] + [
                f"{label}: depends on {dep}: {breach}" for label, target in sorted(tree.targets.items())
                for dep in sorted(target.deps) if (breach := dep_breach(label, dep))]


def undeclared_includes(tree):
    """Includes of headers that neither the target itself nor a direct dependency brings (gcc finds the headers of
    indirect ones too, and Debian's packages lie on its default path), and files that no target owns."""
    def brings(label, header):
        dep = tree.targets.get(label)
        if dep is None:
            return False
        return header in dep.headers or dep.rule == "alias" and any(brings(actual, header) for actual in dep.deps)

    def remedy(target, header, quoted):
        if quoted and header in tree.files:
            if header in target.sources | target.headers or any(brings(dep, header) for dep in target.deps):
                return ""
            owners = [label for label, owner in tree.targets.items() if header in owner.headers]
            return f"add {owners[0]}" if owners else "no target has it in hdrs"
        for pattern, labels in EXTERNAL.items():
            if re.fullmatch(pattern, header):
                brought = any(dep.startswith(tuple(labels)) for dep in target.deps)
                return "" if brought else f"add a target of {labels[0]}"
        return "there is no such file" if quoted else ""  # else the standard library or the system

    breaches, owned = [], set()
    for label, target in sorted(tree.targets.items()):
        owned |= target.sources | target.headers
        for path in sorted((target.sources | target.headers) & set(tree.sources())):
            if not path.startswith("third_party/"):
                breaches += [f"{path}:{line}: includes {header}, which no direct dependency of {label} brings; {fix}"
                             for line, header, quoted in tree.includes(path) if (fix := remedy(target, header, quoted))]
    return breaches + [f"{path}: no target of a BUILD file owns it" for path in tree.sources()
                       if path not in owned and not path.startswith("third_party/")]


def loose_files(tree):
    """More than LOOSE_FILES files, BUILD not counted, directly in a pillar whose files have rooms."""
    breaches = []
    for pillar in ("datasets", "harness", "models", "reports"):
        loose = [path for path in tree.files if os.path.dirname(path) == pillar and not path.endswith("/BUILD")]
        if len(loose) > LOOSE_FILES:
            breaches.append(f"{pillar}: {len(loose)} files outside any room, at most {LOOSE_FILES} may be")
    return breaches


def room_cycles(tree):
    """Folders of a pillar that include each other in a circle; tests, which may look anywhere, left out."""
    of_tests, breaches = tree.of_tests(), []
    for pillar in PILLARS:
        used = {}
        for path in tree.sources():
            if path.startswith(pillar + "/") and path not in of_tests:
                for _, header, quoted in tree.includes(path):
                    if quoted and header.startswith(pillar + "/") and os.path.dirname(header) != os.path.dirname(path):
                        used.setdefault(os.path.dirname(path), set()).add(os.path.dirname(header))
        try:
            graphlib.TopologicalSorter(used).prepare()
        except graphlib.CycleError as error:
            breaches.append("folders include each other in a circle: " + " <- ".join(error.args[1]))
    return breaches


def unclear_words(tree):
    """Words that mean something only to who built this, in comments and documents."""
    def prose(path, line):
        if path.endswith(".md"):
            return line
        mark = "//" if path.endswith((".h", ".cc", ".cu", ".cuh")) else "#"
        return line[line.index(mark):] if mark in line else ""

    return [f"{path}:{number}: {match[0]!r} says nothing to an outsider" for path, text in sorted(tree.files.items())
            if not path.startswith("tests/house/") for number, line in enumerate(text.split("\n"), 1)
            if (match := re.search(UNCLEAR, prose(path, line), re.IGNORECASE))]


def long_comments(tree):
    """Comments that reach beyond the column where clang-format, which leaves comments as they are, would break."""
    return [f"{path}:{number}: a comment of {len(line)} columns; {COLUMNS} at most"
            for path, text in sorted(tree.files.items()) if path.endswith((".h", ".cc", ".cu", ".cuh"))
            for number, line in enumerate(text.split("\n"), 1)
            if len(line) > COLUMNS and line.lstrip().startswith("//")]


def unformatted(tree):
    """C++ and CUDA files that clang-format would change."""
    def version(name):
        try:
            return subprocess.run([name, "--version"], capture_output=True, text=True).stdout
        except FileNotFoundError:
            return ""

    names = [name for name in ("clang-format-14", "clang-format") if f"version {CLANG_FORMAT}." in version(name)]
    if not names:
        return [f"no clang-format of version {CLANG_FORMAT} here to check with"]
    with tempfile.TemporaryDirectory() as root:
        for path in [*tree.sources(), ".clang-format"]:
            copy = pathlib.Path(root, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(tree.files[path])
        told = subprocess.run([names[0], "--style=file", "--dry-run", "-Werror", *tree.sources()], cwd=root,
                              capture_output=True, text=True).stderr
    return sorted({f"{line.split(':')[0]}: run {names[0]} -i" for line in told.split("\n") if "error:" in line})
