"""What a reader sees of a page, a line a paragraph or a row, without the codes of numbers."""

from __future__ import annotations

import html
import re

# Codes lead to a source or a working: figures by content, official statistics, workings.
CODE = re.compile(
    r"\b(?:[wn]\d+|(?:[a-z]+-)+[0-9a-f]{12}(?:-\d+)?"
    r"|(?:line|award|amount|outcome|grants-total)-[0-9a-f]{4,11}(?:-\d+)?|S017)\b"
)
_BLOCK = re.compile(r"</(?:p|tr|li|h\d|dt|dd|summary|caption|figcaption|div|title)>")
_NOTHING = re.compile(r"\(\s*[,;\s]*\)")


def lines_of(page: str) -> list[str]:
    """Give the lines of a page that hold a digit."""
    bare = re.sub(r"<(script|style|svg|nav)\b.*?</\1>", " ", page, flags=re.DOTALL)
    bare = re.sub(r"</t[dh]>", " | ", bare.replace("\n", " "))
    text = html.unescape(re.sub(r"<[^>]+>", " ", _BLOCK.sub("\n", bare))).replace("\xa0", " ")
    lines = []
    for line in text.split("\n"):
        plain = _NOTHING.sub("", CODE.sub("", line))
        plain = re.sub(r"\s+([.,;:)])", r"\1", " ".join(plain.split()))
        plain = re.sub(r"[\s,;|\N{EN DASH}]+$", "", plain)
        if re.search(r"\d", plain):
            lines.append(plain)
    return lines
