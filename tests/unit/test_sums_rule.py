"""Money is added and divided in three rooms only: the others ask them, or say why they do not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pccfunding as pcc

PACKAGE = Path(pcc.__file__).resolve().parent
ROOMS = ("measures/", "money/", "reconciliation/")
MONEY = re.compile(r"_gbp|amount|spend|pence")
# A column's name, not a sentence that speaks of money.
NAME = re.compile(r"\w+")
ADDING = {"average", "cumsum", "div", "divide", "fsum", "mean", "nansum", "sum", "truediv"}
BY_NAME = {"agg", "aggregate", "apply", "reduce", "transform"}
COUNTING = {"any", "bool", "ge", "gt", "isin", "isna", "le", "len", "lt", "notna"}
# File and function: why it adds or divides for itself.
EXCEPTIONS = {
    ("plots/plot_beside.py", "_draw_spend"): "the length of a bar on an axis",
    ("plots/plot_streams.py", "plot_streams"): "how far an axis has to reach",
    ("printed/amount.py", "read_amount"): "reads a number that is printed in pence: 50p is £0.50",
    ("testing.py", "award_lines"): "draws whole pence and gives them as pounds",
    ("testing.py", "_token"): "writes a number in thousands or millions, as a source would",
}


def called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def named(node: ast.AST) -> Iterator[str]:
    """Give the names of money in an expression, those of columns included."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            name: object = part.id
        elif isinstance(part, ast.Attribute):
            name = part.attr
        else:
            name = part.value if isinstance(part, ast.Constant) else None
        if isinstance(name, str) and NAME.fullmatch(name) and MONEY.search(name):
            yield name


def counts(node: ast.AST) -> bool:
    """Whether what is added up are answers to a question, or ones: a count of rows, not money."""
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return counts(node.elt)
    if isinstance(node, ast.Call):
        return called(node) in COUNTING
    if isinstance(node, ast.UnaryOp):
        return counts(node.operand)
    return isinstance(node, ast.Compare) or (isinstance(node, ast.Constant) and node.value == 1)


def taken_in(node: ast.AST) -> list[ast.expr]:
    """Give what an expression adds up or divides; nothing where it does neither."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv):
        return [node.left, node.right]
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div | ast.FloorDiv):
        return [node.target, node.value]
    if not isinstance(node, ast.Call):
        return []
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if isinstance(node.func, ast.Attribute):
        given.append(node.func.value)
    if called(node) in ADDING:
        return [one for one in given if not counts(one)]
    words = {
        part.value for one in given for part in ast.walk(one) if isinstance(part, ast.Constant)
    }
    return given if called(node) in BY_NAME and words & ADDING else []


def sums_of_money(source: str) -> Iterator[tuple[str, int, str]]:
    """Give function, line and name wherever money is added up or divided."""

    def visit(node: ast.AST, function: str) -> Iterator[tuple[str, int, str]]:
        if isinstance(node, ast.FunctionDef):
            function = node.name
        for part in taken_in(node):
            yield from ((function, part.lineno, name) for name in named(part))
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function)

    yield from visit(ast.parse(source), "")


@pytest.mark.parametrize(
    "line",
    [
        "total = frame['amount_gbp'].sum()",
        "total = sum(row['spend_gbp'] for row in rows)",
        "total = math.fsum(amounts)",
        "total = sum(exact_pence(one) for one in column)",
        "head = spend / persons",
        "head = row['spend_gbp'] / row['persons']",
        "pounds /= pence",
        "pounds = pence // 100",
        "table = frame.groupby(by).agg({'amount_gbp': 'sum'})",
        "table = frame.groupby(by)['amount_gbp'].transform('mean')",
    ],
)
def test_the_rule_finds_a_sum_or_a_ratio_of_money(line: str) -> None:
    assert list(sums_of_money(line))


@pytest.mark.parametrize(
    "line",
    [
        "known = frame['amount_gbp'].notna().sum()",
        "without = (areas['spend'] <= 0).sum()",
        "read = sum(bool(amount) for amount in column)",
        "texts = sum(1 for one in headings if not one.is_amount)",
        "rate = offences / persons",
        "text = ' / '.join(amounts)",
        "total = exact_sum(awards['amount_gbp'])",
    ],
)
def test_a_count_of_rows_is_no_sum_of_money(line: str) -> None:
    assert not list(sums_of_money(line))


def found() -> dict[tuple[str, str], list[str]]:
    places: dict[tuple[str, str], list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if not place.startswith(ROOMS):
            for function, line, name in sums_of_money(path.read_text(encoding="utf-8")):
                places.setdefault((place, function), []).append(f"line {line}: {name}")
    return places


def test_money_is_added_and_divided_in_its_rooms_only() -> None:
    elsewhere = {place: lines for place, lines in found().items() if place not in EXCEPTIONS}
    assert elsewhere == {}, "ask measures, money or reconciliation for it"


def test_every_exception_is_still_one() -> None:
    assert set(EXCEPTIONS) == set(found())
