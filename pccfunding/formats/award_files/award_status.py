"""What was promised or paid, told from the words of a cell or of a title over rows."""

from __future__ import annotations

import re

_DECLINED = (
    r"\b(?:declin|refus|reject|unsuccessful|not (?:funded|approved|supported|awarded)|withdr"
    r"|cancel|rescind)\w*"
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


_LONGEST_TITLE = 60
