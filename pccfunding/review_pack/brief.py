"""The brief: at most two sheets of A4 for any office, in the order in which a panel asks."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from pccfunding.errors import need_extra
from pccfunding.review_pack.blocks import (
    Block,
    Bullets,
    Column,
    Group,
    Link,
    Page,
    Row,
    Run,
    Section,
    Statement,
    Table,
    Text,
    Verdicts,
    Words,
    every_block,
    frame_table,
    plain_words,
    runs,
)
from pccfunding.review_pack.stored_pack import zipped
from pccfunding.review_pack.tables_spending import per_head_words
from pccfunding.review_pack.tables_sums import KINDS, kind_words, of_kind, sum_words
from pccfunding.texts import isolated
from pccfunding.words import count, interval_text, is_missing, percent

if TYPE_CHECKING:
    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record

# How many rows of each kind two sheets hold.
MOST = {"money": 10, "recipients": 8, "conflicts": 4, "changes": 8, "services": 12}
_FOOT = "What the numbers are from stands in the Review, under the codes beside them."
_CELL = 60  # characters of what a person wrote
_EPOCH = dt.datetime(2000, 1, 1)


def brief(found: Record, page: Page, cited: Citations) -> Page:
    """Lay out the brief of a Review.

    Parameters
    ----------
    found : Record
    page : Page
        The page of the same Review, whose answers the brief repeats.
    cited : Citations

    Returns
    -------
    Page
    """
    sections = [
        _money(found, cited),
        _recipients(found),
        _adds_up(page),
        _changes(found, cited),
        _services(found),
        _answers(page),
    ]
    return _short(page, sections)


def area_brief(page: Page) -> Page:
    """Lay out the brief of a Review without awards: what national statistics say of the area.

    Parameters
    ----------
    page : Page
        The page of the same Review, with its full sections.

    Returns
    -------
    Page
    """
    facts = [Row([fact.label, fact.value, fact.note or "\N{EN DASH}"]) for fact in page.summary]
    columns = [Column("Key fact"), Column("Number", numeric=True), Column("What to know of it")]
    table = Table("brief-facts-table", "Key facts", columns, [Group(facts)])
    sections = [
        _section("facts", "Key facts", [table]),
        _section("changes", "What changed", _first_changes(page)),
        _adds_up(page),
        _answers(page),
    ]
    return _short(page, sections)


def _short(page: Page, sections: Iterable[Section]) -> Page:
    """Give the brief of a page: its head, and those of the sections that hold something."""
    return Page(
        title=page.title.replace("Review", "Brief", 1),
        subtitle=page.subtitle,
        particulars=[(name, _cut(said)) for name, said in page.particulars],
        sections=[section for section in sections if section.blocks],
        footer=[_FOOT],
        compact=True,
    )


def _first_changes(page: Page) -> list[Block]:
    """The first rows of the first table on the outcomes."""
    for section in page.sections:
        if section.question != "Q6":
            continue
        for block in every_block(section.blocks):
            if isinstance(block, Table):
                every = [replace(row, id="") for group in block.groups for row in group.rows]
                rows = [Group(every[: MOST["changes"]])]
                note = _more(len(every), "changes", section.id)
                return [replace(block, id=f"brief-{block.id}", groups=rows, note=note)]
    return []


def _section(name: str, heading: str, blocks: Sequence[Block], lead: Words = "") -> Section:
    return Section(f"brief-{name}", "", heading, lead=lead, blocks=blocks)


def _more(held: int, kind: str, where: str) -> Words:
    """Say how many rows the brief leaves to the page."""
    left = held - MOST[kind]
    return [f"{count(left)} more ", Link("on the page", f"#{where}"), "."] if left > 0 else ""


def _money(found: Record, cited: Citations) -> Section:
    """What was bought, per head and against the year before."""
    heads = found.tables["spend_per_head"]
    heads = heads[(heads["flow"] == "pcc_to_recipient") & heads["funding_stream"].ne("all lines")]
    year = heads["financial_year"].max()
    heads = heads[heads["financial_year"] == year]
    heads = heads.sort_values("spend_known_gbp", ascending=False, kind="stable")
    before = found.tables["year_on_year"]
    cash = before[before["prices"] == "cash"]
    # A series may be of another kind of money under the same name: the amount tells.
    changes = {
        (row["series"], row["period_start"], row["amount_gbp"]): row["change_pct"]
        for row in cash.to_dict("records")
    }
    shown = heads.head(MOST["money"])
    rows = shown.to_dict("records")
    changed: list[Any] = [
        changes.get((row["funding_stream"], row["period_start"], row["spend_gbp"])) for row in rows
    ]
    shown = shown.assign(
        change=changed,
        spend=[sum_words({**row, "amount_gbp": row["spend_known_gbp"]}) for row in rows],
        head=[per_head_words(row) for row in rows],
        kind=[kind_words(row) for row in rows],
    )
    several = len(heads[KINDS].drop_duplicates()) > 1
    columns = {
        "funding_stream": Column("Stream"),
        **({"kind": Column("Kind")} if several else {}),
        # Of one kind, the heading says which money it is, and of which year.
        "spend": Column("Amount" if several else "".join(shown["kind"].head(1)), numeric=True),
        "head": Column("Per resident", numeric=True),
        "change": Column("On the year before", numeric=True, write=percent),
    }
    if shown["change"].isna().all():
        del columns["change"]
    table = frame_table(
        shown,
        columns,
        id="brief-money-table",
        caption=f"Money in {year}",
        note=_more(len(heads), "money", "bought"),
    )
    return _section("money", "What was bought", [table] if len(shown) else [])


def _recipients(found: Record) -> Section:
    """Who took most."""
    table = found.tables.get("recipients")
    if table is None or table.empty:
        return _section("recipients", "Who took most", [])
    # Of the latest year and one kind: the table has each year and kind by itself.
    first = table.iloc[0].to_dict()
    table = table[of_kind(table, first)]
    shown = table.head(MOST["recipients"])
    shown = shown.assign(money=[sum_words(row) for row in shown.to_dict("records")])
    columns = {
        "recipient": Column("Recipient", write=_cut),
        "money": Column(kind_words(first), numeric=True),
    }
    made = frame_table(
        shown,
        columns,
        id="brief-recipients-table",
        caption="Recipients",
        note=_more(len(table), "recipients", "bought"),
    )
    return _section("recipients", "Who took most", [made])


def _statements(page: Page, section_id: str) -> Iterable[Statement]:
    for section in page.sections:
        if section.id == section_id:
            for block in every_block(section.blocks):
                if isinstance(block, Verdicts):
                    yield from block.statements


def _adds_up(page: Page) -> Section:
    """Whether the figures add up: the conflicts, the area's own documents first."""
    worked = list(_statements(page, "adds-up"))
    conflicts = [one for one in worked if one.verdict.text == "conflicts"]
    lead = next((one.lead for one in page.sections if one.id == "adds-up"), "")
    items: list[Words] = [
        [*runs(one.text), " ", Link("working", f"#{one.id}")]
        for one in conflicts[: MOST["conflicts"]]
    ]
    if not worked:
        return _section("adds-up", "Does it add up", [])
    blocks: list[Block] = [Bullets(items)] if items else [Text(["No conflict was found."])]
    if more := _more(len(conflicts), "conflicts", "adds-up"):
        blocks.append(Text([more]))
    return _section("adds-up", "Does it add up", blocks, lead=lead)


