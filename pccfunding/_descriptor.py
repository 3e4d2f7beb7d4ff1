"""The descriptor of a data package (Data Package 2.0), made from the table contracts."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pandera.pandas as pa

from pccfunding.schemas import FOREIGN_KEYS, PRIMARY_KEYS, STORED

__all__ = ["BUNDLED", "descriptor_text", "package_descriptor", "table_schema"]

BUNDLED: dict[str, Any] = {
    "name": "pccfunding",
    "title": "Published figures on police and crime commissioning in England and Wales",
    "description": (
        "Our own tables of figures as printed by commissioners, newspapers and official "
        "statistics, each with its token, place, precision and source."
    ),
    "version": "0.1.0",
    "licenses": [
        {
            "name": "OGL-UK-3.0",
            "title": "Open Government Licence v3.0",
            "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        }
    ],
    "keywords": ["police and crime commissioner", "commissioning", "public money", "crime"],
}

_TYPES = {
    "datetime64[ns]": "date",
    "float64": "number",
    "int64": "integer",
    "Int64": "integer",
    "bool": "boolean",
}


def table_schema(table: str, *, present: tuple[str, ...] = ()) -> dict[str, Any]:
    """Turn the contract of a stored table into a Table Schema.

    Parameters
    ----------
    table : str
        Name of a stored table, such as ``"awards"``.
    present : tuple of str
        Tables of the same package; foreign keys to any other are left out.

    Returns
    -------
    dict
        ``fields``, ``primaryKey``, ``foreignKeys``, ``missingValues``.

    Examples
    --------
    >>> table_schema("deflator")["primaryKey"]
    ['financial_year']
    """
    contract = STORED[table].to_schema()
    schema: dict[str, Any] = {
        "fields": [_field(name, column) for name, column in contract.columns.items()],
        "primaryKey": PRIMARY_KEYS[table],
        "missingValues": [""],
    }
    keys = [
        {"fields": [column], "reference": {"resource": other, "fields": [their_column]}}
        for column, other, their_column in FOREIGN_KEYS.get(table, [])
        if other in present
    ]
    if keys:
        schema["foreignKeys"] = keys
    return schema


def package_descriptor(
    folder: Path, *, name: str, title: str, tables: tuple[str, ...] | None = None, **more: Any
) -> dict[str, Any]:
    """Describe the tables that lie in a folder as a Data Package 2.0.

    Parameters
    ----------
    folder : Path
        Folder that holds ``<table>.csv`` for some of the stored tables.
    name, title : str
        Name (lower case, hyphens) and title of the package.
    tables : tuple of str, optional
        Tables to describe; by default those that lie in the folder.
    **more
        Further properties of the package, such as ``licenses`` or ``version``.

    Returns
    -------
    dict
        Ready to be written as ``datapackage.json``.
    """
    wanted = STORED if tables is None else tables
    present = tuple(table for table in wanted if (folder / f"{table}.csv").exists())
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": title,
        **more,
        "resources": [_resource(folder, table, present) for table in present],
    }


def descriptor_text(folder: Path, **properties: Any) -> str:
    """Write the descriptor of a folder as the JSON text that belongs in it.

    Parameters
    ----------
    folder : Path
        Folder with the tables.
    **properties
        Properties of the package, at least ``name`` and ``title``.

    Returns
    -------
    str
        JSON, indented, ending in a line break.
    """
    return json.dumps(package_descriptor(folder, **properties), indent=1, ensure_ascii=False) + "\n"


def _resource(folder: Path, table: str, present: tuple[str, ...]) -> dict[str, Any]:
    content = (folder / f"{table}.csv").read_bytes()
    return {
        "name": table,
        "type": "table",
        "path": f"{table}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": " ".join((STORED[table].__doc__ or "").split()),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": table_schema(table, present=present),
    }


def _field(name: str, column: pa.Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": name,
        "type": _TYPES.get(str(column.dtype), "string"),
        "description": column.description,
    }
    if column.metadata and column.metadata.get("unit"):
        field["unit"] = column.metadata["unit"]
    constraints: dict[str, Any] = {}
    if not column.nullable:
        constraints["required"] = True
    if column.unique:
        constraints["unique"] = True
    for check in column.checks:
        allowed = check.statistics or {}
        if "allowed_values" in allowed:
            constraints["enum"] = list(allowed["allowed_values"])
        elif "pattern" in allowed:
            pattern = allowed["pattern"]
            constraints["pattern"] = getattr(pattern, "pattern", pattern)
        elif "min_value" in allowed:
            constraints["minimum"] = allowed["min_value"]
    if constraints:
        field["constraints"] = constraints
    return field


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / "datapackage.json").write_text(
        descriptor_text(target, **BUNDLED), encoding="utf-8", newline="\n"
    )
