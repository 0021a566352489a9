"""Declares an experiment: a TOML file, a program that runs it, and a test that its smoke profile still runs."""

load("@rules_cc//cc:defs.bzl", "cc_binary")

def experiment(name, data = []):
    """`bazel run //experiments:NAME` runs NAME.toml; `bazel test //experiments:NAME_smoke_test` runs its smoke profile.

    Args:
      name: the experiment; NAME.toml lies beside the BUILD file and has a [profile.smoke].
      data: what that profile reads.
    """
    config = name + ".toml"
    cc_binary(
        name = name,
        args = ["--config=$(rootpath %s)" % config],
        data = [config] + data,
        visibility = ["//tests:__subpackages__"],
        deps = [":bench_main"],
    )
    native.sh_test(
        name = name + "_smoke_test",
        size = "medium",
        srcs = ["smoke_test.sh"],
        args = [
            "$(rootpath :%s)" % name,
            "$(rootpath %s)" % config,
        ],
        data = [
            config,
            ":" + name,
        ] + data,
    )

def program_test(name, size, experiment):
    """NAME.sh, which is given the program of an experiment and its TOML file, as a test.

    Args:
      name: the test; NAME.sh lies beside the BUILD file.
      size: Bazel's size of a test.
      experiment: whose program.
    """
    config = experiment + ".toml"
    native.sh_test(
        name = name,
        size = size,
        srcs = [name + ".sh"],
        args = [
            "$(rootpath :%s)" % experiment,
            "$(rootpath %s)" % config,
        ],
        data = [
            ":" + experiment,
            config,
        ],
    )
