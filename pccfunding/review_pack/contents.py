"""The files of a pack as bytes: page, tables, workbook, register, method and manifest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pccfunding.evidence.evidence import table_names
from pccfunding.review_pack.cells import csv_bytes, csv_rows, plain
from pccfunding.review_pack.layout import lay_out
from pccfunding.review_pack.method import method_text
from pccfunding.review_pack.packing import MANIFEST, file_facts, sealed
from pccfunding.review_pack.register import COLUMNS
from pccfunding.review_pack.render import render_page

if TYPE_CHECKING:
    from pccfunding.review_pack.outline import Review
    from pccfunding.review_pack.register import Register

__all__ = ["contents_of"]

_OWN = ("sources", "figures", "awards", "outcomes", "totals", "statements")


def contents_of(found: Review) -> dict[str, bytes]:
    """Give every file of the pack of a Review, the manifest last.

    Parameters
    ----------
    found : Review

    Returns
    -------
    dict of str to bytes
        By name within the pack. The same Review in one environment gives the same bytes.
    """
    from pccfunding.review_pack.workbook import workbook_bytes

    page, register = lay_out(found)
    files = {"index.html": render_page(page).encode()}
    tables = {name: table for name, table in found.tables.items() if name != "statements"}
    files |= {f"tables/{name}.csv": csv_bytes(table) for name, table in tables.items()}
    files["statements.csv"] = csv_bytes(found.tables["statements"])
    files["exceptions.csv"] = csv_rows(
        ["statement_id", "statement", "verdict", "reason"],
        (
            (row["statement_id"], row["statement"], told.verdict,
             found.exceptions.get(row["statement_id"]))
            for row, told in found.statements if told.verdict == "conflicts"
        ),
    )  # fmt: skip
    files["review.xlsx"] = workbook_bytes(found, register)
    files["figures.json"] = _figures(found, register)
    files["method.md"] = method_text(found).encode()
    manifest = {
        "format": "pccfunding review pack 1",
        "configuration": _configuration(found),
        "files": {name: file_facts(content) for name, content in files.items()},
    }
    return files | {MANIFEST: sealed(manifest)}


def _figures(found: Review, register: Register) -> bytes:
    sources = found.tables["sources"].drop(columns="tokens")
    content = {
        "format": "pccfunding figures 1",
        "area_code": found.area.code,
        "period": found.period.label,
        "figures": [
            {name: _json_value(getattr(entry, name)) for name in COLUMNS}
            for entry in register.entries()
        ],
        "sources": [
            {name: plain(value) for name, value in row.items()}
            for row in sources.to_dict("records")
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _json_value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else plain(value)


def _configuration(found: Review) -> dict[str, Any]:
    evidence = found.evidence
    # The folder's own name only: where it lies is nobody's business.
    origin = evidence.origin.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return {
        "area_code": found.area.code,
        "area": found.area.name,
        "period": found.period.label,
        "as_of": None if evidence.as_of is None else evidence.as_of.isoformat(),
        "evidence": origin,
        "rows": {name: len(getattr(evidence, name)) for name in table_names()},
        "sha256_of_tables_as_csv": {
            name: hashlib.sha256(csv_bytes(getattr(evidence, name))).hexdigest() for name in _OWN
        },
        "exceptions": found.exceptions,
        "seeds": [],
    }
