"""Lays LibTorch's headers and CPU libraries into the current folder as include/ and lib/.

Looks, in this order, at TORCH_ROOT (the `torch` folder of an installation), at the torch of this Python
(found without importing it), and last at the hash-pinned wheels of requirements.txt, which pip downloads.

usage: fetch_libtorch.py REQUIREMENTS [--cuda]
"""

import argparse
import glob
import importlib.util
import os
import re
import subprocess
import sys
import zipfile

VERSION = "2.11.0"

CPU_LIBRARIES = [
    "torch/lib/libc10.so",
    "torch/lib/libtorch_cpu.so",
    "torch/lib/libgomp*",
    "nvidia/*/lib/libcudart.so.*",
    "nvidia/*/lib/libcupti.so.*",
]

PLATFORMS = [
    "manylinux_2_28_x86_64",
    "manylinux_2_27_x86_64",
    "manylinux_2_25_x86_64",
    "manylinux_2_18_x86_64",
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
]


def installed_version(root):
    """Version of the installation at `root` without its local part (`2.11.0+cpu` gives `2.11.0`), or None."""
    try:
        with open(os.path.join(root, "version.py"), encoding="utf-8") as f:
            found = re.search(r"__version__\s*=\s*['\"]([^'\"+]+)", f.read())
    except OSError:
        return None
    return found.group(1) if found else None


def installed_root():
    """The `torch` folder to link to, or None when the wheels have to be downloaded."""
    named = os.environ.get("TORCH_ROOT")
    if named:
        version = installed_version(named)
        if version != VERSION:
            sys.exit(f"TORCH_ROOT={named}: found torch {version}, need {VERSION}. "
                     "Unset TORCH_ROOT to let the build fetch the pinned version.")
        return named
    spec = importlib.util.find_spec("torch")
    if spec and spec.submodule_search_locations:
        root = list(spec.submodule_search_locations)[0]
        if installed_version(root) == VERSION:
            return root
    return None


def link_installed(root, libraries):
    os.symlink(os.path.join(root, "include"), "include")
    os.makedirs("lib")
    for pattern in libraries:
        for path in glob.glob(os.path.join(os.path.dirname(root), pattern)):
            os.symlink(path, os.path.join("lib", os.path.basename(path)))


def download(requirements):
    command = [
        sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--only-binary=:all:",
        "--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--abi", "none"
    ]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    if subprocess.run(command + ["-d", "wheels", "-r", requirements]).returncode:
        sys.exit(f"Cannot download torch {VERSION}. Give the build an installed one: "
                 "TORCH_ROOT=/path/to/site-packages/torch ./bazelw ...")


def matches(name, patterns):
    return any(re.fullmatch(p.replace(".", r"\.").replace("*", "[^/]*"), name) for p in patterns)


def unpack_wheels(libraries):
    os.makedirs("lib")
    for wheel in sorted(os.listdir("wheels")):
        path = os.path.join("wheels", wheel)
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.startswith("torch/include/") and not member.endswith("/"):
                    target = member[len("torch/"):]
                elif matches(member, libraries):
                    target = os.path.join("lib", os.path.basename(member))
                else:
                    continue
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with archive.open(member) as source, open(target, "wb") as out:
                    while chunk := source.read(1 << 24):
                        out.write(chunk)
        os.remove(path)
    os.rmdir("wheels")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requirements")
    arguments = parser.parse_args()
    root = installed_root()
    if root:
        link_installed(root, CPU_LIBRARIES)
    else:
        download(arguments.requirements)
        unpack_wheels(CPU_LIBRARIES)


if __name__ == "__main__":
    main()
