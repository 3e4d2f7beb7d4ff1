"""What moves on Spark: shuffles are counted in the plan, and nothing but results reaches us."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from engine_frames import rows, spark_session, spark_table

from pccfunding import apportion, per_capita_spend, real_terms, year_on_year

pytestmark = pytest.mark.spark

BY = ["area_code", "funding_stream"]
LEDGER = (
    "concat('A', id % 43) AS area_code",
    "concat('Stream ', id % 8) AS funding_stream",
    "make_date(2014 + CAST(id % 10 AS int), 4, 1) AS period_start",
    "make_date(2015 + CAST(id % 10 AS int), 3, 31) AS period_end",
    "CAST(id % 100000 AS double) / 100 AS amount_gbp",
    "concat('a line of the ledger, number ', id) AS note",
)


def ledger(lines: int = 2000, *more: str) -> Any:
    return spark_session().range(lines).selectExpr(*LEDGER, *more)


def people() -> Any:
    cells = spark_session().range(430)
    return cells.selectExpr(
        "concat('A', id % 43) AS area_code",
        "make_date(2014 + CAST(id / 43 AS int), 6, 30) AS reference_date",
        "100000 + id AS persons",
        "'an example' AS vintage",
    )


def moves(frame: Any) -> tuple[list[str], int]:
    """Give the shuffles of a plan, the last first, and count what is sent to every machine."""
    plan = frame._jdf.queryExecution().executedPlan().toString()
    nodes = re.findall(r"[+:]- (Exchange \w+|BroadcastExchange)", plan)
    return [node for node in nodes if node != "BroadcastExchange"], nodes.count("BroadcastExchange")


@pytest.mark.parametrize("by", [BY, ["funding_stream"], []], ids=["areas", "streams", "all"])
@pytest.mark.parametrize(
    "labels", [[], ["'award' AS status", "'grant' AS flow"]], ids=["plain", "labelled"]
)
def test_spend_per_head_takes_two_shuffles(by: list[str], labels: list[str]) -> None:
    spend = per_capita_spend(ledger(2000, *labels), people(), by=by)
    # Partial sums of each key, then the groups in their order: what plain Spark takes as well.
    assert moves(spend) == (["Exchange rangepartitioning", "Exchange hashpartitioning"], 1)
    if not labels:
        return
    found = rows(spend)
    assert sum(row["n_figures"] for row in found) == 2000
    order = [tuple(row[key] for key in [*by, "period_start"]) for row in found]
    assert order == sorted(order)


def test_a_population_of_any_kind_is_sent_and_not_shuffled() -> None:
    """Spark does not know how large rows from outside are, and would shuffle both sides."""
    held = {
        "area_code": ["A1", "A2"],
        "reference_date": [dt.datetime(2014, 6, 30)] * 2,
        "persons": [100_000, 100_000],
        "vintage": ["an example"] * 2,
    }
    spend = per_capita_spend(ledger(), spark_table(held), by=BY)
    assert len(moves(spend)[0]) == 2


def test_other_measures_move_no_more_than_is_said() -> None:
    areas = spark_table({"area_code": ["E1", "E2"], "weight": [1, 2]})
    split = apportion(ledger(), to="area_code", rule="weights", by=areas)
    assert moves(split) == (["Exchange hashpartitioning"], 1)
    assert moves(apportion(ledger(), to="financial_year")) == (["Exchange hashpartitioning"], 0)
    assert moves(real_terms(ledger(), base="2023-24")) == ([], 0)
    # The sums are made twice in the plan, to meet the year before; Spark reuses the first.
    growth, _ = moves(year_on_year(ledger(), value="amount_gbp", by=BY))
    assert len(growth) <= 4


def test_a_ledger_that_does_not_fit_into_the_driver_is_measured() -> None:
    """The driver takes 4 MB of results: the groups fit, and the ledger does not."""
    pyspark = pytest.importorskip("pyspark")
    long = ledger(600_000)
    with pytest.raises(Exception, match="maxResultSize") as refused:
        long.collect()
    assert type(refused.value).__module__.startswith((pyspark.__name__, "py4j"))
    found = rows(per_capita_spend(long, people(), by=BY))
    assert sum(row["n_figures"] for row in found) == 600_000
    growth = year_on_year(long, value="amount_gbp", by=["funding_stream"])
    assert sum(row["n_figures"] for row in rows(growth)) == 600_000
    areas = spark_table({"area_code": ["E1", "E2"], "weight": [1, 2]})
    split = apportion(long, to="area_code", rule="weights", by=areas)
    assert split.groupBy("area_code").count().collect()[0]["count"] == 600_000
