"""Published changes set beside the same changes recomputed from counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.evaluation.published_change import judge_change
from pccfunding.evidence.evidence import codes_within
from pccfunding.intervals import Interval
from pccfunding.measures import reduction
from pccfunding.measures.comparability import Break, as_breaks, breaks_between
from pccfunding.periods import Period
from pccfunding.review_pack.tables_comparison import year_of_quarters
from pccfunding.words import day_words, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence


_WINDOWS = ["baseline_start", "baseline_end", "period_start", "period_end"]
_ORDER = {"reproduced": 0, "consistent": 1, "not settled": 2, "not testable": 3}
_COUNTED = [
    "offences_baseline",
    "offences_comparison",
    "change_pct",
    "change_low_pct",
    "change_high_pct",
]


def recomputed_changes(evidence: Evidence, area_code: str) -> pd.DataFrame:
    """Set each published change beside the change of the counts, where there are counts.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
        ONS code of the area.

    Returns
    -------
    DataFrame
        One row a published change in percent of the area or of a district inside it:
        `subject_id`, `area_code`, `measure`, `token`, `printed_pct`,
        `printed_low_pct`, `printed_high_pct`, `period`, `baseline`, `offence`, `offence_match`,
        `offences_baseline`, `offences_comparison`, `change_pct` with `change_low_pct` and
        `change_high_pct` (exact Poisson, 95%), `verdict` ("reproduced", "consistent",
        "not settled", "not testable"; see `published_change`), `why`, `break` (what stops the
        two windows from being alike, if anything recorded does), `figure_id`.
    """
    import pandas as pd

    outcomes = evidence.outcomes
    inside = outcomes["area_code"].isin(codes_within(evidence.areas, area_code))
    here = outcomes[inside & outcomes["change_pct"].notna()]
    printed = here.rename(
        columns={
            "change_pct": "printed_pct",
            "value_low": "printed_low_pct",
            "value_high": "printed_high_pct",
        }
    )
    counted = [
        _counted(evidence, group["area_code"].iloc[0], group)
        for _, group in here[here["offence"].notna()].groupby(["area_code", *_WINDOWS])
        if _is_counted(evidence, group["area_code"].iloc[0], group)
    ]
    counts = (
        pd.concat(counted, ignore_index=True)
        if counted
        else pd.DataFrame(columns=["subject_id", *_COUNTED])
    )
    table = printed.merge(counts, on="subject_id", how="left", validate="1:1")
    judged = [_judge(row) for row in table.to_dict("records")]
    table["verdict"] = [verdict for verdict, _ in judged]
    table["why"] = [why for _, why in judged]
    table["break"] = _breaks(evidence, area_code, table)
    table["_order"] = table["verdict"].map(_ORDER)
    table = table.sort_values(["_order", "period", "measure"], kind="stable", ignore_index=True)
    return table[
        [
            "subject_id",
            "area_code",
            "measure",
            "token",
            "printed_pct",
            "printed_low_pct",
            "printed_high_pct",
            "period",
            "baseline",
            "period_start",
            "period_end",
            "offence",
            "offence_match",
            *_COUNTED,
            "verdict",
            "why",
            "break",
            "better",
            "funding_stream",
            "attribution",
            "base_count",
            "figure_id",
        ]
    ]


# What a proxy takes for a class that the years do not hold, and the quarters do.
_EXACT = {"Robbery": "Robbery of personal property"}


def one_vintage(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Recompute printed changes from quarters, so that both counts are of one vintage.

    Parameters
    ----------
    evidence : Evidence
        Gives which classes have counts at all: without `recorded_crime` nothing is recomputed.
    area_code : str
    changes : DataFrame
        As `recomputed_changes` gives it.

    Returns
    -------
    DataFrame
        One row a change of the area whose classes have all quarters of both windows: `subject_id`,
        `measure`, `printed_pct`, `period`, `baseline`, `offence` (of a proxy each class by the
        definition of the measure), `offences_baseline`, `offences_comparison`, `change_pct` with
        its exact Poisson bounds, `verdict`, `why`, `release`, `source_id`, `figure_id`.
    """
    import pandas as pd

    columns = ["subject_id", "measure", "printed_pct", "period", "baseline", "offence", *_COUNTED,
               "verdict", "why", "release", "source_id", "figure_id"]  # fmt: skip
    if evidence.recorded_crime.empty:
        return pd.DataFrame(columns=columns)
    asked = changes[changes["area_code"].eq(area_code) & changes["offence"].notna()]
    rows = []
    for row in asked.dropna(subset=["baseline", "period"]).to_dict("records"):
        names = row["offence"].split(" + ")
        if row["offence_match"] == "proxy":
            names = [_EXACT.get(name, name) for name in names]
        spans = [Period.parse(row[one]) for one in ("baseline", "period")]
        years = [year_of_quarters(span, names, [area_code]) for span in spans]
        if any(len(year) != len(names) for year in years):
            continue
        told = _bounds(
            reduction(
                pd.concat(years, ignore_index=True).assign(subject_id=row["subject_id"]),
                baseline=row["baseline"],
                comparison=row["period"],
                by="subject_id",
            )
        ).to_dict("records")[0]
        counted = row | {name: told[name] for name in _COUNTED} | {"offence_match": "same"}
        verdict, why = _judge(counted)
        last = years[1].to_dict("records")[0]
        rows.append(
            counted
            | {"offence": " + ".join(names), "verdict": verdict, "why": why}
            | {name: last[name] for name in ("release", "source_id")}
        )
    return pd.DataFrame(rows, columns=columns)


