"""Sections on what came of it: outcomes, and outcomes beside spend."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.periods.spellings import financial_label
from pccfunding.plots import plot_beside, plot_changes
from pccfunding.review_pack.blocks import Column, Heading, Link, Plot, Section, badge, frame_table
from pccfunding.review_pack.comparison_sections import enter_elsewhere
from pccfunding.review_pack.key_figures import first_changes
from pccfunding.review_pack.open_questions import district_words
from pccfunding.review_pack.tables_beside import shown_beside
from pccfunding.review_pack.wording import (
    bounds_text,
    listed,
    placed,
    verdict_words,
    when_text,
)
from pccfunding.review_pack.workings import enter_changes, enter_counted, enter_rises, head_key
from pccfunding.words import (
    NOT_HELD,
    count,
    counted,
    is_missing,
    percent,
    pounds,
    sum_text,
    unknown_text,
)

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


_ROWS_ON_PAPER = 10
_FEW_CHANGES = 3
_MOST_LINKS = 3
COUNT = Column("Count", numeric=True, write=count)


def changed(found: Record, cited: Citations) -> Section:
    """Whether the outcomes changed."""
    changes, others = found.tables["changes"], found.tables["other_changes"]
    told = changes["verdict"].value_counts()
    blocks: list[Any] = []
    drawn = _one_comparison(changes)
    counted_ones = drawn[drawn["change_pct"].notna()] if len(drawn) else drawn
    for name, part, told_of in (
        ("plot-counted", counted_ones.head(_FEW_CHANGES), _first_counted(counted_ones)),
        ("plot-changes", drawn, "Printed changes and what the counts give"),
    ):
        if len(part):
            blocks.append(
                Plot(
                    name,
                    plot_changes(part, title=told_of),
                    note=[
                        "Filled: recomputed from counts with an exact Poisson interval (95%). "
                        "Hollow: a change whose counts are not held, so without an interval. The "
                        "numbers: ",
                        Link("table of changes", "#changes-table"),
                        ".",
                    ],
                )
            )
    if len(changes):
        blocks.append(_changes_table(found, changes, cited))
    if len(found.tables["one_vintage"]):
        blocks += [Heading("one-vintage", "The same changes in one vintage")]
        blocks.append(_one_vintage(found, cited))
    if len(found.tables["nearest"]):
        blocks += [Heading("nearest", "The nearest counts held"), _nearest(found, cited)]
    quoted = others["quoted"].astype(bool)
    if len(others[~quoted]):
        blocks += [Heading("not-quoted", "Classes that no source held quotes")]
        blocks.append(_others(found, others[~quoted], cited, quoted=False))
    if len(others[quoted]):
        blocks += [Heading("quoted-elsewhere", "Classes quoted for other years")]
        blocks.append(_others(found, others[quoted], cited, quoted=True))
    levels = found.tables["outcomes"]
    levels = levels[levels["change_pct"].isna()]
    if len(levels):
        blocks += [Heading("levels", "Outputs, counts and other results")]
        blocks.append(_levels_table(levels, found, cited))
    return Section(
        id="outcomes",
        question="Q6",
        heading="Did the outcomes change?",
        lead=[
            *first_changes(changes, cited),
            f"Of {counted(len(changes), 'change')} that a source prints, "
            + listed(verdict_words(str(name), number) for name, number in told.items())
            + " (",
            _tally(found, cited),
            ").",
        ]
        if len(changes)
        else _none_printed(found, cited),
        blocks=blocks,
    )


def _none_printed(found: Record, cited: Citations) -> list[Any]:
    """Say that no result held is a change in percent, of how many results."""
    results = len(found.tables["outcomes"])
    said = "No change in percent is printed in the documents held"
    said += f": of {counted(results, 'result')} none is one." if results else "."
    return cited.said("changes", "Printed changes", said, "tables/outcomes.csv in percent")


def _first_counted(changes: pd.DataFrame) -> str:
    more = f": the first {_FEW_CHANGES}" if len(changes) > _FEW_CHANGES else ""
    return f"What the counts give{more}"


def beside_spend(found: Record, cited: Citations) -> Section:
    """Spend beside outcome, with the words that the evidence allows."""
    table, left = shown_beside(found.tables["beside"])
    table = _in_place(table, found)
    rows = table.to_dict("records")
    links: list[Any] = [
        cited.links(
            [
                *(str(row["money_figure_ids"] or "").split(";") if _few(row) else []),
                _head_key(row, found, cited),
                row["figure_id"],
                _base_figure(row, found),
                _counted_key(row, cited),
            ]
        )
        for row in rows
    ]
    drawn = table[table["claim"].notna() & table["money_figure_ids"].notna()].assign(
        comparison=table["outcome_period"], change_low_pct=None, change_high_pct=None
    )
    compared = table["subject_id"].isin(found.tables["elsewhere"]["subject_id"]).sum()
    results = int(table["measure"].notna().sum())
    one = 1 in (compared, results)
    return Section(
        id="beside",
        question="Q13",
        heading="Spend beside outcome, stream by stream",
        lead=[
            "Not estimable: an association takes spend and outcome of several areas, and this "
            "Review is of one. ",
            *cited.said(
                "district-amounts",
                "Amounts of single districts",
                district_words(found),
                "tables/totals.csv and tables/awards.csv by area_code",
            ),
            " Each stream stands beside what the sources report of it, in the words they allow."
            if results
            else " No result is held to stand beside the money.",
        ],
        blocks=[
            *_drawn_beside(drawn),
            frame_table(
                table.assign(
                    funding_stream=_with_years(table),
                    money=[_money(row) for row in rows],
                    reported=[_reported(row, found) for row in rows],
                    outcome_period=[
                        when_text(label) if isinstance(label, str) else ""
                        for label in table["outcome_period"]
                    ],
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
                note=[
                    left,
                    *(
                        cited.said(
                            "compared",
                            "Results with counts of other areas",
                            f"Evidence level: {compared} of {counted(results, 'result')} here "
                            f"{'has' if one else 'have'} counts of other areas beside "
                            f"{'it' if one else 'them'}.",
                            "tables/beside.csv, of those of tables/elsewhere.csv",
                        )
                        if results
                        else ["No result here is set beside a stream."]
                    ),
                    " What would settle it: one table of spend by district and year, and counts "
                    "for the same districts.",
                ],
            ),
        ],
    )


def _few(row: dict[Any, Any]) -> bool:
    ids = row["money_figure_ids"]
    return isinstance(ids, str) and ids.count(";") < _MOST_LINKS


def _money(row: dict[Any, Any]) -> str:
    """The money of a stream in words: the sum of its lines, or the amounts held as printed."""
    if isinstance(row["printed"], str):
        return row["printed"]
    if is_missing(row["n_lines"]) or not isinstance(row["money_figure_ids"], str):
        return f"amount {NOT_HELD}" if isinstance(row["funding_stream"], str) else ""
    return sum_text(row["amount_gbp"], int(row["n_known"]), int(row["n_lines"]))


def _counted_key(row: dict[Any, Any], cited: Citations) -> str | None:
    key = f"change:{row['subject_id']}"
    return key if key in cited.register else None


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
    known = changes.dropna(subset=["change_pct"])
    if known.empty:
        return known
    shared: Any = known.groupby(["baseline", "period"]).size().idxmax()
    same: pd.DataFrame = changes[
        (changes["baseline"] == shared[0]) & (changes["period"] == shared[1])
    ]
    return same.assign(
        base_count=same["offences_baseline"],
        note=same["why"].where(same["verdict"].isin(["consistent", "not settled"])),
    )


def _changes_table(found: Record, changes: pd.DataFrame, cited: Citations) -> Any:
    said: list[Any] = [
        [badge(row["verdict"]), f" {row['why']}" + _break_text(row)]
        for row in changes.to_dict("records")
    ]
    shown = _in_place(changes, found).assign(
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
        note=_releases(found, changes),
    )


def _releases(found: Record, changes: pd.DataFrame) -> str:
    """Say from which releases the counts of the two windows come."""
    known = changes.dropna(subset=["change_pct"])
    crime = found.crime[found.crime["area_code"] == found.area.code]
    told = {}
    for column in ("baseline", "period"):
        ends = [str(Period.parse(label).end) for label in known[column].unique()]
        names = crime.loc[
            crime["period_end"].dt.strftime("%Y-%m-%d").isin(ends), "release"
        ].drop_duplicates()
        told[column] = "; ".join(sorted(names))
    if not any(told.values()):
        return ""
    return (
        f"Counts of the earlier years: {told['baseline']}. Of the later years: {told['period']}. "
        "Each release revises the counts of those before it."
    )


def _break_text(row: dict[Any, Any]) -> str:
    return f". A break lies between ({row['break']})" if isinstance(row["break"], str) else ""


def _in_place(frame: pd.DataFrame, found: Record) -> pd.DataFrame:
    names = found.evidence.areas.set_index("area_code")["name"]
    return placed(frame, found.area.code, names)


def _one_vintage(found: Record, cited: Citations) -> Any:
    """The same changes with both counts of one vintage, and of the exact classes."""
    table = found.tables["one_vintage"]
    keys, rows = [], table.to_dict("records")
    for row in rows:
        inputs = [
            cited.register.statistic(
                f"one-vintage/{found.area.code}/{row['subject_id']}/{row[when]}",
                what=f"{row['offence']}, {found.area.name}, {when_text(row[when])}, from quarters",
                value=int(row[number]),
                unit="offences",
                source_id=row["source_id"],
                locator=row["release"],
            ).key
            for when, number in (("baseline", _BEFORE), ("period", _AFTER))
        ]
        key = f"one-vintage:{row['subject_id']}"
        told = row | {"counts": counts_words(row)}
        enter_counted(cited, told, key, f"{row['measure']}, one vintage", inputs)
        keys.append([row["figure_id"], *inputs, key])
    verdicts: list[Any] = [badge(row["verdict"]) for row in rows]
    shown = table.assign(
        compared=[_compared(row) for row in rows],
        both=[f"{count(row[_BEFORE])} to {count(row[_AFTER])}" for row in rows],
        counts=[counts_words(row) for row in rows],
        verdict=verdicts,
        source=cited.cells(keys),
    )
    return frame_table(
        shown,
        {
            "measure": Column("Measure"),
            "offence": Column("Classes"),
            "compared": Column("Compared"),
            "printed_pct": Column("Printed", numeric=True, write=percent),
            "both": Column("Counts", numeric=True),
            "counts": Column("Change (95%)", numeric=True),
            "verdict": Column("Verdict"),
            "source": Column("From"),
        },
        id="one-vintage-table",
        caption="The same changes from counts of one vintage",
        note=f"{table['release'].iloc[0]}: sums of four quarters. A count of one vintage is never "
        "held against a count of another.",
    )


_BEFORE, _AFTER = "offences_baseline", "offences_comparison"


def _nearest(found: Record, cited: Citations) -> Any:
    """Counts of the nearest kind, where those behind a printed change are not held."""
    table = found.tables["nearest"]
    keys = []
    for row in table.to_dict("records"):
        inputs = [
            cited.register.statistic(
                f"nearest/{found.area.code}/{row['counts_of']}/{row['method']}/{row[when]}",
                what=f"{row['counts_of']}, {row['method']}, {found.area.name}, "
                f"{when_text(row[when])}",
                value=row[count_of],
                unit="counted",
                source_id=row[source],
                locator=row["counts_of"],
            ).key
            for when, count_of, source in (
                ("baseline", "before", "source_id_before"),
                ("period", "after", "source_id_after"),
            )
        ]
        key = f"nearest:{row['subject_id']}:{row['method']}:{row['baseline']}"
        change = counts_words(row)
        cited.derived(
            key,
            what=f"{row['counts_of']}, {row['method']}: {row['period']} against {row['baseline']}",
            shown=change,
            working=f"{count(row['after'])} against a base of {count(row['before'])}: {change}, "
            "exact Poisson interval, 95%",
            inputs=inputs,
            value=row["change_pct"],
            unit="percent",
            bounds=(row["change_low_pct"], row["change_high_pct"]),
        )
        keys.append([row["figure_id"], *inputs, key])
    changes = found.tables["changes"].to_dict("records")
    printed = {row["subject_id"]: row for row in changes}
    rows = table.to_dict("records")
    shown = table.assign(
        printed=[printed[row["subject_id"]]["printed_pct"] for row in rows],
        asked=[_compared(printed[row["subject_id"]]) for row in rows],
        of=[f"{row['counts_of']} ({row['method']})" for row in rows],
        both=[f"{count(row['before'])} to {count(row['after'])}" for row in rows],
        compared=[_compared(row) for row in rows],
        counts=[counts_words(row) for row in rows],
        source=cited.cells(keys),
    )
    return frame_table(
        shown,
        {
            "measure": Column("Measure"),
            "printed": Column("Printed", numeric=True, write=percent),
            "asked": Column("of"),
            "of": Column("Counts of"),
            "compared": Column("Counted"),
            "both": Column("Counts", numeric=True),
            "counts": Column("Change (95%)", numeric=True),
            "source": Column("From"),
        },
        id="nearest-table",
        caption="Printed changes beside counts of other days or of a nearby class",
        note="These counts are of other days or another class than the printed change, so they "
        "neither confirm nor refute it. Each row has both counts by one method.",
    )


def _others(found: Record, table: pd.DataFrame, cited: Citations, *, quoted: bool) -> Any:
    rows = table.to_dict("records")
    shown = table.assign(
        both=[f"{count(row[_BEFORE])} to {count(row[_AFTER])}" for row in rows],
        counts=[counts_words(row) for row in rows],
        compared=[_compared(row) for row in rows],
        relative=[_relative(row) for row in rows],
        broken=[row["break"] if isinstance(row["break"], str) else "" for row in rows],
    )
    keys = enter_rises(found, cited, shown)
    beside = enter_others(found, cited, shown)
    links = cited.cells(zip(keys, beside, strict=True))
    risen = table[table["change_low_pct"] > 0]
    fallen = table[table["change_high_pct"] < 0]
    words = (
        f"{len(risen)} rose and {len(fallen)} fell beyond counting noise; of the rises "
        f"{int((risen['relative_low_pct'] > 0).sum())} went beyond the other areas and "
        f"{int(risen['break'].notna().sum())} "
        f"{'crosses' if int(risen['break'].notna().sum()) == 1 else 'cross'} a break of the series"
    )
    tally = cited.tally(
        "quoted-elsewhere" if quoted else "rises",
        "Offence classes that rose or fell beyond counting noise",
        f"{len(risen)}; {words}",
        "tables/other_changes.csv, those whose interval lies above or below no change",
    )
    return frame_table(
        shown.assign(source=links),
        {
            "offence": Column("Offence class"),
            "compared": Column("Compared"),
            "both": Column("Counts", numeric=True),
            "counts": Column("Change (95%)", numeric=True),
            "relative": Column("Relative to elsewhere (95%)", numeric=True),
            "broken": Column("Break"),
            "source": Column("From"),
        },
        id="quoted-elsewhere-table" if quoted else "not-quoted-table",
        caption="The same years of classes that a source quotes for other years"
        if quoted
        else "Offence classes over the same years that no source held quotes",
        note=[
            f"{words} (",
            tally,
            "). Classes overlap: totals hold groups, and groups their parts.",
        ],
    )


def _relative(row: dict[Any, Any]) -> str:
    if is_missing(row["relative_pct"]):
        return ""
    span = bounds_text(row, "relative_low_pct", "relative_high_pct")
    return f"{percent(row['relative_pct'])} ({span})"


def enter_others(found: Record, cited: Citations, shown: pd.DataFrame) -> list[str | None]:
    """Enter the changes of other classes beside those elsewhere; None where there are none."""
    known = shown[shown["relative_pct"].notna()]
    keys = dict(zip(known.index, enter_elsewhere(found, cited, known), strict=True))
    return [keys.get(row) for row in shown.index]


def _levels_table(levels: pd.DataFrame, found: Record, cited: Citations) -> Any:
    places: list[Any] = []
    for row in levels.to_dict("records"):
        base = _base_figure(row, found)
        places.append([*cited.place(row["figure_id"]), *([", ", cited.link(base)] if base else [])])
    shown = _in_place(levels, found).assign(
        printed=[cited.token(row["figure_id"]) + _of(row) for row in levels.to_dict("records")],
        period=[when_text(period) for period in levels["period"]],
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
    against = f" against {when_text(row['baseline'])}" if isinstance(row["baseline"], str) else ""
    return when_text(row["period"]) + against


def _of(row: dict[Any, Any]) -> str:
    """Say what a percentage is of."""
    if row["unit"] != "percent":
        return ""
    given = row["base_count"]
    return f", base taken as {count(given)}" if isinstance(given, str) else f", base {NOT_HELD}"


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
    return count(given) if isinstance(given, str) else f"base {NOT_HELD}"


def counts_words(row: dict[Any, Any]) -> str:
    if is_missing(row["change_pct"]):
        return ""
    return f"{percent(row['change_pct'])} ({bounds_text(row, 'change_low_pct', 'change_high_pct')})"


def _reported(row: dict[Any, Any], found: Record) -> str:
    if not isinstance(row["measure"], str):
        return "no result held"
    if not is_missing(row["change_pct"]):
        changes = found.tables["changes"].set_index("subject_id")
        counted = row["subject_id"] in changes.index
        told = changes.loc[row["subject_id"]].to_dict() if counted else {"offences_baseline": None}
        base = _base({**told, "base_count": row["base_count"]})
        base = base if base.startswith("base") else f"base {base}"
        return f"{row['measure']}: {percent(row['change_pct'])}, {base}"
    if isinstance(row["token"], str):
        return f"{row['measure']}: {row['token']}{_of(row)}"
    return f"{row['measure']}: number {unknown_text(row['unknown'])}"


def _head_key(row: dict[Any, Any], found: Record, cited: Citations) -> str | None:
    start = row["period_start"]
    if is_missing(start) or is_missing(row["funding_stream"]):
        return None
    key = head_key(row | {"financial_year": financial_label(start.year)}, found)
    return key if key in cited.register else None


def _tally(found: Record, cited: Citations) -> Link:
    changes = found.tables["changes"]
    told = changes["verdict"].value_counts()
    words = ", ".join(f"{number} {name}" for name, number in told.items())
    return cited.tally(
        "changes", "Printed changes in percent", f"{len(changes)}: {words}", "tables/changes.csv"
    )
