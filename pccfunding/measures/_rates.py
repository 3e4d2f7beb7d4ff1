"""Two counts compared: percent, log ratio and the exact Poisson interval of their ratio."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pccfunding.measures._windows import SIDES, Windows

__all__ = ["compare_counts", "ratio_interval"]

_Rows = Sequence[Mapping[str, Any]]


def ratio_interval(
    before: float, after: float, exposure: float, confidence_level: float
) -> tuple[float, float]:
    """Bound the ratio of two Poisson rates, given the sum of their counts.

    Parameters
    ----------
    before, after : float
        The two counts; `before` is above zero.
    exposure : float
        Exposure of the second count for each unit of exposure of the first.
    confidence_level : float
        Coverage; half of the rest lies on each side (central).

    Returns
    -------
    tuple of float
        Low and high end of the ratio of the rates.

    Examples
    --------
    Counts and exposures of Fay's vignette of the R package rateratio.test.

    >>> low, high = ratio_interval(9, 2, 17877 / 16660, 0.95)
    >>> round(low, 8), round(high, 7)
    (0.02177406, 1.0005491)
    """
    from scipy.special import betaincinv

    tail = (1 - confidence_level) / 2
    low = float(betaincinv(after, before + 1, tail)) if after > 0 else 0.0
    high = float(betaincinv(after + 1, before, 1 - tail))
    return low / (1 - low) / exposure, high / (1 - high) / exposure


def compare_counts(
    rows: tuple[_Rows, _Rows],
    windows: Windows,
    persons: Mapping[tuple[str, int], float] | None,
    confidence_level: float,
) -> dict[str, Any]:
    """Compare the counts of one group in the two windows, as the columns of its result."""
    reasons: list[str] = []
    counts = [_count(side, name, reasons) for side, name in zip(rows, windows.names, strict=True)]
    reasons += _unlike_parts(rows, windows)
    people: list[float | None] = [1.0, 1.0]
    if persons is not None:
        people = _people(rows, windows, persons, reasons)
    if counts[0] == 0:
        reasons.append(f"the count for {windows.names[0]} is zero")
    found: dict[str, Any] = {f"offences_{side}": n for side, n in zip(SIDES, counts, strict=True)}
    if persons is not None:
        found |= {f"persons_{side}": n for side, n in zip(SIDES, people, strict=True)}
    comparable = not [reason for reason in reasons if not reason.endswith("is zero")]
    exposures = None if None in people or 0 in people else (people[0], people[1])
    found |= _estimates(counts if comparable else [None, None], exposures, confidence_level)
    found["confidence_level"] = float(confidence_level)
    for number, column in (("n_known", "_known"), ("n_figures", "_rows")):
        parts = [sum(int(row[column]) for row in side) for side in rows]
        found |= {f"{number}_{side}": n for side, n in zip(SIDES, parts, strict=True)}
        found[number] = sum(parts)
    found["caution"] = _caution(rows)
    found["unknown_reason"] = "; ".join(reasons) or None
    return found


def _count(rows: _Rows, name: str, reasons: list[str]) -> float | None:
    known, total = (sum(int(row[column]) for row in rows) for column in ("_known", "_rows"))
    if not rows:
        reasons.append(f"no count for {name}")
        return None
    if known < total:
        reasons.append(f"{total - known} of {total} counts unknown for {name}")
        return None
    count = float(sum(row["_units"] for row in rows))
    if count < 0:
        reasons.append(f"the count for {name} is negative")
    return count


def _unlike_parts(rows: tuple[_Rows, _Rows], windows: Windows) -> list[str]:
    """Name the first area and offence that only one of the two windows counts."""
    if not (rows[0] and rows[1]):
        return []
    names = [name for name in ("area_code", "offence") if name in rows[0][0]]
    parts = [{tuple(str(row[name]) for name in names) for row in side} for side in rows]
    for side, other, name in ((0, 1, windows.names[0]), (1, 0, windows.names[1])):
        alone = sorted(parts[side] - parts[other])
        if alone:
            return [f"only {name} counts {', '.join(alone[0])}"]
    return []


def _caution(rows: tuple[_Rows, _Rows]) -> str | None:
    if not (rows[0] and rows[1] and "release" in rows[0][0]):
        return None
    releases = [" and ".join(sorted({str(row["release"]) for row in side})) for side in rows]
    return None if releases[0] == releases[1] else f"releases differ: {'; '.join(releases)}"


def _people(
    rows: tuple[_Rows, _Rows],
    windows: Windows,
    persons: Mapping[tuple[str, int], float],
    reasons: list[str],
) -> list[float | None]:
    """Sum the people of a group's distinct areas at the mid-year of each window."""
    areas = sorted({str(row["area_code"]) for side in rows for row in side})
    found: list[float | None] = []
    for year, name in zip(windows.mid_years, windows.names, strict=True):
        total: float | None = None
        if year is None:
            reasons.append(f"no mid-year lies in {name}")
        else:
            lacking = [area for area in areas if (area, year) not in persons]
            if lacking:
                more = f" and {len(lacking) - 1} more" if lacking[1:] else ""
                reasons.append(f"no population for {lacking[0]}{more} at mid-{year}")
            else:
                total = math.fsum(persons[area, year] for area in areas)
                if total == 0:
                    reasons.append(f"population at mid-{year} is zero")
        found.append(total)
    return found


def _estimates(
    counts: Sequence[float | None],
    people: tuple[float | None, float | None] | None,
    confidence_level: float,
) -> dict[str, float | None]:
    found: dict[str, float | None] = dict.fromkeys(
        (
            "change_pct",
            "reduction_pct",
            "reduction_low_pct",
            "reduction_high_pct",
            "log_reduction",
            "variance_log_reduction",
        )
    )
    before, after = counts
    if before is None or after is None or people is None or people[0] is None or people[1] is None:
        return found
    exposure = people[1] / people[0]
    found["log_reduction"] = -math.log((after + 0.5) / (before + 0.5) / exposure)
    found["variance_log_reduction"] = 1 / (after + 0.5) + 1 / (before + 0.5)
    if before == 0:
        return found
    change = 100 * (after - before * exposure) / (before * exposure)
    low, high = ratio_interval(before, after, exposure, confidence_level)
    found["change_pct"] = change
    found["reduction_pct"] = 0.0 - change
    found["reduction_low_pct"] = 100 * (1 - high)
    found["reduction_high_pct"] = 100 * (1 - low)
    return found
