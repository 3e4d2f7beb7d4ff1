"""What the national tables say of one area: its crime, need, police and money, beside the others.

A Review without a list of awards is made of these; one with a list takes the money per head.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from pccfunding.evaluation import funnel_limits
from pccfunding.evidence.evidence import bundled_table
from pccfunding.measures import reduction
from pccfunding.measures.comparability import breaks_between
from pccfunding.measures.people import latest_vintage, mid_year_inside
from pccfunding.periods import Period
from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.tables_area_money import (
    commissioned_services,
    council_tax_of,
    funding_lines,
    officers_per_1000,
)
from pccfunding.review_pack.tables_comparison import (
    CITY_OF_LONDON,
    PER,
    elsewhere,
    force_rates,
    latest_quarters,
    need,
    noise,
    year_of_quarters,
)
from pccfunding.review_pack.tables_counted import breaks_elsewhere

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence

TOTAL = "Total recorded crime (excluding fraud)"
# How `breaks` names a break of the whole series.
ALL_CLASSES = "All classes"
N_NEAREST = 10
# The last whole years before the pandemic end in 2019.
_BEFORE_PANDEMIC, _YEARS_BACK = 2019, 5


class YearPair(NamedTuple):
    """Two years of counts, and the latest year whose residents are known."""

    baseline: Period
    comparison: Period
    need: Period


def years_of(period: Period | None) -> YearPair | None:
    """Choose the two years by rule, before any count is looked at.

    The later year is the last four quarters held that end within the period; the earlier one is
    the same twelve months of 2019, or of five years before where the later year ends before 2021.

    Returns
    -------
    YearPair or None
        None where no such two years are held.
    """
    quarters = latest_quarters()
    days = quarters["period_end"]
    held = days if period is None else days[days <= str(period.end)]
    first = quarters["period_start"].min().date()
    if held.empty:
        return None
    last = held.max().date()
    if period is not None and last < period.start:
        return None
    comparison = _year_to(last)
    back = last.year - _BEFORE_PANDEMIC if last.year > _BEFORE_PANDEMIC + 1 else _YEARS_BACK
    choices = [_year_to(_years_before(last, years)) for years in range(back, 0, -1)]
    baseline = next((year for year in choices if year.start >= first), None)
    if baseline is None:
        return None
    people = latest_vintage(bundled_table("population"))
    known = set(people["reference_date"].dt.year)
    latest = (
        _year_to(_years_before(last, years)) for years in range(last.year - baseline.end.year)
    )
    counted = next((year for year in latest if mid_year_inside(year) in known), baseline)
    return YearPair(baseline, comparison, counted)


def _year_to(last: dt.date) -> Period:
    following = last + dt.timedelta(days=1)
    return Period.of(following.replace(year=following.year - 1), last)


def _years_before(last: dt.date, years: int) -> dt.date:
    # Quarters end on the 30th or the 31st, so that every year has the day.
    return last.replace(year=last.year - years)


def year_counts(years: YearPair | None) -> pd.DataFrame:
    """Add quarters up to the years asked for: every police force area and class.

    Returns
    -------
    DataFrame
        One row an area, offence and year with all four quarters: `area_code`, `offence`,
        `period_start`, `period_end`, `offences`, `release`, `vintage`, `source_id`.
    """
    import pandas as pd

    columns = [
        "area_code",
        "offence",
        "period_start",
        "period_end",
        "offences",
        "release",
        "vintage",
        "source_id",
    ]
    if years is None:
        return pd.DataFrame(columns=columns)
    tables = [year_of_quarters(year) for year in dict.fromkeys(years)]
    found = pd.concat(tables, ignore_index=True)
    vintage = latest_quarters()["vintage"].iloc[0]
    return found.assign(vintage=vintage, release=f"Four quarters, vintage {vintage}")[columns]


def with_bundled_sources(evidence: Evidence) -> Evidence:
    """Put every bundled source into the evidence, so that bundled statistics can be cited."""
    import pandas as pd

    bundled = bundled_table("sources")
    missing = bundled[~bundled["source_id"].isin(evidence.sources["source_id"])]
    sources = pd.concat([evidence.sources, missing], ignore_index=True)
    return dataclasses.replace(evidence, sources=sources) if len(missing) else evidence


def with_counts(evidence: Evidence, counts: pd.DataFrame) -> Evidence:
    """Put the counts of a Review without awards, and every bundled source, into the evidence."""
    return dataclasses.replace(with_bundled_sources(evidence), recorded_crime=counts)


def class_changes(counts: pd.DataFrame, area_code: str, years: YearPair | None) -> pd.DataFrame:
    """Compare every class of the area over the two years, the largest count first.

    Returns
    -------
    DataFrame
        `subject_id`, `measure` and `offence` (all three the class), `offence_match`
        (always *same*), `baseline`, `period`, the counts, `change_pct` with its exact Poisson
        bounds, `caution` (breaks of method or law between the years) and `not_compared` (why
        there is no change).
    """
    import pandas as pd

    columns = [
        "subject_id",
        "measure",
        "offence",
        "offence_match",
        "baseline",
        "period",
        "offences_baseline",
        "offences_comparison",
        "change_pct",
        "change_low_pct",
        "change_high_pct",
        "caution",
        "not_compared",
    ]
    here = counts[counts["area_code"] == area_code]
    if years is None or here.empty:
        return pd.DataFrame(columns=columns)
    changed = reduction(
        here, baseline=years.baseline, comparison=years.comparison, by=["area_code", "offence"]
    )
    found = changed.assign(
        subject_id=changed["offence"],
        measure=changed["offence"],
        offence_match="same",
        baseline=years.baseline.label,
        period=years.comparison.label,
        change_low_pct=-changed["reduction_high_pct"],
        change_high_pct=-changed["reduction_low_pct"],
        not_compared=changed["unknown_reason"],
    )[columns]
    order = ["offences_comparison", "offences_baseline", "offence"]
    return found.sort_values(order, ascending=[False, False, True], ignore_index=True)


def breaks_of(area_code: str, changes: pd.DataFrame, years: YearPair | None) -> pd.DataFrame:
    """List the breaks of recorded crime between the two years that touch the area's classes."""
    import pandas as pd

    found = []
    if years is not None:
        found = breaks_between(
            years.baseline,
            years.comparison,
            offences=set(changes["offence"]),
            area_codes=[area_code],
            vintage=latest_quarters()["vintage"].iloc[0],
        )
    return pd.DataFrame(
        [
            {
                "offence": ALL_CLASSES if one.offence == "All" else one.offence,
                "changed_on": one.changed_on,
                "kind": one.kind,
                "what_changed": one.what_changed,
                "source_id": one.source_id,
                "locator": one.locator,
            }
            for one in found
        ],
        columns=["offence", "changed_on", "kind", "what_changed", "source_id", "locator"],
    )


