"""What was promised or paid, told from the words of a cell or of a title over rows."""

from __future__ import annotations

import re

_NOT_GIVEN = (
    r"(?:not|never) (?:yet )?(?:been )?(?:funded|approved|supported|awarded|successful|accepted"
    r"|agreed|offered|recommended|granted|given|taken up|proceed(?:ed|ing)?)|did not proceed"
)
_DECLINED = (
    rf"\b(?:declin|refus|reject|unsuccessful|{_NOT_GIVEN}|withdr|cancel|rescind|lapsed|voided"
    r"|no (?:award|grant) made)\w*"
)
# A cell that says nothing else, but who or when.
_DECLINED_CELL = re.compile(
    r"\W*(?:(?:the |this )?(?:application|bid|grant|award|offer|project|funding|applicant)\W+)?"
    r"(?:(?:was|were|is|has been|since|later|now)\s)*(?:been )?"
    rf"(?:declined|refused|rejected|unsuccessful|withdrawn|withdrew|cancell?ed|rescinded|lapsed"
    rf"|voided|no (?:award|grant) made|{_NOT_GIVEN})"
    r"(?:\s(?:by|on|in|at)\b[^.;,]{1,40}|[\s\d/.-]{1,12})?\W*",
    re.IGNORECASE,
)
_DECLINED_WORD = re.compile(
    r"\b(?:declined|refused|rejected|unsuccessful|withdrawn|withdrew|cancell?ed|rescinded|lapsed"
    rf"|voided|{_NOT_GIVEN})\b",
    re.IGNORECASE,
)
_GIVEN = re.compile(r"\b(?:approv|agreed|successful|accept|funded)", re.IGNORECASE)
_STATUS_WORDS = (
    (_DECLINED, "bid"),
    # Promised, and not paid so far.
    (
        r"\b(?:not|never|un|to be|yet to be|awaiting|part(?:ly|ially)?)[\s-]*(?:yet\s+)?(?:be\s+)?"
        r"(?:been\s+)?(?:paid|spent|payment|complete)",
        "award",
    ),
    (r"\b(?:returned|repaid|refund|claw|recovered|handed back|paid back)", "returned"),
    (
        r"\b(?:carr(?:y|ied)|roll(?:ed|ing)?)[\s-]*(?:it\s+)?(?:forward|over)|\bc/f",
        "carried_forward",
    ),
    (r"\b(?:pending|deferred|applied|under review|received)", "bid"),
    (r"\b(?:forecast|projected|estimated)", "forecast"),
    (r"\b(?:up to|maximum|ceiling|capped)", "ceiling"),
    (r"\b(?:paid|spent|actual|outturn|complete)", "outturn"),
    (r"\bbudget", "budget"),
    (r"\balloca", "allocation"),
    (
        r"\b(?:award|approv|agreed|success|funded|grant|accept|supported|active|offered|commit"
        r"|confirmed|ongoing|in progress|contracted)",
        "award",
    ),
)
DECLINED_UNREAD = "words of what was declined or withdrawn; the row counts as the others"
STATUS_UNREAD = "a word that is no status known here"


def status_of(text: str) -> str:
    """Read the kind of promise or payment that a cell names; "" where it names none.

    Examples
    --------
    >>> [status_of(said) for said in ("Returned (clawback)", "Not yet paid", "Paid", "Closed")]
    ['returned', 'award', 'outturn', '']
    """
    return next((to for word, to in _STATUS_WORDS if re.search(word, text, re.IGNORECASE)), "")


def says_declined(title: str) -> bool:
    """Whether a title over rows says that none of them was given.

    Examples
    --------
    >>> says_declined("Unsuccessful applications"), says_declined("Approved and declined")
    (True, False)
    """
    rest, times = re.subn(_DECLINED, " ", title, flags=re.IGNORECASE)
    return bool(times) and len(title) <= _LONGEST_TITLE and not _GIVEN.search(rest)


def cell_says_declined(text: str) -> bool | None:
    """Whether a cell beside an amount says that it was not given; None where it may say so.

    Examples
    --------
    >>> cell_says_declined("Withdrawn by applicant"), cell_says_declined("Paid in May")
    (True, False)
    >>> cell_says_declined("An earlier bid was declined, this one agreed") is None
    True
    """
    if len(text) <= _LONGEST_TITLE and _DECLINED_CELL.fullmatch(text):
        return True
    return None if _DECLINED_WORD.search(text) else False


_LONGEST_TITLE = 60
# For one look over a whole column.
DECLINED_LOOK = r"(?i)declin|refus|reject|unsucc|withdr|cancel|rescind|lapsed|void|not |no "
