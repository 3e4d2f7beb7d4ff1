"""The register of a Review: every number that it uses, with what it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pccfunding.errors import UnknownNameError
from pccfunding.words import is_missing

if TYPE_CHECKING:
    from pccfunding.evidence import Evidence


# The order in which an entry is written to files.
COLUMNS = (
    "key", "kind", "label", "what", "token", "value", "unit", "low", "low_closed", "high",
    "high_closed", "source_id", "locator", "published_on", "subject_id", "inputs", "working",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One number: printed by a source, taken from official statistics, or derived from others.

    Attributes
    ----------
    key : str
        The same in every Review of the same evidence: what two Reviews are compared by.
    kind : {"printed", "statistic", "derived"}
    label, anchor : str
        How the page names it, and where it stands there.
    what : str
        What it is a number of.
    token : str
        As printed; for a derived number as the page shows it.
    value, unit : optional
    low, high : str or None
        Ends of its interval as decimals, with `low_closed` and `high_closed`.
    source_id, locator : str
        Where it is printed; empty for a derived one.
    inputs : tuple of str
        Keys of the numbers that it was derived from.
    working : str
        How it was derived.
    """

    key: str
    kind: str
    label: str
    anchor: str
    what: str
    token: str
    value: float | None = None
    unit: str | None = None
    low: str | None = None
    low_closed: bool | None = None
    high: str | None = None
    high_closed: bool | None = None
    source_id: str = ""
    locator: str = ""
    inputs: tuple[str, ...] = ()
    working: str = ""
    subject_id: str | None = None
    published_on: str | None = None


class Register:
    """Numbers in the order in which the page first uses them."""

    def __init__(self, evidence: Evidence) -> None:
        self._printed = {row["figure_id"]: row for row in evidence.figures.to_dict("records")}
        self._labels = _short_labels(self._printed)
        self._entries: dict[str, Entry] = {}
        self._counts = {"statistic": 0, "derived": 0}

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Give the numbers used so far, of one kind or of all."""
        return [entry for entry in self._entries.values() if kind in (None, entry.kind)]

    def printed(self, figure_id: str) -> Entry:
        """Enter a figure as printed; one without a number says which kind of unknown it is."""
        if figure_id not in self._entries:
            if figure_id not in self._printed:
                raise UnknownNameError(f"No figure '{figure_id}' in this evidence.")
            entry = _printed_entry(self._printed[figure_id])
            self._entries[figure_id] = replace(entry, label=self._labels.get(figure_id, figure_id))
        return self._entries[figure_id]

    def statistic(
        self, key: str, *, what: str, value: Any, unit: str, source_id: str, locator: str
    ) -> Entry:
        """Enter a number of an official statistic."""
        if key not in self._entries:
            number = float(value)
            token = f"{number:,.0f}" if number.is_integer() else f"{number:,.3f}"
            label, anchor = self._next("statistic", "n")
            exact = f"{number:.10g}"
            self._entries[key] = Entry(
                key, "statistic", label, anchor, what, token, number, unit, exact, True, exact,
                True, source_id, locator,
            )  # fmt: skip
        return self._entries[key]

    def derived(
        self,
        key: str,
        *,
        what: str,
        shown: str,
        working: str,
        inputs: Sequence[str] = (),
        value: float | None = None,
        unit: str | None = None,
        bounds: tuple[float | None, float | None] = (None, None),
        anchor: str | None = None,
    ) -> Entry:
        """Enter a number that was worked from others, with its working."""
        if key not in self._entries:
            if anchor is None:
                label, anchor = self._next("derived", "w")
            else:
                label = anchor
            low, high = (None if is_missing(end) else f"{float(end or 0):.10g}" for end in bounds)
            self._entries[key] = Entry(
                key, "derived", label, anchor, what, shown,
                None if is_missing(value) else value, unit, low, None if low is None else True,
                high, None if high is None else True, inputs=tuple(dict.fromkeys(inputs)),
                working=working,
            )  # fmt: skip
        return self._entries[key]

    def _next(self, kind: str, letter: str) -> tuple[str, str]:
        self._counts[kind] += 1
        return f"{letter}{self._counts[kind]}", f"{kind}-{self._counts[kind]}"


# An id by content, as rows of an office's own lists have it: a kind and a hash of the cells.
_BY_CONTENT = re.compile(r"(.+-)([0-9a-f]{12})((?:-[0-9]+)*)")
_SHORTEST = 4


def _short_labels(ids: Iterable[str]) -> dict[str, str]:
    """Name each id by content with as few signs of its hash as tell all of them apart."""
    parts = {one: found.groups() for one in ids if (found := _BY_CONTENT.fullmatch(one))}
    for length in range(_SHORTEST, 13):
        short = {one: kind + code[:length] + rest for one, (kind, code, rest) in parts.items()}
        if len(set(short.values())) == len(short):
            break
    return short


def _printed_entry(row: dict[Any, Any]) -> Entry:
    known: dict[str, Any] = {
        name: None if is_missing(value) else value for name, value in row.items()
    }
    token = known["token"] or str(known["unknown"]).replace("_", " ")
    published = known["published_on"]
    return Entry(
        key=known["figure_id"],
        kind="printed",
        label=known["figure_id"],
        anchor=f"figure-{known['figure_id']}",
        what=str(known["subject_id"]),
        token=token,
        value=None if known["value"] is None else float(known["value"]),
        unit=known["unit"],
        low=_decimal(known["low"]),
        low_closed=_truth(known["low_closed"]),
        high=_decimal(known["high"]),
        high_closed=_truth(known["high_closed"]),
        source_id=known["source_id"],
        locator=str(known["locator"]),
        subject_id=known["subject_id"],
        published_on=None if published is None else f"{published:%Y-%m-%d}",
    )


def _decimal(value: Any) -> str | None:
    return None if value is None else str(value)


def _truth(value: Any) -> bool | None:
    return None if value is None else bool(value)
