"""The sheets of the workbook as data: what a person types, with its allowed values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pccfunding.texts import folded
from pccfunding.words import DECISIONS

__all__ = ["SHEETS", "Column", "Sheet", "folded"]

Kind: TypeAlias = Literal["text", "amount", "printed", "count", "day", "period", "choice", "name"]
FORCES, DISTRICTS, OFFENCES = "forces", "districts", "offences"

# What an office says, and what the contracts call it.
STATUSES = {
    "applied for": "bid",
    "allocated": "allocation",
    "budget": "budget",
    "awarded": "award",
    "up to": "ceiling",
    "forecast": "forecast",
    "spent (outturn)": "outturn",
    "returned (clawback)": "returned",
    "carried forward": "carried_forward",
}
FLOWS = {
    "received from government": "national_to_pcc",
    "given": "pcc_to_recipient",
    "paid to the force": "pcc_to_recipient",
}
DIRECTIONS = {
    "fell by": "change",
    "rose by": "change",
    "changed from-to": "change",
    "level": "level",
    "number": "level",
    "rank": "rank",
}
RELATIONS = {
    "adds up to": "sum",
    "is part of": "part_of",
    "equals": "equal",
    "is difference of": "difference",
    "is a different sum": "different",
}
SCOPES = {
    "period": "period",
    "area": "area",
    "funder": "funder",
    "funding stream": "stream",
    "status": "status",
    "flow": "flow",
    "price base": "price_base",
}
FILE_KINDS = {
    "award list": "awards",
    "recorded crime": "recorded_crime",
    "population": "population",
    "prices": "deflator",
    "street records (police.uk)": "street_crime",
    "something else": None,
}
# The words of sheet Awards for what a list may hold, and the reader's own.
FIELDS_OF_LISTS = {
    "reference": "award_id",
    "agreed on": "awarded_on",
    "from": "period_start",
    "to": "period_end",
}
DECIDED = {decision.replace("-", " "): decision for decision in DECISIONS}
YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    title : str
        Its header, in the words of an office.
    kind : str
        "text", "amount" (pounds), "printed" (a number with its unit), "count", "day", "period",
        "choice" (one of `choices`) or "name" (a row of the sheet and column in `leads_to`).
    comment : str
        The sentence that its header carries.
    example : str
        Its cell in the greyed row.
    needed : bool
        Whether a row without it is left out.
    decides : bool
        Whether a row is left out where this cell cannot be read, since the money or the result
        would be another one without it.
    choices : mapping or str
        Allowed values, each with what it stands for; or the name of a list that depends on the
        area ("districts") or is long ("forces", "offences").
    leads_to : tuple of (str, str)
        Sheet and column whose cells are offered.
    width : int
        Width in characters.
    """

    title: str
    kind: Kind
    comment: str
    example: str = ""
    needed: bool = False
    decides: bool = False
    choices: dict[str, str] | dict[str, str | None] | dict[str, bool] | str = field(
        default_factory=dict
    )
    leads_to: tuple[str, str] | None = None
    width: int = 18


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, what one row of it is, and its columns.

    Attributes
    ----------
    name : str
    title : str
        The sentence above the table.
    columns : tuple of Column
    down : bool
        Whether the columns stand one below the other, since there is one record only.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    down: bool = False

    def column(self, title: str) -> Column:
        """Give a column by its title."""
        return next(one for one in self.columns if one.title == title)


def _where(example: str, *, needed: bool = False) -> tuple[Column, Column]:
    source = Column(
        "source",
        "name",
        "The document it was printed in: a name of sheet Sources.",
        "Decision notices 2024",
        needed=needed,
        leads_to=("Sources", "name"),
        width=24,
    )
    place = Column("where in it", "text", "Page, table, row or heading in that document.", example)
    return source, place


def _status(blank: str) -> Column:
    return Column(
        "status",
        "choice",
        f"What kind of promise or payment it is. Blank: {blank}.",
        "awarded",
        decides=True,
        choices=STATUSES,
        width=19,
    )


