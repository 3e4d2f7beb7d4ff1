"""Contracts of what was published: sources, figures, awards, totals and outcomes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from pccfunding.schemas.base import (
    AREA_CODE,
    DECIMAL,
    FLOWS,
    STATUSES,
    STATUTORY,
    SUBJECT_ID,
    UNKNOWN_KINDS,
    VERIFIED,
    Table,
    column,
)
from pccfunding.words import DECISIONS


class Sources(Table):
    """One row a document, page or statistical release that figures were read from."""

    source_id: Series[str] = column("Key of the source.", unique=True, str_matches=SUBJECT_ID)
    title: Series[str] = column("Title of the document or page.")
    publisher: Series[str] = column("Who published it.")
    kind: Series[str] = column(
        "Kind of source.",
        isin=["report", "web_page", "news", "statistics", "hansard"],
    )
    url: Series[str] = column(
        "The publisher's own address; blank where it is not known.", optional=True
    )
    copy_url: Series[str] = column(
        "Address of the public copy that was read, where it was not read at the publisher's own.",
        optional=True,
    )
    read_on: Series[pa.DateTime] = column(
        "Day on which it was read; blank where that was not written down.", optional=True
    )
    document: Series[str] = column(
        "Name of the archived text that tokens can be checked against.", optional=True
    )
    sha256: Series[str] = column(
        "SHA-256 of the archived document.", optional=True, str_matches=r"^[0-9a-f]{64}$"
    )
    published_on: Series[pa.DateTime] = column("Date of publication, if stated.", optional=True)
    published_note: Series[str] = column(
        "What is known of the date where no full date is stated.", optional=True
    )
    licence: Series[str] = column("Licence of the source, or 'not stated'.")
    attribution: Series[str] = column("Attribution that the licence asks for.", optional=True)
    note: Series[str] = column("What a reader should know about the source.", optional=True)
    held: Series[str] = column(
        "'no' for a document that a source names and that is not in the documents held; else "
        "'yes'. No figure comes from a document that is not held.",
        optional=True,
        isin=["yes", "no"],
    )
    named_by: Series[str] = column(
        "source_id of the document that names it, where it is not held.", optional=True
    )
    named_at: Series[str] = column("Place of the name within that document.", optional=True)
    fills: Series[str] = column(
        "What it would tell, as 'table.column', joined by ';', where it is not held.",
        optional=True,
        str_matches=r"^[a-z_]+\.[a-z_]+(;[a-z_]+\.[a-z_]+)*$",
    )

    @pa.dataframe_check(error="a document that is not held says who names it and where")
    def names_who_names_it(cls, frame: pd.DataFrame) -> Any:  # noqa: N805
        """Hold that what is missing from the documents was named by one of them."""
        absent = frame["held"] == "no"
        named = frame["named_by"].isin(frame["source_id"]) & frame["named_at"].notna()
        return (absent & named) | (~absent & frame["named_by"].isna())


class Figures(Table):
    """One row a printing: a number as somebody printed it, with its place and its precision.

    Numbers stand as decimal strings, so that no digit and no trailing zero is lost.
    `value`, `low` and `high` carry the sign of `direction`.
    """

    figure_id: Series[str] = column("Key of the printing.", unique=True)
    subject_id: Series[str] = column("What the number is about: key of a subject table.")
    source_id: Series[str] = column("Where it was printed: key of `sources`.")
    locator: Series[str] = column("Place within the source.")
    token: Series[str] = column("The number as printed, with its hedge.", optional=True)
    unit: Series[str] = column("Unit of the value.", isin=["GBP", "percent", "count", "rank"])
    per: Series[str] = column(
        "What the value is printed for each of: 'year', 'person', 'band_d_dwelling', ...",
        optional=True,
    )
    direction: Series[str] = column(
        "'up' or 'down' where the source prints a change as a word.",
        optional=True,
        isin=["up", "down"],
    )
    precision: Series[str] = column(
        "'as_printed', or 'exact' where trailing zeros are known to be meant.",
        isin=["as_printed", "exact"],
    )
    value: Series[str] = column("The number, signed.", optional=True, str_matches=DECIMAL)
    low: Series[str] = column("Lower end that the words imply.", optional=True, str_matches=DECIMAL)
    low_closed: Series[bool] = column("Whether the lower end itself is possible.")
    high: Series[str] = column(
        "Upper end that the words imply.", optional=True, str_matches=DECIMAL
    )
    high_closed: Series[bool] = column("Whether the upper end itself is possible.")
    hedge: Series[str] = column("Hedge word, as a code; none where missing.", optional=True)
    resolution: Series[str] = column(
        "Unit of the last place written.", optional=True, str_matches=DECIMAL
    )
    unknown: Series[str] = column(
        "Kind of unknown where no number was printed.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    unknown_reason: Series[str] = column("Why there is no number.", optional=True)
    published_on: Series[pa.DateTime] = column(
        "Date of this printing, if stated; otherwise that of its source.", optional=True
    )
    superseded_by: Series[str] = column(
        "figure_id of the printing that replaced this one.", optional=True
    )
    flags: Series[str] = column(
        "Codes of what was repaired or doubted, joined by ';'.", optional=True
    )
    verified: Series[str] = column(
        "How it was seen: in the source (yes), in a copy (secondary), computed (derived).",
        isin=list(VERIFIED),
    )
    note: Series[str] = column("What a reader should know about this printing.", optional=True)

    @pa.dataframe_check(
        error="a figure has either a value or token, or a kind of unknown with its reason"
    )
    def number_or_reason(cls, frame: pd.DataFrame) -> Any:  # noqa: N805
        """Hold that a missing number always says why."""
        missing = frame["token"].isna()
        reasoned = frame["unknown"].notna() & frame["unknown_reason"].notna()
        return (missing & reasoned) | (~missing & frame["unknown"].isna())


_OUR_READING = "Columns of this row that are our reading and not the source's words, joined by ';'."


class _Subject(Table):
    @pa.dataframe_check(error="inferred names columns of its row that hold something")
    def infers_what_is_there(cls, frame: pd.DataFrame) -> Any:  # noqa: N805
        """Hold that what is called our reading is there to read."""
        named = frame["inferred"].dropna().str.split(";").explode()
        filled = frame.notna()
        lost = [
            row
            for row, name in zip(named.index, named, strict=True)
            if name not in filled.columns or not filled[name].loc[[row]].all()
        ]
        return pd.Series(~frame.index.isin(lost), index=frame.index)


class _MoneySubject(_Subject):
    subject_id: Series[str] = column("Key of the subject.", unique=True, str_matches=SUBJECT_ID)
    funding_stream: Series[str] = column("Name of the funding stream.")
    funder: Series[str] = column("Who gave the money, where the source says.", optional=True)
    area_code: Series[str] = column("ONS code of the area served.", str_matches=AREA_CODE)
    flow: Series[str] = column("Direction of the money.", isin=list(FLOWS), optional=True)
    status: Series[str] = column("What kind of promise or payment it is.", isin=list(STATUSES))
    theme: Series[str] = column(
        "Theme of the Police and Crime Plan, where the source gives it.",
        optional=True,
    )
    legal_basis: Series[str] = column("Power under which it is made, where stated.", optional=True)
    recipient: Series[str] = column("Who receives it, where published.", optional=True)
    part_of: Series[str] = column(
        "subject_id of a larger amount that contains this one.", optional=True
    )
    series: Series[str] = column(
        "Name of the yearly series of like amounts that this one continues.", optional=True
    )
    scope: Series[str] = column(
        "What the amount covers, where amounts of one name cover different things.", optional=True
    )
    note: Series[str] = column("What a reader should know.", optional=True)
    inferred: Series[str] = column(_OUR_READING, optional=True, str_matches=r"^[a-z_]+(;[a-z_]+)*$")


class AwardSubjects(_MoneySubject):
    """One row an award line of a complete listing, without its amount (that is in `figures`)."""

    listing: Series[str] = column("The printed list that the line belongs to.")
    funder_group: Series[str] = column("Heading that the line is printed under.", optional=True)
    period_start: Series[pa.DateTime] = column("First day that the money is for.")
    period_end: Series[pa.DateTime] = column("Last day that the money is for.")
    recipient_unknown: Series[str] = column(
        "Kind of unknown where no recipient is given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    purpose: Series[str] = column("What it is for, where published.", optional=True)
    purpose_unknown: Series[str] = column(
        "Kind of unknown where no purpose is given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    conditions: Series[str] = column("Conditions attached, where published.", optional=True)
    conditions_unknown: Series[str] = column(
        "Kind of unknown where no conditions are given.",
        optional=True,
        isin=list(UNKNOWN_KINDS),
    )
    reasons: Series[str] = column(
        "Why it was thought to reduce crime, where published.", optional=True
    )
    reasons_unknown: Series[str] = column(
        "Kind of unknown where no reasons are given.", optional=True, isin=list(UNKNOWN_KINDS)
    )
    unknown_source_id: Series[str] = column(
        "The source that shows that details called not published are so.", optional=True
    )

    @pa.dataframe_check(
        error="a detail is called not published only with the source that shows it "
        "(unknown_source_id); otherwise it is not_held"
    )
    def shows_what_is_not_published(cls, frame: pd.DataFrame) -> Any:  # noqa: N805
        """Hold that nobody is told to have left out what was never looked for."""
        called = pd.Series(False, index=frame.index)
        for detail in STATUTORY:
            called |= (frame[f"{detail}_unknown"] == "not_published").fillna(False).astype(bool)
        return ~called | frame["unknown_source_id"].notna()


class TotalSubjects(_MoneySubject):
    """One row an amount that stands outside a complete listing, without its amount.

    Totals, grants received, single awards, budgets, ceilings, rates and changes: amounts that
    overlap one another, so that adding the column up means nothing.
    """

    kind: Series[str] = column(
        "What the amount is.",
        isin=[
            "total",
            "grant_received",
            "award",
            "allocation",
            "budget",
            "ceiling",
            "rate",
            "change",
        ],
    )
    period_start: Series[pa.DateTime] = column("First day that the money is for.", optional=True)
    period_end: Series[pa.DateTime] = column("Last day that the money is for.", optional=True)
    purpose: Series[str] = column("What it is for, where published.", optional=True)


class _Amounts(Table):
    figure_id: Series[str] = column("The printing that the amount was taken from.")
    token: Series[str] = column("The amount as printed.", optional=True)
    hedge: Series[str] = column("Hedge word, as a code.", optional=True)
    per: Series[str] = column("What the amount is for each of.", optional=True)
    unit: Series[str] = column("Unit of the printed number.")
    amount_gbp: Series[float] = column("Amount as printed.", unit="GBP", optional=True)
    amount_low_gbp: Series[float] = column(
        "Least amount that the words imply; missing where unbounded.", unit="GBP", optional=True
    )
    amount_high_gbp: Series[float] = column(
        "Greatest amount that the words imply; missing where unbounded.", unit="GBP", optional=True
    )
    unknown: Series[str] = column("Kind of unknown where no amount is given.", optional=True)
    period: Series[str] = column("Label of the period, such as '2023-24'.", optional=True)


class Awards(AwardSubjects, _Amounts):
    """One row an award line of a complete listing, with the amount that holds at a date."""


class Totals(TotalSubjects, _Amounts):
    """One row an amount outside a complete listing, with the value that holds at a date."""

    value: Series[float] = column("The number as printed, in `unit`.", optional=True)


class Statements(Table):
    """One row a statement of the sources that arithmetic can test, with its recorded verdict."""

    statement_id: Series[str] = column("Key of the statement.", unique=True, str_matches=SUBJECT_ID)
    statement: Series[str] = column("What is stated, in our words.")
    relation: Series[str] = column(
        "Relation asserted.",
        isin=[
            "equal",
            "different",
            "sum",
            "part_of",
            "difference",
            "ratio",
            "percent_change",
            "growth",
            "share",
            "count_percentage",
            "hull",
        ],
    )
    left: Series[str] = column(
        "Figures on the left, joined by ';': a figure_id, 'unit:token' for a printed token that is "
        "no figure of its own, or a kind of unknown such as 'not_held'."
    )
    right: Series[str] = column("The figure on the right, written in the same way.")
    source_id: Series[str] = column("Where tokens that are no figures were printed.", optional=True)
    locator: Series[str] = column("Place of those tokens within the source.", optional=True)
    complete: Series[bool] = column("Whether all parts are on the left.")
    scope_differs: Series[str] = column(
        "What the sides are not both about, joined by ';': period, area, funder, stream, status, "
        "flow, price_base.",
        optional=True,
    )
    area_code: Series[str] = column("ONS code of the area it concerns.", str_matches=AREA_CODE)
    expected_verdict: Series[str] = column(
        "Recorded verdict.", isin=["reconciles", "conflicts", "cannot be told"]
    )
    expected_reason: Series[str] = column("Recorded reason.", optional=True)
    explanation: Series[str] = column(
        "Why a conflict stands, in a person's words; a pack is signed only where each has one.",
        optional=True,
    )
    explained_by: Series[str] = column("Who gives the explanation.", optional=True)
    note: Series[str] = column("What a reader should know.", optional=True)

    @pa.dataframe_check(error="an explanation has somebody who gives it")
    def explained(cls, frame: pd.DataFrame) -> Any:  # noqa: N805
        """Hold that nobody explains a conflict without a name."""
        return frame["explanation"].isna() | frame["explained_by"].notna()


class Services(Table):
    """One row a service or fund, with the decision that a person entered about it.

    A decision is a person's, never worked out here; it counts once somebody signs for it.
    """

    service_id: Series[str] = column("Key of the service.", unique=True, str_matches=SUBJECT_ID)
    service: Series[str] = column("Its name.")
    area_code: Series[str] = column("ONS code of the area served.", str_matches=AREA_CODE)
    need: Series[str] = column("The need it answers.", optional=True)
    logic: Series[str] = column("Why it should work.", optional=True)
    reach: Series[str] = column("Whom it reached, as printed.", optional=True)
    targets: Series[str] = column("What was agreed.", optional=True)
    delivered: Series[str] = column("What was delivered.", optional=True)
    decision: Series[str] = column(
        "What was decided about it.", optional=True, isin=list(DECISIONS)
    )
    reason: Series[str] = column("Why it was decided.", optional=True)
    decided_by: Series[str] = column("Who decided.", optional=True)
    role: Series[str] = column("As what.", optional=True)
    decided_on: Series[pa.DateTime] = column("Day of the decision.", optional=True)

    @pa.dataframe_check(error="a decision has a reason and somebody who decided")
    def decided(cls, frame: pd.DataFrame) -> Any:  # noqa: N805
        """Hold that no decision stands without its reason and a name."""
        return frame["decision"].isna() | (frame["reason"].notna() & frame["decided_by"].notna())


class OutcomeSubjects(_Subject):
    """One row an outcome, output or demand that somebody reported, without its number."""

    subject_id: Series[str] = column("Key of the subject.", unique=True, str_matches=SUBJECT_ID)
    measure: Series[str] = column("What was measured, as the source names it.")
    offence: Series[str] = column(
        "Offence classes of `recorded_crime`, joined by ' + ', of the same or nearest definition.",
        optional=True,
    )
    offence_match: Series[str] = column(
        "How near the classes are: the same, a wider class, or a proxy put together from several.",
        optional=True,
        isin=["same", "wider", "proxy"],
    )
    quantity: Series[str] = column(
        "Whether the number is a change, a level, a rank or a status.",
        isin=["change", "level", "rank", "status"],
    )
    better: Series[str] = column(
        "Which way is good: 'lower' or 'higher'; missing where neither is.",
        optional=True,
        isin=["lower", "higher"],
    )
    figure_kind: Series[str] = column(
        "Kind of result.", isin=["outcome", "output", "demand", "status"]
    )
    theme: Series[str] = column(
        "Theme of the Police and Crime Plan that it is printed under.",
        optional=True,
    )
    area_code: Series[str] = column("ONS code of the area.", str_matches=AREA_CODE)
    period_start: Series[pa.DateTime] = column("First day of the period.", optional=True)
    period_end: Series[pa.DateTime] = column("Last day of the period.", optional=True)
    baseline_start: Series[pa.DateTime] = column("First day of the baseline.", optional=True)
    baseline_end: Series[pa.DateTime] = column("Last day of the baseline.", optional=True)
    baseline_basis: Series[str] = column("How the source gives the baseline.", optional=True)
    base_count: Series[str] = column(
        "Count that a percentage is of, where published.", optional=True, str_matches=r"^\d+$"
    )
    funding_stream: Series[str] = column(
        "Funding stream that the source sets beside it.", optional=True
    )
    attribution: Series[str] = column(
        "What the source claims of the link.",
        isin=[
            "not_attributed",
            "associated",
            "attributed_in_text",
            "output_of_the_stream",
            "disclaimed_in_text",
        ],
    )
    part_of: Series[str] = column("subject_id of a larger count that contains it.", optional=True)
    note: Series[str] = column("What a reader should know.", optional=True)
    inferred: Series[str] = column(_OUR_READING, optional=True, str_matches=r"^[a-z_]+(;[a-z_]+)*$")


class Outcomes(OutcomeSubjects):
    """One row an outcome, with the number that holds at a date. Percent columns hold 24.0."""

    figure_id: Series[str] = column("The printing that the number was taken from.")
    token: Series[str] = column("The number as printed.", optional=True)
    hedge: Series[str] = column("Hedge word, as a code.", optional=True)
    unit: Series[str] = column("Unit of the value.")
    value: Series[float] = column("The number, negative where a fall is printed.", optional=True)
    value_low: Series[float] = column(
        "Least number that the words imply; missing where unbounded.", optional=True
    )
    value_high: Series[float] = column(
        "Greatest number that the words imply; missing where unbounded.", optional=True
    )
    change_pct: Series[float] = column(
        "The number where it is a change in percent; negative for a fall.",
        unit="percent",
        optional=True,
    )
    unknown: Series[str] = column("Kind of unknown where no number is given.", optional=True)
    period: Series[str] = column("Label of the period.", optional=True)
    baseline: Series[str] = column("Label of the baseline.", optional=True)
