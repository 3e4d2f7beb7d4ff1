"""Every pattern of the package ends within a moment on a hostile text of 100,000 characters."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import pccfunding as pcc

# Private: the rule is about every module, and a cap is tested where it stands.
from pccfunding.areas import find_area_among
from pccfunding.formats.award_files.money_columns import looks_like_money
from pccfunding.formats.award_files.row_kinds import is_total_label

LONGEST_SECONDS = 0.6
CHARACTERS = 100_000
# What a blank, a digit, a comma, a letter and words of the field make when they are repeated.
REPEATED = (
    " ", "\t", "\u00a0", "\n", "0", "a", "A", ",", ".", "-", "(", "[", "<", '"', "/", "_", "£",
    "1,", "1 ", "a ", "a1", "£1", "( ", " -", "a-", "a/", "a:", ", ", "1-", "aB", "a\n", "2020-21 ",
    "year ", "March ", "to ", "and ", "of ", "the ", "note ", "total ", "up to ",
)  # fmt: skip
FEW = (" ", "0", "1,", "a ", "( ", "£")

# Modules whose patterns see no longer text than this: the calls that shield them cut or refuse.
SHIELDED: dict[str, tuple[int, Callable[[str], object]]] = {
    "areas": (300, lambda text: find_area_among(text, ["police_force_area"])),
    "periods.spellings": (150, pcc.Period.parse),
    "periods.parse_date": (150, pcc.Period.parse),
    "printed.amount": (300, pcc.parse_printed),
    "printed.parse_printed": (300, pcc.parse_printed),
    "printed.vocabulary": (300, pcc.parse_printed),
    "formats.award_files.money_columns": (1_000, lambda text: looks_like_money(text)),
    "formats.award_files.row_kinds": (1_000, is_total_label),
    "formats.award_files.sheets": (1_000, lambda text: pcc.read_awards(_list_with(text))),
    "formats.count_files.read_deflator": (60, lambda text: pcc.read_deflator(_index_with(text))),
}


def _list_with(text: str) -> bytes:
    return f"Grants of 2023/24\n\nAlpha: £500\nBeta {text}: £{text} 6\nGamma: £7\n".encode()


def _index_with(text: str) -> bytes:
    row = '"' + text.replace('"', "") + '"'
    return f"Financial year,Index {row[1:-1]}\n2019-20,90\n{row},95\n2020-21,100\n".encode()


@cache
def patterns(
    within: str = "pccfunding.",
) -> dict[tuple[str, str], tuple[re.Pattern[Any], frozenset[str]]]:
    """Give every compiled pattern by module and name, with the methods that are called on it."""
    found = {}
    for info in pkgutil.walk_packages(pcc.__path__, "pccfunding."):
        if not info.name.startswith(within):
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for number, pattern in enumerate(_within(value)):
                key = (info.name.removeprefix("pccfunding."), f"{name}[{number}]")
                found[key] = (pattern, _methods(name, str(module.__file__)))
    return found


def _within(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _within(pair)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _within(one)


@cache
def _methods(name: str, source: str) -> frozenset[str]:
    """Give what a module calls on its pattern, by name or in a loop; where nothing is seen, all."""
    ways = "search|match|fullmatch|sub|split|findall|finditer"
    text = Path(source).read_text(encoding="utf-8")
    called = re.findall(rf"\b{name}\.({ways})\b", text) or re.findall(
        rf"\bpattern\.({ways})\b", text
    )
    kept = {one if one in ("match", "fullmatch") else "search" for one in called}
    return frozenset(kept or {"search", "fullmatch"})


def hostile(characters: int, repeated: tuple[str, ...]) -> Iterator[str]:
    for piece in repeated:
        body = (piece * characters)[:characters]
        yield from (body, f"x{body}!", f"1{body}\0")


def slow(characters: int, repeated: tuple[str, ...], within: str = "pccfunding.") -> list[str]:
    """Name the patterns that take too long; a tenth of a text tells soon that all of it would."""
    told = []
    for (module, name), (pattern, methods) in patterns(within).items():
        cap = SHIELDED[module][0] if module in SHIELDED else characters
        for text in hostile(min(cap, characters), repeated):
            if any(_is_slow(pattern, method, text, characters) for method in methods):
                told.append(f"{module}.{name} on {text[:9]!r}")
                break
    return told


def _is_slow(pattern: re.Pattern[Any], method: str, text: str, characters: int) -> bool:
    most = LONGEST_SECONDS * characters / CHARACTERS
    for share in (0.01, 0.1, 1):
        part = text[: max(1, int(len(text) * share)) - 1] + text[-1]
        given: Any = part if isinstance(pattern.pattern, str) else part.encode()
        for _ in range(3):  # the machine may be busy elsewhere
            began = time.process_time()
            getattr(pattern, method)(given)
            took = time.process_time() - began
            if took <= most * share:
                break
        else:
            return took > 0.005
    return False


@pytest.mark.slow
def test_the_search_sees_patterns_of_every_kind() -> None:
    names = {module for module, _ in patterns()}
    assert len(patterns()) > 200
    assert {"areas", "texts", "formats.award_files.headings"} <= names
    assert set(SHIELDED) <= names


@pytest.mark.parametrize("quadratic", [r"\s+x$", r"[0-9,]*[0-9]+!"])
def test_a_pattern_that_is_not_linear_is_seen(quadratic: str) -> None:
    pattern = re.compile(quadratic)
    texts = hostile(CHARACTERS // 10, (" ", "0"))
    assert any(_is_slow(pattern, "search", text, CHARACTERS // 10) for text in texts)


@pytest.mark.parametrize("within", ["texts", "formats.opening", "formats.award_files"])
def test_patterns_of_some_modules_are_linear_on_a_tenth(within: str) -> None:
    assert len(patterns(f"pccfunding.{within}")) > 1
    assert slow(CHARACTERS // 10, FEW, f"pccfunding.{within}") == []


@pytest.mark.slow
def test_every_pattern_is_linear() -> None:
    assert slow(CHARACTERS, REPEATED) == []


@pytest.mark.parametrize("module", SHIELDED)
@pytest.mark.parametrize("piece", [" ", "1", "£", "a ", "and ", "1,", "("])
def test_the_caps_shield(module: str, piece: str) -> None:
    text = "1" + (piece * CHARACTERS)[:CHARACTERS]
    began = time.process_time()
    with contextlib.suppress(pcc.errors.PccFundingError):
        SHIELDED[module][1](text)
    assert time.process_time() - began < 2 * LONGEST_SECONDS
