"""The HDF5 of the machine (C API, serial) as @hdf5//:hdf5."""

_BUILD = """
load("@rules_cc//cc:defs.bzl", "cc_library")

cc_library(
    name = "hdf5",
    hdrs = glob(["include/*.h"]),
    includes = ["include"],
    linkopts = ["-L{lib}", "-Wl,-rpath,{lib}", "-lhdf5"],
    visibility = ["//visibility:public"],
)
"""

def _first_with(rctx, folders, name):
    for folder in folders:
        if rctx.path(folder + "/" + name).exists:
            return folder
    return None

def _hdf5_impl(rctx):
    named = rctx.os.environ.get("HDF5_ROOT")
    headers = [named + "/include"] if named else ["/usr/include/hdf5/serial", "/usr/include"]
    libraries = [named + "/lib"] if named else [
        "/usr/lib/x86_64-linux-gnu/hdf5/serial",
        "/usr/lib/aarch64-linux-gnu/hdf5/serial",
        "/usr/lib64",
        "/usr/lib",
    ]
    include = _first_with(rctx, headers, "hdf5.h")
    lib = _first_with(rctx, libraries, "libhdf5.so")
    if not include or not lib:
        fail("HDF5 not found: hdf5.h in %s, libhdf5.so in %s. Install it (Debian: libhdf5-dev) or set HDF5_ROOT." %
             (headers, libraries))
    for header in rctx.path(include).readdir():
        if header.basename.startswith("H5") or header.basename.startswith("hdf5"):
            rctx.symlink(header, "include/" + header.basename)
    rctx.file("BUILD", _BUILD.format(lib = lib))

hdf5_repository = repository_rule(
    implementation = _hdf5_impl,
    doc = "HDF5 from HDF5_ROOT, else from the places of Debian and of other distributions.",
    environ = ["HDF5_ROOT"],
)
