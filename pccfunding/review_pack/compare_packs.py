"""Two packs side by side: numbers added, gone, changed or superseded, and verdicts flipped."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pccfunding.errors import PackError
from pccfunding.files import named_place, rewriting
from pccfunding.results import Face
from pccfunding.review_pack.blocks import Column, Fact, Page, Section, Text, frame_table
from pccfunding.review_pack.csv_text import csv_bytes
from pccfunding.review_pack.page import render_page
from pccfunding.review_pack.seal import verify_stored
from pccfunding.review_pack.stored_pack import read_pack

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PackDifference", "compare_packs"]

_KINDS = {
    "superseded": "Superseded: another printing of the same number holds now",
    "changed": "Changed",
    "renamed": "Renamed: everything else of the row is the same",
    "added": "Added",
    "gone": "Gone",
}
_VERDICTS = {
    "verdict flipped": "Verdicts that flipped",
    "statement added": "Statements added",
    "statement gone": "Statements gone",
}
_COMPARED = ("token", "value", "unit", "low", "low_closed", "high", "high_closed", "source_id",
             "locator", "working")  # fmt: skip
# Rows that are known by what they say: an id is a hash of the cells that name a row, and a number
# where several rows have the same. Which cells name a row, and which of these may be spelt anew;
# another period or status is other money.
_BY_CONTENT = re.compile(r"\b(?:line|award|amount|outcome)-[0-9a-f]{12}(?:-[0-9]+)*\b")
_NAMING = {
    "awards": ("recipient", "funding_stream", "purpose", "period", "status"),
    "totals": ("note", "funding_stream", "funder", "period", "status", "flow", "kind"),
    "outcomes": ("measure", "offence", "quantity", "area_code", "period", "baseline"),
}
_SPELT = ("recipient", "funding_stream", "purpose", "measure", "note", "funder")
_BESIDE = ("token", "unit", "unknown", "funder", "flow", "better")
_COLUMNS = ["change", "kind", "key", "what", "before", "after", "source_before", "source_after"]


@dataclass(frozen=True, eq=False)
class PackDifference(Face):
    """What differs between two packs.

    Attributes
    ----------
    before, after : str
        Names of the packs.
    frame : DataFrame
        One row a difference: `change`, `kind`, `key`, `what`, `before`, `after`,
        `source_before`, `source_after`.

    Examples
    --------
    >>> import pandas as pd
    >>> PackDifference("one", "two", pd.DataFrame({"change": []})).text
    'one to two: no number and no verdict differs.'
    """

    before: str
    after: str
    frame: pd.DataFrame
    cautions = ()

    @property
    def text(self) -> str:
        """How many differences of each kind."""
        counts = self.frame["change"].value_counts()
        said = ", ".join(f"{counts[kind]} {kind}" for kind in _all() if kind in counts)
        return f"{self.before} to {self.after}: {said or 'no number and no verdict differs'}."

    def page(self) -> Page:
        """Lay the differences out as a page."""
        counts = self.frame["change"].value_counts()
        sections = [
            Section(
                id=kind.replace(" ", "-"),
                question=str(counts[kind]),
                heading=heading,
                blocks=[_table(self.frame[self.frame["change"] == kind], kind, heading)],
            )
            for kind, heading in _all().items()
            if kind in counts
        ]
        nothing = Section(
            "same", "", "No difference", blocks=[Text(["No number and no verdict differs."])]
        )
        return Page(
            title="Two Reviews compared",
            subtitle=f"From {self.before} to {self.after}",
            summary=[Fact(kind.capitalize(), str(counts.get(kind, 0))) for kind in _all()],
            sections=sections or [nothing],
            footer=[
                "Numbers are matched by figure, official statistic or working; a figure counts as "
                "superseded where another printing of the same number holds in the later pack."
            ],
        )

    def write(self, directory: str | Path, *, force: bool = False) -> tuple[Path, ...]:
        """Write the page and the table to a folder.

        Raises
        ------
        FileExistsError
            If a file is there and `force` was not given.
        """
        folder = named_place(directory, "a folder to write", error=PackError)
        contents = {
            "index.html": render_page(self.page()).encode(),
            "differences.csv": csv_bytes(self.frame),
        }
        with rewriting(folder) as new:
            new.refuse_present(contents, force=force)
            for name, content in contents.items():
                new.write(name, content)
        return tuple(folder / name for name in contents)


def compare_packs(before: str | Path, after: str | Path) -> PackDifference:
    """Compare the numbers and verdicts of two packs.

    Parameters
    ----------
    before, after : str or Path
        Folder or zip archive each.

    Returns
    -------
    PackDifference

    Raises
    ------
    PackError
        If a pack is not intact.
    """
    import pandas as pd

    old, new = _Numbers(before), _Numbers(after)
    paired = _paired(old, new)
    new.rename(paired.ids)
    rows = [*_figures(old, new), *_renamed(paired, old, new), *_statements(old, new)]
    order = list(_all())
    rows.sort(key=lambda row: order.index(row["change"]))
    frame = pd.DataFrame(rows, columns=_COLUMNS, dtype=object)
    return PackDifference(Path(before).name, Path(after).name, frame)


class _Numbers:
    """The figures and statements of an intact pack."""

    def __init__(self, path: str | Path) -> None:
        stored = read_pack(path)
        found = verify_stored(stored)
        if not found.intact:
            raise PackError(f"{found.text} Only intact packs can be compared.")
        try:
            content = json.loads(stored.files["figures.json"])
            self.figures = {
                str(row["key"]): _whole(row, ("key", "kind", "subject_id", "what", *_COMPARED))
                for row in content["figures"]
            }
            self.titles = {str(row["source_id"]): str(row["title"]) for row in content["sources"]}
            self.rows = {name: _named_rows(stored.files, name) for name in _NAMING}
            text = io.StringIO(stored.files["statements.csv"].decode(), newline="")
            self.statements = {
                row["statement_id"]: _whole(row, ("statement_id", "statement", "verdict", "reason"))
                for row in csv.DictReader(text, restval="")
            }
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
            RecursionError,
            csv.Error,
        ) as error:
            raise PackError(
                f"{path} holds no figures.json and statements.csv that can be read ({error!r})."
            ) from error

    def rename(self, ids: dict[str, str]) -> None:
        """Give rows the ids that they have in the other pack, wherever their ids are named."""

        def other(text: Any) -> Any:
            if isinstance(text, list):
                return [other(one) for one in text]
            return (
                _BY_CONTENT.sub(lambda found: ids.get(found[0], found[0]), text)
                if isinstance(text, str)
                else text
            )

        if any(new != old for new, old in ids.items()):
            named = ("key", "subject_id", "what", "working")
            rows = [
                row | {name: other(row[name]) for name in named} for row in self.figures.values()
            ]
            self.figures = {str(row["key"]): row for row in rows}

    def source(self, row: dict[str, Any] | None) -> str:
        if row is None or not row["source_id"]:
            return ""
        return str(self.titles.get(row["source_id"], row["source_id"]))


def _whole(row: dict[str, Any], needed: tuple[str, ...]) -> dict[str, Any]:
    """Give a row that has what it needs, each a text, a number, a truth or nothing.

    Raises
    ------
    KeyError, TypeError
        If it has not.
    """
    for name in needed:
        # Whole lists are the words of a working.
        if isinstance(row[name], dict) or (name != "working" and isinstance(row[name], list)):
            raise TypeError(f"{name!r} holds {type(row[name]).__name__}")
        str(row[name]).encode()
    return row


def _named_rows(files: dict[str, bytes], name: str) -> dict[str, dict[str, str]]:
    """Give the rows of a table that are known by what they say, by their ids."""
    text = io.StringIO(files.get(f"tables/{name}.csv", b"").decode(), newline="")
    return {
        row["subject_id"]: row
        for row in csv.DictReader(text, restval="")
        if row["subject_id"] == row["figure_id"] and _BY_CONTENT.fullmatch(row["subject_id"])
    }


@dataclass
class _Pairs:
    """Rows of two packs that are the same row.

    Attributes
    ----------
    ids : dict of str to str
        The earlier id by the later one.
    renamed : list of (str, str, str)
        The earlier id of a row that is spelt anew, with what it was and what it is.
    """

    ids: dict[str, str] = field(default_factory=dict)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)


def _paired(old: _Numbers, new: _Numbers) -> _Pairs:
    """Pair identical rows first, then rows with the same name, then rows with one name anew."""
    pairs = _Pairs()
    for table, naming in _NAMING.items():
        before, after = dict(old.rows[table]), dict(new.rows[table])
        for cells in ((*naming, *_BESIDE), naming):
            # A row that kept its id goes before others that say the same.
            _pair(pairs, before, after, (*cells, "subject_id"))
            _pair(pairs, before, after, cells)
        for name in (one for one in naming if one in _SPELT):
            cells = tuple(one for one in (*naming, *_BESIDE) if one != name)
            _pair(pairs, before, after, cells, name)
    return pairs


def _pair(
    pairs: _Pairs,
    before: dict[str, dict[str, str]],
    after: dict[str, dict[str, str]],
    cells: tuple[str, ...],
    name: str | None = None,
) -> None:
    """Pair rows with the same cells, the likest spelling first, and take them off both sides."""
    alike: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in sorted(after.values(), key=_order):
        alike[_cells(row, cells)].append(row)
    for one in sorted(before.values(), key=_order):
        others = alike[_cells(one, cells)]
        if not others:
            continue
        likeness = [0.0 if name is None else _likeness(one, row, name) for row in others]
        other = others.pop(likeness.index(max(likeness)))
        del before[one["subject_id"]], after[other["subject_id"]]
        pairs.ids[other["subject_id"]] = one["subject_id"]
        if name is not None:
            pairs.renamed.append((one["subject_id"], one.get(name) or "", other.get(name) or ""))


def _cells(row: dict[str, str], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row.get(name) or "" for name in names)


def _order(row: dict[str, str]) -> tuple[str, ...]:
    return (row.get("token") or "", row["subject_id"])


def _likeness(one: dict[str, str], other: dict[str, str], name: str) -> float:
    return SequenceMatcher(None, one.get(name) or "", other.get(name) or "").ratio()


def _renamed(pairs: _Pairs, old: _Numbers, new: _Numbers) -> Iterator[dict[str, Any]]:
    for key, before, after in pairs.renamed:
        one, other = old.figures.get(key), new.figures.get(key)
        if one and other:
            yield _row("renamed", one, other, old, new) | {"before": before, "after": after}


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Name what differs; a row that is known by what it says may stand anywhere in its list."""
    moves = _BY_CONTENT.fullmatch(str(one["key"])) is not None
    return [
        name for name in _COMPARED if one[name] != other[name] and not (moves and name == "locator")
    ]


