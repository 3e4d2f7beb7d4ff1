"""Ids that depend on what a row says: never on where it stands, nor on its amount."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pccfunding.texts import folded


def slug(text: str) -> str:
    """Make a key of a name: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "unnamed"


def content_ids(
    prefix: str, keys: Sequence[Sequence[object]], others: Sequence[Sequence[object]]
) -> list[str]:
    """Make ids that depend on what rows say, never on where they stand or on their amounts.

    Parameters
    ----------
    prefix : str
        What every id begins with.
    keys : sequence of sequences
        For each row what it is about: reference, recipient, stream, purpose, period, status.
    others : sequence of sequences
        For each row its other cells; they number rows whose keys are equal.

    Examples
    --------
    >>> one, two = content_ids("award", [["Halo", "Fund"], ["halo", "fund"]], [["£7"], ["£5"]])
    >>> one == f"{two}-2"
    True
    """
    hashes = [_hash([folded(str(part or "")) for part in key]) for key in keys]
    ids = [f"{prefix}-{one}" for one in hashes]
    alike = defaultdict(list)
    for place, name in enumerate(ids):
        alike[name].append(place)
    for name, places in alike.items():
        order = sorted(places, key=lambda place: [str(part or "") for part in others[place]])
        for number, place in enumerate(order[1:], 2):
            ids[place] = f"{name}-{number}"
    return ids


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
