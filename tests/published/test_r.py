"""The same numbers by R, which shares no code with NumPy, SciPy or us; skipped without Rscript."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.evaluation import fisher_z_interval, poisson_interval

pytestmark = pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs Rscript")

CLOSE = {"rel": 1e-7, "abs": 1e-9}


def numbers(values: Any) -> str:
    return f"c({', '.join(repr(float(value)) for value in values)})"


def words(values: Any) -> str:
    return f"c({', '.join(json.dumps(str(value)) for value in values)})"


def by_r(code: str) -> list[float]:
    """Give what R writes with `say`, one number a line, to seventeen digits."""
    said = "say <- function(x) cat(sprintf('%.17g\\n', as.numeric(x)), sep = '')\n"
    done = subprocess.run(
        ["Rscript", "--vanilla", "-"],
        input=said + code,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [float(line) for line in done.stdout.split()]


@pytest.mark.parametrize("method", ["spearman", "kendall"])
@pytest.mark.parametrize("n", [5, 7, 9])
def test_exact_p_of_ranks(method: str, n: int) -> None:
    chance = np.random.default_rng(n)
    pairs = [(chance.permutation(n), chance.permutation(n)) for _ in range(8)]
    code = "".join(
        f"t <- cor.test({numbers(x)}, {numbers(y)}, method = '{method}', exact = TRUE)\n"
        "say(c(t$estimate, t$p.value))\n"
        for x, y in pairs
    )
    ours = [pcc.permutation_test(x, y, method=method) for x, y in pairs]
    assert [value for one in ours for value in (one.statistic, one.p_value)] == pytest.approx(
        by_r(code), **CLOSE
    )


def test_pearson_and_its_interval_by_fisher() -> None:
    chance = np.random.default_rng(43)
    x = chance.normal(size=43)
    y = x / 3 + chance.normal(size=43)
    r, low, high = by_r(
        f"t <- cor.test({numbers(x)}, {numbers(y)})\nsay(c(t$estimate, t$conf.int))"
    )
    found = fisher_z_interval(r, 43)
    assert pcc.permutation_test(x, y, method="pearson", resamples=99).statistic == pytest.approx(r)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


COUNTS = [(2, 9, 17_877, 16_660), (0, 5, 1, 1), (7, 0, 2, 3), (2_224, 4_621, 1, 1), (12, 12, 9, 4)]


@pytest.mark.parametrize(("after", "before", "people_after", "people_before"), COUNTS)
def test_rate_ratios(after: int, before: int, people_after: int, people_before: int) -> None:
    ratio, low, high, p = by_r(
        f"t <- poisson.test(c({after}, {before}), c({people_after}, {people_before}))\n"
        "say(c(t$estimate, t$conf.int, t$p.value))"
    )
    found = pcc.rate_ratio(
        after, before, exposure_after=people_after, exposure_before=people_before, p_rule="minlike"
    )
    assert found.p_value == pytest.approx(p, **CLOSE)
    # A ratio over nothing is no number for us; R calls it Inf.
    ends = [(found.ratio, ratio), (found.low, low), (found.high, high)]
    for ours, theirs in ends:
        assert (
            (ours is None or np.isinf(ours))
            if np.isinf(theirs)
            else ours == pytest.approx(theirs, **CLOSE)
        )


def test_intervals_of_one_count_and_of_a_share() -> None:
    low, high, share_low, share_high, wilson_low, wilson_high = by_r(
        "say(poisson.test(17)$conf.int)\nsay(binom.test(3, 40)$conf.int)\n"
        "say(prop.test(3, 40, correct = FALSE)$conf.int)"
    )
    count = poisson_interval(17)
    exact = pcc.proportion_interval(3, 40, method="clopper-pearson")
    wilson = pcc.proportion_interval(3, 40)
    assert (count.low, count.high) == (pytest.approx(low), pytest.approx(high))
    assert (exact.low_pct, exact.high_pct) == (
        pytest.approx(share_low * 100),
        pytest.approx(share_high * 100),
    )
    assert (wilson.low_pct, wilson.high_pct) == (
        pytest.approx(wilson_low * 100),
        pytest.approx(wilson_high * 100),
    )


def test_a_panel_with_a_common_start() -> None:
    pytest.importorskip("statsmodels")
    panel = made_up_panel()
    found = pcc.panel_change(
        panel, treated="with_award", exposure="persons", count="offences", resamples=99
    )
    (log_ratio,) = by_r(
        f"area <- factor({words(panel['area_code'])})\n"
        f"year <- factor({words(panel['financial_year'])})\n"
        f"offences <- {numbers(panel['offences'])}\npersons <- {numbers(panel['persons'])}\n"
        f"award <- {numbers(panel['with_award'])}\n"
        "fit <- glm(offences ~ award + area + year + offset(log(persons)), family = poisson,\n"
        "           control = glm.control(epsilon = 1e-12))\nsay(coef(fit)['award'])"
    )
    assert found.log_ratio == pytest.approx(log_ratio, abs=1e-8)


def made_up_panel() -> pd.DataFrame:
    chance = np.random.default_rng(6)
    rows = [
        {
            "area_code": f"A{area}",
            "financial_year": f"{year}-{(year + 1) % 100:02d}",
            "offences": int(chance.poisson(200 + 10 * area)),
            "persons": 50_000 + 1_000 * area,
            "with_award": int(area < 4 and year >= 2018),
        }
        for area in range(12)
        for year in range(2014, 2022)
    ]
    return pd.DataFrame(rows)


def test_a_segmented_series_with_quasi_poisson_errors() -> None:
    pytest.importorskip("statsmodels")
    chance = np.random.default_rng(60)
    months = pd.period_range("2016-01", periods=60, freq="M")
    counts = chance.poisson(40, size=60)
    names = months.astype(str).tolist()
    found = pcc.interrupted_series(
        counts.tolist(), names, first_after="2019-01", harmonics=1, errors="quasi"
    )
    log_ratio, slope = by_r(
        f"y <- {numbers(counts)}\nt <- 0:59\nafter <- as.numeric(t >= 36)\n"
        "fit <- glm(y ~ t + sin(2 * pi * t / 12) + cos(2 * pi * t / 12) + after\n"
        "           + I(after * (t - 36)), family = quasipoisson,\n"
        "           control = glm.control(epsilon = 1e-12))\n"
        "say(coef(fit)[c('after', 'I(after * (t - 36))')])"
    )
    assert np.log(found.level_ratio) == pytest.approx(log_ratio, abs=1e-7)
    assert np.log(found.slope_ratio) == pytest.approx(slope, abs=1e-8)
