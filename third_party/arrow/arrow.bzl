"""The repository rule that brings Arrow C++: PYARROW_ROOT, else an installed pyarrow, else the pinned wheel."""

# One header stands for all: `includes` become -isystem, where Bazel does not ask for each header by name.
_BUILD = """
load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "arrow",
    srcs = glob(["lib/libarrow.so.*"]),
    hdrs = ["include/arrow/api.h"],
    includes = ["include"],
    linkopts = ["-pthread"],
    visibility = ["//visibility:public"],
)
"""

def _arrow_impl(rctx):
    python = rctx.os.environ.get("PYTHON") or rctx.which("python3")
    if not python:
        fail("Arrow is set up by a Python script, and there is no python3 (Debian: apt-get install python3).")
    script = rctx.path(Label("//third_party/arrow:fetch_arrow.py"))
    requirements = rctx.path(Label("//third_party/arrow:requirements.txt"))
    result = rctx.execute([python, script, requirements], timeout = 3600, quiet = False)
    if result.return_code:
        fail("Arrow could not be set up: " + result.stderr + result.stdout)
    rctx.file("BUILD", _BUILD)

arrow_repository = repository_rule(
    implementation = _arrow_impl,
    doc = "Arrow C++ (core and IPC) as @arrow//:arrow; fetched only for targets that read Arrow files.",
    environ = ["PYARROW_ROOT", "PYTHON"],
)
