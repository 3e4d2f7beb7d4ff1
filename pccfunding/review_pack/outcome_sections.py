"""Sections on what came of it: outcomes, and outcomes beside spend."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.plots import plot_beside, plot_changes
from pccfunding.review_pack.blocks import Column, Heading, Link, Plot, Section, badge, frame_table
from pccfunding.review_pack.tables_comparison import DISPERSIONS
from pccfunding.review_pack.tables_spending import shown_beside
from pccfunding.review_pack.workings import enter_changes, enter_rises
from pccfunding.words import count, interval_text, is_missing, percent, pounds, quantity

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


_ROWS_ON_PAPER = 10
COUNT = Column("Count", numeric=True, write=count)


def changed(found: Record, cited: Citations) -> Section:
    """Whether the outcomes changed."""
    changes, rises = found.tables["changes"], found.tables["changes_not_quoted"]
    told = changes["verdict"].value_counts()
    blocks: list[Any] = []
    counted = _one_comparison(changes)
    if len(counted):
        blocks.append(
            Plot(
                "plot-changes",
                plot_changes(counted, title="Printed changes and what the counts give"),
                note=[
                    "Filled: recomputed from counts with an exact Poisson interval (95%). Hollow: "
                    "printed without a base, so without an interval. The numbers: ",
                    Link("table of changes", "#changes-table"),
                    ".",
                ],
            )
        )
    if len(changes):
        blocks.append(_changes_table(found, changes, cited))
    if len(rises):
        blocks += [Heading("not-quoted", "What could have been quoted and was not")]
        blocks.append(_rises(found, rises, cited))
    levels = found.tables["outcomes"]
    levels = levels[levels["change_pct"].isna()]
    if len(levels):
        blocks += [Heading("levels", "Outputs, counts and outcomes without a number")]
        blocks.append(_levels_table(levels, found, cited))
    return Section(
        id="outcomes",
        question="Q6",
        heading="Did the outcomes change?",
        lead=[
            f"{len(changes)} changes in percent are printed. "
            + ", ".join(_verdict_words(str(name), number) for name, number in told.items())
            + " (",
            _tally(found, cited),
            ").",
        ]
        if len(changes)
        else "No change in percent is printed in the sources held here.",
        blocks=blocks,
    )


def beside_spend(found: Record, cited: Citations) -> Section:
    """Spend beside outcome, with the words that the evidence allows."""
    table, left = shown_beside(found.tables["beside"])
    links: list[Any] = [
        cited.links(
            [
                row["money_figure_id"],
                _head_key(row, cited),
                row["figure_id"],
                _base_figure(row, found),
            ]
        )
        for row in table.to_dict("records")
    ]
    drawn = table.assign(
        comparison=table["outcome_period"], change_low_pct=None, change_high_pct=None
    )
    return Section(
        id="beside",
        question="Q13",
        heading="Spend beside outcome, stream by stream",
        lead=(
            "Not estimable: one area, and no figure held here splits any stream over districts, "
            "so an association between spend and outcome cannot be computed. What follows sets "
            "the two side by side and says what the source claims."
        ),
        blocks=[
            *_drawn_beside(drawn),
            frame_table(
                table.assign(
                    funding_stream=_with_years(table),
                    reported=[_reported(row) for row in table.to_dict("records")],
                    source=links,
                ),
                {
                    "funding_stream": Column("Funding stream"),
                    "money": Column("Money", numeric=True),
                    "spend_gbp_per_head": Column(
                        "Per head", numeric=True, write=partial(pounds, places=2)
                    ),
                    "reported": Column("Reported"),
                    "outcome_period": Column("Period of the result"),
                    "claim": Column("Words that the source allows"),
                    "order": Column("Order in time"),
                    "source": Column("From"),
                },
                id="spend-beside-outcome",
                caption="Each stream with what the sources set beside it",
                note=left
                + "Evidence level: none of these has a comparison group. What would settle it: "
                "one table of spend by district and year, and counts for the same districts.",
            ),
        ],
    )


def _drawn_beside(table: pd.DataFrame) -> list[Plot]:
    """Draw the streams in parts that fit on paper, on the same scales."""
    parts: list[list[Any]] = [[]]
    for _, rows in table.groupby(["funding_stream", "period"], sort=False, dropna=False):
        if parts[-1] and len(parts[-1]) + len(rows) > _ROWS_ON_PAPER:
            parts.append([])
        parts[-1].extend(rows.index)
    drawn = []
    for number, part in enumerate(parts, 1):
        of = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
        title = f"What each stream cost, what is reported{of}"
        axes = plot_beside(table.loc[part], scale_of=table, title=title)
        note: list[Any] = ["The numbers: ", Link("table of streams", "#spend-beside-outcome"), "."]
        drawn.append(Plot(f"plot-beside-{number}", axes, note=note))
    return drawn


def _with_years(table: pd.DataFrame) -> pd.Series[str]:
    """Name the streams, with the year where one stream has lines of several."""
    names = table["funding_stream"]
    several = table.groupby("funding_stream")["period"].transform("nunique") > 1
    return names.where(~several, names + ", " + table["period"].fillna(""))


def _one_comparison(changes: pd.DataFrame) -> pd.DataFrame:
    """The changes of the comparison that most of the counted ones share."""
    counted = changes.dropna(subset=["change_pct"])
    if counted.empty:
        return counted
    shared: Any = counted.groupby(["baseline", "period"]).size().idxmax()
    same: pd.DataFrame = changes[
        (changes["baseline"] == shared[0]) & (changes["period"] == shared[1])
    ]
    return same.assign(
        base_count=same["offences_baseline"],
        note=same["why"].where(same["verdict"].isin(["consistent", "not settled"])),
    )


def _changes_table(found: Record, changes: pd.DataFrame, cited: Citations) -> Any:
    said: list[Any] = [
        [badge(verdict), f" {why}"]
        for verdict, why in zip(changes["verdict"], changes["why"], strict=True)
    ]
    shown = changes.assign(
        compared=[_compared(row) for row in changes.to_dict("records")],
        base=[_base(row) for row in changes.to_dict("records")],
        counts=[counts_words(row) for row in changes.to_dict("records")],
        said=said,
    )
    links = cited.cells(enter_changes(found, cited, shown))
    return frame_table(
        shown.assign(source=links),
        {
            "measure": Column("Measure"),
            "compared": Column("Compared"),
            "printed_pct": Column("Printed", numeric=True, write=percent),
            "base": Column("Base count", numeric=True),
            "counts": Column("From counts (95%)", numeric=True),
            "said": Column("Verdict"),
            "source": Column("From"),
        },
        id="changes-table",
        caption="Printed changes and the same changes from counts",
        note="Counts of earlier years are as first published, those of later years as revised.",
    )


def _rises(found: Record, rises: pd.DataFrame, cited: Citations) -> Any:
    shown = rises.assign(
        counts=[counts_words(row) for row in rises.to_dict("records")],
        compared=[_compared(row) for row in rises.to_dict("records")],
    )
    links = cited.cells([key] for key in enter_rises(found, cited, shown))
    beyond = int((rises["change_low_pct"] > 0).sum())
    counted = cited.tally(
        "rises",
        "Offence classes that rose beyond counting noise",
        str(beyond),
        "tables/changes_not_quoted.csv whose interval lies above no change",
    )
    return frame_table(
        shown.assign(source=links),
        {
            "offence": Column("Offence class"),
            "compared": Column("Compared"),
            "offences_baseline": Column("Before", numeric=True, write=count),
            "offences_comparison": Column("After", numeric=True, write=count),
            "counts": Column("Change (95%)", numeric=True),
            "source": Column("From"),
        },
        id="not-quoted-table",
        caption="Offence classes over the same years that no source quotes",
        note=[
            f"{beyond} of them rose beyond counting noise (",
            counted,
            "). A list of falls is a choice; the family is everything published. Classes overlap: "
            "totals hold groups, and groups hold their parts.",
        ],
    )


def _levels_table(levels: pd.DataFrame, found: Record, cited: Citations) -> Any:
    places: list[Any] = []
    for row in levels.to_dict("records"):
        base = _base_figure(row, found)
        places.append([*cited.place(row["figure_id"]), *([", ", cited.link(base)] if base else [])])
    shown = levels.assign(
        printed=[cited.token(row["figure_id"]) + _of(row) for row in levels.to_dict("records")],
        period=[_when(period) for period in levels["period"]],
        figure_kind=levels["figure_kind"],
        source=places,
    )
    return frame_table(
        shown,
        {
            "measure": Column("Measure"),
            "printed": Column("As printed", numeric=True),
            "period": Column("Period"),
            "figure_kind": Column("Kind"),
            "source": Column("Source and place"),
        },
        id="levels-table",
        caption="Results that are not a change in percent",
    )


def _compared(row: dict[Any, Any]) -> str:
    against = f" against {_when(row['baseline'])}" if isinstance(row["baseline"], str) else ""
    return _when(row["period"]) + against


def _when(label: Any) -> str:
    return Period.parse(label).words if isinstance(label, str) else "not stated"


def _of(row: dict[Any, Any]) -> str:
    """Say what a percentage is of."""
    if row["unit"] != "percent":
        return ""
    given = row["base_count"]
    return f", base taken as {given}" if isinstance(given, str) else ", base not published"


def _base_figure(row: dict[Any, Any], found: Record) -> str | None:
    """The figure that prints the base of a percentage, where its own source prints it once."""
    if row["unit"] != "percent" or not isinstance(row["base_count"], str):
        return None
    figures = found.evidence.figures.set_index("figure_id")
    beside = figures[figures["source_id"] == figures.at[row["figure_id"], "source_id"]]
    same = beside.index[beside["token"] == row["base_count"]]
    return str(same[0]) if len(same) == 1 else None


def _base(row: dict[Any, Any]) -> str:
    if not is_missing(row["offences_baseline"]) and row["offences_baseline"]:
        return count(row["offences_baseline"])
    given = row["base_count"]
    return given if isinstance(given, str) else "base not published"


def counts_words(row: dict[Any, Any]) -> str:
    if is_missing(row["change_pct"]):
        return ""
    return f"{percent(row['change_pct'])} ({_span(row, 'change_low_pct', 'change_high_pct')})"


def _reported(row: dict[Any, Any]) -> str:
    if not isinstance(row["measure"], str):
        return "nothing"
    if not is_missing(row["change_pct"]):
        base = row["base_count"]
        said = f"of {count(int(base))}" if isinstance(base, str) else "base not published"
        return f"{row['measure']}: {percent(row['change_pct'])}, {said}"
    if isinstance(row["token"], str):
        return f"{row['measure']}: {row['token']}{_of(row)}"
    return f"{row['measure']}: no number printed"


def _head_key(row: dict[Any, Any], cited: Citations) -> str | None:
    start = row["period_start"]
    key = "" if is_missing(start) else f"per-head:{row['funding_stream']}:{start.year}"
    return key if key in cited.register else None


def _tally(found: Record, cited: Citations) -> Link:
    changes = found.tables["changes"]
    told = changes["verdict"].value_counts()
    words = ", ".join(f"{number} {name}" for name, number in told.items())
    return cited.tally(
        "changes", "Printed changes in percent", f"{len(changes)}: {words}", "tables/changes.csv"
    )


def _verdict_words(name: str, number: int) -> str:
    one, several = {
        "reproduced": ("comes out of the counts", "come out of the counts"),
        "consistent": ("agrees with a nearby class", "agree with a nearby class"),
        "not settled": (
            "is not settled by the counts held",
            "are not settled by the counts held",
        ),
        "not testable": ("cannot be tested", "cannot be tested"),
    }[name]
    return f"{number} {one if number == 1 else several}"


_rate = partial(quantity, places=2)
RATE = Column("Rate", numeric=True, write=_rate)


def where_was_need(found: Record, cited: Citations) -> Section:
    """Where the problem was before the money."""
    table = found.tables["need"]
    section = Section("need", "Q4", "Need: where was the problem?")
    if table.empty:
        return section
    keys = []
    for row in table.to_dict("records"):
        span = Period.parse(row["baseline"])
        key = f"need:{row['subject_id']}"
        inputs = [
            *cited.offences(row["offence"], row["baseline"]),
            cited.persons(*_ends(span)),
        ]
        cited.derived(
            key,
            what=f"{row['measure']}, rate per 1,000 residents, {found.area.name}, "
            f"{row['baseline']}",
            shown=f"{_rate(row['rate'])}; all areas {_rate(row['all_rate'])}; "
            f"place {row['place']} of {row['n_areas']}",
            working=f"1,000 × {count(row['offences'])} / {count(row['persons'])} = "
            f"{_rate(row['rate'])}; the "
            f"same for all {row['n_areas']} police force areas together = "
            f"{_rate(row['all_rate'])}; place {row['place']} of {row['n_areas']}, the highest "
            "rate first",
            inputs=inputs,
            value=row["rate"],
            unit="offences per 1,000 residents",
        )
        keys.append([*inputs, key])
    shown = table.assign(
        place=[f"{row.place} of {row.n_areas}" for row in table.itertuples()],
        source=cited.cells(keys),
    )
    return replace(
        section,
        lead="Before the money: the rate of this area among the police force areas with counts and "
        "an estimate of residents, the highest first. Districts are not compared: no counts by "
        "district are held.",
        blocks=[
            frame_table(
                shown,
                {
                    "measure": Column("Measure"),
                    "baseline": Column("Year"),
                    "rate": Column("Per 1,000 residents", numeric=True, write=_rate),
                    "all_rate": Column("All areas", numeric=True, write=_rate),
                    "place": Column("Place", numeric=True),
                    "source": Column("From"),
                },
                id="need-table",
                caption="Rates before the money",
                note=[
                    "Recorded crime is what is reported and recorded; rates differ for many "
                    "reasons beside need. The City of London is left out. Every area: ",
                    Link("tables/force_rates.csv", "tables/force_rates.csv"),
                    ".",
                ],
            ),
        ],
    )  # fmt: skip


def beyond_noise(found: Record, cited: Citations) -> Section:
    """Whether a change is larger than counting noise."""
    table = found.tables["noise"]
    section = Section("noise", "Q7", "Is the change larger than counting noise?")
    if table.empty:
        return section
    keys = []
    for row in table.to_dict("records"):
        key = f"noise:{row['subject_id']}"
        spans = {factor: _span(row, f"low_{factor}_pct", f"high_{factor}_pct")
                 for factor in DISPERSIONS}  # fmt: skip
        cited.derived(
            key,
            what=f"{row['measure']}: intervals with more than Poisson noise",
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
        one=[_span(row, "change_low_pct", "change_high_pct") for row in rows],
        two=[_span(row, "low_2_pct", "high_2_pct") for row in rows],
        four=[_span(row, "low_4_pct", "high_4_pct") for row in rows],
        source=cited.cells(zip(change, keys, strict=True)),
    )
    return replace(
        section,
        lead="Offences come in series and repeat victims, so counts vary more than chance alone; "
        "monthly counts would say by how much. Without them, three assumptions stand side by "
        "side.",
        blocks=[
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
                note="Changes without counts have no interval: base not published.",
            )
        ],
    )


def beyond_elsewhere(found: Record, cited: Citations) -> Section:
    """Whether a change is beyond what happened elsewhere."""
    table = found.tables["elsewhere"]
    section = Section("elsewhere", "Q8", "Is it beyond what happened elsewhere?")
    if table.empty:
        return section
    crime = found.evidence.recorded_crime
    keys = []
    for row in table.to_dict("records"):
        key = f"elsewhere:{row['subject_id']}"
        others = [
            cited.counts_of_others(
                crime, row["offence"], Period.parse(row[period]), row["n_others"], row[count]
            )
            for period, count in (("baseline", "others_before"), ("period", "others_after"))
        ]
        cited.derived(
            key,
            what=f"{row['measure']}, change relative to the other police force areas",
            shown=f"{percent(row['relative_pct'])} ({_span(row, *_RELATIVE)}); others "
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
    rows = table.to_dict("records")
    shown = table.assign(
        relative=[f"{percent(row['relative_pct'])} ({_span(row, *_RELATIVE)})" for row in rows],
        source=cited.cells(
            [f"change:{row['subject_id']}", key] for row, key in zip(rows, keys, strict=True)
        ),
    )
    return replace(
        section,
        lead="Each counted change beside the same change in the other police force areas of "
        "England and Wales together. A difference is no effect of the money: nothing shows that "
        "the areas would have moved alike without it.",
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
                note="Areas with counts in both years. Three or more earlier years would show "
                "whether they moved alike before.",
            )
        ],
    )


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
            what=f"{row['measure']}: smallest fall that two such periods would show",
            shown=f"{percent(row['smallest_fall_pct'])}; at dispersion 2 "
            f"{percent(row['smallest_fall_2_pct'])}",
            working=f"base {count(row['offences_baseline'])}, power 80%, two-sided 5%: "
            "|ln r| = 2.80 √(φ (1 + 1/r) / base)",
            inputs=cited.offences(row["offence"], row["baseline"]),
            value=row["smallest_fall_pct"],
            unit="percent",
        )
        keys.append(key)
    return replace(
        section,
        lead="The smallest fall that a comparison of two years would show four times in five. "
        "Spend and outcome by district cannot be compared here; with six districts only a nearly "
        "perfect order could be told from chance.",
        blocks=[
            frame_table(
                table.assign(source=cited.cells([key] for key in keys)),
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


_RELATIVE = ("relative_low_pct", "relative_high_pct")


def _span(row: dict[Any, Any], low: str, high: str) -> str:
    return interval_text(row[low], row[high]).replace(" ", "\N{NO-BREAK SPACE}")


def _ends(span: Period) -> tuple[Any, Any]:
    import pandas as pd

    return pd.Timestamp(span.start), pd.Timestamp(span.end)
