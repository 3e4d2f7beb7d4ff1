"""Sections on how far a change can be told: need, noise, elsewhere, and what could be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.review_pack.beyond import DISPERSIONS
from pccfunding.review_pack.outcome_sections import percent_words
from pccfunding.review_pack.parts import Column, Link, Section
from pccfunding.review_pack.render import frame_table

if TYPE_CHECKING:
    from pccfunding.review_pack.citing import Citations
    from pccfunding.review_pack.outline import Review

__all__ = ["beyond_elsewhere", "beyond_noise", "could_detect", "where_was_need"]

RATE = Column("Rate", numeric=True, write="{:.2f}".format)
WHOLE = "{:,.0f}".format


def where_was_need(found: Review, cited: Citations) -> Section:
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
            shown=f"{row['rate']:.2f}; all areas {row['all_rate']:.2f}; "
            f"place {row['place']} of {row['n_areas']}",
            working=f"1,000 × {row['offences']:,} / {row['persons']:,} = {row['rate']:.2f}; the "
            f"same for all {row['n_areas']} police force areas together = {row['all_rate']:.2f}; "
            f"place {row['place']} of {row['n_areas']}, the highest rate first",
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
                    "rate": Column("Per 1,000 residents", numeric=True, write="{:.2f}".format),
                    "all_rate": Column("All areas", numeric=True, write="{:.2f}".format),
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


def beyond_noise(found: Review, cited: Citations) -> Section:
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
            working=f"{row['offences_comparison']:,.0f} against a base of "
            f"{row['offences_baseline']:,.0f}, exact Poisson at dispersion 1; above it normal on "
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


def beyond_elsewhere(found: Review, cited: Citations) -> Section:
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
            shown=f"{percent_words(row['relative_pct'])} ({_span(row, *_RELATIVE)}); others "
            f"{percent_words(row['others_change_pct'])}",
            working=f"({row['offences_comparison']:,.0f} / {row['offences_baseline']:,.0f}) / "
            f"({row['others_after']:,} / {row['others_before']:,}) - 1 = "
            f"{percent_words(row['relative_pct'])}; others {row['others_after']:,} / "
            f"{row['others_before']:,} - 1 = {percent_words(row['others_change_pct'])}; interval "
            "normal on the log scale, 95%, Poisson counts",
            inputs=[f"change:{row['subject_id']}", *others],
            value=row["relative_pct"],
            unit="percent",
            bounds=(row["relative_low_pct"], row["relative_high_pct"]),
        )
        keys.append(key)
    rows = table.to_dict("records")
    shown = table.assign(
        relative=[
            f"{percent_words(row['relative_pct'])} ({_span(row, *_RELATIVE)})" for row in rows
        ],
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
                    "change_pct": Column("Here", numeric=True, write=percent_words),
                    "others_change_pct": Column("Other areas", numeric=True, write=percent_words),
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


def could_detect(found: Review, cited: Citations) -> Section:
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
            shown=f"{percent_words(row['smallest_fall_pct'])}; at dispersion 2 "
            f"{percent_words(row['smallest_fall_2_pct'])}",
            working=f"base {row['offences_baseline']:,.0f}, power 80%, two-sided 5%: "
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
                    "offences_baseline": Column("Base count", numeric=True, write=WHOLE),
                    "smallest_fall_pct": Column("Dispersion 1", numeric=True, write=percent_words),
                    "smallest_fall_2_pct": Column(
                        "Dispersion 2", numeric=True, write=percent_words
                    ),
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
    return f"{percent_words(row[low])} to {percent_words(row[high])}".replace(
        " ", "\N{NO-BREAK SPACE}"
    )


def _ends(span: Period) -> tuple[Any, Any]:
    import pandas as pd

    return pd.Timestamp(span.start), pd.Timestamp(span.end)