def nearest_areas(
    evidence: Evidence, area_code: str, years: YearPair | None, counts: pd.DataFrame
) -> pd.DataFrame:
    """Name the ten areas nearest to this one, by a rule that looks at no change.

    Residents and earlier rate of all recorded crime, both as logarithms, and in England the
    average score of deprivation, each over its standard deviation between the areas compared;
    the distance is the root of the sum of squares. England is compared with England alone, since
    no score is held for Wales; Wales with all areas, without deprivation.

    Returns
    -------
    DataFrame
        `area_code`, `area`, `distance`, `persons`, `rate` per 1,000 residents in the earlier
        year, `deprivation_score`, and the sources of offences and
        residents. Empty for the City of London, which is like no other area.
    """
    import numpy as np
    import pandas as pd

    columns = [
        "area_code",
        "area",
        "distance",
        "persons",
        "rate",
        "deprivation_score",
        "offences_source_id",
        "persons_source_id",
    ]
    if years is None or area_code == CITY_OF_LONDON:
        return pd.DataFrame(columns=columns)
    asked = pd.DataFrame(
        {
            "offence": [TOTAL],
            "baseline": [years.baseline.label],
            "period": [years.comparison.label],
            "change_pct": [0.0],
        }
    )
    held = force_rates(with_counts(evidence, counts), asked)
    scores = _deprivation("Index of multiple deprivation").set_index("area_code")["average_score"]
    held = held.assign(deprivation_score=held["area_code"].map(scores))
    if area_code in scores.index:
        held = held[held["deprivation_score"].notna()]
    features = pd.DataFrame(
        {name: np.log(held[name].astype(float)) for name in ("persons", "rate")}
    )
    if area_code in scores.index:
        features = features.assign(score=held["deprivation_score"])
    if area_code not in set(held["area_code"]):
        return pd.DataFrame(columns=columns)
    place = held.index[held["area_code"] == area_code][0]
    apart = (features - features.loc[place]) / features.std()
    found = held.assign(distance=np.sqrt((apart**2).sum(axis=1))).drop(index=place)
    ordered = found.sort_values(["distance", "area_code"]).head(N_NEAREST)
    closest: pd.DataFrame = ordered[columns].reset_index(drop=True)
    return closest


