"""What a page of a Review is made of: plain frozen parts, without a word of HTML.

A `Page` holds particulars, key facts, sections, sources and a footer. A `Section` answers one
question and holds blocks: `Heading`, `Text`, `Bullets`, `Table`, `Plot`, `Verdicts`, and `Fold`,
which holds blocks itself. Words are
a string, or a sequence of strings, `Link`, `Badge` and `Remark`; markup in them is shown as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from pccfunding.errors import TableError
from pccfunding.words import is_missing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
        # Read as a browser reads it, which passes over blanks and takes either slash.
        address = "".join(sign for sign in self.href if sign > " ").replace("\\", "/")
        scheme = self.href.split(":", 1)[0].lower() if ":" in self.href else ""
        return scheme in ("", "https", "http", "mailto") and not address.startswith("/")


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
    """A table with caption; `id` is unique in the page, `note` says where the numbers are from.

    A `pinned` one stands on the page beside the first table of its question.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    groups: Sequence[Group]
    note: Words = ""
    pinned: bool = False
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


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks behind a line that opens them; on paper the line stands alone."""

    summary: Words
    blocks: Sequence[Block]
    kind: ClassVar[str] = "fold"


Block: TypeAlias = Heading | Text | Bullets | Table | Plot | Verdicts | Fold


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
    # The other pages of the pack, by file name.
    beside: Sequence[Link] = ()
    # Small type and no contents: for pages of one or two sheets.
    compact: bool = False


def every_block(blocks: Sequence[Block]) -> Iterator[Block]:
    """Give blocks in reading order, those inside folds too."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from every_block(block.blocks)


def runs(words: Words) -> list[Run]:
    """Give words as a list of runs."""
    return [words] if isinstance(words, str | Link | Badge | Remark) else list(words)


def plain_words(words: Words) -> str:
    """Give words without links and marks.

    Examples
    --------
    >>> plain_words(["Of 3 lines (", Link("w1", "#w1"), ")"])
    'Of 3 lines (w1)'
    """
    return "".join(run if isinstance(run, str) else run.text for run in runs(words))


def badge(verdict: str) -> Badge:
    """Make the badge of a verdict of this library; other words make a plain one.

    Examples
    --------
    >>> badge("conflicts")
    Badge(text='conflicts', tone='conflicts')
    """
    return Badge(verdict, _TONES.get(verdict, "plain"))


def frame_table(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    id: str,
    caption: str,
    note: Words = "",
    group_by: str | None = None,
    level: str | None = None,
    anchor: str | None = None,
) -> Table:
    """Turn a pandas frame into a table, column by column.

    Parameters
    ----------
    frame : DataFrame
    columns : mapping of str to Column
        Columns to show, in order; the first names the row. A missing
        value is written as a dash.
    id, caption, note
        As in `Table`.
    group_by : str, optional
        Column whose values become headings; equal values stand together in the frame.
    level : str, optional
        Column that holds 'line', 'subtotal' or 'total'.
    anchor : str, optional
        Column that holds an id for each row, unique in the page.

    Returns
    -------
    Table

    Raises
    ------
    TableError
        If the frame lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"stream": ["Youth Fund"], "amount_gbp": [70023.0]})
    >>> amount = Column("Amount", numeric=True, write="£{:,.0f}".format)
    >>> shown = {"stream": Column("Stream"), "amount_gbp": amount}
    >>> frame_table(frame, shown, id="t", caption="Awards").groups[0].rows[0].cells
    ['Youth Fund', '£70,023']
    """
    wanted = [*columns, *(name for name in (group_by, level, anchor) if name)]
    TableError.need(f"The frame of the table '{caption}'", wanted, frame.columns)
    groups: list[tuple[str, list[Row]]] = []
    for record in frame.to_dict("records"):
        heading = record[group_by] if group_by else ""
        heading = "" if is_missing(heading) else str(heading)
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        cells = [_cell(record[name], column) for name, column in columns.items()]
        groups[-1][1].append(
            Row(cells, record[level] if level else "line", record[anchor] if anchor else "")
        )
    shown = [Group(rows, heading) for heading, rows in groups]
    return Table(id, caption, list(columns.values()), shown, note)


def _cell(value: Any, column: Column) -> Words:
    if is_missing(value):
        return "\N{EN DASH}"
    if column.write:
        return column.write(value)
    return value if isinstance(value, Link | Badge | Remark | list | tuple) else str(value)
