"""Lays Arrow C++'s headers and library, as the pyarrow wheel carries them, into the current folder.

Looks, in this order, at PYARROW_ROOT (the `pyarrow` folder of an installation), at the pyarrow of this Python
(found without importing it), and last at the hash-pinned wheel of REQUIREMENTS, which pip downloads.

usage: fetch_arrow.py REQUIREMENTS
"""

import glob
import importlib.util
import os
import re
import subprocess
import sys
import zipfile

VERSION = "21.0.0"

# The wheel is chosen by explicit tags, so that any Python that has pip can fetch it.
TAGS = [
    "--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--platform", "manylinux_2_28_x86_64"
]


def installed_version(root):
    """Version of the installation at `root` by its headers, or None."""
    try:
        with open(os.path.join(root, "include", "arrow", "util", "config.h"), encoding="utf-8") as f:
            found = re.search(r'ARROW_VERSION_STRING "([^"]+)"', f.read())
    except OSError:
        return None
    return found.group(1) if found else None


def installed_root():
    """The `pyarrow` folder to link to, or None when the wheel has to be downloaded."""
    named = os.environ.get("PYARROW_ROOT")
    if named:
        version = installed_version(named)
        if version != VERSION:
            sys.exit(f"PYARROW_ROOT={named}: found {'Arrow ' + version if version else 'no Arrow'}, need {VERSION}. "
                     "Unset PYARROW_ROOT to let the build fetch the pinned version.")
        return os.path.abspath(named)
    spec = importlib.util.find_spec("pyarrow")
    if spec and spec.submodule_search_locations:
        root = list(spec.submodule_search_locations)[0]
        if installed_version(root) == VERSION and glob.glob(os.path.join(root, "libarrow.so.*")):
            return root
    return None


def link_installed(root):
    os.symlink(os.path.join(root, "include"), "include")
    os.makedirs("lib")
    for path in glob.glob(os.path.join(root, "libarrow.so.*")):
        os.symlink(path, os.path.join("lib", os.path.basename(path)))


def python_with_pip():
    """This Python, else the system's."""
    for python in [sys.executable, "/usr/bin/python3"]:
        if subprocess.run([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0:
            return python
    sys.exit("No pip to download Arrow with. Install it (Debian: python3-pip), or give the build an installed "
             f"pyarrow {VERSION}: PYARROW_ROOT=/path/to/site-packages/pyarrow")


def download(requirements):
    command = [python_with_pip(), "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    if subprocess.run(command + TAGS + ["-d", "wheels", "-r", requirements]).returncode:
        sys.exit(f"Cannot download pyarrow {VERSION}. Give the build an installed one: "
                 "PYARROW_ROOT=/path/to/site-packages/pyarrow")


def unpack_wheel():
    wheel = os.path.join("wheels", os.listdir("wheels")[0])
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            target = None
            if member.startswith("pyarrow/include/arrow/") and not member.endswith("/"):
                target = member[len("pyarrow/"):]
            elif re.fullmatch(r"pyarrow/libarrow\.so\.\d+", member):
                target = os.path.join("lib", os.path.basename(member))
            if target:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as out:
                    out.write(archive.read(member))
    os.remove(wheel)
    os.rmdir("wheels")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = installed_root()
    if root:
        link_installed(root)
    else:
        download(sys.argv[1])
        unpack_wheel()


if __name__ == "__main__":
    main()
