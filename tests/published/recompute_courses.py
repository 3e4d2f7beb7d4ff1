"""Recompute what several earlier years of all areas say of each change, with numpy and pandas.

Nothing of the library is imported, and its ways are not followed: the Poisson model with a dummy
for each area and each year is solved here as the multinomial model that it is once the sum of each
area is given, by Newton's method; dummies are taken out of a path by least squares on all of them;
the interval is walked outward from the estimate in small steps.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

AREA = "E23000023"
CITY_OF_LONDON = "E23000034"  # few residents: it is left out of rates of all areas
FEWEST, MOST = 3, 5  # earlier years
CLOSE = 1e-11
STEP, FURTHEST = 0.02, 10.0  # of the walk, in logarithms


def courses_of_tables(datasets: Path) -> dict[str, dict[str, float | None]]:
    """Give the results of each change from 2019 to 2023 of which three earlier years are held."""

    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(datasets / f"{name}.csv", dtype=str, keep_default_na=False)

    areas, population, outcomes = table("areas"), table("population"), table("outcomes")
    people = {
        (row["area_code"], row["reference_date"][:4]): int(row["persons"])
        for _, row in population[population["vintage"] == "rebased-2025"].iterrows()
    }
    forces = set(areas.loc[areas["kind"] == "police_force_area", "area_code"]) - {CITY_OF_LONDON}
    quarters = table("recorded_crime_quarters")
    last = quarters.groupby("vintage")["period_end"].max().idxmax()
    held = quarters[(quarters["vintage"] == last) & (quarters["offences"] != "")]
    held = held[held["area_code"].isin(forces)]
    held = held.assign(n=held["offences"].astype(int), year=held["period_end"].str[:4])
    dates = {"period_start": "2023-01-01", "period_end": "2023-12-31",
             "baseline_start": "2019-01-01", "baseline_end": "2019-12-31"}  # fmt: skip
    own = outcomes[(outcomes["area_code"] == AREA) & (outcomes["offence"] != "")]
    for column, day in dates.items():
        own = own[own[column] == day]
    found = {}
    for _, row in own.iterrows():
        panel = _panel(held, row["offence"].split(" + "), people)
        if panel is not None:
            found[row["subject_id"]] = _results(*panel)
    return found


def _panel(
    held: pd.DataFrame, classes: list[str], people: dict[tuple[str, str], int]
) -> tuple[list[str], list[str], FloatArray, FloatArray] | None:
    """Areas, years, and the counts and residents of the areas that are whole in every year."""
    rows = held[held["offence"].isin(classes)]
    year = rows.groupby(["area_code", "year", "offence"])["n"].agg(["sum", "size"])
    whole = year[year["size"] == 4].groupby(["area_code", "year"])["sum"].agg(["sum", "size"])
    counts = whole.loc[whole["size"] == len(classes), "sum"].unstack()
    years = ["2023", "2019"]
    for back in range(2018, 2018 - MOST, -1):
        if str(back) not in counts or counts[str(back)].isna().all():
            break
        years.append(str(back))
    if len(years) < FEWEST + 2 or not set(years) <= set(counts):
        return None
    years.sort()
    table = counts[years].dropna()
    residents = [[people[code, one] for one in years] for code in table.index]
    return list(table.index), years, table.to_numpy(float), np.array(residents, dtype=float)


def _results(
    areas: list[str], years: list[str], counts: FloatArray, residents: FloatArray
) -> dict[str, float | None]:
    here = areas.index(AREA)
    after = np.array([float(year == "2023") for year in years])
    change, p, least, low, high = _tested(counts, residents, after, here, 0.05)
    # Years from the middle of the first; the last two are the baseline's and the one after.
    middles = [sum(pd.Timestamp(f"{one}-{day}").toordinal() for day in ("01-01", "12-31")) / 2
               for one in years[:-1]]  # fmt: skip
    time = (np.array(middles) - middles[0]) / 365.25
    trend, _, _, trend_low, trend_high = _tested(
        counts[:, :-1], residents[:, :-1], time, here, 0.10
    )
    logs = {"change_pct": change, "change_low_pct": low, "change_high_pct": high,
            "earlier_trend_pct": trend, "earlier_trend_low_pct": trend_low,
            "earlier_trend_high_pct": trend_high}  # fmt: skip
    found: dict[str, float | None] = {"n_areas": len(areas), "p_value": p, "min_p": least}
    found |= {name: None if one is None else 100 * np.expm1(one) for name, one in logs.items()}
    lag = int(years[-1]) - int(years[-2])
    return found | _return_to_mean(counts[:, :-1], residents[:, :-1], here, lag)


def _tested(
    counts: FloatArray, residents: FloatArray, course: FloatArray, here: int, alpha: float
) -> tuple[float, float, float, float | None, float | None]:
    """Coefficient, p, least p and ends: which area has this course is dealt out among all."""
    path = np.zeros_like(counts)
    path[here] = course
    estimate = float(_fitted(counts, residents, path[..., None])[1][-1])
    null = np.zeros((*counts.shape, 0))
    left = _without_dummies(_fitted(counts, residents, null)[0], course)

    def spread(effect: float) -> FloatArray:
        miss = counts - _fitted(counts, residents * np.exp(effect * path), null)[0]
        score = (left * miss).sum(axis=2)
        return np.abs(score.sum(axis=1)) / (np.sqrt(len(counts)) * score.std(axis=1))

    def p_value(effect: float) -> float:
        far = spread(effect)
        return float((far >= far[here] * (1 - 1e-9)).mean())

    far = spread(0.0)
    least = float((far >= far.max() * (1 - 1e-9)).mean())
    furthest = FURTHEST / float(np.abs(course).max())
    low, high = (_end(p_value, estimate, sign, furthest, alpha) for sign in (-1, 1))
    return estimate, p_value(0.0), least, low, high


def _fitted(
    counts: FloatArray, residents: FloatArray, terms: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Means and coefficients of years (the first left out) and terms, given each area's sum."""
    n_areas, n_years = counts.shape
    dummies = np.broadcast_to(np.eye(n_years)[:, 1:], (n_areas, n_years, n_years - 1))
    design = np.concatenate([dummies, terms], axis=2)
    sums, found = counts.sum(axis=1, keepdims=True), np.zeros(design.shape[2])

    def shares(at: FloatArray) -> FloatArray:
        line = np.log(residents) + design @ at
        share = np.exp(line - line.max(axis=1, keepdims=True))
        return share / share.sum(axis=1, keepdims=True)

    def likelihood(at: FloatArray) -> float:
        return float((counts * np.log(shares(at))).sum())

    for _ in range(100):
        mean = sums * shares(found)
        middle = np.einsum("it,itk->ik", mean, design) / sums
        inner = design - middle[:, None, :]
        slope = np.einsum("itk,it->k", design, counts - mean)
        step = np.linalg.solve(np.einsum("it,itk,itl->kl", mean, inner, inner), slope)
        while np.abs(step).max() > CLOSE and likelihood(found + step) < likelihood(found) - 1e-6:
            step = step / 2
        found = found + step
        if np.abs(step).max() < CLOSE:
            break
    return sums * shares(found), found