def beside_others(
    evidence: Evidence, area_code: str, changes: pd.DataFrame, nearest: pd.DataFrame
) -> pd.DataFrame:
    """Set each change beside all other areas together, their middle, and the nearest together.

    Returns
    -------
    DataFrame
        As `elsewhere` gives it, with `middle_change_pct` (the median of the other areas' changes)
        and `nearest_change_pct`.
    """
    found = elsewhere(evidence, area_code, changes)
    if found.empty:
        return found.assign(middle_change_pct=None, nearest_change_pct=None)
    crime = evidence.recorded_crime
    near = crime[crime["area_code"].isin([area_code, *nearest["area_code"]])]
    beside = elsewhere(dataclasses.replace(evidence, recorded_crime=near), area_code, changes)
    by_class: dict[Any, Any] = (
        dict(zip(beside["subject_id"], beside["others_change_pct"], strict=True))
        if len(beside)
        else {}
    )
    span = Period.parse(found["baseline"].iloc[0]), Period.parse(found["period"].iloc[0])
    before, after = (
        crime[crime["period_end"].eq(str(one.end))].set_index(["offence", "area_code"])["offences"]
        for one in span
    )
    ratio = (100 * (after / before.where(before > 0) - 1)).dropna().astype(float)
    forces = evidence.areas.loc[evidence.areas["kind"] == "police_force_area", "area_code"]
    codes = ratio.index.get_level_values("area_code")
    middle = ratio[codes.isin(forces) & (codes != area_code)].groupby(level="offence").median()
    return found.assign(
        middle_change_pct=found["offence"].map(middle),
        nearest_change_pct=found["subject_id"].map(by_class),
    )


def class_rates(evidence: Evidence, changes: pd.DataFrame, years: YearPair | None) -> pd.DataFrame:
    """Give the rate of each class in every area, in the latest year whose residents are known."""
    asked = changes.dropna(subset=["offences_comparison"])
    label = "" if years is None else years.need.label
    return force_rates(evidence, asked.assign(baseline=label, change_pct=0.0))


