"""The program that works on the cluster of the tests: every measure over Parquet by address.

Run as ``python cluster_driver.py MASTER FOLDER OUT``: prints nothing, writes what it found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from engine_frames import rows

import pccfunding as pcc

BY = ["area_code", "funding_stream"]
BASE = "2019-20"
# Less than the ledger takes, and enough for the groups.
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.maxResultSize": "2m",
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
    "spark.cores.max": "2",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}


def measured(ledger: Any, few: Any, people: Any, parts: Any) -> dict[str, Any]:
    """Work every measure; the same is done with pandas, to compare."""
    return {
        "spend": pcc.per_capita_spend(ledger, people, by=BY),
        "spend of streams": pcc.per_capita_spend(ledger, people, by="funding_stream"),
        "growth": pcc.year_on_year(ledger, value="amount_gbp", by="funding_stream"),
        "real": pcc.real_terms(few, base=BASE),
        "years": pcc.apportion(few, to="financial_year"),
        "areas": pcc.apportion(few, to="area_code", rule="weights", by=parts),
    }


def work(master: str, folder: str, out: str) -> None:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master(master).config(map=SETTINGS).getOrCreate()
    ledger = pcc.scan_awards(f"file://{folder}/ledger", engine="spark")
    few = pcc.scan_awards(f"file://{folder}/few.parquet", engine="spark")
    people, parts = (
        session.read.parquet(f"file://{folder}/{name}.parquet") for name in ("people", "parts")
    )
    found = {name: rows(table) for name, table in measured(ledger, few, people, parts).items()}
    try:
        refused = f"{len(ledger.collect())} rows"
    except Exception as error:  # the ledger itself does not fit here
        refused = str(error)
    executors = session.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
    told = {"found": found, "refused": refused, "executors": len(executors)}
    Path(out).write_text(json.dumps(told), encoding="utf-8")
    session.stop()


if __name__ == "__main__":
    work(*sys.argv[1:])
