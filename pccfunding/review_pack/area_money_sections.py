"""Sections on the money and the officers of an area, per head and beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.review_pack.area_rows import (
    PENCE,
    RATE,
    people_of,
    place_words,
    rank_words,
)
from pccfunding.review_pack.blocks import Column, Heading, Link, Section, Text, frame_table
from pccfunding.review_pack.tables_comparison import CITY_OF_LONDON
from pccfunding.review_pack.wording import listed
from pccfunding.words import count, day_words, is_missing, number_text, pounds

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record

_YEARS_SHOWN = 10
# Days of officers that a page shows: the ends, the years that governments speak of, and the last.
_DAYS_SHOWN = (2007, 2010, 2015, 2019, 2020)


def area_per_head(found: Record, cited: Citations) -> Section:
    """Grant, precept, commissioned services and council tax per head."""
    tables = found.tables
    blocks: list[Any] = []
    if found.area.code == CITY_OF_LONDON:
        blocks.append(
            Text(["Nothing is given per head of the few residents of the City of London."])
        )
    if len(tables["funding"]):
        blocks += [Heading("grant-and-precept", "Grant and precept per head")]
        blocks.append(
            _money_table(
                found,
                cited,
                "funding",
                "measure",
                "Line",
                caption=f"Funding as estimated for {tables['funding']['period'].iloc[0]}",
                note="Lines overlap: totals stand beside their parts. Grant and precept are what "
                "force and office together were to receive, not what the office spent. Of later "
                "years no estimates of this kind are held; amounts that sources print of them "
                "stand in the annex.",
            )
        )
    blocks += services_blocks(found, cited)
    if len(tables["council_tax"]):
        blocks += [Heading("council-tax", "The police part of council tax"), _tax(found, cited)]
    return Section(
        "per-head",
        "Q12",
        "How much is that per head, and has it changed?",
        lead=_per_head_words(found, cited),
        blocks=blocks,
    )


# What the answer names of the lines of funding: the two that make it up.
_TWO_SIDES = ("Central funding", "Local funding")


def _per_head_words(found: Record, cited: Citations) -> list[Any]:
    """Say what came to the area per head, and what was planned for services, each by its year."""
    rows = found.tables["funding"].to_dict("records")
    rows = [row for row in rows if row["measure"] in _TWO_SIDES]
    rows += found.tables["commissioned_services"].tail(1).to_dict("records")
    said: list[Any] = []
    for row in rows:
        if is_missing(row["place"]) or is_missing(row["spend_gbp_per_head"]):
            continue
        said += [
            f"{row['measure']} came to {PENCE(row['spend_gbp_per_head'])} per head in "
            f"{row['period']}, as estimated (middle of the areas "
            f"{PENCE(row['middle_gbp_per_head'])}, {place_words(row)}; ",
            cited.key_link(f"area-per-head:{row['measure']}:{row['period']}"),
            "). ",
        ]
    tax = found.tables["council_tax"]
    if len(tax):
        last = tax.iloc[-1].to_dict()
        said += [
            f"The police part of council tax at Band D was {PENCE(last['band_d_gbp'])} in "
            f"{last['period']} (",
            cited.key_link(f"council_tax/{found.area.code}/{last['period']}"),
            ").",
        ]
    return said or ["No grant, precept or spending per head of this area is held."]


def services_blocks(found: Record, cited: Citations) -> list[Any]:
    """Commissioned services per head beside the other areas, with what the heading holds."""
    table = found.tables["commissioned_services"]
    blocks: list[Any] = [Heading("commissioned-services", "Commissioned services per head")]
    known = table[table["amount_gbp"].notna()]
    if known.empty:
        return [
            *blocks,
            Text(
                [
                    "No spending on commissioned services is reported for this area "
                    "from 2014-15 to 2017-18; that is not spending of nothing."
                ]
            ),
        ]
    blocks.append(
        _money_table(
            found,
            cited,
            "commissioned_services",
            "period",
            "Year",
            caption="Planned gross spending on commissioned services, 2014-15 to 2017-18",
            note=_services_note(found, table),
        )
    )
    return blocks


def _services_note(found: Record, table: pd.DataFrame) -> str:
    """Say what the heading holds, how the office's own list differs, and what is not reported."""
    known = table[table["amount_gbp"].notna()]
    said = [
        "Estimates as the inspectorate's value for money profiles print them under this heading, "
        "gross of income."
    ]
    years = found.tables.get("award_years")
    if years is not None and len(years):
        own = years["financial_year"].unique()
        both = sorted({*own} & {*known["period"]})
        of = f"; of {listed(both)} both are held" if both else f": it is of {listed(sorted(own))}"
        said.append(
            "The office's own list is by another definition, so that no change is read from one to "
            f"the other{of}."
        )
    unknown = table.loc[table["amount_gbp"].isna(), "period"]
    if len(unknown):
        said.append(
            f"Nothing was reported under the heading for {listed(unknown)}, which is not spending "
            "of nothing."
        )
    return " ".join(said)


