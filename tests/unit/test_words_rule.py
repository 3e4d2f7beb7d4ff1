"""One law of words: outside `words.py` no number becomes text by a format of its own."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import pccfunding as pcc

PACKAGE = Path(pcc.__file__).resolve().parent
# What stays outside words, as (file, format): no sentence for people, or held as it is.
EXCEPTIONS = {
    ("evaluation/arguments.py", "04d"): "a month as a key: 2019-04",
    ("evaluation/arguments.py", "02d"): "a month as a key: 2019-04",
    ("formats/street_files/cache.py", "05d"): "a file name, in the order of writing",
    ("formats/threesixtygiving/read_360giving.py", ".15g"): "what to type into a cell of the file",
    ("periods/spellings.py", "02d"): "the label of a financial year: 2019-20",
    ("plots/plot_heat.py", "02X"): "a colour",
    ("review_pack/csv_text.py", ".{}g"): "a number of a CSV",
    ("review_pack/money_sections.py", "+.1f"): "tokens of figures.json, held byte for byte",
    ("review_pack/register.py", ",.0f"): "tokens of figures.json, held byte for byte",
    ("review_pack/register.py", ",.3f"): "tokens of figures.json, held byte for byte",
    ("review_pack/register.py", ".10g"): "exact ends in figures.json, which are read back",
}
DATE = re.compile(r"(%-?[A-Za-z][^%]*)+")


def format_of(spec: ast.JoinedStr) -> str:
    """Give a format as it stands, with {} for what is worked out in it."""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in spec.values
    )


def is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def formats_in(source: str) -> Iterator[tuple[int, str]]:
    """Give line and format of each number that becomes text in a module; dates aside."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FormattedValue):
            if node.format_spec is not None:
                assert isinstance(node.format_spec, ast.JoinedStr)
                spec = format_of(node.format_spec)
                if not DATE.fullmatch(spec):
                    yield node.lineno, spec
            elif is_call(node.value, "round"):
                yield node.lineno, "round, then text"
        elif isinstance(node, ast.Call) and is_call(node, "format"):
            yield node.lineno, "format()"
        elif isinstance(node, ast.Call) and is_call(node, "str"):
            yield from (
                (one.lineno, "round, then text") for one in node.args if is_call(one, "round")
            )
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if node.attr == "format" and isinstance(text, str):
                specs = (spec for _, _, spec, _ in string.Formatter().parse(text) if spec)
                yield from ((node.lineno, spec) for spec in specs if not DATE.fullmatch(spec))
        elif (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mod)
            and isinstance(getattr(node.left, "value", None), str)
        ):
            yield node.lineno, "%"


def places() -> list[str]:
    files = sorted(PACKAGE.rglob("*.py"))
    return [one for file in files if (one := file.relative_to(PACKAGE).as_posix()) != "words.py"]


@pytest.mark.parametrize("place", places())
def test_numbers_become_text_in_words_alone(place: str) -> None:
    found = formats_in((PACKAGE / place).read_text(encoding="utf-8"))
    strays = [f"line {line}: {spec}" for line, spec in found if (place, spec) not in EXCEPTIONS]
    assert not strays, f"{place}, {'; '.join(strays)}: write it with a function of pccfunding.words"


@pytest.mark.parametrize(("place", "spec"), EXCEPTIONS, ids=str)
def test_an_exception_is_needed(place: str, spec: str) -> None:
    found = formats_in((PACKAGE / place).read_text(encoding="utf-8"))
    assert spec in {one for _, one in found}, "nothing needs it any more: take it off the list"


@pytest.mark.parametrize(
    ("line", "spec"),
    [
        ('f"{n:,}"', ","),
        ('f"{x:.2f}"', ".2f"),
        ('f"{x:+.{places}f}"', "+.{}f"),
        ('f"{n:03d}"', "03d"),
        ('f"{n:x}"', "x"),
        ('f"{x:.1%}"', ".1%"),
        ('f"{round(x, 1)}%"', "round, then text"),
        ("str(round(x))", "round, then text"),
        ("format(x, ',')", "format()"),
        ('"£{:,.2f}".format', ",.2f"),
        ('"{0:g}".format(x)', "g"),
        ('"%.1f" % x', "%"),
    ],
)
def test_each_way_round_the_rule_is_seen(line: str, spec: str) -> None:
    assert list(formats_in(line)) == [(1, spec)]


@pytest.mark.parametrize(
    "line",
    [
        'f"{day:%Y-%m-%d}"',
        'f"{day:%B %Y}"',
        'f"{name!r} {n}"',
        '"at {}".format',
        "n % 12",
        "12 % n",
        "round(x, 2)",
        "x.format",
    ],
)
def test_dates_and_arithmetic_are_let_pass(line: str) -> None:
    assert list(formats_in(line)) == []
