"""Statements of a few rows: what stands on each side, what is recorded, and what is refused."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError, UnknownNameError
from pccfunding.evidence.reconcile_statements import work_statements


def statements(*rows: dict[str, Any]) -> pcc.Evidence:
    bundled = pcc.load_evidence()
    blank = dict.fromkeys(bundled.statements.columns)
    plain = {"relation": "equal", "complete": True, "area_code": "E23000001"}
    table = [blank | plain | {"statement_id": f"s{at}", "statement": f"S{at}"} | row
             for at, row in enumerate(rows)]  # fmt: skip
    return replace(bundled, statements=pd.DataFrame(table))


def test_each_kind_of_term_is_worked_and_set_beside_what_is_recorded() -> None:
    evidence = statements(
        {
            "relation": "sum",
            "left": "S021;S022",
            "right": "GBP:£1,833,089",
            "expected_verdict": "reconciles",
        },
        {"left": "day:1 April 2023", "right": "day:2023-04-02", "expected_verdict": "conflicts"},
        {
            "left": "S021",
            "right": "not held",
            "expected_verdict": "cannot be told",
            "expected_reason": "figure-unknown",
        },
        {
            "left": "S021",
            "right": "S021",
            "scope_differs": "period;area",
            "expected_verdict": "reconciles",
        },
        {
            "left": "S021",
            "right": "S021",
            "complete": False,
            "expected_verdict": "cannot be told",
            "expected_reason": "figure-unknown",
        },
    )
    worked = pcc.reconcile_statements(evidence=evidence)
    assert worked["statement_id"].tolist() == ["s0", "s1", "s2", "s3", "s4"]
    assert worked["statement"].tolist() == ["S0", "S1", "S2", "S3", "S4"]
    untold = "cannot be told"
    assert worked["verdict"].tolist() == ["reconciles", "conflicts", untold, untold, untold]
    assert [None if pd.isna(one) else one for one in worked["reason"]] == [
        *(None, None, "figure-unknown", "scope-differs", "parts-missing"),
    ]
    assert worked["gap"].tolist()[:2] == ["0", "1"]
    assert worked["unit"].tolist()[:2] == ["GBP", "day"]
    assert worked["working"].tolist()[:2] == [
        "1544914 + 288175 = 1833089; against 1833089",
        "1 April 2023; against 2023-04-02",
    ]
    assert worked["text"].tolist()[0] == "Reconciles exactly."
    assert worked["expected_verdict"].tolist() == evidence.statements["expected_verdict"].tolist()
    assert worked["expected_reason"].tolist()[2] == "figure-unknown"
    assert worked["as_recorded"].tolist() == [True, True, True, False, False]


def test_statements_of_an_area_are_those_of_its_districts_too() -> None:
    whole = {"left": "S021", "right": "S021"}
    evidence = statements(
        whole | {"area_code": "E23000023"},
        whole | {"area_code": "E07000008"},
        whole | {"area_code": "E23000001"},
    )
    for code, names in (
        ("E23000023", ["s0", "s1"]),
        ("E07000008", ["s1"]),
        (None, ["s0", "s1", "s2"]),
    ):
        worked = work_statements(evidence, area_code=code)
        assert [statement["statement_id"] for statement, _ in worked] == names


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_figure_that_nobody_holds_is_named_with_its_side(side: str) -> None:
    evidence = statements({"left": "S021", "right": "S021"} | {side: "S021;S9999"})
    with pytest.raises(UnknownNameError) as refusal:
        pcc.reconcile_statements(evidence=evidence)
    assert str(refusal.value) == (
        f"Statement 's0' names figure 'S9999' on its {side}, which is not in figures. Correct "
        f"statements.csv or add the figure."
    )


def test_documents_are_looked_up_in_these_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(TableError) as refusal:
        pcc.verify_sources(nowhere)
    assert str(refusal.value) == (
        f"{nowhere} is not a folder; name one that holds copies of the documents."
    )
    bundled = pcc.load_evidence()
    text = b"One\n  \xc2\xa35  million.\n"
    document = tmp_path / "a.txt"
    document.write_bytes(text)
    source = bundled.sources.head(1).assign(
        source_id="a", document="a.txt", sha256=hashlib.sha256(text).hexdigest()
    )
    rows = bundled.figures.head(2).assign(
        source_id="a", token=["£5 million", "£6"], locator=["page 1", "page 2"]
    )
    known = replace(bundled, sources=source, figures=rows)
    found = pcc.verify_sources(str(tmp_path), evidence=known)
    kept = {"document": "a.txt", "copy": "same", "source_id": "a"}
    ids = rows["figure_id"].tolist()
    first, second = found.astype(object).to_dict("records")
    assert first == {
        "figure_id": ids[0],
        "token": "£5 million",
        "found": True,
        "line": 2,
        "times": 1,
        "locator": "page 1",
        **kept,
    }
    assert pd.isna(second.pop("line"))
    assert second == {
        "figure_id": ids[1],
        "token": "£6",
        "found": False,
        "times": 0,
        "locator": "page 2",
        **kept,
    }
    # The call has the name of its file.
    module = sys.modules["pccfunding.evidence.verify_sources"]
    monkeypatch.setattr(module, "_LARGEST_DOCUMENT", len(text) - 1)
    with pytest.raises(TableError) as refusal:
        pcc.verify_sources(tmp_path, evidence=known)
    assert str(refusal.value) == (
        f"{document} is larger than 64 MiB; a document to check tokens in is text."
    )
