"""Changes held against several earlier years of all areas: what moved beyond them, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.evaluation import panel_change, regression_to_the_mean
from pccfunding.measures.people import latest_vintage, mid_year_rows
from pccfunding.periods import Period
from pccfunding.review_pack.tables_comparison import (
    CITY_OF_LONDON,
    year_of_quarters,
    years_back,
)

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evaluation import PanelChange, RegressionToTheMean
    from pccfunding.evidence import Evidence

# Fewer years show no course, and no return to a mean.
FEWEST_YEARS = 3
_MOST_YEARS = 5
_NAMED = ["subject_id", "measure", "offence", "offence_match", "baseline", "period"]
_COLUMNS = [
    *_NAMED, "n_years", "years", "n_areas", "counts", "counts_elsewhere", "change_pct",
    "change_low_pct", "change_high_pct", "p_value", "min_p", "verdict", "earlier_trend_pct",
    "earlier_trend_low_pct", "earlier_trend_high_pct", "maryland_level", "cautions",
    "correlation", "expected_change_pct", "expected_low_pct", "expected_high_pct",
    "count_after", "release", "source_id",
]  # fmt: skip


def courses(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Hold each counted change against three to five earlier years of all police force areas.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    changes : DataFrame
        With `subject_id`, `measure`, `offence`, `offence_match`, `baseline`, `period` and
        `change_pct`.

    Returns
    -------
    DataFrame
        One row a change whose classes are counted in quarters of one vintage for three or more
        years before the baseline, per resident: what `panel_change` gives for this area from
        `period` on, beside the areas counted in every year, and what `regression_to_the_mean`
        expects between the two years of an area with this baseline.
    """
    import pandas as pd

    counted = changes.dropna(subset=["change_pct"])
    if counted.empty:
        return pd.DataFrame(columns=_COLUMNS)
    areas = evidence.areas
    codes = areas.loc[areas["kind"] == "police_force_area", "area_code"]
    forces = codes[codes != CITY_OF_LONDON].tolist()
    people = latest_vintage(evidence.population)
    rows = []
    for row in counted.to_dict("records"):
        panel = _panel(forces, people, row)
        if panel is None or area_code not in set(panel["area_code"]):
            continue
        rows.append(_told(panel, area_code, row))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _panel(forces: list[str], people: pd.DataFrame, row: dict[Any, Any]) -> pd.DataFrame | None:
    """Counts and residents of the areas held in the baseline, the years before, and the period."""
    import pandas as pd

    names = row["offence"].split(" + ")
    base, after = Period.parse(row["baseline"]), Period.parse(row["period"])
    years: list[pd.DataFrame] = []
    for span in [after, *(years_back(base, back) for back in range(_MOST_YEARS + 1))]:
        held = year_of_quarters(span, names, forces).groupby("area_code")
        sums = held["offences"].sum()[held.size() == len(names)].to_frame()
        persons = mid_year_rows(people, span).set_index("area_code")["persons"]
        year = sums.join(persons, how="inner")
        if year.empty:
            break  # a gap: what lies before it is no course up to the baseline
        first = held[["release", "source_id"]].first()
        years.append(year.join(first).reset_index().assign(
            period_start=span.start, period_end=span.end, year=span.label))  # fmt: skip
    if len(years) < FEWEST_YEARS + 2:
        return None
    panel = pd.concat([*reversed(years[1:]), years[0]], ignore_index=True)
    whole = panel.groupby("area_code")["year"].transform("size") == len(years)
    return panel[whole].reset_index(drop=True)


def _told(panel: pd.DataFrame, area_code: str, row: dict[Any, Any]) -> dict[str, Any]:
    labels = list(dict.fromkeys(panel["year"]))
    counts = panel.pivot(index="area_code", columns="year", values="offences")[labels]
    persons = panel.pivot(index="area_code", columns="year", values="persons")[labels]
    moved: PanelChange = panel_change(
        panel[["area_code", "period_start", "period_end", "offences", "persons"]],
        treated={area_code: row["period"]},
        exposure="persons",
    )
    *earlier, base, after = labels
    back: RegressionToTheMean = regression_to_the_mean(
        counts[base].tolist(),
        labels=counts.index.tolist(),
        selected=area_code,
        exposure=persons[base].tolist(),
        earlier=[counts[year].tolist() for year in earlier],
        earlier_exposure=[persons[year].tolist() for year in earlier],
        lag=Period.parse(after).start.year - Period.parse(base).start.year,
        count_after=int(counts.loc[area_code, after]),
    )
    own = counts.T[area_code]
    return {name: row[name] for name in _NAMED} | {
        "n_years": len(earlier),
        "years": ";".join(labels),
        "n_areas": len(counts),
        "counts": _joined(own),
        "counts_elsewhere": _joined(counts.sum() - own),
        "change_pct": moved.change_pct,
        "change_low_pct": moved.change_low_pct,
        "change_high_pct": moved.change_high_pct,
        "p_value": moved.p_value,
        "min_p": moved.min_p,
        "verdict": moved.verdict,
        "earlier_trend_pct": moved.pre_trend_pct,
        "earlier_trend_low_pct": moved.pre_trend_low_pct,
        "earlier_trend_high_pct": moved.pre_trend_high_pct,
        "maryland_level": moved.maryland_level,
        "cautions": ";".join(moved.cautions),
        "correlation": back.correlation,
        "expected_change_pct": back.expected_change_pct,
        "expected_low_pct": back.expected_low_pct,
        "expected_high_pct": back.expected_high_pct,
        "count_after": back.count_after,
        "release": panel["release"].iloc[-1],
        "source_id": panel["source_id"].iloc[-1],
    }


def _joined(counts: pd.Series[Any]) -> str:
    return ";".join(counts.astype("int64").astype("str"))
