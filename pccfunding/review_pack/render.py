"""Pages of a Review as self-contained HTML files: stylesheet and plots inside, no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from pccfunding.errors import TableError
from pccfunding.plots._records import is_missing
from pccfunding.review_pack.parts import (
    Badge,
    Column,
    Group,
    Heading,
    Link,
    Page,
    Plot,
    Remark,
    Row,
    Run,
    Table,
    Verdicts,
    Words,
)

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Environment

__all__ = ["frame_table", "render_page", "table_html"]


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
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise TableError(
            f"The table '{caption}' needs the column(s) {', '.join(missing)}; "
            f"the frame has {', '.join(map(str, frame.columns))}."
        )
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


def render_page(page: Page) -> str:
    """Write a page as one HTML file: stylesheet and plots inside, no script, no request.

    Parameters
    ----------
    page : Page

    Returns
    -------
    str
        Equal pages give equal bytes.

    Raises
    ------
    TableError
        If two parts share an id, or a row has more or fewer cells than there are columns.

    Examples
    --------
    >>> html = render_page(Page("Review of <Anywhere>"))
    >>> "<h1>Review of &lt;Anywhere&gt;</h1>" in html, "<script" in html
    (True, False)
    """
    twice = [name for name, times in Counter(_ids(page)).items() if times > 1]
    if twice:
        raise TableError(f"Ids of a page are unique; more than one part is '{twice[0]}'.")
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                _check(block)
    return _environment().get_template("review.html.j2").render(page=page, style=_read("style.css"))


def table_html(table: Table) -> str:
    """Write one table as HTML, as it stands in the page.

    Examples
    --------
    >>> cells = Table("t", "Awards", [Column("Stream")], [Group([Row(["Youth & <b>"])])])
    >>> '<th scope="row">Youth &amp; &lt;b&gt;</th>' in table_html(cells)
    True
    """
    _check(table)
    blocks: Any = _environment().get_template("blocks.html.j2").module
    return str(blocks.table(table)).strip() + "\n"


def _check(table: Table) -> None:
    for group in table.groups:
        for row in group.rows:
            if len(row.cells) != len(table.columns):
                raise TableError(
                    f"The table '{table.caption}' has {len(table.columns)} columns, "
                    f"but the row '{row.cells[0] if row.cells else ''}' has {len(row.cells)} cells."
                )


def _ids(page: Page) -> Iterator[str]:
    yield from ("content", "contents", "summary", "sources")
    yield from (f"source-{source.id}" for source in page.sources)
    for section in page.sections:
        yield section.id
        yield from (
            block.id for block in section.blocks if isinstance(block, Heading | Table | Plot)
        )
        for block in section.blocks:
            if isinstance(block, Verdicts):
                yield from (one.id for one in block.statements if one.id)
            elif isinstance(block, Table):
                rows = (row for group in block.groups for row in group.rows)
                yield from (row.id for row in rows if row.id)


def _words(words: Words) -> Any:
    """Write words as HTML. A function, since a macro of the template takes six times as long."""
    from markupsafe import Markup

    runs = [words] if isinstance(words, str | Link | Badge | Remark) else words
    return Markup("".join(map(_run, runs)))


def _run(run: Run) -> str:
    if isinstance(run, str):
        return escape(run)
    text = escape(run.text)
    if isinstance(run, Link):
        return f'<a href="{escape(run.href)}">{text}</a>' if run.safe else text
    if isinstance(run, Remark):
        return f'<span class="remark">{text}</span>'
    sign = f'<span aria-hidden="true">{run.sign}</span> ' if run.sign else ""
    return f'<span class="badge {run.tone}">{sign}{text}</span>'


def _svg(plot: Plot) -> Any:
    from markupsafe import Markup

    from pccfunding.plots import figure_svg

    return Markup(figure_svg(plot.drawing, prefix=plot.id))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(lambda name: _read("templates", name)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = _svg
    environment.globals |= {"link": Link, "words": _words}
    return environment


def _read(*path: str) -> str:
    from importlib.resources import files

    return files("pccfunding.review_pack").joinpath(*path).read_text(encoding="utf-8")
