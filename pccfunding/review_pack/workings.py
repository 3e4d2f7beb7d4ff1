"""Each derived number of a Review with its working: entered in the register, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.tables_spending import sum_words
from pccfunding.words import count, is_missing, pounds, share, sum_text

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


def enter_sums(found: Record, cited: Citations) -> dict[str, str]:
    """Enter subtotals, total and shares; give the key of each heading, "share:" before lines."""
    lines, sums = found.tables["awards"], found.tables["subtotals"]
    total = sum_words(sums.iloc[-1].to_dict())
    headings = lines["funder_group"].fillna("not stated")
    for row in sums.iloc[::-1].to_dict("records"):
        name = row["funder_group"]
        members = lines if name == "all lines" else lines[headings == name]
        known = members[members["amount_gbp"].notna()]
        amount = sum_words(row)
        added = " + ".join(known["token"].fillna("?")) or "no amount"
        of_all = "" if name == "all lines" else _share(amount, total, row["share_pct"])
        cited.derived(
            f"sum:{name}",
            what=f"Sum of {name if name == 'all lines' else f'the lines of {name}'}",
            shown=amount + ("" if is_missing(row["share_pct"]) else f", {share(row['share_pct'])}"),
            working=f"{added} = {amount}{of_all}, from {row['n_known']} printed lines "
            f"of {row['n_figures']}",
            inputs=[*known["figure_id"], *([] if name == "all lines" else ["sum:all lines"])],
            value=row["amount_gbp"],
            unit="GBP",
        )
    for line in lines.dropna(subset=["share_pct"]).to_dict("records"):
        amount = pounds(line["amount_gbp"])
        cited.derived(
            f"share:{line['subject_id']}",
            what=f"Share of {line['funding_stream']} in all lines",
            shown=share(line["share_pct"]),
            working=f"{amount} / {total} = {share(line['share_pct'])}",
            inputs=[line["figure_id"], "sum:all lines"],
            value=line["share_pct"],
            unit="percent",
        )
    return {name: f"sum:{name}" for name in sums["funder_group"]}


def enter_heads(found: Record, cited: Citations) -> list[list[str]]:
    """Enter spend per head; give for each row the keys to link."""
    lines, heads = found.tables["awards"], found.tables["spend_per_head"]
    keys = []
    one_year = heads["period_start"].nunique() == 1
    for row in heads.to_dict("records"):
        name, year = row["funding_stream"], row["period_start"].year
        key = f"per-head:{name}:{year}"
        of_year = lines[lines["period_start"] == row["period_start"]]
        figures = of_year.loc[of_year["funding_stream"] == name, "figure_id"].tolist()
        if name == "all lines":
            figures = of_year.loc[of_year["amount_gbp"].notna(), "figure_id"].tolist()
        summed = name == "all lines" and one_year
        inputs = [*(["sum:all lines"] if summed else []), *figures]
        if is_missing(row["spend_gbp_per_head"]):
            keys.append(inputs)
            continue
        inputs.append(cited.persons(row["period_start"], row["period_end"]))
        working = (
            f"{pounds(row['spend_gbp'])} / {count(row['persons'])} residents "
            f"= {pounds(row['spend_gbp_per_head'], places=2)}"
        )
        real = row["spend_real_gbp_per_head"]
        if not is_missing(real):
            then = cited.price_index(financial_label(year))
            base = cited.price_index(row["price_base"])
            inputs += [then, base]
            working += (
                f"; × {cited.register[base].token} / {cited.register[then].token} "
                f"= {pounds(real, places=2)} in {row['price_base']} prices"
            )
        cited.derived(
            key,
            what=f"Spend per resident, {name}, {financial_label(year)}",
            shown=pounds(row["spend_gbp_per_head"], places=2)
            + (
                ""
                if is_missing(real)
                else f"; {pounds(real, places=2)} in {row['price_base']} prices"
            ),
            working=working,
            inputs=inputs,
            value=row["spend_gbp_per_head"],
            unit="GBP per person",
            bounds=(row["spend_low_gbp_per_head"], row["spend_high_gbp_per_head"]),
        )
        keys.append([*(["sum:all lines"] if summed else figures), key])
    return keys


def enter_years(found: Record, cited: Citations, years: pd.DataFrame) -> list[str]:
    """Enter changes from year to year; give the key of each row."""
    import pandas as pd

    evidence = found.evidence
    money = pd.concat([evidence.awards, evidence.totals], ignore_index=True)
    money = money[money["area_code"] == found.area.code]
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
    lines = found.tables["awards"]
    themes = lines["theme"].fillna("not stated")
    keys = []
    for row in found.tables["themes"].to_dict("records"):
        members = lines[(themes == row["theme"]) & lines["amount_gbp"].notna()]
        key = f"theme:{row['theme']}"
        money = sum_text(row["amount_gbp"], row["n_known"], row["award_lines"])
        counts = (
            f"{row['award_lines']} award lines, {row['results']} results, {row['outcomes']} "
            f"outcomes, {row['with_base']} with a base"
        )
        cited.derived(
            key,
            what=f"Theme: {row['theme']}",
            shown=f"{money}; {counts}",
            working=(f"{' + '.join(members['token'].fillna('?'))} = {money}; " if len(members)
                     else "")
            + f"{counts}: rows of tables/awards.csv and tables/outcomes.csv",
            inputs=members["figure_id"].tolist(),
            value=row["amount_gbp"],
            unit="GBP",
        )  # fmt: skip
        keys.append(key)
    return keys


def _enter_change(cited: Citations, row: dict[Any, Any], key: str, name: str, classes: str) -> None:
    cited.derived(
        key,
        what=f"{name}, {row['period']} against {row['baseline']}, from counts",
        shown=row["counts"],
        working=f"{count(row['offences_comparison'])} against a base of "
        f"{count(row['offences_baseline'])}: {row['counts']}, exact Poisson interval, 95%",
        inputs=[
            *cited.offences(classes, row["baseline"]),
            *cited.offences(classes, row["period"]),
        ],
        value=row["change_pct"],
        unit="percent",
        bounds=(row["change_low_pct"], row["change_high_pct"]),
    )


def _share(amount: str, total: str, pct: float | None) -> str:
    return "" if pct is None else f"; {amount} / {total} = {share(pct)}"
