"""The sources behind a Review, and the documents that they name and that are not held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.areas import Area
from pccfunding.evidence import Evidence
from pccfunding.evidence.reconcile_statements import figure_ids
from pccfunding.evidence.tracing import cite
from pccfunding.review_pack.record import crime_of
from pccfunding.review_pack.tables_area import with_bundled_sources, with_counts

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.reconciliation import Reconciliation


def sources_behind(evidence: Evidence, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give every source behind the Review in reading order: figures first, then statistics."""
    import pandas as pd

    figures = [
        tables[name]["figure_id"] for name in ("awards", "outcomes", "totals", "other_years")
    ]
    if len(tables["statements"]):
        figures.append(tables["statements"]["figures"].str.split(";").explode())
    named = pd.concat(figures).drop_duplicates()
    printed = cite(pd.DataFrame({"figure_id": named[named != ""]}), evidence=evidence)
    area = tables["awards"]["area_code"].iloc[0]
    people, crime = evidence.population, crime_of(evidence, tables["class_years"])
    counted = tables["changes"][tables["changes"]["verdict"] != "not testable"]
    windows = evidence.outcomes[evidence.outcomes["subject_id"].isin(counted["subject_id"])]
    ends = pd.concat([windows["baseline_end"], windows["period_end"]])
    statistics = [
        people.loc[people["area_code"] == area, "source_id"].tail(1),
        crime.loc[(crime["area_code"] == area) & crime["period_end"].isin(ends), "source_id"],
        evidence.deflator["source_id"],
        *_named_sources(tables),
        tables["not_held"]["named_by"].dropna(),
    ]
    stated = evidence.statements[
        evidence.statements["statement_id"].isin(tables["statements"].get("statement_id", []))
    ]
    statistics.append(tables["commissioned_services"]["source_id"])
    known = pd.concat([stated["source_id"].dropna(), *statistics]).drop_duplicates()
    known = known.to_frame("source_id")
    every = with_bundled_sources(evidence)
    cited = pd.concat([printed, cite(known, evidence=every)], ignore_index=True)
    return cited.drop_duplicates("source_id", ignore_index=True)


def sources_of_area(
    evidence: Evidence,
    area: Area,
    tables: dict[str, pd.DataFrame],
    statements: tuple[tuple[dict[Any, Any], Reconciliation], ...],
) -> pd.DataFrame:
    """Give every source behind a Review without awards: statistics first, then figures."""
    import pandas as pd

    counts, people = tables["counts"], evidence.population
    named = [counts.loc[counts["area_code"] == area.code, "source_id"]]
    named += [people.loc[people["area_code"] == area.code, "source_id"]]
    statistics = (
        "breaks",
        "severity",
        "deprivation",
        "officers",
        "funding",
        "commissioned_services",
        "council_tax",
    )
    named += [tables[name]["source_id"] for name in statistics]
    named += [pd.Series([row["source_id"] for row, _ in statements], dtype=object)]
    known = pd.concat(named).dropna().drop_duplicates().to_frame("source_id")
    held = with_counts(evidence, counts)
    figures = [tables[name]["figure_id"] for name in ("outcomes", "totals")]
    figures += [pd.Series(figure_ids(row), dtype=object) for row, _ in statements]
    printed = pd.concat(figures).drop_duplicates().to_frame("figure_id")
    cited = [cite(known, evidence=held)]
    cited += [cite(printed, evidence=held)] if len(printed) else []
    both = pd.concat(cited, ignore_index=True)
    return both.sort_values("tokens", kind="stable", na_position="last").drop_duplicates(
        "source_id", ignore_index=True
    )


def _named_sources(tables: dict[str, pd.DataFrame]) -> list[pd.Series[Any]]:
    """The sources that the tables of counts name in a column of their own."""
    found = []
    for name in ("districts", "district_changes", "severity", "other_rates", "nearest", "months",
                 "earlier_years", "courses", "one_vintage"):  # fmt: skip
        table = tables[name]
        for column in table.columns[table.columns.str.contains("source_id")]:
            found.append(table[column].dropna().astype("str").str.split(";").explode())
    return found


def documents_not_held(evidence: Evidence) -> pd.DataFrame:
    """Give the documents that a source of this evidence names and that are not held.

    The one that would tell most stands first.
    """
    import pandas as pd

    columns = ["source_id", "title", "publisher", "named_by", "named_at", "fills", "note"]
    sources = evidence.sources
    if "held" not in sources:
        return pd.DataFrame(columns=columns)
    absent = sources[sources["held"].eq("no")]
    fills = absent["fills"].fillna("")
    tells = fills.str.count(r"\.")
    order = absent.assign(_tells=tells, _money=fills.str.contains("awards.", regex=False))
    order = order.sort_values(
        ["_money", "_tells", "title"], ascending=[False, False, True], kind="stable"
    )
    return order.reindex(columns=columns).reset_index(drop=True)
