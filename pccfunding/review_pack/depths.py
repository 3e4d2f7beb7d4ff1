"""What the page shows of each question, and what stands whole in the annex."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pccfunding.review_pack.blocks import (
    Block,
    Bullets,
    Column,
    Fold,
    Group,
    Heading,
    Link,
    Plot,
    Row,
    Section,
    Statement,
    Table,
    Text,
    Verdicts,
    Words,
    every_block,
    plain_words,
    runs,
)
from pccfunding.words import count, counted

# A chart stands on the page where it is no higher than this; one a question.
CHART_INCHES = 4.3
# Rows of a table that the page shows: totals always, and so many lines.
MOST_ROWS = 8
_ROWS_OF = {"Q1": 20, "Q6": 6, "Q13": 3}
# Tables of a question that the page shows: one, but none where the answer says what it holds.
_TABLES_OF = {"Q9": 0, "Q10": 0, "Model": 0}
# A cut leaves out more than this, or nothing is cut.
_SLACK = 2
# Items of a list, and conflicts of one group, that the page shows.
MOST_ITEMS = 3
MOST_CONFLICTS = 8


def page_and_annex(sections: Sequence[Section]) -> tuple[list[Section], list[Section]]:
    """Part full sections into what the page shows and what the annex holds whole.

    Of each question the page has the answer, one chart, one table of the first rows, texts,
    the first items of lists and the conflicts; a line under it leads to all the rest. Nothing is
    in neither.

    Parameters
    ----------
    sections : sequence of Section

    Returns
    -------
    list of Section, list of Section
        Those of the page, and those of the annex: one for each question with more, then every
        statement with its working.

    Examples
    --------
    >>> from pccfunding.review_pack.blocks import Column, Group, Row, Section, Table
    >>> rows = [Row([str(number)]) for number in range(30)]
    >>> table = Table("t", "All", [Column("N")], [Group(rows)])
    >>> full = Section("a", "Q4", "Where?", blocks=[table])
    >>> [page], [annex] = page_and_annex([full])
    >>> [len(table.groups[0].rows) for table in (page.blocks[0], annex.blocks[0])]
    [8, 30]
    """
    shown, whole = [], []
    for section in sections:
        page, annex = _parted(section)
        shown.append(page)
        if annex:
            whole.append(
                Section(
                    f"whole-{section.id}", section.question, _in_full(section.heading),
                    blocks=annex,
                )
            )  # fmt: skip
    return shown, [*whole, *_worked(sections, shown)]


def _parted(section: Section) -> tuple[Section, list[Block]]:
    """One section as the page shows it, and the blocks that the annex holds."""
    page: list[Block] = []
    annex: list[Block] = []
    charts, tables = 1, _TABLES_OF.get(section.question, 1)
    cut_here: set[int] = set()
    for heading, blocks in _under_headings(section.blocks):
        kept: list[Block] = []
        moved: list[Block] = []
        for block in blocks:
            if isinstance(block, Table):
                if tables or block.pinned:
                    tables -= not block.pinned
                    first, cut = _first_rows(block, _ROWS_OF.get(section.question, MOST_ROWS))
                    kept.append(first)
                    moved += [block] if cut else []
                    cut_here |= {id(block)} if cut else set()
                else:
                    moved.append(block)
            elif isinstance(block, Plot):
                fits = charts > 0 and _inches(block) <= CHART_INCHES
                charts -= fits
                (kept if fits else moved).append(block)
            elif isinstance(block, Bullets):
                first_items, rest = _first_items(block)
                kept += first_items
                moved += rest
            elif isinstance(block, Verdicts):
                kept += _conflicts_first(block, heading)
            else:
                kept.append(block)
        if heading and kept and not (len(kept) == 1 and isinstance(kept[0], Fold)):
            page.append(heading)
            annex += [replace(heading, id=f"whole-{heading.id}"), *moved] if moved else []
        else:
            own = heading or Heading(f"whole-list-{section.id}", "The whole list")
            wanted = heading or any(isinstance(block, Bullets) for block in moved)
            annex += [*([own] if wanted and moved else []), *moved]
        page += kept
    if names := [*_names(block for block in annex if id(block) not in cut_here)]:
        page.append(Text([["In the annex: ", *_separated(names), "."]]))
    return replace(section, blocks=page), annex


def _inches(plot: Plot) -> float:
    figure: Any = getattr(plot.drawing, "figure", plot.drawing)
    return float(figure.get_size_inches()[1])


def _under_headings(blocks: Iterable[Block]) -> Iterator[tuple[Heading | None, list[Block]]]:
    """Blocks in groups, each under its heading; those before the first heading have none."""
    heading: Heading | None = None
    under: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            if heading or under:
                yield heading, under
            heading, under = block, []
        else:
            under.append(block)
    if heading or under:
        yield heading, under


def _first_rows(table: Table, most: int) -> tuple[Table, bool]:
    """A table with its first lines; sums stay, and whether a line was left out."""
    lines = sum(row.level == "line" for group in table.groups for row in group.rows)
    if lines <= most + _SLACK:
        return table, False
    left, groups = most, []
    for group in table.groups:
        rows = []
        for row in group.rows:
            if row.level == "line":
                left -= 1
            if row.level == "total" or left >= 0:
                rows.append(replace(row, id=""))
        groups += [replace(group, rows=rows)] if rows else []
    whole = Link(f"All {count(lines)} rows", f"#{table.id}")
    caption = f"{table.caption}: the first {count(most)}"
    shown = replace(
        table,
        id=f"first-{table.id}",
        caption=caption,
        groups=groups,
        note=[*runs(table.note), " ", whole, ": in the annex."],
    )
    return shown, True


def _first_items(block: Bullets) -> tuple[list[Block], list[Block]]:
    if len(block.items) <= MOST_ITEMS + _SLACK:
        return [block], []
    return [replace(block, items=block.items[:MOST_ITEMS])], [block]


def _conflicts_first(block: Verdicts, heading: Heading | None) -> list[Block]:
    """Conflicts in full; of the other statements a line each, folded, that leads to the working."""
    conflicts = [one for one in block.statements if one.verdict.tone == "conflicts"]
    rest = [one for one in block.statements if one.verdict.tone != "conflicts"]
    folded = conflicts[MOST_CONFLICTS:] + rest
    shown: list[Block] = []
    if conflicts:
        shown.append(replace(block, statements=conflicts[:MOST_CONFLICTS]))
    if folded:
        name = heading.text if heading and not conflicts else "More conflicts"
        lines: list[Words] = [_line(one) for one in folded]
        shown.append(Fold(f"{name} ({counted(len(folded), 'statement')})", [Bullets(lines)]))
    return shown


def _line(statement: Statement) -> Words:
    name = plain_words(statement.text).removesuffix(".")
    return [Link(name, f"#{statement.id}"), " ", statement.verdict]


def _names(blocks: Iterable[Block]) -> Iterator[Link]:
    """Name each block of the annex, with how many rows it has."""
    heading: Heading | None = None
    charts = 0
    for block in blocks:
        if isinstance(block, Heading):
            heading = block
        elif isinstance(block, Table):
            rows = sum(row.level == "line" for group in block.groups for row in group.rows)
            yield Link(f"{block.caption} ({counted(rows, 'row')})", f"#{block.id}")
        elif isinstance(block, Plot):
            charts += 1
            yield Link(f"chart {charts}", f"#{block.id}")
        elif isinstance(block, Bullets) and heading:
            yield Link(f"{heading.text} ({count(len(block.items))})", f"#{heading.id}")


def _worked(sections: Sequence[Section], shown: Sequence[Section]) -> list[Section]:
    """Every statement with verdict, reason and working, in the order of the page."""
    on_page = {one.id for one in _statements(shown)}
    rows = [
        Row(
            [
                Link(plain_words(one.text), f"#{one.id}") if one.id in on_page else one.text,
                one.verdict,
                [*runs(one.reason), *([" ", *runs(one.remark)] if one.remark else [])],
                _joined(one.working),
            ],
            id="" if one.id in on_page else one.id,
        )
        for one in _statements(sections)
    ]
    if not rows:
        return []
    columns = [Column("Statement"), Column("Verdict"), Column("Why"), Column("Working")]
    return [
        Section(
            id="worked",
            question="Annex",
            heading="How each statement was worked",
            blocks=[
                Table("worked-table", f"Workings of statements ({len(rows)})", columns,
                      [Group(rows)])
            ],
        )
    ]  # fmt: skip


def _statements(sections: Iterable[Section]) -> Iterator[Statement]:
    for section in sections:
        for block in every_block(section.blocks):
            if isinstance(block, Verdicts):
                yield from block.statements


def _separated(names: Sequence[Link]) -> list[Any]:
    return [run for name in names for run in ("; ", name)][1:]


def _in_full(heading: str) -> str:
    return f"{heading} In full" if heading.endswith("?") else f"{heading}: in full"


def _joined(lines: Iterable[Words]) -> list[Any]:
    """Put lines of a working one after another, each closed by one full stop."""
    said: list[Any] = []
    for line in lines:
        *most, last = runs(line)
        said += [*most, f"{last.rstrip('.')}." if isinstance(last, str) else last, " "]
    return said[:-1]