def services_beside(found: Record, cited: Citations) -> list[Any]:
    """Say beside the streams what was planned per head in all, in the latest year reported."""
    table = found.tables["commissioned_services"]
    known = table[table["place"].notna()]
    if known.empty:
        return []
    row = known.iloc[-1].to_dict()
    lists = "award_years" in found.tables
    unlike = "by another definition than its lists" if lists else "a plan, and no list of awards"
    return [
        Text(
            [
                [
                    f"Beside the other areas: in {row['period']} the office planned "
                    f"{PENCE(row['spend_gbp_per_head'])} per head for commissioned services in all "
                    f"(middle of the areas {PENCE(row['middle_gbp_per_head'])}, "
                    f"{place_words(row)}), {unlike} (",
                    cited.key_link(f"area-per-head:{row['measure']}:{row['period']}"),
                    "): ",
                    Link("commissioned services per head", "#commissioned-services"),
                    ".",
                ]
            ]
        )
    ]


def _money_table(
    found: Record, cited: Citations, name: str, first: str, heading: str, *, caption: str, note: str
) -> Any:
    table = found.tables[name]
    keys: list[list[str]] = []
    for row in table.to_dict("records"):
        what = f"{row['measure']}, {found.area.name}, {row['period']}"
        if is_missing(row["amount_gbp"]):
            key = f"area-unreported:{row['measure']}:{row['period']}"
            middle = PENCE(row["middle_gbp_per_head"])
            cited.derived(
                key,
                what=what,
                shown=f"not reported; middle of the areas {middle}. {row['note']}",
                working=f"Rows of tables/{name}.csv.",
            )
            keys.append([key])
            continue
        amount = cited.register.statistic(
            f"spending/{found.area.code}/{row['measure']}/{row['period']}",
            what=f"{what}, estimate",
            value=row["amount_gbp"],
            unit="GBP",
            source_id=row["source_id"],
            locator=row["locator"],
        ).key
        keys.append([amount])
        if is_missing(row["spend_gbp_per_head"]) or is_missing(row["place"]):
            continue
        span = Period.parse(row["period"])
        people, key = people_of(cited, span), f"area-per-head:{row['measure']}:{row['period']}"
        per_head = PENCE(row["spend_gbp_per_head"])
        cited.derived(
            key,
            what=f"{what}, per resident",
            shown=f"{per_head}; middle of the areas {PENCE(row['middle_gbp_per_head'])}; "
            f"{place_words(row)}",
            working=f"{pounds(row['amount_gbp'])} / the residents of mid-{span.start.year} = "
            f"{per_head}; {place_words(row)}",
            inputs=[amount, people],
            value=row["spend_gbp_per_head"],
            unit="GBP per person",
        )
        keys[-1] = [amount, people, key]
    ranked = table["place"].notna()
    return frame_table(
        table.assign(
            per_head=table["spend_gbp_per_head"].where(ranked),
            placed=rank_words(table),
            source=cited.cells(keys),
        ),
        {
            first: Column(heading),
            "amount_gbp": Column("Estimate", numeric=True, write=pounds),
            "per_head": Column("Per head", numeric=True, write=PENCE),
            "middle_gbp_per_head": Column("Middle of the areas", numeric=True, write=PENCE),
            "placed": Column("Place", numeric=True),
            **({"note": Column("Note")} if table["note"].notna().any() else {}),
            "source": Column("From"),
        },
        id=f"{name.replace('_', '-')}-table",
        caption=caption,
        note=f"{note} Places are counted from the most per head; the City of London is left out.",
    )


