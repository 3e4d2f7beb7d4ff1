"""Evidence out as a Data Package 2.0, with CSVW metadata beside each table."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandera.pandas as pa

from pccfunding.errors import DataPackageError
from pccfunding.evidence import Evidence
from pccfunding.evidence.evidence import check_contracts, table_names
from pccfunding.files import named_place, rewriting, rewriting_file
from pccfunding.formats.opening.plain_errors import check_options
from pccfunding.schemas import FOREIGN_KEYS, LOADED, PRIMARY_KEYS, STORED, completed

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BUNDLED",
    "describe_again",
    "descriptor_text",
    "own_properties",
    "package_descriptor",
    "table_schema",
    "write_data_package",
]

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
_OWN = "Not of the contract: carried along as it was given."


def table_schema(
    table: str, *, present: tuple[str, ...] = (), own: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Turn the contract of a stored table into a Table Schema.

    Parameters
    ----------
    table : str
        Name of a stored table, such as ``"awards"``.
    present : tuple of str
        Tables of the same package; foreign keys to any other are left out.
    own : sequence of dict
        Fields of columns that the contract does not know, which are carried along.

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
        "fields": [*(_field(name, column) for name, column in contract.columns.items()), *own],
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
    folder: Path,
    *,
    name: str,
    title: str,
    tables: tuple[str, ...] | None = None,
    own: Mapping[str, Sequence[dict[str, Any]]] | None = None,
    **more: Any,
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
    own : mapping, optional
        Fields of a table's columns beyond its contract, by the name of the table.
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
        "resources": [
            _resource(folder, table, present, (own or {}).get(table, ())) for table in present
        ],
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


def _resource(
    folder: Path, table: str, present: tuple[str, ...], own: Sequence[dict[str, Any]]
) -> dict[str, Any]:
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
        "schema": table_schema(table, present=present, own=own),
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


def _own_fields(table: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Describe the columns of a table that its contract does not know, by what they hold."""
    known = STORED[table].to_schema().columns
    fields = []
    for name in frame.columns:
        if name not in known:
            kind = "datetime64[ns]" if frame[name].dtype.kind == "M" else str(frame[name].dtype)
            field = {"name": name, "type": _TYPES.get(kind, "string"), "description": _OWN}
            whole = {"constraints": {"required": True}} if kind in ("int64", "bool") else {}
            fields.append(field | whole)
    return fields


def own_properties(folder: Path) -> dict[str, Any]:
    """Give the properties of a bundled package, which a new descriptor keeps."""
    held = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    if held.get("name") == BUNDLED["name"]:
        return BUNDLED
    return {key: value for key, value in held.items() if key not in ("$schema", "resources")}


def describe_again(folder: str | Path) -> None:
    """Write the descriptor of a bundled package again, after its tables were changed."""
    target = Path(folder)
    text = descriptor_text(target, **own_properties(target))
    with rewriting_file(target / "datapackage.json", force=True) as part:
        part.write_bytes(text.encode())


_NAME = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*")
_CSVW_TYPES = {
    "string": "string",
    "number": "double",
    "integer": "integer",
    "date": "date",
    "boolean": "boolean",
}


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def write_data_package(
    tables: Evidence | Mapping[str, pd.DataFrame],
    directory: str | Path,
    *,
    name: str,
    title: str,
    csvw: bool = True,
    force: bool = False,
    **properties: Any,
) -> tuple[Path, ...]:
    """Write tables as a Data Package 2.0 that ``read_evidence`` reads back as they were.

    Parameters
    ----------
    tables : Evidence or mapping of str to DataFrame
        Evidence as read or loaded whole, or some of its tables by name. Columns that only the
        loaders add are left out; columns of one's own are carried along.
    directory : str or Path
        Created where it does not exist.
    name, title : str
        Name of the package (lower case, hyphens) and its title.
    csvw : bool, default True
        Write ``<table>.csv-metadata.json`` (CSV on the Web) beside each table.
    force : bool, default False
        Write over files that are there.
    **properties
        Further properties of the package, such as ``licenses``, ``version`` or ``created``.

    Returns
    -------
    tuple of Path
        The files written, ``datapackage.json`` first.

    Raises
    ------
    DataPackageError
        If a table breaks its contract, is none of the contracts, or the evidence shows what was
        known on one day only.
    FileExistsError
        If a file is there and `force` was not given; nothing is written then.

    Notes
    -----
    These tables are for programs, so no cell is guarded against spreadsheets: a text that begins
    with an equals sign stays as it is.

    References
    ----------
    Data Package 2.0, https://datapackage.org; Metadata Vocabulary for Tabular Data, W3C, 2015.

    Examples
    --------
    >>> import tempfile
    >>> import pccfunding as pcc
    >>> evidence = pcc.load_evidence()
    >>> own = {"deflator": evidence.deflator, "sources": evidence.sources}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_data_package(own, folder, name="prices", title="Prices")
    ...     [path.name for path in written][:2]
    ['datapackage.json', 'sources.csv']
    """
    check_options(csvw=csvw, force=force)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DataPackageError(
            f"name={name!r} is no name of a package; use lower case, digits and hyphens."
        )
    for what, said in {"title": title, **properties}.items():
        if not isinstance(said, str) if what == "title" else not _is_json(said):
            raise DataPackageError(f"{what} is a {type(said).__name__}, which no descriptor holds.")
    folder = named_place(directory, "a data package", error=DataPackageError)
    stored = _stored(tables, folder)
    own = {table: _own_fields(table, frame) for table, frame in stored.items()}
    contents = {f"{table}.csv": _csv(frame, table) for table, frame in stored.items()}
    if csvw:
        for file in list(contents):
            table = file.removesuffix(".csv")
            contents[f"{file}-metadata.json"] = csvw_text(table, own=own[table])
    with rewriting(folder) as new:
        new.refuse_present(["datapackage.json", *contents], force=force)
        for file, text in contents.items():
            new.write(file, text.encode())
        written = tuple(file.removesuffix(".csv") for file in contents if file.endswith(".csv"))
        described = {"tables": written, "name": name, "title": title, "own": own, **properties}
        text = descriptor_text(new.part, **described)
        new.write("datapackage.json", text.encode())
    return tuple(folder / file for file in ("datapackage.json", *contents))


