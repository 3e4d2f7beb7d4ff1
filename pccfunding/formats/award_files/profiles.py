"""Published layouts whose headers say what a column is, where the words alone would mislead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pccfunding.formats.award_files.sheets import Header
from pccfunding.formats.opening.chosen_headers import STANDARD


@dataclass(frozen=True)
class Profile:
    """A layout: the headers of its fields, those that give it away, its sheet, its status.

    Parameters
    ----------
    columns : dict
        Plain header of each field; an empty field marks a column that is none.
    marks : tuple of str
        Headers that together give the layout away.
    """

    name: str
    columns: dict[str, str]
    marks: tuple[str, ...]
    sheet: str = ""
    status: str = ""

    def applied(self, header: Header) -> Header:
        """Give the columns of the layout their fields; the others keep what their words say."""
        wanted = {_plain(text): field for text, field in self.columns.items()}
        return replace(
            header,
            headings=tuple(
                replace(heading, field=wanted[_plain(heading.text)], tier=STANDARD)
                if _plain(heading.text) in wanted
                else heading
                for heading in header.headings
            ),
        )


_GIVING = {
    "Identifier": "award_id",
    "Title": "title",
    "Description": "purpose",
    "Amount Awarded": "amount",
    "Amount Applied For": "requested",
    "Amount Disbursed": "paid",
    "Award Date": "awarded_on",
    "Recipient Org:Identifier": "recipient_id",
    "Recipient Org:Name": "recipient",
    "Funding Org:Name": "funder",
    "Grant Programme:Title": "funding_stream",
    "Beneficiary Location:Name": "area",
}
PROFILES = {
    one.name: one
    for one in (
        Profile(
            "ggis",
            _GIVING,
            ("Identifier", "Amount Awarded", "Recipient Org:Name", "Managed by:Organisation Name"),
            sheet="#Awards",
        ),
        Profile(
            "360giving",
            _GIVING,
            ("Identifier", "Amount Awarded", "Funding Org:Identifier", "Recipient Org:Name"),
        ),
        Profile(
            "over500",
            {
                "URI": "award_id",
                "Company Name": "funder",
                "Body Name": "funder",
                "Supplier": "recipient",
                "Supplier Name": "recipient",
                "Transaction Date": "awarded_on",
                "Payment Date": "awarded_on",
                "Voucher Number": "",
                "Invoice Number": "",
                "Amount": "amount",
                "G/L Description": "purpose",
                "Cost Centre": "department",
                "Total Invoice Amount": "",
            },
            ("Supplier", "Transaction Date", "Amount"),
            status="outturn",
        ),
        Profile(
            "transparency-code",
            {"Amount": "amount", "Purpose": "purpose", "PaymentDate": "awarded_on"},
            ("OrganisationLabel", "BeneficiaryName", "Amount"),
            status="outturn",
        ),
    )
}


def _plain(text: str) -> str:
    """Compare titles without blanks and capitals, as the official converter does."""
    return "".join(text.lower().split())


def recognised(header: Header) -> Profile | None:
    """Give the layout whose marks are all among the headers."""
    texts = {_plain(text) for text in header.texts}
    for profile in PROFILES.values():
        if {_plain(mark) for mark in profile.marks} <= texts:
            return profile
    return None
