"""Where need was, and whether a change is beyond counting noise and beyond other forces."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pccfunding.evaluation import minimal_detectable, rate_ratio, ratio_of_rate_ratios
from pccfunding.evidence.national import load_recorded_crime_quarters
from pccfunding.frames.tables import put_together
from pccfunding.measures.comparability import latest_vintage_named
from pccfunding.measures.people import latest_vintage, mid_year_rows
from pccfunding.periods import Period
from pccfunding.words import is_missing

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from pccfunding.evidence import Evidence


# How many times more than Poisson the counts may vary, where no monthly counts tell.
DISPERSIONS = (2, 4)
PER = 1000
_EARLIER = 5
_QUARTERS = 4
CITY_OF_LONDON = "E23000034"
_NAMED = ["subject_id", "measure", "offence", "offence_match", "baseline", "period"]


def noise(changes: pd.DataFrame) -> pd.DataFrame:
    """Widen the interval of each counted change, and say what its base could have shown.

    Parameters
    ----------
    changes : DataFrame
        As `recomputed_changes` gives it.

    Returns
    -------
    DataFrame
        One row a counted change: its names, counts, change, interval, the interval at dispersion
        2 and 4 (`low_2_pct`, ...), `beyond_noise` ("at each", "at some", "at none" of the
        dispersions), and the smallest fall that two such periods would show with 80% power
        (`smallest_fall_pct`, `smallest_fall_2_pct`).
    """
    import pandas as pd

    rows = []
    for row in changes.dropna(subset=["change_pct"]).to_dict("records"):
        before, after = int(row["offences_baseline"]), int(row["offences_comparison"])
        found = {name: row[name] for name in _NAMED}
        found |= {
            name: row[name]
            for name in ("offences_baseline", "offences_comparison", "change_pct",
                         "change_low_pct", "change_high_pct")
        }  # fmt: skip
        told = [_tells(row["change_low_pct"], row["change_high_pct"])]
        for factor in DISPERSIONS:
            wide = rate_ratio(after, before, dispersion=factor).frame.iloc[0]
            low, high = wide["change_low_pct"], wide["change_high_pct"]
            found |= {f"low_{factor}_pct": low, f"high_{factor}_pct": high}
            told.append(_tells(low, high))
        found["beyond_noise"] = (
            "at each" if all(told) else "at some" if any(told) else "at none"
        )  # fmt: skip
        found["smallest_fall_pct"] = minimal_detectable(before).fall_pct
        found["smallest_fall_2_pct"] = minimal_detectable(before, dispersion=2).fall_pct
        rows.append(found)
    return pd.DataFrame(rows, columns=None if rows else [*_NAMED, "beyond_noise"])


def elsewhere(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Hold each counted change against the other police force areas together.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    changes : DataFrame
        As `recomputed_changes` gives it.

    Returns
    -------
    DataFrame
        One row a counted change: its names, counts here and in the other areas (`others_before`,
        `others_after`, `n_others`), `change_pct` here, `others_change_pct`, and the change here
        relative to theirs (`relative_pct`, `relative_low_pct`, `relative_high_pct`).
    """
    import pandas as pd

    counted = changes.dropna(subset=["change_pct"])
    asked = _asked(evidence, counted)
    rows = []
    for row in counted.to_dict("records"):
        before = _counts(asked, row["offence"], row["baseline"])
        after = _counts(asked, row["offence"], row["period"])
        both = before.index.intersection(after.index).drop(area_code, errors="ignore")
        if both.empty:
            continue
        control_before, control_after = int(before[both].sum()), int(after[both].sum())
        told = ratio_of_rate_ratios(
            int(row["offences_comparison"]), int(row["offences_baseline"]), control_after,
            control_before,
        ).frame.iloc[0]  # fmt: skip
        rows.append(
            {name: row[name] for name in _NAMED}
            | {
                "offences_baseline": row["offences_baseline"],
                "offences_comparison": row["offences_comparison"],
                "n_others": len(both),
                "others_before": control_before,
                "others_after": control_after,
                "change_pct": row["change_pct"],
                "others_change_pct": 100 * (control_after / control_before - 1),
                "relative_pct": told["change_pct"],
                "relative_low_pct": told["change_low_pct"],
                "relative_high_pct": told["change_high_pct"],
            }
        )
    columns = [*_NAMED, "offences_baseline", "offences_comparison", "n_others", "others_before",
               "others_after", "change_pct", "others_change_pct", "relative_pct",
               "relative_low_pct", "relative_high_pct"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def force_rates(evidence: Evidence, changes: pd.DataFrame) -> pd.DataFrame:
    """Give the rate of each police force area before the money, for each counted measure.

    Parameters
    ----------
    evidence : Evidence
    changes : DataFrame
        As `recomputed_changes` gives it: its offence classes and baselines are asked.

    Returns
    -------
    DataFrame
        One row an offence, period and area: `offence`, `period`, `area_code`, `area`, `offences`,
        `persons`, `rate` per 1,000 residents, `offences_source_id`, `persons_source_id`. Areas
        without a count or an estimate of residents are left out, and so is the City of London,
        whose offences are not those of its few residents.
    """
    import pandas as pd

    people = latest_vintage(evidence.population)
    names = evidence.areas.set_index("area_code")["name"]
    counted = changes.dropna(subset=["change_pct"])
    asked = _asked(evidence, counted)
    pairs = counted[["offence", "baseline"]].drop_duplicates()
    tables = []
    for classes, period in zip(pairs["offence"], pairs["baseline"], strict=True):
        span = Period.parse(period)
        persons = mid_year_rows(people, span).set_index("area_code")[["persons", "source_id"]]
        persons = persons.rename(columns={"source_id": "persons_source_id"})
        rates = _counts(asked, classes, period).to_frame("offences").join(persons, how="inner")
        sources = asked[asked["period_end"].eq(str(span.end))].groupby("area_code")["source_id"]
        rates["offences_source_id"] = sources.first()
        rates = rates.drop(CITY_OF_LONDON, errors="ignore").reset_index()
        rates["rate"] = PER * rates["offences"] / rates["persons"]
        tables.append(rates.assign(offence=classes, period=period))
    columns = ["offence", "period", "area_code", "area", "offences", "persons", "rate"]
    columns += ["offences_source_id", "persons_source_id"]
    if not tables:
        return pd.DataFrame(columns=columns)
    both = pd.concat(tables, ignore_index=True)
    return both.assign(area=both["area_code"].map(names))[columns]


def need(rates: pd.DataFrame, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Place one area among the rates of all.

    Parameters
    ----------
    rates : DataFrame
        As `force_rates` gives it.
    area_code : str
    changes : DataFrame
        As `recomputed_changes` gives it.

    Returns
    -------
    DataFrame
        One row a counted measure: its names, `offences`, `persons`, `rate` per 1,000 residents,
        `all_rate` of the areas together, `place` (1 is the highest rate) and `n_areas`.
    """
    import pandas as pd

    rows = []
    for row in changes.dropna(subset=["change_pct"]).to_dict("records"):
        areas = rates[(rates["offence"] == row["offence"]) & (rates["period"] == row["baseline"])]
        mine = areas[areas["area_code"] == area_code]
        if mine.empty:
            continue
        here = mine.iloc[0]
        rows.append(
            {name: row[name] for name in _NAMED}
            | {
                "offences": int(here["offences"]),
                "persons": int(here["persons"]),
                "rate": float(here["rate"]),
                "all_rate": float(PER * areas["offences"].sum() / areas["persons"].sum()),
                "place": int((areas["rate"] > here["rate"]).sum()) + 1,
                "n_areas": len(areas),
            }
        )
    return pd.DataFrame(rows, columns=None if rows else _NAMED)


def _asked(evidence: Evidence, counted: pd.DataFrame) -> pd.DataFrame:
    """Recorded crime of the police force areas in the periods of some changes, with their days."""
    import pandas as pd

    crime, areas = evidence.recorded_crime, evidence.areas
    spans = [Period.parse(name) for name in {*counted["baseline"], *counted["period"]}]
    rows = crime[crime["period_end"].isin(pd.to_datetime([span.end for span in spans]))]
    forces = areas.loc[areas["kind"] == "police_force_area", "area_code"]
    return rows[rows["area_code"].isin(forces) & rows["offences"].notna()]


def _counts(asked: pd.DataFrame, classes: str, period: str) -> pd.Series[Any]:
    """Offences of a period by police force area, only where every class is counted."""
    span, names = Period.parse(period), classes.split(" + ")
    inside = asked[
        asked["period_end"].eq(str(span.end)) & asked["period_start"].eq(str(span.start))
    ]
    rows = inside[inside["offence"].isin(names)].groupby("area_code")["offences"]
    total: pd.Series[Any] = rows.sum()
    return total[rows.count() == len(names)]


def _tells(low: Any, high: Any) -> bool:
    # An end that no count can bound tells nothing.
    return bool((not is_missing(low) and low > 0) or (not is_missing(high) and high < 0))


def class_years(evidence: Evidence) -> pd.DataFrame:
    """Put years together from quarters, for classes that outcomes name and years do not hold.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    DataFrame
        Rows of `recorded_crime`: one class, area and window of an outcome each. All of one
        vintage, since a class is taken from the quarters whole or not at all.
    """
    import pandas as pd

    crime, outcomes = evidence.recorded_crime, evidence.outcomes
    asked = outcomes.dropna(subset=["offence", "baseline", "period"])
    windows = {name for column in ("baseline", "period") for name in asked[column]}
    classes = {name for joined in asked["offence"] for name in joined.split(" + ")}
    absent = classes - set(crime["offence"])
    if crime.empty or not absent:
        return pd.DataFrame(columns=crime.columns)
    years = [year_of_quarters(Period.parse(name), absent) for name in sorted(windows)]
    return put_together([*years, crime.iloc[:0]])[list(crime.columns)].astype(crime.dtypes)


def earlier_years(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Give the years before each baseline, of one vintage, for each counted change.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    changes : DataFrame
        As `recomputed_changes` gives it.

    Returns
    -------
    DataFrame
        One row a counted change: `subject_id`, `measure`, `baseline`, `n_years` (earlier years
        held, at most five), `years` and `counts` (those and the baseline, joined by ';'), `mean`
        of the earlier years, `baseline_count`, `above_pct` (the baseline against that mean),
        `release`, `source_id`. Empty where no quarters of a class reach before the baseline.
    """
    import pandas as pd

    columns = ["subject_id", "measure", "baseline", "n_years", "years", "counts", "mean",
               "baseline_count", "above_pct", "release", "source_id"]  # fmt: skip
    counted = changes.dropna(subset=["change_pct"])
    if counted.empty:
        return pd.DataFrame(columns=columns)
    rows = []
    for row in counted.to_dict("records"):
        names, base = row["offence"].split(" + "), Period.parse(row["baseline"])
        told = {}
        for back in range(_EARLIER, -1, -1):
            span = years_back(base, back)
            year = year_of_quarters(span, names, [area_code])
            if len(year) == len(names):
                told[span.label] = int(year["offences"].sum())
            else:
                told.clear()  # a gap: what lies before it is no course up to the baseline
        base_count = told.pop(base.label, None)
        if base_count is None or not told:
            continue
        mean = sum(told.values()) / len(told)
        rows.append(
            {
                "subject_id": row["subject_id"],
                "measure": row["measure"],
                "baseline": row["baseline"],
                "n_years": len(told),
                "years": ";".join([*told, base.label]),
                "counts": ";".join(map(str, [*told.values(), base_count])),
                "mean": mean,
                "baseline_count": base_count,
                "above_pct": PER / 10 * (base_count / mean - 1) if mean else None,
                "release": year["release"].iloc[0],
                "source_id": year["source_id"].iloc[0],
            }
        )
    return pd.DataFrame(rows, columns=columns)


def years_back(span: Period, years: int) -> Period:
    """The same months so many years before."""
    return Period.of(
        span.start.replace(year=span.start.year - years),
        span.end.replace(year=span.end.year - years),
    )


@cache
def latest_quarters() -> pd.DataFrame:
    """The quarters of the vintage that reaches furthest: two vintages never make a course.

    Kept, as are the years made of it: a caller takes rows of either and changes none.
    """
    quarters = load_recorded_crime_quarters()
    last = latest_vintage_named(quarters["vintage"].unique())
    latest: pd.DataFrame = quarters[quarters["vintage"] == last]
    return latest


def year_of_quarters(
    span: Period,
    offences: Collection[str] | None = None,
    areas: Collection[str] | None = None,
) -> pd.DataFrame:
    """Take some classes and areas (all, if none are named) of a year put together of quarters."""
    year = _year_of_quarters(span)
    if offences is not None:
        year = year[year["offence"].isin(offences)]
    return year if areas is None else year[year["area_code"].isin(areas)]


@lru_cache(maxsize=64)
def _year_of_quarters(span: Period) -> pd.DataFrame:
    """Add up the quarters of twelve months by area and class, where all four are counted."""
    import pandas as pd

    quarters = latest_quarters()
    inside = quarters[
        quarters["period_start"].ge(str(span.start)) & quarters["period_end"].le(str(span.end))
    ]
    groups = inside.groupby(["area_code", "offence"])
    added = groups.agg(
        offences=("offences", "sum"), held=("offences", "count"),
        release=("vintage", "last"), source_id=("source_id", "last"),
    ).reset_index()  # fmt: skip
    whole = added[added["held"] == _QUARTERS].drop(columns="held")
    whole["release"] = "Open data tables of quarters, " + whole["release"].astype("str")
    return whole.assign(
        period_start=pd.Timestamp(span.start), period_end=pd.Timestamp(span.end), unknown=None
    )
