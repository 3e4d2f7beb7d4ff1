"""Reading the tables of a data package with the types that its descriptor declares."""

from __future__ import annotations

import io
import json
import os
import re
import warnings
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from pccfunding.bundled import datasets_dir
from pccfunding.errors import DataPackageError, TableError
from pccfunding.files import read_regular
from pccfunding.texts import holds_half
from pccfunding.words import count

_DESCRIPTOR = "datapackage.json"
_LARGEST = 500_000_000
_TYPES = ("string", "number", "integer", "boolean", "date")
LONGEST_TEXT = 10_000


def read_descriptor(folder: Path) -> dict[str, Any]:
    """Read ``datapackage.json`` of a folder.

    Parameters
    ----------
    folder : Path
        The folder of the package.

    Returns
    -------
    dict
        The descriptor, with at least one resource.

    Raises
    ------
    DataPackageError
        If the folder, its descriptor or its resources are missing or broken.
    """
    if not folder.is_dir():
        raise DataPackageError(
            f"{folder} is not a folder. Name a folder that holds {_DESCRIPTOR} and its tables."
        )
    path = folder / _DESCRIPTOR
    try:
        descriptor = json.loads(read_inside(folder, _DESCRIPTOR).decode("utf-8"))
    except FileNotFoundError:
        raise DataPackageError(
            f"{folder} holds no {_DESCRIPTOR}. Evidence is read from a data package: "
            f"awards, outcomes, totals, figures and sources with their descriptor."
        ) from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataPackageError):
            raise
        raise DataPackageError(f"{path} is not JSON in UTF-8: {error}.") from None
    if holds_half(descriptor):
        raise DataPackageError(f"{path} holds half of a character, written as \\ud....")
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        raise DataPackageError(f"{path} lists no resources; a data package needs at least one.")
    return descriptor


