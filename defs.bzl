"""The two patterns that nearly all targets of the suite have: one idea per library, one test per file."""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

# For loops that are meant to become vector code: -O3, and reductions where a pragma allows them.
KERNEL_COPTS = [
    "-O3",
    "-fopenmp-simd",
    "-fno-math-errno",
    "-fno-trapping-math",
]

def suite_library(name, **kwargs):
    """The library of one header: NAME.h, and NAME.cc where there is one.

    Args:
      name: the header without its ending.
      **kwargs: as cc_library's. Visibility is the package's default: the folders that the arrows of //:BUILD allow.
    """
    cc_library(
        name = name,
        srcs = native.glob([name + ".cc"]),
        hdrs = [name + ".h"],
        **kwargs
    )

def suite_test(name, size = "small", deps = [], **kwargs):
    """The test in NAME.cc, with GoogleTest and GoogleMock.

    Args:
      name: the file without its ending.
      size: as cc_test's; small where nothing is said.
      deps: what is tested.
      **kwargs: as cc_test's.
    """
    cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"],
        deps = deps + [
            "//third_party/googletest:gmock",
            "//third_party/googletest:gtest_main",
        ],
        **kwargs
    )