def placed_rates(rates: pd.DataFrame, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Place the area among the rates of all, with funnel limits widened by the areas' spread.

    Returns
    -------
    DataFrame
        As `need` gives it, with `against_limits`: "above", "below" or "within" the widened
        limits (99.8%), or why there are none.
    """
    import pandas as pd

    if rates.empty or area_code not in set(rates["area_code"]):
        return pd.DataFrame(columns=["offence", "rate", "all_rate", "place", "n_areas"])
    label = rates["period"].iloc[0]
    asked = changes.dropna(subset=["offences_comparison"])
    found = need(rates, area_code, asked.assign(baseline=label, change_pct=0.0))
    return found.assign(
        against_limits=[
            _against_limits(rates[rates["offence"] == row["offence"]], area_code, row)
            for row in found.to_dict("records")
        ]
    )


def _against_limits(areas: pd.DataFrame, area_code: str, row: dict[Any, Any]) -> str:
    counted = areas[areas["offences"] >= 0]
    limits = funnel_limits(
        counted["offences"].astype(int).tolist(),
        counted["persons"].astype(int).tolist(),
        labels=counted["area_code"].tolist(),
        per=PER,
    )
    if limits.reason is not None:
        return limits.reason
    if area_code not in limits.outside_widened:
        return "within"
    return "above" if row["rate"] > row["all_rate"] else "below"


def severity_scores(evidence: Evidence, area_code: str, period: Period) -> pd.DataFrame:
    """Give the severity scores of the latest year held up to the end of a period, and the place.

    Returns
    -------
    DataFrame
        `offence_group`, `period`, `severity_score`, `middle_score` (median of the areas), `place`
        (1 is the highest score), `n_areas`, `release`, `source_id`.
    """
    import pandas as pd

    table = evidence.crime_severity
    forces = evidence.areas.loc[evidence.areas["kind"] == "police_force_area", "area_code"]
    table = table[table["area_code"].isin(forces) & table["severity_score"].notna()]
    table = table[table["period_end"] <= str(period.end)]
    columns = [
        "offence_group",
        "period",
        "severity_score",
        "middle_score",
        "place",
        "n_areas",
        "release",
        "source_id",
    ]
    if table.empty:
        return pd.DataFrame(columns=columns)
    table = table[table["period_end"] == table["period_end"].max()]
    table = table[table["release"] == table["release"].max()]
    groups = table.groupby("offence_group")["severity_score"]
    placed = table.assign(
        middle_score=groups.transform("median"),
        place=groups.rank(ascending=False, method="min").astype(int),
        n_areas=groups.transform("count"),
        period=[financial_label(start.year) for start in table["period_start"]],
    )
    found = placed[placed["area_code"] == area_code]
    ordered = found.sort_values("severity_score", ascending=False)
    scores: pd.DataFrame = ordered[columns].reset_index(drop=True)
    return scores


def _deprivation(domain: str | None = None) -> pd.DataFrame:
    table = bundled_table("deprivation")
    table = table[table["level"] == "force"]
    return table if domain is None else table[table["domain"] == domain]


def deprivation_of(area_code: str) -> pd.DataFrame:
    """Give the deprivation scores of an area of England; no row for Wales."""
    table = _deprivation()
    found = table[table["area_code"] == area_code]
    columns = ["domain", "average_score", "rank_of_average_score", "areas_ranked", "source_id"]
    first = found["domain"].eq("Index of multiple deprivation")
    ordered = found.assign(_first=~first).sort_values(["_first", "rank_of_average_score", "domain"])
    scores: pd.DataFrame = ordered[columns].reset_index(drop=True)
    return scores


def area_tables(evidence: Evidence, area_code: str, period: Period | None) -> dict[str, Any]:
    """Work every table of a Review without awards.

    Returns
    -------
    dict of str to DataFrame
        counts, class_changes, noise, elsewhere, breaks_elsewhere, nearest, breaks, force_rates,
        need, severity, deprivation, officers, commissioned_services, funding, council_tax.
    """
    years = years_of(period)
    span = period or _period_of(years)
    counts = year_counts(years)
    held = with_counts(evidence, counts)
    changes = class_changes(counts, area_code, years)
    nearest = nearest_areas(evidence, area_code, years, counts)
    rates = class_rates(held, changes, years)
    beside = beside_others(held, area_code, changes, nearest)
    return {
        "class_changes": changes,
        "breaks": breaks_of(area_code, changes, years),
        "breaks_elsewhere": breaks_elsewhere(held, area_code, beside),
        "noise": noise(changes),
        "elsewhere": beside,
        "nearest": nearest,
        "force_rates": rates,
        "need": placed_rates(rates, area_code, changes),
        "severity": severity_scores(evidence, area_code, span),
        "deprivation": deprivation_of(area_code),
        "officers": officers_per_1000(evidence, area_code, span),
        "commissioned_services": commissioned_services(evidence, area_code),
        "funding": funding_lines(evidence, area_code, span),
        "council_tax": council_tax_of(area_code, span),
        "counts": counts,
    }


def _period_of(years: YearPair | None) -> Period:
    assert years is not None  # without a period, the last four quarters held are taken
    return years.comparison
