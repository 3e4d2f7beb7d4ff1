"""Tables of what was counted for a Review with award lines: changes, and what is beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pccfunding.evidence import Evidence
from pccfunding.measures.comparability import as_breaks, breaks_between
from pccfunding.periods import Period
from pccfunding.review_pack.record import crime_of
from pccfunding.review_pack.tables_changes import (
    one_vintage,
    other_changes,
    recomputed_changes,
)
from pccfunding.review_pack.tables_comparison import (
    class_years,
    earlier_years,
    elsewhere,
    force_rates,
    need,
    noise,
)
from pccfunding.review_pack.tables_course import courses
from pccfunding.review_pack.tables_places import (
    district_changes,
    districts,
    months_scatter,
    nearest_counts,
    other_rates,
    severity,
)

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd


def counted_tables(
    evidence: Evidence, area_code: str, start: dt.date, span: Period
) -> dict[str, pd.DataFrame]:
    """Tables of what was counted: the printed changes, and all that stands beside them."""
    areas = evidence.areas
    inside = areas[areas["parent_code"].eq(area_code) & areas["kind"].eq("local_authority")]
    years = class_years(evidence)
    worked = replace(evidence, recorded_crime=crime_of(evidence, years))
    changes = recomputed_changes(worked, area_code)
    others = other_changes(worked, area_code)
    tables = {
        "places": inside[["area_code", "name"]].reset_index(drop=True),
        "class_years": years,
        "changes": overlapping(changes, span),
        "other_changes": _beside_elsewhere(worked, area_code, others),
        "districts": districts(evidence, area_code, start),
        "district_changes": district_changes(evidence, area_code),
        "severity": severity(evidence, area_code, start),
        "other_rates": other_rates(evidence, area_code, start),
    }
    shown = tables["changes"]
    tables["one_vintage"] = one_vintage(evidence, area_code, shown)
    tables["noise"] = noise(shown)
    tables["nearest"] = nearest_counts(evidence, area_code, shown)
    tables["months"] = months_scatter(evidence, area_code, shown)
    tables["earlier_years"] = earlier_years(worked, area_code, shown)
    tables["elsewhere"] = elsewhere(worked, area_code, shown)
    tables["courses"] = courses(worked, area_code, shown)
    tables["breaks_elsewhere"] = breaks_elsewhere(worked, area_code, tables["elsewhere"])
    tables["force_rates"] = force_rates(worked, shown)
    tables["need"] = need(tables["force_rates"], area_code, shown)
    return tables


def _beside_elsewhere(evidence: Evidence, area_code: str, others: pd.DataFrame) -> pd.DataFrame:
    """Hold the classes that stand beside the quoted ones against the other areas, as those are."""
    named = others.assign(
        subject_id=others["offence"] + ":" + others["period"] + ":" + others["baseline"],
        measure=others["offence"],
        offence_match="same",
    )
    told = elsewhere(evidence, area_code, named)
    if told.empty:
        return named.assign(relative_pct=None, relative_low_pct=None, relative_high_pct=None)
    columns = [name for name in told if name not in others or name == "subject_id"]
    return named.merge(
        told[columns].drop(columns=["measure", "offence_match"]), on="subject_id", how="left"
    )


def breaks_elsewhere(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Breaks of other areas that lie between the windows of the changes held against them."""
    import pandas as pd

    names = evidence.areas.set_index("area_code")["name"]
    found = [evidence.breaks.iloc[:0].assign(area=None)]
    known = as_breaks(evidence.breaks.to_dict("records"), "recorded crime")
    codes = {one.area_code for one in known} - {area_code, "K04000001"}
    for row in changes[["offence", "baseline", "period"]].drop_duplicates().to_dict("records"):
        between = breaks_between(
            Period.parse(row["baseline"]),
            Period.parse(row["period"]),
            offences=row["offence"].split(" + "),
            area_codes=codes,
            known=known,
        )
        for code in sorted(codes & set(names.index)):
            told = [one.break_id for one in between if one.area_code == code]
            rows = evidence.breaks[evidence.breaks["break_id"].isin(told)]
            found.append(rows.assign(area=names[code]))
    return pd.concat(found, ignore_index=True).drop_duplicates("break_id", ignore_index=True)


def overlapping(frame: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Rows that touch the period; a row without a period stays, since nobody said its time."""
    undated = frame["period_end"].isna()
    start, end = span.start.isoformat(), span.end.isoformat()
    touches: pd.Series[bool] = (frame["period_end"] >= start) & (frame["period_start"] <= end)
    return frame[undated | touches].reset_index(drop=True)
