"""Byte mutations of made-up files for every reader; by hand: python fuzz_readers.py [seconds].

Whatever the bytes, a reader ends in a result that loses no row, or in one of the library's own
errors; it neither hangs nor ends in another traceback.
"""

from __future__ import annotations

import io
import random
import sys
import time
import traceback
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from award_pages import PAGES, WRITERS

from pccfunding.errors import PccFundingError
from pccfunding.formats import ReadResult, read_awards

LONGEST_SECONDS = 20.0
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


def run(seconds: float, seed: int = 0) -> Counter[str]:
    """Fuzz for a while; gives how the readings ended, failures first."""
    ended: Counter[str] = Counter()
    names = sorted(samples())
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        name = names[seed % len(names)]
        data = mutated(samples()[name], seed)
        began = time.monotonic()
        try:
            result = read_awards(data)
        except PccFundingError:
            ended["refused"] += 1
        except Exception:
            ended[f"FAILED: {name}, seed {seed}: {traceback.format_exc(limit=-2)}"] += 1
        else:
            ended["read" if accounted(result) else f"FAILED: a row lost: {name}, seed {seed}"] += 1
        if time.monotonic() - began > LONGEST_SECONDS:
            ended[f"FAILED: slow: {name}, seed {seed}"] += 1
        seed += 1
    return ended


if __name__ == "__main__":
    asked = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    found = run(asked, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    for how, times in sorted(found.items()):
        print(times, how)
    sys.exit(any(how.startswith("FAILED") for how in found))
