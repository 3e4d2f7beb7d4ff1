"""One word for what is missing: `is_missing` for one value, one list of markers with kinds."""

from __future__ import annotations

import ast
import decimal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import PrintedError

# The readers have no public call for one cell.
from pccfunding.formats.award_files.money_columns import kind_of_unknown
from pccfunding.formats.count_files.printed_counts import read_count
from pccfunding.printed.vocabulary import MISSING, UNKNOWN_AMOUNTS, UNKNOWN_COUNTS
from pccfunding.schemas import UNKNOWN_KINDS
from pccfunding.words import is_missing

PACKAGE = Path(pcc.__file__).resolve().parent
# Markers that no other list of words would hold.
MARKED = {"n/a", "n.a.", "tbc", "tbd", "[x]", "[z]", "[c]", "[u]", "redacted", "not available"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        float("nan"),
        np.float64("nan"),
        np.float32("nan"),
        decimal.Decimal("nan"),
        pd.NaT,
        pd.NA,
        np.datetime64("NaT"),
        np.timedelta64("NaT"),
    ],
    ids=repr,
)
def test_a_missing_value_is_missing(value: object) -> None:
    assert is_missing(value) is True


@pytest.mark.parametrize(
    "value",
    [0, 0.0, False, "", "nan", "n/a", float("inf"), pd.Timestamp("2023-04-01"), [None], {}],
    ids=repr,
)
def test_what_is_there_is_not_missing(value: object) -> None:
    assert is_missing(value) is False


def test_a_table_or_a_list_of_values_is_no_missing_value() -> None:
    for many in (np.array([np.nan, 1.0]), pd.Series([np.nan, np.nan]), pd.DataFrame({"a": [None]})):
        assert is_missing(many) is False


@pytest.mark.parametrize("marker", sorted(MISSING))
def test_a_marker_is_no_number_in_any_context(marker: str) -> None:
    with pytest.raises(PrintedError, match="marker of a missing number"):
        pcc.parse_printed(marker)
    assert kind_of_unknown(marker) == UNKNOWN_AMOUNTS.get(marker)
    count = read_count(marker)
    assert count.value is None
    assert count.unknown == UNKNOWN_COUNTS.get(marker)
    assert (count.refused is None) == (marker in UNKNOWN_COUNTS)


def test_the_kinds_of_a_marker_are_those_of_the_contract() -> None:
    assert set(UNKNOWN_AMOUNTS.values()) == set(UNKNOWN_KINDS)
    assert set(UNKNOWN_COUNTS.values()) <= set(UNKNOWN_KINDS)
    # Kept apart on purpose: a dash among counts may be a zero, [u] is of low reliability.
    assert (UNKNOWN_AMOUNTS["[u]"], UNKNOWN_COUNTS["[u]"]) == ("not_published", "withheld")
    assert "-" not in UNKNOWN_COUNTS


def compared_with_itself(source: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
            if len(set(sides)) < len(sides):
                yield node.lineno


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")


def test_no_file_but_words_asks_whether_a_value_differs_from_itself() -> None:
    assert list(compared_with_itself("a = row['x'] != row['x'] or b == b")) == [1, 1]
    found = {place for place, source in sources() for _ in compared_with_itself(source)}
    assert found == {"words.py"}


def test_markers_stand_in_one_list() -> None:
    found = set()
    for place, source in sources():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                pieces = set(node.value.lower().split(" | "))
                if MARKED & pieces:
                    found.add(place)
    assert found == {"printed/vocabulary.py"}
