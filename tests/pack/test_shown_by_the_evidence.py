"""What a Review says of sums, of the duty, of years beside years and of what is not held."""

from __future__ import annotations

import dataclasses
import functools

import pandas as pd
import pytest
from planting import block_texts

import pccfunding as pcc
from pccfunding.review_pack import Review
from pccfunding.review_pack.layout import lay_out
from pccfunding.review_pack.page import render_pages

PACKAGES = {
    "Cambridgeshire",
    "Greater Manchester",
    "Metropolitan Police",
    "Northumbria",
    "Surrey",
    "Thames Valley",
    "Warwickshire",
}


@functools.cache
def reviewed(area: str) -> Review:
    return pcc.review(pcc.load_evidence(area))


@functools.cache
def said(area: str) -> str:
    pages = render_pages(lay_out(reviewed(area))[0])
    return " ".join(text for name in sorted(pages) for text in block_texts(pages[name]))


def facts(area: str) -> dict[str, tuple[str, str]]:
    rows = reviewed(area).summary.to_dict("records")
    return {row["finding"]: (row["number"], row["note"]) for row in rows}


def test_a_sum_below_the_printed_total_is_part_of_it_and_not_printed_so() -> None:
    # £4,593 of the £351,091 that the decision allocates; £138,000 of a budget of £175,000.
    told = facts("Greater Manchester")
    assert told["Funded in 2022-23"][0] == "£4,593"
    assert told["Funded in 2022-23"][1].endswith("part of £351,091, printed for 2022-23")
    assert told["Funded in 2023-24"][1].endswith("part of £175,000, printed for 2023-24")


def test_a_sum_above_the_printed_total_says_so() -> None:
    held = pcc.load_evidence("Greater Manchester")
    more = held.awards.assign(amount_gbp=400_000.0, amount_low_gbp=4e5, amount_high_gbp=4e5)
    found = pcc.review(dataclasses.replace(held, awards=more))
    notes = dict(zip(found.summary["finding"], found.summary["note"], strict=True))
    assert notes["Funded in 2022-23"].endswith("more than the £351,091 printed for 2022-23")


@pytest.mark.slow
@pytest.mark.parametrize("area", sorted(PACKAGES))
def test_printed_as_is_said_of_a_sum_that_its_total_prints(area: str) -> None:
    totals = reviewed(area).tables["totals"].set_index("token")
    for name, (number, note) in facts(area).items():
        if "; printed as " not in note:
            continue
        row = totals.loc[[note.rpartition("; printed as ")[2]]].iloc[0]
        low, high = row["amount_low_gbp"], row["amount_high_gbp"]
        whole = [row["amount_gbp"] if pd.isna(end) else end for end in (low, high)]
        assert whole[0] <= float(number.strip("£").replace(",", "")) <= whole[1], name


@pytest.mark.slow
def test_what_is_printed_as_is_still_said() -> None:
    assert facts("Metropolitan Police")["Funded in 2020-21"][1].endswith("printed as £807,375")


def test_of_a_grant_whose_power_is_unknown_nobody_can_tell_whether_the_duty_asks() -> None:
    number, note = facts("Greater Manchester")["Grants that the law asks details of"]
    assert number == "0 known, of 2 lines"
    assert "it cannot be told of 2 lines, single grants whose power is not in" in note
    text = said("Greater Manchester")
    assert "Whether it asks for them cannot be told of 2 lines" in text
    assert "The duty does not ask for them" not in text


def test_of_whole_streams_and_other_powers_the_duty_does_not_ask() -> None:
    assert facts("Warwickshire")["Grants that the law asks details of"][0] == "0 of 3 lines"
    text = said("Warwickshire")
    assert "does not ask for them of 3 lines of whole streams, no grants" in text
    assert "cannot be told of" not in text.partition("What the law asks")[2].partition("Q2")[0]


def test_years_of_another_scope_are_not_compared_and_both_readings_are_told() -> None:
    """Warwickshire's later notices leave out what the first includes."""
    years = reviewed("Warwickshire").tables["year_on_year"]
    changed = years.loc[years["change_pct"].notna(), "series"]
    assert not changed.str.startswith("Commissioner's grants").any()
    text = said("Warwickshire")
    assert "2022-23, all grants of the year, what was agreed before and partnership money" in text
    assert "2024-25, grants of the round, without the partnership money" in text
    assert "by our reading" in text
    assert (
        "not of the scope of the other years" in facts("Warwickshire")["Per resident in 2022-23"][1]
    )
    note = pcc.load_evidence("Warwickshire").awards.set_index("period").loc["2023-24", "note"]
    assert "An auditor reads this notice too as leaving out the partnership money" in note
    assert "is said of 2024-25 alone" in note


UNLIKE = {
    "status": "outturn",
    "kind": "total",
    "scope": "Without what was agreed before",
    "funding_stream": "Another stream",
}


