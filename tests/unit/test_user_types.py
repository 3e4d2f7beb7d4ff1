"""What a strict type checker says of a user's script: nothing, and something where it is wrong.

pyright is a program of Node.js: .ci/run installs it and names it in PYRIGHT; elsewhere these skip.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from pccfunding.association.spend_vs_reduction import INTERVALS, Formula
from pccfunding.formats.award_files.read_awards import PROFILES, Layout
from pccfunding.formats.street_files.engine_tables import _ENGINES, Engine
from pccfunding.permutation.levels import _LARGEST, ADJUSTMENTS, Adjustment, Exact
from pccfunding.permutation.null_distribution import METHODS, Method
from pccfunding.permutation.permutation_family import FAMILY_METHODS, FamilyMethod
from pccfunding.permutation.permutation_test import ALTERNATIVES, Alternative
from pccfunding.permutation.scores import RULES, Rule
from pccfunding.plots.alt_text import _WRITERS, PlotKind
from pccfunding.reconciliation.relations import RELATIONS, RelationName
from pccfunding.schemas.published import Statements

ROOT = Path(__file__).resolve().parents[2]
PYRIGHT = os.environ.get("PYRIGHT") or shutil.which("pyright")

SCRIPT = """
from pathlib import Path

import pandas as pd
import polars as pl

import pccfunding as pcc

awards = pcc.load_awards()
people = pcc.load_population()
spend = pcc.per_capita_spend(awards, people, by="area_code", per=1000)
columns: list[str] = list(spend.columns)
own = pl.DataFrame({"area": ["Kent"], "financial_year": ["2023-24"], "amount_gbp": [1.0]})
beside: pl.DataFrame = pcc.per_capita_spend(own, people, by="area")
lazy: pl.LazyFrame = pcc.real_terms(own.lazy(), base="2024-25")
changed: pd.DataFrame = pcc.year_on_year(awards, value="amount_gbp", by=["funding_stream"])
split: pl.DataFrame = pcc.apportion(own, to="area_code", rule="population", by=people)

check = pcc.reconcile(awards, "£21.5m", relation="part_of")
verdict: str = check.verdict
groups = pcc.reconcile(awards, {"Victims": "£2m"}, by="funding_stream")
each: pd.DataFrame = groups.frame
fell = pcc.rate_ratio(2210, 3497)
tidy: pd.DataFrame = fell.tidy()
latex: str = fell.table(caption="Burglary").to_latex()
word: Path = fell.table().to_word(Path("table.docx"))
print(fell.text, fell.cautions, fell.frame, fell.ratio)

bibtex: str = pcc.cite(awards, style="bibtex")
frame: pd.DataFrame = pcc.cite(awards)
own_citation: str = pcc.citation("csl")
chart: str = pcc.coverage(chart=True)
held: pd.DataFrame = pcc.coverage()
crime = pcc.load_recorded_crime()
less = pcc.reduction(crime, baseline="2019", comparison="2023", by=["area_code", "offence"])
found = pcc.spend_vs_reduction(spend, less, method="kendall")
print(found.verdict, found.report(), found.plot())
token = pcc.parse_printed("just short of £1.2m")
if token.hard is not None:
    print(token.hard.low, token.hard.high)
drawn = pcc.plots.plot_streams(awards, color="teal", figsize=(6, 7), palette=["red", "blue"])
svg: str = pcc.plots.figure_svg(drawn, prefix="a")
code: str = pcc.find_area("Kent").code
codes = pcc.area_codes(pd.Series(["Kent"]))
review = pcc.review(pcc.load_evidence())
review.write("review/")
panel = pcc.panel_change(crime, treated={"E23000032": 2020}, exposure="persons")
print(panel.verdict, panel.low, panel.high)
rows: pd.DataFrame = pcc.read_awards("grants.xlsx", status="award", profile="ggis").frame
"""
# Each of these is a mistake that a checker finds before anything runs.
WRONG = (
    "pcc.load_awrads()",
    'pcc.reconcile(awards, "£1m", relation="partof")',
    'pcc.cite(awards, style="bibtx")',
    'pcc.spend_vs_reduction(awards, awards, method="spearmen")',
    'pcc.spend_vs_reduction(awards, awards, interval="wilson")',
    'pcc.permutation_test([1], [2], alternative="more")',
    'pcc.apportion(awards, to="months")',
    'pcc.apportion(awards, to="month", rule="heads")',
    'pcc.scan_awards("*.csv", engine="dask")',
    'pcc.read_awards("a.csv", status="paid")',
    'pcc.plots.alt_text(awards, "stream")',
    'pcc.parse_printed("£1m").hard.low',
)


def pyright_says(folder: Path, script: str) -> list[dict[str, Any]]:
    (folder / "script.py").write_text(script, encoding="utf-8")
    told = {"typeCheckingMode": "strict", "extraPaths": [str(ROOT)], "include": ["script.py"]}
    (folder / "pyrightconfig.json").write_text(json.dumps(told), encoding="utf-8")
    done = subprocess.run(
        [str(PYRIGHT), "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    return [one for one in found if one["severity"] == "error"]


@pytest.mark.skipif(PYRIGHT is None, reason="pyright is not installed")
def test_pyright_strict_accepts_a_users_script(tmp_path: Path) -> None:
    assert [one["message"] for one in pyright_says(tmp_path, SCRIPT)] == []


@pytest.mark.skipif(PYRIGHT is None, reason="pyright is not installed")
def test_pyright_strict_finds_every_mistake(tmp_path: Path) -> None:
    head = "import pccfunding as pcc\n\nawards = pcc.load_awards()\n"
    found = pyright_says(tmp_path, head + "\n".join(WRONG) + "\n")
    first = head.count("\n")
    lines = {one["range"]["start"]["line"] - first for one in found}
    assert [line for number, line in enumerate(WRONG) if number not in lines] == []


@pytest.mark.parametrize(
    ("choices", "known"),
    [
        (Method, METHODS),
        (FamilyMethod, FAMILY_METHODS),
        (Rule, RULES),
        (Alternative, ALTERNATIVES),
        (Adjustment, ADJUSTMENTS),
        (Exact, _LARGEST),
        (Formula, {name for names in INTERVALS.values() for name in names}),
        (Engine, _ENGINES),
        (Layout, PROFILES),
        (RelationName, RELATIONS),
        (PlotKind, _WRITERS),
    ],
    # The names that a call takes have no settled order, so that they make no name of a test.
    ids=lambda value: "-".join(get_args(value)) or "known",
)
def test_what_a_checker_offers_is_what_a_call_takes(choices: Any, known: Any) -> None:
    assert sorted(get_args(choices)) == sorted(known)


def test_the_contract_of_statements_knows_the_relations_that_reconcile_takes() -> None:
    (known,) = (
        check.statistics["allowed_values"]
        for check in Statements.to_schema().columns["relation"].checks
        if check.name == "isin"
    )
    assert sorted(known) == sorted(RELATIONS)
