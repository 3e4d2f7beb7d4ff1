"""The section on what was bought: lines, sums by year and kind, recipients, themes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pccfunding.formats.award_files.award_repeats import again_words
from pccfunding.plots import plot_streams
from pccfunding.review_pack.asked_of_money import duty_blocks, powers
from pccfunding.review_pack.blocks import (
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
from pccfunding.review_pack.tables_sums import (
    ALL_LINES,
    GIVEN,
    KINDS,
    MOST_LINES,
    all_sums,
    beside_sum,
    is_one_printed,
    is_unknown,
    kind_of,
    kind_words,
    largest_recipients,
    lines_of,
    of_kind,
    own_recipients,
    sum_key,
    sum_words,
)
from pccfunding.review_pack.wording import listed
from pccfunding.review_pack.workings import enter_sums, enter_themes
from pccfunding.words import count, counted, is_missing, pounds, share, unknown_text

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


MONEY = Column("Amount", numeric=True, write=pounds)
SHARE = Column("Share", numeric=True, write=share)
_MOST_BARS = 12
_FEW_BARS = 5


def bought(found: Record, cited: Citations) -> Section:
    """What was bought, and from whose money."""
    lines, sums = found.tables["awards"], found.tables["subtotals"]
    years = found.tables["award_years"]
    shown, left = _largest(years)
    words = enter_sums(found, cited, set(shown["figure_id"]))
    listing = _listing(shown, sums)
    links: list[Any] = [
        cited.links([row["key"] if row["row"] != "line" else row["figure_id"]])
        + (_share_link(row, cited) if row["row"] == "line" else [])
        for row in listing.to_dict("records")
    ]
    listing["source"] = links
    return Section(
        id="bought",
        question="Q1",
        heading="What was bought, from whose money, under which power?",
        lead=_lead(found, cited),
        blocks=[
            *_streams(shown, sums, listing),
            frame_table(
                listing.assign(
                    name=listing["funding_stream"],
                    who=[_recipient(row) for row in listing.to_dict("records")],
                ),
                {
                    "name": Column("Funding stream"),
                    **({"who": Column("Recipient")} if lines["recipient"].notna().any() else {}),
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
                + (
                    f"The largest {len(shown)} lines; {count(left)} more stand in "
                    "tables/award_years.csv. "
                    if left
                    else ""
                )
                + _several_years(years)
                + _whole_words(found.tables)
                + _common_note(lines),
            ),
            *_recipients(found, cited, words),
            Heading("duty", "What the law asks to be published of grants"),
            *duty_blocks(found, cited),
            powers(lines, cited),
            Heading("themes", "By theme of the Police and Crime Plan"),
            _themes(found, cited),
        ],
    )


def _recipient(row: dict[Any, Any]) -> str:
    """Who receives a line; of a sum nobody."""
    name = row.get("recipient")
    if row["row"] != "line":
        return ""
    return unknown_text(row.get("recipient_unknown")) if is_missing(name) else str(name)


def _lead(found: Record, cited: Citations) -> list[Any]:
    """Say what the lines add up to, each year, flow and kind by itself."""
    lines, sums = found.tables["awards"], found.tables["subtotals"]
    totals = all_sums(sums)
    alone = len(totals) == 1
    none = "that none of the documents held prints"
    said: list[Any] = []
    unprinted = added = 0
    for total in totals:
        beside = beside_sum(found.tables, total, "")
        one = is_one_printed(total) or is_unknown(total)
        added += not one
        unprinted += not (beside or one)
        beside = beside or ("" if one or not alone else f"a sum {none}")
        name = "" if alone else f"{kind_words(total)}: "
        beside = f", {beside}" if beside else ""
        said += [f"{name}{sum_words(total)}{beside} (", cited.key_link(sum_key(total, sums)), ")"]
        said.append("; ")
    said[-1] = "."
    if not alone and unprinted:
        said.append(f" {_printed_sums(added, unprinted)} in a document held; they are never added.")
    if again := again_words(lines):
        said.append(f" {again}")
    add = ("It comes to " if len(lines) == 1 else "They add up to ") if alone else ""
    if alone and is_unknown(totals[0]):
        add = "The amount is " if len(lines) == 1 else "Their sum is "
    years = listed(sorted(found.tables["award_years"]["financial_year"].unique()))
    return [f"{counted(len(lines), 'award line')} of {years}. {add}", *said]


def _printed_sums(added: int, unprinted: int) -> str:
    printed = added - unprinted
    which = str(printed) if printed else "None"
    return f"{which} of the {counted(added, 'sum')} {'is' if printed < 2 else 'are'} printed"


def _largest(years: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Choose the lines that the page shows, and count those that it leaves to the tables."""
    if len(years) <= MOST_LINES:
        return years, 0
    largest = years.nlargest(MOST_LINES, "known_gbp").index
    return years.loc[sorted(largest)], len(years) - MOST_LINES


