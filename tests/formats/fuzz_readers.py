"""Byte mutations of made-up files for every reader.

By hand, with how many, from which seed on and for how many seconds:
python fuzz_readers.py [files] [seed] [seconds].

Whatever the bytes, a reader ends in a result that loses no row, or in one of the library's own
errors, in a message that a person reads; it neither hangs, nor takes much memory, nor ends in
another traceback. The last run by hand is told in docs/readers.md.
"""

from __future__ import annotations

import io
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from award_pages import PAGES, WRITERS
from reader_tables import TABLES

from pccfunding.errors import PccFundingError
from pccfunding.formats import (
    ReadResult,
    count_police_uk,
    quality_360giving,
    read_360giving,
    read_awards,
    read_deflator,
    read_police_uk,
    read_population,
    read_recorded_crime,
    scan_police_uk,
)

LONGEST_SECONDS = 5.0
LONGEST_MESSAGE = 500
MOST_MEGABYTES = 500
_PIECES = (
    b"\x00",
    b"\xff",
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\xc2\xa3",
    b"<",
    b">",
    b"&",
    b"=",
    b"PK\x03\x04",
    b"9999999999",
    b"-1",
    b"1e309",
    b"NaN",
    b"Total",
    b"<!ENTITY x 'y'>",
    b"rowspan=99999999",
)


@cache
def samples() -> dict[str, bytes]:
    """Give every made-up page in every file type."""
    files = {
        f"{page.name}.{kind}": WRITERS[kind](page)
        for page in PAGES
        for kind in ("csv", "utf-16", "cp1252", "xlsx", "ods", "html")
        if kind in page.kinds or "csv" in page.kinds
    }
    files["records.json"] = (
        b'{"grants": [{"id": "1", "amountAwarded": 500, "recipientOrganization": [{"name": "A"}]},'
        b' {"id": "2", "amountAwarded": "\\u00a35k", "recipientOrganization": [{"name": "B"}]}]}'
    )
    return files


def mutated(data: bytes, seed: int) -> bytes:
    """Change a few bytes of a file; of a workbook mostly inside one part, packed anew."""
    chance = random.Random(seed)
    if not data.startswith(b"PK") or chance.random() < 0.2:
        return _changed(data, chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        sheets = [name for name in names if "sheet" in name or "content" in name]
        chosen = chance.choice(sheets if chance.random() < 0.7 else names)
        for name in names:
            part = old.read(name)
            new.writestr(name, _changed(part, chance) if name == chosen else part)
    return packed.getvalue()


def _changed(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, double, or put a piece in."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(changed) + 1)
        what = chance.randrange(5)
        if what == 0 and at < len(changed):
            changed[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            del changed[at : at + chance.choice((1, 2, 8, 64, 512))]
        elif what == 2:
            changed[at:at] = changed[at : at + chance.choice((1, 8, 64, 512))]
        elif what == 3:
            changed[at:at] = chance.choice(_PIECES)
        else:
            changed[at : at + 4] = chance.randbytes(4)
    return bytes(changed)


def accounted(result: ReadResult) -> bool:
    """Whether the rows are the awards, the rejected and the others, and each has one place."""
    parts = len(result.frame) + result.n_rejected + len(result.others)
    places = [*result.frame["place"], *set(result.rejected["place"]), *result.others["place"]]
    return result.n_rows == parts and len(places) == len(set(places))


def _counted(engine: str) -> Callable[[bytes], Any]:
    def count(data: bytes) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "2024-01-surrey-street.csv"
            file.write_bytes(data)
            return count_police_uk(str(file), engine=engine)

    return count


def _scanned(data: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = Path(folder) / "2024-01-surrey-street.csv"
        file.write_bytes(data)
        return scan_police_uk(str(file), engine="polars")


# Each reader with the tables that it is given most of the time.
READERS: dict[str, tuple[Callable[[bytes], Any], tuple[str, ...]]] = {
    "read_awards": (read_awards, ("awards",)),
    "read_recorded_crime": (read_recorded_crime, ("wide counts", "long counts")),
    "read_recorded_crime, annual": (lambda data: read_recorded_crime(data, annual=True),
                                    ("long counts",)),
    "read_population": (lambda data: read_population(data, vintage="v"), ("population",)),
    "read_deflator": (read_deflator, ("deflator",)),
    "read_deflator, chained": (lambda data: read_deflator(data, base="2000-01"), ("deflator",)),
    "read_360giving": (read_360giving, ("360giving",)),
    "quality_360giving": (quality_360giving, ("360giving",)),
    "read_police_uk": (read_police_uk, ("street",)),
    "count_police_uk, duckdb": (_counted("duckdb"), ("street",)),
    "count_police_uk, polars": (_counted("polars"), ("street",)),
    "scan_police_uk": (_scanned, ("street",)),
}  # fmt: skip


def drawn(reader: str, seed: int) -> bytes:
    """Give a mutated file for a reader: mostly of its own tables, else of any."""
    chance = random.Random(seed)
    own = READERS[reader][1]
    kind = chance.choice(["csv", "csv", "tsv", "xlsx", "ods", "html"])
    if reader == "read_awards" and chance.random() < 0.5:
        return mutated(samples()[chance.choice(sorted(samples()))], seed)
    if reader.endswith("360giving") and chance.random() < 0.3:
        return mutated(samples()["records.json"], seed)
    names = own if chance.random() < 0.9 else sorted(TABLES)
    table = TABLES[chance.choice(names)](chance)
    if reader.startswith(("count", "scan")):
        kind = "csv"
    return mutated(WRITERS[kind](table.page), seed)


def run(files: int, seed: int = 0, seconds: float = 1e9) -> Counter[str]:
    """Read mutated files; gives how the readings ended, failures first."""
    ended: Counter[str] = Counter()
    names = sorted(READERS)
    until = time.monotonic() + seconds
    for number in range(seed, seed + files):
        if time.monotonic() > until:
            break
        reader = names[number % len(names)]
        data = drawn(reader, number)
        began = time.monotonic()
        try:
            result = READERS[reader][0](data)
        except PccFundingError as error:
            ended["refused"] += 1
            if not 0 < len(str(error)) <= LONGEST_MESSAGE:
                ended[f"FAILED: {reader}, seed {number}: a message of {len(str(error))}"] += 1
        except Exception:
            ended[f"FAILED: {reader}, seed {number}: {traceback.format_exc(limit=-2)}"] += 1
        else:
            lost = isinstance(result, ReadResult) and not (
                accounted(result) if reader == "read_awards" else _added_up(result)
            )
            ended[f"FAILED: a row lost: {reader}, seed {number}" if lost else "read"] += 1
        took = time.monotonic() - began
        if took > LONGEST_SECONDS:
            ended[f"FAILED: {took:.1f} seconds: {reader}, seed {number}"] += 1
    return ended


def _added_up(result: ReadResult) -> bool:
    return result.n_rows == len(result.frame) + result.n_rejected + len(result.others)


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    limit = float(sys.argv[3]) if len(sys.argv) > 3 else 1e9
    began = time.monotonic()
    found = run(asked, first, limit)
    for how, times in sorted(found.items()):
        print(times, how)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    done = found["read"] + found["refused"]
    took = time.monotonic() - began
    print(f"{done:,} of {asked:,} files in {took:.0f} s; at most {most} MB")
    sys.exit(most > MOST_MEGABYTES or any(how.startswith("FAILED") for how in found))
