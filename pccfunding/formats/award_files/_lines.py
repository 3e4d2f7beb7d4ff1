"""Lists without a header: lines that name something and an amount, in either order."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from pccfunding.formats.award_files._cells import Changes
from pccfunding.formats.award_files._headers import Heading
from pccfunding.formats.award_files._sheets import Header, Sheet

__all__ = ["split_lines"]

_AMOUNT = r"£+\s?[0-9][0-9,]*(?:\.[0-9]+)?\s?(?:k\b|m\b|bn\b|thousand\b|million\b)?"
_HEDGE = r"(?:(?:up to|over|around|about|nearly|just (?:over|under)|more than|circa)\s+)?"
_LAST = re.compile(
    rf"(?P<label>[^£]*?[^£\s:–-])\s*(?:[:–-]|\s)\s*(?P<amount>{_HEDGE}{_AMOUNT})\s*(?P<rest>\([^£]*\))?[.;]?",
    re.IGNORECASE,
)
_FIRST = re.compile(
    rf"(?P<amount>{_HEDGE}{_AMOUNT})\s*(?P<rest>\([^£]*?\))?\s*(?:[–:-]|to\b|for\b)\s*(?P<label>[^£]+)",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^[\s•▪·*–-]+(?=\S)")


def split_lines(sheet: Sheet, changes: Changes) -> tuple[Sheet, Header] | None:
    """Split each line into a label and an amount; None where hardly any line has both.

    The label is what the money is for until `columns` says that it is a recipient.
    """
    pairs = []
    for position in range(sheet.height):
        cells = [" ".join(cell.split()) for cell in sheet.row(position)]
        line = " ".join(cell for cell in cells if cell)
        pairs.append(_pair(_BULLET.sub("", line)))
    read = sum(bool(amount) for _, amount in pairs)
    lines = sum(bool(label) for label, _ in pairs)
    if not read or read * 2 < lines:
        return None
    labels, amounts = zip(*pairs, strict=True)
    columns = [pd.Series(list(one), dtype="str") for one in (labels, amounts)]
    header = Header(
        -1, -1, (Heading("line", "funding_stream"), Heading("£", "amount", pounds=True))
    )
    where = sheet.grid.where.rstrip(", ") or "whole file"
    rule = "no header: each line is split into what it names and its amount in pounds"
    changes.add(where, "", f"{read} lines", "funding_stream and amount_gbp", rule, 1)
    grid = replace(sheet.grid, merged=())
    return Sheet(grid, columns, sheet.numbers), header


def _pair(line: str) -> tuple[str, str]:
    for pattern in (_FIRST, _LAST):
        if match := pattern.fullmatch(line):
            label = " ".join(filter(None, (match["label"].strip(), match["rest"])))
            return label, match["amount"].strip()
    return line, ""
