"""Every sentence on what is held or missing depends on the evidence; what does not is listed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from planting import (
    DECIDED,
    PLANTED,
    reviewed,
    said,
    sentences,
    sentences_of,
    without_counts,
    without_outcomes,
)

# Constants are planted where sentences are made, which no public name reaches.
from pccfunding.review_pack import Review, key_figures, layout, pack
from pccfunding.review_pack.pack import method_text

LISTED = Path(__file__).with_name("always_true.txt")
MOST = 30


def always_true() -> dict[str, str]:
    """Sentences that hold for any evidence, each with its reason."""
    lines = [one for one in LISTED.read_text(encoding="utf-8").splitlines() if one.strip()]
    return dict(line.split("\t", 1) for line in lines)  # type: ignore[misc]


def constant(planted: tuple[Callable[[], object], ...]) -> set[str]:
    """Sentences that stand in the Review of each of some evidences, word for word."""
    return set.intersection(*(set(said(one)) for one in planted))  # type: ignore[arg-type]


def test_the_list_is_short_and_gives_a_reason_for_each_sentence() -> None:
    listed = always_true()
    assert 0 < len(listed) <= MOST
    for sentence, reason in listed.items():
        assert DECIDED.search(sentence), sentence
        assert len(reason.split()) >= 4, sentence
        assert sentences(sentence) == [sentence], sentence


def told_without_pages(found: Review) -> set[str]:
    """Sentences of the terminal and the method note, which take no time to write."""
    texts = [*found.text.split("\n"), *method_text(found).split("\n")]
    texts += [str(cell) for row in found.summary.to_numpy().tolist() for cell in row]
    return {one for text in texts for one in sentences(text) if DECIDED.search(one)}


def without_rows(found: Review) -> Review:
    """The same Review as if its counts, documents and statements were others."""
    empty = ("changes", "other_changes", "not_held", "elsewhere")
    tables = found.tables | {name: found.tables[name].iloc[:0] for name in empty}
    tables["duty"] = tables["duty"].assign(single=True, asked=True)
    return dataclasses.replace(found, statements=(), tables=tables)


def unlisted(found: Review) -> set[str]:
    """What terminal and method note say of both, that no list explains; sums are of one listing."""
    both = told_without_pages(found) & told_without_pages(without_rows(found))
    sums = {one for one in both if one.startswith(("derived:", "none of the documents held"))}
    return both - sums - set(always_true())


def test_terminal_and_method_note_say_nothing_constant_that_is_not_listed(found: Review) -> None:
    assert unlisted(found) == set()


@pytest.mark.parametrize("place", ["terminal", "method note"])
def test_a_constant_of_terminal_or_method_note_is_caught(
    place: str, found: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "None of these can be answered from what is published."
    if place == "terminal":
        monkeypatch.setattr(key_figures, "duty_fact", lambda found: ("Grants", "0", sentence))
    else:
        monkeypatch.setattr(pack, "step_lines", lambda: [sentence])
    assert unlisted(found) == {sentence}


@pytest.mark.slow
def test_a_constant_of_the_page_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "No counts by district are held."
    kept = layout.checkable
    monkeypatch.setattr(layout, "checkable", lambda: dataclasses.replace(kept(), lead=sentence))
    met = [sentences_of(reviewed(one)) for one in (without_counts, without_outcomes)]
    assert sentence in set.intersection(*met) - set(always_true())


@pytest.mark.slow
def test_a_sentence_that_no_evidence_changes_is_listed() -> None:
    assert len(PLANTED) >= 12
    assert constant(PLANTED) - set(always_true()) == set()


@pytest.mark.slow
def test_what_is_listed_is_said() -> None:
    assert set(always_true()) - constant(PLANTED) == set()
