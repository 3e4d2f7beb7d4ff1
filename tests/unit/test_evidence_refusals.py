"""What evidence refuses, in whole sentences, and which printing of a subject it shows."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.errors import DataPackageError

# Private: whole packages reach these too, in a second a case; here a case has a few rows.
from pccfunding.evidence.evidence import (
    bundled_rows,
    changed_file,
    check_contracts,
    codes_within,
    day_of,
    filled,
    loaded_tables,
)

OWN = ("sources", "figures", "awards", "outcomes", "totals", "statements")
PACK = Path("pack")


@pytest.fixture
def stored() -> dict[str, pd.DataFrame]:
    """Two subjects of each kind with their figures and sources, as files hold them."""
    tables = {name: bundled_rows(name) for name in OWN}
    few = {name: tables[name].head(2) for name in ("awards", "outcomes", "totals")}
    subjects = pd.concat([table["subject_id"] for table in few.values()])
    figures = tables["figures"][tables["figures"]["subject_id"].isin(subjects)]
    figures = figures.drop_duplicates("subject_id").reset_index(drop=True)
    named = tables["sources"]["source_id"].isin(figures["source_id"])
    sources = tables["sources"][named].reset_index(drop=True)
    few |= {"figures": figures, "sources": sources, "statements": tables["statements"].head(1)}
    return {name: filled(name, few[name]).copy() for name in OWN}


def put(table: str, column: str | list[str], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(stored: dict[str, Any]) -> None:
        stored[table].loc[1, column] = value

    return change


def test_sound_tables_pass(stored: dict[str, pd.DataFrame]) -> None:
    check_contracts(stored, PACK)
    # Of some tables of a package nothing has to lead anywhere.
    stored["figures"].loc[1, "source_id"] = "nowhere"
    check_contracts({name: stored[name] for name in OWN if name != "statements"}, PACK)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            put("awards", "flow", "somewhere"),
            "awards.csv, line 3, column 'flow': 'somewhere' breaks the rule "
            "\"isin(['national_to_pcc', 'pcc_to_recipient'])\" (1 such cells in all).",
        ),
        (
            lambda stored: stored["awards"].pop("flow"),
            "awards.csv has no column 'flow'. It has: {columns}.",
        ),
        (
            put("figures", "source_id", "nowhere"),
            "figures.csv: figure {figure!r} names source_id 'nowhere', which is not in sources.",
        ),
        (
            put("figures", "subject_id", "nothing"),
            "figures.csv: figure {figure!r} names subject_id 'nothing', which is not in "
            "awards, outcomes or totals.",
        ),
        (
            put("figures", "value", "7"),
            "figures.csv, line 3: value is '7', but {token!r} reads as {value!r}. Nothing is "
            "worked from figures that the check calls broken.",
        ),
        (
            put("figures", ["token", "unknown", "unknown_reason"], [None, "not_held", "why"]),
            "figures.csv, line 3: value is {value!r}, but there is no token. Nothing is "
            "worked from figures that the check calls broken.",
        ),
        (
            put("figures", "superseded_by", "Z9"),
            "figures.csv, line 3: superseded_by names no figure: 'Z9'. Nothing is worked from "
            "figures that the check calls broken.",
        ),
    ],
)
def test_stored_tables_are_refused_in_these_words(
    stored: dict[str, pd.DataFrame], change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    figure = stored["figures"].loc[1, ["figure_id", "token", "value"]].tolist()
    change(stored)
    with pytest.raises(DataPackageError) as refusal:
        check_contracts(stored, PACK)
    told = sentence.format(
        figure=figure[0], token=figure[1], value=figure[2], columns=", ".join(stored["awards"])
    )
    assert str(refusal.value) == str(PACK / told)


def test_the_first_of_several_broken_cells_is_named_with_their_number(
    stored: dict[str, pd.DataFrame],
) -> None:
    stored["awards"]["status"] = "promised"
    with pytest.raises(
        DataPackageError, match=r"awards\.csv, line 2, column 'status'.*\(2 such cells in all\)\.$"
    ):
        check_contracts(stored, PACK)


def test_no_figure_comes_from_a_document_that_is_not_held(
    stored: dict[str, pd.DataFrame],
) -> None:
    figure = stored["figures"].loc[1]
    source = stored["sources"]["source_id"].eq(figure["source_id"])
    stored["sources"].loc[source, "held"] = "no"
    other = stored["sources"].loc[~source, "source_id"].iloc[0]
    stored["sources"].loc[source, ["named_by", "named_at"]] = [other, "page 1"]
    with pytest.raises(DataPackageError) as refusal:
        check_contracts(stored, PACK)
    first = stored["figures"].loc[stored["figures"]["source_id"].eq(figure["source_id"])].iloc[0]
    assert str(refusal.value) == (
        f"{PACK / 'figures.csv'}: figure {first['figure_id']!r} comes from "
        f"{figure['source_id']!r}, which sources.csv calls a document that is not held. Where "
        f"the document is at hand, set held to 'yes' and empty named_by and named_at."
    )


PRINTINGS = {
    # subject: figures as (id, token, hedge, resolution, source, day, superseded by)
    "later": [
        ("a1", "5", None, "1", "page", "2024-01-01", None),
        ("a2", "5", None, "1", "page", "2024-03-01", None),
    ],
    "finer": [
        ("b1", "5", None, "1", "page", "2024-03-01", None),
        ("b2", "5.0", None, "0.1", "page", "2024-01-01", None),
    ],
    "plain": [
        ("c1", "about 5.0", "about", "0.1", "page", "2024-03-01", None),
        ("c2", "5", None, "1", "page", "2024-01-01", None),
    ],
    "known": [
        ("d1", None, None, None, "report", "2024-03-01", None),
        ("d2", "about 5", "about", "1", "page", "2024-01-01", None),
    ],
    "report": [
        ("e1", "5", None, "1", "news", "2024-03-01", None),
        ("e2", "5", None, "1", "report", "2024-01-01", None),
        ("e3", "5", None, "1", "statistics", "2024-03-01", None),
    ],
    "held": [
        ("f1", "5.0", None, "0.1", "page", "2024-01-01", "f2"),
        ("f2", "4", None, "1", "page", "2024-03-01", None),
    ],
    "first": [
        ("g2", "5", None, "1", "page", "2024-01-01", None),
        ("g1", "5", None, "1", "page", "2024-01-01", None),
    ],
}


def awards_of(as_of: date | None = None) -> pd.DataFrame:
    rows = [(subject, *row) for subject, rows in PRINTINGS.items() for row in rows]
    names = ["subject_id", "figure_id", "token", "hedge", "resolution", "source_id"]
    figures = pd.DataFrame(rows, columns=[*names, "published_on", "superseded_by"])
    figures = figures.assign(
        published_on=pd.to_datetime(figures["published_on"]).astype("datetime64[ns]"),
        unit="GBP",
        per=None,
        unknown=None,
        value=figures["token"].str.extract(r"([0-9.]+)")[0],
        low="4.5",
        high="5.5",
    )
    kinds = {"page": "web_page", "report": "report", "news": "news", "statistics": "statistics"}
    sources = pd.DataFrame({"source_id": list(kinds), "kind": list(kinds.values())})
    subjects = pd.DataFrame({"subject_id": list(PRINTINGS)}).assign(
        funding_stream="Fund", period_start=pd.Timestamp(2023, 4, 1), area_code="E23000023"
    )
    subjects["period_end"] = [pd.Timestamp(2024, 3, 31), pd.NaT, *[pd.Timestamp(2024, 3, 31)] * 5]
    stored = {"figures": figures, "sources": sources, "awards": subjects}
    return loaded_tables(stored | {"outcomes": bundled_outcomes(), "totals": subjects}, as_of)[
        "awards"
    ]


def bundled_outcomes() -> pd.DataFrame:
    return bundled_rows("outcomes").head(0)


def test_one_printing_of_a_subject_holds() -> None:
    awards = awards_of().set_index("subject_id")
    # Known before unknown, plain before hedged, finer, better source, later; then by id.
    assert awards["figure_id"].to_dict() == {
        "later": "a2",
        "finer": "b2",
        "plain": "c2",
        "known": "d2",
        "report": "e2",
        "held": "f2",
        "first": "g1",
    }
    assert awards.loc["finer", ["token", "hedge", "unit"]].tolist()[::2] == ["5.0", "GBP"]
    assert awards.loc["known", "hedge"] == "about"
    amounts = ["amount_gbp", "amount_low_gbp", "amount_high_gbp"]
    assert awards.loc["held", amounts].tolist() == [4.0, 4.5, 5.5]
    assert awards.loc["later", "period"] == "2023-24"
    assert pd.isna(awards.loc["finer", "period"])
    assert list(awards_of())[:8] == [
        *("subject_id", "funding_stream", "period", *amounts, "token", "hedge")
    ]
    assert not {"value", "value_low", "value_high"} & set(awards)


def test_what_was_printed_by_a_day_holds_on_that_day() -> None:
    held = awards_of(date(2024, 1, 1)).set_index("subject_id")["figure_id"]
    # What takes f1's place was printed in March, and f1 is still said to be superseded by then.
    assert held.to_dict() == {"later": "a1", "finer": "b2", "plain": "c2", "known": "d2"} | {
        "report": "e2",
        "held": "f1",
        "first": "g1",
    }
    assert len(awards_of(date(2023, 12, 31))) == 0


def test_a_subject_has_no_column_that_its_figures_fill(stored: dict[str, pd.DataFrame]) -> None:
    stored["awards"] = stored["awards"].assign(token="£5", value=5.0)
    with pytest.raises(DataPackageError) as refusal:
        loaded_tables(stored, None)
    assert str(refusal.value) == (
        "The table 'awards' has a column 'token' of its own, which is filled from the figures. "
        "Rename it."
    )


def test_sources_of_the_bundled_statistics_are_added_once(stored: dict[str, pd.DataFrame]) -> None:
    own = stored["sources"]["source_id"].tolist()
    added = loaded_tables(stored, None)["sources"]["source_id"]
    assert added.is_unique
    assert added.index.tolist() == list(range(len(added)))
    assert added.tolist()[: len(own)] == own
    population = set(pcc.load_population()["source_id"])
    assert population <= set(added)
    # Sources of the bundled figures are not those of the reader's own.
    left_out = set(bundled_rows("figures")["source_id"]) - set(own) - population
    assert "london-pcd-1365" in left_out - set(added)


DIGEST = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
CHANGED = (
    "the file was changed after its hash was written; write the package again with "
    "write_data_package"
)


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ({}, None),
        ({"hash": ""}, None),
        ({"hash": None, "sha256": None}, None),
        # A hash of another kind says nothing that is checked.
        ({"hash": "md5:0"}, None),
        ({"hash": "sha256:"}, None),
        ({"hash": f"sha256:{DIGEST}"}, None),
        ({"sha256": DIGEST}, None),
        ({"hash": f"sha256:{DIGEST}", "sha256": "0"}, None),
        ({"hash": "sha256:0"}, CHANGED),
        ({"hash": "sha256:0:0"}, CHANGED),
        ({"sha256": "0"}, CHANGED),
    ],
)
def test_a_table_is_the_file_that_was_described(
    tmp_path: Path, said: dict[str, str], changed: str | None
) -> None:
    (tmp_path / "table.csv").write_bytes(b"a,b\n1,2\n")
    assert changed_file(tmp_path, {"path": "table.csv", **said}) == changed


def test_days_and_districts() -> None:
    assert day_of("8/4/2022") == date(2022, 4, 8)
    assert day_of(date(2022, 4, 8)) == date(2022, 4, 8)
    assert day_of(None) is None
    codes = codes_within(pcc.load_areas(), "E23000023")
    assert codes[0] == "E23000023"
    assert {"E07000008", "E06000031"} < set(codes)


def test_evidence_says_what_it_holds() -> None:
    evidence = pcc.load_evidence(as_of="2024-06-01")
    text = repr(evidence)
    assert text.startswith("Evidence(bundled, as of 2024-06-01: sources 217, figures ")
    assert f", awards {len(evidence.awards)}, outcomes {len(evidence.outcomes)}, " in text
    assert text.endswith(f", breaks {len(evidence.breaks)})")
    assert repr(pcc.load_evidence()).startswith("Evidence(bundled, as of today: sources ")


def test_a_package_without_its_own_tables_is_refused(tmp_path: Path) -> None:
    for resources, found in (
        (
            '{"name": "totals", "path": "t.csv"}, {"name": "awards", "path": "a.csv"}',
            "awards, totals",
        ),
        ("", "none"),
    ):
        (tmp_path / "datapackage.json").write_text(f'{{"resources": [{resources}]}}', "utf-8")
        with pytest.raises(DataPackageError) as refusal:
            pcc.read_evidence(tmp_path)
        assert str(refusal.value) == (
            f"{tmp_path} holds no table 'sources'. Evidence needs sources, figures, awards, "
            f"outcomes, totals, statements; found {found}."
        )


def test_a_package_is_read_as_of_a_day_and_says_where_it_lies(tmp_path: Path) -> None:
    descriptor = json.loads((datasets_dir() / "datapackage.json").read_text("utf-8"))
    descriptor["resources"] = [one for one in descriptor["resources"] if one["name"] in OWN]
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    for name in OWN:
        shutil.copy(datasets_dir() / f"{name}.csv", tmp_path)
    found = pcc.read_evidence(tmp_path, as_of="1 November 2023")
    assert (found.as_of, found.origin) == (date(2023, 11, 1), str(tmp_path))
    bundled = pcc.load_totals(as_of="2023-11-01")
    assert found.totals["figure_id"].tolist() == bundled["figure_id"].tolist()
    with (tmp_path / "awards.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(DataPackageError) as refusal:
        pcc.read_evidence(tmp_path)
    assert str(refusal.value) == f"{tmp_path / 'awards.csv'}: {CHANGED}."


def test_a_table_is_given_what_it_may_lack(stored: dict[str, pd.DataFrame]) -> None:
    figures = stored["figures"].drop(columns=["value", "low", "note"])
    made = filled("figures", figures)
    assert made["value"].tolist() == stored["figures"]["value"].tolist()
    assert made["low"].tolist() == stored["figures"]["low"].tolist()
    assert made["note"].isna().all()
    assert filled("awards", stored["awards"].drop(columns="note"))["note"].isna().all()
