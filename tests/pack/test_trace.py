"""A reader with only the pack comes from each number to token and source within two clicks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import Node, Tree, joined, numbers, same

import pccfunding as pcc

# Not walked: the register itself and the sources (they are where the ways end), headings and
# names of rows, claims as the sources put them, remarks of people, labels of links.
ENDS = ("register", "sources")
NAMES = {"h1", "h2", "h3", "caption", "a", "thead", "summary", "title"}


@pytest.fixture(scope="module")
def page(pack: Path) -> str:
    return joined(pack)


def skipped(node: Node) -> bool:
    return any(
        above.tag in NAMES
        or (above.tag == "th" and above.attributes.get("scope") != "col")
        or {"remark", "statement", "question"} & set(above.classes)
        or (above.tag == "section" and above.attributes.get("aria-labelledby") in ENDS)
        for above in node.ancestors()
    )


def unit_of(node: Node) -> Node:
    """What a reader takes in at once: a row, a statement, a key fact, a figure, a paragraph."""
    for above in node.ancestors():
        key_fact = above.tag == "div" and above.parent and "facts" in above.parent.classes
        item = above.tag == "li" and above.attributes.get("id", "").startswith("statement-")
        if above.tag in ("tr", "figure") or key_fact or item:
            return above
    return next(above for above in node.ancestors() if above.tag in ("p", "li", "dd", "div"))


def links_of(unit: Node) -> list[str]:
    """The links of a unit; a row without any has those of the note under its table."""
    if unit.tag != "tr" or unit.links():
        return unit.links()
    box = next(above for above in unit.ancestors() if "scroll" in above.classes)
    assert box.parent is not None
    after = [one for one in box.parent.inside if isinstance(one, Node)]
    note = after[after.index(box) + 1 : after.index(box) + 2]
    return note[0].links() if note and "note" in note[0].classes else []


def beyond(target: Node) -> list[Node]:
    """Where a link leads: the element, and for a heading of statements those under it."""
    if target.tag == "h3":
        assert target.parent is not None
        after = [one for one in target.parent.inside if isinstance(one, Node)]
        return after[after.index(target) : after.index(target) + 2]
    return [target]


def is_end(node: Node) -> bool:
    """Whether a node is an entry of the register, or a statement that shows its working."""
    name = node.attributes.get("id", "")
    return name.startswith(("figure-", "statistic-", "derived-", "statement-"))


class Ways:
    """Every way of at most two clicks from a unit."""

    def __init__(self, page: str, pack: Path) -> None:
        self.tree, self.pack = Tree(page), pack

    def units(self) -> Iterator[tuple[Node, list[str]]]:
        found: dict[int, tuple[Node, list[str]]] = {}
        main = next(node for node in self.tree.root.walk() if node.tag == "main")
        for node in main.walk():
            if skipped(node):
                continue
            own = "".join(one for one in node.inside if isinstance(one, str))
            if shown := numbers(own):
                unit = unit_of(node)
                found.setdefault(id(unit), (unit, []))[1].extend(shown)
        yield from found.values()

    def ends(self, unit: Node) -> tuple[list[Node], list[str]]:
        """Entries of the register within two clicks, and files within one."""
        reached = [unit] if is_end(unit) else []
        links = links_of(unit)
        first = [one for link in links if link[0] == "#" for one in beyond(self.tree.ids[link[1:]])]
        second = [
            self.tree.ids[link[1:]] for target in first for link in target.links() if link[0] == "#"
        ]
        inner = [node for target in first for node in target.walk() if is_end(node)]
        reached += [node for node in [*first, *second, *inner] if is_end(node)]
        return reached, [link for link in links if not re.match(r"#|https?:", link)]

    def cells(self, file: str) -> list[str]:
        with (self.pack / file).open(encoding="utf-8", newline="") as opened:
            return [cell for row in csv.reader(opened) for cell in row if cell]


def lost(page: str, pack: Path) -> list[str]:
    """Numbers of the page that lead to no source within two clicks, each with its unit."""
    ways, wrong = Ways(page, pack), []
    for unit, shown in ways.units():
        reached, files = ways.ends(unit)
        known = [number for node in reached for number in numbers(node.text)]
        named: list[str] = []
        for file in files:
            if file.endswith(".csv"):
                cells = ways.cells(file)
                known += [one for cell in cells for one in numbers(cell)[:1]]
                named += [file for cell in cells if cell.endswith("source_id")]
        sources = [link for node in reached for link in node.links() if link[:8] == "#source-"]
        sources += [node.text for node in reached if "ows of" in node.text]
        figures = [
            node for node in reached if node.attributes["id"].startswith(("figure-", "statistic-"))
        ]
        place = " ".join(unit.text.split())[:90]
        if not (sources or figures or named):
            wrong.append(f"{shown} has no source: {place}")
        wrong += [
            f"{number} is not at the end: {place}"
            for number in shown
            if not any(same(number, one) for one in known)
        ]
    return wrong


def test_every_number_leads_to_token_and_source_within_two_clicks(page: str, pack: Path) -> None:
    walked = [number for _, shown in Ways(page, pack).units() for number in shown]
    assert len(walked) > 600
    assert lost(page, pack) == []


@pytest.mark.parametrize(
    "area",
    [
        "Gwent",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("City of London", "Durham")),
    ],
)
def test_every_number_of_a_review_without_awards_leads_to_its_source(
    area: str, tmp_path: Path
) -> None:
    pcc.review(area=area).write(tmp_path)
    assert lost(joined(tmp_path), tmp_path) == []


def test_a_number_without_a_way_is_found(page: str, pack: Path) -> None:
    """The walk itself: a changed number, and a row that lost its links, are both noticed."""
    changed = page.replace('<td class="number">38.82%', '<td class="number">38.83%', 1)
    assert changed != page
    assert any(one.startswith("38.83 is not at the end") for one in lost(changed, pack))
    [row] = re.findall(r"<tr>\s*<th scope=\"row\">Youth Fund</th>\s*<td class=\"number\">£70,023"
                       r".*?</tr>", page, re.S)[:1]  # fmt: skip
    bare = re.sub(r"</?a\b[^>]*>", "", row)
    assert any("has no source" in one for one in lost(page.replace(row, bare), pack))


def test_every_entry_of_the_register_ends_in_a_source_or_a_table(page: str) -> None:
    tree = Tree(page)
    for name, node in tree.ids.items():
        if name.startswith(("figure-", "statistic-")):
            [link] = [link for link in node.links() if link.startswith("#source-")]
            assert link[1:] in tree.ids
        elif name.startswith("derived-"):
            inputs = [tree.ids[link[1:]] for link in node.links()]
            assert inputs or "ows of" in node.text, node.text
