"""Sections on the money: its status, whether it adds up, per head and by year."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.area_money_sections import services_blocks
from pccfunding.review_pack.asked_of_money import one_year, scope_words, status_words
from pccfunding.review_pack.blocks import (
    Bullets,
    Column,
    Heading,
    Link,
    Section,
    frame_table,
)
from pccfunding.review_pack.tables_comparison import CITY_OF_LONDON
from pccfunding.review_pack.tables_spending import per_head_words, single_years
from pccfunding.review_pack.tables_sums import ALL_LINES, MOST_LINES, kind_words, sum_words
from pccfunding.review_pack.wording import MOST_SAID, moved_text, when_text
from pccfunding.review_pack.workings import enter_heads, enter_years
from pccfunding.words import (
    count,
    counted,
    interval_text,
    is_missing,
    pounds,
)

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


# Who gives to whom, as the status table writes it.
_FLOWS = {
    "national to pcc": "Government to commissioner",
    "pcc to recipient": "Commissioner to recipient",
    "not stated": "Not stated",
}


def status(found: Record, cited: Citations) -> Section:
    """Whether amounts are plan, award, payment or outturn."""
    table = found.tables["status"]
    told = ", ".join(f"{row.amounts} {row.status} ({row.flow})" for row in table.itertuples())
    told = f"{told}; {status_words(table)}"
    tally = cited.tally(
        "status", "Amounts by status", told, "tables/awards.csv and tables/totals.csv"
    )
    flows = list(dict.fromkeys(table["flow"]))
    shown = table.pivot(index="status", columns="flow", values="amounts").reset_index()
    shown = shown.assign(**{flow: shown[flow].map(count, na_action="ignore") for flow in flows})
    return Section(
        id="status",
        question="Q2",
        heading="Is it plan, award, payment or outturn?",
        lead=[
            f"{status_words(table).removesuffix('.')} (",
            tally,
            "). Amounts of different status are never added together.",
        ],
        blocks=[
            frame_table(
                shown,
                {
                    "status": Column("Status"),
                    **{flow: Column(_FLOWS.get(flow, flow), numeric=True) for flow in flows},
                },
                id="status-table",
                caption="How many amounts are of each status, by who gives to whom",
                note=["Counted in ", tally, "."],
            )
        ],
    )


def per_head_and_year(found: Record, cited: Citations) -> Section:
    """Spend per head, and from one year to the next."""
    heads, years = found.tables["spend_per_head"], found.tables["year_on_year"]
    heads = _shown_heads(heads)
    several = heads["financial_year"].nunique() > 1
    kinds = heads[["flow", "status"]].drop_duplicates().shape[0] > 1
    alone = single_years(found.tables)
    shown = years.dropna(subset=["change_pct", "change_low_pct"], how="all").head(MOST_LINES)
    keys = enter_heads(found, cited, heads)
    blocks: list[Any] = [
        frame_table(
            heads.assign(
                level=[
                    "total" if name == ALL_LINES else "line" for name in heads["funding_stream"]
                ],
                kind=[kind_words(row) for row in heads.to_dict("records")],
                spend=[_spend(row) for row in heads.to_dict("records")],
                head=[per_head_words(row) for row in heads.to_dict("records")],
                source=cited.cells(keys),
            ),
            {
                "funding_stream": Column("Funding stream"),
                **({"kind": Column("Kind")} if kinds else {}),
                **({"financial_year": Column("Year")} if several and not kinds else {}),
                "spend": Column("Spend", numeric=True),
                "head": Column("Per head", numeric=True),
                "spend_real_gbp_per_head": Column(
                    f"Per head in {heads['price_base'].iloc[0]} prices",
                    numeric=True,
                    write=partial(pounds, places=2),
                ),
                "source": Column("From"),
            },
            id="per-head",
            caption="Spend per resident",
            level="level",
            note=_people(heads, cited, scope_words(found.tables["awards"])),
        )
    ]
    if len(shown):
        yearly = _yearly(shown)
        blocks.append(
            frame_table(
                yearly.assign(
                    source=cited.cells([key] for key in enter_years(found, cited, yearly))
                ),
                {
                    "series": Column("Series"),
                    "years": Column("Years"),
                    "previous": Column("Earlier", numeric=True),
                    "now": Column("Later", numeric=True),
                    "cash": Column("Change in cash", numeric=True),
                    "real": Column("In real terms", numeric=True),
                    "caution": Column("Caution"),
                    "source": Column("From"),
                },
                id="year-on-year",
                caption="Year on year, where two like years are held",
                note="Neighbouring whole years of one series; a range is what the words allow.",
            )
        )
    blocks += _output_costs(found, cited)
    blocks += services_blocks(found, cited)
    if alone:
        blocks.append(Heading("no-second-year", "Streams without a second like year"))
        more = (
            [f"{count(len(alone) - MOST_LINES)} more streams."] if len(alone) > MOST_LINES else []
        )
        blocks.append(
            Bullets([*(one_year(found, name, cited) for name in alone[:MOST_LINES]), *more])
        )
    return Section(
        id="per-head-and-year",
        question="Q12",
        heading="How much is that per head, and has it changed?",
        lead=[
            *_heads_words(heads, keys, cited),
            *_costs_words(found, cited),
            *_years_words(shown, cited),
            "What an output cost cannot be told without outputs and money of one stream and year, "
            "nor without a comparison whether an outcome was worth it.",
        ],
        blocks=blocks,
    )


def _costs_words(found: Record, cited: Citations) -> list[Any]:
    """Say how many outputs stand beside money of the same stream and year."""
    table = found.tables["output_costs"]
    if table.empty:
        return []
    said = f"Money of the same stream and year is held for {counted(len(table), 'output')}."
    where = "tables/output_costs.csv"
    return [*cited.said("output-costs", "Outputs with money of their own", said, where), " "]


def _output_costs(found: Record, cited: Citations) -> list[Any]:
    """Money over what was counted, with what that is not."""
    table = found.tables["output_costs"]
    if table.empty:
        return []
    keys = []
    for row in table.to_dict("records"):
        key, lines = f"output-cost:{row['subject_id']}", row["line_figure_ids"].split(";")
        each = pounds(row["gbp_each"], places=2)
        cited.derived(
            key,
            what=f"{row['funding_stream']}, {row['financial_year']}: money over {row['measure']}",
            shown=each,
            working=f"{pounds(row['amount_gbp'])} / {count(row['counted'])} = {each}, from "
            f"{counted(row['n_lines'], 'line')} of the stream and one output",
            inputs=[*lines, row["figure_id"]],
            value=row["gbp_each"],
            unit="GBP each",
        )
        keys.append([*lines, row["figure_id"], key])
    return [
        Heading("output-costs", "Money over what was counted"),
        frame_table(
            table.assign(source=cited.cells(keys)),
            {
                "funding_stream": Column("Funding stream"),
                "financial_year": Column("Year"),
                "amount_gbp": Column("Money", numeric=True, write=pounds),
                "measure": Column("Counted"),
                "counted": Column("Number", numeric=True, write=count),
                "gbp_each": Column("Money over it", numeric=True, write=partial(pounds, places=2)),
                "source": Column("From"),
            },
            id="output-costs-table",
            caption="Money over what was counted, one stream and year",
            note="The amount over the number that the source prints beside it. It is not what the "
            "help for one person costs: one person may be counted more than once, other money may "
            "have paid too, and what came of it is in none of the numbers. Streams count different "
            "things, so that the rows are no ranking.",
        ),
    ]


def _heads_words(heads: pd.DataFrame, keys: list[list[str]], cited: Citations) -> list[Any]:
    """Say what was spent per resident, each year, flow and kind by itself."""
    every = heads["funding_stream"].eq(ALL_LINES) & heads["spend_known_gbp_per_head"].notna()
    told = [place for place, known in enumerate(every) if known]
    if (heads["area_code"] == CITY_OF_LONDON).all():
        return ["Nothing is given per head of the few residents of the City of London. "]
    if not told:
        return ["Spend per resident cannot be given: no residents or no amounts are held. "]
    said: list[Any] = []
    for place in told:
        row = heads.iloc[place].to_dict()
        when = f"in {row['financial_year']}" if len(told) == 1 else kind_words(row).lower()
        head = per_head_words(row)
        said += [
            f"{head[0].upper()}{head[1:]} per resident {when} (", *cited.links(keys[place]), "). ",
        ]  # fmt: skip
    return said


def _years_words(years: pd.DataFrame, cited: Citations) -> list[Any]:
    """Say how the series of the latest year changed on the year before."""
    told = years[years["change_pct"].notna()]
    if told.empty:
        return ["No change from one year to the next is told: no two like years are held. "]
    said: list[Any] = []
    latest = told.sort_values("period_start", ascending=False, kind="stable")
    for row in latest.head(MOST_SAID).to_dict("records"):
        start = row["period_start"]
        span = f"{financial_label(start.year - 1)} to {financial_label(start.year)}"
        said += [f"{row['series']} {moved_text(row['change_pct'])} in cash from {span}", "; "]
    said[-1] = " ("
    return [*said, Link("year on year", "#year-on-year"), "). "]


def _shown_heads(heads: pd.DataFrame) -> pd.DataFrame:
    """All lines of each year, and as many streams as a reader can take in, the largest first."""
    if len(heads) <= MOST_LINES:
        return heads
    every = heads["funding_stream"] == ALL_LINES
    places = heads[~every].nlargest(MOST_LINES, "spend_known_gbp").index
    return heads.loc[sorted([*places, *heads.index[every]])].reset_index(drop=True)


def _spend(row: dict[Any, Any]) -> str:
    return sum_words({**row, "amount_gbp": row["spend_known_gbp"]})


def _people(heads: pd.DataFrame, cited: Citations, scopes: str) -> list[Any]:
    known = heads.drop_duplicates("period_start").dropna(subset=["persons"])
    if known.empty:
        return ["The number of residents of that year is not in the tables of this evidence."]
    said: list[Any] = []
    for row in known.to_dict("records"):
        said += [
            f"{', ' if said else ''}{count(row['persons'])} residents (",
            cited.key_link(cited.persons(row["period_start"], row["period_end"])),
            ")",
        ]
    estimates = "the mid-year estimates, each" if len(known) > 1 else "the mid-year estimate"
    return [
        *said,
        f", {estimates} inside the financial year, of the vintage that reaches furthest. {scopes}",
    ]


def other_amounts(found: Record, cited: Citations) -> Section:
    """Other amounts printed about the area: an annex."""
    totals = found.tables["totals"]
    names = found.evidence.areas.set_index("area_code")["name"]
    printed = totals[totals["token"].notna()]
    places: list[Any] = [cited.place(figure) for figure in printed["figure_id"]]
    shown = printed.assign(
        kind=printed["kind"].str.replace("_", " "),
        place=printed["area_code"].map(names).where(printed["area_code"] != found.area.code, ""),
        source=places,
        dated=[
            "Of this period" if known else "Without a stated period"
            for known in printed["period"].notna()
        ],
    ).sort_values(["dated", "funding_stream", "period"], kind="stable")
    return Section(
        id="other-amounts",
        question="Annex",
        heading="Other amounts about this area",
        lead="These overlap one another and the lines above, so they have no sum.",
        blocks=[
            frame_table(
                shown,
                {
                    "funding_stream": Column("Funding stream"),
                    "kind": Column("Kind"),
                    "place": Column("District"),
                    "period": Column("Period", write=when_text),
                    "token": Column("As printed", numeric=True),
                    "source": Column("Source and place"),
                },
                id="totals",
                caption="Totals, grants received, single awards, budgets and ceilings",
                group_by="dated",
            )
        ],
    )


def _yearly(years: pd.DataFrame) -> pd.DataFrame:
    return years.assign(
        years=[
            f"{financial_label(start.year - 1)} to {financial_label(start.year)}"
            for start in years["period_start"]
        ],
        previous=[pounds(value) for value in years["amount_gbp_previous"]],
        now=[pounds(value) for value in years["amount_gbp"]],
        cash=[_change(row, "change") for row in years.to_dict("records")],
        real=[_real(row) for row in years.to_dict("records")],
        caution=years["caution"].fillna(""),
    )


def _real(row: dict[Any, Any]) -> str:
    """The change in real terms, where the year has an index and the words bound both sides."""
    value, middle = row["change_real_pct"], row["change_pct"]
    one_sided = row["change_low_pct"] < row["change_high_pct"] and (
        middle in (row["change_low_pct"], row["change_high_pct"])
    )
    return "not computed" if is_missing(value) or one_sided else _to_a_tenth(value)


def _to_a_tenth(value: Any) -> str:
    # These go into figures.json, whose tokens stay as they are from one release to the next.
    return f"{value:+.1f}%"


def _change(row: dict[Any, Any], stem: str) -> str:
    low, high, middle = row[f"{stem}_low_pct"], row[f"{stem}_high_pct"], row[f"{stem}_pct"]
    shown = "" if is_missing(middle) else _to_a_tenth(middle)
    if middle == high and low < high:
        return f"below {shown}"
    if middle == low and low < high:
        return f"above {shown}"
    if is_missing(low) or is_missing(high) or abs(high - low) < 0.05:
        return shown
    return f"{shown} ({interval_text(low, high, _to_a_tenth)})"
