"""What the errors say, each sentence made in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding import errors

PACKAGE = Path(pcc.__file__).resolve().parent
AWARDS = pd.DataFrame({"areacode": ["E23000023"], "amount": [5.0], "period_start": ["2023-04-01"]})
PEOPLE = pd.DataFrame(
    {
        "area_code": ["E23000023"],
        "reference_date": ["2023-06-30"],
        "persons": [5],
        "vintage": ["mid-2023"],
    }
)


def test_an_unknown_name_is_answered_with_the_nearest_and_all_there_are() -> None:
    said = str(errors.UnknownNameError.among("relation", "part-of", ["equal", "part_of"]))
    assert said == "No relation 'part-of'. Did you mean 'part_of'? There are equal, part_of."
    assert (
        str(errors.UnknownNameError.among("stream", "zz", [])) == "No stream 'zz'. There are none."
    )


def test_the_class_that_is_asked_is_the_class_that_is_raised() -> None:
    assert type(errors.TableError.among("profile", "x", ["y"])) is errors.TableError
    with pytest.raises(errors.DataPackageError, match="The table 'awards' has no column 'flow'"):
        errors.DataPackageError.need("The table 'awards'", ["flow"], ["status"])


def test_what_was_asked_for_is_never_offered() -> None:
    # A figure that is printed after the day asked about is known, and still no answer.
    assert errors.nearest("S021", ["S021", "zzz"]) == []
    assert errors.did_you_mean("S021", ["S021"]) == ""
    assert errors.did_you_mean("S021", ["S022"]) == " Did you mean 'S022'?"


def test_all_missing_columns_stand_in_one_sentence() -> None:
    said = errors.lacking(["area_code", "year", "persons", "year"], ["areacode", "Persons", 3])
    assert said == (
        "has no columns 'area_code', 'year', 'persons'. Did you mean 'areacode' for 'area_code'? "
        "Did you mean 'Persons' for 'persons'? It has: areacode, Persons, 3."
    )
    assert errors.lacking(["a"], []) == "has no column 'a'. It has: no columns."
    assert errors.lacking(["a", "b"], ["b", "a", "c"]) == ""


def test_a_measure_names_all_that_its_table_lacks() -> None:
    with pytest.raises(errors.TableError) as caught:
        pcc.per_capita_spend(AWARDS, PEOPLE, by="area_code")
    assert str(caught.value).startswith(
        "awards has no columns 'area_code', 'period_end', 'amount_gbp'. "
        "Did you mean 'areacode' for 'area_code'?"
    )


def test_a_chart_and_an_association_say_it_the_same_way() -> None:
    frame = pd.DataFrame({"place": ["A"]})
    with pytest.raises(errors.TableError, match=r"has no columns .*It has: place\."):
        pcc.plots.plot_scatter(frame)
    with pytest.raises(
        errors.TableError, match=r"spend has no columns 'area_code', .* It has: place\."
    ):
        pcc.spend_vs_reduction(frame, frame)


def test_a_missing_extra_is_named_with_its_command() -> None:
    with pytest.raises(errors.MissingExtraError) as caught:
        errors.need_extra("no_such_package.part", "Reading a sheet", extra="formats")
    assert str(caught.value) == (
        "Reading a sheet needs no-such-package, which is not installed. "
        "Install it with: pip install 'pccfunding[formats]'"
    )
    assert errors.need_extra("json.decoder", "A test", extra="formats").JSONDecoder


def modules_that_say(*words: str) -> list[str]:
    """Give the files whose code (docstrings aside) imports or writes one of the words."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                told = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                told = [node.module or ""]
            elif isinstance(node, ast.JoinedStr):
                told = [part.value for part in node.values if isinstance(part, ast.Constant)]
            else:
                continue
            if any(word in text for word in words for text in told):
                found.append(path.relative_to(PACKAGE).as_posix())
                break
    return found


def test_the_nearest_name_is_sought_in_one_place() -> None:
    # The other measures how alike two rows of packs are, and names nothing.
    assert modules_that_say("difflib") == ["errors.py", "review_pack/compare_packs.py"]
    assert modules_that_say("has no column", "is not installed") == ["errors.py"]
