"""Reading counts of recorded crime: the police force area tables and the Home Office open data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from pccfunding.errors import TableError
from pccfunding.formats.count_files.area_names import known_areas
from pccfunding.formats.count_files.count_tables import find_tables
from pccfunding.formats.count_files.gathered import (
    Gathered,
    cover_abolished,
    cover_unlisted,
    source_key,
)
from pccfunding.formats.count_files.long_counts import LONG_EXTRAS, long_header, read_long
from pccfunding.formats.count_files.printed_counts import one_line, without_notes
from pccfunding.formats.count_files.printed_periods import every_period
from pccfunding.formats.count_files.wide_counts import WideRecord, read_wide
from pccfunding.formats.opening.limits import Limits
from pccfunding.formats.opening.open_file import open_grids
from pccfunding.formats.opening.other_files import told_by_titles
from pccfunding.formats.opening.plain_errors import plain_errors
from pccfunding.formats.opening.raw_tables import Opened
from pccfunding.formats.opening.repeats import Printing, later_printings
from pccfunding.formats.read_result import ReadResult
from pccfunding.periods import Period
from pccfunding.periods.spellings import (
    financial_label,
    financial_month_of,
    financial_quarter_of,
    financial_year_of,
)
from pccfunding.words import MONTHS, count, is_missing, month_words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_recorded_crime"]


def _held_parts(frame: pd.DataFrame, number: int) -> dict[int, dict[str, set[int]]]:
    """Give, for each financial year and area, the quarters or months that it has rows for."""
    held: dict[int, dict[str, set[int]]] = {}
    spans = frame[["area_code", "period_start"]].drop_duplicates()
    for area, start in zip(spans["area_code"], spans["period_start"], strict=True):
        areas = held.setdefault(financial_year_of(start), {})
        part = financial_quarter_of(start) if number == 4 else financial_month_of(start)
        areas.setdefault(area, set()).add(part)
    return dict(sorted(held.items()))


def _parts_text(parts: set[int], number: int) -> str:
    if number == 4:
        return ", ".join(f"Q{part}" for part in sorted(parts))
    return ", ".join(MONTHS[(part + 2) % 12][:3] for part in sorted(parts))


def cover_parts(frame: pd.DataFrame, found: Gathered, number: int) -> None:
    """Note the years, the quarters or months, and the forces that the file does not hold."""
    what = "quarters" if number == 4 else "months"
    known = known_areas()
    forces = {code for code, (_, kind, _) in known.items() if kind == "police_force_area"}
    for year, areas in _held_parts(frame, number).items():
        label = financial_label(year)
        parts = set().union(*areas.values())
        complete = len(parts) == number
        note = "" if complete else " only: no total of the year can be made"
        found.cover("financial year", label, f"{_parts_text(parts, number)}{note}")
        if not complete:
            found.caution("year-incomplete")
        for area, held in areas.items():
            if parts - held:
                name = known.get(area, (area, "", ""))[0]
                missing = _parts_text(parts - held, number)
                found.cover(f"{what} missing", f"{name}, {label}", missing)
                found.caution("year-incomplete")
        for code in sorted(forces - set(areas)) if forces & set(areas) else ():
            found.cover("no rows", f"{known[code][0]}, {label}", "not in the file; not zero")


def sum_years(frame: pd.DataFrame, found: Gathered, number: int) -> pd.DataFrame:
    """Sum quarters or months to financial years; a year that lacks one is refused."""
    held = _held_parts(frame, number)
    sums: dict[tuple[object, ...], list[tuple[int | None, str]]] = {}
    by = ["area_code", "offence", "measure", *LONG_EXTRAS]
    columns = ["period_start", "offences", "place", *by]
    kind = "quarter" if number == 4 else "month"
    for start, offences, place, *key in (
        frame[columns].astype(object).itertuples(index=False, name=None)
    ):
        year = financial_year_of(start)
        if len(held[year][key[0]]) < number:
            found.other(place, f"{kind} {_REFUSED}", [*key[:2], financial_label(year)])
            continue
        count = None if is_missing(offences) else offences
        sums.setdefault((year, *key), []).append((count, place))
    rows = []
    for (starts, *key), parts in sums.items():
        period = Period.financial_year(int(str(starts)))
        counts = [count for count, _ in parts]
        # A sum over an unknown part is unknown, and so is one over a part without a row.
        known = len(counts) == number and None not in counts
        total = sum(count or 0 for count in counts) if known else None
        unknown = None if known else "not_published"
        rows.append((*key, period.start, period.end, total, unknown, parts[0][1]))
    names = [*by, "period_start", "period_end", "offences", "unknown", "place"]
    return pd.DataFrame(rows, columns=names, dtype=object).reindex(columns=frame.columns)


# The open data holds one sheet a year, a dozen years and more of 25,000 rows each.
_LIMITS = Limits(unpacked_bytes=2_000_000_000)
_KEY = ["area_code", "offence", "period_start", "period_end", "measure"]
_COLUMNS = ["area_code", "offence", "period_start", "period_end", "offences", "unknown",
            "release", "source_id", "measure", "district_code", *LONG_EXTRAS, "place"]  # fmt: skip
_LOOKED_AT = 40
_REFUSED = "of an incomplete year"


@plain_errors
def read_recorded_crime(
    path_or_buffer: Any,
    *,
    release: str | None = None,
    source_id: str | None = None,
    annual: bool = False,
) -> ReadResult:
    """Read counts of police recorded crime as the statisticians publish them.

    Two families of files are known: the police force area tables of the Office for National
    Statistics (workbooks of any release, and single tables saved as CSV), and the Home Office
    open data by force or partnership. Tables are found by their content: sheets, table numbers,
    notes and columns may stand where they like. Tables of rates and percentages are left out,
    and named in `.coverage`.

    Parameters
    ----------
    path_or_buffer : str, path, bytes or file object
        XLSX, ODS, CSV or any other kind of table.
    release : str, optional
        Release that the counts belong to; by default made from the title or the file's name.
    source_id : str, optional
        Key of the source; by default the file's name in plain letters.
    annual : bool, default False
        Sum the quarters of the open data to financial years. A year that lacks a quarter is
        refused: its rows are among `.others`.

    Returns
    -------
    ReadResult
        `.frame` has the columns of ``schemas.RecordedCrime``, then `measure`
        ("recorded_offences", "knife_offences", "firearm_offences", "fraud_referrals",
        "incidents"), `district_code` (the local authority beside a
        partnership), `offence_group`, `offence_subgroup`, `offence_code` (of the open data) and
        `place`. A table with a column for each class or year makes a row of each of its cells,
        and `n_rows` counts those. A count printed twice stands once.
        `.totals` holds every total that stands beside its parts: classes, regions, countries,
        partnerships of a force.

    Raises
    ------
    TableError
        If the file holds no table of counts by area.
    MissingExtraError
        If a workbook needs the extra ``formats``.

    Notes
    -----
    A missing count is never zero: `offences` is then missing and `unknown` says which kind.
    Incidents of anti-social behaviour are no crimes, though the same workbooks print them.

    Examples
    --------
    >>> table = '''Table P1: Police recorded crime, number of offences, year ending March 2024
    ... Area Code,Area Name,Burglary,Residential burglary,Non-residential burglary
    ... E23000023,Cambridgeshire [note 2],"1,200",800,400
    ... E23000005,Greater Manchester,..,..,..
    ... '''
    >>> result = read_recorded_crime(table.encode())
    >>> result.frame[["area_code", "offence", "offences"]].head(3)
       area_code                   offence  offences
    0  E23000023                  Burglary      1200
    1  E23000023      Residential burglary       800
    2  E23000023  Non-residential burglary       400
    >>> result.totals[["label", "verdict"]].values.tolist()
    [['Cambridgeshire: Burglary', 'reconciles']]
    """
    opened = open_grids(path_or_buffer, limits=_LIMITS)
    found = Gathered(opened.source)
    spare, title = _told_by_the_file(opened)
    frames = []
    for grid in opened.grids:
        header = long_header(grid.rows)
        if header:
            frames.append(read_long(grid, *header, found))
            continue
        read_wide(grid, find_tables(grid.rows, spare_period=spare), found)
    wide = _wide_frame(found)
    if not frames and not len(wide):
        raise TableError(_why_nothing(opened, found))
    long = [one for one in frames if len(one)]
    if long:
        once = _once(pd.concat(long, ignore_index=True), found)
        frames = [_years_over_quarters(once, found).drop(columns="beside")]
    frame = _joined_frames([*frames, wide], found, annual=annual)
    named = release or (None if frames else title)
    return _finished(frame, found, named, source_id or source_key(opened.source))


def _wide_frame(found: Gathered) -> pd.DataFrame:
    import pandas as pd

    names = [*WideRecord._fields]
    frame = pd.DataFrame(found.records, columns=names, dtype=object)
    frame = frame.rename(columns={"start": "period_start", "end": "period_end"})
    frame["offences"] = frame["offences"].astype("Int64")
    return _printed_once(frame.assign(**dict.fromkeys(LONG_EXTRAS, "")), found)


def _joined_frames(frames: list[pd.DataFrame], found: Gathered, *, annual: bool) -> pd.DataFrame:
    import pandas as pd

    frame = pd.concat([one for one in frames if len(one)] or frames[-1:], ignore_index=True)
    frame = _typed(frame)
    days = (frame["period_end"] - frame["period_start"]).dt.days
    for number, shortest, longest in ((4, 80, 100), (12, 27, 31)):
        # A quarter of other months than the financial year's is no part of one.
        starts = frame["period_start"].dt.month % 3 == 1
        parts = days.between(shortest, longest) & (starts if number == 4 else True)
        parts = parts.reindex(frame.index, fill_value=False)
        if not parts.any():
            continue
        cover_parts(frame[parts], found, number)
        if annual:
            before = len(found.reports["others"])
            summed = _typed(sum_years(frame[parts], found, number))
            refused = len(found.reports["others"]) - before
            found.n_found += len(summed) + refused - int(parts.sum())
            frame = pd.concat([summed, frame[~parts]], ignore_index=True)
            days = (frame["period_end"] - frame["period_start"]).dt.days
    return frame


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[ns]")
    frame["offences"] = frame["offences"].astype("Int64")
    return frame


def _once(frame: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Keep one of equal rows of open data; rows that contradict one another are all rejected.

    Rows that differ in a column which is not read are slices of the count, and contradict too.
    """
    keys = _keys_of(frame, [*_KEY, *LONG_EXTRAS])
    counts = [None if is_missing(one) else int(one) for one in frame["offences"]]
    contents = list(zip(counts, frame["beside"], strict=True))
    later = later_printings(keys, contents)
    if not later:
        return frame
    torn = {keys[one.at] for one in later if not one.equal}
    again = [one for one in later if keys[one.at] not in torn]
    shown = frame[["place", "area_code", "offence"]].values.tolist()
    for one in again:
        place, code, offence = shown[one.at]
        found.other(place, "count printed again", [code, offence, _shown(counts[one.at])])
    if again:
        found.cover("counts printed again", len(again), "with the same value; each stands once")
    against: dict[Any, list[int]] = {}
    for at, key in enumerate(keys):
        if key in torn:
            against.setdefault(key, []).append(at)
    for rows in against.values():
        for at in rows:
            other = next(one for one in rows if contents[one] != contents[at])
            reason = (
                f"{shown[other][0]} gives the same area, class and period another count, "
                f"{_shown(counts[other]) or 'none'}"
            )
            if counts[other] == counts[at]:
                reason = (
                    f"{shown[other][0]} has the same area, class and period, and another entry in "
                    f"a column that is not read"
                )
            found.reject(shown[at][0], "offences", _shown(counts[at]), reason, _HOLDS)
    if torn:
        found.caution("printed-twice-differently")
    out = [one.at for one in again] + [at for rows in against.values() for at in rows]
    return frame.drop(index=out).reset_index(drop=True)


