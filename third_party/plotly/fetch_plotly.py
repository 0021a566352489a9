"""Lays plotly.js, as the plotly wheel carries it, into the current folder.

Looks, in this order, at PLOTLY_ROOT (the `plotly` folder of an installation), at the plotly of this Python (found
without importing it), and last at the hash-pinned wheel of REQUIREMENTS, which pip downloads. The file's own SHA-256 is
checked in every case, so that all of them give the same page.

usage: fetch_plotly.py REQUIREMENTS
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile

VERSION = "6.3.0"
MEMBER = "package_data/plotly.min.js"
SHA256 = "122e3be346d66616944d0b83eaaf7242581508c3c1cfa0995a17af0d83eff770"

WITHOUT = "Or build reports without it: --define=plotly=none"


def is_ours(data):
    return hashlib.sha256(data).hexdigest() == SHA256


def read(root):
    try:
        with open(os.path.join(root, MEMBER), "rb") as f:
            return f.read()
    except OSError:
        return None


def installed():
    """The bytes of an installed plotly.js of the pinned version, or None when the wheel has to be downloaded."""
    named = os.environ.get("PLOTLY_ROOT")
    if named:
        data = read(named)
        if not data or not is_ours(data):
            sys.exit(f"PLOTLY_ROOT={named}: {'another' if data else 'no'} {MEMBER}, need that of plotly {VERSION}. "
                     "Unset PLOTLY_ROOT to let the build fetch the pinned version.")
        return data
    spec = importlib.util.find_spec("plotly")
    if spec and spec.submodule_search_locations:
        data = read(list(spec.submodule_search_locations)[0])
        if data and is_ours(data):
            return data
    return None


def python_with_pip():
    """This Python, else the system's."""
    for python in [sys.executable, "/usr/bin/python3"]:
        if subprocess.run([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0:
            return python
    sys.exit("No pip to download plotly with. Install it (Debian: python3-pip), or give the build an installed "
             f"plotly {VERSION}: PLOTLY_ROOT=/path/to/site-packages/plotly. {WITHOUT}")


def download(requirements):
    command = [python_with_pip(), "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    if subprocess.run(command + ["-d", "wheels", "-r", requirements]).returncode:
        sys.exit(f"Cannot download plotly {VERSION}. Give the build an installed one: "
                 f"PLOTLY_ROOT=/path/to/site-packages/plotly. {WITHOUT}")
    wheel = os.path.join("wheels", os.listdir("wheels")[0])
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read("plotly/" + MEMBER)
    os.remove(wheel)
    os.rmdir("wheels")
    if not is_ours(data):
        sys.exit(f"The wheel of plotly {VERSION} holds another {MEMBER} than expected.")
    return data


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    data = installed() or download(sys.argv[1])
    with open("plotly.min.js", "wb") as out:
        out.write(data)


if __name__ == "__main__":
    main()
