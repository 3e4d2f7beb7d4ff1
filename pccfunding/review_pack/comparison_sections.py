"""Sections on what a change may mean: noise, elsewhere, regression, displacement, power."""

from __future__ import annotations

from collections.abc import Collection
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.review_pack.blocks import Column, Heading, Section, Table, frame_table
from pccfunding.review_pack.course_sections import (
    beside_years,
    course_words,
    enter_return,
    return_words,
)
from pccfunding.review_pack.open_questions import chosen_words
from pccfunding.review_pack.tables_comparison import DISPERSIONS
from pccfunding.review_pack.wording import (
    MOST_SAID,
    bounds_text,
    listed,
    measured,
    moved_text,
    when_text,
)
from pccfunding.words import count, counted, dispersion_text, is_missing, number_text, percent

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


_RELATIVE = ("relative_low_pct", "relative_high_pct")
_CHANGE = ("change_low_pct", "change_high_pct")


def beyond_noise(found: Record, cited: Citations) -> Section:
    """Whether a change is larger than counting noise."""
    table = found.tables["noise"]
    section = Section("noise", "Q7", "Is the change larger than counting noise?")
    if table.empty:
        return section
    keys = []
    for row in table.to_dict("records"):
        key = f"noise:{row['subject_id']}"
        spans = {
            factor: bounds_text(row, f"low_{factor}_pct", f"high_{factor}_pct")
            for factor in DISPERSIONS
        }
        cited.derived(
            key,
            what=f"{measured(row)}: intervals with more than Poisson noise",
            shown="; ".join(f"dispersion {factor}: {span}" for factor, span in spans.items()),
            working=f"{count(row['offences_comparison'])} against a base of "
            f"{count(row['offences_baseline'])}, exact Poisson at dispersion 1; above it normal on "
            "the log scale, 95%",
            inputs=[f"change:{row['subject_id']}"],
            value=row["change_pct"],
            unit="percent",
            bounds=(row["low_4_pct"], row["high_4_pct"]),
        )
        keys.append(key)
    rows = table.to_dict("records")
    change = [f"change:{row['subject_id']}" for row in rows]
    shown = table.assign(
        measure=[measured(row) for row in rows],
        one=[bounds_text(row, *_CHANGE) for row in rows],
        two=[bounds_text(row, "low_2_pct", "high_2_pct") for row in rows],
        four=[bounds_text(row, "low_4_pct", "high_4_pct") for row in rows],
        source=cited.cells(zip(change, keys, strict=True)),
    )
    months = found.tables["months"]
    blocks: list[Any] = [
        frame_table(
            shown,
            {
                "measure": Column("Measure"),
                "one": Column("Dispersion 1", numeric=True),
                "two": Column("Dispersion 2", numeric=True),
                "four": Column("Dispersion 4", numeric=True),
                "beyond_noise": Column("Beyond noise"),
                "source": Column("From"),
            },
            id="noise-table",
            caption="Intervals of each counted change (95%) at three dispersions",
            note=cited.said(
                "without-interval",
                "Printed changes without an interval",
                _without_interval(found),
                "tables/changes.csv without counts",
            )
            if _without_interval(found)
            else "",
        )
    ]
    if len(months):
        blocks += [Heading("noise-months", "What the months held say"), _months(found, cited)]
    held = (
        f"Monthly counts are held for {len(months)} of the {counted(len(table), 'counted change')}."
        if len(months)
        else "Monthly counts are not in the documents held for any of the "
        f"{counted(len(table), 'counted change')}: three assumptions stand side by side."
    )
    return Section(
        section.id,
        section.question,
        section.heading,
        lead=[
            *cited.said(
                "beyond-noise",
                "Changes beyond counting noise",
                _noise_words(table),
                "tables/noise.csv by beyond_noise",
            ),
            " ",
            *cited.said(
                "months", "Changes with monthly counts", held, "tables/months.csv and noise.csv"
            ),
            " Offences come in series and repeat victims, so counts vary more than chance alone.",
        ],
        blocks=blocks,
    )


