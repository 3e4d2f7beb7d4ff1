"""Sections on the money: what was bought, its status, per head and by year."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.periods.spellings import financial_label
from pccfunding.plots import plot_streams
from pccfunding.review_pack.asked_of_money import duty_blocks, one_year, powers, status_words
from pccfunding.review_pack.blocks import (
    Bullets,
    Column,
    Heading,
    Link,
    Plot,
    Section,
    Table,
    Text,
    frame_table,
)
from pccfunding.review_pack.record import reading_of
from pccfunding.review_pack.tables_spending import printed_total, single_years, sum_words
from pccfunding.review_pack.wording import listed
from pccfunding.review_pack.workings import enter_heads, enter_sums, enter_themes, enter_years
from pccfunding.words import (
    count,
    counted,
    interval_text,
    is_missing,
    percent,
    pounds,
    share,
    sum_text,
)

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


MONEY = Column("Amount", numeric=True, write=pounds)
SHARE = Column("Share", numeric=True, write=share)


def bought(found: Record, cited: Citations) -> Section:
    """What was bought, and from whose money."""
    lines, sums = found.tables["awards"], found.tables["subtotals"]
    keys = enter_sums(found, cited)
    listing = _listing(lines, sums)
    links: list[Any] = [
        cited.links([keys.get(row["funder_group"]) if row["row"] != "line" else row["figure_id"]])
        + (_share_link(row, cited) if row["row"] == "line" else [])
        for row in listing.to_dict("records")
    ]
    listing["source"] = links
    total = sum_words(sums.iloc[-1].to_dict())
    stated = printed_total(found.tables)
    beside = (
        "a sum that none of the documents held prints" if stated is None else f"printed as {stated}"
    )
    if lines["period"].nunique() > 1:
        beside += ", in the money of their years"
    return Section(
        id="bought",
        question="Q1",
        heading="What was bought, from whose money, under which power?",
        lead=[
            f"{counted(len(lines), 'line')} of {', '.join(lines['period'].unique())}: "
            f"{total} in all, {beside} (",
            cited.key_link("sum:all lines"),
            ").",
        ],
        blocks=[
            _streams(lines, sums, listing),
            frame_table(
                listing.assign(name=listing["funding_stream"]),
                {
                    "name": Column("Funding stream"),
                    "token": Column("As printed", numeric=True),
                    "amount_gbp": MONEY,
                    "share_pct": SHARE,
                    "source": Column("From"),
                },
                id="award-lines",
                caption="Award lines with derived subtotals",
                group_by="heading",
                level="row",
                note="Subtotals and total are derived. Status: "
                + ", ".join(lines["status"].unique())
                + ". "
                + _common_note(lines),
            ),
            Heading("duty", "What the law asks to be published of grants"),
            *duty_blocks(found, cited),
            powers(lines, cited),
            Heading("themes", "By theme of the Police and Crime Plan"),
            _themes(found, cited),
        ],
    )


def status(found: Record, cited: Citations) -> Section:
    """Whether amounts are plan, award, payment or outturn."""
    table = found.tables["status"]
    told = ", ".join(f"{row.amounts} {row.status} ({row.flow})" for row in table.itertuples())
    told = f"{told}; {status_words(table)}"
    counted = cited.tally(
        "status", "Amounts by status", told, "tables/awards.csv and tables/totals.csv"
    )
    return Section(
        id="status",
        question="Q2",
        heading="Is it plan, award, payment or outturn?",
        lead=[
            f"Amounts of different status are never added together. {status_words(table)} (",
            counted,
            ").",
        ],
        blocks=[
            frame_table(
                table,
                {
                    "status": Column("Status"),
                    "flow": Column("From whom to whom"),
                    "amounts": Column("Amounts", numeric=True),
                },
                id="status-table",
                caption="Amounts by status and flow",
                note=["Counted in ", counted, "."],
            )
        ],
    )


def _themes(found: Record, cited: Citations) -> Table:
    keys = enter_themes(found, cited)
    return frame_table(
        found.tables["themes"].assign(
            money=[
                sum_text(row["amount_gbp"], row["n_known"], row["award_lines"])
                if row["award_lines"]
                else ""
                for row in found.tables["themes"].to_dict("records")
            ],
            source=cited.cells([key] for key in keys),
        ),
        {
            "theme": Column("Theme"),
            "award_lines": Column("Award lines", numeric=True),
            "money": Column("Money in those lines", numeric=True),
            "results": Column("Results reported", numeric=True),
            "outcomes": Column("of which outcomes", numeric=True),
            "with_base": Column("with a base count", numeric=True),
            "source": Column("From"),
        },
        id="themes-table",
        caption="Money and results by theme",
        note=cited.said(
            "themes",
            "Themes as given and as read",
            _theme_note(found),
            "tables/awards.csv and tables/outcomes.csv, by theme and inferred",
        ),
    )


def _theme_note(found: Record) -> str:
    both = [found.tables[name] for name in ("awards", "outcomes")]
    known = sum(int(table["theme"].notna().sum()) for table in both)
    ours = sum(int(reading_of(table, "theme").sum()) for table in both)
    bare = sum(int(table["theme"].isna().sum()) for table in both)
    told = [
        f"{known - ours} as the source gives it" if known > ours else "",
        f"{ours} by our reading of it" if ours else "",
        f"{bare} without one" if bare else "",
    ]
    return f"Themes of lines and results: {listed(one for one in told if one)}."


def _share_link(row: dict[Any, Any], cited: Citations) -> list[Any]:
    if is_missing(row["share_pct"]):
        return []
    return [", ", cited.key_link(f"share:{row['subject_id']}")]


def per_head_and_year(found: Record, cited: Citations) -> Section:
    """Spend per head, and from one year to the next."""
    heads, years = found.tables["spend_per_head"], found.tables["year_on_year"]
    several = heads["period_start"].nunique() > 1
    alone = single_years(found.tables)
    shown = years.dropna(subset=["change_pct", "change_low_pct"], how="all")
    blocks: list[Any] = [
        frame_table(
            heads.assign(year=_year_labels(heads), source=cited.cells(enter_heads(found, cited))),
            {
                "funding_stream": Column("Funding stream"),
                **({"year": Column("Year")} if several else {}),
                "spend_gbp": Column("Spend", numeric=True, write=pounds),
                "spend_gbp_per_head": Column(
                    "Per head", numeric=True, write=partial(pounds, places=2)
                ),
                "spend_real_gbp_per_head": Column(
                    f"Per head in {heads['price_base'].iloc[0]} prices",
                    numeric=True,
                    write=partial(pounds, places=2),
                ),
                "source": Column("From"),
            },
            id="per-head",
            caption="Spend per resident",
            note=_people(heads, cited),
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
    if alone:
        blocks.append(Heading("no-second-year", "Streams without a second like year"))
        blocks.append(Bullets([one_year(found, name, cited) for name in alone]))
    return Section(
        id="per-head-and-year",
        question="Q12",
        heading="How much is that per head, and has it changed?",
        lead=f"{_heads_words(heads)} What an output cost takes outputs and money of one stream "
        "and year; whether an outcome was worth it takes a comparison beside that.",
        blocks=blocks,
    )


def _heads_words(heads: pd.DataFrame) -> str:
    known = heads.dropna(subset=["spend_gbp_per_head"])
    years = list(dict.fromkeys(_year_labels(known)))
    if known.empty:
        return "Spend per resident cannot be given: no residents or no amounts are held."
    return f"Spend per resident of {listed(years)}."


def _people(heads: pd.DataFrame, cited: Citations) -> list[Any]:
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
        f", {estimates} inside the financial year, of the vintage that reaches furthest.",
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
                    "period": Column("Period"),
                    "token": Column("As printed", numeric=True),
                    "source": Column("Source and place"),
                },
                id="totals",
                caption="Totals, grants received, single awards, budgets and ceilings",
                group_by="dated",
            )
        ],
    )


def _listing(lines: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Lines in printed order under their headings, each heading closed by its subtotal."""
    import pandas as pd

    several = lines["period"].nunique() > 1
    rows: list[dict[str, Any]] = []
    for group in sums.to_dict("records"):
        name = group["funder_group"]
        is_total = name == "all lines"
        if not is_total:
            members = lines[lines["funder_group"].fillna("not stated") == name]
            rows += [
                line
                | {"row": "line", "heading": name, "derived": False}
                | ({"funding_stream": _of_year(line)} if several else {})
                for line in members.to_dict("records")
            ]
        rows.append(
            {
                "row": "total" if is_total else "subtotal",
                "heading": "All lines" if is_total else name,
                "funder_group": name,
                "funding_stream": _sum_label(group, "Total" if is_total else "Subtotal"),
                "amount_gbp": group["amount_gbp"],
                "share_pct": group["share_pct"],
                "derived": True,
                "period": lines["period"].iloc[0],
                "status": lines["status"].iloc[0],
            }
        )
    return pd.DataFrame(rows)


