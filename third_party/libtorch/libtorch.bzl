"""The repository rule that brings LibTorch: TORCH_ROOT, else an installed torch, else pinned wheels."""

_BUILD = """
load("@rules_cc//cc:defs.bzl", "cc_library")

# One header stands for all: `includes` become -isystem, where Bazel does not ask for each header by name.
cc_library(
    name = "torch",
    srcs = glob(["lib/*.so*"]),
    hdrs = ["include/torch/headeronly/version.h"],
    includes = ["include", "include/torch/csrc/api/include"],
    linkopts = ["-pthread", "-ldl"],
    visibility = ["//visibility:public"],
)
"""

def _libtorch_impl(rctx):
    python = rctx.os.environ.get("PYTHON") or rctx.which("python3")
    result = rctx.execute(
        [python, rctx.path(Label("//third_party/libtorch:fetch_libtorch.py")), rctx.path(Label("//third_party/libtorch:requirements.txt"))],
        timeout = 3600,
        quiet = False,
    )
    if result.return_code:
        fail("LibTorch could not be set up: " + result.stderr + result.stdout)
    rctx.file("BUILD", _BUILD)

libtorch_repository = repository_rule(
    implementation = _libtorch_impl,
    doc = "LibTorch's headers and CPU libraries as @libtorch//:torch.",
    environ = ["TORCH_ROOT", "PYTHON"],
)
