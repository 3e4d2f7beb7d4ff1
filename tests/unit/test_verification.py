"""Printed tokens looked up in a reader's own copies of the documents."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import pccfunding as pcc
from pccfunding import Evidence, verify_sources
from pccfunding.cli import main
from pccfunding.errors import TableError

REPORT = "Grants\n\nWe awarded £820,000\nin October, nearly\n  £1m in all; £820,000 again.\nSix.\n"
MINUTES = "A sum of £1,671 and of 671 and 67.1% of it.\n"


def evidence(digests: dict[str, str], tokens: list[tuple[str, str | None]]) -> Evidence:
    """Evidence of two documents, with these tokens of them."""
    bundled = pcc.load_evidence()
    sources = bundled.sources.head(len(digests)).assign(
        source_id=[f"source-{name}" for name in digests],
        document=list(digests),
        sha256=list(digests.values()),
    )
    figures = bundled.figures.head(len(tokens)).assign(
        figure_id=[f"F{n}" for n in range(len(tokens))],
        source_id=[f"source-{document}" for document, _ in tokens],
        token=[token for _, token in tokens],
    )
    return replace(bundled, sources=sources, figures=figures)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def looked_up(folder: Path, text: str, *tokens: str) -> pd.DataFrame:
    (folder / "report.txt").write_bytes(text.encode("utf-8"))
    known = evidence({"report.txt": digest(text)}, [("report.txt", token) for token in tokens])
    return verify_sources(folder, evidence=known)


def test_tokens_are_found_with_their_line_and_how_often(tmp_path: Path) -> None:
    found = looked_up(tmp_path, REPORT, "£820,000", "Six", "nearly £1m", "£821,000")
    assert found["found"].tolist() == [True, True, True, False]
    assert found["times"].tolist() == [2, 1, 1, 0]
    assert found["line"].tolist()[:3] == [3, 6, 4]
    assert pd.isna(found["line"].tolist()[3])
    assert set(found["copy"]) == {"same"}
    assert found["figure_id"].tolist() == ["F0", "F1", "F2", "F3"]
    assert found.columns.tolist() == [
        *("figure_id", "token", "document", "copy", "found", "line", "times"),
        *("locator", "source_id"),
    ]


@pytest.mark.parametrize(
    ("token", "times"),
    [
        ("671", 1),
        ("67", 0),
        ("£1", 0),
        ("1,671", 1),
        ("67.1%", 1),
        ("7.1%", 0),
        ("of", 3),
        ("su", 0),
    ],
)
def test_a_token_is_not_found_inside_a_longer_one(tmp_path: Path, token: str, times: int) -> None:
    assert looked_up(tmp_path, MINUTES, token)["times"].tolist() == [times]


@pytest.mark.parametrize(
    "text", ["up to £5.", "up  to £5,", "up to\r\n£5", "up\nto\n£5", "(up to £5)"]
)
def test_blanks_and_line_breaks_are_alike_and_stops_no_part_of_it(
    tmp_path: Path, text: str
) -> None:
    assert looked_up(tmp_path, text, "up to £5")["found"].tolist() == [True]


def test_copies_are_the_same_another_or_missing(tmp_path: Path) -> None:
    known = evidence(
        {"report.txt": digest(REPORT), "minutes.txt": digest(MINUTES), "notes.txt": digest("")},
        [
            ("report.txt", "£820,000"),
            ("minutes.txt", "671"),
            ("notes.txt", "£5"),
            ("notes.txt", ""),
        ],
    )
    known.figures.loc[3, "token"] = None
    (tmp_path / "report.txt").write_bytes(REPORT.encode("utf-8"))
    (tmp_path / "minutes.txt").write_bytes((MINUTES + "Later.").encode("utf-8"))
    found = verify_sources(tmp_path, evidence=known).set_index("document")
    assert found["copy"].to_dict() == {
        "report.txt": "same",
        "minutes.txt": "other",
        "notes.txt": "missing",
    }
    assert found["found"].to_dict() == {
        "report.txt": True,
        "minutes.txt": True,
        "notes.txt": False,
    }


def test_a_document_lies_in_the_folder_and_nowhere_else(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "report.txt").write_bytes(REPORT.encode("utf-8"))
    known = evidence({"../report.txt": digest(REPORT)}, [("../report.txt", "£820,000")])
    assert verify_sources(inside, evidence=known)["copy"].tolist() == ["missing"]


def test_bytes_that_are_no_text_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_bytes("£5 \ufeff".encode() + b"\xff\xfe 12")
    known = evidence({"report.txt": digest("")}, [("report.txt", "£5"), ("report.txt", "12")])
    assert verify_sources(tmp_path, evidence=known)["found"].tolist() == [True, True]


@pytest.mark.slow
def test_a_source_without_a_digest_cannot_be_checked(tmp_path: Path) -> None:
    known = evidence({"report.txt": digest("")}, [("report.txt", "£5")])
    found = verify_sources(
        tmp_path, evidence=replace(known, sources=known.sources.assign(sha256=None))
    )
    assert found.empty
    assert "copy" in found.columns


def test_no_folder_and_too_large_a_document_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TableError, match="nowhere is not a folder; name one that holds"):
        verify_sources(tmp_path / "nowhere")
    looked_up(tmp_path, REPORT, "Six")
    module = sys.modules["pccfunding.evidence.verify_sources"]
    monkeypatch.setattr(module, "_LARGEST_DOCUMENT", len(REPORT.encode("utf-8")))
    assert looked_up(tmp_path, REPORT, "Six")["found"].tolist() == [True]
    with pytest.raises(TableError, match=r"report\.txt is larger than 64 MiB"):
        looked_up(tmp_path, REPORT + "!", "Six")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["verify-sources", *arguments])


def write_all_tokens(folder: Path, *, without: str | None = None) -> int:
    """Write documents under the bundled names that hold every bundled token but one."""
    bundled = pcc.load_evidence()
    sources = bundled.sources.dropna(subset=["document", "sha256"]).set_index("source_id")
    figures = bundled.figures.dropna(subset=["token"])
    figures = figures[figures["source_id"].isin(sources.index)]
    for source_id, rows in figures.groupby("source_id"):
        kept = rows[rows["figure_id"] != without]
        text = "\n".join(f"* {token} *" for token in kept["token"])
        document = str(sources.loc[source_id, "document"])
        (folder / document).write_text(text, encoding="utf-8")
    return len(figures)


def test_the_command_finds_every_token_of_copies_that_hold_them(tmp_path: Path) -> None:
    count = write_all_tokens(tmp_path)
    result = run(str(tmp_path))
    assert result.exit_code == 0, result.output
    assert f"{count} of {count} tokens found." in result.output
    assert "differs from the copy that was read" in result.output
    assert count >= 60


def test_a_missing_token_fails_the_command_and_is_named(tmp_path: Path) -> None:
    count = write_all_tokens(tmp_path, without="S011")
    result = run(str(tmp_path))
    assert result.exit_code == 1
    assert f"{count - 1} of {count} tokens found." in result.output
    assert "Not found: S011." in result.output


def test_missing_documents_fail_the_command(tmp_path: Path) -> None:
    result = run(str(tmp_path))
    assert result.exit_code == 1
    assert "is missing." in result.output
    assert "0 of " in result.output


def test_no_folder_is_misuse_in_one_sentence(tmp_path: Path) -> None:
    result = run(str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert "TableError" in result.output
    assert "Traceback" not in result.output