def _noise_words(table: pd.DataFrame) -> str:
    """Say how many changes lie beyond noise at every dispersion, and which only at some."""
    rows = table.to_dict("records")
    told = {
        name: [row["measure"] for row in rows if row["beyond_noise"] == name]
        for name in ("at some", "at none")
    }
    beyond = len(rows) - len(told["at some"]) - len(told["at none"])
    said = (
        f"{beyond} of {counted(len(rows), 'counted change')} "
        f"{'is' if beyond == 1 else 'are'} larger than counting noise, however much counts scatter "
        "(dispersion 1, 2 and 4)"
    )
    if told["at some"]:
        said += f"; {listed(told['at some'])} only if they scatter little"
    if told["at none"]:
        said += f"; {listed(told['at none'])} not at all"
    return f"{said}."


def _without_interval(found: Record) -> str:
    changes = found.tables["changes"]
    bare = int(changes["change_pct"].isna().sum())
    return (
        f"{bare} of the {counted(len(changes), 'printed change')} "
        f"{'has' if bare == 1 else 'have'} no interval: no counts of the same class and years "
        "are held."
        if bare
        else ""
    )


def _months(found: Record, cited: Citations) -> Table:
    table = found.tables["months"]
    keys = []
    for row in table.to_dict("records"):
        sources = row["source_ids"].split(";")
        number = cited.register.statistic(
            f"street/{found.area.code}/{row['category']}/months",
            what=f"{row['category']}, street records of {row['months']}, {row['n_months']} months",
            value=row["records"],
            unit="records",
            source_id=sources[-1],
            locator="Street-level crime, by month",
        ).key
        key = f"months:{row['subject_id']}"
        cited.derived(
            key,
            what=f"{row['measure']}: scatter of the months of {row['category']}",
            shown=f"scatter {number_text(row['dispersion'], digits=3)} "
            f"({bounds_text_of(row)}); {bounds_text(row, 'low_pct', 'high_pct')}",
            working=f"{row['n_months']} months about one mean for each run of months, "
            f"{count(row['records'])} records: Pearson X2 over its degrees of freedom "
            f"= {dispersion_text(row['dispersion'])}; the interval of the change at it, normal on "
            "the log scale, 95%",
            inputs=[number, f"change:{row['subject_id']}"],
            value=row["dispersion"],
            unit="variance over mean",
            bounds=(row["dispersion_low"], row["dispersion_high"]),
        )
        keys.append([number, key])
    rows = table.to_dict("records")
    shown = table.assign(
        category=[
            row["category"] + (" (a wider class)" if row["match"] == "wider" else "")
            for row in rows
        ],
        scatter=[f"{number_text(row['dispersion'], digits=3)} ({bounds_text_of(row)})"
                 for row in rows],
        span=[bounds_text(row, "low_pct", "high_pct") for row in rows],
        source=cited.cells(keys),
    )  # fmt: skip
    return frame_table(
        shown,
        {
            "measure": Column("Measure"),
            "category": Column("Monthly records of"),
            "months": Column("Months held"),
            "n_months": Column("Months", numeric=True),
            "scatter": Column("Scatter (95%)", numeric=True),
            "span": Column("Change (95%) at it", numeric=True),
            "source": Column("From"),
        },
        id="months-table",
        caption="How much the months scatter, and the change's interval at that",
        note="A scatter of one is chance alone. Each run of months has one mean, so the season is "
        "part of the scatter.",
    )


def bounds_text_of(row: Any) -> str:
    """Write the interval of a dispersion."""
    low, high = (number_text(row[f"dispersion_{end}"], digits=3) for end in ("low", "high"))
    return f"{low} to {high}"


def beyond_elsewhere(found: Record, cited: Citations) -> Section:
    """Whether a change is beyond what happened elsewhere."""
    table = found.tables["elsewhere"]
    section = Section("elsewhere", "Q8", "Is it beyond what happened elsewhere?")
    if table.empty:
        return section
    keys = enter_elsewhere(found, cited, table)
    rows = table.to_dict("records")
    shown = table.assign(
        measure=[measured(row) for row in rows],
        relative=[f"{percent(row['relative_pct'])} ({bounds_text(row, *_RELATIVE)})"
                  for row in rows],
        source=cited.cells(
            [f"change:{row['subject_id']}", key] for row, key in zip(rows, keys, strict=True)
        ),
    )  # fmt: skip
    return Section(
        section.id,
        section.question,
        section.heading,
        lead=[
            *here_and_elsewhere(rows, keys, cited),
            " ",
            *cited.said(
                "earlier-years",
                "Changes with three or more earlier years of all areas",
                course_words(found),
                "tables/courses.csv",
            ),
        ],
        blocks=[
            frame_table(
                shown,
                {
                    "measure": Column("Measure"),
                    "change_pct": Column("Here", numeric=True, write=percent),
                    "others_change_pct": Column("Other areas", numeric=True, write=percent),
                    "relative": Column("Here relative to them (95%)", numeric=True),
                    "n_others": Column("Areas", numeric=True),
                    "source": Column("From"),
                },
                id="elsewhere-table",
                caption="Change here and in the other police force areas",
                note=breaks_elsewhere_words(found).rstrip(),
            ),
            *beside_years(found, cited),
        ],
    )