def _sum_label(group: dict[Any, Any], name: str) -> str:
    """Name a derived sum, which is a lower bound where an amount is unknown."""
    known, of = group["n_known"], group["n_figures"]
    least = "" if known == of else f": at least, {known} of {counted(of, 'amount')} known"
    return f"{name}, derived{least}"


def _of_year(line: dict[Any, Any]) -> str:
    return f"{line['funding_stream']}, {line['period']}"


def _year_labels(frame: pd.DataFrame) -> list[str]:
    return [financial_label(start.year) for start in frame["period_start"]]


def _streams(lines: pd.DataFrame, sums: pd.DataFrame, listing: pd.DataFrame) -> Plot | Text:
    if not (lines["amount_gbp"] > 0).any():
        return Text(["No listed amount that is known lies above £0, so nothing is drawn."])
    return Plot(
        "plot-streams",
        plot_streams(listing, title=_headline(lines, sums)),
        note=["The numbers: ", Link("table of award lines", "#award-lines"), "."],
    )


def _headline(lines: pd.DataFrame, sums: pd.DataFrame) -> str:
    """The largest heading, or the largest line where the list has no headings."""
    if lines["funder_group"].isna().all():
        line = lines.sort_values("amount_gbp", na_position="first").iloc[-1].to_dict()
        name = _of_year(line) if lines["period"].nunique() > 1 else line["funding_stream"]
    else:
        line = sums.iloc[:-1].sort_values("amount_gbp", na_position="first").iloc[-1].to_dict()
        name = line["funder_group"]
    if is_missing(line["share_pct"]):
        return "The listed amounts that are known add up to £0"
    return f"{name}: {percent(line['share_pct'], places=0, sign=False)} of the listed money"


def _common_note(lines: pd.DataFrame) -> str:
    """The first sentence that every line's note shares, such as that the list is not outturn."""
    notes = lines["note"].dropna()
    if notes.empty:
        return ""
    first = notes.iloc[0].split(". ")[0].rstrip(".")
    return f"{first}." if notes.str.startswith(first).all() else ""


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
