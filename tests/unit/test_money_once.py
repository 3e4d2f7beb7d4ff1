"""Imported money is counted once: lives of awards, scopes of totals, hedges, years, recipients."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import pccfunding as pcc
from pccfunding.bundled import datasets_dir
from pccfunding.cli import main
from pccfunding.errors import DataPackageError

SOURCE = {"title": "Awards", "publisher": "Office of Northshire"}


def package(text: str, folder: Path, **options: object) -> Path:
    """Import a list as a data package."""
    read = pcc.read_awards(text.encode(), **options)  # type: ignore[arg-type]
    tables = pcc.award_tables(
        read.frame, area="Surrey", source=SOURCE, listing="northshire", totals=read.totals
    )
    pcc.write_data_package(tables, folder, name="northshire", title="Awards")
    return folder


def reviewed(text: str, folder: Path, **options: object) -> pcc.review_pack.Review:
    return pcc.review(pcc.read_evidence(package(text, folder, **options)))


def facts(found: pcc.review_pack.Review) -> dict[str, str]:
    return dict(found.summary.set_index("finding")["number"])


LIFE = "Recipient;Fund;Period;Amount (£)\nHalo;Youth;01/04/2023 to 31/03/2026;30,000\n"


def test_an_award_over_three_years_counts_once(tmp_path: Path) -> None:
    found = facts(reviewed(LIFE, tmp_path / "whole"))
    years = [f"Funded in {year}" for year in ("2023-24", "2024-25", "2025-26")]
    assert [found[year] for year in years] == ["£10,000"] * 3


def test_parts_of_an_award_carry_their_own_amount_and_never_the_token_of_the_whole(
    tmp_path: Path,
) -> None:
    whole = pcc.read_awards(LIFE.encode()).frame
    parts = pcc.apportion(whole, to="financial_year")
    assert parts["token"].isna().all()
    assert parts["derived_from"].tolist() == ["line 2"] * 3
    tables = pcc.award_tables(parts, area="Surrey", source=SOURCE, listing="northshire")
    assert tables["figures"]["token"].tolist() == ["£10,000.00"] * 3
    assert tables["figures"]["verified"].tolist() == ["derived"] * 3
    pcc.write_data_package(tables, tmp_path / "parts", name="northshire", title="Awards")
    assert pcc.conformance(tmp_path / "parts").broken == 0
    found = pcc.review(pcc.read_evidence(tmp_path / "parts"))
    assert found.tables["subtotals"]["amount_gbp"].sum() / 2 == 30_000


def test_whole_months_are_split_evenly_and_only_cut_months_by_days() -> None:
    def split(first: str, last: str, amount: float) -> list[float]:
        award = pd.DataFrame(
            {
                "period_start": pd.to_datetime([first]),
                "period_end": pd.to_datetime([last]),
                "amount_gbp": [amount],
            }
        )
        return pcc.apportion(award, to="financial_year")["amount_gbp"].tolist()

    assert split("2023-04-01", "2025-03-31", 600_000) == [300_000, 300_000]
    assert split("2023-10-01", "2025-03-31", 180) == [60, 120]
    # 15 of the 31 days of March, and the whole of April: 15/31 to 1.
    assert split("2024-03-17", "2024-04-30", 46) == [15, 31]


def test_printed_years_win_over_the_split_and_the_whole_is_a_check(tmp_path: Path) -> None:
    text = (
        "Ref;Recipient;Fund;Period;Amount (£)\n"
        "A1;Halo;Youth;01/04/2023 to 31/03/2026;30,000\n"
        "A1;Halo;Youth;2023/24;12,000\nA1;Halo;Youth;2024/25;9,000\n"
        "B2;Oak;Youth;01/04/2023 to 31/03/2025;5,000\n"
        "B2;Oak;Youth;2023/24;2,000\nB2;Oak;Youth;2024/25;2,900\n"
    )
    found = reviewed(text, tmp_path / "years")
    said = facts(found)
    assert said["Funded in 2023-24"] == "£14,000"
    assert said["Funded in 2024-25"] == "£11,900"
    assert said["Funded in 2025-26"] == "£9,000"
    verdicts = found.tables["statements"]["verdict"].tolist()
    assert sorted(verdicts) == ["conflicts", "reconciles"]


@pytest.mark.parametrize(
    ("rows", "verdicts"),
    [
        ("A;100\nB;TBC\nSection 2;\nC;50\nD;25\nTOTAL;175", ["cannot be told"]),
        ("A;100\nB;20\nSection 2;\nC;50\nD;25\nTOTAL;75", ["conflicts"]),
        ("A;100\nTotal;100\nSection 2;\nC;50\nTotal;50\nTotal;150", ["reconciles"] * 3),
        ("A;100\nSub-total;100\nSection 2;\nC;50\nSub-total;50\nTotal;150", ["reconciles"] * 3),
        ("A;80,000\nB;25,000\nC;70,000\nTotal;176,000", ["conflicts"]),
    ],
)
def test_a_total_is_held_against_the_rows_it_stands_under(rows: str, verdicts: list[str]) -> None:
    text = f"Recipient;Amount (£)\nSection 1;\n{rows}"
    found = pcc.read_awards(text.encode(), financial_year="2023/24")
    assert found.totals["verdict"].tolist() == verdicts


MIXED = (
    "Recipient;Fund;Award Date;Awarded (£);Spent (£);Match funding;District\n"
    "Halo;Youth;01/05/2023;100;90;£50;Guildford\nOak;Youth;01/06/2023;TBC;;;\n"
    "Surrey Police;Youth;02/06/2023;up to 40;;;\nAsh;Youth;03/06/2024;c. 70;;;\nTotal;;;175;;;\n"
)


def test_hedged_and_unknown_amounts_make_a_lower_bound_with_its_reason(tmp_path: Path) -> None:
    found = reviewed(MIXED, tmp_path / "mixed")
    said = facts(found)
    assert said["Funded in 2023-24"] == "at least £100 (1 of 3 amounts known)"
    assert said["Funded in 2024-25"].startswith("unknown")
    heads = found.summary.set_index("finding").loc["Per resident"]
    assert heads["number"] == "more than £0"  # £100 of 1,235,134 residents
    assert "2 of 3 amounts not known exactly" in heads["note"]
    assert "at least £100" in found.write(tmp_path / "pack")[0].read_text(encoding="utf-8")


def test_what_a_list_holds_beside_an_award_is_kept(tmp_path: Path) -> None:
    evidence = pcc.read_evidence(package(MIXED, tmp_path / "kept"))
    award = evidence.awards.set_index("recipient").loc["Halo"]
    assert (award["awarded_on"], award["match_funding"]) == ("2023-05-01", "£50")
    assert award["district"] == "Guildford"
    assert award["note"] == "Its year is that of the award date."
    spent = evidence.totals[evidence.totals["status"] == "outturn"]
    assert spent[["recipient", "amount_gbp"]].values.tolist() == [["Halo", 90.0]]
    total = evidence.totals[evidence.totals["kind"] == "total"]
    assert total["token"].tolist() == ["175"]
    assert evidence.statements["expected_verdict"].tolist() == ["cannot be told"]


def test_recipients_are_named_and_a_police_force_is_told(tmp_path: Path) -> None:
    found = reviewed(MIXED, tmp_path / "named")
    table = found.tables["recipients"]
    assert table.loc[table["recipient"] == "Surrey Police", "body"].tolist() == ["police force"]
    page = found.write(tmp_path / "pack")[0].read_text(encoding="utf-8")
    assert "Who received most" in page
    assert "to a police force (Surrey Police)" in page


def test_years_flows_and_kinds_are_never_in_one_sum() -> None:
    evidence = pcc.load_evidence()
    awards = evidence.awards.copy()
    awards.loc[0, "flow"] = "national_to_pcc"
    awards.loc[1, "status"] = "budget"
    found = pcc.review(dataclasses.replace(evidence, awards=awards))
    totals = found.tables["subtotals"].query("funder_group == 'all lines'")
    amounts = awards["amount_gbp"]
    parts = sorted([amounts[0], amounts[1], amounts[2:].sum()])
    assert sorted(totals["amount_gbp"]) == parts
    assert "Received from government in 2023-24" in facts(found)
    assert "Budgeted in 2023-24" in facts(found)


def test_the_same_fund_in_neighbouring_years_is_a_series(tmp_path: Path) -> None:
    text = "Recipient;Fund;Year;Amount (£)\nA;Youth;2022/23;13,345\nB;Youth;2023/24;15,000\n"
    found = reviewed(text, tmp_path / "series")
    years = found.tables["year_on_year"].dropna(subset=["change_pct"])
    assert years["change_pct"].tolist() == [pytest.approx(100 * (15_000 / 13_345 - 1))]
    page = found.write(tmp_path / "pack")[0].read_text(encoding="utf-8")
    assert "only one year of like amounts" not in page


@pytest.mark.parametrize(
    ("heads", "own"),
    [
        ("Start date,End date", "2023-05-01,2024-03-31"),
        ("Start date,End date", ",2021-03-31"),
        ("Start date", "2023-05-01"),
        ("Period", "2023-24"),
    ],
)
def test_days_outside_the_financial_year_of_the_row_are_told(heads: str, own: str) -> None:
    again = own.replace("2023-24", "2021-22").replace("2023", "2021").replace("2021-03", "2022-03")
    text = f"Recipient,Amount (£),Financial year,{heads}\nHalo,5,2021-22,{own}\n"
    text += f"Unity,6,2021-22,{again.replace('2024', '2022')}\n"
    found = pcc.read_awards(text.encode())
    assert found.frame["period"].tolist() == ["2021-22", "2021-22"]
    note, other = found.frame["period_note"]
    assert note.startswith("outside the period: ")
    assert pd.isna(other)
    assert "dated-outside" in found.cautions
    covered = found.coverage.set_index("topic")["value"]
    assert covered["dated outside their year"] == "1"


def test_rows_dated_outside_the_year_are_named() -> None:
    text = "Recipient;Date;Amount (£)\nA;01/05/2023;100\nB;01/05/2021;317,600\n"
    found = pcc.read_awards(text.encode(), financial_year="2023/24")
    assert "dated-outside" in found.cautions
    told = found.coverage.set_index("topic").loc["dated outside their year"]
    assert (told["value"], told["note"]) == ("1", "£317,600, at line 3")


def test_two_sheets_of_one_workbook_share_no_id(tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("2022-23", "2023-24"):
            sheet = book.add_worksheet(name)
            for line, cells in enumerate((("Recipient", "Fund", "Amount (£)"), ("A", "Y", 5))):
                sheet.write_row(line, 0, cells)
            sheet.set_row(1, None, None, {"hidden": name == "2023-24"})
    made = tmp_path / "package"
    ran = CliRunner().invoke(
        main,
        ["import", str(path), "--sheet", "2022-23", "--sheet", "2023-24", "--evidence", str(made),
         "--area", "Surrey", "--publisher", "Office"],
    )  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert "hidden, and read all the same: row 2" in ran.output
    evidence = pcc.read_evidence(made)
    assert evidence.awards["subject_id"].is_unique
    assert sorted(evidence.awards["period"]) == ["2022-23", "2023-24"]


def edited(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Path:
    """Copy the bundled package with other figures, described as they are."""
    shutil.copytree(datasets_dir(), folder)
    path = folder / "figures.csv"
    change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in described["resources"]:
        if resource["name"] == "figures":
            resource["hash"] = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
            known = pd.read_csv(path, nrows=0).columns
            fields = resource["schema"]["fields"]
            resource["schema"]["fields"] = [one for one in fields if one["name"] in known]
    (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


def other_value(figures: pd.DataFrame) -> pd.DataFrame:
    figures.loc[figures["token"] == "£2,321,845", "value"] = "99999999"
    return figures


def own_successor(figures: pd.DataFrame) -> pd.DataFrame:
    figures.loc[0, "superseded_by"] = figures.loc[0, "figure_id"]
    return figures


@pytest.mark.parametrize(
    ("change", "said"),
    [(other_value, "reads as '2321845'"), (own_successor, "leads back to itself")],
)
def test_what_check_calls_broken_no_review_is_made_of(
    change: Callable[[pd.DataFrame], pd.DataFrame], said: str, tmp_path: Path
) -> None:
    folder = edited(tmp_path / "edited", change)
    assert pcc.conformance(folder).broken == 1
    with pytest.raises(DataPackageError, match=said):
        pcc.read_evidence(folder)


def test_a_file_changed_after_its_hash_is_refused_by_both(tmp_path: Path) -> None:
    folder = edited(tmp_path / "edited", lambda figures: figures)
    with (folder / "awards.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert pcc.conformance(folder).broken == 1
    with pytest.raises(DataPackageError, match="changed after its hash"):
        pcc.read_evidence(folder)


def test_what_follows_from_a_token_is_filled_on_reading(tmp_path: Path) -> None:
    derived = ["value", "low", "high", "hedge", "resolution", "low_closed", "high_closed"]
    folder = edited(tmp_path / "edited", lambda figures: figures.drop(columns=derived))
    assert pcc.conformance(folder).broken == 0
    found = pcc.read_evidence(folder).awards["amount_gbp"]
    assert found.tolist() == pcc.load_evidence().awards["amount_gbp"].tolist()


def test_evidence_without_any_published_amount_is_no_traceback(tmp_path: Path) -> None:
    text = "Recipient;Fund;Year;Amount (£)\nA;Youth;2022/23;TBC\nB;Youth;2023/24;withheld\n"
    found = reviewed(text, tmp_path / "none")
    assert facts(found)["Funded in 2022-23"] == "unknown (0 of 1 amount known)"
    assert found.write(tmp_path / "pack")[0].is_file()


def test_an_outcome_stands_once_beside_the_lines_of_a_stream_and_year() -> None:
    evidence = pcc.load_evidence()
    named = evidence.outcomes.dropna(subset=["funding_stream", "period_start"])
    stream = named["funding_stream"].iloc[0]
    twin = evidence.awards.iloc[[0]].assign(funding_stream=stream, recipient="Twin")
    awards = pd.concat([evidence.awards.assign(funding_stream=stream), twin], ignore_index=True)
    awards["subject_id"] = [f"line-{place}" for place in range(len(awards))]
    found = pcc.review(dataclasses.replace(evidence, awards=awards))
    beside = found.tables["beside"]
    assert beside.loc[beside["funding_stream"] == stream, "figure_id"].dropna().is_unique
    assert (beside["funding_stream"] == stream).sum() > 0


def test_an_outcome_with_a_base_is_not_said_to_have_none() -> None:
    evidence = pcc.load_evidence()
    outcomes = evidence.outcomes.copy()
    named = outcomes["funding_stream"].notna() & outcomes["change_pct"].notna()
    outcomes.loc[named, "base_count"] = "18368"
    found = pcc.review(dataclasses.replace(evidence, outcomes=outcomes))
    from pccfunding.review_pack.outcome_sections import _reported

    rows = found.tables["beside"].dropna(subset=["measure", "change_pct"]).to_dict("records")
    said = [_reported(row, found) for row in rows]
    assert said
    assert not any("not in the documents held" in one for one in said)
    assert any(one.endswith("base 18,368") for one in said)


def test_names_are_joined_only_where_a_person_asks() -> None:
    pytest.importorskip("rapidfuzz")
    names = ["Darlington B.C.", "Darlington Borough Council", "Darlington Borough Council"]
    awards = pd.DataFrame({"recipient": names})
    found = pcc.recipient_names(awards)
    assert found.frame["score"].tolist() == [97]
    assert found.join(awards)["recipient_joined"].tolist() == names
    joined = found.join(awards, least=97)["recipient_joined"]
    assert joined.tolist() == ["Darlington Borough Council"] * 3
