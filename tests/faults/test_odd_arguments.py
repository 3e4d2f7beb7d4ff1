"""What a stranger hands over: each ends in a result that is right, or in a sentence of ours."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import pkgutil
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pccfunding as pcc
from pccfunding.errors import TableError
from pccfunding.results import Face

# Private: the whole Review that write() makes first would take seconds, and has no say in this.
from pccfunding.review_pack.pack import write_pack

HALF = "\ud800"
AWARDS = pd.DataFrame(
    {
        "area_code": ["E23000023", "E23000032"],
        "funding_stream": pd.Series([f"{HALF}x", "b"], dtype=object),
        "amount_gbp": [100.0, 200.0],
        "period_start": pd.to_datetime(["2023-04-01"] * 2),
        "period_end": pd.to_datetime(["2024-03-31"] * 2),
    }
)


@pytest.mark.parametrize("force", [True, False])
def test_a_pack_is_not_written_over_the_root_of_a_disk(force: bool) -> None:
    with pytest.raises(OSError, match="nothing lies beside this folder"):
        write_pack({"index.html": b"x"}, Path("/"), force=force, archive=False)


def test_half_a_character_is_refused_by_name_and_not_by_an_engine() -> None:
    said = re.escape(repr(f"{HALF}x")) + ".*half of a character"
    with pytest.raises(TableError, match=f"funding_stream.*{said}"):
        pcc.per_capita_spend(AWARDS, pcc.load_population(), by="funding_stream")
    with pytest.raises(TableError, match=f"funding_stream.*{said}"):
        pcc.year_on_year(AWARDS, value="amount_gbp", by="funding_stream")
    rows = pd.DataFrame({"Recipient": AWARDS["funding_stream"], "Amount": [1, 2]})
    with pytest.raises(TableError, match=f"Recipient.*{said}"):
        pcc.read_awards(rows)
    with pytest.raises(TableError, match=said):
        pcc.formats.recipient_names([f"{HALF}x"])


@pytest.mark.parametrize("given", [None, 0, b"Halo", float("nan"), object()])
def test_what_is_no_list_of_names_is_refused(given: Any) -> None:
    with pytest.raises(TableError, match=f"not a {type(given).__name__}"):
        pcc.formats.recipient_names(given)


@pytest.mark.parametrize("call", [pcc.area_codes, pcc.parse_periods])
@pytest.mark.parametrize("given", [None, "Kent", ["Kent"], pd.DataFrame({"area": ["Kent"]})])
def test_what_is_no_column_is_refused(call: Any, given: Any) -> None:
    with pytest.raises(TableError, match=rf"is a {type(given).__name__}, not a column"):
        call(given)


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("500 per month", "for each month, not in all"),
        ("£500 a week", "for each week, not in all"),
        ("500 each", "one of several, not in all"),
        ("9" * 30, "larger than any sum"),
        ("£" + "9" * 30, "larger than any sum"),
        ("9" * 16, "larger than any sum"),
    ],
)
def test_an_amount_that_is_not_the_whole_or_beyond_pence_is_rejected(token: str, why: str) -> None:
    text = f"Recipient,Amount (£),Financial year\nHalo,{token},2023-24\nOther Trust,700,2023-24\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = pcc.read_awards(text.encode())
    assert result.frame["amount_gbp"].tolist() == [700.0]
    assert result.rejected["raw"].tolist() == [token]
    assert why in result.rejected["reason"].iloc[0]


def test_an_amount_for_each_year_is_kept_as_one() -> None:
    text = "Recipient,Amount (£),Financial year\nHalo,500 p.a.,2023-24\nOther Trust,700,2023-24\n"
    result = pcc.read_awards(text.encode())
    assert result.frame["per"].fillna("").tolist() == ["year", ""]


def test_a_folder_is_told_how_its_files_are_named(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    with pytest.raises(TableError, match=r"is a folder: write '.*\*\*/\*\.csv'"):
        pcc.formats.count_police_uk(str(tmp_path), engine="polars")


def frames_of(kind: type) -> list[str]:
    told = {field.name: str(field.type) for field in dataclasses.fields(kind)}
    return [name for name, said in told.items() if re.search("DataFrame|ndarray|Evidence", said)]


def test_results_that_hold_tables_can_be_compared_and_kept_in_a_set() -> None:
    """Frames answer == cell by cell, so that a result with one is equal to itself alone."""
    looked_at = 0
    for found in pkgutil.walk_packages(pcc.__path__, "pccfunding."):
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            ours = isinstance(kind, type) and kind.__module__ == found.name
            if not ours or not dataclasses.is_dataclass(kind):
                continue
            if issubclass(kind, Face | pcc.Evidence) and frames_of(kind):
                looked_at += 1
                assert kind.__eq__ is object.__eq__, kind
                assert kind.__hash__ is object.__hash__, kind
    assert looked_at > 5
    evidence = pcc.load_evidence()
    assert len({evidence, evidence, copy.deepcopy(evidence)}) == 2
    test = pcc.permutation_test(np.arange(6), [2, 1, 4, 3, 6, 5])
    assert test in [copy.deepcopy(test), test]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: pcc.rate_ratio(10**400, 5), "count_after is larger than any count"),
        (lambda: pcc.funnel_limits(5, [1, 2]), "counts is a int; it takes a row of values"),
        (lambda: pcc.funnel_limits([5, 6], 7), "exposure is a int; it takes a row"),
        (lambda: pcc.wdd(5, 6), "is a int; it takes a row of values"),
        (lambda: pcc.harm_change({"a": 1}, {"a": 2}, [("a", 3)]), "weights is a list; it takes"),
        (lambda: pcc.synthetic_control([1, 2], [[1, 2]], n_before=1), "donors is a list; it takes"),
        (lambda: pcc.synthetic_control(3, {"b": [1, 2]}, n_before=1), "treated is a int"),
        (lambda: pcc.interrupted_series(5, 6, first_after="2020-01"), "it takes a row of values"),
        (lambda: pcc.published_change(5, 6, 7), "parse_printed reads the text as printed"),
        (lambda: pcc.evaluation.bca_interval(5, [1, 2]), "x is a int; it takes a row"),
        (lambda: pcc.evaluation.cochran_q([1, 2], None), "variances is a NoneType"),
        (lambda: pcc.evaluation.dispersion_from_months([1], 2), "months is a int"),
        (lambda: pcc.apportion(AWARDS, to=AWARDS), "not over a DataFrame"),
        (
            lambda: pcc.per_capita_spend(AWARDS, pcc.load_population(), by=[], per=10**400),
            "it takes a whole number of people",
        ),
    ],
)
def test_an_argument_of_another_kind_is_named(call: Any, said: str) -> None:
    with pytest.raises(pcc.errors.PccFundingError, match=said):
        call()


@pytest.mark.parametrize("scan", [pcc.scan_police_uk, pcc.scan_awards])
def test_an_empty_folder_or_pattern_is_told_without_an_engine(scan: Any, tmp_path: Path) -> None:
    pytest.importorskip("polars")
    (tmp_path / "x.csv").mkdir()
    for given in (str(tmp_path), [str(tmp_path)], f"{tmp_path}/"):
        with pytest.raises(TableError, match=r"holds no Parquet file\. Name .*\*\*/\*\.csv'"):
            scan(given, engine="polars")
    for given in ("", [], ["a.csv", ""]):
        with pytest.raises(TableError, match="An empty pattern names no file"):
            scan(given, engine="polars")


@pytest.mark.parametrize("scan", [pcc.scan_police_uk, pcc.scan_awards])
@pytest.mark.parametrize("given", [None, b"x.csv", pd.NA, pd.DataFrame({"a": [1]})])
def test_what_names_no_file_to_scan_is_named(scan: Any, given: Any) -> None:
    with pytest.raises(TableError, match=f"named by a pattern.*this is a {type(given).__name__}"):
        scan(given, engine="polars")


def test_files_to_scan_may_be_paths(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    file = tmp_path / "2023-01-somewhere-street.csv"
    file.write_text("Month,LSOA name,Crime type\n2023-01,Cambridge 001A,Drugs\n")
    for named in (file, [file], str(file)):
        street = pcc.scan_police_uk(named, engine="polars")  # type: ignore[arg-type]
        assert street.select("district").collect().rows() == [("Cambridge",)]


def test_a_file_object_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "awards.csv"
    path.write_text("Recipient,Amount (£)\nHalo,5\n", encoding="utf-8")
    with path.open("rb") as closed:
        pass
    with pytest.raises(TableError, match=r"Cannot read awards\.csv: .*closed"):
        pcc.read_awards(closed)
    with path.open("ab") as writing, pytest.raises(TableError, match=r"Cannot read awards\.csv"):
        pcc.read_awards(writing)

    class Numbers:
        def read(self, size: int) -> int:
            return size

    with pytest.raises(TableError, match="gives int where a file gives bytes"):
        pcc.read_awards(Numbers())


def test_a_frame_without_a_header_is_read_by_the_titles_in_its_rows() -> None:
    rows = [["Recipient", "Amount (£)"], ["Halo", 5], ["Other Trust", 6]]
    result = pcc.read_awards(pd.DataFrame(rows))
    assert result.frame["recipient"].tolist() == ["Halo", "Other Trust"]
    assert result.frame["amount_gbp"].tolist() == [5.0, 6.0]


def test_a_record_of_json_that_gives_a_name_twice_is_refused() -> None:
    text = b'[{"Recipient": "Halo", "Amount": 5, "Amount": 6, "Financial year": "2023-24"}]'
    with pytest.raises(TableError, match="a record has 'Amount' twice"):
        pcc.read_awards(text)


LIST = b"Recipient,Fund,Amount\nHalo,Streets,5\nHub,Streets,7\n"
ODD = [0, -1, 1.5, float("nan"), True, b"x", b"", [], ["a"], (), {1}, pd.NA, pd.NaT, "", "\0",
       Path("x"), AWARDS, AWARDS["amount_gbp"], object(), np.int64(7), np.array([1, 2]), int,
       3j, {"a": 1}, {"amount": None}, {"amount": []}, {"amount": 1.5}]  # fmt: skip


@pytest.mark.parametrize(
    "option",
    ["profile", "sheet", "columns", "financial_year", "funder", "area", "status", "flow",
     "rounded_to"],
)  # fmt: skip
def test_an_option_of_another_kind_is_named_by_read_awards(option: str) -> None:
    given = [one for one in ODD if not (isinstance(one, str) and option in ("funder",) and one)]
    for value in given:
        with pytest.raises(pcc.errors.PccFundingError, match=option):
            pcc.read_awards(LIST, **{option: value})


TEXTS_AND_NUMBERS = (str, int, float, np.integer)


def test_an_option_of_half_a_character_is_named(tmp_path: Path) -> None:
    file = tmp_path / "2023-01-somewhere-street.csv"
    file.write_text("Month,LSOA name,Crime type\n2023-01,Cambridge 001A,Drugs\n")
    with pytest.raises(TableError, match="source_id holds half of a character"):
        pcc.read_police_uk(file, source_id="\ud800")


def test_an_option_of_another_kind_is_named_by_award_tables() -> None:
    list_of: dict[str, Any] = {"area": "Surrey", "listing": "x"}
    source = {"title": "a", "publisher": "b"}
    read = pcc.read_awards(LIST, financial_year="2023-24").frame
    for value in ODD:
        stream = () if isinstance(value, str) else ("funding_stream",)
        for option in ("totals", "listing", *stream):
            with pytest.raises(pcc.errors.PccFundingError, match=option):
                pcc.award_tables(read, **{**list_of, "source": source, option: value})
        for named in ("title", "published_on"):
            plain = isinstance(value, TEXTS_AND_NUMBERS) and not isinstance(value, bool)
            if (
                value is pd.NA
                or value is pd.NaT
                or (plain and (named == "title" or value != value))
            ):
                continue
            with pytest.raises(pcc.errors.PccFundingError, match=named):
                pcc.award_tables(read, **list_of, source={**source, named: value})


@pytest.mark.parametrize("option", ["name", "title", "csvw", "force"])
def test_an_option_of_another_kind_is_named_by_write_data_package(
    option: str, tmp_path: Path
) -> None:
    takes = {"title": str, "csvw": bool, "force": bool}.get(option, ())
    for value in ODD:
        if not isinstance(value, takes):
            kept = {"name": "x", "title": "t", option: value}
            with pytest.raises(TableError, match=option):
                pcc.write_data_package({}, tmp_path / "made", **kept)


def test_an_empty_path_names_no_file() -> None:
    with pytest.raises(TableError, match="this one is empty"):
        pcc.read_awards("")