@pytest.mark.parametrize("column", [None, *UNLIKE])
def test_one_name_of_a_series_makes_no_amounts_alike(column: str | None) -> None:
    held = pcc.load_evidence("Warwickshire")
    totals = held.totals.copy()
    years = totals["funding_stream"].eq("Domestic abuse perpetrator programme")
    years &= totals["period"].isin(["2023-24", "2024-25"])
    assert years.sum() == 2
    totals.loc[years, "series"] = "One name"
    if column is not None:
        totals.loc[years & totals["period"].eq("2024-25"), column] = UNLIKE[column]
    found = pcc.review(dataclasses.replace(held, totals=totals)).tables["year_on_year"]
    named = found[found["series"].str.startswith("One name")]
    assert named["change_pct"].notna().sum() == (column is None)
    assert named["series"].nunique() == (1 if column is None else 2)


def test_a_sum_of_listed_lines_says_that_the_list_need_not_be_whole() -> None:
    years = reviewed("Surrey").tables["year_on_year"]
    summed = years[years["series"].str.endswith("award line)") & years["change_pct"].notna()]
    assert len(summed)
    assert summed["caution"].str.contains("need not be all of a year").all()
    assert "That the list holds every line of 2023-24 and 2024-25 is not shown" in said("Surrey")


def test_no_published_change_is_a_number_with_a_source() -> None:
    [fact] = [one for one in reviewed("Surrey").page().summary if one.label == "Published changes"]
    assert fact.value == "0"
    assert len(fact.note) > 1  # the words, and the link to what was counted


@pytest.mark.parametrize("area", ["Surrey", "Warwickshire"])
def test_what_is_not_held_is_named_and_no_table_is_denied(area: str) -> None:
    text = said(area)
    assert "No table of this evidence tells it" not in text
    assert "No printed change has counts of its two years here" in text
    lines = len(reviewed(area).tables["awards"])
    assert f"places or people are held for 0 of {lines} line" in text


def test_a_break_within_the_later_window_lies_between_two_windows() -> None:
    """Careless driving joined on 28 June 2022: half of that year counts by the new law."""
    quarters = pcc.load_recorded_crime_quarters()
    mine = quarters["area_code"].eq("E23000023") & quarters["offence"].eq(
        "Death or serious injury - unlawful driving"
    )
    for years, crossed in ((("2021", "2022"), True), (("2022-23", "2023-24"), True),
                           (("2023", "2024"), False)):  # fmt: skip
        found = pcc.reduction(
            quarters[mine], baseline=years[0], comparison=years[1], by="offence"
        ).iloc[0]
        assert ("28 June 2022" in str(found["caution"])) == crossed, years


def test_single_awards_apart_from_the_lines_are_counted() -> None:
    totals = reviewed("Cambridgeshire").tables["totals"]
    made = totals[totals["kind"].eq("award") & totals["flow"].eq("pcc_to_recipient")]
    assert len(made) == 39
    several = {"12 organisations", "Six groups", "Five projects"}
    single = made["recipient"].notna() & ~made["recipient"].isin(several)
    assert single.sum() == 25
    assert (
        "Apart from the lines, 39 amounts awarded are printed, 25 of them to one named recipient; "
        "the power is held for none of these 25"
    ) in said("Cambridgeshire")


