"""Pages of a Review as self-contained HTML files: stylesheet and plots inside, no script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, partial
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pccfunding.errors import TableError
from pccfunding.review_pack.blocks import (
    Heading,
    Link,
    Page,
    Plot,
    Remark,
    Run,
    Table,
    Verdicts,
    Words,
    every_block,
    runs,
)
from pccfunding.texts import isolated

if TYPE_CHECKING:
    from jinja2 import Environment


def render_pages(pages: Mapping[str, Page]) -> dict[str, str]:
    """Write pages that stand beside each other; a link to a part of another page leads there.

    Parameters
    ----------
    pages : mapping of str to Page
        By file name.

    Returns
    -------
    dict of str to str

    Raises
    ------
    TableError
        As `render_page`, and if two pages share the id of a part.

    Examples
    --------
    >>> from pccfunding.review_pack.blocks import Section, Text
    >>> main = Page("Main", sections=[Section("a", "Q1", "A", blocks=[Text([Link("B", "#b")])])])
    >>> more = Page("More", sections=[Section("b", "Annex", "B")])
    >>> '<a href="more.html#b">B</a>' in render_pages({"main.html": main, "more.html": more})[
    ...     "main.html"
    ... ]
    True
    """
    places: dict[str, str] = {}
    for file, page in pages.items():
        own = [name for name in _ids(page) if name not in _FRAME]
        twice = next((name for name in own if name in places), None)
        if twice:
            raise TableError(
                f"Ids of a pack are unique; '{twice}' stands in {places[twice]} and {file}."
            )
        places |= dict.fromkeys(own, file)
    return {
        file: render_page(page, {name: at for name, at in places.items() if at != file})
        for file, page in pages.items()
    }


def render_page(page: Page, places: Mapping[str, str] | None = None) -> str:
    """Write a page as one HTML file: stylesheet and plots inside, no script, no request.

    Parameters
    ----------
    page : Page
    places : mapping of str to str, optional
        The file of each part that stands on another page.

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
        for block in every_block(section.blocks):
            if isinstance(block, Table):
                _check(block)
    template = _environment().get_template("review.html.j2")
    return template.render(
        page=page, style=_read("style.css"), words=partial(_words, places=places or {})
    )


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


# Parts that every page has.
_FRAME = ("content", "contents", "summary", "sources")


def _ids(page: Page) -> Iterator[str]:
    yield from _FRAME
    yield from (f"source-{source.id}" for source in page.sources)
    for section in page.sections:
        yield section.id
        for block in every_block(section.blocks):
            if isinstance(block, Heading | Table | Plot):
                yield block.id
            if isinstance(block, Verdicts):
                yield from (one.id for one in block.statements if one.id)
            elif isinstance(block, Table):
                rows = (row for group in block.groups for row in group.rows)
                yield from (row.id for row in rows if row.id)


def _words(words: Words, places: Mapping[str, str] = MappingProxyType({})) -> Any:
    """Write words as HTML. A function, since a macro of the template takes six times as long."""
    from markupsafe import Markup

    return Markup("".join(_run(run, places) for run in runs(words)))


def _run(run: Run, places: Mapping[str, str]) -> str:
    if isinstance(run, str):
        return escape(isolated(run))
    text = escape(isolated(run.text))
    if isinstance(run, Link):
        address = places.get(run.href[1:], "") + run.href if run.href[:1] == "#" else run.href
        return f'<a href="{escape(address)}">{text}</a>' if run.safe else text
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
