"""Reading counts of recorded crime: the police force area tables and the Home Office open data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pccfunding.errors import TableError
from pccfunding.formats.count_files._area_cells import known_areas
from pccfunding.formats.count_files._count_tables import find_tables
from pccfunding.formats.count_files._gathered import Gathered, source_key
from pccfunding.formats.count_files._long_counts import (
    LONG_EXTRAS,
    cover_quarters,
    long_header,
    read_long,
    sum_years,
)
from pccfunding.formats.count_files._printed_cells import one_line, without_notes
from pccfunding.formats.count_files._printed_periods import every_period
from pccfunding.formats.count_files._wide_counts import WideRecord, read_wide
from pccfunding.formats.opening._grids import Opened, open_grids
from pccfunding.formats.opening._limits import Limits
from pccfunding.formats.results import ReadResult
from pccfunding.periods import Period

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_recorded_crime"]

# The open data holds one sheet a year, a dozen years and more of 25,000 rows each.
_LIMITS = Limits(unpacked_bytes=2_000_000_000)
_KEY = ["area_code", "offence", "period_start", "period_end", "measure"]
_COLUMNS = ["area_code", "offence", "period_start", "period_end", "offences", "unknown",
            "release", "source_id", "measure", "district_code", *LONG_EXTRAS, "place"]  # fmt: skip
_LOOKED_AT = 40
_REFUSED = "quarter of an incomplete year"


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
    quarterly = (frame["period_end"] - frame["period_start"]).dt.days < 100
    if quarterly.any():
        cover_quarters(frame[quarterly], found)
        if annual:
            summed = _typed(sum_years(frame[quarterly], found))
            refused = sum(kind == _REFUSED for _, kind, _ in found.reports["others"])
            found.n_found += len(summed) + refused - int(quarterly.sum())
            frame = pd.concat([summed, frame[~quarterly]], ignore_index=True)
    return frame


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for column in ("period_start", "period_end"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[ns]")
    frame["offences"] = frame["offences"].astype("Int64")
    return frame


def _printed_once(frame: pd.DataFrame, found: Gathered) -> pd.DataFrame:
    """Keep one row of a count that several tables print; a contradiction is reported.

    Where one table prints a number and another says that there is none, there is none: the number
    then leaves something out that its name includes.
    """
    order = frame["offences"].notna().sort_values(kind="stable").index
    again = frame.loc[order].duplicated(_KEY).sort_index()
    if not again.any():
        return frame
    held = frame.loc[order].drop_duplicates(_KEY).set_index(_KEY)[["offences", "place"]]
    keys = list(frame.loc[again, _KEY].itertuples(index=False, name=None))
    same = 0
    columns = ["place", "area_code", "offence", "offences"]
    for (place, code, offence, theirs), first in zip(
        frame.loc[again, columns].astype(object).itertuples(index=False, name=None),
        held.loc[keys].astype(object).itertuples(index=False, name=None),
        strict=True,
    ):
        found.other(place, "count printed again", [code, offence, theirs])
        if _shown(first[0]) == _shown(theirs):
            same += 1
            continue
        verdict = "conflicts" if _shown(first[0]) and _shown(theirs) else "cannot be told"
        working = f"{first[1]} prints {_shown(first[0]) or 'no count'}, which is kept"
        label = f"{_area_name(code)}: printed twice"
        found.total(place, label, offence, _shown(theirs), 1, verdict, working)
        found.caution("printed-twice-differently")
    found.cover("counts printed again", same, "with the same value; each stands once")
    return frame[~again].reset_index(drop=True)


def _shown(count: Any) -> str:
    return f"{count:,}" if isinstance(count, int) else ""


def _finished(
    frame: pd.DataFrame, found: Gathered, release: str | None, source_id: str
) -> ReadResult:
    last = frame["period_end"].max()
    named = release or f"Recorded crime open data, to {last:%B %Y}"
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
    unlisted = sorted(set(frame["area_code"]) - set(known_areas()))
    if unlisted:
        found.cover("codes not in load_areas()", len(unlisted), ", ".join(unlisted[:10]))
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
    return period, f"PFA tables, year ending {told.end:%B %Y}"


def _why_nothing(opened: Opened, found: Gathered) -> str:
    told = [f"{value} ({note})" for topic, value, note in found.reports["coverage"]
            if topic == "table left out"]  # fmt: skip
    if told:
        return (
            f"{opened.source} holds no counts by area; left out: {'; '.join(map(str, told[:3]))}."
        )
    return (
        f"{opened.source}: no table of counts by area found. Its headings need an area "
        f"('Area Name', 'Force Name', ...), and a title or a column that names the period."
    )