_START = Sheet(
    "Start",
    "Who reviews what: one answer a line, in column B.",
    (
        Column(
            "area",
            "choice",
            "The police force area that is reviewed.",
            "Durham",
            needed=True,
            choices=FORCES,
        ),
        Column(
            "period",
            "period",
            "The financial year, or the years, that are reviewed.",
            "2024-25, or 2022-23/2024-25",
            needed=True,
        ),
        Column(
            "commissioner's office",
            "text",
            "The office as it signs its letters.",
            "Office of the Durham Police and Crime Commissioner",
        ),
        Column("prepared by", "text", "Who fills this workbook.", "A. Name, performance officer"),
        Column("meeting date", "day", "Day of the meeting that the Review is for.", "12 June 2025"),
        Column(
            "base year of prices",
            "period",
            "The financial year whose prices amounts are compared in. Blank: the latest known.",
            "2024-25",
        ),
    ),
    down=True,
)
_FILES = Sheet(
    "Files",
    "A file in awards/ or counts/: one row where the reader guessed wrong; others need none.",
    (
        Column(
            "file",
            "text",
            "Name of the file, as it stands in awards/ or counts/.",
            "grants-2024-25.xlsx",
            needed=True,
            width=30,
        ),
        Column(
            "sheets",
            "text",
            "The one sheet of the file to read, or several with a semicolon between. Blank: all.",
            "Grants; Youth",
        ),
        Column(
            "what it is",
            "choice",
            "What the file holds. Blank: the reader looks. Something else: it is not read.",
            "award list",
            decides=True,
            choices=FILE_KINDS,
        ),
        Column(
            "funding stream",
            "text",
            "Fund of the awards that name none. Blank: the name of the file stands for it.",
            "Community Safety Fund",
            width=26,
        ),
        Column("funder", "text", "Who gave the awards that name no funder.", "Home Office"),
        Column(
            "financial year",
            "period",
            "Year of the awards that state none. Blank: that of the award date.",
            "2024-25",
            decides=True,
            choices={"from award date": "from award date"},
        ),
        _status("what the file says, else awarded"),
        Column(
            "flow",
            "choice",
            "Which way the money goes. Blank: given.",
            "given",
            decides=True,
            choices=FLOWS,
            width=24,
        ),
        Column(
            "column names",
            "text",
            "Headers the reader did not know: field = header, with a semicolon between.",
            "recipient = Organisation; amount = Grant (£)",
            decides=True,
            width=30,
        ),
        Column(
            "use",
            "choice",
            "Whether the file counts. Two files with the same awards: no for one of them.",
            "yes",
            decides=True,
            choices=YES_NO,
            width=8,
        ),
    ),
)
_AWARDS = Sheet(
    "Awards",
    "An award typed by hand: one row an award. Lists that are files go into awards/ instead.",
    (
        Column(
            "recipient",
            "text",
            "Who receives the money, as printed.",
            "Halo Centre",
            needed=True,
            width=28,
        ),
        Column(
            "funding stream",
            "text",
            "The fund that it is paid from.",
            "Community Safety Fund",
            needed=True,
            width=26,
        ),
        Column(
            "amount",
            "amount",
            "The amount as printed, in pounds: £12,500, £1.2m, up to £20,000, TBC.",
            "£12,500",
            needed=True,
            decides=True,
        ),
        Column("reference", "text", "Number of the decision notice or grant.", "DN 12/2024"),
        Column("agreed on", "day", "Day of the decision, the day first.", "3 May 2024"),
        Column("funder", "text", "Who gave the money. Blank: the office.", "Home Office"),
        Column("from", "day", "First day that the money is for.", "1 April 2024", decides=True),
        Column("to", "day", "Last day that the money is for.", "31 March 2025", decides=True),
        Column(
            "financial year",
            "period",
            "In place of from and to. Blank, with no days given: the period of sheet Start.",
            "2024-25",
            decides=True,
        ),
        _status("awarded"),
        Column("purpose", "text", "What it is for, as published.", "Drop-in for young people"),
        Column("conditions", "text", "Conditions attached, as published.", "Quarterly reports"),
        Column("reasons", "text", "Why it is thought to reduce crime.", "Needs assessment, 4.2"),
        Column("power", "text", "The power under which it is made.", "Section 143, 2014 Act"),
        Column(
            "service",
            "name",
            "The service it pays for: a name of sheet Services.",
            "Youth diversion",
            leads_to=("Services", "service"),
        ),
        Column(
            "district",
            "choice",
            "The district it is for, where it is for one.",
            "",
            choices=DISTRICTS,
        ),
        Column(
            "part of",
            "name",
            "The larger amount that contains it: a name (what) of sheet Amounts.",
            "Community Safety Fund, all awards",
            decides=True,
            leads_to=("Amounts", "what"),
            width=28,
        ),
        Column("note", "text", "What a reader should know.", "", width=28),
        *_where("page 3", needed=True),
    ),
)
_AMOUNTS = Sheet(
    "Amounts",
    "Any other printed amount: a total, a grant received, a budget, an outturn.",
    (
        Column(
            "what",
            "text",
            "A name for the amount; other sheets use it to point here.",
            "Community Safety Fund, all awards",
            needed=True,
            width=34,
        ),
        Column(
            "amount",
            "amount",
            "The amount as printed, in pounds: £525,179, £1.2m, (1,000), TBC.",
            "£525,179",
            needed=True,
            decides=True,
        ),
        Column("period", "period", "The year or years it is for.", "2024-25", decides=True),
        Column("funding stream", "text", "The fund it belongs to.", "Community Safety Fund"),
        Column("funder", "text", "Who gave the money.", "Home Office"),
        _status("awarded"),
        Column(
            "flow",
            "choice",
            "Which way the money goes. Blank: given.",
            "given",
            decides=True,
            choices=FLOWS,
            width=24,
        ),
        Column(
            "parts listed",
            "choice",
            "all: the rows that name it in part of must add up to it. some: they must not exceed.",
            "all",
            decides=True,
            choices={"all": "all", "some": "some"},
            width=12,
        ),
        Column(
            "part of",
            "name",
            "A larger amount of this sheet that contains it.",
            "",
            decides=True,
            leads_to=("Amounts", "what"),
            width=28,
        ),
        *_where("table 2"),
    ),
)
_OUTCOMES = Sheet(
    "Outcomes",
    "A published result: one row a number.",
    (
        Column(
            "measure",
            "text",
            "What was measured, as the source names it.",
            "Residential burglary",
            needed=True,
            width=28,
        ),
        Column(
            "direction",
            "choice",
            "How the number is meant; it is asked for, never guessed.",
            "fell by",
            needed=True,
            decides=True,
            choices=DIRECTIONS,
        ),
        Column(
            "as printed",
            "printed",
            "The number as printed, with its sign: 9.4%, 412, from 120 to 90.",
            "9.4%",
            needed=True,
            decides=True,
        ),
        Column(
            "better when",
            "choice",
            "Which way is good. Blank: neither.",
            "lower",
            choices={"lower": "lower", "higher": "higher"},
        ),
        Column("period", "period", "The period it is about.", "2024-25", decides=True),
        Column("compared with", "period", "The period before.", "2023-24", decides=True),
        Column("count before", "count", "The count it started from, where printed.", "1,204"),
        Column("count after", "count", "The count it came to, where printed.", "1,091"),
        Column(
            "offence",
            "choice",
            "The class of recorded crime of the same or nearest definition.",
            "Residential burglary",
            choices=OFFENCES,
            width=26,
        ),
        Column(
            "service or stream",
            "text",
            "The service or fund that the source sets beside it.",
            "Community Safety Fund",
        ),
        Column("district", "choice", "The district it is about.", "", choices=DISTRICTS),
        *_where("page 7"),
    ),
)
_CHECKS = Sheet(
    "Checks",
    "Two things that should agree; or only check, reason and who, to answer a check by its name.",
    (
        Column(
            "check",
            "text",
            "A name for the check, or the name that check printed.",
            "Fund and its awards",
            needed=True,
            width=34,
        ),
        Column(
            "left",
            "text",
            "A name of sheet Amounts, Awards (reference) or Outcomes, or a printed amount.",
            "Community Safety Fund, all awards",
            decides=True,
            width=34,
        ),
        Column(
            "relation",
            "choice",
            "What should hold between them.",
            "equals",
            decides=True,
            choices=RELATIONS,
        ),
        Column("right", "text", "The other side, in the same way.", "£525,179", decides=True),
        Column(
            "what differs in scope",
            "choice",
            "What the two sides are not both about.",
            "period",
            decides=True,
            choices=SCOPES,
        ),
        Column("reason", "text", "Why it stands as it does.", "The list was closed in May."),
        Column("who", "text", "Who gives the reason.", "A. Name"),
        Column("note", "text", "What a reader should know.", "", width=28),
    ),
)
_SERVICES = Sheet(
    "Services",
    "A service or fund, for the decision about it.",
    (
        Column("service", "text", "Its name.", "Youth diversion", needed=True, width=28),
        Column("what it is for", "text", "The need it answers.", "First-time entrants", width=28),
        Column("logic", "text", "Why it should work.", "Mentors build trust", width=28),
        Column("reach", "text", "Whom it reached, as printed.", "214 young people"),
        Column("targets", "text", "What was agreed.", "200 young people"),
        Column("delivered", "text", "What was delivered.", "214"),
        Column(
            "decision",
            "choice",
            "A person's decision; with it, the reason and who decided are needed.",
            "continue",
            decides=True,
            choices=DECIDED,
        ),
        Column("reason", "text", "Why it was decided.", "Targets met at the agreed cost."),
        Column("decided by", "text", "Who decided.", "A. Name"),
        Column("role", "text", "As what.", "Commissioner"),
        Column("on", "day", "Day of the decision.", "12 June 2025"),
    ),
)
_SOURCES = Sheet(
    "Sources",
    "A document that numbers were printed in: one row a document.",
    (
        Column(
            "name",
            "text",
            "A short name; other sheets use it to point here.",
            "Decision notices 2024",
            needed=True,
            width=28,
        ),
        Column(
            "title",
            "text",
            "Its title as printed. Blank: the name.",
            "Decision notices, April 2024 to March 2025",
            width=40,
        ),
        Column("publisher", "text", "Who published it. Blank: the office.", "", width=28),
        Column("address", "text", "Where it can be found on the web.", "", width=32),
        Column("date", "day", "Day of publication.", "14 April 2025"),
        Column(
            "held",
            "choice",
            "Whether a copy lies in documents/, under its name or title.",
            "no",
            choices=YES_NO,
            width=8,
        ),
    ),
)
SHEETS = (_START, _FILES, _AWARDS, _AMOUNTS, _OUTCOMES, _CHECKS, _SERVICES, _SOURCES)
