"""Lays LibTorch's headers and libraries into the current folder as include/ and lib/.

Looks, in this order, at TORCH_ROOT (the `torch` folder of an installation), at the torch of this Python
(found without importing it), and last at the hash-pinned wheels of REQUIREMENTS, which pip downloads.
With --cuda it lays only what the CPU part lacks: the CUDA libraries, what they load, and nccl.h.

usage: fetch_libtorch.py [--cuda] REQUIREMENTS
"""

import argparse
import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile

VERSION = "2.11.0"

# Patterns of an installation's or a wheel's members and the folder each is laid into.
CPU_FILES = {
    "torch/lib/libc10.so": "lib",
    "torch/lib/libtorch_cpu.so": "lib",
    "torch/lib/libgomp*": "lib",
    "nvidia/*/lib/libcudart.so.*": "lib",
    "nvidia/*/lib/libcupti.so.*": "lib",
}

CUDA_FILES = {
    "torch/lib/libc10_cuda.so": "lib",
    "torch/lib/libtorch_cuda*.so": "lib",
    "torch/lib/libtorch_nvshmem.so": "lib",
    "torch/lib/libcaffe2_nvrtc.so": "lib",
    "nvidia/*/lib/lib*.so.*": "lib",
    "nvidia/nccl/include/nccl.h": "include",
}

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
            sys.exit(f"TORCH_ROOT={named}: found {'torch ' + version if version else 'no torch'}, need {VERSION}. "
                     "Unset TORCH_ROOT to let the build fetch the pinned version.")
        return os.path.abspath(named)
    spec = importlib.util.find_spec("torch")
    if spec and spec.submodule_search_locations:
        root = list(spec.submodule_search_locations)[0]
        if installed_version(root) == VERSION:
            return root
    return None


def link_installed(root, files):
    for pattern, folder in files.items():
        for path in glob.glob(os.path.join(os.path.dirname(root), pattern)):
            os.makedirs(folder, exist_ok=True)
            target = os.path.join(folder, os.path.basename(path))
            if not os.path.lexists(target):
                os.symlink(path, target)


def require_cuda(root):
    if not os.path.exists(os.path.join(root, "lib", "libtorch_cuda.so")):
        sys.exit(f"{root}: this torch is a CPU build, --config=cuda needs a CUDA build of {VERSION}. Name one with "
                 "TORCH_ROOT, or name with PYTHON a python3 that has no torch, to let the build fetch it.")


def python_with_pip():
    """This Python, else the system's: only pip is needed of it, the wheels are chosen by explicit tags."""
    for python in [sys.executable, "/usr/bin/python3"]:
        if subprocess.run([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0:
            return python
    sys.exit("No pip to download LibTorch with. Install it (Debian: python3-pip), or give the build an installed "
             f"torch {VERSION}: TORCH_ROOT=/path/to/site-packages/torch")


def download(requirements):
    command = [
        python_with_pip(), "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--only-binary=:all:",
        "--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--abi", "none"
    ]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    if subprocess.run(command + ["-d", "wheels", "-r", requirements]).returncode:
        sys.exit(f"Cannot download torch {VERSION}. Give the build an installed one: "
                 "TORCH_ROOT=/path/to/site-packages/torch")


def target_of(member, files, with_headers):
    """Where a wheel's member goes, or None if it stays in the wheel."""
    if with_headers and member.startswith("torch/include/") and not member.endswith("/"):
        return member[len("torch/"):]
    for pattern, folder in files.items():
        if re.fullmatch(pattern.replace(".", r"\.").replace("*", "[^/]*"), member):
            return os.path.join(folder, os.path.basename(member))
    return None


def unpack_wheels(files, with_headers):
    for wheel in sorted(os.listdir("wheels")):
        path = os.path.join("wheels", wheel)
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                target = target_of(member, files, with_headers)
                if target:
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    with archive.open(member) as source, open(target, "wb") as out:
                        shutil.copyfileobj(source, out, 1 << 24)
        os.remove(path)
    os.rmdir("wheels")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuda", action="store_true")
    parser.add_argument("requirements")
    arguments = parser.parse_args()
    files = CUDA_FILES if arguments.cuda else CPU_FILES
    root = installed_root()
    if not root:
        download(arguments.requirements)
        unpack_wheels(files, with_headers=not arguments.cuda)
        return
    if arguments.cuda:
        require_cuda(root)
    else:
        os.symlink(os.path.join(root, "include"), "include")
    link_installed(root, files)


if __name__ == "__main__":
    main()