def _whole_words(tables: dict[str, pd.DataFrame]) -> str:
    """Say of which years no printed total shows that the list holds every line."""
    bare = [
        total["financial_year"]
        for total in all_sums(tables["subtotals"])
        if not beside_sum(tables, total, "").startswith("printed as")
    ]
    if not bare:
        return ""
    years = listed(dict.fromkeys(bare))
    return f"That the list holds every line of {years} is not shown by the documents held. "


def _several_years(years: pd.DataFrame) -> str:
    parts = years[years["basis"] == "derived"]
    if parts.empty:
        return ""
    awards = counted(parts["subject_id"].nunique(), "award")
    return (
        f"{awards} over several years: what is printed by year counts as printed, the rest by "
        "whole months. "
    )


def _recipients(found: Record, cited: Citations, words: dict[str, str]) -> list[Any]:
    """Name the recipients of each year, flow and kind, the largest first."""
    table = found.tables["recipients"]
    if table.empty:
        return []
    shown = largest_recipients(table)
    sums = found.tables["subtotals"]
    totals = {kind_of(one): one for one in all_sums(sums)}
    rows = shown.to_dict("records")
    shown = shown.assign(
        heading=[kind_words(row) for row in rows],
        money=[sum_words(row) for row in rows],
        body=shown["body"].where(shown["body"] != "other", ""),
        source=cited.cells([sum_key(totals[kind_of(row)], sums)] for row in rows),
    )
    left = len(table) - len(shown)
    more = f"{count(left)} more recipients stand in tables/recipients.csv. " if left else ""
    made = frame_table(
        shown,
        {
            "recipient": Column("Recipient"),
            "money": Column("Amount", numeric=True),
            "share_pct": SHARE,
            "n_figures": Column("Lines", numeric=True, write=count),
            **({"body": Column("Kind of body")} if shown["body"].ne("").any() else {}),
            "source": Column("Part of"),
        },
        id="recipients",
        caption="Who received most, by year",
        group_by="heading",
        note=f"{more}Names are grouped as printed, capitals and blanks aside; "
        "pccfunding.recipient_names proposes which others may be one body.",
    )
    return [replace(made, pinned=True), *[Text([one]) for one in own_recipients(table)]]


