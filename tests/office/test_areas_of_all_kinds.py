"""Any office gets a Review that says what it lacks: every kind of area, any part of evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from filling import fill, started

import pccfunding as pcc
from pccfunding.cli import main

AWARD = {"recipient": "Halo", "funding stream": "Fund", "amount": "£5,125", "source": "Report"}
RESULT = {
    "measure": "Burglary", "direction": "fell by", "as printed": "9.4%", "better when": "lower",
    "period": "2024-25", "compared with": "2023-24", "source": "Report",
}  # fmt: skip
GRANT = {
    "what": "Victims grant", "amount": "£61,234", "flow": "received from government",
    "status": "allocated", "period": "2024-25", "source": "Report",
}  # fmt: skip
AHEAD = {"period": "2031-32", "compared with": "2030-31"}

KINDS: dict[str, tuple[str, str, dict[str, list[dict[str, Any]]], tuple[str, ...]]] = {
    "awards only": ("Durham", "2024-25", {"Awards": [AWARD]}, ("£5,125",)),
    "one district": (
        "Durham", "2024-25", {"Awards": [AWARD | {"district": "County Durham"}]},
        ("£5,125", "1 amount held is of single districts", "amounts in 1 of 2 districts"),
    ),
    "Welsh force": ("Gwent", "2024-25", {"Awards": [AWARD], "Outcomes": [RESULT]}, ("9.4%",)),
    "mayor": (
        "Greater Manchester", "2024-25", {"Awards": [AWARD], "Outcomes": [RESULT]},
        ("£5,125", "9.4%"),
    ),
    "City of London": (
        "City of London", "2024-25", {"Awards": [AWARD], "Outcomes": [RESULT]},
        ("£5,125", "Nothing is given per head of the few residents", "its one district alone"),
    ),
    "future years": (
        "Durham", "2031-32", {"Awards": [AWARD], "Outcomes": [RESULT | AHEAD]}, ("£5,125", "9.4%"),
    ),
    "two kinds of money": (
        "Durham", "2024-25", {"Awards": [AWARD, AWARD | {"status": "budget", "amount": "£77"}]},
        ("£5,125", "£77"),
    ),
    "outcomes only": (
        "Durham", "2024-25", {"Outcomes": [RESULT]},
        ("9.4%", "1 result of this area, as it is printed, stands"),
    ),
    "amounts only": (
        "Durham", "2024-25", {"Amounts": [GRANT]},
        ("£61,234", "1 amount of this area, as it is printed, stands"),
    ),
    "nothing typed": ("Dyfed-Powys", "2024-25", {}, ("Dyfed-Powys",)),
}  # fmt: skip
HEAVY = [pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS if kind != "Welsh force"]


@pytest.mark.parametrize("kind", ["Welsh force", *HEAVY])
def test_any_office_gets_a_review_that_says_what_it_lacks(kind: str, tmp_path: Path) -> None:
    area, period, sheets, shown = KINDS[kind]
    folder = started(tmp_path / "d", area=area, period=period)
    fill(folder, Sources=[{"name": "Report"}], **sheets)
    command = ["review", str(folder)]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(main, command)
    assert done.exit_code == 0, done.output
    pages = "".join(page.read_text("utf-8") for page in (folder / "review").glob("*.html"))
    for words in shown:
        assert words in pages, words
    lacking = [one for one in pcc.review(folder).page().sections if not one.blocks]
    assert lacking
    assert all(one.lead for one in lacking)
    assert CliRunner().invoke(main, ["verify", str(folder / "review")]).exit_code == 0
