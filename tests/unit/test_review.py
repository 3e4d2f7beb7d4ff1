"""The Review of the bundled evidence: what it says, what it refuses, what it writes."""

from __future__ import annotations

import dataclasses
import html
import pickle
import re
from pathlib import Path

import pandas as pd
import pytest
from test_words import claims_a_cause, lacks_of_a_p

import pccfunding as pcc
from pccfunding.errors import TableError, UnknownNameError
from pccfunding.review_pack import Review
from pccfunding.review_pack.layout import lay_out
from pccfunding.review_pack.page import render_pages
from pccfunding.review_pack.tables_changes import recomputed_changes


@pytest.fixture(scope="module")
def found() -> Review:
    return pcc.review(pcc.load_evidence())


@pytest.fixture(scope="module")
def page(found: Review, tmp_path_factory: pytest.TempPathFactory) -> str:
    return found.write(tmp_path_factory.mktemp("review"))[0].read_text(encoding="utf-8")


def test_the_sum_its_subtotals_and_shares_are_derived_from_public_calls(
    found: Review,
) -> None:
    sums = found.tables["subtotals"].set_index("funder_group")
    assert sums["amount_gbp"].astype(int).to_dict() == {
        "All government grants": 3_746_484,
        "Commissioner's Funds": 1_903_112,
        "Local partnership co-commissioning": 331_862,
        "all lines": 5_981_458,
    }
    assert (sums["basis"] == "derived").all()
    shares = found.tables["awards"]["share_pct"].round(2).tolist()
    assert shares == [38.82, 5.89, 6.27, 11.66, 25.83, 4.82, 1.17, 5.55]
    assert round(sum(shares), 2) == 100.01


def test_the_year_before_comes_out_as_an_interval() -> None:
    table = pcc.reproduce(area_code="Cambridgeshire").set_index("what")
    row = table.loc["Police funding, the year before 2023-24"]
    assert row["recomputed"] == "£174,300,000 to £174,500,000"
    assert row["verdict"] == "derived"


def test_published_falls_against_counts(found: Review) -> None:
    changes = found.tables["changes"].dropna(subset=["change_pct"]).set_index("measure")
    assert changes["verdict"].to_dict() == {
        "Bicycle theft": "reproduced",
        "Residential burglary": "reproduced",
        "Neighbourhood crime": "consistent",
        "Personal robbery": "not settled",
        "Theft from the person": "not settled",
    }
    assert changes["change_pct"].round(1).to_dict() == {
        "Bicycle theft": -51.9,
        "Residential burglary": -36.8,
        "Neighbourhood crime": -24.1,
        "Personal robbery": -13.8,
        "Theft from the person": -7.3,
    }


@pytest.mark.parametrize(
    ("printed", "low", "high", "verdict"),
    [
        # 986 to 914 is a fall of 7.302...%.
        (-7.3, -7.35, -7.25, "reproduced"),
        (-7.0, None, -7.0, "reproduced"),  # "more than 7%"
        (-8.0, None, -8.0, "not settled"),
        (-8.0, -8.0, None, "reproduced"),  # "less than 8%"
    ],
)
def test_a_printed_change_may_be_open_on_one_side(
    printed: float, low: float | None, high: float | None, verdict: str
) -> None:
    evidence = pcc.load_evidence()
    theft = evidence.outcomes["measure"] == "Theft from the person"
    assert theft.sum() == 1
    ends = {"change_pct": printed, "value_low": low, "value_high": high}
    outcomes = evidence.outcomes.copy()
    for name, end in ends.items():
        outcomes.loc[theft, name] = float("nan") if end is None else end
    changes = recomputed_changes(dataclasses.replace(evidence, outcomes=outcomes), "E23000023")
    found = changes.set_index("measure")["verdict"]
    assert found["Theft from the person"] == verdict