def here_and_elsewhere(
    rows: list[dict[Any, Any]], keys: list[str], cited: Citations, across: Collection[str] = ()
) -> list[Any]:
    """Say what changed here and elsewhere, what lies furthest apart first.

    Classes that cross a break of the series are counted, and none of them is named.
    """
    told = [row["relative_high_pct"] < 0 or row["relative_low_pct"] > 0 for row in rows]
    order = sorted(
        (at for at, row in enumerate(rows) if row["offence"] not in across),
        key=lambda at: (not told[at], -abs(rows[at]["relative_pct"] or 0)),
    )
    said: list[Any] = []
    for place in order[:MOST_SAID]:
        row = rows[place]
        said += [
            f"{row['measure']} {moved_text(row['change_pct'])} here and "
            f"{moved_text(row['others_change_pct'])} elsewhere (",
            *cited.links([f"change:{row['subject_id']}", keys[place]]),
            "). ",
        ]
    apart = sum(told)
    return [
        *said,
        *cited.said(
            "apart",
            "Changes unlike those of the other areas",
            f"{apart} of {counted(len(rows), 'change')} here "
            f"{'differs' if apart == 1 else 'differ'} from elsewhere by more than counting noise.",
            "tables/elsewhere.csv whose interval relative to the others has one sign",
        ),
        " A difference is not an effect of the money.",
    ]


def breaks_elsewhere_words(found: Record) -> str:
    """Say which of the other areas count otherwise in one of the windows."""
    table = found.tables["breaks_elsewhere"]
    return "".join(f"{row['area']}: {row['what_changed']} " for row in table.to_dict("records"))


def enter_elsewhere(found: Record, cited: Citations, table: pd.DataFrame) -> list[str]:
    """Enter changes beside those of the other areas; give the key of each row."""
    crime = found.crime
    keys = []
    for row in table.to_dict("records"):
        key = f"elsewhere:{row['subject_id']}"
        others = [
            cited.counts_of_others(
                crime, row["offence"], Period.parse(row[period]), row["n_others"], row[counts]
            )
            for period, counts in (("baseline", "others_before"), ("period", "others_after"))
        ]
        cited.derived(
            key,
            what=f"{measured(row)}, change relative to the other police force areas",
            shown=f"{percent(row['relative_pct'])} ({bounds_text(row, *_RELATIVE)}); others "
            f"{percent(row['others_change_pct'])}",
            working=f"({count(row['offences_comparison'])} / {count(row['offences_baseline'])}) / "
            f"({count(row['others_after'])} / {count(row['others_before'])}) - 1 = "
            f"{percent(row['relative_pct'])}; others {count(row['others_after'])} / "
            f"{count(row['others_before'])} - 1 = {percent(row['others_change_pct'])}; interval "
            "normal on the log scale, 95%, Poisson counts",
            inputs=[f"change:{row['subject_id']}", *others],
            value=row["relative_pct"],
            unit="percent",
            bounds=(row["relative_low_pct"], row["relative_high_pct"]),
        )
        keys.append(key)
    return keys


def _returned(found: Record, cited: Citations) -> list[Any]:
    keys = enter_return(found, cited)
    said = return_words(found)
    return [f" {said.removesuffix('.')} (", *cited.links(keys), ")."] if said else []


