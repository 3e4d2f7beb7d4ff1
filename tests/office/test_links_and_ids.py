"""Links without ids, and ids that depend on what a row says."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from filling import fill, started
from hypothesis import given, strategies as st

import pccfunding as pcc
from pccfunding.office import FolderEvidence

AWARD = {"funding stream": "Youth Fund", "amount": "£10,000", "source": "Notices"}
# Known to £50: £30,050 to £30,150.
TOTAL = {"what": "Youth Fund", "amount": "£30,100", "period": "2024-25", "source": "Notices"}
SOURCES = [{"name": "Notices"}]


def read(place: Path, **sheets: list[dict[str, Any]]) -> FolderEvidence:
    folder = started(place)
    fill(folder, Sources=SOURCES, **sheets)
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    return evidence


def told(evidence: FolderEvidence) -> list[str]:
    return [f"{one.place}: {one.text}" for one in evidence.problems]


def verdicts(evidence: FolderEvidence) -> dict[str, str]:
    table = evidence.statements
    return dict(zip(table["statement_id"], table["expected_verdict"], strict=True))


def award(recipient: str, **more: Any) -> dict[str, Any]:
    return AWARD | {"recipient": recipient} | more


@pytest.mark.parametrize("spelt", ["Youth Fund", "youth  fund", "Youth–Fund", "YOUTH-FUND "])
def test_a_name_is_matched_whatever_its_case_blanks_and_dashes(spelt: str, tmp_path: Path) -> None:
    parts = [award(name, **{"part of": spelt}) for name in ("Halo", "Harbour", "Hub")]
    parts[2]["amount"] = "£10,100"
    evidence = read(tmp_path / "d", Awards=parts, Amounts=[TOTAL | {"parts listed": "all"}])
    assert told(evidence) == []
    (total,) = evidence.totals["subject_id"]
    assert evidence.awards["part_of"].tolist() == [total] * 3
    # Two times £10,000 and £10,100 are the £30,100.
    assert verdicts(evidence) == {"parts-of-youth-fund": "reconciles"}


@pytest.mark.parametrize(
    ("listed", "amounts", "verdict"),
    [
        ("all", ("£10,000", "£10,000"), "conflicts"),
        ("some", ("£10,000", "£10,000"), "reconciles"),
        ("some", ("£20,000", "£10,149"), "reconciles"),
        ("some", ("£20,000", "£10,151"), "conflicts"),
        ("all", ("£10,000", "TBC"), "cannot be told"),
    ],
)
def test_parts_listed_are_a_check(
    listed: str, amounts: tuple[str, str], verdict: str, tmp_path: Path
) -> None:
    parts = [
        award(name, amount=amount, **{"part of": "Youth Fund"})
        for name, amount in zip("ab", amounts, strict=True)
    ]
    evidence = read(tmp_path / "d", Awards=parts, Amounts=[TOTAL | {"parts listed": listed}])
    assert verdicts(evidence) == {"parts-of-youth-fund": verdict}


@pytest.mark.parametrize(
    ("total", "part", "scope"),
    [
        ({}, {"status": "spent (outturn)"}, "status"),
        ({"flow": "received from government"}, {}, "flow"),
        ({}, {"financial year": "2023-24"}, "period"),
        ({"period": "2022-23/2024-25"}, {"financial year": "2023-24"}, None),
        ({"status": "budget", "period": None}, {"status": "budget"}, None),
    ],
)
def test_kinds_of_money_and_years_never_mix_in_a_sum(
    total: dict[str, Any], part: dict[str, Any], scope: str | None, tmp_path: Path
) -> None:
    parts = [
        award("Halo", amount="£20,100", **{"part of": "Youth Fund"}, **part),
        award("Hub", status=total.get("status"), **{"part of": "Youth Fund"}),
    ]
    amounts = [TOTAL | {"parts listed": "all"} | total]
    evidence = read(tmp_path / "d", Awards=parts, Amounts=amounts)
    assert evidence.statements["scope_differs"].fillna("").tolist() == [scope or ""]
    verdict = "cannot be told" if scope else "reconciles"  # 20,100 + 10,000 = 30,100
    assert verdicts(evidence) == {"parts-of-youth-fund": verdict}


def test_a_repeated_name_takes_its_period(tmp_path: Path) -> None:
    totals = [TOTAL, TOTAL | {"period": "2023-24"}]
    parts = [
        award("Halo", **{"part of": "Youth Fund, 2023/24"}),
        award("Harbour", **{"part of": "Youth Fund"}),
        award("Hub", **{"part of": "Youth Fund, 2021-22"}),
    ]
    evidence = read(tmp_path / "d", Awards=parts, Amounts=totals)
    earlier = evidence.totals.loc[evidence.totals["period"] == "2023-24", "subject_id"].item()
    assert evidence.awards["part_of"].tolist()[0] == earlier
    assert evidence.awards["part_of"].isna().tolist() == [False, True, True]
    says = told(evidence)
    assert len(says) == 2
    assert "sheet Awards, cell Q5: 'Youth Fund': 2 rows bear this name; add the period" in says[0]
    assert "'Youth Fund, 2023-24'" in says[0]
    assert "sheet Awards, cell Q6: 'Youth Fund, 2021-22': no row bears this name" in says[1]


def test_a_name_with_a_comma_is_a_name_first(tmp_path: Path) -> None:
    total = TOTAL | {"what": "Youth Fund, all awards"}
    part = award("Halo", **{"part of": "youth fund, all awards"})
    evidence = read(tmp_path / "d", Awards=[part], Amounts=[total])
    assert told(evidence) == []
    assert evidence.awards["part_of"].notna().all()


def test_links_that_lead_nowhere_or_in_a_circle_are_refused_by_cell(tmp_path: Path) -> None:
    totals = [
        TOTAL | {"what": "self", "part of": "Self"},
        TOTAL | {"what": "one", "part of": "two"},
        TOTAL | {"what": "two", "part of": "three"},
        TOTAL | {"what": "three", "part of": "one"},
        TOTAL | {"what": "onto the circle", "part of": "one"},
        TOTAL | {"what": "lost", "part of": "onto the cirkle"},
    ]
    evidence = read(tmp_path / "d", Amounts=totals)
    says = told(evidence)
    assert [one.partition(":")[0] for one in says] == [
        f"sheet Amounts, cell I{row}" for row in (4, 9, 5, 6, 7)
    ]
    assert "the row names itself" in says[0]
    assert "did you mean 'onto the circle'?" in says[1]
    assert "leads back to its own row: one in two in three" in says[2]
    # Every amount is kept; only the link that stands is kept with it.
    assert len(evidence.totals) == 6
    assert evidence.totals["part_of"].notna().tolist() == [False] * 4 + [True, False]


def test_a_check_is_never_worked_on_parts_that_are_missing(tmp_path: Path) -> None:
    parts = [award("Halo", **{"part of": "Youth Fund"}), award("Hub", amount="£31,78")]
    evidence = read(tmp_path / "d", Awards=parts, Amounts=[TOTAL | {"parts listed": "all"}])
    assert verdicts(evidence) == {"parts-of-youth-fund": "cannot be told"}
    assert any("cell C5: '£31,78'" in one for one in told(evidence))


CHECKED = [TOTAL, TOTAL | {"what": "Grant", "amount": "£30,400"}]


@pytest.mark.parametrize(
    ("left", "relation", "right", "verdict"),
    [
        ("Youth Fund", "equals", "£30,149", "reconciles"),
        ("Youth Fund", "equals", "£40,000", "conflicts"),
        ("youth-fund", "is part of", "Grant", "reconciles"),
        ("£50,000", "is part of", "Grant", "conflicts"),
        ("Youth Fund", "adds up to", "Grant", "conflicts"),  # its parts, £10,000 and £5,000
        ("£5,000", "is difference of", "Youth Fund", "reconciles"),
        ("£9,000", "is difference of", "Youth Fund", "conflicts"),
        ("DN 1", "equals", "£10,000.00", "reconciles"),
        ("DN 1", "equals", "£10,001", "conflicts"),
    ],
)
def test_a_check_holds_two_names_or_printed_amounts_together(
    left: str, relation: str, right: str, verdict: str, tmp_path: Path
) -> None:
    parts = [
        award("Halo", reference="DN 1", **{"part of": "Youth Fund"}),
        award("Hub", amount="£5,000", **{"part of": "Youth Fund"}),
    ]
    row = {"check": "The two", "left": left, "relation": relation, "right": right}
    evidence = read(tmp_path / "d", Awards=parts, Amounts=CHECKED, Checks=[row])
    assert told(evidence)[:-1] == []  # a conflict asks for its reason
    assert verdicts(evidence) == {"the-two": verdict}


def test_a_different_sum_says_what_differs(tmp_path: Path) -> None:
    row = {"check": "x", "left": "Youth Fund", "relation": "is a different sum", "right": "£9"}
    rows = [row | {"what differs in scope": "funding stream"}, row | {"check": "y"}]
    evidence = read(tmp_path / "d", Amounts=[TOTAL], Checks=rows)
    assert verdicts(evidence) == {"x": "reconciles"}
    assert evidence.statements["scope_differs"].tolist() == ["stream"]
    assert told(evidence) == [
        "sheet Checks, cell C5: 'is a different sum': it is not said what differs in scope; choose "
        "one of period, area, funder, funding stream, status, flow, price base"
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"left": "Youth Fund"}, "relation and right not given"),
        (
            {"left": "Yuth Fund", "relation": "equals", "right": "£5"},
            "cell B4: 'Yuth Fund': no row",
        ),
        ({"left": "£5", "relation": "equals", "right": "Grnt"}, "did you mean 'Grant'?"),
        ({"left": "£5", "relation": "is difference of", "right": "Grant"}, "0 rows are part of it"),
        ({"reason": "It was late"}, "nobody is named who gives it"),
        ({"reason": "It was late", "who": "A. Name"}, "no check bears this name"),
        ({"note": "later"}, "the row says nothing"),
    ],
)
def test_a_check_that_cannot_be_worked_is_named(
    row: dict[str, str], said: str, tmp_path: Path
) -> None:
    evidence = read(tmp_path / "d", Amounts=CHECKED, Checks=[{"check": "mine"} | row])
    (problem,) = told(evidence)
    assert said in problem
    assert evidence.statements.empty


def test_a_reason_answers_a_check_by_its_printed_name(tmp_path: Path) -> None:
    part = award("Halo", **{"part of": "Youth Fund"})
    rows = [{"check": "parts-of-youth-fund", "reason": "The list closed in May", "who": "A. Name"}]
    total = TOTAL | {"parts listed": "all"}
    unanswered = read(tmp_path / "one", Awards=[part], Amounts=[total])
    (asked,) = unanswered.problems
    assert asked.state == "to do"
    assert asked.says == "parts-of-youth-fund"
    assert unanswered.paste[-1] == (
        "Checks", ["parts-of-youth-fund", "", "", "", "", "the reason", "who gives it"],
    )  # fmt: skip
    evidence = read(tmp_path / "two", Awards=[part], Amounts=[total], Checks=rows)
    assert told(evidence) == []
    (statement,) = evidence.statements.to_dict("records")
    assert statement["statement_id"] == "parts-of-youth-fund"
    assert (statement["explanation"], statement["explained_by"]) == (
        "The list closed in May", "A. Name",
    )  # fmt: skip


def test_rows_to_paste_hold_one_cell_a_column(tmp_path: Path) -> None:
    folder = started(tmp_path / "d")
    fill(folder, Awards=[award("Halo", source="Minutes\tof\nMay")])
    frame = pcc.conformance(folder).frame
    (row,) = frame.loc[frame["state"] == "to paste", "what"]
    assert row == "Minutes of May\tMinutes of May"
    evidence = pcc.read_evidence(folder)
    assert evidence.sources["title"].tolist()[0] == "Minutes\tof\nMay"


# ids

BASE = [
    award("Halo", amount="£1", reference="DN 1"),
    award("Halo", amount="£2"),
    award("Halo", amount="£3"),
    award("Hub", amount="£4", purpose="Mentoring"),
    award("Hub", amount="£4", purpose="Mentoring"),
]


def rows_by_id(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    with tempfile.TemporaryDirectory() as place:
        awards = read(Path(place) / "d", Awards=rows).awards
    return {
        key: (recipient, token)
        for key, recipient, token in zip(
            awards["subject_id"], awards["recipient"], awards["token"], strict=True
        )
    }


@pytest.mark.slow
@given(st.permutations(range(len(BASE))))
def test_ids_do_not_depend_on_where_rows_stand(order: list[int]) -> None:
    assert rows_by_id([BASE[place] for place in order]) == rows_by_id(BASE)


def test_equal_keys_are_numbered_and_no_two_rows_share_an_id() -> None:
    found = rows_by_id(BASE)
    assert len(found) == len(BASE)
    twins = [key for key, (_, token) in found.items() if token in ("£2", "£3")]
    assert twins[1] == f"{twins[0]}-2"
    equal = [key for key, (_, token) in found.items() if token == "£4"]
    assert equal[1] == f"{equal[0]}-2"


@pytest.mark.parametrize("changed", [0, 3])
def test_an_amount_is_no_part_of_an_id(changed: int) -> None:
    rows = [dict(row) for row in BASE]
    rows[changed]["amount"] = "£4,000"
    assert set(rows_by_id(rows)) == set(rows_by_id(BASE))


def test_renaming_a_recipient_changes_that_id_alone() -> None:
    rows = [dict(row) for row in BASE]
    rows[0]["recipient"] = "Halo Centre"
    before, after = rows_by_id(BASE), rows_by_id(rows)
    assert len(set(before) - set(after)) == len(set(after) - set(before)) == 1


def test_each_part_of_the_key_tells_rows_apart() -> None:
    key = {
        "reference": "DN 9", "funding stream": "Other", "purpose": "Lights",
        "financial year": "2023-24", "status": "budget", "recipient": "Harbour",
    }  # fmt: skip
    variants = [award("Halo"), *(award("Halo") | {name: word} for name, word in key.items())]
    ids = set(itertools.chain(rows_by_id(variants)))
    assert len({one.partition("-")[2][:12] for one in ids}) == len(variants)
    same = rows_by_id([award("Halo", note="x", **{"where in it": "page 9", "power": "s. 143"})])
    assert set(same) <= ids
