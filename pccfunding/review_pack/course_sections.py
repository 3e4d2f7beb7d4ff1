"""Changes beside several earlier years of all areas: the words and tables of questions 8 and 9."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.evaluation.panel_change import CHANGE
from pccfunding.review_pack.area_rows import span_words
from pccfunding.review_pack.blocks import Column, Table, frame_table
from pccfunding.review_pack.tables_course import FEWEST_YEARS
from pccfunding.review_pack.wording import listed, measured, when_text
from pccfunding.words import (
    count,
    counted,
    floor_text,
    is_missing,
    number_text,
    open_interval_text,
    p_text,
    percent,
)

if TYPE_CHECKING:
    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record

_CHANGE = ("change_low_pct", "change_high_pct")
_TREND = ("earlier_trend_low_pct", "earlier_trend_high_pct")
_EXPECTED = ("expected_low_pct", "expected_high_pct")


def beside_years(found: Record, cited: Citations) -> list[Table]:
    """The table of changes here beside the other areas, over several earlier years."""
    table = found.tables["courses"]
    if table.empty:
        return []
    rows = table.to_dict("records")
    keys = []
    for row in rows:
        key = f"course:{row['subject_id']}"
        shown = (
            f"{percent(row['change_pct'])} ({_ends(row, *_CHANGE)}); "
            f"{_p_words(row, len(rows))}; {counted(row['n_areas'], 'area')}; "
            f"earlier {_trend_words(row)}"
        )
        cited.derived(
            key,
            what=f"{measured(row)}, beside the other areas over several years, per resident",
            shown=shown,
            working=f"panel_change over {row['years'].replace(';', ', ')}: here "
            f"{_counts(row['counts'])}; {row['n_areas'] - 1} other areas "
            f"{_counts(row['counts_elsewhere'])}; this area with the award from "
            f"{when_text(row['period'])}; residents of each mid-year as exposure; the change that "
            "the test does not reject lies in the interval, 95%",
            inputs=_years_entered(found, cited, row),
            value=row["change_pct"],
            unit="percent",
            bounds=tuple(row[end] for end in _CHANGE),
        )
        keys.append([key])
    return [
        frame_table(
            table.assign(
                measure=[measured(row) for row in rows],
                before=[_before(row) for row in rows],
                beyond=[f"{percent(row['change_pct'])} ({_ends(row, *_CHANGE)})"
                        for row in rows],
                told=[_p_words(row, len(rows)) for row in rows],
                course=[_trend_words(row) for row in rows],
                source=cited.cells(keys),
            ),
            {
                "measure": Column("Measure"),
                "before": Column("Earlier years"),
                "n_areas": Column("Areas", numeric=True),
                "beyond": Column("Here beyond the others (95%)", numeric=True),
                "told": Column("Test"),
                "verdict": Column("Verdict"),
                "course": Column("Earlier difference in trend (90%)", numeric=True),
                "source": Column("From"),
            },
            id="course-table",
            caption="Here beside the other areas over several years, per resident",
            note="Areas and years have a level of their own each. The test deals out which area is "
            "this one. One area with the money can show little: see the smallest attainable p.",
        )
    ]  # fmt: skip


def course_words(found: Record) -> str:
    """Say what several earlier years show of the changes here, beside the other areas."""
    table, changes = found.tables["courses"], found.tables["elsewhere"]
    if table.empty:
        return (
            f"Whether the areas moved alike before takes at least {FEWEST_YEARS} earlier years of "
            f"all of them: they are held for none of the {counted(len(changes), 'change')}."
        )
    beyond = [measured(row) for row in table.to_dict("records") if row["verdict"] == CHANGE]
    said = f"{listed(beyond)} changed" if beyond else "none of them changed"
    alike = int((table["maryland_level"] >= 3).sum())
    return (
        f"At least {FEWEST_YEARS} earlier years of all areas are held for {len(table)} of the "
        f"{counted(len(changes), 'change')}. Over those years, per resident, {said} beyond the "
        f"other areas; the areas are shown to have moved alike before for {alike} of them."
    )


def return_words(found: Record) -> str:
    """Say what a return to the mean alone would make of the baselines, where years tell."""
    table = found.tables["courses"]
    held = [row for row in table.to_dict("records") if not is_missing(row["expected_change_pct"])]
    if not held:
        return ""
    said = [
        f"{row['measure']} {percent(row['expected_change_pct'])} ({span_words(row, *_EXPECTED)})"
        for row in held
    ]
    return (
        "Going by all areas in earlier years, a return to the mean alone would give "
        f"{listed(said)}, against the areas together."
    )


def enter_return(found: Record, cited: Citations) -> list[str]:
    """Enter what a return to the mean would make of each baseline; give the keys."""
    keys = []
    for row in found.tables["courses"].to_dict("records"):
        if is_missing(row["expected_change_pct"]):
            continue
        key = f"return:{row['subject_id']}"
        cited.derived(
            key,
            what=f"{measured(row)}: change to expect of a return to the mean alone",
            shown=f"{percent(row['expected_change_pct'])} ({span_words(row, *_EXPECTED)})",
            working=f"regression_to_the_mean over {row['n_areas']} areas and "
            f"{row['years'].replace(';', ', ')}: correlation of centred log rates as many years "
            f"apart {number_text(row['correlation'], digits=3)}; (r - 1)(C - mean C); interval "
            "from where areas of earlier years ended, 95%",
            inputs=_years_entered(found, cited, row),
            value=row["expected_change_pct"],
            unit="percent",
            bounds=tuple(row[end] for end in _EXPECTED),
        )
        keys.append(key)
    return keys


def _years_entered(found: Record, cited: Citations, row: dict[Any, Any]) -> list[str]:
    """Enter the counts of each year here and elsewhere; give the keys."""
    keys = []
    for where, code, column in (
        (found.area.name, found.area.code, "counts"),
        (f"{row['n_areas'] - 1} other areas", "others", "counts_elsewhere"),
    ):
        for year, number in zip(row["years"].split(";"), row[column].split(";"), strict=True):
            keys.append(
                cited.register.statistic(
                    f"quarters/{code}/{row['subject_id']}/{year}",
                    what=f"{row['measure']}, {where}, {when_text(year)}, from quarters",
                    value=int(number),
                    unit="offences",
                    source_id=row["source_id"],
                    locator=row["release"],
                ).key
            )
    return keys


def _before(row: dict[Any, Any]) -> str:
    years = row["years"].split(";")
    return f"{when_text(years[0])} to {when_text(years[-3])}"


def _p_words(row: dict[Any, Any], family: int) -> str:
    return (
        f"{p_text(row['p_value'])}, n = {counted(row['n_areas'], 'area')}, family of {family}, "
        f"{floor_text(row['min_p'])}"
    )


def _trend_words(row: dict[Any, Any]) -> str:
    return f"{percent(row['earlier_trend_pct'])} a year ({_ends(row, *_TREND)})"


def _ends(row: dict[Any, Any], low: str, high: str) -> str:
    """Write what the test does not reject: an end that is missing was looked for, far out."""
    return open_interval_text(row[low], row[high]).replace(" ", "\N{NO-BREAK SPACE}")


def _counts(joined: str) -> str:
    return ", ".join(count(int(one)) for one in joined.split(";"))
