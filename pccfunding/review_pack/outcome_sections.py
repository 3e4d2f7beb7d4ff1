"""Sections on what came of it: outcomes, outcomes beside spend, and both by theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.plots import plot_beside, plot_changes
from pccfunding.review_pack.facts import pounds
from pccfunding.review_pack.parts import Column, Heading, Plot, Section, badge
from pccfunding.review_pack.render import frame_table

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citing import Citations
    from pccfunding.review_pack.outline import Review

__all__ = ["beside_spend", "by_theme", "changed"]

COUNT = Column("Count", numeric=True, write="{:,.0f}".format)


def changed(found: Review, cited: Citations) -> Section:
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
                note="Filled: recomputed from counts with an exact Poisson interval (95%). "
                "Hollow: printed without a base, so without an interval.",
            )
        )
    if len(changes):
        blocks.append(_changes_table(changes, cited))
    if len(rises):
        blocks += [Heading("not-quoted", "What could have been quoted and was not"), _rises(rises)]
    levels = found.tables["outcomes"]
    levels = levels[levels["change_pct"].isna()]
    if len(levels):
        blocks += [Heading("levels", "Outputs, counts and outcomes without a number")]
        blocks.append(_levels_table(levels, cited))
    return Section(
        id="outcomes",
        question="Q6",
        heading="Did the outcomes change, and beyond counting noise?",
        lead=(
            f"{len(changes)} changes in percent are printed. "
            + ", ".join(_verdict_words(str(name), number) for name, number in told.items())
            + "."
            if len(changes)
            else "No change in percent is printed in the sources held here."
        ),
        blocks=blocks,
    )


def beside_spend(found: Review, cited: Citations) -> Section:
    """Spend beside outcome, with the words that the evidence allows."""
    table = found.tables["beside"]
    links: list[Any] = [
        cited.link(figure) if isinstance(figure, str) else "" for figure in table["figure_id"]
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
            Plot(
                "plot-beside", plot_beside(drawn, title="What each stream cost, what is reported")
            ),
            frame_table(
                table.assign(
                    funding_stream=_with_years(table),
                    reported=[_reported(row) for row in table.to_dict("records")],
                    source=links,
                ),
                {
                    "funding_stream": Column("Funding stream"),
                    "amount_gbp": Column("Money", numeric=True, write=pounds),
                    "spend_gbp_per_head": Column("Per head", numeric=True, write="£{:.2f}".format),
                    "reported": Column("Reported"),
                    "outcome_period": Column("Period of the result"),
                    "claim": Column("Words that the source allows"),
                    "order": Column("Order in time"),
                    "source": Column("Source"),
                },
                id="spend-beside-outcome",
                caption="Each stream with what the sources set beside it",
                note="Evidence level: none of these has a comparison group. What would settle it: "
                "one table of spend by district and year, and counts for the same districts.",
            ),
        ],
    )


def by_theme(found: Review, cited: Citations) -> Section:
    """Money and results by theme of the Police and Crime Plan."""
    table = found.tables["themes"]
    return Section(
        id="themes",
        question="Q1",
        heading="By theme of the Police and Crime Plan",
        lead="Themes are those that the source prints; where it gives none, none is assumed.",
        blocks=[
            frame_table(
                table,
                {
                    "theme": Column("Theme"),
                    "award_lines": Column("Award lines", numeric=True),
                    "amount_gbp": Column("Money in those lines", numeric=True, write=pounds),
                    "results": Column("Results reported", numeric=True),
                    "outcomes": Column("of which outcomes", numeric=True),
                    "with_base": Column("with a published base", numeric=True),
                },
                id="themes-table",
                caption="Money and results by theme",
            )
        ],
    )


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
        note=same["why"].where(same["verdict"].isin(["consistent", "differs"])),
    )


def _changes_table(changes: pd.DataFrame, cited: Citations) -> Any:
    said: list[Any] = [
        [badge(verdict), f" {why}"]
        for verdict, why in zip(changes["verdict"], changes["why"], strict=True)
    ]
    links: list[Any] = [cited.link(figure) for figure in changes["figure_id"]]
    shown = changes.assign(
        compared=[_compared(row) for row in changes.to_dict("records")],
        base=[_base(row) for row in changes.to_dict("records")],
        counts=[_counts(row) for row in changes.to_dict("records")],
        said=said,
        source=links,
    )
    return frame_table(
        shown,
        {
            "measure": Column("Measure"),
            "compared": Column("Compared"),
            "printed_pct": Column("Printed", numeric=True, write=_percent),
            "base": Column("Base count", numeric=True),
            "counts": Column("From counts (95%)", numeric=True),
            "said": Column("Verdict"),
            "source": Column("Source"),
        },
        id="changes-table",
        caption="Printed changes and the same changes from counts",
        note="Counts of earlier years are as first published, those of later years as revised.",
    )


def _rises(rises: pd.DataFrame) -> Any:
    shown = rises.assign(
        counts=[_counts(row) for row in rises.to_dict("records")],
        compared=[_compared(row) for row in rises.to_dict("records")],
    )
    return frame_table(
        shown,
        {
            "offence": Column("Offence class"),
            "compared": Column("Compared"),
            "offences_baseline": Column("Before", numeric=True, write="{:,.0f}".format),
            "offences_comparison": Column("After", numeric=True, write="{:,.0f}".format),
            "counts": Column("Change (95%)", numeric=True),
        },
        id="not-quoted-table",
        caption="Offence classes over the same years that no source quotes",
        note="A list of falls is a choice; the family is everything published. Classes overlap: "
        "totals hold groups, and groups hold their parts.",
    )


def _levels_table(levels: pd.DataFrame, cited: Citations) -> Any:
    places: list[Any] = [cited.place(figure) for figure in levels["figure_id"]]
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
    return f", base {given}" if isinstance(given, str) else ", base not published"


def _base(row: dict[Any, Any]) -> str:
    if row["offences_baseline"] == row["offences_baseline"] and row["offences_baseline"]:
        return f"{row['offences_baseline']:,.0f}"
    given = row["base_count"]
    return given if isinstance(given, str) else "base not published"


def _counts(row: dict[Any, Any]) -> str:
    if row["change_pct"] != row["change_pct"] or row["change_pct"] is None:
        return ""
    interval = f"({_percent(row['change_low_pct'])} to {_percent(row['change_high_pct'])})"
    return f"{_percent(row['change_pct'])} " + interval.replace(" ", "\N{NO-BREAK SPACE}")


def _percent(value: float) -> str:
    return f"{value:+.1f}%".replace("-", "\N{MINUS SIGN}")


def _reported(row: dict[Any, Any]) -> str:
    if not isinstance(row["measure"], str):
        return "nothing"
    if row["change_pct"] == row["change_pct"] and row["change_pct"] is not None:
        return f"{row['measure']}: {_percent(row['change_pct'])}, base not published"
    if isinstance(row["token"], str):
        return f"{row['measure']}: {row['token']}{_of(row)}"
    return f"{row['measure']}: no number printed"


def _verdict_words(name: str, number: int) -> str:
    one, several = {
        "reproduced": ("comes out of the counts", "come out of the counts"),
        "consistent": ("agrees with a nearby class", "agree with a nearby class"),
        "differs": (
            "differs from the counts now published",
            "differ from the counts now published",
        ),
        "not testable": ("cannot be tested", "cannot be tested"),
    }[name]
    return f"{number} {one if number == 1 else several}"
