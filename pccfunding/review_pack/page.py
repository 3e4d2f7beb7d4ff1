"""Pages of a Review as self-contained HTML files: stylesheet and plots inside, no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from pccfunding.errors import TableError
from pccfunding.review_pack.blocks import (
    Badge,
    Heading,
    Link,
    Page,
    Plot,
    Remark,
    Run,
    Table,
    Verdicts,
    Words,
)
from pccfunding.texts import isolated

if TYPE_CHECKING:
    from jinja2 import Environment


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
    >>> from pccfunding.review_pack.blocks import Column, Group, Row
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
        return escape(isolated(run))
    text = escape(isolated(run.text))
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
        # Markup has been through it.
        finalize=lambda shown: isolated(shown) if type(shown) is str else shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = _svg
    environment.globals |= {"link": Link, "words": _words}
    return environment


def _read(*path: str) -> str:
    from importlib.resources import files

    return files("pccfunding.review_pack").joinpath(*path).read_text(encoding="utf-8")