def csvw_text(table: str, *, own: Sequence[dict[str, Any]] = ()) -> str:
    """Write the CSVW metadata of one stored table as JSON text.

    Parameters
    ----------
    table : str
        Name of a stored table.
    own : sequence of dict
        Fields of its columns beyond the contract.

    Returns
    -------
    str

    Examples
    --------
    >>> json.loads(csvw_text("deflator"))["tableSchema"]["primaryKey"]
    ['financial_year']
    """
    schema = table_schema(table, own=own)
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{table}.csv",
        "dc:title": table,
        "dc:description": " ".join((STORED[table].__doc__ or "").split()),
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "tableSchema": {
            "columns": [_csvw_column(field) for field in schema["fields"]],
            "primaryKey": schema["primaryKey"],
        },
    }
    return json.dumps(metadata, indent=1, ensure_ascii=False) + "\n"


def _csvw_column(field: Mapping[str, Any]) -> dict[str, Any]:
    constraints = field.get("constraints", {})
    datatype: dict[str, Any] = {"base": _CSVW_TYPES[field["type"]]}
    if field["type"] == "boolean":
        datatype["format"] = "true|false"
    elif field["type"] == "date":
        datatype["format"] = "yyyy-MM-dd"
    elif "pattern" in constraints:
        datatype["format"] = constraints["pattern"].removeprefix("^").removesuffix("$")
    elif "enum" in constraints:
        datatype["format"] = "|".join(map(re.escape, constraints["enum"]))
    if "minimum" in constraints:
        datatype["minimum"] = constraints["minimum"]
    column: dict[str, Any] = {
        "name": field["name"],
        "titles": field["name"],
        "datatype": datatype,
        "dc:description": field["description"],
    }
    if constraints.get("required"):
        column["required"] = True
    else:
        column["null"] = ""
    return column


def _stored(tables: Evidence | Mapping[str, pd.DataFrame], folder: Path) -> dict[str, pd.DataFrame]:
    """Hold tables to their contracts, without what loaders add to them."""
    if isinstance(tables, Evidence):
        if tables.as_of is not None:
            raise DataPackageError(
                f"This evidence shows what was known on {tables.as_of}; a package holds every "
                f"printing. Load it without as_of= and write that."
            )
        tables = {name: getattr(tables, name) for name in table_names()}
    unknown = [name for name in tables if name not in STORED]
    if unknown or not tables:
        raise DataPackageError(
            f"{unknown[0]!r} is no table of the contracts; they are {', '.join(STORED)}."
            if unknown
            else "No table was given to write."
        )
    stored = {}
    for name in STORED:
        if name in tables:
            wanted = list(STORED[name].to_schema().columns)
            given = completed(name, tables[name])
            DataPackageError.need(f"The table {name!r}", wanted, given.columns)
            added = LOADED[name].to_schema().columns
            own = [column for column in given if column not in wanted and column not in added]
            stored[name] = given[[*wanted, *own]].reset_index(drop=True)
    check_contracts(stored, folder)
    return stored


def _csv(frame: pd.DataFrame, table: str) -> str:
    texts = frame.select_dtypes(exclude=["number", "bool", "datetime"])
    for column in texts.columns:
        cells = texts[column]
        bad = cells[cells.map(lambda cell: isinstance(cell, str) and (cell == "" or "\r" in cell))]
        if len(bad):
            raise DataPackageError(
                f"Table {table!r}, row {int(bad.index[0]) + 1}, column {column!r}: "
                f"{bad.iloc[0]!r} does not survive in a CSV file. Leave an empty cell missing; "
                f"end lines with a line feed."
            )
    flags = frame.select_dtypes(["bool", "boolean"]).columns
    named = {True: "true", False: "false"}
    out = frame.assign(**{column: frame[column].map(named) for column in flags})
    return str(out.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n"))