# What an auditor struck out, by kind: where it stood, what is said now, and what never again.
STRUCK = {
    "1 details of grants": ("Of 8 lines here, 0 are single grants", "26 not published"),
    "1 the sum": ("a sum that none of the documents held prints", "No source prints"),
    "1 the other years": ("Commissioning and Grants Total Investment - 21-25", "are not published"),
    "2 districts": ("Counts by district are held for 6 of 6 districts", "No counts by district"),
    "2 monthly counts": ("Monthly counts are held for 4 of the 5", "without them"),
    "2 evidence of Q9": ("of the earlier years held for Bicycle theft", "No evidence is held"),
    "2 panel": ("For 3 of 5 something is held", "None of these can be answered"),
    "2 the record": ("'pccfunding sign' writes that record into the pack", "stands in sign-off"),
    "2 plan": ("28 are planned and 87 are awarded", "None of the amounts held is plan"),
    "2 powers": ("2 of 3 powers are our reading of a text", "as printed."),
    "2 themes": ("51 as the source gives it, 5 by our reading of it", "that the source prints"),
    "3 sharp weapons, the peak": ("730 to 517 −29.2% (−36.8% to −20.6%)", None),
    "3 sharp weapons, the year before": ("470 to 517 +10.0%", None),
    "3 anti-social behaviour": ("2,567 1,839 −28.4%", None),
    "3 base in Q13": ("Bicycle theft: −52.0%, base 4,619", "−52.0%, base not"),
    "3 amounts printed twice": ("Safer Streets 5 £820,000 (received, October 2023", None),
    "3 Countryside Watch": ("Countryside Watch £25,000 (award); £37k (award)", None),
    "3 Brighter Tomorrow": ("Brighter Tomorrow £30,000 (award)", None),
    "3 police funding": ("£185,200,000 £197,100,000 +6.4%", None),
    "3 reduction in 2018-19": ("just short of £1.2m (total, 2018-19", None),
    "3 amounts of districts": ("15 amounts held are of single districts", None),
    "3 the rate of 2019": ("possible outcome rate 9.7%, base not", None),
    "4 careless driving": ("law, 28 June 2022: Causing serious injury by careless driving", None),
    "4 rises like falls": ("of the rises 7 went beyond the other areas", None),
    "4 quoted for other years": ("Classes quoted for other years", "not quoted by"),
    "4 an award beside a budget": ("nearly £600,000 (budget, 2024-25", "+70"),
    "4 robbery by its name": ("Personal robbery 2023 against 2019 −13.0% 741", None),
    "5 a stream that did not pay": (
        "Youth Fund projects since 2021: 69",
        "advisers: more than 900 £2",
    ),
    "5 baseline before the money": ("its baseline, 2019, ends before the money's begins", None),
    "6 two sums": ("Two different sums; the same number is printed", None),
    "6 amounts in a headline": ("table: £1.2m against £1,267,474", None),
    "6 its own documents first": ("What conflicts in the area's own documents", None),
    "6 days": ("January 2023; against January 2023", "24277"),
    "6 a flat allocation": ("Every area was offered up to £820,000 (W041)", None),
    "6 has invested": ("a year and 18 days before the period ends", None),
    "6 two falls of neighbourhood crime": ("24% in March 2024 and 31% some months later", None),
    "6 more than a quarter": ("11.3% more than an even quarter", None),
    "6 pots": ("about £273,000 a year, 1.76 times £155,000", None),
    "6 victims' share": ("Between 47.1 and 47.8 percent", None),
    "6 youth fund since 2021": ("£2,784 a project against £3,500", None),
    "6 youth fund of the year": ("£3,334 for each of 21 organisations", None),
    "6 round 5": ("at least £447,595 is of round 5", None),
    "6 a forecast": ("a forecast by 18 days, not a count", None),
    "7 the fourth step": ("This page is the fourth step of the commissioning cycle", None),
    "vans": ("Marked police vans for road safety three", None),
    "a record": ("Police officers, called a record number", None),
    "gold": ("Independent Custody Visiting Scheme: Gold standard", None),
    "one retired dog": ("Dog welfare visits to a retired dog One", None),
    "no concerns": ("Concerns raised about the welfare of police dogs nil", None),
    "net zero": ("Carbon net zero of the Constabulary by 2035 not yet due", None),
    "30% among finer numbers": ("'30%' [-30.5, -29.5]", None),
}


@pytest.mark.parametrize("line", STRUCK)
def test_what_was_struck_out_is_said_no_more(line: str) -> None:
    now, before = STRUCK[line]
    text = " ".join(said("Cambridgeshire").replace("\N{NO-BREAK SPACE}", " ").split())
    assert now in text
    assert before is None or before not in text


def test_an_award_within_its_budget_is_told() -> None:
    """£299,213.13 of £300,000 was "cannot be told"."""
    verdicts = {row["statement_id"]: told for row, told in reviewed("Warwickshire").statements}
    assert verdicts["grants-within-budget-2024-25"].verdict == "reconciles"


def test_money_stands_over_each_output_of_its_stream_and_year() -> None:
    """Thames Valley prints 26 outputs beside its awards, one of them without a unit."""
    table = reviewed("Thames Valley").tables["output_costs"]
    assert len(table) == 25
    each = dict(zip(table["measure"], table["gbp_each"], strict=True))
    # 787,970 / 1,924; 97,627 + 92,056 + 93,332 = 283,015 over 372.
    visits, pilots = each["Face-to-face visits"], each["Individuals in the three pilots together"]
    assert (round(visits, 2), round(pilots, 2)) == (409.55, 760.79)
    text = said("Thames Valley")
    assert "£409.55" in text
    assert "It is not what the help for one person costs" in text
    assert "Money of the same stream and year is held for 25 outputs" in text


def test_money_of_another_year_stands_over_no_output() -> None:
    """More than £1m of 2023-24 beside 932 people of 2022-23."""
    assert reviewed("Cambridgeshire").tables["output_costs"].empty
    held = pcc.load_evidence("Thames Valley")
    later = held.outcomes.assign(period_start=held.outcomes["period_start"] + pd.DateOffset(days=1))
    found = pcc.review(dataclasses.replace(held, outcomes=later))
    assert found.tables["output_costs"].empty
