"""Each derived number of a Review with its working: entered in the register, row by row."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.tables_spending import per_head_words, series_rows
from pccfunding.review_pack.tables_sums import (
    ALL_LINES,
    KINDS,
    all_sums,
    kind_of,
    kind_words,
    lines_of,
    stated,
    sum_key,
    sum_words,
)
from pccfunding.words import count, counted, is_missing, pounds, share, token_words

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


# A working names so many amounts; all of them stand in the pack's table.
_MOST_TERMS = 12
# A row links so many of the amounts that it adds up, besides its working.
_MOST_LINKS = 2


def enter_sums(found: Record, cited: Citations, shown: Collection[str]) -> dict[str, str]:
    """Enter subtotals, totals, and the shares of the lines `shown`; give the words of each sum."""
    years, sums = found.tables["award_years"], found.tables["subtotals"]
    totals = {kind_of(one): one for one in all_sums(sums)}
    words = {}
    for row in sums.iloc[::-1].to_dict("records"):
        total = totals[kind_of(row)]
        key, whole = sum_key(row, sums), sum_key(total, sums)
        is_total = key == whole
        members = lines_of(years, row, "funder_group")
        known = members[members["known_gbp"].notna()]
        amount = words[key] = sum_words(row)
        of_all = "" if is_total else _share(amount, sum_words(total), row["share_pct"])
        name = "all lines" if is_total else f"the lines of {row['funder_group']}"
        several = "" if len(totals) == 1 else f", {kind_words(row).lower()}"
        derived = row["n_derived"]
        split = f", with {counted(derived, 'part')} of awards over several years" if derived else ""
        cited.derived(
            key,
            what=f"Sum of {name}{several}",
            shown=amount + ("" if is_missing(row["share_pct"]) else f", {share(row['share_pct'])}"),
            working=f"{added_up(known)} = {amount}{of_all}, from {row['n_known']} known lines "
            f"of {row['n_figures']}{split}",
            inputs=[*known["figure_id"], *([] if is_total else [whole])],
            value=row["amount_gbp"],
            unit="GBP",
        )
    for line in (
        years[years["figure_id"].isin(set(shown))].dropna(subset=["share_pct"]).to_dict("records")
    ):
        amount, total = pounds(line["amount_gbp"]), totals[kind_of(line)]
        cited.derived(
            f"share:{line['subject_id']}",
            what=f"Share of {line['funding_stream']} in all lines",
            shown=share(line["share_pct"]),
            working=f"{amount} / {sum_words(total)} = {share(line['share_pct'])}",
            inputs=[line["figure_id"], sum_key(total, sums)],
            value=line["share_pct"],
            unit="percent",
        )
    return words


def added_up(lines: pd.DataFrame) -> str:
    """Write the terms of a sum as printed, a part of an award over several years as its amount."""
    terms = [
        token_words(row["token"], row["unit"])
        if isinstance(row["token"], str)
        else pounds(row["known_gbp"])
        for row in lines.head(_MOST_TERMS).to_dict("records")
    ]
    more = len(lines) - len(terms)
    return " + ".join([*terms, *([f"{count(more)} more"] if more else [])]) or "no amount"


def enter_heads(found: Record, cited: Citations, heads: pd.DataFrame) -> list[list[str]]:
    """Enter spend per head; give for each row the keys to link."""
    years, sums = found.tables["award_years"], found.tables["subtotals"]
    totals = {kind_of(one): sum_key(one, sums) for one in all_sums(sums)}
    keys = []
    for row in heads.to_dict("records"):
        name = row["funding_stream"]
        key = head_key(row, found)
        whole = lines_of(years, row, "")
        of_stream = whole[whole["funding_stream"] == name]
        inputs = [totals[kind_of(row)]] if name == ALL_LINES else of_stream["figure_id"].tolist()
        # The working names every line that it takes; a row has room for a few of them.
        linked = inputs if len(inputs) <= _MOST_LINKS else []
        if is_missing(row["spend_gbp_per_head"]):
            keys.append([*linked, *_enter_least(found, cited, row, key, inputs)])
            continue
        more = [cited.persons(row["period_start"], row["period_end"])]
        working = (
            f"{pounds(row['spend_gbp'])} / {count(row['persons'])} residents "
            f"= {pounds(row['spend_gbp_per_head'], places=2)}"
        )
        real = row["spend_real_gbp_per_head"]
        if not is_missing(real):
            then = cited.price_index(row["financial_year"])
            base = cited.price_index(row["price_base"])
            more += [then, base]
            working += (
                f"; × {cited.register[base].token} / {cited.register[then].token} "
                f"= {pounds(real, places=2)} in {row['price_base']} prices"
            )
        cited.derived(
            key,
            what=f"Spend per resident, {name}, {row['financial_year']}",
            shown=pounds(row["spend_gbp_per_head"], places=2)
            + (
                ""
                if is_missing(real)
                else f"; {pounds(real, places=2)} in {row['price_base']} prices"
            ),
            working=working,
            inputs=[*inputs, *more],
            value=row["spend_gbp_per_head"],
            unit="GBP per person",
            bounds=(row["spend_low_gbp_per_head"], row["spend_high_gbp_per_head"]),
        )
        keys.append([*linked, key])
    return keys


def _enter_least(
    found: Record, cited: Citations, row: dict[Any, Any], key: str, inputs: list[str]
) -> list[str]:
    """Enter a rate that is a lower bound, since an amount behind it is unknown or hedged."""
    if is_missing(row["spend_known_gbp_per_head"]):
        return []
    lost = row["n_figures"] - row["n_known"]
    cited.derived(
        key,
        what=f"Spend per resident, {row['funding_stream']}, {row['financial_year']}",
        shown=per_head_words(row),
        working=f"at least {pounds(row['spend_known_gbp'])} / {count(row['persons'])} residents = "
        f"{per_head_words(row)}; {lost} of {counted(row['n_figures'], 'amount')} not known exactly",
        inputs=[*inputs, cited.persons(row["period_start"], row["period_end"])],
        unit="GBP per person",
    )
    return [key]


def head_key(row: dict[Any, Any], found: Record) -> str:
    """Name a row of spend per head in the register: by flow and kind too where there are several.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> found = pcc.review(pcc.load_evidence())
    >>> head_key(found.tables["spend_per_head"].iloc[-1].to_dict(), found)
    'per-head:all lines:2023'
    """
    name = f"per-head:{row['funding_stream']}:{str(row['financial_year'])[:4]}"
    several = found.tables["subtotals"][KINDS[1:]].drop_duplicates().shape[0] > 1
    return ":".join([name, *kind_of(row)[1:]]) if several else name


def enter_years(found: Record, cited: Citations, years: pd.DataFrame) -> list[str]:
    """Enter changes from year to year; give the key of each row."""
    import pandas as pd

    money = series_rows(found.evidence, found.area.code)
    keys = []
    for row in years.to_dict("records"):
        start = row["period_start"]
        both = [start - pd.DateOffset(years=1), start]
        figures = money[(money["series"] == row["series"]) & money["period_start"].isin(both)]
        financial_years = [financial_label(day.year) for day in both]
        real = "" if row["real"] == "not computed" else f"; in real terms {row['real']}"
        indices = [cited.price_index(year) for year in financial_years] if real else []
        key = f"year:{row['series']}:{financial_years[1]}"
        cited.derived(
            key,
            what=f"{row['series']}, {financial_years[1]} against {financial_years[0]}",
            shown=f"{row['cash']}{real}",
            working=f"{row['now']} against {row['previous']}: {row['cash']} in cash{real}",
            inputs=[*figures["figure_id"], *indices],
            value=row["change_pct"],
            unit="percent",
            bounds=(row["change_low_pct"], row["change_high_pct"]),
        )
        keys.append(key)
    return keys


def enter_changes(found: Record, cited: Citations, shown: pd.DataFrame) -> list[list[str]]:
    """Enter changes from counts; give for each printed change the keys to link."""
    keys = []
    for row in shown.to_dict("records"):
        counted = [row["figure_id"]]
        if row["counts"]:
            key = f"change:{row['subject_id']}"
            _enter_change(cited, row, key, row["measure"], row["offence"])
            counted.append(key)
        keys.append(counted)
    return keys


def enter_rises(found: Record, cited: Citations, shown: pd.DataFrame) -> list[str]:
    """Enter the changes that no source quotes; give the key of each row."""
    keys = []
    for row in shown.to_dict("records"):
        key = f"change:{row['subject_id']}"
        _enter_change(cited, row, key, row["offence"], row["offence"])
        keys.append(key)
    return keys


def enter_themes(found: Record, cited: Citations) -> list[str]:
    """Enter the sums by theme with what was counted; give the key of each row."""
    years = found.tables["award_years"]
    themes = stated(years["theme"])
    keys = []
    for row in found.tables["themes"].to_dict("records"):
        members = years[(themes == row["theme"]) & years["known_gbp"].notna()]
        key = f"theme:{row['theme']}"
        counts = (
            f"{row['award_lines']} award lines, {row['results']} results, {row['outcomes']} "
            f"outcomes, {row['with_base']} with a base"
        )
        one_sum = not is_missing(row["amount_gbp"])
        added = f"{added_up(members)} = " if len(members) and one_sum else ""
        cited.derived(
            key,
            what=f"Theme: {row['theme']}",
            shown="; ".join(filter(None, [row["money"], counts])),
            working="".join(
                [added, f"{row['money']}; " if row["money"] else "", counts,
                 ": rows of tables/award_years.csv and tables/outcomes.csv"]
            ),
            inputs=members["figure_id"].tolist(),
            value=row["amount_gbp"],
            unit="GBP",
        )  # fmt: skip
        keys.append(key)
    return keys


def _enter_change(cited: Citations, row: dict[Any, Any], key: str, name: str, classes: str) -> None:
    both = [*cited.offences(classes, row["baseline"]), *cited.offences(classes, row["period"])]
    enter_counted(cited, row, key, name, both)


def enter_counted(
    cited: Citations, row: dict[Any, Any], key: str, name: str, counts: list[str]
) -> None:
    """Enter a change from two counts that are in the register, with its exact interval."""
    cited.derived(
        key,
        what=f"{name}, {row['period']} against {row['baseline']}, from counts",
        shown=row["counts"],
        working=f"{count(row['offences_comparison'])} against a base of "
        f"{count(row['offences_baseline'])}: {row['counts']}, exact Poisson interval, 95%",
        inputs=counts,
        value=row["change_pct"],
        unit="percent",
        bounds=(row["change_low_pct"], row["change_high_pct"]),
    )


def _share(amount: str, total: str, pct: float | None) -> str:
    return "" if is_missing(pct) else f"; {amount} / {total} = {share(pct)}"
