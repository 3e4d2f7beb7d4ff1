"""The page says no number that its tables do not give, by a script that knows nothing of us."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from recompute_page import interval_of_ratio, known_of, numbers, text_of, unmatched

import pccfunding as pcc
from pccfunding.bundled import datasets_dir

SCRIPT = Path(__file__).with_name("recompute_page.py")


def test_the_script_imports_nothing_of_the_library() -> None:
    nodes = list(ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8"))))
    names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert not [name for name in names if name.startswith("pccfunding")]
    assert "pandas" in names


def test_numbers_are_read_as_a_reader_sees_them() -> None:
    page = "<style>p {margin: 77px}</style><p>£1,234.50 or 12%, see [66] and w5</p><svg>9,9</svg>"
    assert numbers(text_of(page)) == ["1234.50", "12"]
    # Residential burglary, as printed on the page: -40.1% to -33.3%.
    low, high = interval_of_ratio(3497, 2210)
    assert (round(100 * low - 100, 1), round(100 * high - 100, 1)) == (-40.1, -33.3)


# Parts of the annex that quote national tables and the register of all numbers: the trace from each
# number to its source is walked in tests/pack/test_trace.py.
QUOTED = ("register", "sources", "whole-need", "whole-outcomes", "whole-noise", "whole-regression",
          "whole-displacement", "whole-per-head-and-year")  # fmt: skip


def three_depths(pack: Path) -> str:
    """Page, brief, and the parts of the annex that are worked from our own tables."""
    page, brief, annex = (
        (pack / name).read_text(encoding="utf-8")
        for name in ("index.html", "brief.html", "sources.html")
    )
    parts = re.findall(r'<section aria-labelledby="([^"]+)">(.*?)</section>', annex, re.DOTALL)
    assert set(QUOTED) <= {name for name, _ in parts}
    return page + brief + "".join(part for name, part in parts if name not in QUOTED)


@pytest.mark.slow
def test_every_number_of_the_page_is_recomputed_printed_or_listed(tmp_path: Path) -> None:
    pcc.review(pcc.load_evidence()).write(tmp_path / "pack")
    page = three_depths(tmp_path / "pack")
    known = known_of(datasets_dir())
    assert len(numbers(text_of(page))) > 1_500
    assert dict(unmatched(page, known)) == {}
    # A digit that is misread is noticed.
    for right, wrong in (
        ("£5,981,458", "£5,981,459"),
        ("38.82%", "38.84%"),
        ("3,497", "3,498"),
        ("−36.8%", "−36.3%"),
        ("£67,474", "£67,447"),
    ):
        assert right in page
        assert set(unmatched(page.replace(right, wrong), known)) == set(numbers(wrong)), wrong