def beyond_regression(found: Record, cited: Citations) -> Section:
    """Whether the baseline was a high year, which would fall back by itself."""
    table = found.tables["earlier_years"]
    section = Section(
        "regression", "Q9", "Is it beyond regression to the mean, and how were places chosen?"
    )
    if table.empty:
        return section
    keys = []
    for row in table.to_dict("records"):
        counts, years = row["counts"].split(";"), row["years"].split(";")
        inputs = [
            cited.register.statistic(
                f"quarters/{found.area.code}/{row['subject_id']}/{year}",
                what=f"{row['measure']}, {found.area.name}, {when_text(year)}, from quarters",
                value=int(number),
                unit="offences",
                source_id=row["source_id"],
                locator=row["release"],
            ).key
            for year, number in zip(years, counts, strict=True)
        ]
        key = f"earlier:{row['subject_id']}"
        earlier = " + ".join(count(int(one)) for one in counts[:-1])
        cited.derived(
            key,
            what=f"{row['measure']}: the baseline against the mean of the years before it",
            shown=f"{percent(row['above_pct'])}; mean {count(round(row['mean']))}",
            working=f"({earlier}) / {row['n_years']} = {count(round(row['mean']))}; "
            f"{count(row['baseline_count'])} against it = {percent(row['above_pct'])}",
            inputs=inputs,
            value=row["above_pct"],
            unit="percent",
        )
        keys.append([key])
    shown = table.assign(
        spans=[
            f"{when_text(row['years'].split(';')[0])} to {when_text(row['years'].split(';')[-2])}"
            if row["n_years"] > 1
            else when_text(row["years"].split(";")[0])
            for row in table.to_dict("records")
        ],
        mean=[count(round(mean)) for mean in table["mean"]],
        source=cited.cells(keys),
    )
    high = [row["measure"] for row in table.to_dict("records") if (row["above_pct"] or 0) > 0]
    told = (
        f"The baseline lies above the mean of the earlier years held for {listed(high)}: part of "
        "such a fall can be a return to that mean."
        if high
        else f"The baseline lies above the mean of the earlier years held for none of the "
        f"{counted(len(table), 'measure')}."
    )
    return Section(
        section.id,
        section.question,
        section.heading,
        lead=[
            *cited.said(
                "chosen",
                "Lines with reasons",
                f"{told} {chosen_words(found)}",
                "tables/awards.csv with reasons, and of tables/earlier_years.csv",
            ),
            *_returned(found, cited),
        ],
        blocks=[
            frame_table(
                shown,
                {
                    "measure": Column("Measure"),
                    "spans": Column("Earlier years held"),
                    "mean": Column("Their mean", numeric=True),
                    "baseline_count": Column("Baseline", numeric=True, write=count),
                    "above_pct": Column("Baseline against it", numeric=True, write=percent),
                    "source": Column("From"),
                },
                id="earlier-table",
                caption="The baseline and the years before it, from quarters of one vintage",
                note="The area as a whole, while money goes to chosen places, where the return "
                "is larger.",
            )
        ],
    )


def moved_elsewhere(found: Record, cited: Citations) -> Section:
    """Whether it moved: what is held is by district, not by street."""
    table = found.tables["district_changes"]
    section = Section("displacement", "Q10", "Did it move elsewhere?")
    if table.empty:
        return section
    keys = []
    for row in table.to_dict("records"):
        early, late = Period.parse(row["baseline"]), Period.parse(row["period"])
        inputs = [
            cited.street(row["area"], row["recorded_as"], early, row["before"],
                         row["source_id_before"]),
            cited.street(row["area"], row["recorded_as"], late, row["after"],
                         row["source_id_after"]),
        ]  # fmt: skip
        key = f"moved:{row['area_code']}:{row['recorded_as']}"
        change = f"{percent(row['change_pct'])} ({bounds_text(row, *_CHANGE)})"
        cited.derived(
            key,
            what=f"{_KINDS[row['recorded_as']]}, {row['area']}, {late.words} against {early.words}",
            shown=change,
            working=f"{count(row['after'])} against a base of {count(row['before'])}: {change}, "
            "exact Poisson interval, 95%",
            inputs=inputs,
            value=row["change_pct"],
            unit="percent",
            bounds=(row["change_low_pct"], row["change_high_pct"]),
        )
        keys.append([*inputs, key])
    shown = table.assign(
        kind=table["recorded_as"].map(_KINDS),
        change=[f"{percent(row['change_pct'])} ({bounds_text(row, *_CHANGE)})"
                for row in table.to_dict("records")],
        source=cited.cells(keys),
    )  # fmt: skip
    inside = table[table["area_code"] != found.area.code]
    risen = inside[inside["change_low_pct"] > 0]
    fallen = inside[inside["change_high_pct"] < 0]
    first = table.iloc[0]
    return Section(
        section.id,
        section.question,
        section.heading,
        lead=f"It cannot be told from districts alone. {_moves(fallen, risen)} beyond counting "
        f"noise, with {when_text(first['period'])} held against {when_text(first['baseline'])}; a "
        "rise beside a fall may be a move or may be something else. Counts of the streets that the "
        "money went to, and of a ring around them, would tell.",
        blocks=[
            frame_table(
                shown,
                {
                    "area": Column("District"),
                    "kind": Column("Records"),
                    "before": Column(when_text(first["baseline"]), numeric=True, write=count),
                    "after": Column(when_text(first["period"]), numeric=True, write=count),
                    "change": Column("Change (95%)", numeric=True),
                    "source": Column("From"),
                },
                id="moved-table",
                caption="Street records by district, the same months of two years",
                note="The last rows are all records of the force's files, with those that have no "
                "place or lie outside the force.",
            )
        ],
    )


