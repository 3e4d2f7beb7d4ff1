"""The closed list of doubts that a file read or written can carry, each as a clause."""

from __future__ import annotations

__all__ = ["CAUTIONS"]

CAUTIONS = {
    # award lists
    "sheets-left-out": "sheets with amounts were left out, since they may count awards twice",
    "total-conflicts": "a printed total conflicts with its rows",
    "repeated-awards": "awards are printed more than once; a sum counts each printing",
    "amounts-unknown": "amounts are unknown, so that a sum is a lower bound",
    "dates-unread": "dates could not be read and were left out",
    "periods-unread": "periods could not be read and were left out",
    "unit-assumed": "no unit is printed; amounts were read as pounds",
    # recipients
    "own-office": "the commissioner's own office is among the recipients",
    "police-force": "a police force is among the recipients",
    "identifier-shape": "an identifier has not the shape of its register",
    # counts
    "counts-unknown": "counts are not published for some areas, which is not zero",
    "total-leaves-areas-out": "a printed total leaves areas out",
    "year-incomplete": "a year is not complete, so that no annual count is given for it",
    "printed-twice-differently": "the same number is printed twice with different values",
    "incidents-are-no-crimes": "incidents stand among the rows, and are no crimes",
    "outcomes-are-no-crimes": "outcomes stand among the rows, and are no crimes",
    "months-missing": "months are missing for a force, which is not zero",
    "greater-manchester-absent": "Greater Manchester has no data from July 2019",
    "places-unknown": "records without a place stand under the force alone",
    "rounded": "the estimates are rounded",
    # 360Giving
    "breaks-standard": "grants break the standard in ways that do not keep them out",
    "supplied-values": "values stand in the file that the caller stated, not the publisher",
    "rows-left-out": "rows could not be exported, and are listed with the reason",
}
