"""The section on need: rates before the money, by area, district, severity and series."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.review_pack.blocks import Column, Heading, Link, Section, Table, frame_table
from pccfunding.review_pack.open_questions import ANSWERED_BY, without_words
from pccfunding.review_pack.wording import listed, measured, when_text
from pccfunding.words import count, counted, quantity

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


_rate = partial(quantity, places=2)


def where_was_need(found: Record, cited: Citations) -> Section:
    """Where the problem was before the money."""
    tables = found.tables
    table = tables["need"]
    blocks: list[Any] = []
    if len(table):
        blocks.append(_need_table(found, cited))
    if len(tables["districts"]):
        blocks += [Heading("need-districts", "Where inside the area"), _districts(found, cited)]
    if len(tables["severity"]):
        blocks += [Heading("need-severity", "How severe"), _severity(found, cited)]
    if len(tables["other_rates"]):
        blocks += [Heading("need-other", "Incidents and weapons"), _other_rates(found, cited)]
    start = min(found.tables["awards"]["period_start"].min().date(), found.period.start)
    late = [
        row["measure"]
        for row in table.to_dict("records")
        if Period.parse(row["baseline"]).end >= start
    ]
    lead = "The rates are of years before the money." if len(table) and not late else ""
    if late:
        lead = f"The baseline of {listed(late)} reaches into the money's own years."
    return Section(
        "need",
        "Q4",
        "Need: where was the problem?",
        lead=cited.said(
            "districts",
            "Highest place, and districts with counts",
            " ".join(
                said
                for said in (
                    _highest_words(table),
                    lead,
                    _severity_words(found) if table.empty else "",
                    _answer_words(found, table),
                    _district_words(found),
                )
                if said
            ),
            "tables/need.csv; tables/districts.csv, of those of tables/places.csv",
        )
        if blocks
        else "",
        blocks=blocks,
    )


def _highest_words(table: pd.DataFrame) -> str:
    """Say which problem stood out against all areas before the money."""
    if table.empty:
        return ""
    row = table.sort_values("place", kind="stable").iloc[0]
    return (
        f"{row['measure']} stood out most: {_rate(row['rate'])} per 1,000 residents in "
        f"{when_text(row['baseline'])}, {_rate(row['all_rate'])} in all areas, place "
        f"{row['place']} of {row['n_areas']}, the highest first."
    )


def _severity_words(found: Record) -> str:
    """Say how severe all recorded crime was in the last year held before the money."""
    table = found.tables["severity"]
    table = table[table["when"] == "before the money"]
    if table.empty:
        return ""
    row = table.iloc[-1].to_dict()
    return (
        "All recorded crime, weighed by the sentences for it, scored "
        f"{_rate(row['severity_score'])} a head in {row['period']}, place {row['place']} of "
        f"{row['n_areas']}, the highest first."
    )


def _answer_words(found: Record, table: pd.DataFrame) -> str:
    """Say what would answer the question where no printed change has counts and residents."""
    if len(table):
        return ""
    return f"{without_words(found, 'Q4')} What would answer it: {ANSWERED_BY['Q4']}"


def _district_words(found: Record) -> str:
    inside, held = found.tables["places"], found.tables["districts"]
    if inside.empty:
        return ""
    if held.empty:
        return (
            f"Counts by district are not in the documents held for any of the "
            f"{counted(len(inside), 'district')} in the months before the money."
        )
    return (
        f"Counts by district are held for {len(held)} of {counted(len(inside), 'district')}, "
        f"{when_text(held['months'].iloc[0])}."
    )


def _need_table(found: Record, cited: Citations) -> Table:
    table = found.tables["need"]
    keys = []
    for row in table.to_dict("records"):
        span = Period.parse(row["baseline"])
        key = f"need:{row['subject_id']}"
        inputs = [
            *cited.offences(row["offence"], row["baseline"]),
            cited.persons(*_ends(span)),
        ]
        cited.derived(
            key,
            what=f"{measured(row)}, rate per 1,000 residents, {found.area.name}, {row['baseline']}",
            shown=f"{_rate(row['rate'])}; all areas {_rate(row['all_rate'])}; "
            f"place {row['place']} of {row['n_areas']}",
            working=f"1,000 × {count(row['offences'])} / {count(row['persons'])} = "
            f"{_rate(row['rate'])}; the "
            f"same for all {row['n_areas']} police force areas together = "
            f"{_rate(row['all_rate'])}; place {row['place']} of {row['n_areas']}, the highest "
            "rate first",
            inputs=inputs,
            value=row["rate"],
            unit="offences per 1,000 residents",
        )
        keys.append([*inputs, key])
    shown = table.assign(
        measure=[measured(row) for row in table.to_dict("records")],
        place=[f"{row.place} of {row.n_areas}" for row in table.itertuples()],
        source=cited.cells(keys),
    )
    return frame_table(
        shown,
        {
            "measure": Column("Measure"),
            "baseline": Column("Year"),
            "rate": Column("Per 1,000 residents", numeric=True, write=_rate),
            "all_rate": Column("All areas", numeric=True, write=_rate),
            "place": Column("Place", numeric=True),
            "source": Column("From"),
        },
        id="need-table",
        caption="Rates in the year that the printed changes start from",
        note=[
            "Recorded crime is what is reported and recorded; rates differ for many "
            "reasons beside need. The City of London is left out. Every area: ",
            Link("tables/force_rates.csv", "tables/force_rates.csv"),
            ".",
        ],
    )


def _districts(found: Record, cited: Citations) -> Table:
    table = found.tables["districts"]
    keys = []
    for row in table.to_dict("records"):
        span = Period.parse(row["months"])
        inputs = [
            cited.street(row["area"], kind, span, row[name], row["source_id"])
            for kind, name in (("crime", "crimes"), ("incident", "incidents"))
        ]
        people = cited.residents_of(row["area"], row["persons"], row["persons_source_id"], span)
        key = f"district:{row['area_code']}:{span.label}"
        cited.derived(
            key,
            what=f"Street records per 1,000 residents, {row['area']}, {span.words}",
            shown=f"crimes {_rate(row['crimes_per_1000'])}; incidents "
            f"{_rate(row['incidents_per_1000'])}",
            working=f"1,000 × {count(row['crimes'])} / {count(row['persons'])} = "
            f"{_rate(row['crimes_per_1000'])}; 1,000 × {count(row['incidents'])} / "
            f"{count(row['persons'])} = {_rate(row['incidents_per_1000'])}",
            inputs=[*inputs, people],
            value=row["crimes_per_1000"],
            unit="records per 1,000 residents",
        )
        keys.append([*inputs, people, key])
    months = when_text(table["months"].iloc[0])
    return frame_table(
        table.assign(source=cited.cells(keys)),
        {
            "area": Column("District"),
            "crimes": Column("Crimes", numeric=True, write=count),
            "crimes_per_1000": Column("per 1,000 residents", numeric=True, write=_rate),
            "incidents": Column("Anti-social behaviour", numeric=True, write=count),
            "incidents_per_1000": Column("per 1,000 residents", numeric=True, write=_rate),
            "source": Column("From"),
        },
        id="districts-table",
        caption=f"Street records by district, {months}",
        note="The rates are of these months, so they are below those of a year. Records without a "
        "place, and those outside the force, are in none of the rows.",
    )


def _severity(found: Record, cited: Citations) -> Table:
    table = found.tables["severity"]
    keys = []
    for row in table.to_dict("records"):
        keys.append(
            [
                cited.register.statistic(
                    f"crime_severity/{found.area.code}/{row['period']}",
                    what=f"Crime Severity Score, {found.area.name}, {row['period']}, place "
                    f"{row['place']} of {row['n_areas']}",
                    value=row["severity_score"],
                    unit="score",
                    source_id=row["source_id"],
                    locator=row["release"],
                ).key
            ]
        )
    shown = table.assign(
        place=[f"{row.place} of {row.n_areas}" for row in table.itertuples()],
        source=cited.cells(keys),
    )
    return frame_table(
        shown,
        {
            "period": Column("Year"),
            "severity_score": Column("Score", numeric=True, write=_rate),
            "place": Column("Place", numeric=True),
            "when": Column("When"),
            "source": Column("From"),
        },
        id="severity-table",
        caption="Crime Severity Score of all recorded crime",
        note="A score a head, which weighs each offence by the sentences for it: serious offences "
        "count for more. The highest score comes first.",
    )


def _other_rates(found: Record, cited: Citations) -> Table:
    table = found.tables["other_rates"]
    keys = []
    for row in table.to_dict("records"):
        span = Period.parse(row["period"])
        what = f"{row['measure']}, {row['method']}"
        number = cited.register.statistic(
            f"other/{found.area.code}/{what}/{span.label}",
            what=f"{what}, {found.area.name}, {span.words}",
            value=row["counted"],
            unit="counted",
            source_id=row["source_id"],
            locator="Police force area tables",
        ).key
        people = cited.residents_of(found.area.name, row["persons"], row["persons_source_id"], span)
        key = f"need:{what}"
        cited.derived(
            key,
            what=f"{what}: rate per 1,000 residents, {found.area.name}, {span.label}",
            shown=f"{_rate(row['rate'])}; all areas {_rate(row['all_rate'])}; place "
            f"{row['place']} of {row['n_areas']}",
            working=f"1,000 × {count(row['counted'])} / {count(row['persons'])} = "
            f"{_rate(row['rate'])}; all areas together {_rate(row['all_rate'])}; place "
            f"{row['place']} of {row['n_areas']}, the highest rate first",
            inputs=[number, people],
            value=row["rate"],
            unit="per 1,000 residents",
        )
        keys.append([number, people, key])
    shown = table.assign(
        period=[when_text(label) for label in table["period"]],
        place=[f"{row.place} of {row.n_areas}" for row in table.itertuples()],
        source=cited.cells(keys),
    )
    ways = table.groupby("measure")["method"].nunique()
    told = [
        f"{name} is counted in more than one way, and the ways never mix"
        for name, number in ways.items()
        if number > 1
    ]
    return frame_table(
        shown,
        {
            "measure": Column("Series"),
            "method": Column("How counted"),
            "period": Column("Year"),
            "counted": Column("Count", numeric=True, write=count),
            "rate": Column("Per 1,000 residents", numeric=True, write=_rate),
            "all_rate": Column("All areas", numeric=True, write=_rate),
            "place": Column("Place", numeric=True),
            "source": Column("From"),
        },
        id="other-rates-table",
        caption="Last year of each series before the money",
        note="".join(f"{one}. " for one in told).strip(),
    )


def _ends(span: Period) -> tuple[Any, Any]:
    import pandas as pd

    return pd.Timestamp(span.start), pd.Timestamp(span.end)
