"""Laws that two rooms need and that stand once: the same numbers and names in both."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import binom, f

import pccfunding as pcc
from pccfunding.evaluation import rate_ratio

# Private on purpose: it is the law itself, which both rooms only hand on.
from pccfunding.measures.reduction import ratio_interval

PACKAGE = Path(pcc.__file__).resolve().parent
COUNTS = [(1, 1), (9, 2), (2, 9), (796, 688), (3, 150_000), (150_000, 3), (4_619, 2_224), (7, 0)]


def literals(text: object) -> list[str]:
    """Give the files whose code holds a value, docstrings aside."""
    return [
        path.relative_to(PACKAGE).as_posix()
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant | ast.Tuple)
        and (
            node.value == text
            if isinstance(node, ast.Constant)
            else [getattr(one, "value", None) for one in node.elts] == text
        )
    ]


def reduced(before: int, after: int, level: float) -> pd.Series:
    counts = pd.DataFrame(
        {
            "offences": [before, after],
            "period_start": pd.to_datetime(["2022-04-01", "2023-04-01"]),
            "period_end": pd.to_datetime(["2023-03-31", "2024-03-31"]),
            "offence": "Robbery",
        }
    )
    return pcc.reduction(
        counts, baseline="2022-23", comparison="2023-24", by="offence", confidence_level=level
    ).iloc[0]


@pytest.mark.parametrize(("before", "after"), COUNTS)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_a_reduction_and_a_rate_ratio_bound_the_same_ratio(
    before: int, after: int, level: float
) -> None:
    low, high = ratio_interval(before, after, (1, 1), level)
    ratio, fall = rate_ratio(after, before, confidence_level=level), reduced(before, after, level)
    assert (ratio.low, ratio.high) == (low, high)
    found = (fall["reduction_low_pct"], fall["reduction_high_pct"])
    assert found == (100 * (1 - high), 100 * (1 - low))


@pytest.mark.parametrize(("before", "after"), COUNTS)
def test_the_interval_is_that_of_clopper_and_pearson_at_every_balance_of_counts(
    before: int, after: int
) -> None:
    under, over, level = 16_660.0, 17_877.0, 0.95
    low, high = ratio_interval(before, after, (under, over), level)
    # Given the sum, the count before is binomial; its chance is small where a ratio is large.
    chance_at_high = 1 / (1 + high * over / under)
    assert binom.sf(before - 1, before + after, chance_at_high) == pytest.approx(0.025, rel=1e-9)
    if after:
        odds = low * over / under
        at_low = binom.sf(after - 1, before + after, odds / (1 + odds))
        assert at_low == pytest.approx(0.025, rel=1e-9)
    else:
        assert low == 0


def test_the_interval_is_bit_for_bit_the_one_of_the_f_distribution() -> None:
    for before, after in COUNTS:
        for under, over in ((1.0, 1.0), (3.0, 7.0), (16_660.0, 17_877.0)):
            scale, tail, low = under / over, (1 - 0.95) / 2, 0.0
            if after:
                low = scale * after / (before + 1) * float(f.ppf(tail, 2 * after, 2 * before + 2))
            high = scale * (after + 1) / before * float(f.isf(tail, 2 * after + 2, 2 * before))
            assert ratio_interval(before, after, (under, over), 0.95) == (low, high)


def test_nothing_counted_before_leaves_the_ratio_open() -> None:
    low, high = ratio_interval(0, 5, (1, 1), 0.95)
    assert high == math.inf
    # All of 5 events in one of two equal halves: the lower odds are q / (1 - q) with q^5 = .025.
    q = 0.025**0.2
    assert low == pytest.approx(q / (1 - q), rel=1e-12)


def test_a_coefficient_is_named_in_one_place() -> None:
    for name in ("Spearman's rho", "Kendall's tau-b", "Pearson's r"):
        assert literals(name) == ["permutation/null_distribution.py"]
    assert literals(["spearman", "pearson"]) == ["permutation/permutation_family.py"]


def test_the_fields_that_the_law_asks_for_are_listed_in_one_place() -> None:
    fields = ["recipient", "purpose", "conditions", "reasons"]
    assert literals(fields) == ["schemas/base.py"]
    assert list(pcc.schemas.STATUTORY) == fields
