"""The page of a Review: its structure, its colours, and what may not get into it."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError
from pccfunding.review_pack.blocks import (
    Badge,
    Bullets,
    Column,
    Fact,
    Group,
    Heading,
    Link,
    Page,
    Plot,
    Row,
    Section,
    Source,
    Statement,
    Table,
    Text,
    Verdicts,
    badge,
    frame_table,
)
from pccfunding.review_pack.page import render_page, table_html

VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}</style>&amp;'


class Outline(HTMLParser):
    """Reads a page and refuses tags that do not close in the order they opened."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module")
def html(example_page: Page) -> str:
    return render_page(example_page)


@pytest.fixture(scope="module")
def outline(html: str) -> Outline:
    return Outline(html)


# --- structure ---------------------------------------------------------------------------------


def test_the_page_is_one_british_document(html: str, outline: Outline) -> None:
    assert html.startswith("<!DOCTYPE html>\n<html")
    assert html.endswith("</html>\n") or html.endswith("</html>")
    assert outline.all("html") == [{"lang": "en-GB"}]
    assert {"charset": "utf-8"} in outline.all("meta")
    counts = Counter(tag for tag, _ in outline.tags)
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert counts[landmark] == 1, landmark


def test_headings_do_not_skip_a_level(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert max(levels) == 3


def test_ids_are_unique_and_every_link_inside_the_page_arrives(outline: Outline) -> None:
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = [link["href"][1:] for link in outline.all("a", "use") if link["href"][0] == "#"]
    named = " ".join(a["aria-labelledby"] for _, a in outline.tags if "aria-labelledby" in a)
    assert len(inside) > 10
    assert set(inside) | set(named.split()) <= set(ids)
    assert outline.all("a")[0] == {"class": "skip", "href": "#content"}


def test_contents_list_every_section(outline: Outline) -> None:
    targets = [link["href"] for link in outline.all("a")]
    assert targets[1:6] == ["#summary", "#q1", "#q3", "#q6", "#sources"]


def test_tables_have_caption_scopes_and_a_box_that_scrolls(html: str, outline: Outline) -> None:
    tables = re.findall(r"<div class=\"scroll\"[^>]*>\s*<table.*?</table>\s*</div>", html, re.S)
    assert len(tables) == 2 == len(outline.all("table"))
    for table in tables:
        inside = Outline(table)
        box = inside.tags[0][1]
        assert box["tabindex"] == "0"
        assert box["role"] == "region"
        assert inside.all("caption") == [{"id": box["aria-labelledby"]}]
        assert all(cell.get("scope") in ("col", "row", "rowgroup") for cell in inside.all("th"))
    awards = Outline(tables[0])
    assert len(awards.all("tbody")) == 4
    assert [row["class"] for row in awards.all("tr") if "class" in row] == [
        *["heading", "subtotal"] * 3,
        "total",
    ]
    assert sum(cell.get("class") == "number" for cell in awards.all("td")) == 12
    assert "2,321,845" in awards.text


def test_verdicts_open_to_their_working_and_need_no_colour(html: str, outline: Outline) -> None:
    assert len(outline.all("details")) == 2 == len(outline.all("summary"))
    badges = re.findall(r'<span class="badge (\w+)">(.*?)</span>(?=[\s<])', html)
    assert [tone for tone, _ in badges] == ["plain", "plain", "conflicts", "open", "conflicts"]
    signs = re.findall(r'<span aria-hidden="true">(.)</span> (\w+)', html)
    assert signs == [("≤", "does"), ("≠", "conflicts"), ("?", "cannot"), ("≠", "differs")]


def test_a_bound_that_holds_does_not_look_like_an_equality() -> None:
    assert badge("reconciles") == Badge("reconciles", "agrees")
    assert badge("reconciles").sign == "="
    for word in ("does not exceed", "consistent", "cannot be told", "not estimable", "conflicts"):
        assert badge(word).tone != "agrees"
        assert badge(word).sign != "="
    assert badge("a word of nobody's") == Badge("a word of nobody's", "plain")


def test_plots_stand_inline_under_their_own_prefix(html: str, outline: Outline) -> None:
    assert [svg["aria-labelledby"] for svg in outline.all("svg")] == [
        "streams-title streams-alt",
        "changes-title changes-alt",
    ]
    assert html.count('<div class="paper"><svg') == 2
    assert "Bar chart, n = 8 award lines." in outline.text


def test_parts_that_are_empty_leave_nothing_behind() -> None:
    outline = Outline(render_page(Page("Bare")))
    counts = Counter(tag for tag, _ in outline.tags)
    assert (counts["section"], counts["footer"], counts["li"], counts["dl"]) == (0, 0, 0, 0)


# --- nothing from outside, nothing executed ------------------------------------------------------


def test_the_page_asks_for_nothing_and_runs_nothing(html: str, outline: Outline) -> None:
    tags = {tag for tag, _ in outline.tags}
    assert not tags & {"script", "iframe", "object", "embed", "img", "form", "base", "image"}
    for tag, attributes in outline.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "src" not in attributes
        if tag == "link":
            assert attributes == {"rel": "icon", "href": "data:,"}
        elif tag != "a":
            assert not re.match(r"(?!#)", attributes.get("href", "#")), tag
    assert "@import" not in html
    assert set(re.findall(r"url\((.)", html)) <= {"#"}
    assert set(re.findall(r"http://[^\s\"<]+", html)) <= {"http://www.w3.org/2000/svg"}
    [policy] = [m["content"] for m in outline.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")


def hostile_page() -> Page:
    table = Table(
        "table", HOSTILE, [Column(HOSTILE)], [Group([Row([HOSTILE])], HOSTILE)], HOSTILE
    )  # fmt: skip
    from matplotlib.figure import Figure

    axes = Figure(figsize=(1, 1)).add_subplot()
    axes.set_label(HOSTILE)
    axes.set_title(HOSTILE, loc="left", parse_math=False)
    blocks = [
        Heading("heading", HOSTILE),
        Text([HOSTILE, [HOSTILE, Link(HOSTILE, HOSTILE), Badge(HOSTILE)]]),
        Bullets([HOSTILE]),
        table,
        Plot("plot", axes, HOSTILE),
        Verdicts([Statement(HOSTILE, Badge(HOSTILE), HOSTILE, [HOSTILE])]),
    ]
    return Page(
        HOSTILE,
        HOSTILE,
        [(HOSTILE, HOSTILE)],
        [Fact(HOSTILE, HOSTILE, HOSTILE)],
        [Section("section", HOSTILE, HOSTILE, HOSTILE, blocks)],
        [Source("source", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        [HOSTILE],
    )


def test_markup_in_the_data_is_shown_as_text() -> None:
    html = render_page(hostile_page())
    outline = Outline(html)
    tags = {tag for tag, _ in outline.tags}
    assert not tags & {"script", "img"}
    assert "<script" not in html
    assert not any("onerror" in attributes for _, attributes in outline.tags)
    assert "49" not in outline.text
    assert outline.text.count(HOSTILE) >= 30
    assert html.count("</style>") == 1


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)",
             "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"],
)  # fmt: skip
def test_a_link_that_would_run_or_read_something_is_plain_text(href: str) -> None:
    page = Page("P", sources=[Source("s", "T", href=href)], footer=[Link("words", href)])
    outline = Outline(render_page(page))
    assert all(link["href"].startswith("#") for link in outline.all("a"))
    assert "words" in outline.text


@pytest.mark.parametrize(
    "href", ["https://example.org/a?b=c", "http://example.org", "#awards", "tables/awards.csv"]
)
def test_a_link_that_leads_somewhere_is_a_link(href: str) -> None:
    outline = Outline(render_page(Page("P", footer=[Link("words", href)])))
    assert {"href": href} in outline.all("a")


# --- equal inputs, equal bytes; wrong inputs, clear errors ---------------------------------------


def test_equal_pages_give_equal_bytes(example_page: Page) -> None:
    assert render_page(example_page) == render_page(example_page)


def test_two_parts_cannot_share_an_id(example_page: Page) -> None:
    twice = [*example_page.sections, Section("q1", "Q2", "Again")]
    with pytest.raises(TableError, match="more than one part is 'q1'"):
        render_page(dataclasses.replace(example_page, sections=twice))
    with pytest.raises(TableError, match="more than one part is 'summary'"):
        render_page(Page("P", sections=[Section("summary", "Q1", "Mine")]))


def test_a_ragged_table_is_refused() -> None:
    table = Table("t", "Awards", [Column("A"), Column("B")], [Group([Row(["only one"])])])
    with pytest.raises(TableError, match="'Awards' has 2 columns, but the row 'only one' has 1"):
        table_html(table)
    with pytest.raises(TableError, match="has 2 columns"):
        render_page(Page("P", sections=[Section("s", "Q1", "H", "", [table])]))


def test_a_frame_becomes_a_table() -> None:
    frame = pd.DataFrame(
        {"name": ["A", "B", "C"], "n": [1.0, None, 3.0], "group": ["x", "x", None]}
    )
    columns = {"name": Column("Name"), "n": Column("N", numeric=True, write="{:.0f}".format)}
    table = frame_table(frame, columns, id="t", caption="C", group_by="group")
    assert [group.heading for group in table.groups] == ["x", ""]
    cells = [row.cells for group in table.groups for row in group.rows]
    assert cells == [["A", "1"], ["B", "–"], ["C", "3"]]
    with pytest.raises(TableError, match=r"table 'C' has no column 'amount'"):
        frame_table(frame, {"amount": Column("Amount")}, id="t", caption="C")


# --- colours -------------------------------------------------------------------------------------

TEXT_ON = [
    ("ink", "paper"),
    ("ink", "raised"),
    ("muted", "paper"),
    ("muted", "raised"),
    ("link", "paper"),
    ("link", "raised"),
    ("focus", "focus-paper"),
    ("agrees-ink", "agrees-paper"),
    ("conflicts-ink", "conflicts-paper"),
    ("open-ink", "open-paper"),
    ("open-ink", "paper"),
]
EDGES_ON = ["agrees-edge", "conflicts-edge", "open-edge", "strong-rule"]


def colours(scheme: str) -> dict[str, str]:
    css = files("pccfunding.review_pack").joinpath("style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.S)
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return named if scheme == "light" else named | dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark)
    )  # fmt: skip


