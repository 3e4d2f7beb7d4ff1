"""The one face of every result, and the one table of cautions."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.results import CAUTIONS, Face

PACKAGE = Path(pcc.__file__).resolve().parent
ROWS = pd.DataFrame({"amount_gbp": range(30)})


@dataclass(frozen=True)
class Counted(Face):
    """A result as a room would write one."""

    frame: pd.DataFrame
    verdict: str = "holds & stands"
    cautions: tuple[str, ...] = ()
    _clauses = {"one": "the first doubt", "two": "the second"}  # noqa: RUF012

    @property
    def text(self) -> str:
        return self._with_doubts("A <b>.\nB.")


class Headed(Counted):
    _headline = "verdict"
    _rows_shown = 5


class Whole(Counted):
    _rows_shown = None


def all_results() -> Iterator[type[Face]]:
    for found in pkgutil.walk_packages(pcc.__path__, "pccfunding."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    waiting = [Face]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("pccfunding.") and kind.__name__ != "Result":
                yield kind


RESULTS = sorted(set(all_results()), key=lambda kind: kind.__qualname__)


def test_the_results_of_every_room_have_the_face() -> None:
    rooms = {kind.__module__.split(".")[1] for kind in RESULTS}
    assert rooms == {
        "association", "evaluation", "formats", "office", "permutation", "reconciliation",
        "review_pack",
    }  # fmt: skip
    assert len(RESULTS) >= 32


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__)
def test_a_result_has_frame_text_and_cautions(kind: type[Face]) -> None:
    assert is_dataclass(kind)
    held = {one.name for one in fields(kind)} | set(dir(kind))
    assert {"frame", "text", "cautions"} <= held
    # A result of several rows is itself and no other; one that compares, compares every field.
    assert kind.__eq__ is object.__eq__ or "__eq__" in vars(kind)


def test_html_and_cautions_are_written_in_one_place() -> None:
    html, tables = [], []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = path.relative_to(PACKAGE).as_posix()
            if isinstance(node, ast.FunctionDef) and node.name == "_repr_html_":
                html.append(place)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                names = [one.id for one in node.targets if isinstance(one, ast.Name)]
                tables += [place for name in names if name.endswith("CAUTIONS")]
    # The face of a result, and the report that stands beside some.
    assert set(html) == set(tables) == {"results/face.py"}
    assert len(tables) == 1


def test_a_code_says_the_same_in_every_room_but_one_kept_apart_on_purpose() -> None:
    said = defaultdict(set)
    for clauses in CAUTIONS.values():
        for code, clause in clauses.items():
            said[code].add(clause)
    assert {code for code, clauses in said.items() if len(clauses) > 1} == {"areas-dropped"}
    for code in ("wide-interval", "dispersion-decides", "counting-noise", "monte-carlo"):
        assert sum(code in clauses for clauses in CAUTIONS.values()) == 2


def test_a_room_hands_on_its_own_part_of_the_table() -> None:
    assert pcc.evaluation.CAUTIONS is CAUTIONS["evaluation"]
    assert pcc.association.CAUTIONS is CAUTIONS["association"]
    assert pcc.evaluation.CAUTIONS["areas-dropped"] != pcc.association.CAUTIONS["areas-dropped"]


def test_a_clause_is_no_sentence() -> None:
    for clauses in CAUTIONS.values():
        for clause in clauses.values():
            assert not clause.endswith(".")
            first = clause.split()[0]
            assert first[0].islower() or first in ("Greater", "Kendall's")


def test_cautions_stand_at_the_end_of_the_text() -> None:
    assert Counted(ROWS).text == "A <b>.\nB."
    doubted = Counted(ROWS, cautions=("two", "one"))
    assert doubted.text == "A <b>.\nB. Caution: the second; the first doubt."
    with pytest.raises(KeyError, match="three"):
        _ = Counted(ROWS, cautions=("three",)).text


def test_a_notebook_shows_each_line_escaped_and_the_rows_asked_for() -> None:
    assert Counted(ROWS)._repr_html_() == "<p>A &lt;b&gt;.</p><p>B.</p>"
    headed = Headed(ROWS)._repr_html_()
    assert headed.startswith("<p><strong>holds &amp; stands</strong>. A &lt;b&gt;.</p><p>B.</p><")
    assert headed.count("<tr>") == 5
    assert Whole(ROWS)._repr_html_().count("<tr>") == 30