def _figures(old: _Numbers, new: _Numbers) -> list[dict[str, Any]]:
    holding = {row["subject_id"]: row for row in new.figures.values() if row["subject_id"]}
    replaced: set[str] = set()
    rows = []
    for key, one in old.figures.items():
        other = new.figures.get(key)
        if other is None:
            other = holding.get(one["subject_id"])
            if other is not None and other["key"] not in old.figures:
                replaced.add(other["key"])
                rows.append(_row("superseded", one, other, old, new))
            else:
                rows.append(_row("gone", one, None, old, new))
        elif _differing(one, other):
            rows.append(_row("changed", one, other, old, new))
    for key, other in new.figures.items():
        if key not in old.figures and key not in replaced:
            rows.append(_row("added", None, other, old, new))
    return rows


def _row(
    change: str,
    one: dict[str, Any] | None,
    other: dict[str, Any] | None,
    old: _Numbers,
    new: _Numbers,
) -> dict[str, Any]:
    named = other or one or {}
    both = (one or {}).get("token") == (other or {}).get("token")
    sides = [None if row is None else row["token"] for row in (one, other)]
    if both and one and other:
        # The words are the same, so what differs beside them is shown.
        differing = _differing(one, other)
        sides = [
            f"{row['token']} ({'; '.join(f'{name} {row[name]}' for name in differing)})"
            for row in (one, other)
        ]
    keys = dict.fromkeys(row["key"] for row in (one, other) if row)
    return dict(
        zip(
            _COLUMNS,
            (change, named["kind"], " → ".join(keys), named["what"], *sides, old.source(one),
             new.source(other)),
            strict=True,
        )
    )  # fmt: skip


