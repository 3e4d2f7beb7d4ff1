"""The brief: what it shows, how much of it, and that it is two sheets at most."""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from pathlib import Path

import pandas as pd
import pytest
from reading import Tree

from pccfunding.errors import MissingExtraError
from pccfunding.review_pack import Review
from pccfunding.review_pack.brief import MOST
from pccfunding.review_pack.layout import lay_out
from pccfunding.review_pack.page import render_pages


def grown(found: Review, times: int) -> Review:
    """The same Review with many times the rows, and long words of people."""
    tables = dict(found.tables)
    for name in ("spend_per_head", "changes", "elsewhere"):
        tables[name] = pd.concat([tables[name]] * times, ignore_index=True)
    service = dict.fromkeys(tables["services"].columns, "a long word of a person " * 20)
    rows = [service | {"service_id": str(row), "decided_on": pd.Timestamp(2026, 1, 5)}
            for row in range(40)]  # fmt: skip
    tables["services"] = pd.DataFrame(rows)
    return dataclasses.replace(found, tables=tables)


def brief_of(found: Review) -> str:
    return render_pages(lay_out(found)[0])["brief.html"]


def rows_of(tree: Tree, table: str) -> int:
    body = [node for node in tree.ids[table].walk() if node.tag == "tbody"]
    return sum(node.tag == "tr" for one in body for node in one.walk())


def test_the_brief_answers_the_sixteen_questions_and_shows_the_money(pack: Path) -> None:
    tree = Tree((pack / "brief.html").read_text(encoding="utf-8"))
    assert rows_of(tree, "brief-answers-table") == 16
    text = tree.root.text
    for amount in ("£2,321,845", "£2.52", "£70,023", "£0.08"):
        assert amount in text
    assert "−51.9% (−54.2% to −49.3%)" in text
    assert "−23.3%" in text


def test_the_brief_cuts_what_two_sheets_do_not_hold_and_says_so(found: Review) -> None:
    tree = Tree(brief_of(grown(found, 6)))
    for name, kind in (("money", "money"), ("changes", "changes"), ("services", "services")):
        assert rows_of(tree, f"brief-{name}-table") == MOST[kind]
    held = len(found.tables["changes"]) * 6
    assert f"{held - MOST['changes']} more on the page." in tree.root.text
    words = [node.text for node in tree.ids["brief-services-table"].walk() if node.tag == "td"]
    assert words
    assert max(map(len, words)) <= 60


def test_every_code_of_the_brief_leads_to_the_page_or_the_annex(pack: Path) -> None:
    tree = Tree((pack / "brief.html").read_text(encoding="utf-8"))
    other = {
        name: Tree((pack / name).read_text(encoding="utf-8")).ids
        for name in ("index.html", "sources.html")
    }
    links = [link for link in tree.root.links() if "#" in link]
    assert len(links) > 30
    for link in links:
        file, _, name = link.partition("#")
        assert name in (other[file] if file else tree.ids), link


@pytest.mark.browser
@pytest.mark.parametrize("times", [1, 6])
def test_the_brief_is_two_sheets_of_a4_at_most(found: Review, times: int, tmp_path: Path) -> None:
    from test_page_in_browser import CHROMIUM, printed_pages

    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    shown = found if times == 1 else grown(found, times)
    assert printed_pages(tmp_path, brief_of(shown)) <= 2


def test_the_brief_for_word_is_the_brief_and_nobody_s_is_written_over(
    found: Review, tmp_path: Path
) -> None:
    docx = pytest.importorskip("docx")
    place = found.write_brief(tmp_path / "review")
    assert place.name == "review-brief.docx"
    document = docx.Document(str(place))
    table = document.tables[0]
    assert [cell.text for cell in table.rows[1].cells][:3] == [
        "Victim Support Services", "£2,321,845", "£2.52",
    ]  # fmt: skip
    assert len(document.tables[-1].rows) == 17
    foot = document.sections[0].footer.paragraphs[0].text
    found.write(tmp_path / "review")
    sealed = hashlib.sha256((tmp_path / "review" / "manifest.json").read_bytes()).hexdigest()
    assert foot.endswith(sealed)
    assert found.write_brief(tmp_path / "review") == place
    both = found.write(tmp_path / "review", force=True, word=True)
    assert both[-1] == place
    document.add_paragraph("a person's own words")
    document.save(str(place))
    mine = place.read_bytes()
    assert found.write_brief(tmp_path / "review").name == "review-brief-2.docx"
    assert place.read_bytes() == mine


def test_the_pack_and_its_brief_for_word_are_laid_out_once(
    found: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("docx")
    # Private: how often a pack is built shows from outside only as time.
    from pccfunding.review_pack import pack

    times: list[str] = []
    whole = pack.lay_out

    def counting(one: Review) -> object:
        times.append(one.area.name)
        return whole(one)

    monkeypatch.setattr(pack, "lay_out", counting)
    found.write_brief(tmp_path / "alone")
    assert times == ["Cambridgeshire"]
    found.write(tmp_path / "both", word=True)
    assert times == ["Cambridgeshire"] * 2


def test_without_python_docx_nothing_of_a_pack_is_written(
    found: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtraError, match="office"):
        found.write(tmp_path / "pack", word=True)
    assert list(tmp_path.iterdir()) == []