_HOLDS = "Keep the one that holds."


def _keys_of(frame: pd.DataFrame, names: list[str]) -> list[Any]:
    return list(frame[names].astype(object).itertuples(index=False, name=None))


def _years_over_quarters(frame: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Take the year that stands beside its four quarters as their total, which it is."""
    names = ["area_code", "offence", *LONG_EXTRAS]
    quarters: dict[Any, dict[int, Any]] = {}
    years: list[tuple[int, Any, Any]] = []
    spans = zip(frame["period_start"], frame["period_end"], frame["offences"], strict=True)
    keyed = zip(_keys_of(frame, names), spans, strict=True)
    for at, (key, (start, end, number)) in enumerate(keyed):
        year = (*key, financial_year_of(start))
        if (end - start).days > 300:
            years.append((at, year, number))
        elif financial_quarter_of(start) * 3 == (financial_month_of(end)):
            quarters.setdefault(year, {})[financial_quarter_of(start)] = number
    out = []
    for at, year, number in years:
        parts = list(quarters.get(year, {}).values())
        if len(parts) < 4:
            continue
        out.append(at)
        code, offence, place = frame[["area_code", "offence", "place"]].iloc[at]
        found.other(place, "year beside its quarters", [code, offence, _shown(number)])
        known = [int(one) for one in (*parts, number) if not is_missing(one)]
        verdict, working = "cannot be told", "a quarter or the year is not published"
        if len(known) == 5:
            verdict = "reconciles" if sum(known[:4]) == known[4] else "conflicts"
            working = f"{' + '.join(map(count, known[:4]))} = {count(sum(known[:4]))}"
        if verdict == "conflicts":
            found.caution("total-conflicts")
        label = f"{_area_name(code)}: year beside its quarters"
        found.total(place, label, offence, _shown(number), 4, verdict, working)
    return frame.drop(index=out).reset_index(drop=True) if out else frame


def _printed_once(frame: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Keep one row of a count that several tables print; a contradiction is reported.

    Where one table prints a number and another says that there is none, there is none: the number
    then leaves something out that its name includes.
    """
    order = frame["offences"].notna().sort_values(kind="stable").index.tolist()
    counts = frame["offences"].astype(object).tolist()
    keys = _keys_of(frame, _KEY)
    later = later_printings((keys[at] for at in order), (_shown(counts[at]) for at in order))
    if not later:
        return frame
    shown = frame[["place", "area_code", "offence"]].values.tolist()
    torn = _torn_in_one_table(later, order, counts, shown, found)
    same = 0
    for one in sorted(later, key=lambda one: order[one.at]):
        at, first = order[one.at], order[one.first]
        if at in torn:
            continue
        place, code, offence = shown[at]
        found.other(place, "count printed again", [code, offence, counts[at]])
        if one.equal:
            same += 1
            continue
        verdict = "conflicts" if _shown(counts[first]) and _shown(counts[at]) else "cannot be told"
        working = f"{shown[first][0]} prints {_shown(counts[first]) or 'no count'}, which is kept"
        label = f"{_area_name(code)}: printed twice"
        found.total(place, label, offence, _shown(counts[at]), 1, verdict, working)
        found.caution("printed-twice-differently")
    if same:
        found.cover("counts printed again", same, "with the same value; each stands once")
    out = torn | {order[one.at] for one in later}
    return frame.drop(index=sorted(out)).reset_index(drop=True)


def _torn_in_one_table(
    later: list[Printing],
    order: list[int],
    counts: list[Any],
    shown: list[list[Any]],
    found: Gathered,
) -> set[int]:
    """Reject counts that contradict one another on one sheet: nothing tells which of them holds."""
    torn: dict[int, int] = {}
    for one in later:
        at, first = order[one.at], order[one.first]
        both = _shown(counts[at]) and _shown(counts[first])
        if not one.equal and both and _sheet_of(shown[at][0]) == _sheet_of(shown[first][0]):
            torn |= {at: first}
            torn.setdefault(first, at)
    for at, other in sorted(torn.items()):
        reason = (
            f"{shown[other][0]} gives the same area, class and period another count, "
            f"{_shown(counts[other])}"
        )
        found.reject(shown[at][0], shown[at][2], _shown(counts[at]), reason, _HOLDS)
        found.caution("printed-twice-differently")
    return set(torn)


def _sheet_of(place: str) -> str:
    return re.sub(r"(?:row|line|record) \d+.*$", "", place)


def _shown(printed: Any) -> str:
    return count(printed) if isinstance(printed, int) else ""


def _finished(
    frame: pd.DataFrame, found: Gathered, release: str | None, source_id: str
) -> ReadResult:
    until = f", to {month_words(frame['period_end'].max())}" if len(frame) else ""
    named = release or f"Recorded crime open data{until}"
    frame = frame.assign(release=named, source_id=source_id).reindex(columns=_COLUMNS)
    for name in frame.columns.difference(["offences", "period_start", "period_end"]):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    _cover(frame, found)
    return found.result(frame)


def _cover(frame: pd.DataFrame, found: Gathered) -> None:
    forces = {
        c: name for c, (name, kind, _) in known_areas().items() if kind == "police_force_area"
    }
    yearly = (frame["period_end"] - frame["period_start"]).dt.days >= 100
    by: list[Any] = ["period_start", "period_end", "measure"]
    for key, rows in frame[yearly].groupby(by):
        start, end, measure = _parts(key)
        label = Period(start.date(), end.date()).label
        held = f"{rows['area_code'].nunique()} areas, {rows['offence'].nunique()} classes"
        found.cover("period", label, f"{measure}: {held}")
        missing = sorted(set(forces) - set(rows["area_code"]))
        for code in missing if len(missing) < len(forces) else ():
            what = f"{forces[code]}, {label}, {measure}"
            found.cover("no rows", what, "not in the file; not zero")
    unknown = frame[frame["offences"].isna()]
    for key, rows in unknown.groupby(["area_code", "unknown"]):
        code, kind = _parts(key)
        found.cover("unknown counts", _area_name(code), f"{len(rows)} {kind.replace('_', ' ')}")
        found.caution("counts-unknown")
    districts = {*frame["area_code"], *frame["district_code"].dropna()}
    cover_abolished(districts, found, under_heir=False)
    cover_unlisted(frame["area_code"], found)
    if (frame["measure"] == "incidents").any():
        found.caution("incidents-are-no-crimes")


def _parts(key: Any) -> Any:
    return key  # a group's key is a tuple, which its type does not say


def _area_name(code: str) -> str:
    return known_areas().get(code, (code, "", ""))[0]


def _told_by_the_file(opened: Opened) -> tuple[Period | None, str | None]:
    """Find the period and the release that the titles name, or the name of the file."""
    lines = [
        without_notes(row[0])
        for grid in opened.grids
        for row in grid.rows[:_LOOKED_AT]
        if row and one_line(row[0])
    ]
    named = [
        periods[0]
        for line in lines
        if not re.match(r"\W*(?:table\s+\w+\W|%)", line, re.IGNORECASE)
        and len(periods := every_period(line)) == 1
    ]
    tables = [p for line in lines for p in every_period(line) if line.lower().startswith("table")]
    by_name = every_period(opened.source)
    last = max([*tables, *named], key=lambda period: period.end, default=None)
    period = named[0] if named else by_name[0] if len(by_name) == 1 else None
    told = last or period
    if told is None:
        return period, None
    return period, f"PFA tables, year ending {month_words(told.end)}"


def _why_nothing(opened: Opened, found: Gathered) -> str:
    told = [f"{value} ({note})" for topic, value, note in found.reports["coverage"]
            if topic == "table left out"]  # fmt: skip
    if found.reports["rejected"]:
        place, _, raw, reason, _ = found.reports["rejected"][0]
        return (
            f"{opened.source}: every row of counts is rejected. The first: {place}, "
            f"{str(raw)[:60]!r}: {reason}."
        )
    if told:
        return (
            f"{opened.source} holds no counts by area; left out: {'; '.join(map(str, told[:3]))}."
        )
    other = told_by_titles(row for grid in opened.grids for row in grid.rows[:20])
    if other and "read_recorded_crime" not in other:
        return f"{opened.source} {other}."
    return (
        f"{opened.source}: no table of counts by area found. Its headings need an area "
        f"('Area Name', 'Force Name', ...), and a title or a column that names the period."
    )
