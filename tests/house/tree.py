"""A checkout as its conventions see it: the text of its files, and the targets that `bazel query` tells of.

    tree = read_tree(root)
    tree.files["base/files.h"]           # its text
    tree.targets["//base:files"].headers  # {"base/files.h"}
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree

READ = {".h", ".cc", ".cu", ".cuh", ".bzl", ".toml", ".md", ".py", ".sh"}


@dataclasses.dataclass
class Target:
    rule: str  # "cc_library"
    sources: set = dataclasses.field(default_factory=set)  # paths
    headers: set = dataclasses.field(default_factory=set)  # paths
    deps: set = dataclasses.field(default_factory=set)  # labels, of all branches of a select
    testonly: bool = False  # a test, or marked so


@dataclasses.dataclass
class Tree:
    files: dict  # path -> text; empty for a file that no rule reads
    targets: dict  # label -> Target

    def sources(self):
        """Paths of C++ and CUDA files, in order."""
        return sorted(path for path in self.files if path.endswith((".h", ".cc", ".cu", ".cuh")))

    def includes(self, path):
        """(line number, what is included, whether in quotes) of every include of a file."""
        for number, line in enumerate(self.files[path].split("\n"), 1):
            if match := re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line):
                yield number, match[2], match[1] == '"'

    def of_tests(self):
        """Paths that only targets for tests own."""
        return {path for t in self.targets.values() if t.testonly for path in t.sources | t.headers}


def read_tree(root):
    files = read_files(root)
    # By name, because //... would walk into Bazel's own links too.
    folders = sorted({path.split("/")[0] for path in files if path.endswith("/BUILD")})
    return Tree(files, parse_targets(query(root, f"kind(rule, //:all + //{'/... + //'.join(folders)}/...)")))


def read_files(root):
    """Left out are links (Bazel's own), hidden folders, and the results of runs."""
    files = {}
    for folder, folders, names in os.walk(root):
        at_root = os.path.samefile(folder, root)
        folders[:] = [name for name in folders if name[0] != "." and not (at_root and name == "results")]
        for path in (pathlib.Path(folder, name) for name in names):
            if path.is_symlink():
                continue
            read = path.suffix in READ or path.name in ("BUILD", ".clang-format")
            files[path.relative_to(root).as_posix()] = path.read_text() if read else ""
    return files


def query(root, expression):
    """What `bazel query` tells, as XML. With folders of its own, because the Bazel that runs the test holds the
    lock of the usual ones. Needs no network: BUILD files load only the local stand-in rules_cc."""
    with tempfile.TemporaryDirectory() as scratch:
        bazel = [os.environ.get("BAZEL", "bazel"), "--batch", "--output_user_root=" + scratch]
        done = subprocess.run(bazel + ["query", "--noshow_progress", "--output=xml", expression],
                              cwd=root, capture_output=True, text=True)
        subprocess.run(["chmod", "-R", "u+w", scratch], check=True)  # Bazel unpacks itself write-protected
    if done.returncode != 0:
        raise RuntimeError("bazel query failed:\n" + done.stderr)
    return done.stdout


def parse_targets(xml_text):
    """From the XML of `bazel query --output=xml`."""
    targets = {}
    # The header says XML 1.1, which Python's parser does not know; what follows is plain.
    for rule in xml.etree.ElementTree.fromstring(xml_text[xml_text.index("<query"):]):
        def labels(*names):
            return {element.get("value") for attribute in rule if attribute.get("name") in names
                    for element in attribute.iter("label")}

        def paths(*names):
            return {label[2:].replace(":", "/").lstrip("/") for label in labels(*names) if label.startswith("//")}

        marks = {element.get("name") for element in rule.iter("boolean") if element.get("value") == "true"}
        targets[rule.get("name")] = Target(rule.get("class"), paths("srcs", "src"), paths("hdrs", "textual_hdrs"),
                                           labels("deps", "actual"),
                                           "testonly" in marks or rule.get("class").endswith("_test"))
    return targets