def _changes(found: Record, cited: Citations) -> Section:
    """What changed here, with its interval, and elsewhere."""
    changes = found.tables["changes"]
    elsewhere = found.tables["elsewhere"]
    others = {row["subject_id"]: row["others_change_pct"] for row in elsewhere.to_dict("records")}
    # What can be counted comes first, in the order in which the sources print it.
    counted_first = changes.assign(open=changes["change_pct"].isna())
    counted_first = counted_first.sort_values("open", kind="stable")
    shown = counted_first.head(MOST["changes"])
    rows = [
        Row(
            [
                row["measure"],
                _printed(row, cited),
                _counted_change(row),
                _or_dash(others.get(row["subject_id"])),
                row["verdict"],
            ]
        )
        for row in shown.to_dict("records")
    ]
    columns = [
        Column("Measure"),
        Column("As printed", numeric=True),
        Column("From counts (95%)", numeric=True),
        Column("Elsewhere", numeric=True),
        Column("Verdict"),
    ]
    table = Table(
        "brief-changes-table",
        "Changes that a source prints",
        columns,
        [Group(rows)],
        note=_more(len(changes), "changes", "outcomes"),
    )
    return _section("changes", "What changed, here and elsewhere", [table] if rows else [])


def _printed(row: dict[Any, Any], cited: Citations) -> Words:
    return [f"{percent(row['printed_pct'])} (", cited.link(row["figure_id"]), ")"]


def _counted_change(row: dict[Any, Any]) -> str:
    told = _or_dash(row["change_pct"])
    if not is_missing(row["change_low_pct"]):
        told += f" ({interval_text(row['change_low_pct'], row['change_high_pct'])})"
    return told


def _or_dash(value: Any) -> str:
    return "\N{EN DASH}" if is_missing(value) else percent(value)


def _services(found: Record) -> Section:
    """Each service with what was decided about it: a person's words."""
    services = found.tables["services"]
    shown = services.head(MOST["services"])
    columns = {
        "service": Column("Service", write=_cut),
        "delivered": Column("Delivered", write=_cut),
        "reason": Column("Reason", write=_cut),
        "decision": Column("Decision, as entered", write=lambda said: _cut(said.replace("-", " "))),
    }
    table = frame_table(
        shown,
        columns,
        id="brief-services-table",
        caption="Services",
        note=_more(len(services), "services", "next"),
    )
    return _section("services", "Services and decisions", [table] if len(shown) else [])


