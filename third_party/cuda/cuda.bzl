"""Build rules for CUDA. Their targets are skipped unless the build says --config=cuda.

    load("//third_party/cuda:cuda.bzl", "CUDA_ONLY", "cuda_deps", "cuda_library")

    cuda_library(
        name = "kernel",
        srcs = ["kernel.cu"],
        hdrs = ["kernel.h"],
        deps = cuda_deps(["@cuda_toolkit//:headers"]),
    )
    cc_test(name = "kernel_test", target_compatible_with = CUDA_ONLY, deps = cuda_deps(["@libtorch_cuda//:torch_cuda"]))
"""

load("@rules_cc//cc:defs.bzl", "cc_library")

CUDA_ONLY = select({
    "//:cuda": [],
    "//conditions:default": ["//third_party/cuda:with_cuda"],
})

# Real code for A100 and H100, and PTX for what comes later.
_ARCHITECTURES = [
    "-gencode=arch=compute_80,code=sm_80",
    "-gencode=arch=compute_90,code=[sm_90,compute_90]",
]

def cuda_deps(labels):
    """`labels` with --config=cuda, else nothing, so that an ordinary build does not even fetch them."""
    return select({
        "//:cuda": labels,
        "//conditions:default": [],
    })

def _cuda_object_impl(ctx):
    context = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in ctx.attr.deps]).compilation_context
    out = ctx.actions.declare_file(ctx.label.name + ".o")
    arguments = ctx.actions.args()
    arguments.add_all(["-x", "cu", "-c", ctx.file.src, "-o", out, "-std=c++17", "-O3", "-Xcompiler", "-fPIC", "-I."])
    arguments.add_all(_ARCHITECTURES)
    arguments.add_all(context.system_includes, before_each = "-isystem")
    ctx.actions.run(
        executable = ctx.executable._nvcc,
        arguments = [arguments],
        inputs = depset([ctx.file.src] + ctx.files.hdrs, transitive = [context.headers]),
        outputs = [out],
        mnemonic = "CudaCompile",
        progress_message = "Compiling " + ctx.file.src.short_path,
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([out]))]

_cuda_object = rule(
    implementation = _cuda_object_impl,
    attrs = {
        "src": attr.label(allow_single_file = [".cu"], mandatory = True),
        "hdrs": attr.label_list(allow_files = True),
        "deps": attr.label_list(providers = [CcInfo]),
        "_nvcc": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = "@cuda_toolkit//:nvcc",
            executable = True,
        ),
    },
)

def cuda_library(name, srcs, hdrs = [], deps = [], visibility = None):
    """A library of kernels: each .cu becomes one object by nvcc, the headers are those of an ordinary cc_library.

    Keep LibTorch out of .cu files (raw pointers and a cudaStream_t): such a file compiles in half a second, one that
    includes ATen's CUDA headers in 18.
    """
    objects = []
    for src in srcs:
        object_name = name + "_" + src.replace(".cu", "_object")
        _cuda_object(
            name = object_name,
            src = src,
            hdrs = hdrs,
            tags = ["manual"],
            target_compatible_with = CUDA_ONLY,
            deps = deps,
        )
        objects.append(object_name)
    cc_library(
        name = name,
        srcs = cuda_deps(objects),
        hdrs = hdrs,
        target_compatible_with = CUDA_ONLY,
        visibility = visibility,
        deps = deps,
    )