def other_changes(evidence: Evidence, area_code: str) -> pd.DataFrame:
    """Changes of the classes beside the quoted ones, over the same windows.

    Parameters
    ----------
    evidence : Evidence
    area_code : str
        ONS code of the area.

    Returns
    -------
    DataFrame
        One row an offence class: `offence`, `period`, `baseline`, counts and `change_pct` with its
        exact Poisson bounds; `quoted` (whether a source held quotes the class for other years);
        `break` (what stops the two windows from being alike, if anything recorded does); largest
        rise first.
    """
    import pandas as pd

    outcomes = evidence.outcomes
    quoted = outcomes[(outcomes["area_code"] == area_code) & outcomes["offence"].notna()]
    quoted = quoted[quoted["baseline"].notna() & quoted["period"].notna()]
    crime = evidence.recorded_crime[evidence.recorded_crime["area_code"] == area_code]
    tables = []
    for _, group in quoted.groupby(["baseline", "period"]):
        if not _is_counted(evidence, area_code, group):
            continue
        baseline, period = group["baseline"].iloc[0], group["period"].iloc[0]
        named = {name for classes in group["offence"] for name in classes.split(" + ")}
        rest = crime[~crime["offence"].isin(named)]
        changed = _bounds(reduction(rest, baseline=baseline, comparison=period, by="offence"))
        tables.append(changed.assign(baseline=baseline, period=period))
    columns = ["offence", "period", "baseline", *_COUNTED, "quoted", "break"]
    if not tables:
        return pd.DataFrame(columns=columns)
    found = pd.concat(tables, ignore_index=True).dropna(subset=["change_pct"])
    inside = outcomes["area_code"].isin(codes_within(evidence.areas, area_code))
    here = outcomes[inside & outcomes["offence"].notna()]
    anywhere = {name for classes in here["offence"] for name in classes.split(" + ")}
    found["quoted"] = found["offence"].isin(anywhere)
    found["break"] = _breaks(evidence, area_code, found)
    return found.sort_values("change_pct", ascending=False, ignore_index=True)[columns]


def _breaks(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> list[str | None]:
    """Say for each change what broke between its windows; None where nothing recorded did."""
    known = as_breaks(evidence.breaks.to_dict("records"), "recorded crime")
    told: list[str | None] = []
    for row in changes.to_dict("records"):
        if not isinstance(row["offence"], str) or not isinstance(row["baseline"], str):
            told.append(None)
            continue
        found = breaks_between(
            Period.parse(row["baseline"]),
            Period.parse(row["period"]),
            offences=row["offence"].split(" + "),
            area_codes=[area_code],
            known=known,
        )
        told.append(" ".join(_break_words(one) for one in found) or None)
    return told


def _break_words(one: Break) -> str:
    day = one.changed_on
    assert day is not None  # a break without a day lies between no windows
    return f"{one.kind}, {day_words(day)}: {one.what_changed}"


def _is_counted(evidence: Evidence, area_code: str, group: pd.DataFrame) -> bool:
    """Whether counts of the area are held for both windows."""
    crime = evidence.recorded_crime
    ends = set(crime.loc[crime["area_code"] == area_code, "period_end"])
    first = group.iloc[0]
    return first["baseline_end"] in ends and first["period_end"] in ends


def _counted(evidence: Evidence, area_code: str, group: pd.DataFrame) -> pd.DataFrame:
    crime = evidence.recorded_crime
    here = crime[crime["area_code"] == area_code]
    classes = group[["subject_id", "offence"]].assign(
        offence=group["offence"].str.split(" + ", regex=False)
    )
    rows = classes.explode("offence").merge(here, on="offence")
    return _bounds(
        reduction(
            rows,
            baseline=group["baseline"].iloc[0],
            comparison=group["period"].iloc[0],
            by="subject_id",
        )
    )[["subject_id", *_COUNTED]]


def _bounds(changed: pd.DataFrame) -> pd.DataFrame:
    """Turn bounds of the reduction into bounds of the change."""
    return changed.assign(
        change_low_pct=-changed["reduction_high_pct"],
        change_high_pct=-changed["reduction_low_pct"],
    )


def _judge(row: dict[Any, Any]) -> tuple[str, str]:
    before, after = row["offences_baseline"], row["offences_comparison"]
    if is_missing(before) or is_missing(after) or not before:
        has_class = isinstance(row["offence"], str)
        return "not testable", (
            "no counts for these periods" if has_class else "no counts of this measure are held"
        )
    verdict, why = judge_change(
        Interval.of(_exact(row["printed_low_pct"]), _exact(row["printed_high_pct"])),
        int(after),
        int(before),
        # No source says which release it counted in, and counts go on being revised.
        counts="another release" if row["offence_match"] == "same" else "another class",
        noise=(row["change_low_pct"], row["change_high_pct"]),
    )
    classes = {"wider": "a wider class", "proxy": "classes put together as a proxy"}
    match = row["offence_match"]
    return verdict, f"counts of {classes[match]}" if match in classes else why


def _exact(end: float) -> str | None:
    """Give a printed end as its decimal; None where the words leave that side open."""
    return None if is_missing(end) else str(end)
