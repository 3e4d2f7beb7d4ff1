"""Recipients' names: pairs proposed with reasons, public bodies recognised, nothing merged."""

from __future__ import annotations

import pandas as pd
import pytest

from pccfunding.errors import TableError
from pccfunding.formats import read_awards, recipient_names

pytest.importorskip("rapidfuzz")

PAIRS = [
    ("M098", "WMRSASC", "WMRASAC", "same", "spelt alike"),
    (
        "M102",
        "Northumbria Police",
        "Northumbria Victim and Witness Service",
        "related",
        "a service",
    ),
    ("M103", "360 Giving", "360Giving", "same", "blanks"),
    ("M105", "the Local Policing Body", "Surrey PCC", "same", "commissioner's own office"),
    ("also", "My Sisters Place", "My Sister's Place", "same", "punctuation"),
    ("also", "Halo & Co", "Halo and Co", "same", "'&' for 'and'"),
    ("also", "Kestrel Youth Ltd", "Kestrel Youth", "same", "legal form"),
    ("also", "Active Otter – Active Choices", "Active Otter", "same", "its project"),
    ("also", "WREP", "Westdale Race Equality Partnership (WREP)", "same", "acronym"),
    (
        "also",
        "Nuneaton and Bedworth Council",
        "Nuneaton & Bedworth Borough Council",
        "same",
        "council",
    ),
    ("also", "Westdale Vision Suport", "Westdale Vision Support", "same", "spelt alike"),
]


@pytest.mark.parametrize(
    ("case", "one", "two", "kind", "reason"), PAIRS, ids=lambda one: str(one)[:20]
)
def test_names_that_may_be_one_body_are_proposed(
    case: str, one: str, two: str, kind: str, reason: str
) -> None:
    found = recipient_names([one, two, "Quite Another Trust"])
    [pair] = found.frame.to_dict("records")
    assert {pair["recipient"], pair["other"]} == {one, two}, case
    assert pair["kind"] == kind
    assert reason in str(pair["reason"])
    assert set(found.bodies["recipient"]) == {one, two, "Quite Another Trust"}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("1st Westdale Scouts", "2nd Westdale Scouts"),
        ("Northdale Citizens Advice", "Southdale Citizens Advice"),
        ("Surrey Police", "Sussex Police"),
        ("Kent County Council", "Essex County Council"),
        ("Surrey PCC", "Kent PCC"),
        ("ABCDE", "XYCDE"),
    ],
)
def test_names_that_only_look_alike_are_not(one: str, two: str) -> None:
    assert recipient_names([one, two]).frame.empty


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("Surrey Police", "police force", "E23000031"),  # M100
        ("Dyfed-Powys Police", "police force", "W15000004"),
        ("Surrey PCC", "commissioner's office", "E23000031"),
        ("the Local Policing Body", "commissioner's office", None),
        (
            "Office of the Police and Crime Commissioner for Kent",
            "commissioner's office",
            "E23000032",
        ),
        ("MOPAC", "commissioner's office", "E23000001"),
        ("Trafford Council", "council", "E08000009"),
        ("Camelot Town Council", "council", None),
        ("Police Rehabilitation Fund", "other", None),
        ("Halo", "other", None),
    ],
)
def test_public_bodies_are_recognised(name: str, body: str, code: str | None) -> None:
    [row] = recipient_names([name]).bodies.to_dict("records")
    assert row["body"] == body
    assert (row["area_code"] if isinstance(row["area_code"], str) else None) == code


def test_awards_to_the_office_itself_and_to_forces_are_cautioned() -> None:
    assert recipient_names(["Surrey PCC"]).cautions == ("own-office",)
    assert recipient_names(["Surrey Police"]).cautions == ("police-force",)
    assert recipient_names(["Halo"]).cautions == ()


@pytest.mark.parametrize(
    ("identifier", "fits", "said"),
    [
        ("GB-CHC-1146179", True, "charity"),
        ("GB-CHC-11461790", False, "not the shape"),
        ("GB-COH-07962245", True, "company"),
        ("GB-COH-7962245", False, "not the shape"),
        ("GB-COH-SC123456", True, "company"),
        ("GB-LAE-SRY", True, "council"),
        ("360G-office-halo", True, "own identifier"),
        ("360G-office/halo", False, "not the shape"),
        ("GB-PPON-PCZY-7834-QRMM", True, "public buyer"),
        ("209669", True, "charity number"),
        ("3683754.0", True, "lost its leading zero"),
        ("07962245", True, "company number"),
        ("12", False, "no scheme"),
    ],
)
def test_shapes_of_identifiers_are_checked(identifier: str, fits: bool, said: str) -> None:
    found = recipient_names(pd.DataFrame({"recipient": ["Halo"], "recipient_id": [identifier]}))
    [row] = found.identifiers.to_dict("records")
    assert row["fits"] == fits
    assert said in str(row["reason"])
    assert ("identifier-shape" in found.cautions) == (not fits)


def test_one_identifier_under_two_names_is_a_pair() -> None:
    text = "Recipient,Charity number,Amount (£)\nHalo,1146179,5\nArch House,1146179,6\nEva,N/A,7\n"
    found = recipient_names(read_awards(text.encode()).frame)
    assert found.frame["reason"].tolist() == ["one identifier, 1146179"]
    assert found.text == "3 names; 1 pair may be one body."


def test_nothing_is_merged_and_a_table_without_recipients_is_refused() -> None:
    awards = pd.DataFrame({"recipient": ["360 Giving", "360Giving", None]})
    before = awards.copy()
    recipient_names(awards)
    pd.testing.assert_frame_equal(awards, before)
    with pytest.raises(TableError, match="no column 'recipient'"):
        recipient_names(pd.DataFrame({"name": ["Halo"]}))


def test_markers_of_nothing_are_no_identifiers_and_many_names_of_one_are_no_square() -> None:
    names = [f"Body number {number}" for number in range(400)]
    table = pd.DataFrame({"recipient": names, "recipient_id": "N/A"})
    for marker in ("N/A", "0", "00000000", "-", "not known"):
        found = recipient_names(table.assign(recipient_id=marker))
        assert not found.frame["reason"].str.startswith("one identifier").any(), marker
    shared = recipient_names(table.assign(recipient_id="GB-CHC-1146179")).frame
    assert (shared["reason"] == "one identifier, GBCHC1146179").sum() == len(names) - 1