def _statements(old: _Numbers, new: _Numbers) -> list[dict[str, Any]]:
    rows = []
    for name in dict.fromkeys([*old.statements, *new.statements]):
        one, other = old.statements.get(name), new.statements.get(name)
        said = [row and " ".join([row["verdict"], row["reason"]]).strip() for row in (one, other)]
        if said[0] == said[1]:
            continue
        change = (
            "statement added" if one is None
            else "statement gone" if other is None
            else "verdict flipped"
        )  # fmt: skip
        what = (other or one or {})["statement"]
        rows.append(
            dict(zip(_COLUMNS, (change, "statement", name, what, *said, "", ""), strict=True))
        )
    return rows


def _table(rows: pd.DataFrame, kind: str, heading: str) -> Any:
    shown = {"key": Column("Number"), "what": Column("What")}
    if kind not in ("added", "statement added"):
        shown["before"] = Column("Before", numeric=kind in _KINDS)
    if kind not in ("gone", "statement gone"):
        shown["after"] = Column("After", numeric=kind in _KINDS)
    if kind in _KINDS:
        shown["source_after" if kind != "gone" else "source_before"] = Column("Source")
    return frame_table(
        rows, shown, id=f"table-{kind.replace(' ', '-')}", caption=f"{heading} ({len(rows)})"
    )


def _all() -> dict[str, str]:
    return _VERDICTS | _KINDS
