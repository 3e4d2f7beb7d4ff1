"""The money and the officers of one area beside the others: estimates, council tax, workforce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.evidence.evidence import bundled_table
from pccfunding.measures import per_capita_spend
from pccfunding.measures.people import latest_vintage
from pccfunding.periods.spellings import financial_label
from pccfunding.review_pack.tables_comparison import CITY_OF_LONDON, PER
from pccfunding.words import is_missing, pounds

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence
    from pccfunding.periods import Period

_OFFICERS = "police officer"
_COSTS = "Commissioner's costs"
_COMMISSIONED = "Commissioned services"


def officers_per_1000(evidence: Evidence, area_code: str, period: Period) -> pd.DataFrame:
    """Give officers (full-time equivalents) of the area on each day held, and per 1,000 residents.

    Returns
    -------
    DataFrame
        `as_at`, `fte`, `persons` (of the mid-year before), `rate`, `all_rate`, `place`, `n_areas`
        and the two sources. Rates leave out the City of London, and are missing for it.
    """
    import pandas as pd

    table = bundled_table("workforce")
    table = table[(table["worker_type"] == _OFFICERS) & table["fte"].notna()]
    table = table[table["as_at"] <= str(period.end)]
    people = latest_vintage(evidence.population)
    people = people.assign(_year=people["reference_date"].dt.year)
    forces = evidence.areas.loc[evidence.areas["kind"] == "police_force_area", "area_code"]
    rows = []
    for as_at, on_day in table[table["area_code"].isin(forces)].groupby("as_at"):
        year: Any = as_at
        before = people[people["_year"] == year.year - 1].set_index("area_code")
        joined = on_day.set_index("area_code").join(
            before[["persons", "source_id"]].rename(columns={"source_id": "persons_source_id"})
        )
        if area_code not in joined.index:
            continue
        here: dict[Any, Any] = joined.loc[area_code].to_dict()
        row = {"as_at": as_at, "fte": here["fte"], "source_id": here["source_id"]}
        others = joined.drop(index=CITY_OF_LONDON, errors="ignore").dropna(subset=["persons"])
        if area_code in others.index:
            rates = PER * others["fte"] / others["persons"]
            row |= {
                "persons": int(here["persons"]),
                "rate": float(rates[area_code]),
                "all_rate": float(PER * others["fte"].sum() / others["persons"].sum()),
                "place": int((rates > rates[area_code]).sum()) + 1,
                "n_areas": len(rates),
                "persons_source_id": here["persons_source_id"],
            }
        rows.append(row)
    columns = [
        "as_at",
        "fte",
        "persons",
        "rate",
        "all_rate",
        "place",
        "n_areas",
        "source_id",
        "persons_source_id",
    ]
    return pd.DataFrame(rows, columns=columns)


def commissioned_services(evidence: Evidence, area_code: str) -> pd.DataFrame:
    """Set what the office planned to spend on commissioned services beside the other areas.

    Returns
    -------
    DataFrame
        One row a financial year, 2014-15 to 2017-18: `period`, `amount_gbp` (gross estimate),
        `spend_gbp_per_head`, `middle_gbp_per_head` (median of the areas that report it), `place`
        (1 is the highest), `n_areas`, `unknown`, `note`, `source_id`, `locator`.
    """
    rows = _spending(_COSTS, _COMMISSIONED)
    return _per_head_beside(evidence, rows[rows["gross_or_net"] == "gross"], area_code)


def funding_lines(evidence: Evidence, area_code: str, period: Period) -> pd.DataFrame:
    """Give grant and precept per head in the latest year held up to the end of a period.

    Returns
    -------
    DataFrame
        One row a printed line of funding, as `commissioned_services` gives it. Lines of £0 are
        left out.
    """
    rows = _spending("Funding")
    rows = rows[rows["period_end"] <= str(period.end)]
    rows = rows[rows["period_end"] == rows["period_end"].max()]
    found = _per_head_beside(evidence, rows, area_code)
    return found[found["amount_gbp"].ne(0)].reset_index(drop=True)


def _spending(account: str, measure: str | None = None) -> pd.DataFrame:
    table = bundled_table("spending")
    table = table[table["account"] == account]
    return table if measure is None else table[table["measure"] == measure]


def _per_head_beside(evidence: Evidence, rows: pd.DataFrame, area_code: str) -> pd.DataFrame:
    import pandas as pd

    shown = [
        "measure",
        "period",
        "amount_gbp",
        "spend_gbp_per_head",
        "middle_gbp_per_head",
        "place",
        "n_areas",
        "unknown",
        "note",
        "source_id",
        "locator",
    ]
    here = rows[rows["area_code"] == area_code]
    if here.empty:
        return pd.DataFrame(columns=shown)
    keys = ["area_code", "measure", "period_start"]
    people = latest_vintage(evidence.population)
    heads = per_capita_spend(
        rows[[*keys, "period_end", "amount_gbp"]], people, by=["area_code", "measure"]
    )
    counted = heads[heads["area_code"] != CITY_OF_LONDON]
    years = counted.groupby(["measure", "period_start"])["spend_gbp_per_head"]
    placed = counted[[*keys, "spend_gbp_per_head"]].assign(
        middle_gbp_per_head=years.transform("median"),
        place=years.rank(ascending=False, method="min"),
        n_areas=years.transform("count"),
    )
    found = here.merge(placed, on=keys, how="left")
    found = found.assign(period=[financial_label(start.year) for start in found["period_start"]])
    return found.sort_values(["period_start", "measure"])[shown].reset_index(drop=True)


def council_tax_of(area_code: str, period: Period) -> pd.DataFrame:
    """Give the police part of council tax at Band D, each year held up to the end of a period.

    Returns
    -------
    DataFrame
        `period`, `band_d_gbp`, `middle_gbp` (median of the areas), `place` (1 is the highest),
        `n_areas`, `source_id`, `locator`, `note`.
    """
    table = bundled_table("council_tax")
    table = table[table["area_code"].str.match("E23|W15")]
    # Of a year that several sources print, the publisher's own comes first.
    table = table.assign(_own=table["tax_base"].isna()).sort_values(
        ["area_code", "period_start", "_own", "source_id"]
    )
    table = table.drop_duplicates(["area_code", "period_start"])
    table = table[table["period_end"] <= str(period.end)]
    years = table.groupby("period_start")["band_d_gbp"]
    placed = table.assign(
        middle_gbp=years.transform("median"),
        place=years.rank(ascending=False, method="min").astype(int),
        n_areas=years.transform("count"),
        period=[financial_label(start.year) for start in table["period_start"]],
    )
    columns = [
        "period",
        "band_d_gbp",
        "middle_gbp",
        "place",
        "n_areas",
        "source_id",
        "locator",
        "note",
    ]
    return placed[placed["area_code"] == area_code][columns].reset_index(drop=True)


def cost_statements(area_code: str, period: Period) -> list[dict[str, Any]]:
    """Write, for each year up to a period, that the commissioner's costs add up to their total."""
    rows = _spending(_COSTS)
    rows = rows[(rows["area_code"] == area_code) & (rows["gross_or_net"] == "gross")]
    rows = rows[rows["period_end"] <= str(period.end)]
    found = []
    for start, year in rows.groupby("period_start"):
        of_year = year.assign(token=[_token(row) for row in year.to_dict("records")])
        whole = of_year[of_year["measure"] == "Commissioner, total"]
        parts = of_year[of_year["measure"] != "Commissioner, total"]
        if len(whole) != 1 or parts.empty or year["amount_gbp"].isna().all():
            continue
        day: Any = start
        label = financial_label(day.year)
        found.append(
            {
                "statement_id": f"commissioners-costs-{label}",
                "statement": f"The parts of the office's planned gross costs in {label} add up to "
                "the printed total",
                "relation": "sum",
                "left": ";".join(parts["token"]),
                "right": whole["token"].iloc[0],
                "source_id": whole["source_id"].iloc[0],
                "locator": whole["locator"].iloc[0],
                "complete": True,
                "scope_differs": None,
                "area_code": area_code,
                "expected_verdict": None,
                "expected_reason": None,
                "note": None,
            }
        )
    return found


def _token(row: dict[Any, Any]) -> str:
    amount = row["amount_gbp"]
    return str(row["unknown"]) if is_missing(amount) else f"GBP:{pounds(amount)}"