def contrast(one: str, two: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_edges_stand_out(scheme: str) -> None:
    named = colours(scheme)
    for text, ground in TEXT_ON:
        assert contrast(named[text], named[ground]) >= 4.5, (text, ground)
    for edge in EDGES_ON:
        assert contrast(named[edge], named["paper"]) >= 3, edge


def test_dark_mode_is_dark_and_keeps_plots_on_light_paper() -> None:
    light, dark = colours("light"), colours("dark")
    assert contrast(light["paper"], "#ffffff") < 1.2 < 10 < contrast(dark["paper"], "#ffffff")
    css = files("pccfunding.review_pack").joinpath("style.css").read_text(encoding="utf-8")
    [paper] = re.findall(r"\n\.paper \{(.*?)\}", css, re.S)
    assert "background: #ffffff;" in paper


@pytest.mark.parametrize("amounts", ["0.00\nB,0.00", "not known\nB,not known", "5.00\nB,not known"])
def test_a_list_whose_known_amounts_are_nothing_has_a_page(amounts: str, tmp_path: Path) -> None:
    text = f"Recipient,Amount (£)\nA,{amounts}\n".encode()
    awards = pcc.read_awards(text, financial_year="2023/24", funder="F").frame
    source = {"title": "A list", "publisher": "An office"}
    tables = pcc.award_tables(
        awards, area="Surrey", source=source, listing="a-list", funding_stream="All"
    )
    pcc.write_data_package(tables, tmp_path / "own", name="own", title="Own")
    found = pcc.review(pcc.read_evidence(tmp_path / "own"))
    page = render_page(found.page())
    assert ("so nothing is drawn" in page) == (not amounts.startswith("5"))
    assert "nan%" not in page