def _answers(page: Page) -> Section:
    """The sixteen questions, each with its answer sentence."""
    rows = [
        Row([Link(f"{section.question} {section.heading}", f"#{section.id}"), section.lead])
        for section in page.sections
        if section.question.startswith("Q")
    ]
    table = Table(
        "brief-answers-table",
        "Sixteen questions",
        [Column("Question"), Column("Answer")],
        [Group(rows)],
    )
    return _section("answers", "The sixteen questions", [table])


def _cut(text: str) -> str:
    return shorten(text, _CELL, placeholder="\N{HORIZONTAL ELLIPSIS}")


def word_bytes(page: Page, *, seal: str) -> bytes:
    """Write a brief as a Word document, for people to edit.

    Parameters
    ----------
    page : Page
        A brief.
    seal : str
        Sha256 of the manifest of the pack that the numbers are from; named in the foot.

    Returns
    -------
    bytes
        The same brief gives the same bytes.

    Raises
    ------
    MissingExtraError
        If python-docx is not installed.
    """
    docx = need_extra("docx", "The brief as a Word document", extra="office")
    shared = need_extra("docx.shared", "The brief as a Word document", extra="office")
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = _EPOCH
    document.core_properties.title = page.title
    document.core_properties.author = ""
    document.styles["Normal"].font.name = "Arial"
    document.styles["Normal"].font.size = shared.Pt(8)
    document.styles["Normal"].paragraph_format.space_after = shared.Pt(0)
    for part in document.sections:
        part.page_width, part.page_height = shared.Mm(210), shared.Mm(297)
        part.left_margin = part.right_margin = part.top_margin = shared.Mm(15)
        part.bottom_margin = shared.Mm(15)
        part.footer.paragraphs[0].text = f"Numbers from the Review with manifest sha256 {seal}"
    document.add_heading(page.title, level=1)
    document.add_paragraph(page.subtitle)
    document.add_paragraph("; ".join(f"{name}: {value}" for name, value in page.particulars))
    for section in page.sections:
        document.add_heading(section.heading, level=2)
        if section.lead:
            document.add_paragraph(_plain(section.lead))
        for block in section.blocks:
            _add(document, block)
    for line in page.footer:
        document.add_paragraph(_plain(line))
    written = io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as made:
        return zipped({name: made.read(name) for name in made.namelist()})


def _add(document: Any, block: Block) -> None:
    if isinstance(block, Table):
        _add_table(document, block)
        if block.note:
            document.add_paragraph(_plain(block.note))
    elif isinstance(block, Bullets):
        for item in block.items:
            shown = [run for run in runs(item) if run != " " and not _is_working(run)]
            document.add_paragraph(_plain(shown), style="List Bullet")
    elif isinstance(block, Text):
        for words in block.paragraphs:
            document.add_paragraph(_plain(words))
    else:
        raise TypeError(f"A brief has no {block.kind}.")


# Millimetres between the margins of A4, and characters past which a cell runs on below.
_TEXT_WIDTH, _LONG = 180, 110


def _add_table(document: Any, block: Table) -> None:
    """Add a table whose columns are as wide as their words, numbers on the right."""
    shared = need_extra("docx.shared", "The brief as a Word document", extra="office")
    right = need_extra("docx.enum.text", "The brief as a Word document", extra="office")
    rows = [[column.label for column in block.columns]]
    rows += [[_plain(words) for words in row.cells] for group in block.groups for row in group.rows]
    longest = [
        min(max(len(row[place]) for row in rows), _LONG) + 4 for place in range(len(rows[0]))
    ]
    # A table of few words is no wider than they are; about two millimetres hold a character.
    whole = min(_TEXT_WIDTH, 2 * sum(longest))
    widths = [shared.Mm(whole * one / sum(longest)) for one in longest]
    table = document.add_table(rows=len(rows), cols=len(widths))
    table.style = "Light Shading"
    table.autofit = False
    for place, (column, width) in enumerate(zip(block.columns, widths, strict=True)):
        table.columns[place].width = width
        for cell, row in zip(table.columns[place].cells, rows, strict=True):
            cell.width = width
            cell.text = row[place]
            if column.numeric:
                cell.paragraphs[0].alignment = right.WD_ALIGN_PARAGRAPH.RIGHT


def _is_working(run: Run) -> bool:
    """Whether a run is a link to a working, which a Word document does not have."""
    return isinstance(run, Link) and run.text == "working"


def _plain(words: Words) -> str:
    """The words alone; signs that XML cannot hold are left out."""
    return "".join(sign for sign in isolated(plain_words(words)) if sign in "\t\n" or sign >= " ")
