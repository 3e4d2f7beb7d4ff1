"""Sections on the crime of an area without a list of awards: need, change, elsewhere."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.measures.comparability import since_words
from pccfunding.periods import Period
from pccfunding.review_pack.area_rows import (
    RATE,
    across_a_break,
    across_words,
    beyond_noise,
    of_class,
    people_of,
    place_words,
    printed_words,
    rank_words,
    span_words,
    tally_of_classes,
    year_words,
)
from pccfunding.review_pack.blocks import Column, Heading, Link, Section, Text, frame_table
from pccfunding.review_pack.comparison_sections import (
    breaks_elsewhere_words,
    here_and_elsewhere,
    smallest_words,
)
from pccfunding.review_pack.tables_area import TOTAL
from pccfunding.review_pack.tables_comparison import CITY_OF_LONDON, DISPERSIONS, latest_quarters
from pccfunding.words import count, counted, is_missing, month_words, percent, quantity

if TYPE_CHECKING:
    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record

_Row = dict[Any, Any]
RULE = (
    "The two years were chosen by rule before any count was looked at: the last twelve months of "
    "whole quarters held that end within the period, and the same months of 2019, the last before "
    "the pandemic (of five years before where the later year ends before 2021)."
)


def area_need(found: Record, cited: Citations) -> Section:
    """Where the problem was: rates of every class, severity, deprivation."""
    tables = found.tables
    whole = of_class(tables["need"], TOTAL)
    blocks: list[Any] = []
    lead: Any
    if whole is not None:
        latest = found.tables["class_changes"]["period"].iloc[0] != whole["baseline"]
        known = ", the latest year whose residents are estimated," if latest else ""
        lead = (
            f"In {year_words(whole['baseline'])}{known} {found.area.name} recorded "
            f"{RATE(whole['rate'])} offences per 1,000 residents, all areas together "
            f"{RATE(whole['all_rate'])}: {place_words(whole)} ("
        )
        blocks.append(_rates(found, cited))
        lead = [lead, cited.key_link(f"need:{TOTAL}"), ")."]
    elif found.area.code == CITY_OF_LONDON:
        lead = (
            "No rate per resident is given: offences in the City of London are not those of its "
            "few residents."
        )
    else:
        lead = f"No counts with residents are held for {found.period.words}."
    if len(tables["severity"]):
        blocks += [Heading("severity", "Severity"), _severity(found, cited)]
    blocks += [Heading("deprivation", "Deprivation"), _deprivation(found, cited)]
    return Section("need", "Q4", "Need: where was the problem?", lead=lead, blocks=blocks)


def _rates(found: Record, cited: Citations) -> Any:
    table = found.tables["need"]
    keys = []
    for row in table.to_dict("records"):
        span, key = Period.parse(row["baseline"]), f"need:{row['subject_id']}"
        inputs = [*cited.offences(row["offence"], row["baseline"]), people_of(cited, span)]
        cited.derived(
            key,
            what=f"{row['offence']}, rate per 1,000 residents, {found.area.name}, {span.words}",
            shown=f"{RATE(row['rate'])}; all areas {RATE(row['all_rate'])}; {place_words(row)}",
            working=f"1,000 × {count(row['offences'])} / {count(row['persons'])} = "
            f"{RATE(row['rate'])}; the same for {count(row['n_areas'])} areas together = "
            f"{RATE(row['all_rate'])}; limits of 99.8% widened by the spread between areas",
            inputs=inputs,
            value=row["rate"],
            unit="offences per 1,000 residents",
        )
        keys.append([*inputs, key])
    return frame_table(
        table.assign(
            placed=rank_words(table),
            source=cited.cells(keys),
        ),
        {
            "offence": Column("Class"),
            "rate": Column("Per 1,000 residents", numeric=True, write=RATE),
            "all_rate": Column("All areas", numeric=True, write=RATE),
            "placed": Column("Place", numeric=True),
            "against_limits": Column("Against funnel limits"),
            "source": Column("From"),
        },
        id="need-table",
        caption=f"Rates of every class, {year_words(table['baseline'].iloc[0])}",
        note=[
            "The first place is the highest rate. Recorded crime is what is reported and recorded: "
            "rates differ for many reasons beside need. Limits: 99.8%, widened by how much areas "
            "differ between themselves. The City of London is left out. Every area: ",
            Link("tables/force_rates.csv", "tables/force_rates.csv"),
            ".",
        ],
    )


def _severity(found: Record, cited: Citations) -> Any:
    table = found.tables["severity"]
    keys = []
    for row in table.to_dict("records"):
        name = f"severity/{found.area.code}/{row['offence_group']}/{row['period']}"
        score = cited.register.statistic(
            name,
            what=f"Crime Severity Score, {row['offence_group']}, {found.area.name}, "
            f"{row['period']}",
            value=row["severity_score"],
            unit="score",
            source_id=row["source_id"],
            locator=row["release"],
        ).key
        cited.derived(
            f"placed:{name}",
            what=f"Crime Severity Score, {row['offence_group']}, among the areas",
            shown=f"middle {RATE(row['middle_score'])}; {place_words(row)}",
            working=f"{RATE(row['severity_score'])} among {count(row['n_areas'])} scores of the "
            "release",
            inputs=[score],
        )
        keys.append([score, f"placed:{name}"])
    return frame_table(
        table.assign(
            placed=rank_words(table),
            source=cited.cells(keys),
        ),
        {
            "offence_group": Column("Offences"),
            "period": Column("Year"),
            "severity_score": Column("Severity score", numeric=True, write=RATE),
            "middle_score": Column("Middle of the areas", numeric=True, write=RATE),
            "placed": Column("Place", numeric=True),
            "source": Column("From"),
        },
        id="severity-table",
        caption="Crime Severity Score, the latest year held",
        note="Offences weighted by the sentences that courts give, per resident.",
    )


def _deprivation(found: Record, cited: Citations) -> Any:
    table = found.tables["deprivation"]
    if table.empty:
        return Text(
            ["No deprivation score is given: the English Indices of Deprivation leave Wales out."]
        )
    keys = []
    for row in table.to_dict("records"):
        name = f"deprivation/{found.area.code}/{row['domain']}"
        score = cited.register.statistic(
            name,
            what=f"{row['domain']}, average score of {found.area.name}",
            value=row["average_score"],
            unit="score",
            source_id=row["source_id"],
            locator="Averaged here over districts, weighted by residents of mid-2022",
        ).key
        rank = f"{count(row['rank_of_average_score'])} of {count(row['areas_ranked'])}"
        cited.derived(
            f"placed:{name}",
            what=f"{row['domain']}, rank among the areas of England",
            shown=rank,
            working="the highest average score first",
            inputs=[score],
        )
        keys.append([score, f"placed:{name}"])
    return frame_table(
        table.assign(
            placed=[
                f"{count(row.rank_of_average_score)} of {count(row.areas_ranked)}"
                for row in table.itertuples()
            ],
            source=cited.cells(keys),
        ),
        {
            "domain": Column("Index or domain"),
            "average_score": Column(
                "Average score", numeric=True, write=partial(quantity, places=3)
            ),
            "placed": Column("Rank in England", numeric=True),
            "source": Column("From"),
        },
        id="deprivation-table",
        caption="English Indices of Deprivation 2025",
        note="The first rank is the most deprived. Scores of crime and of health have a sign and "
        "no zero: one is never a multiple of another. Averages over districts are derived here.",
    )


def area_changed(found: Record, cited: Citations) -> Section:
    """Every class over two years fixed by rule."""
    table, heading = found.tables["class_changes"], "Did the outcomes change?"
    if table.empty:
        quarters = latest_quarters()
        return Section(
            "outcomes",
            "Q6",
            heading,
            lead=f"No counts of two comparable years are held for {found.period.words}: the counts "
            f"of one vintage ({quarters['vintage'].iloc[0]}) begin with "
            f"{month_words(quarters['period_start'].min())}.",
        )
    fell, rose, n = beyond_noise(found.tables["noise"])
    keys = []
    for row in table.to_dict("records"):
        inputs = [
            key
            for side, held in (("baseline", "offences_baseline"), ("period", "offences_comparison"))
            if not is_missing(row[held])
            for key in cited.offences(row["offence"], row[side])
        ]
        if not is_missing(row["change_pct"]):
            key = f"change:{row['subject_id']}"
            span = span_words(row, "change_low_pct", "change_high_pct")
            cited.derived(
                key,
                what=f"{row['offence']}, {row['period']} against {row['baseline']}",
                shown=f"{percent(row['change_pct'])} ({span})",
                working=f"{count(row['offences_comparison'])} against a base of "
                f"{count(row['offences_baseline'])}: {percent(row['change_pct'])}, exact Poisson "
                f"interval {span}, 95%",
                inputs=inputs,
                value=row["change_pct"],
                unit="percent",
                bounds=(row["change_low_pct"], row["change_high_pct"]),
            )
            inputs = [*inputs, key]
        keys.append(inputs)
    shown = table.assign(
        change=[_change(row) for row in table.to_dict("records")], source=cited.cells(keys)
    )
    first = table.iloc[0]
    years = [year_words(first[side]) for side in ("baseline", "period")]
    vintage = found.tables["counts"]["vintage"].iloc[0]
    blocks: list[Any] = [
        frame_table(
            shown,
            {
                "offence": Column("Class"),
                "offences_baseline": Column(years[0], numeric=True, write=count),
                "offences_comparison": Column(years[1], numeric=True, write=count),
                "change": Column("Change (95%)", numeric=True),
                "source": Column("From"),
            },
            id="changes-table",
            caption="Every class of recorded crime, the largest first",
            note=f"{RULE} Counts of one vintage, {vintage}, sums of four quarters; they are no "
            "rates. The first row holds all the others.",
        )
    ]
    blocks += _breaks(found, cited)
    return Section(
        "outcomes",
        "Q6",
        heading,
        lead=[
            f"Of {counted(n, 'class', 'classes')}, {fell} fell and {rose} rose beyond counting "
            f"noise (at each of three dispersions) from {years[0]} to {years[1]} (",
            tally_of_classes(found, cited),
            "). No class is left out: to choose some is to choose the answer.",
            *_across(found),
            *printed_words(found.tables["outcomes"], "result", "#printed-results", cited),
        ],
        blocks=blocks,
    )


def _across(found: Record) -> list[Any]:
    """Say beside the answer that a break lies between the two years."""
    said = across_words(found.tables["breaks"])
    return (
        [f" {said}: ", Link("breaks between the two years", "#breaks-table"), "."] if said else []
    )


def _change(row: _Row) -> str:
    if is_missing(row["change_pct"]):
        why = row["not_compared"]
        return f"not compared: {why}" if isinstance(why, str) else "not compared"
    return f"{percent(row['change_pct'])} ({span_words(row, 'change_low_pct', 'change_high_pct')})"


def _breaks(found: Record, cited: Citations) -> list[Any]:
    table = found.tables["breaks"]
    if table.empty:
        return [Text(["No break of these series between the two years is known here."])]
    effects = {"class": "not compared", "coverage": "not compared"}
    return [
        frame_table(
            table.assign(
                day=[
                    since_words(kind, day)
                    for kind, day in zip(table["kind"], table["changed_on"], strict=True)
                ],
                effect=[effects.get(kind, "read with this in mind") for kind in table["kind"]],
                source=_links(table["source_id"], cited),
            ),
            {
                "offence": Column("Class"),
                "day": Column("From"),
                "what_changed": Column("What changed"),
                "effect": Column("So it is"),
                "source": Column("Source"),
            },
            id="breaks-table",
            caption="Breaks between the two years",
        )
    ]


def _links(source_ids: Any, cited: Citations) -> list[Any]:
    return [[cited.source_link(source)] for source in source_ids]


def area_noise(found: Record, cited: Citations) -> Section:
    """Whether a change is larger than counting noise."""
    table, heading = found.tables["noise"], "Is the change larger than counting noise?"
    if table.empty:
        return Section("noise", "Q7", heading, lead="No change was counted, so none is judged.")
    rows = table.to_dict("records")
    keys = []
    for row in rows:
        key = f"noise:{row['subject_id']}"
        spans = [
            f"dispersion {factor}: " + span_words(row, f"low_{factor}_pct", f"high_{factor}_pct")
            for factor in DISPERSIONS
        ]
        cited.derived(
            key,
            what=f"{row['offence']}: intervals with more than Poisson noise",
            shown="; ".join(spans),
            working=f"{count(row['offences_comparison'])} against a base of "
            f"{count(row['offences_baseline'])}, normal on the log scale, 95%",
            inputs=[f"change:{row['subject_id']}"],
            value=row["change_pct"],
            unit="percent",
        )
        keys.append([f"change:{row['subject_id']}", key])
    each = int((table["beyond_noise"] == "at each").sum())
    tally = cited.tally(
        "noise",
        "Rows beyond noise at each dispersion",
        f"{each} of {len(table)}",
        "tables/noise.csv; dispersions 1, 2 and 4",
    )
    return Section(
        "noise",
        "Q7",
        heading,
        lead=[
            f"{each} of {len(table)} counts, all crime among them, changed by more than counting "
            "noise, however much they scatter (dispersion 1, 2 and 4; ",
            tally,
            "). Offences come in series and repeat victims, so counts vary more than chance alone.",
        ],
        blocks=[
            frame_table(
                table.assign(
                    one=[span_words(row, "change_low_pct", "change_high_pct") for row in rows],
                    two=[span_words(row, "low_2_pct", "high_2_pct") for row in rows],
                    four=[span_words(row, "low_4_pct", "high_4_pct") for row in rows],
                    source=cited.cells(keys),
                ),
                {
                    "offence": Column("Class"),
                    "one": Column("Dispersion 1", numeric=True),
                    "two": Column("Dispersion 2", numeric=True),
                    "four": Column("Dispersion 4", numeric=True),
                    "beyond_noise": Column("Beyond noise"),
                    "source": Column("From"),
                },
                id="noise-table",
                caption="Intervals of each change (95%) at three dispersions",
            )
        ],
    )


def area_elsewhere(found: Record, cited: Citations) -> Section:
    """Each change beside other areas."""
    table, heading = found.tables["elsewhere"], "Is it beyond what happened elsewhere?"
    if table.empty:
        return Section(
            "elsewhere",
            "Q8",
            heading,
            lead="No change was counted, so none is set beside other areas.",
        )
    crime = found.tables["counts"]
    keys = []
    for row in table.to_dict("records"):
        key = f"elsewhere:{row['subject_id']}"
        others = [
            cited.counts_of_others(
                crime, row["offence"], Period.parse(row[side]), row["n_others"], row[held]
            )
            for side, held in (("baseline", "others_before"), ("period", "others_after"))
        ]
        relative = f"{percent(row['relative_pct'])} ({span_words(row, *_RELATIVE)})"
        near = row["nearest_change_pct"]
        beside = "" if is_missing(near) else f"; the nearest {percent(near)}"
        cited.derived(
            key,
            what=f"{row['offence']}, change relative to the other police force areas",
            shown=f"{relative}; others {percent(row['others_change_pct'])}, their middle "
            f"{percent(row['middle_change_pct'])}{beside}",
            working=f"({count(row['offences_comparison'])} / {count(row['offences_baseline'])}) / "
            f"({count(row['others_after'])} / {count(row['others_before'])}) - 1 = {relative}; "
            "normal on the log scale, 95%, Poisson counts",
            inputs=[f"change:{row['subject_id']}", *others],
            value=row["relative_pct"],
            unit="percent",
        )
        keys.append([f"change:{row['subject_id']}", key])
    rows = table.to_dict("records")
    nearest = found.tables["nearest"]
    near = {"nearest_change_pct": Column("The nearest", numeric=True, write=percent)}
    blocks: list[Any] = [
        frame_table(
            table.assign(
                relative=[
                    f"{percent(row['relative_pct'])} ({span_words(row, *_RELATIVE)})"
                    for row in rows
                ],
                source=cited.cells(keys),
            ),
            {
                "offence": Column("Class"),
                "change_pct": Column("Here", numeric=True, write=percent),
                "others_change_pct": Column("Other areas together", numeric=True, write=percent),
                "middle_change_pct": Column("Middle of them", numeric=True, write=percent),
                **(near if len(nearest) else {}),
                "relative": Column("Here relative to all (95%)", numeric=True),
                "source": Column("From"),
            },
            id="elsewhere-table",
            caption="Change here and in the other police force areas",
            note="Areas with counts in both years. The largest areas weigh most in the sum; the "
            "middle is the median of the areas' own changes. "
            + breaks_elsewhere_words(found).rstrip(),
        )
    ]
    if len(nearest):
        blocks.append(_nearest(found))
    else:
        blocks.append(Text(["No nearest areas are named: no area is like the City of London."]))
    breaks = found.tables["breaks"]
    across = across_words(breaks)
    return Section(
        "elsewhere",
        "Q8",
        heading,
        lead=[
            *here_and_elsewhere(
                [row | {"measure": row["offence"]} for row in rows],
                [key for _, key in keys],
                cited,
                across=across_a_break(breaks, rows),
            ),
            " Nothing shows that the areas would have moved alike.",
            *([f" {across}; what crosses one is not put first."] if across else []),
        ],
        blocks=blocks,
    )


_RELATIVE = ("relative_low_pct", "relative_high_pct")


def _nearest(found: Record) -> Any:
    table = found.tables["nearest"]
    english = len(found.tables["deprivation"]) > 0
    rule = (
        "Nearest by residents, by the earlier rate of all recorded crime and by the average score "
        "of deprivation, among the areas of England."
        if english
        else "Nearest by residents and by the earlier rate of all recorded crime, without "
        "deprivation, since no score is held for Wales."
    )
    columns = {
        "area": Column("Area"),
        "persons": Column("Residents", numeric=True, write=count),
        "rate": Column("Per 1,000 residents", numeric=True, write=RATE),
    }
    if english:
        columns["deprivation_score"] = Column("Deprivation", numeric=True, write=RATE)
    columns["distance"] = Column("Distance", numeric=True, write=RATE)
    return frame_table(
        table,
        columns,
        id="nearest-table",
        caption="The nearest areas",
        note=[
            f"{rule} The rule looks at no change. Each measure counts by its spread between the "
            "areas. At full precision: ",
            Link("tables/nearest.csv", "tables/nearest.csv"),
            ".",
        ],
    )


def area_detectable(found: Record, cited: Citations) -> Section:
    """What a comparison of two years could show, by class."""
    table, heading = found.tables["noise"], "What could this design have detected?"
    if table.empty:
        return Section("detectable", "Q14", heading, lead="No change was counted.")
    keys = []
    for row in table.to_dict("records"):
        key = f"detectable:{row['subject_id']}"
        cited.derived(
            key,
            what=f"{row['offence']}: smallest fall that two such years would show",
            shown=f"{percent(row['smallest_fall_pct'])}; at dispersion 2 "
            f"{percent(row['smallest_fall_2_pct'])}",
            working=f"base {count(row['offences_baseline'])}, power 80%, two-sided 5%: "
            "|ln r| = 2.80 √(φ (1 + 1/r) / base)",
            inputs=cited.offences(row["offence"], row["baseline"]),
            value=None if is_missing(row["smallest_fall_pct"]) else row["smallest_fall_pct"],
            unit="percent",
        )
        keys.append([*cited.offences(row["offence"], row["baseline"]), key])
    return Section(
        "detectable",
        "Q14",
        heading,
        lead=[
            *smallest_words(
                table.assign(measure=table["offence"]), [one[-1] for one in keys], cited
            ),
            "A fund that reaches a part of an area has to move that part by more.",
        ],
        blocks=[
            frame_table(
                table.assign(source=cited.cells(keys)),
                {
                    "offence": Column("Class"),
                    "offences_baseline": Column("Base count", numeric=True, write=count),
                    "smallest_fall_pct": Column("Dispersion 1", numeric=True, write=percent),
                    "smallest_fall_2_pct": Column("Dispersion 2", numeric=True, write=percent),
                    "source": Column("From"),
                },
                id="detectable-table",
                caption="Smallest fall that could have been shown",
                note="Normal approximation, power 80%, two-sided level 5%. A dash: no fall, not "
                "even to nothing, would show.",
            ),
        ],
    )
