"""Which columns of a table hold the awards' amounts: one, one a year, or one a fund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pccfunding.formats.award_files.headings import Heading
from pccfunding.formats.award_files.sheets import Header, Sheet, stands_over_money
from pccfunding.periods import Period

# Of several kinds of money for the same award, the one that is the award.
_PRIORITY = ("award", "", "allocation", "outturn", "budget", "ceiling", "bid")
_WHOLES = ("amount", "total", "paid")


@dataclass(frozen=True)
class AmountColumn:
    """A column that gives one award a row."""

    position: int
    heading: Heading
    period: Period | None
    label: str = ""


@dataclass(frozen=True)
class Amounts:
    """The columns of amounts, the columns that add them up, and why the others are left."""

    columns: tuple[AmountColumn, ...]
    totals: tuple[int, ...]
    left: tuple[int, ...]
    rule: str
    tied: bool = False


def choose_amounts(header: Header, sheet: Sheet, first: int, by_user: bool) -> Amounts:
    """Choose the amount columns; each choice is one sentence in `rule`."""
    of: dict[str, list[int]] = {"amount": [], "total": [], "requested": [], "paid": []}
    for position, heading in enumerate(header.headings):
        if heading.is_amount and _has_money(sheet, position, first):
            of[heading.field or "amount"].append(position)
    parts = [one for name in _WHOLES for one in of[name] if header.headings[one].per]
    if by_user or len(parts) == sum(len(of[name]) for name in _WHOLES):
        parts = []
    # What is for each month or head stands beside the whole.
    of = {name: [one for one in names if one not in parts] for name, names in of.items()}
    values, totals = of["amount"], of["total"]
    others = of["requested"] + of["paid"] + parts
    if by_user and values:
        return _chosen(header, values[:1], [], [*values[1:], *totals, *others], "")
    if not values:
        for kind in ("paid", "total", "requested"):
            if of[kind]:
                left = [one for name in of if name != kind for one in of[name]]
                dated = [one for one in of[kind] if header.headings[one].period]
                if len({header.headings[one].period for one in dated}) > 1:
                    left += [one for one in of[kind] if one not in dated]
                    return _chosen(header, dated, [], left, "one award a row and year")
                return _chosen(header, of[kind][:1], [], [*of[kind][1:], *left], "")
        return Amounts((), (), (), "")
    headings = header.headings
    running = [one for one in values if _is_running(sheet, one, first)]
    if running and len(running) < len(values):
        values = [one for one in values if one not in running]
        others = [*others, *running]
    sure = [one for one in of["paid"] + of["total"] if headings[one].pounds]
    if sure and not any(_says_pounds(sheet, one, first, headings[one]) for one in values):
        # What is not said to be money may count awards, or say yes or no.
        values, others = sure, [*values, *of["requested"]]
        totals = []
    dated = [one for one in values if headings[one].period]
    if len(values) == 1:
        return _chosen(header, values, [], [*totals, *others], "")
    if dated and len(dated) < len(values):
        undated = [one for one in values if one not in dated]
        return _chosen(header, dated, [*totals, *undated], others, "one award a row and year")
    if dated:
        return _chosen(header, dated, totals, others, "one award a row and year")
    statuses = [headings[one].status for one in values]
    if len(set(statuses)) > 1 and not totals:
        # What says pounds is surer to be money than what may count awards or give a decision.
        pounds = [_says_pounds(sheet, one, first, headings[one]) for one in values]
        best = min(
            range(len(values)),
            key=lambda at: (not pounds[at], _PRIORITY.index(statuses[at]), at),
        )
        rest = [one for one in values if one != values[best]]
        rule = f"of {len(values)} columns of amounts, {headings[values[best]].text!r} is the award"
        return _chosen(header, [values[best]], [], [*rest, *others], rule)
    # Without a total to hold them together, "Net (£)" and "Gross (£)" would count twice.
    if totals or all(headings[one].pounds and not headings[one].bare for one in values):
        return _chosen(header, values, totals, others, "one award a row and column")
    ranked = sorted(values, key=lambda one: -headings[one].tier)
    rest = [one for one in values if one != ranked[0]]
    tied = headings[ranked[0]].tier == headings[ranked[1]].tier
    rule = f"of {len(values)} columns of amounts, {'the first' if tied else 'the surest'}"
    chosen = _chosen(header, ranked[:1], [], [*rest, *totals, *others], rule)
    return replace(chosen, tied=tied)


def _chosen(
    header: Header, values: Sequence[int], totals: Sequence[int], left: Sequence[int], rule: str
) -> Amounts:
    headings = header.headings
    periods = [headings[one].period for one in values]
    # Two columns for one year are told apart by their headers.
    labelled = len(values) > 1 and len(set(periods)) < len(values)
    columns = tuple(
        AmountColumn(one, headings[one], headings[one].period, headings[one].text * labelled)
        for one in values
    )
    return Amounts(columns, tuple(totals), tuple(left), rule)


def _is_running(sheet: Sheet, position: int, first: int) -> bool:
    """Whether a column numbers its rows: 1, 2, 3 and so on."""
    cells = (str(cell).strip() for cell in sheet.columns[position].iloc[first : first + 200])
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and any(
        filled == [str(number) for number in range(start, start + len(filled))] for start in (0, 1)
    )


def _says_pounds(sheet: Sheet, position: int, first: int, heading: Heading) -> bool:
    cells = sheet.columns[position].iloc[first : first + 200]
    return heading.pounds or bool(cells.str.contains("£", regex=False).any())


def _has_money(sheet: Sheet, position: int, first: int) -> bool:
    cells = [str(cell) for cell in sheet.columns[position].iloc[first : first + 200]]
    return stands_over_money(cells) or not any(cell.strip() for cell in cells)
