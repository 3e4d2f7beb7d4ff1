"""Tables written for spreadsheets: text that begins like a formula is made to stay text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pccfunding.files import rewriting
from pccfunding.formats.read_result import REPORT_COLUMNS, ReadResult
from pccfunding.texts import disarmed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["spreadsheet_safe", "write_import"]

_NUMBER = r"[+-]?[0-9][0-9,.]*"


def spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run; numbers stay numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"name": ["=1+1", "Halo"], "token": ["-250.00", "@x"], "n": [-1, 2]})
    >>> spreadsheet_safe(table).values.tolist()
    [["'=1+1", '-250.00', -1], ['Halo', "'@x", 2]]
    """
    safe = frame.copy()
    for name in safe.columns:
        texts = safe[name].map(lambda cell: isinstance(cell, str)).to_numpy(dtype=bool)
        if texts.any():
            cells = safe[name].astype(object)
            texts = texts & ~cells.astype(str).str.fullmatch(_NUMBER).to_numpy(dtype=bool)
            cells[texts] = cells[texts].map(disarmed)
            safe[name] = cells
    return safe.rename(columns=lambda name: disarmed(str(name)))


def write_import(result: ReadResult, folder: Path, *, force: bool = False) -> list[Path]:
    """Write the awards and the reports of a reading; Parquet too where pyarrow is installed.

    Raises
    ------
    FileExistsError
        If a file is there already and `force` is not set.
    """
    tables = {"awards": result.frame}
    tables |= {name: getattr(result, name) for name in REPORT_COLUMNS}
    files = {f"{name}.csv": frame for name, frame in tables.items()}
    parquet = ["awards.parquet"] if _has_pyarrow() else []
    with rewriting(folder) as new:
        new.refuse_present([*files, *parquet], force=force)
        for name, frame in files.items():
            text = spreadsheet_safe(frame).to_csv(index=False, lineterminator="\n")
            new.write(name, text.encode())
        for name in parquet:
            result.frame.to_parquet(new.part / name, index=False)
    return [folder / name for name in (*files, *parquet)]


def _has_pyarrow() -> Any:
    from importlib.util import find_spec

    return find_spec("pyarrow")