_KINDS = {"crime": "Crimes", "incident": "Anti-social behaviour incidents"}


def _moves(fallen: pd.DataFrame, risen: pd.DataFrame) -> str:
    """Say of each kind of record in which districts it fell, and in which it rose."""
    said = []
    for kind, words in _KINDS.items():
        ways = [
            f"{way} in {listed(rows.loc[rows['recorded_as'] == kind, 'area'])}"
            for way, rows in (("fell", fallen), ("rose", risen))
            if (rows["recorded_as"] == kind).any()
        ]
        said.append(f"{words} {' and '.join(ways) or 'moved in no district'}")
    return f"{said[0]}, and {said[1][0].lower()}{said[1][1:]}"


def smallest_words(table: pd.DataFrame, keys: list[str], cited: Citations) -> list[Any]:
    """Say which fall two years would show four times in five: the finest and the coarsest."""
    falls = [
        (abs(row["smallest_fall_pct"]), place, row)
        for place, row in enumerate(table.to_dict("records"))
        if not is_missing(row["smallest_fall_pct"])
    ]
    if not falls:
        return []
    said: list[Any] = []
    ends = {
        place: (fall, row)
        for fall, place, row in (min(falls, key=itemgetter(0)), max(falls, key=itemgetter(0)))
    }
    for place, (fall, row) in ends.items():
        said += [
            f"{'; of ' if said else 'Two years would show, four times in five, a fall of '}"
            f"{row['measure']} by {percent(fall, sign=False)} or more (",
            cited.links([keys[place]])[0],
            ")",
        ]
    return [*said, ". "]


def could_detect(found: Record, cited: Citations) -> Section:
    """What this design could have detected."""
    table = found.tables["noise"]
    section = Section("detectable", "Q14", "What could this design have detected?")
    if table.empty:
        return section
    keys = []
    for row in table.to_dict("records"):
        key = f"detectable:{row['subject_id']}"
        cited.derived(
            key,
            what=f"{measured(row)}: smallest fall that two such periods would show",
            shown=f"{percent(row['smallest_fall_pct'])}; at dispersion 2 "
            f"{percent(row['smallest_fall_2_pct'])}",
            working=f"base {count(row['offences_baseline'])}, power 80%, two-sided 5%: "
            "|ln r| = 2.80 √(φ (1 + 1/r) / base)",
            inputs=cited.offences(row["offence"], row["baseline"]),
            value=row["smallest_fall_pct"],
            unit="percent",
        )
        keys.append(key)
    return Section(
        section.id,
        section.question,
        section.heading,
        lead=[
            *smallest_words(table, keys, cited),
            *cited.said(
                "detectable",
                "Printed changes with counts",
                f"Worked for the {counted(len(table), 'printed change')} whose counts are held.",
                "tables/noise.csv",
            ),
        ],
        blocks=[
            frame_table(
                table.assign(
                    measure=[measured(row) for row in table.to_dict("records")],
                    source=cited.cells([key] for key in keys),
                ),
                {
                    "measure": Column("Measure"),
                    "offences_baseline": Column("Base count", numeric=True, write=count),
                    "smallest_fall_pct": Column("Dispersion 1", numeric=True, write=percent),
                    "smallest_fall_2_pct": Column("Dispersion 2", numeric=True, write=percent),
                    "source": Column("From"),
                },
                id="detectable-table",
                caption="Smallest fall that could have been shown",
                note="Normal approximation, power 80%, two-sided level 5%.",
            )
        ],
    )
