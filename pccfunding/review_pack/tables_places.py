"""Districts and months, severity, incidents and weapons: what is held beside recorded crime."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pccfunding.evaluation import dispersion_from_months, rate_ratio
from pccfunding.evidence.evidence import codes_within
from pccfunding.measures.people import latest_vintage, mid_year_rows
from pccfunding.periods import Period
from pccfunding.periods.spellings import financial_label, financial_year_of
from pccfunding.review_pack.tables_comparison import CITY_OF_LONDON, PER
from pccfunding.words import is_missing

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from pccfunding.evidence import Evidence

KNIFE = "Selected offences involving a knife or sharp instrument"
INCIDENTS = "Anti-social behaviour"
# Categories of street records that hold a class of recorded crime; the first three are wider.
_CATEGORIES = {
    "Residential burglary": "Burglary",
    "Robbery of personal property": "Robbery",
    "Vehicle offences": "Vehicle crime",
    "Robbery": "Robbery",
    "Bicycle theft": "Bicycle theft",
    "Theft from the person": "Theft from the person",
    "Shoplifting": "Shoplifting",
}
_WIDER = ("Residential burglary", "Robbery of personal property")
_SCORES_BEFORE = 3
_COUNTED = ["before", "after", "change_pct", "change_low_pct", "change_high_pct"]


def districts(evidence: Evidence, area_code: str, start: dt.date) -> pd.DataFrame:
    """Give the street records of each district of an area in the months held before a day.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    start : date
        First day of the money.

    Returns
    -------
    DataFrame
        One row a district, the most crimes a resident first: `area_code`, `area`, `months` (a
        period), `crimes`, `incidents`, `persons`, `crimes_per_1000`, `incidents_per_1000` (in those
        months, not a year), `source_id`, `persons_source_id`. Empty where no month is held.
    """
    import pandas as pd

    columns = ["area_code", "area", "months", "crimes", "incidents", "persons",
               "crimes_per_1000", "incidents_per_1000", "source_id",
               "persons_source_id"]  # fmt: skip
    street = _street(evidence, area_code)
    inside = street[(street["area_code"] != area_code) & (street["period_end"] < str(start))]
    runs = _runs(inside["period_start"])
    if not runs:
        return pd.DataFrame(columns=columns)
    span = _span(runs[-1])
    held = inside[inside["period_start"].isin(runs[-1])]
    sums = held.pivot_table(
        index="area_code", columns="recorded_as", values="records", aggfunc="sum", observed=True
    ).reindex(columns=["crime", "incident"])
    table = sums.rename(columns={"crime": "crimes", "incident": "incidents"})
    people = _residents(evidence, span)
    table = table.join(people, how="left")
    table["source_id"] = held.groupby("area_code")["source_id"].last()
    for name in ("crimes", "incidents"):
        table[f"{name}_per_1000"] = PER * table[name] / table["persons"]
    names = evidence.areas.set_index("area_code")["name"]
    table = table.reset_index().assign(months=span.label)
    table["area"] = table["area_code"].map(names)
    table.columns.name = None
    return table.sort_values("crimes_per_1000", ascending=False, ignore_index=True)[columns]


def district_changes(evidence: Evidence, area_code: str) -> pd.DataFrame:
    """Hold the street records of the first year held against the same months of the last.

    Parameters
    ----------
    evidence : Evidence
    area_code : str

    Returns
    -------
    DataFrame
        One row a district and kind of record, and one for all records of the force's files:
        `area_code`, `area`, `recorded_as`, `baseline` and `period` (the same calendar months),
        `before`, `after`, `change_pct` with `change_low_pct` and `change_high_pct` (exact Poisson,
        95%), `source_id_before`, `source_id_after`. Empty where no month is held in two years.
    """
    import pandas as pd

    columns = ["area_code", "area", "recorded_as", "baseline", "period", *_COUNTED]
    columns += ["source_id_before", "source_id_after"]
    street = _street(evidence, area_code)
    early, late = _same_months(street["period_start"])
    if not early:
        return pd.DataFrame(columns=columns)
    names = evidence.areas.set_index("area_code")["name"]
    whole = street.assign(area_code=area_code)
    both = pd.concat([street[street["area_code"] != area_code], whole], ignore_index=True)
    rows = []
    for (code, kind), group in both.groupby(["area_code", "recorded_as"]):
        rows.append(
            {"area_code": code, "area": names.get(code, code), "recorded_as": kind}
            | _compared(group, early, late)
        )
    table = pd.DataFrame(rows)
    order = table["area_code"].eq(area_code)
    table = table.assign(_whole=order).sort_values(
        ["_whole", "area", "recorded_as"], kind="stable", ignore_index=True
    )
    return table[columns]


def severity(evidence: Evidence, area_code: str, start: dt.date) -> pd.DataFrame:
    """Place the severity score of an area among the police force areas, from one release.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    start : date
        First day of the money.

    Returns
    -------
    DataFrame
        One row a financial year, the last three before the money and the last held: `period`,
        `severity_score`, `all_score` (England and Wales; missing where not held), `place` (1 is
        the highest), `n_areas`, `when`, `release`, `source_id`.
    """
    import pandas as pd

    columns = ["period", "severity_score", "all_score", "place", "n_areas", "when", "release",
               "source_id"]  # fmt: skip
    scores = evidence.crime_severity
    scores = scores[scores["offence_group"].eq("Total recorded crime")]
    here = scores[scores["area_code"].eq(area_code)].dropna(subset=["severity_score"])
    if here.empty:
        return pd.DataFrame(columns=columns)
    latest = here.sort_values(["period_end", "release"]).iloc[-1]["release"]
    scores, here = (table[table["release"].eq(latest)] for table in (scores, here))
    before = here[here["period_end"] < str(start)].sort_values("period_end")
    chosen = pd.concat([before.tail(_SCORES_BEFORE), here.sort_values("period_end").tail(1)])
    forces = _forces(evidence)
    rows = []
    for row in chosen.drop_duplicates("period_end").to_dict("records"):
        year = scores[scores["period_end"].eq(row["period_end"])].set_index("area_code")
        others = year.loc[year.index.isin(forces), "severity_score"].dropna()
        others = others.drop(CITY_OF_LONDON, errors="ignore")
        rows.append(
            {
                "period": financial_label(row["period_start"].year),
                "severity_score": row["severity_score"],
                "all_score": year["severity_score"].get("K04000001"),
                "place": int((others > row["severity_score"]).sum()) + 1,
                "n_areas": len(others),
                "when": "before the money"
                if row["period_end"] < pd.Timestamp(start)
                else "since the money began",
                "release": row["release"],
                "source_id": row["source_id"],
            }
        )
    return pd.DataFrame(rows)[columns]


def other_rates(evidence: Evidence, area_code: str, start: dt.date) -> pd.DataFrame:
    """Place an area by incidents and by weapons in the last year held before the money.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    start : date
        First day of the money.

    Returns
    -------
    DataFrame
        One row a series and method: `measure`, `method`, `period`, `counted`, `persons`, `rate`
        per 1,000 residents, `all_rate` of the areas together, `place`, `n_areas`, `source_id`,
        `persons_source_id`. The two methods of counting knife offences are two rows.
    """
    import pandas as pd

    columns = ["measure", "method", "period", "counted", "persons", "rate", "all_rate", "place",
               "n_areas", "source_id", "persons_source_id"]  # fmt: skip
    rows = []
    for (measure, method), series in _series(evidence).groupby(["measure", "method"]):
        here = series[series["area_code"].eq(area_code) & (series["period_end"] < str(start))]
        if here.empty:
            continue
        last = here.sort_values(["period_end", "period_start"]).iloc[-1]
        span = Period.of(last["period_start"].date(), last["period_end"].date())
        same = series["period_start"].eq(last["period_start"]) & series["period_end"].eq(
            last["period_end"]
        )
        counted = series[same].set_index("area_code")
        areas = counted.loc[counted.index.isin(_forces(evidence)), ["counted"]]
        areas = areas.join(_residents(evidence, span), how="inner").dropna(subset=["persons"])
        areas = areas.drop(CITY_OF_LONDON, errors="ignore")
        if area_code not in areas.index:
            continue
        rates = PER * areas["counted"] / areas["persons"]
        rows.append(
            {
                "measure": measure,
                "method": method,
                "period": span.label,
                "counted": int(areas["counted"].to_dict()[area_code]),
                "persons": int(areas["persons"].to_dict()[area_code]),
                "rate": float(rates[area_code]),
                "all_rate": float(PER * areas["counted"].sum() / areas["persons"].sum()),
                "place": int((rates > rates[area_code]).sum()) + 1,
                "n_areas": len(areas),
                "source_id": counted.loc[area_code, "source_id"],
                "persons_source_id": areas.loc[area_code, "persons_source_id"],
            }
        )
    return pd.DataFrame(rows, columns=columns)


def nearest_counts(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Set beside printed changes without counts the nearest counts held, of one method each.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    changes : DataFrame
        As `recomputed_changes` gives it.

    Returns
    -------
    DataFrame
        One row a printed change and pair of years: `subject_id`, `measure`, `counts_of`, `method`,
        `baseline`, `period` (those counted), `before`, `after`, `change_pct` with its exact
        Poisson interval (95%), `source_id_before`, `source_id_after`, `figure_id`.
    """
    import pandas as pd

    columns = ["subject_id", "measure", "counts_of", "method", "baseline", "period", *_COUNTED]
    columns += ["source_id_before", "source_id_after", "figure_id"]
    rows: list[dict[str, Any]] = []
    open_ones = changes[changes["change_pct"].isna() & changes["baseline"].notna()]
    for row in open_ones.to_dict("records"):
        named = {name: row[name] for name in ("subject_id", "measure", "figure_id")}
        if row["offence"] == KNIFE:
            rows += [named | pair for pair in _knife_pairs(evidence, area_code, row)]
        elif row["offence"] == INCIDENTS:
            rows += [named | pair for pair in _incident_pairs(evidence, area_code, row)]
    return pd.DataFrame(rows, columns=columns)


