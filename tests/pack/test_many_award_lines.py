"""A list of 2,400 award lines: what its page weighs, and what it says of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import pccfunding as pcc
from pccfunding.evidence.evidence import loaded_tables

LINES = 2_400


def large_evidence() -> pcc.Evidence:
    """Bundled evidence with an invented list: forty funds, six hundred recipients, three years."""
    text = ["Ref;Recipient;Fund;Period;Purpose;Amount"]
    for number in range(LINES):
        year = 2022 + number % 3
        several = number % 10 == 0
        until = year + 2 if several else year + 1
        text.append(
            f"R{number};Organisation {number * 7 % 600};Fund {number % 40};"
            f"01/04/{year} to 31/03/{until};Purpose {number};"
            f"{'TBC' if number % 97 == 0 else f'£{1_000 + number * 13 % 9_000:,}'}"
        )
    read = pcc.read_awards("\n".join(text).encode())
    assert len(read.frame) == LINES
    stored = pcc.award_tables(
        read.frame,
        area="Cambridgeshire",
        source={"title": "Awards", "publisher": "Office"},
        listing="large",
        totals=read.totals,
    )
    loaded = loaded_tables(stored, None)
    return dataclasses.replace(pcc.load_evidence(), **{name: loaded[name] for name in stored})


@pytest.mark.slow
def test_2400_lines_make_a_small_page(tmp_path: Path) -> None:
    pcc.review(large_evidence()).write(tmp_path / "large")
    for name in ("index.html", "sources.html"):
        assert (tmp_path / "large" / name).stat().st_size < 1_500_000
    page = (tmp_path / "large" / "index.html").read_text(encoding="utf-8")
    assert f"{LINES:,} award lines of 2022-23, 2023-24, 2024-25 and 2025-26" in page
    assert "the least that 80 lines allow" in page  # one of the 80 parts is TBC
