"""The page says no number that its tables do not give, by a script that knows nothing of us."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pandas as pd
import pytest
from recompute_annex import annex_of, left_of
from recompute_courses import courses_of_tables, not_shown, shown
from recompute_page import interval_of_ratio, known_of, numbers, text_of, unmatched

import pccfunding as pcc
from pccfunding.bundled import datasets_dir

SCRIPTS = [
    Path(__file__).with_name(f"recompute_{name}.py") for name in ("page", "annex", "courses")
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_scripts_import_nothing_of_the_library(script: Path) -> None:
    nodes = list(ast.walk(ast.parse(script.read_text(encoding="utf-8"))))
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


def _every_course_is_recomputed(pack: Path) -> None:
    """Changes beside all areas over several years, and returns to the mean: each in its place."""
    found = courses_of_tables(datasets_dir())
    table = pd.read_csv(pack / "tables" / "courses.csv").set_index("subject_id")
    assert set(found) == set(table.index)
    for subject, results in found.items():
        assert len(results) == 13
        for name, value in results.items():
            if value is None:
                assert math.isnan(table.loc[subject, name]), (subject, name)
            else:  # ends to the width of the search
                assert table.loc[subject, name] == pytest.approx(value, rel=1e-4, abs=6e-3)
    for depth, name in (("page", "index.html"), ("annex", "sources.html")):
        text = text_of((pack / name).read_text(encoding="utf-8"))
        assert not_shown(text, found, depth) == []
        # Any digit that is another is noticed.
        spaced = " ".join(text.split())
        for said in {one for results in found.values() for one in shown(results)[depth]}:
            for place in (place for place, letter in enumerate(said) if letter.isdigit()):
                other = said[:place] + str((int(said[place]) + 1) % 10) + said[place + 1 :]
                assert not_shown(spaced.replace(said, other), found, depth) == [said] * sum(
                    said in shown(results)[depth] for results in found.values()
                )


@pytest.mark.slow
def test_every_number_of_the_three_depths_is_recomputed_printed_or_listed(tmp_path: Path) -> None:
    pcc.review(pcc.load_evidence()).write(tmp_path / "pack")
    page, brief, annex = (
        (tmp_path / "pack" / name).read_text(encoding="utf-8")
        for name in ("index.html", "brief.html", "sources.html")
    )
    known, whole = known_of(datasets_dir()), annex_of(datasets_dir())
    assert len(numbers(text_of(page + brief))) > 600
    assert dict(unmatched(page + brief, known)) == {}
    assert len(numbers(text_of(annex))) > 5_000
    assert dict(left_of(annex, whole)) == {}
    _every_course_is_recomputed(tmp_path / "pack")
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
    # So it is in each table of the annex: streets, series, scatter, earlier years, services.
    for right, wrong in (
        ("8,459", "8,495"),
        ("40.22", "40.27"),
        ("16,001", "16,011"),
        ("4.34 (2.37", "4.34 (2.73"),
        ("3,919", "3,991"),
        ("8,609", "8,690"),
        ("101,541", "101,514"),
        ("£2,207,317", "£2,207,371"),
        ("−28.4%", "−28.7%"),
    ):
        assert right in annex
        assert set(left_of(annex.replace(right, wrong), whole)) <= set(numbers(wrong)), wrong
        assert left_of(annex.replace(right, wrong), whole), wrong