def test_the_rises_that_no_source_quotes_are_shown(found: Review) -> None:
    others = found.tables["other_changes"].set_index("offence")
    rises = others["change_pct"].round(1)
    assert rises["Total recorded crime (excluding fraud)"] == 4.5
    assert rises["Violence against the person"] == 27.4
    # Quoted for another year, so not among those that nobody quotes.
    assert rises["Shoplifting"] == 32.0
    assert set(others.index[others["quoted"]]) == {
        "Shoplifting",
        "Possession of weapons offences",
        "Theft offences",
    }
    # A rise is held against elsewhere and against breaks, as a fall is.
    driving = others.loc["Death or serious injury - unlawful driving"]
    assert driving["break"].startswith("law, 28 June 2022")
    assert driving["relative_low_pct"] < 0 < driving["relative_high_pct"]
    assert others["break"].notna().sum() == 1


def test_spend_per_head_uses_the_mid_year_inside_the_financial_year(
    found: Review,
) -> None:
    heads = found.tables["spend_per_head"].set_index("funding_stream")
    people = pcc.load_population()
    here = people[people["area_code"] == "E23000023"].set_index("reference_date")["persons"]
    assert heads.loc["all lines", "persons"] == here["2023-06-30"]
    assert heads.loc["all lines", "spend_gbp_per_head"] == 5_981_458 / here["2023-06-30"]


def test_years_are_compared_within_one_status_only(found: Review) -> None:
    years = found.tables["year_on_year"].set_index(["series", "period_start"])
    # An award and what was expected for the year after are of no one series.
    assert ("Serious Violence", pd.Timestamp("2024-04-01")) not in years.index
    row = years.loc[("Police funding", pd.Timestamp("2024-04-01"))]
    assert row["change_pct"] == pytest.approx(100 * (197.1 / 185.2 - 1))


def test_verdicts_of_the_statements(found: Review) -> None:
    told = found.tables["statements"].set_index("statement_id")["verdict"]
    assert told["advisers-transposed"] == "conflicts"
    assert told["serious-violence-twice"] == "reconciles"
    assert told["two-sums-of-820k"] == "reconciles"
    assert "2014-15" not in " ".join(found.tables["statements"]["statement"])
    assert pcc.reproduce()["as_recorded"].all()


def said_by(page: str) -> list[str]:
    """Rows, paragraphs and items of the page, and what its figures say, without the sources.

    Titles of sources and places in them are other people's words.
    """
    body = re.sub(r"<style.*?</style>", " ", page.partition('id="sources"')[0], flags=re.DOTALL)
    blocks = re.findall(
        r"<(tr|p|li|caption|title|desc|h[1-6]|dd)\b[^>]*>(.*?)</\1>", body, flags=re.DOTALL
    )
    plain = (html.unescape(re.sub(r"<[^>]+>", " ", words)) for _, words in blocks)
    return [re.sub(r"item '[^']*'", "", " ".join(words.split())) for words in plain]


def test_the_words_stay_below_a_causal_claim(found: Review, page: str) -> None:
    said = [*said_by(page), found.text]
    assert len(said) > 200
    assert [claim for one in said for claim in claims_a_cause(one)] == []
    assert any("base not in the documents held" in one for one in said)
    assert any("not estimable" in one.lower() for one in said)


def test_every_change_and_every_p_stands_with_what_it_needs(found: Review) -> None:
    pages = render_pages(lay_out(found)[0])
    said = [one for page in pages.values() for one in said_by(page)]
    assert [one for one in said if lacks_of_a_p(one)] == []
    outcomes = "".join(
        pages[file].partition(f'id="{name}"')[2].partition("<section")[0]
        for file, name in (("index.html", "outcomes"), ("sources.html", "whole-outcomes"))
    )
    rows = [one for one in said_by(outcomes) if "%" in one and " against " in one]
    assert len(rows) > 25
    # A base stands as words, or as a count (with a comma, or before the change from counts).
    based = re.compile(r"base|\b\d{1,3}(,\d{3})+\b|\b\d+ [+\N{MINUS SIGN}]")
    assert [one for one in rows if not based.search(one)] == []
    shares = [one for one in said_by(outcomes) if re.search(r"(?<![\d.(])\d+%", one)]
    assert [one for one in shares if not re.search(r"base|95%|\d,\d{3}", one)] == []


