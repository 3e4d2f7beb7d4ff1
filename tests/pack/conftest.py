"""A page with every kind of part in it, for the tests of the page."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.axes import Axes

import pccfunding as pcc
from pccfunding.plots import plot_changes, plot_streams
from pccfunding.review_pack import Review
from pccfunding.review_pack.blocks import (
    Badge,
    Bullets,
    Column,
    Fact,
    Group,
    Heading,
    Link,
    Page,
    Plot,
    Row,
    Section,
    Source,
    Statement,
    Table,
    Text,
    Verdicts,
    badge,
    frame_table,
)

LINES = [
    ("All government grants", "Victim Support Services", 2_321_845.0, "line"),
    ("All government grants", "Serious Violence", 352_195.0, "line"),
    ("All government grants", "Domestic Abuse Perpetrator", 374_849.0, "line"),
    ("All government grants", "Safer Streets 4 & 5", 697_595.0, "line"),
    ("All government grants", None, 3_746_484.0, "subtotal"),
    ("Commissioner's Funds", "Crime and Disorder Reduction", 1_544_914.0, "line"),
    ("Commissioner's Funds", "Road Safety", 288_175.0, "line"),
    ("Commissioner's Funds", "Youth Fund", 70_023.0, "line"),
    ("Commissioner's Funds", None, 1_903_112.0, "subtotal"),
    ("Local partnership co-commissioning", "Local partnership", 331_862.0, "line"),
    ("Local partnership co-commissioning", None, 331_862.0, "subtotal"),
    (None, None, 5_981_458.0, "total"),
]
CHANGES = [
    ("Residential burglary", -37.0, -37.5, -36.5, -36.8, -40.1, -33.3, 3497),
    ("Cycle theft", -52.0, -52.5, -51.5, -51.9, -54.2, -49.4, 4619),
    ("Theft from the person", -8.5, -8.55, -8.45, -7.3, -15.3, 1.4, 986),
    ("Anti-social behaviour", -30.0, -30.5, -29.5, None, None, None, None),
]


def award_lines() -> pd.DataFrame:
    frame = pd.DataFrame(LINES, columns=["funder_group", "funding_stream", "amount_gbp", "row"])
    return frame.assign(derived=frame["row"] != "line", period="2023-24", status="award")


def drawn_changes() -> Axes:
    printed = ["printed_pct", "printed_low_pct", "printed_high_pct"]
    counted = ["change_pct", "change_low_pct", "change_high_pct", "base_count"]
    frame = pd.DataFrame(CHANGES, columns=["measure", *printed, *counted])
    return plot_changes(frame.assign(baseline="2019", period="2023"))


@pytest.fixture(scope="session")
def example_page() -> Page:
    """A Review in small, with a table too wide for a telephone."""
    lines = award_lines()
    lines["name"] = lines["funding_stream"].fillna("Sum of the lines above")
    lines["recipient"] = None
    lines["where"] = [[Link("panel report", "#source-panel"), ", table 1"]] * len(lines)
    amount = Column("Amount, £", numeric=True, write="{:,.0f}".format)
    shown = {
        "name": Column("Funding stream"),
        "amount_gbp": amount,
        "row": Column("Line, subtotal or total"),
        "recipient": Column("Recipient"),
        "where": Column("Where it is printed"),
        "status": Column("Status of the amount"),
    }
    table = frame_table(
        lines,
        shown,
        id="awards",
        caption="Award lines of 2023-24 under the headings that they are printed under",
        note=["Source: ", Link("panel report", "#source-panel"), "."],
        group_by="funder_group",
        level="row",
    )
    counts = Table(
        "counts",
        "Recorded offences",
        [Column("Offence"), Column("2019", numeric=True), Column("2023", numeric=True)],
        [Group([Row(["Residential burglary", "3,497", "2,210"])])],
    )
    statements = [
        Statement(
            "£21.5m in four years is at least the lines of 2023-24.",
            badge("does not exceed"),
            "Three of the four years are not published.",
            ["[21,450,000, 21,550,000] against 5,981,458", ["See ", Link("awards", "#awards")]],
        ),
        Statement(
            "The table is a breakdown of the £21.5m.", badge("conflicts"), "", ["No overlap"]
        ),
        Statement("Grants of 2018-19 were just short of £1.2m.", badge("cannot be told")),
    ]
    return Page(
        title="Review of commissioner funding and reported outcomes",
        subtitle="What was bought, whether it adds up, and what changed beside it.",
        particulars=[("Area", "Cambridgeshire"), ("Period", "2021-25"), ("Evidence as of", "2025")],
        summary=[
            Fact("Eight award lines", "£5,981,458", [Badge("derived"), " by adding up"]),
            Fact("Printed falls that the counts agree with", "3 of 4"),
        ],
        sections=[
            Section(
                "q1",
                "Q1",
                "What was bought, and from whose money?",
                "Eight lines under three headings.",
                [
                    Plot("streams", plot_streams(lines), [Link("The numbers", "#awards"), "."]),
                    table,
                    Heading("q1-missing", "What the source leaves out"),
                    Bullets(["Recipients", "Conditions", "Reasons"]),
                ],
            ),
            Section("q3", "Q3", "Do the figures add up?", "", [Verdicts(statements)]),
            Section(
                "q6",
                "Q6",
                "Did the outcomes change?",
                ["One printed fall ", badge("differs"), " from the counts."],
                [
                    Plot("changes", drawn_changes()),
                    counts,
                    Text(["No count is published for anti-social behaviour."]),
                    Bullets(["First", "Second"], numbered=True),
                ],
            ),
        ],
        sources=[
            Source("panel", "Progress report", "Police and Crime Panel", "13 March 2024"),
            Source(
                "ons",
                "Police force area data tables",
                "Office for National Statistics",
                "2024",
                "https://www.ons.gov.uk/peoplepopulationandcommunity/crimeandjustice/datasets/tables",
                "Open Government Licence v3.0",
                "Read from sheet P4.",
            ),
        ],
        footer=["Figures are as printed by their sources; derived numbers are marked."],
    )


@pytest.fixture(scope="session")
def found() -> Review:
    """The Review of the bundled evidence."""
    return pcc.review(pcc.load_evidence())


@pytest.fixture(scope="session")
def conflicts(found: Review) -> dict[str, str]:
    """A reason for each conflict of the bundled evidence."""
    told = found.tables["statements"]
    return {
        name: f"Asked about {name}; the answer is on file."
        for name in told.loc[told["verdict"] == "conflicts", "statement_id"]
    }


@pytest.fixture(scope="session")
def pack(
    found: Review,
    conflicts: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The pack of the bundled evidence with its zip archive; tests change copies only."""
    folder = tmp_path_factory.mktemp("packs") / "review"
    dataclasses.replace(found, exceptions=conflicts).write(folder, zip=True)
    return folder