def _tax(found: Record, cited: Citations) -> Any:
    table = found.tables["council_tax"].tail(_YEARS_SHOWN)
    keys = []
    for row in table.to_dict("records"):
        name = f"council_tax/{found.area.code}/{row['period']}"
        tax = cited.register.statistic(
            name,
            what=f"Band D, police part, {found.area.name}, {row['period']}",
            value=row["band_d_gbp"],
            unit="GBP",
            source_id=row["source_id"],
            locator=row["locator"],
        ).key
        cited.derived(
            f"placed:{name}",
            what=f"Band D, police part, among the areas, {row['period']}",
            shown=f"middle {PENCE(row['middle_gbp'])}; {place_words(row)}",
            working=f"{PENCE(row['band_d_gbp'])} among {count(row['n_areas'])} areas",
            inputs=[tax],
        )
        keys.append([tax, f"placed:{name}"])
    return frame_table(
        table.assign(
            placed=rank_words(table),
            source=cited.cells(keys),
        ),
        {
            "period": Column("Year"),
            "band_d_gbp": Column("Band D", numeric=True, write=PENCE),
            "middle_gbp": Column("Middle of the areas", numeric=True, write=PENCE),
            "placed": Column("Place", numeric=True),
            "source": Column("From"),
        },
        id="council-tax-table",
        caption="Council tax at Band D, the police part",
        note=[
            "The first place is the highest. A tax on a dwelling, not spending per head. Every "
            "year held: ",
            Link("tables/council_tax.csv", "tables/council_tax.csv"),
            ".",
        ],
    )


def capacity_blocks(found: Record, cited: Citations) -> list[Any]:
    """Officers on the days held, per 1,000 residents and beside the others."""
    held = found.tables["officers"]
    if held.empty:
        return [Text([f"No count of officers is held up to the end of {found.period.words}."])]
    last = held["as_at"].max()
    table = held[held["as_at"].dt.year.isin(_DAYS_SHOWN) | held["as_at"].eq(last)]
    keys = []
    for row in table.to_dict("records"):
        officers = cited.register.statistic(
            f"officers/{found.area.code}/{row['as_at']:%Y-%m-%d}",
            what=f"Police officers of {found.area.name}, {day_words(row['as_at'])}",
            value=row["fte"],
            unit="full-time equivalents",
            source_id=row["source_id"],
            locator=f"As at {day_words(row['as_at'])}",
        ).key
        keys.append([officers])
        if is_missing(row["rate"]):
            continue
        # The mid-year before 31 March lies in the financial year that ends then.
        people = people_of(cited, Period.financial_year(row["as_at"].year - 1))
        key = f"officers-rate:{row['as_at']:%Y-%m-%d}"
        cited.derived(
            key,
            what=f"Officers per 1,000 residents, {found.area.name}, {day_words(row['as_at'])}",
            shown=f"{RATE(row['rate'])}; all areas {RATE(row['all_rate'])}; {place_words(row)}",
            working=f"1,000 × {number_text(row['fte'], digits=6)} / {count(row['persons'])} = "
            f"{RATE(row['rate'])}; {place_words(row)}",
            inputs=[officers, people],
            value=row["rate"],
            unit="officers per 1,000 residents",
        )
        keys[-1] = [officers, people, key]
    return [
        Heading("capacity", "Capacity: police officers"),
        frame_table(
            table.assign(
                day=[day_words(day) for day in table["as_at"]],
                placed=rank_words(table),
                source=cited.cells(keys),
            ),
            {
                "day": Column("Day"),
                "fte": Column("Officers (FTE)", numeric=True, write=count),
                "rate": Column("Per 1,000 residents", numeric=True, write=RATE),
                "all_rate": Column("All areas", numeric=True, write=RATE),
                "placed": Column("Place", numeric=True),
                "source": Column("From"),
            },
            id="officers-table",
            caption="Police officers, full-time equivalents",
            note="Residents of the mid-year before; the first place is the most per resident. More "
            "officers and less crime side by side show neither that one made the other nor that "
            "it did not.",
        ),
    ]
