"""Two Reviews of one folder: which rows of the later are rows of the earlier, whatever moved."""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from filling import answer, fill, started
from hypothesis import HealthCheck, given, settings, strategies as st

import pccfunding as pcc
from pccfunding.office import FolderEvidence
from pccfunding.review_pack import compare_packs

FUND = {"funding stream": "Youth Fund", "source": "Report"}
# Two equal rows, two that differ in their amount alone, and two of another name or purpose.
ROWS: list[dict[str, Any]] = [
    FUND | {"recipient": "Alpha", "amount": "£100", "purpose": "Mentoring"},
    FUND | {"recipient": "Alpha", "amount": "£100", "purpose": "Mentoring"},
    FUND | {"recipient": "Beta", "amount": "£20"},
    FUND | {"recipient": "Beta", "amount": "£30"},
    FUND | {"recipient": "Gamma", "amount": "£40", "reference": "DN 4"},
    FUND | {"recipient": "Delta", "amount": "£50", "purpose": "Bins"},
]


def pack_of(rows: list[dict[str, Any]], place: Path) -> Path:
    folder = started(place / "folder")
    answer(folder, commissioners_office="Office of Durham")
    fill(folder, Awards=rows, Sources=[{"name": "Report"}])
    evidence = pcc.read_evidence(folder)
    assert isinstance(evidence, FolderEvidence)
    assert [one for one in evidence.problems if one.state == "broken"] == []
    pcc.review(evidence).write(place / "pack")
    return place / "pack"


@cache
def first() -> Path:
    return pack_of(ROWS, Path(tempfile.mkdtemp()))


def differences(rows: list[dict[str, Any]]) -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as place:
        frame = compare_packs(first(), pack_of(rows, Path(place))).frame
    return frame[frame["kind"] == "printed"]


def said(frame: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    cells = frame[["change", "before", "after"]].fillna("").astype(str)
    return Counter(map(tuple, cells.to_numpy().tolist()))


def edited(place: int, **cells: str) -> list[dict[str, Any]]:
    return [row | cells if number == place else row for number, row in enumerate(ROWS)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(ROWS[::-1], [], id="moved"),
        # One of two rows with equal names: the numbering of their ids changes sides.
        pytest.param(edited(2, amount="£90"), [("changed", "£20", "£90")], id="amount of a pair"),
        pytest.param(
            edited(0, amount="£7"),
            [("changed", "£100", "£7")],
            id="one of two equals",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            edited(4, recipient="Gamma Ltd"),
            [("renamed", "Gamma", "Gamma Ltd")],
            id="renamed",
            marks=pytest.mark.slow,
        ),
        pytest.param(edited(5, purpose="Lights"), [("renamed", "Bins", "Lights")], id="purpose"),
        pytest.param(
            ROWS[1:],
            [("gone", "£100", "")],
            id="one of two equals gone",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            [*ROWS, ROWS[0]],
            [("added", "", "£100")],
            id="a third equal row",
            marks=pytest.mark.slow,
        ),
        # Another year is other money, and another name with another amount is another award.
        pytest.param(
            edited(4, amount="£41", recipient="Omega"),
            [("gone", "£40", ""), ("added", "", "£41")],
            id="name and amount",
        ),
    ],
)  # fmt: skip
def test_rows_are_paired_by_what_they_say(
    rows: list[dict[str, Any]], expected: list[tuple[str, str, str]]
) -> None:
    assert said(differences(rows)) == Counter(expected)


AMOUNTS = st.sampled_from(["£1", "£2", "£3,000"])
NAMES = st.sampled_from(["Alpha", "Omega House", "Sigma House"])


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    order=st.permutations(range(len(ROWS))),
    amounts=st.dictionaries(st.integers(0, 3), AMOUNTS, max_size=3),
    renamed=st.dictionaries(st.integers(4, 5), NAMES, max_size=2),
)
def test_moves_never_show_and_each_edit_shows_once(
    order: list[int], amounts: dict[int, str], renamed: dict[int, str]
) -> None:
    rows = [dict(row) for row in ROWS]
    for place, amount in amounts.items():
        rows[place]["amount"] = amount
    for place, name in renamed.items():
        rows[place]["recipient"] = name
    changes = Counter({"changed": len(amounts), "renamed": len(renamed)})
    frame = differences([rows[place] for place in order])
    found = Counter(frame["change"])
    assert found == +changes
    # What is said to be before and after is what the edited rows held, whichever order they had.
    before = Counter(ROWS[place]["amount"] for place in amounts)
    after = Counter(amounts.values())
    rows_changed = frame[frame["change"] == "changed"]
    assert Counter(rows_changed["before"]) == before
    assert Counter(rows_changed["after"]) == after