def months_scatter(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Say how much the months held scatter, for each counted change whose class they hold.

    One mean stands for each run of months, so the season is left in: it is part of what a single
    year may differ by.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
    changes : DataFrame
        As `recomputed_changes` gives it.

    Returns
    -------
    DataFrame
        One row a counted change: `subject_id`, `measure`, `category`, `match` ("same", "wider"),
        `n_months`, `months` (in words), `records`, `dispersion` with `dispersion_low` and
        `dispersion_high` (95%), the change's interval at it (`low_pct`, `high_pct`), `source_ids`.
    """
    import pandas as pd

    columns = ["subject_id", "measure", "category", "match", "n_months", "months", "records",
               "dispersion", "dispersion_low", "dispersion_high", "low_pct", "high_pct",
               "source_ids"]  # fmt: skip
    street = _street(evidence, area_code)
    rows = []
    for row in changes.dropna(subset=["change_pct"]).to_dict("records"):
        category = _CATEGORIES.get(row["offence"], "")
        held = street[street["category"].eq(category)]
        runs = _runs(held["period_start"])
        monthly = held.groupby("period_start")["records"].sum()
        if not runs or len(monthly) <= len(runs):
            continue
        # A run takes the place of a calendar month: each has its own mean.
        told = dispersion_from_months(
            [int(monthly[month]) for run in runs for month in run],
            [place for place, run in enumerate(runs, 1) for _ in run],
        )
        if told.dispersion is None:
            continue
        wide = rate_ratio(
            int(row["offences_comparison"]), int(row["offences_baseline"]),
            dispersion=max(1.0, told.dispersion),
        ).frame.iloc[0]  # fmt: skip
        rows.append(
            {
                "subject_id": row["subject_id"],
                "measure": row["measure"],
                "category": category,
                "match": "wider" if row["offence"] in _WIDER else "same",
                "n_months": len(monthly),
                "months": " and ".join(_span(run).words for run in runs),
                "records": int(monthly.sum()),
                "dispersion": told.dispersion,
                "dispersion_low": told.low,
                "dispersion_high": told.high,
                "low_pct": wide["change_low_pct"],
                "high_pct": wide["change_high_pct"],
                "source_ids": ";".join(held["source_id"].drop_duplicates()),
            }
        )
    return pd.DataFrame(rows, columns=columns)


def _knife_pairs(evidence: Evidence, area_code: str, row: dict[Any, Any]) -> list[dict[str, Any]]:
    """Years that share days with the baseline against the year that shares most with the period."""
    table = evidence.knife_and_firearm_offences
    here = table[table["area_code"].eq(area_code) & table["offence"].eq(KNIFE)]
    here = here.dropna(subset=["offences"])
    pairs: list[dict[str, Any]] = []
    for method, series in here.groupby("method"):
        shared = [
            _days_shared(one, row["period_start"], row["period_end"])
            for one in series.to_dict("records")
        ]
        if not shared or max(shared) <= 0:
            continue
        after = series.iloc[shared.index(max(shared))]
        base = Period.parse(row["baseline"])
        for before in series.sort_values("period_start").to_dict("records"):
            if _days_shared(before, _stamp(base.start), _stamp(base.end)) <= 0:
                continue
            pairs.append(
                {
                    "counts_of": KNIFE,
                    "method": method,
                    "baseline": _span_of(before).label,
                    "period": _span_of(after).label,
                    "source_id_before": before["source_id"],
                    "source_id_after": after["source_id"],
                }
                | _change(int(before["offences"]), int(after["offences"]))
            )
    return pairs


def _incident_pairs(
    evidence: Evidence, area_code: str, row: dict[Any, Any]
) -> list[dict[str, Any]]:
    """The months held of the baseline against the same months of the first later year held."""
    street = _street(evidence, area_code)
    incidents = street[street["category"].eq(INCIDENTS)]
    base = Period.parse(row["baseline"])
    inside = incidents["period_start"].between(_stamp(base.start), _stamp(base.end))
    early = sorted(set(incidents.loc[inside, "period_start"]))
    later = [month for month in sorted(set(incidents["period_start"]))
             if month >= row["period_start"]]  # fmt: skip
    for year in sorted({month.year for month in later}):
        late = [month for month in later
                if month.year == year and month.month in {one.month for one in early}]  # fmt: skip
        if early and len(late) == len(early):
            pair = _compared(incidents, early, late)
            return [{"counts_of": INCIDENTS, "method": "street records"} | pair]
    return []


def _series(evidence: Evidence) -> pd.DataFrame:
    """Incidents and weapons in one shape: measure, method, area, period, counted."""
    import pandas as pd

    incidents = evidence.asb_incidents.rename(columns={"incidents": "counted"})
    incidents = incidents.assign(
        measure=f"{INCIDENTS} (incidents, not crimes)", method="as recorded by forces"
    )
    weapons = evidence.knife_and_firearm_offences
    weapons = weapons.rename(columns={"offence": "measure", "offences": "counted"})
    columns = ["measure", "method", "area_code", "period_start", "period_end", "counted",
               "source_id"]  # fmt: skip
    both = pd.concat([incidents[columns], weapons[columns]], ignore_index=True)
    return both.dropna(subset=["counted"])


def _street(evidence: Evidence, area_code: str) -> pd.DataFrame:
    """Street records of an area and of the districts inside it."""
    street = evidence.street_crime
    return street[street["area_code"].isin(codes_within(evidence.areas, area_code))]


def _residents(evidence: Evidence, span: Period) -> pd.DataFrame:
    """Residents at the mid-year inside a period, or inside the financial year that holds it."""
    people = latest_vintage(evidence.population)
    rows = mid_year_rows(people, span)
    if rows.empty:
        year = financial_label(financial_year_of(span.start))
        rows = mid_year_rows(people, Period.parse(year))
    rows = rows.set_index("area_code")[["persons", "source_id"]]
    return rows.rename(columns={"source_id": "persons_source_id"})


def _forces(evidence: Evidence) -> pd.Series[str]:
    areas = evidence.areas
    codes: pd.Series[str] = areas.loc[areas["kind"] == "police_force_area", "area_code"]
    return codes


def _runs(months: Iterable[Any]) -> list[list[Any]]:
    """Months that follow one another without a gap, run by run."""
    runs: list[list[Any]] = []
    for month in sorted(set(months)):
        follows = runs and (month.year * 12 + month.month) == (
            runs[-1][-1].year * 12 + runs[-1][-1].month + 1
        )
        if follows:
            runs[-1].append(month)
        else:
            runs.append([month])
    return runs


def _same_months(months: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """The months of the first year held whose like is held in the last year."""
    held = sorted(set(months))
    if not held:
        return [], []
    last = held[-1].year
    late = {month.month: month for month in held if month.year == last}
    for year in sorted({month.year for month in held if month.year < last}, reverse=True):
        early = [month for month in held if month.year == year and month.month in late]
        if early:
            return early, [late[month.month] for month in early]
    return [], []


def _compared(rows: pd.DataFrame, early: list[Any], late: list[Any]) -> dict[str, Any]:
    first, second = (rows[rows["period_start"].isin(months)] for months in (early, late))
    return {
        "baseline": _span(early).label,
        "period": _span(late).label,
        "source_id_before": first["source_id"].iloc[0] if len(first) else None,
        "source_id_after": second["source_id"].iloc[0] if len(second) else None,
    } | _change(int(first["records"].sum()), int(second["records"].sum()))


def _change(before: int, after: int) -> dict[str, Any]:
    told = rate_ratio(after, before).frame.iloc[0]
    return {
        "before": before,
        "after": after,
        "change_pct": told["change_pct"],
        "change_low_pct": told["change_low_pct"],
        "change_high_pct": told["change_high_pct"],
    }


def _span(months: list[Any]) -> Period:
    import pandas as pd

    return Period.of(months[0].date(), (months[-1] + pd.offsets.MonthEnd(0)).date())


def _span_of(row: Any) -> Period:
    return Period.of(row["period_start"].date(), row["period_end"].date())


def _days_shared(row: dict[Any, Any], start: Any, end: Any) -> int:
    if is_missing(start) or is_missing(end):
        return 0
    return int((min(row["period_end"], end) - max(row["period_start"], start)).days) + 1


def _stamp(day: Any) -> Any:
    import pandas as pd

    return pd.Timestamp(day)