def resources_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Give the resources of a folder's descriptor by name.

    Raises
    ------
    DataPackageError
        As `read_descriptor`; or if a resource is no object with a name.
    """
    named = {}
    for number, resource in enumerate(read_descriptor(folder)["resources"], start=1):
        name = resource.get("name") if isinstance(resource, dict) else None
        if not isinstance(name, str):
            raise DataPackageError(
                f"{folder / _DESCRIPTOR}: resource {number} is {_shown(resource)}; each is an "
                f"object with name, path and schema."
            )
        named[name] = resource
    return named


def _fields_of(resource: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """Give the columns that a resource declares.

    Raises
    ------
    DataPackageError
        If its schema is no list of columns with a name and a type that is read.
    """
    schema = resource.get("schema", {})
    fields = schema.get("fields", []) if isinstance(schema, dict) else None
    if not isinstance(fields, list):
        raise DataPackageError(
            f"{path}: its schema in {_DESCRIPTOR} is {_shown(schema)}; it is an object with fields."
        )
    for number, field in enumerate(fields, start=1):
        told = field if isinstance(field, dict) else {}
        sound = isinstance(told.get("name"), str) and told.get("type") in _TYPES
        if not sound or not isinstance(told.get("constraints", {}), dict):
            raise DataPackageError(
                f"{path}: field {number} of its schema in {_DESCRIPTOR} is {_shown(field)}; each "
                f"has a name, one of the types {', '.join(_TYPES)}, and constraints that are an "
                f"object."
            )
    return fields


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


def read_table(folder: Path, resource: dict[str, Any]) -> pd.DataFrame:
    """Read one table with plain strings, ``datetime64[ns]`` dates and declared numbers.

    Parameters
    ----------
    folder : Path
        The folder of the package.
    resource : dict
        The entry of the descriptor: ``name``, ``path`` and ``schema``.

    Returns
    -------
    DataFrame
        Columns in the order of the schema, then those that it does not declare, as text.

    Raises
    ------
    DataPackageError
        If the file is missing, lies outside the folder, lacks a column, or holds a cell that its
        declared type cannot read: the message names file, row, column and value.
    """
    relative = path_of(resource)
    path = folder / relative
    fields = _fields_of(resource, path)
    try:
        content = read_inside(folder, relative)
        if content.startswith((b"\x1f\x8b", b"PK\x03\x04")):
            raise DataPackageError(f"{path} is packed; unpack it, and name the CSV table in it.")
        if b"\0" in content:
            line = content[: content.index(b"\0")].count(b"\n") + 1
            raise DataPackageError(f"{path}, line {line}: a NUL byte stands in it; take it out.")
        raw = _read_cells(content, fields)
    except FileNotFoundError:
        raise DataPackageError(f"{path} is missing, though {_DESCRIPTOR} lists it.") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataPackageError(f"{path} is not a CSV table in UTF-8: {error}.") from None
    _refuse_long(raw, path)
    wanted = [field["name"] for field in fields]
    DataPackageError.need(str(path), wanted, raw.columns)
    typed = pd.DataFrame({field["name"]: _typed(raw, field, path) for field in fields})
    own = [column for column in raw.columns if column not in typed.columns]
    return typed.assign(**{column: raw[column] for column in own})


def path_of(resource: dict[str, Any]) -> str:
    """Give the path of a resource's one file.

    Raises
    ------
    DataPackageError
        If it names none, or several.
    """
    path = resource.get("path", "")
    if not isinstance(path, str):
        raise DataPackageError(
            f"{_DESCRIPTOR}: the path of {resource.get('name')!r} is {_shown(path)}; a table is "
            f"one file, named by a text."
        )
    return path


def _read_cells(content: bytes, fields: list[dict[str, Any]]) -> pd.DataFrame:
    """Read whole numbers as such and each date once; text throughout where a cell is neither."""
    dtypes: defaultdict[str, Any] = defaultdict(lambda: str)
    for field in fields:
        if field["type"] == "integer":
            required = field.get("constraints", {}).get("required", False)
            dtypes[field["name"]] = "int64" if required else "Int64"
        elif field["type"] == "date":
            dtypes[field["name"]] = "category"
    options: dict[str, Any] = {
        "keep_default_na": False,
        "na_values": [""],
        "encoding": "utf-8",
        "low_memory": False,  # one set of categories, not one a chunk
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # a number that a cast would wrap
            frame: pd.DataFrame = pd.read_csv(io.BytesIO(content), dtype=dtypes, **options)
    except (ValueError, TypeError, OverflowError, RuntimeWarning):
        frame = pd.DataFrame()
    whole = [field["name"] for field in fields if field["type"] == "integer"]
    if frame.empty or _may_have_wrapped(frame[frame.columns.intersection(whole)], content):
        # The slow way finds the cell that cannot be read, or the columns of a table without rows.
        frame = pd.read_csv(io.BytesIO(content), dtype=str, **options)
    return frame


def _may_have_wrapped(numbers: pd.DataFrame, content: bytes) -> bool:
    """Whether a whole number past the largest may have come back as another, as before pandas 3."""
    odd = int(pd.__version__.partition(".")[0]) < 3 and any(
        numbers[name].dtype.kind == "u" or (numbers[name] < 0).any() for name in numbers
    )
    return odd and re.search(rb"[0-9]{19}", content) is not None


def read_inside(folder: Path, relative: str) -> bytes:
    """Read a file of a data package, which no link and no path may lead out of.

    Raises
    ------
    DataPackageError
        If it lies elsewhere, is no regular file, or is larger than 500 MB.
    FileNotFoundError
        If it is not there.
    """
    parts = PurePosixPath(relative).parts
    inside = parts and not PurePosixPath(relative).is_absolute() and ".." not in parts
    if not inside or ":" in relative or "\\" in relative:
        raise DataPackageError(
            f"{_DESCRIPTOR} names the path {relative!r}; a table lies inside its own folder."
        )
    return read_within(folder, folder.joinpath(*parts))


def read_within(folder: Path, path: Path) -> bytes:
    """Read a file that was found in a folder, which no link may lead out of.

    Raises
    ------
    DataPackageError
        If it lies elsewhere, is no regular file, or is larger than 500 MB.
    FileNotFoundError
        If it is not there.
    """
    try:
        real = Path(os.path.realpath(path))
        real.stat()
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no disk holds such a name"
        raise DataPackageError(f"Cannot read {str(path)!r}: {why}.") from None
    # Some installers put the bundled tables in their place by links.
    if not real.is_relative_to(os.path.realpath(folder)) and folder != datasets_dir():
        raise DataPackageError(
            f"{path} is a link that leads out of its folder; put the file itself there."
        )
    try:
        content = read_regular(str(path), _LARGEST)
    except TableError as error:
        raise DataPackageError(str(error)) from error
    if len(content) > _LARGEST:
        raise DataPackageError(f"{path} is larger than {_LARGEST // 1_000_000} MB; split it.")
    return content


def _typed(raw: pd.DataFrame, field: dict[str, Any], path: Path) -> pd.Series[Any]:
    column, kind = field["name"], field["type"]
    text: pd.Series[Any] = raw[column]
    typed: pd.Series[Any]
    if isinstance(text.dtype, pd.CategoricalDtype):
        held = _days(pd.Series(text.cat.categories.astype(str))).to_numpy()
        codes = text.cat.codes.to_numpy()
        found = np.append(held, np.datetime64("NaT", "ns"))[codes]
        typed = pd.Series(found, index=text.index, name=column)
        _refuse_unread(text, typed, field, path)
        return typed
    if kind == "integer" and pd.api.types.is_integer_dtype(text.dtype):
        return text
    if kind == "string":
        return text
    required = field.get("constraints", {}).get("required", False)
    if kind == "boolean":
        typed = text.map({"true": True, "false": False})
        _refuse_unread(text, typed, field, path)
        return typed.astype(bool if required and not typed.isna().any() else "boolean")
    if kind == "date":
        typed = _days(text)
        _refuse_unread(text, typed, field, path)
        return typed
    typed = pd.to_numeric(text, errors="coerce")
    # Whole numbers past the largest come back unsigned, which a cast would wrap.
    if not pd.api.types.is_signed_integer_dtype(typed.dtype):
        most = np.inf if kind == "number" else 2.0**63
        typed = typed.astype("float64").where(lambda found: found.abs() < most)
    if kind == "integer" and pd.api.types.is_float_dtype(typed.dtype):
        typed = typed.where(typed % 1 == 0)
    _refuse_unread(text, typed, field, path)
    if kind == "number":
        # Before version 3 pandas reads some numbers one unit off in the last digit.
        return text.map(float, na_action="ignore").astype("float64")
    return typed.astype("int64" if required and not typed.isna().any() else "Int64")


def _days(text: pd.Series[Any]) -> pd.Series[Any]:
    """Read days; one that nanoseconds cannot hold is unread, where a cast would wrap it."""
    days = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    held = (days >= pd.Timestamp.min.ceil("D")) & (days <= pd.Timestamp.max.floor("D"))
    return days.where(held).astype("datetime64[ns]")


def _refuse_long(raw: pd.DataFrame, path: Path) -> None:
    for column in raw.select_dtypes(exclude="number").columns:
        texts = raw[column]
        if texts.dtype == "category":
            # Dates are read as categories, each distinct text once.
            if not (texts.cat.categories.astype("str").str.len() > LONGEST_TEXT).any():
                continue
            texts = texts.astype("str")
        long = texts.str.len() > LONGEST_TEXT
        if long.any():
            row = int(long.fillna(False).to_numpy(dtype=bool).argmax())
            raise DataPackageError(
                f"{path}, line {row + 2}, column {str(column)[:80]!r}: a text of "
                f"{count(len(texts.iloc[row]))} characters; at most {count(LONGEST_TEXT)} are "
                f"read. Shorten it, and name the document that holds the rest."
            )


def _refuse_unread(
    text: pd.Series[Any], typed: pd.Series[Any], field: dict[str, Any], path: Path
) -> None:
    unread = text.notna() & typed.isna()
    if unread.any():
        row = int(unread.to_numpy().argmax())
        raise DataPackageError(
            f"{path}, line {row + 2}, column {field['name']!r}: {text.iloc[row]!r} is no "
            f"{field['type']}."
        )