def test_every_link_of_a_page_leads_to_a_place(found: Review) -> None:
    pages = render_pages(lay_out(found)[0])
    ids = {file: set(re.findall(r'\bid="([^"]+)"', text)) for file, text in pages.items()}
    for file, text in pages.items():
        links = re.findall(r'href="([a-z]*(?:\.html)?)#([^"]+)"', text)
        assert len(links) > 40
        for at, name in links:
            assert name in ids[at or file], (file, at, name)
    assert pages["sources.html"].count('href="#source-') > 100


def test_writing_keeps_what_is_there_unless_forced(found: Review, tmp_path: Path) -> None:
    written = found.write(tmp_path / "pack")
    assert written[0].name == "index.html"
    assert all(path.stat().st_size > 10 for path in written)
    written[0].write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="--force"):
        found.write(tmp_path / "pack")
    assert written[0].read_text(encoding="utf-8") == "mine"
    found.write(tmp_path / "pack", force=True)
    assert written[0].read_text(encoding="utf-8").startswith("<!")


def test_two_reviews_are_equal_byte_for_byte(found: Review, tmp_path: Path) -> None:
    one = found.write(tmp_path / "one")
    two = pcc.review(pcc.load_evidence()).write(tmp_path / "two")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_narrower_period_and_an_area_by_name() -> None:
    narrow = pcc.review(pcc.load_evidence(), area_code="Cambridgeshire", period="2023-24")
    assert narrow.period.label == "2023-24"
    assert len(narrow.frame) == 8


def test_what_cannot_be_reviewed_is_refused_with_a_sentence() -> None:
    evidence = pcc.load_evidence()
    with pytest.raises(UnknownNameError):
        pcc.review(evidence, area_code="Action Fraud")
    bare = dataclasses.replace(evidence, awards=evidence.awards.head(0))
    with pytest.raises(TableError, match="Name one: area='Durham'"):
        pcc.review(bare)


def test_the_result_has_the_common_face(found: Review) -> None:
    assert len(found.frame) == 8
    assert found.text.startswith("43 statements") or "statements about Cambridgeshire" in found.text
    assert "one-area" in found.cautions
    assert "<p>" in found._repr_html_()
    again = pickle.loads(pickle.dumps(found))
    assert again.tables.keys() == found.tables.keys()


def test_changes_are_held_against_noise_other_areas_and_need(found: Review) -> None:
    elsewhere = found.tables["elsewhere"].set_index("measure")
    row = elsewhere.loc["Residential burglary"]
    assert row["n_others"] == 41
    assert row["relative_pct"] == pytest.approx(
        100 * (2210 / 3497 / (row["others_after"] / row["others_before"]) - 1)
    )
    assert row["relative_low_pct"] < row["relative_pct"] < row["relative_high_pct"] < 0
    noise = found.tables["noise"].set_index("measure")
    assert noise["beyond_noise"].to_dict() == {
        "Bicycle theft": "at each",
        "Residential burglary": "at each",
        "Neighbourhood crime": "at each",
        "Personal robbery": "at some",
        "Theft from the person": "at none",
    }
    need = found.tables["need"].set_index("measure")
    assert (need.loc["Bicycle theft", "place"], need.loc["Bicycle theft", "n_areas"]) == (1, 41)
    rates = found.tables["force_rates"]
    assert "City of London" not in set(rates["area"])
    assert need.loc["Bicycle theft", "rate"] == 1000 * 4619 / need.loc["Bicycle theft", "persons"]


def test_an_area_without_counts_has_no_rows_there_and_still_a_page() -> None:
    evidence = pcc.load_evidence()
    none = dataclasses.replace(evidence, recorded_crime=evidence.recorded_crime.iloc[:0])
    found = pcc.review(none)
    for name in ("noise", "elsewhere", "need", "force_rates"):
        assert found.tables[name].empty
    sections = {section.question: section for section in found.page().sections}
    for question in ("Q4", "Q7", "Q8", "Q14"):
        assert "What would answer it" in str(sections[question].lead)
