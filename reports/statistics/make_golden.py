"""Writes tests/golden/statistics.json: what SciPy, statsmodels and rliable say about fixed numbers.

    python3 -m venv env
    env/bin/pip install scipy==1.17.1 statsmodels==0.15.0 numpy==2.4.6 arch==8.0.0 absl-py
    env/bin/pip install --no-deps rliable==1.2.0
    env/bin/python reports/statistics/make_golden.py tests/golden/statistics.json
"""

import itertools
import json
import sys
import warnings

import numpy as np
import scipy
import scipy.integrate
import scipy.optimize
import statsmodels
import statsmodels.api
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

warnings.filterwarnings("ignore")
from rliable import library, metrics  # noqa: E402


def difference_samples():
    generator = np.random.default_rng(3407)
    samples = [
        [0.013, 0.004, 0.021],
        [0.013, 0.004, 0.021, -0.002],
        [-0.5, -0.25, -0.125],
        [1, 2, 3, 4, 5, -6],
        [1, 1, 2, -2, 3, 0, 0, -1],
        [0, 0, 0, 1],
    ]
    for size in (8, 13, 14, 20, 50, 51, 200):
        samples.append(generator.normal(0.2, 1, size).tolist())
        samples.append((np.round(generator.normal(0.3, 1, size) * 2) / 2).tolist())
    return samples


def paired_tests():
    cases = []
    for sample in difference_samples():
        t = stats.ttest_1samp(sample, 0)
        cases.append({"differences": sample, "t": [t.statistic, t.pvalue]})
    return cases


def multiple_testing():
    generator = np.random.default_rng(1)
    families = [[0.01, 0.04, 0.03], [0.5], [0.001, 0.001, 0.2, 1.0], generator.uniform(size=12).tolist()]
    return [{"p": family, "holm": multipletests(family, method="holm")[1].tolist()} for family in families]


def integrated_power(d, seeds, alpha):
    """The power of a two-sided paired t test by integration over the spread; SciPy's nct errs in the far tails."""
    freedom = seeds - 1
    critical = stats.t.isf(alpha / 2, freedom)
    shift = d * np.sqrt(seeds)

    def accepted(s):
        within = stats.norm.cdf(critical * s - shift) - stats.norm.cdf(-critical * s - shift)
        return within * stats.chi.pdf(s, freedom, scale=1 / np.sqrt(freedom))

    return 1 - scipy.integrate.quad(accepted, 0, np.inf, epsabs=1e-13, epsrel=1e-12, limit=500)[0]


def power():
    cases = []
    for d, seeds, alpha in itertools.product((0.1, 0.5, 0.8, 1.2), (2, 3, 5, 10, 20), (0.05, 0.01)):
        cases.append({"d": d, "seeds": seeds, "alpha": alpha, "power": TTestPower().power(d, seeds, alpha)})
    plans = []
    for d, alpha, wanted in itertools.product((0.2, 0.5, 0.8, 1.5), (0.05, 0.01), (0.8, 0.9)):
        exact = TTestPower().solve_power(d, None, alpha, wanted)
        plans.append({"d": d, "alpha": alpha, "power": wanted, "seeds": exact})
    effects = []
    for seeds, alpha in itertools.product((3, 5, 10, 30), (0.05, 0.01)):
        d = scipy.optimize.brentq(lambda d: integrated_power(d, seeds, alpha) - 0.8, 0.01, 50, xtol=1e-13)
        effects.append({"seeds": seeds, "alpha": alpha, "power": 0.8, "d": d})
    return {"power": cases, "plans": plans, "effects": effects}


def clustered_errors():
    generator = np.random.default_rng(4)
    cases = []
    for sizes in ([1, 1, 1, 1], [2, 1], [5, 1, 3, 3, 2, 7], generator.integers(1, 9, 60).tolist()):
        clusters = np.repeat(np.arange(len(sizes)), sizes)
        level = generator.normal(0, 1, len(sizes))[clusters]
        left = level + generator.normal(0, 0.5, len(clusters)) + 0.2
        right = level + generator.normal(0, 0.5, len(clusters))

        def of_mean(values):
            model = statsmodels.api.OLS(values, np.ones(len(values)))
            fit = model.fit(
                cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False, "df_correction": True},
                use_t=True,
            )
            return {"mean": fit.params[0], "standard_error": fit.bse[0]}

        cases.append(
            {
                "clusters": clusters.tolist(),
                "left": left.tolist(),
                "right": right.tolist(),
                "of_left": of_mean(left),
                "of_difference": of_mean(left - right),
            }
        )
    return cases


def aggregates():
    generator = np.random.default_rng(5)
    cases = []
    for runs_left, runs_right, tasks in ((3, 3, 1), (4, 6, 3), (10, 5, 8)):
        left = np.round(generator.uniform(0, 1, (runs_left, tasks)), 1)
        right = np.round(generator.uniform(0, 0.9, (runs_right, tasks)), 1)
        thresholds = [0, 0.1, 0.25, 0.5, 0.9, 1]
        cases.append(
            {
                "left": left.tolist(),
                "right": right.tolist(),
                "iqm": metrics.aggregate_iqm(left),
                "optimality_gap": metrics.aggregate_optimality_gap(left, 0.8),
                "gamma": 0.8,
                "probability_of_improvement": metrics.probability_of_improvement(left, right),
                "thresholds": thresholds,
                "profile": [library.run_score_deviation(left, tau) for tau in thresholds],
            }
        )
    return cases


def main(path):
    golden = {
        "made_by": "reports/statistics/make_golden.py",
        "versions": {
            "scipy": scipy.__version__,
            "numpy": np.__version__,
            "statsmodels": statsmodels.__version__,
            "rliable": "1.2.0",
        },
        "paired_tests": paired_tests(),
        "multiple_testing": multiple_testing(),
        "power": power(),
        "clustered_errors": clustered_errors(),
        "aggregates": aggregates(),
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(golden, file, indent=1, default=float, allow_nan=False)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
