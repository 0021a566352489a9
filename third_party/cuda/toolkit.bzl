"""The CUDA toolkit of the machine as @cuda_toolkit: its headers, and nvcc."""

_DEFAULT_ROOT = "/usr/local/cuda"

# The wheels of requirements-cuda.txt carry CUDA 13; objects made by another major version do not link with them.
_MAJOR = 13

_BUILD = """
load("@rules_cc//cc:defs.bzl", "cc_library")

# One header stands for all: `includes` become -isystem, where Bazel does not ask for each header by name.
cc_library(
    name = "headers",
    hdrs = ["include/cuda_runtime.h"],
    includes = ["include"],
    visibility = ["//visibility:public"],
)

exports_files(["nvcc"])
"""

def _major_version(rctx, root):
    """First number of `#define CUDART_VERSION 13000` / 1000."""
    for line in rctx.read(root.get_child("include").get_child("cuda_runtime_api.h")).splitlines():
        if line.startswith("#define CUDART_VERSION"):
            return int(line.split(" ")[-1].strip()) // 1000
    return 0

def _cuda_toolkit_impl(rctx):
    named = rctx.os.environ.get("CUDA_HOME") or _DEFAULT_ROOT
    root = rctx.path(named)
    if not root.get_child("bin").get_child("nvcc").exists:
        fail("--config=cuda needs the CUDA toolkit: no bin/nvcc in %s. Set CUDA_HOME to a toolkit of CUDA %d." %
             (named, _MAJOR))
    major = _major_version(rctx, root)
    if major != _MAJOR:
        fail("CUDA toolkit in %s: found CUDA %d, need %d, the version of the pinned torch." % (named, major, _MAJOR))
    rctx.symlink(root.get_child("include"), "include")
    rctx.file("nvcc", "#!/bin/sh\nexec '%s/bin/nvcc' \"$@\"\n" % root, executable = True)
    rctx.file("BUILD", _BUILD)

cuda_toolkit_repository = repository_rule(
    implementation = _cuda_toolkit_impl,
    doc = "Headers and nvcc of the toolkit in CUDA_HOME, else in the toolkit's default place.",
    environ = ["CUDA_HOME"],
    local = True,
)
