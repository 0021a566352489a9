"""The repository rule that brings plotly.js: PLOTLY_ROOT, else an installed plotly, else the pinned wheel."""

def _plotly_impl(rctx):
    python = rctx.os.environ.get("PYTHON") or rctx.which("python3")
    if not python:
        fail("plotly.js is set up by a Python script, and there is no python3 (Debian: apt-get install python3).")
    script = rctx.path(Label("//third_party/plotly:fetch_plotly.py"))
    requirements = rctx.path(Label("//third_party/plotly:requirements.txt"))
    result = rctx.execute([python, script, requirements], timeout = 3600, quiet = False)
    if result.return_code:
        fail("plotly.js could not be set up: " + result.stderr + result.stdout)
    rctx.file("BUILD", 'exports_files(["plotly.min.js"])\n')

plotly_repository = repository_rule(
    implementation = _plotly_impl,
    doc = "plotly.js as @plotly//:plotly.min.js; fetched only for reports, and not with --define=plotly=none.",
    environ = ["PLOTLY_ROOT", "PYTHON"],
)
