"""The repository rules that bring LibTorch: TORCH_ROOT, else an installed torch, else pinned wheels."""

_CPU_BUILD = """
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

# The CUDA libraries are linked where they lie, not through `srcs`: libcaffe2_nvrtc.so must lie beside
# libtorch_cuda.so, which opens it late, but must not be linked, because it needs the driver's libcuda.so.1 at load.
_CUDA_BUILD = """
load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "torch_cuda",
    hdrs = ["include/nccl.h"],
    defines = ["USE_C10D_NCCL"],
    includes = ["include"],
    linkopts = [
        "-L{lib}",
        "-Wl,-rpath,{lib}",
        "-Wl,-rpath-link,{lib}",
        "-Wl,--no-as-needed",
        "-l:libtorch_cuda.so",
        "-l:libc10_cuda.so",
        "-l:libcudart.so.13",
        "-l:libnccl.so.2",
        "-Wl,--as-needed",
    ],
    visibility = ["//visibility:public"],
    deps = ["@libtorch//:torch", "@cuda_toolkit//:headers"],
)
"""

def _fetch(rctx, arguments):
    python = rctx.os.environ.get("PYTHON") or rctx.which("python3")
    if not python:
        fail("LibTorch is set up by a Python script, and there is no python3 (Debian: apt-get install python3).")
    script = rctx.path(Label("//third_party/libtorch:fetch_libtorch.py"))
    result = rctx.execute([python, script] + arguments, timeout = 3600, quiet = False)
    if result.return_code:
        fail("LibTorch could not be set up: " + result.stderr + result.stdout)

def _libtorch_impl(rctx):
    _fetch(rctx, [rctx.path(Label("//third_party/libtorch:requirements.txt"))])
    rctx.file("BUILD", _CPU_BUILD)

libtorch_repository = repository_rule(
    implementation = _libtorch_impl,
    doc = "LibTorch's headers and CPU libraries as @libtorch//:torch.",
    environ = ["TORCH_ROOT", "PYTHON"],
)

def _libtorch_cuda_impl(rctx):
    _fetch(rctx, ["--cuda", rctx.path(Label("//third_party/libtorch:requirements-cuda.txt"))])

    # libtorch_cuda.so finds what it needs in its own folder ($ORIGIN): the CPU part has to be seen there too.
    for library in rctx.path(rctx.attr.libtorch).dirname.get_child("lib").readdir():
        if not rctx.path("lib/" + library.basename).exists:
            rctx.symlink(library, "lib/" + library.basename)
    rctx.file("BUILD", _CUDA_BUILD.format(lib = rctx.path("lib")))

libtorch_cuda_repository = repository_rule(
    implementation = _libtorch_cuda_impl,
    attrs = {"libtorch": attr.label(default = "@libtorch//:BUILD", doc = "The CPU part that this one completes.")},
    doc = "LibTorch's CUDA and NCCL libraries as @libtorch_cuda//:torch_cuda; fetched only with --config=cuda.",
    environ = ["TORCH_ROOT", "PYTHON"],
)
