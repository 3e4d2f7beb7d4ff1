"""Reads a page of a pack as a tree, and finds the numbers in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "br", "hr", "img", "input"}
# What looks like a number and is none of the money or outcomes: years, days, periods, the law,
# levels of confidence and power, units, the number of marks in a plot, names with digits.
NO_FIGURE = re.compile(
    r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)\b|\b(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?\b|\b95%|99\.8%|paragraph 3\(f\)"
    r"|section \d+|[Pp]ower 80%|level 5%|[Pp]er 1,000|dispersion \d|S017|\bn1\b|\bw1\b|1,000 ×"
    r"|sha256|\bn = \d+ \w+|999 calls|Safer Streets \d(?: & \d)?"
)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:m\b|k\b)?")


@dataclass
class Node:
    """An element with what is in it, text among it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Node | None = None
    inside: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def walk(self) -> Iterator[Node]:
        yield self
        for one in self.inside:
            if isinstance(one, Node):
                yield from one.walk()

    def ancestors(self) -> Iterator[Node]:
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)

    def links(self) -> list[str]:
        return [node.attributes["href"] for node in self.walk() if node.tag == "a"]


class Tree(HTMLParser):
    """The page as nodes; `ids` finds them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Node("")
        self.ids: dict[str, Node] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.inside.append(node)
        if "id" in node.attributes:
            self.ids[node.attributes["id"]] = node
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.inside.append(data)


def numbers(text: str) -> list[str]:
    """Give the numbers of a text that are figures, as written."""
    return NUMBER.findall(NO_FIGURE.sub(" ", text.replace("\N{NO-BREAK SPACE}", " ")))


def same(shown: str, known: str) -> bool:
    """Whether a number as shown is a known one, rounded to the places shown."""
    one, other = (value.replace(",", "").rstrip(",") for value in (shown, known))
    if one == other:
        return True
    if one[-1] in "mk" or other[-1] in "mk":
        return False
    low, high = Decimal(one), Decimal(other)
    half = Decimal(1).scaleb(low.as_tuple().exponent) / 2  # type: ignore[arg-type]
    return abs(low - high) <= half


def joined(pack: Path) -> str:
    """The page and its annex as one page, as a reader has them who goes from one to the other."""
    page, annex = (
        (pack / name)
        .read_text(encoding="utf-8")
        .replace('href="sources.html#', 'href="#')
        .replace('href="index.html#', 'href="#')
        for name in ("index.html", "sources.html")
    )
    more = annex.partition('<main id="content" tabindex="-1">')[2].partition("</main>")[0]
    assert more
    return page.replace("</main>", f"{more}</main>", 1)