def _themes(found: Record, cited: Citations) -> Table:
    keys = enter_themes(found, cited)
    return frame_table(
        found.tables["themes"].assign(
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
            "tables/awards.csv and tables/outcomes.csv, by theme",
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


def _listing(years: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Lines in printed order under their headings, each heading closed by its subtotal."""
    import pandas as pd

    totals = all_sums(sums)
    groups = sums.to_dict("records")
    whole: dict[Any, list[str]] = {}
    for group in groups:
        if group["funder_group"] != ALL_LINES:
            whole.setdefault(kind_of(group), []).append(group["funder_group"])
    if len(groups) > MOST_LINES + len(totals):
        largest = sums[sums["funder_group"] != ALL_LINES].nlargest(MOST_LINES, "amount_gbp").index
        groups = [
            one
            for place, one in enumerate(groups)
            if place in largest or one["funder_group"] == ALL_LINES
        ]
    rows: list[dict[Any, Any]] = []
    for group in groups:
        name = group["funder_group"]
        is_total = name == ALL_LINES
        kind = "" if len(totals) == 1 else kind_words(group)
        # Where no line names its heading, the lines stand above their total.
        bare = whole[kind_of(group)] == ["not stated"]
        label = "" if bare else "All lines" if is_total else name
        heading = ": ".join(filter(None, [kind, label]))
        if not is_total:
            rows += [
                line
                | {
                    "row": "line",
                    "heading": heading,
                    "derived": line["basis"] == "derived",
                    "token": _printed(line),
                    "amount_gbp": _counted(line),
                }
                for line in lines_of(years, group, "funder_group").to_dict("records")
            ]
            if bare:
                continue
        rows.append(
            {
                "row": "total" if is_total else "subtotal",
                "heading": heading,
                "key": sum_key(group, sums),
                "funder_group": name,
                "funding_stream": _sum_label(group, "Total" if is_total else "Subtotal"),
                "amount_gbp": group["amount_gbp"],
                "share_pct": group["share_pct"],
                "derived": True,
                "lower_bound": group["n_known"] < group["n_figures"],
                "period": group["financial_year"],
                **{one: group[one] for one in KINDS},
            }
        )
    return pd.DataFrame(rows)


def _printed(line: dict[Any, Any]) -> Any:
    """The token of a line; of a part of an award the whole that it comes from, and its life."""
    if line["basis"] != "derived" or is_missing(line["awarded_gbp"]):
        return line["token"]
    return f"part of {pounds(line['awarded_gbp'])}"


def _counted(line: dict[Any, Any]) -> Any:
    return line["amount_gbp"] if line["is_exact"] else None


def _sum_label(group: dict[Any, Any], name: str) -> str:
    """Name a derived sum, which is a lower bound where an amount is unknown."""
    known, of = group["n_known"], group["n_figures"]
    least = "" if known == of else f": at least, {known} of {counted(of, 'amount')} known"
    return f"{name}, derived{least}"


def _streams(years: pd.DataFrame, sums: pd.DataFrame, listing: pd.DataFrame) -> list[Any]:
    """Draw the money of the latest year with the most lines: never two kinds in one picture."""
    known = years[years["known_gbp"] > 0]
    if known.empty:
        return [Text(["No listed amount that is known lies above £0, so nothing is drawn."])]
    kinds = {kind_of(row): row for row in known.to_dict("records")}
    last = kinds[max(kinds, key=lambda one: (one[0], one[1] == GIVEN, one))]
    drawn = listing[of_kind(listing, last)]
    lines = drawn[drawn["row"] == "line"]
    same = sums[of_kind(sums, last)]
    note: list[Any] = ["The numbers: ", Link("table of award lines", "#award-lines"), "."]
    if lines["funding_stream"].duplicated().any():
        drawn = drawn.assign(funding_stream=_bar_names(drawn))
        lines = drawn.loc[lines.index]
    if len(lines) > _MOST_BARS:
        kept = lines.nlargest(_MOST_BARS, "amount_gbp").index
        drawn = drawn.loc[sorted([*kept, *drawn.index[drawn["row"] == "total"]])]
        every = same.loc[same["funder_group"] == ALL_LINES, "n_figures"].iloc[0]
        note.append(f" Drawn are the largest {_MOST_BARS} of {counted(int(every), 'line')}.")
    title = _headline(lines, same)
    charts = [Plot("plot-streams", plot_streams(drawn, title=title), note=note)]
    summed = drawn[drawn["row"] != "line"]
    if len(lines) > _FEW_BARS and (summed["row"] == "subtotal").any():
        # A picture of the sums alone, which the page has room for.
        bars = plot_streams(summed, title=title)
        charts.insert(0, Plot("plot-sums", bars, note=note))
    return charts


def _bar_names(drawn: pd.DataFrame) -> list[str]:
    """Name bars by their recipient too, where lines share a stream."""
    return [
        row["funding_stream"]
        if row["row"] != "line" or is_missing(row["recipient"])
        else f"{row['funding_stream']}, {row['recipient']}"
        for row in drawn.to_dict("records")
    ]


def _headline(lines: pd.DataFrame, sums: pd.DataFrame) -> str:
    """The largest heading, or the largest line where the list has no headings."""
    headings = sums[sums["funder_group"] != ALL_LINES]
    if headings["funder_group"].eq("not stated").all():
        line = lines.sort_values("amount_gbp", na_position="first").iloc[-1].to_dict()
        name = line["funding_stream"]
    else:
        line = headings.sort_values("amount_gbp", na_position="first").iloc[-1].to_dict()
        name = line["funder_group"]
    whole = sums[sums["funder_group"] == ALL_LINES].iloc[0].to_dict()
    if is_missing(line["amount_gbp"]) or not line["amount_gbp"]:
        return "The listed amounts that are known add up to £0"
    if lines["amount_gbp"].lt(0).any():
        return f"{name}: {pounds(line['amount_gbp'])}"
    # A part of an award over several years has no share of its own, and of a sum that is not known
    # nothing is a share.
    if is_missing(line["share_pct"]) or whole["n_known"] < whole["n_figures"]:
        return f"{name}: {pounds(line['amount_gbp'])} of {sum_words(whole)}"
    return f"{name}: {share(line['share_pct'], places=0)} of the listed money"


def _common_note(lines: pd.DataFrame) -> str:
    """The first sentence that every line's note shares, such as that the list is not outturn."""
    notes = lines["note"].dropna()
    if notes.empty:
        return ""
    first = notes.iloc[0].split(". ")[0].rstrip(".")
    return f"{first}." if notes.str.startswith(first).all() else ""