def _without_dummies(mean: FloatArray, course: FloatArray) -> FloatArray:
    """The course, given to each area in turn, less what areas and years account for."""
    n_areas, n_years = mean.shape
    dummies = np.hstack([np.kron(np.eye(n_areas), np.ones((n_years, 1))),
                         np.kron(np.ones((n_areas, 1)), np.eye(n_years)[:, 1:])])  # fmt: skip
    given = np.kron(np.eye(n_areas), course[:, None])
    root = np.sqrt(mean.reshape(-1, 1))
    taken = np.linalg.lstsq(dummies * root, given * root, rcond=None)[0]
    return (given - dummies @ taken).T.reshape(n_areas, n_areas, n_years)


def _end(
    p_value: Callable[[float], float], estimate: float, sign: int, furthest: float, alpha: float
) -> float | None:
    """The last effect that is not rejected on the way outward; None where none is rejected."""
    inside = estimate
    while abs(inside - estimate) < furthest:
        outside = inside + sign * STEP
        if p_value(outside) < alpha:
            break
        inside = outside
    else:
        return None
    while abs(outside - inside) > 1e-7:
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if p_value(middle) < alpha else (middle, outside)
    return inside


def _return_to_mean(
    counts: FloatArray, residents: FloatArray, here: int, lag: int
) -> dict[str, float | None]:
    """The change to expect of a return to the mean alone, `lag` years after the last year.

    With r the mean correlation of centred log rates so many years apart: (r - 1)(C - mean C), and
    around it the middle 95% of what r C missed in earlier years.
    """
    rates = pd.DataFrame(np.log((counts + 0.5) / residents))
    centred = rates - rates.mean()
    pairs: list[tuple[Any, Any]] = [
        (centred[one], centred[one + lag]) for one in centred if one + lag in centred
    ]
    r = sum(one.corr(other) for one, other in pairs) / len(pairs)
    missed = pd.concat([other - r * one for one, other in pairs])
    expected = (r - 1) * centred.iloc[here, -1]
    low, high = (expected + missed.quantile(tail) for tail in (0.025, 0.975))
    return {
        "correlation": r,
        "expected_change_pct": 100 * np.expm1(expected),
        "expected_low_pct": 100 * np.expm1(low),
        "expected_high_pct": 100 * np.expm1(high),
    }


def shown(results: dict[str, Any]) -> dict[str, list[str]]:
    """Write the results as page and annex are to say them, each with what stands around it."""

    def percent(value: float | None) -> str:
        if value is None:
            return "no bound"
        return f"{'+' if value > 0 else chr(0x2212)}{abs(value):,.1f}%"

    def around(name: str) -> str:
        low, high = (percent(results[f"{name}_{end}_pct"]) for end in ("low", "high"))
        return f"({low} to {high})"

    expected = f"{percent(results['expected_change_pct'])} {around('expected')}"
    return {
        "page": [expected],
        "annex": [
            expected,
            f"{percent(results['change_pct'])} {around('change')}",
            f"{percent(results['earlier_trend_pct'])} a year {around('earlier_trend')}",
            f"p = {results['p_value']:.3f}, n = {results['n_areas']} areas",
            f"smallest attainable p {results['min_p']:.3f}",
            f"years apart {results['correlation']:.3g};",
        ],
    }


def not_shown(text: str, found: dict[str, dict[str, Any]], depth: str) -> list[str]:
    """List what a page or annex does not say as it was recomputed, in its place."""
    plain = " ".join(text.split())
    every = [said for results in found.values() for said in shown(results)[depth]]
    return [said for said in every if said not in plain]
