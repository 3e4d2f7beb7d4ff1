"""The limits on the page about files of strangers are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

# Private: limits are constants of the files that hold to them.
from pccfunding.evidence import tables
from pccfunding.evidence.verify_sources import _LARGEST_DOCUMENT
from pccfunding.files import PATIENCE
from pccfunding.formats.award_files.read_awards import _MOST_TABLES
from pccfunding.formats.opening.limits import LIMITS
from pccfunding.review_pack import seal, stored_pack

PAGE = Path(__file__).resolve().parents[2] / "docs" / "safety.md"


def test_every_limit_is_the_one_that_is_held() -> None:
    rows = re.findall(r"^\| (.+?) \| ([\d,]+) \| ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(number.replace(",", "")) for _, number in rows] == [
        LIMITS.file_bytes,
        LIMITS.unpacked_bytes,
        LIMITS.ratio,
        LIMITS.columns,
        LIMITS.cells,
        _MOST_TABLES,
        tables._LARGEST,
        tables.LONGEST_TEXT,
        stored_pack._LARGEST,
        stored_pack._MOST_FILES,
        seal._LONGEST["name"],
        seal._LONGEST["reason"],
        seal._SSH_SECONDS,
        PATIENCE,
        _LARGEST_DOCUMENT,
    ]
    assert seal._LONGEST["name"] == seal._LONGEST["role"]
