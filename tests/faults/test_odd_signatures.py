"""Names, reasons and days of a sign-off that no person has, and a manifest of nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from children import WHO

from pccfunding.errors import PackError
from pccfunding.review_pack import sign_pack, verify_pack
from pccfunding.review_pack.stored_pack import sealed  # private: forged as a stranger would

RIGHT = {**WHO, "decision": "continue"}


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("name", None, "The name of a sign-off is a text; this is a NoneType"),
        ("name", 5, "The name of a sign-off is a text; this is a int"),
        ("role", ["PCC"], "The role of a sign-off is a text; this is a list"),
        ("reason", 5, "The reason of a sign-off is a text; this is a int"),
        ("decision", [], "The decision of a sign-off is a text; this is a list"),
        ("name", "\ud800", "holds half of a character"),
        ("name", "A. Person, PCC, on 2020-01-01", "'2020-01-01' in it would make a sentence"),
        ("role", "PCC: stop. Reason", "':' in it would make a sentence"),
        ("signed_on", "2024-01-01", "signed_on is a str; it is a datetime.date"),
        ("signed_on", dt.datetime(2024, 1, 1), "signed_on is a datetime; it is a datetime.date"),
        ("signed_on", dt.date(2100, 1, 1), "a day to come; nobody has decided on it yet"),
    ],
)
def test_what_no_sign_off_holds(desk: Path, part: str, value: Any, said: str) -> None:
    before = sorted(path.name for path in (desk / "review").iterdir())
    with pytest.raises(PackError, match=said):
        sign_pack(desk / "review", **{**RIGHT, part: value})
    assert sorted(path.name for path in (desk / "review").iterdir()) == before


def test_a_name_that_is_a_sentence_is_not_verified(desk: Path) -> None:
    sign_pack(desk / "review", **RIGHT)
    place = desk / "review" / "sign-off.json"
    record = json.loads(place.read_bytes())
    place.write_bytes(sealed({**record, "name": "B. Person, PCC, on 2020-01-01: stop"}))
    found = verify_pack(desk / "review")
    assert not found.signed
    assert "would make a sentence of it" in found.text


def test_a_manifest_of_nothing_is_no_pack(desk: Path) -> None:
    manifest = json.loads((desk / "review" / "manifest.json").read_bytes())
    bare = desk / "bare"
    bare.mkdir()
    (bare / "manifest.json").write_bytes(sealed({**manifest, "files": {}}))
    found = verify_pack(bare)
    assert not found.intact
    assert "lists no files" in found.text
