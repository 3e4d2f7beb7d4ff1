"""What a page of a Review is made of: plain frozen parts, without a word of HTML.

A `Page` holds particulars, key facts, sections, sources and a footer. A `Section` answers one
question and holds blocks: `Heading`, `Text`, `Bullets`, `Table`, `Plot` and `Verdicts`. Words are
a string, or a sequence of strings, `Link`, `Badge` and `Remark`; markup in them is shown as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "Badge",
    "Block",
    "Bullets",
    "Column",
    "Fact",
    "Group",
    "Heading",
    "Link",
    "Page",
    "Plot",
    "Remark",
    "Row",
    "Run",
    "Section",
    "Source",
    "Statement",
    "Table",
    "Text",
    "Verdicts",
    "Words",
    "badge",
]

Tone: TypeAlias = Literal["agrees", "conflicts", "open", "plain"]

_TONES: Mapping[str, Tone] = {
    "reconciles": "agrees",
    "reproduces": "agrees",
    "reproduced": "agrees",
    "conflicts": "conflicts",
    "differs": "conflicts",
    "cannot be told": "open",
    "not settled": "open",
    "not testable": "open",
    "not estimable": "open",
}
# Neither is an equality, so neither may look like one.
_SIGNS_OF_WORDS: Mapping[str, str] = {
    "does not exceed": "\N{LESS-THAN OR EQUAL TO}",
    "consistent": "\N{ALMOST EQUAL TO}",
}
_SIGNS: Mapping[Tone, str] = {
    "agrees": "=",
    "conflicts": "\N{NOT EQUAL TO}",
    "open": "?",
    "plain": "",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a place in the page (`#source-x`), a file beside it, or a web address."""

    text: str
    href: str

    @property
    def safe(self) -> bool:
        """Whether a click leads where the address says: scripts and the like stay plain text."""
        scheme = self.href.split(":", 1)[0].lower() if ":" in self.href else ""
        return scheme in ("", "https", "http", "mailto")


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict in a word, told apart by sign and border as well as by colour."""

    text: str
    tone: Tone = "plain"

    @property
    def sign(self) -> str:
        """A sign before the word, such as an equals sign; empty where the word says enough."""
        return _SIGNS_OF_WORDS.get(self.text, _SIGNS[self.tone])


@dataclass(frozen=True, slots=True)
class Remark:
    """Words of a person beside a finding, told apart from what was worked out."""

    text: str


Run: TypeAlias = str | Link | Badge | Remark
Words: TypeAlias = Run | Sequence[Run]


@dataclass(frozen=True, slots=True)
class Fact:
    """A key fact: what it is, its value, and what to know about it."""

    label: str
    value: Words
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section; `id` is unique in the page."""

    id: str
    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs."""

    paragraphs: Sequence[Words]
    kind: ClassVar[str] = "text"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, numbered or not."""

    items: Sequence[Words]
    numbered: bool = False
    kind: ClassVar[str] = "list"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `numeric` aligns it to the right.

    `write` turns a value of a frame into words; only `frame_table` uses it.
    """

    label: str
    numeric: bool = False
    write: Callable[[Any], Words] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; its first cell names it. Sums stand out; an `id` can be linked to."""

    cells: Sequence[Words]
    level: Literal["line", "subtotal", "total"] = "line"
    id: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading of their own; an empty heading is left out."""

    rows: Sequence[Row]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with caption; `id` is unique in the page, `note` says where the numbers are from."""

    id: str
    caption: str
    columns: Sequence[Column]
    groups: Sequence[Group]
    note: Words = ""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot, as returned by a function of `pccfunding.plots`, and the words under it."""

    id: str
    drawing: Axes | Figure
    note: Words = ""
    kind: ClassVar[str] = "plot"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a source, its verdict with the reason, and the working behind it."""

    text: Words
    verdict: Badge
    reason: Words = ""
    working: Sequence[Words] = ()
    remark: Words = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Statements, each of which opens to its working."""

    statements: Sequence[Statement]
    kind: ClassVar[str] = "verdicts"


Block: TypeAlias = Heading | Text | Bullets | Table | Plot | Verdicts


@dataclass(frozen=True, slots=True)
class Section:
    """One question of the Review: `id` is unique, `question` is its number ("Q1")."""

    id: str
    question: str
    heading: str
    lead: Words = ""
    blocks: Sequence[Block] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A source; the page anchors it as `#source-<id>`."""

    id: str
    title: str
    publisher: str = ""
    published: str = ""
    href: str = ""
    licence: str = ""
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that one page shows."""

    title: str
    subtitle: str = ""
    particulars: Sequence[tuple[str, str]] = ()
    summary: Sequence[Fact] = ()
    sections: Sequence[Section] = ()
    sources: Sequence[Source] = ()
    footer: Sequence[Words] = ()


def badge(verdict: str) -> Badge:
    """Make the badge of a verdict of this library; other words make a plain one.

    Examples
    --------
    >>> badge("conflicts")
    Badge(text='conflicts', tone='conflicts')
    """
    return Badge(verdict, _TONES.get(verdict, "plain"))
