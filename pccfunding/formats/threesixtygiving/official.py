"""Validation against the official JSON schemas of the standard, from local files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pccfunding.errors import TableError, need_extra
from pccfunding.files import named_place
from pccfunding.formats.threesixtygiving.contract import KINDS, Breach

Schema: TypeAlias = "str | Path | Mapping[str, Any]"

GRANT_SCHEMA = "360-giving-schema.json"
PACKAGE_SCHEMA = "360-giving-package-schema.json"
_LARGEST = 16 * 2**20


class OfficialSchema:
    """The official schemas, ready to validate grants and packages."""

    def __init__(self, grant: Mapping[str, Any], package: Mapping[str, Any] | None) -> None:
        self._grant = _validator(grant, grant)
        self._package = None if package is None else _validator(package, grant)

    def grant_breaches(self, grant: object) -> list[Breach]:
        """List where one grant breaks the official schema."""
        return _listed(self._grant, grant)

    def package_breaches(self, package: object) -> list[Breach]:
        """List where a package breaks the official schema, its grants included."""
        if self._package is not None:
            return _listed(self._package, package)
        grants = package.get("grants") if isinstance(package, dict) else None
        return [breach for grant in grants or [] for breach in self.grant_breaches(grant)]


def official_schema(schema: Schema) -> OfficialSchema:
    """Open the official schema: a folder with both files, one of the files, or the grant schema.

    Parameters
    ----------
    schema : str, Path or mapping
        Folder that holds the two schemas of a release, the path of one of them, or the schema of
        a grant as read from JSON.

    Returns
    -------
    OfficialSchema

    Raises
    ------
    TableError
        If the files are not there, or are no JSON schema.
    MissingExtraError
        If jsonschema is not installed.
    """
    if isinstance(schema, Mapping):
        return OfficialSchema(schema, None)
    path = named_place(schema, "a schema")
    folder = path if path.is_dir() else path.parent
    grant = folder / GRANT_SCHEMA
    if not path.exists() or not grant.is_file():
        raise TableError(
            f"{path} leads to no {GRANT_SCHEMA}. Give the folder that holds {GRANT_SCHEMA} and "
            f"{PACKAGE_SCHEMA} of one release of the standard."
        )
    package = folder / PACKAGE_SCHEMA
    return OfficialSchema(_read(grant), _read(package) if package.is_file() else None)


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST:
        raise TableError(f"{path} is larger than 16 MiB; that is no JSON schema of the standard.")
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise TableError(f"{path} is not JSON in UTF-8.") from None
    if not isinstance(schema, dict):
        raise TableError(f"{path} is no JSON schema: it holds a {type(schema).__name__}.")
    return schema


def _validator(schema: Mapping[str, Any], grant: Mapping[str, Any]) -> Any:
    jsonschema = need_extra("jsonschema", "Validation against the official schema", extra="formats")
    from referencing import Registry
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import DRAFT202012

    def local(address: str) -> Any:
        # The package schema of 1.4.3 still names the grant schema of 1.4.2; both lie in one
        # folder, so whatever release it names, the file beside it is meant.
        if address.rpartition("/")[2] == GRANT_SCHEMA:
            return DRAFT202012.create_resource(dict(grant))
        raise NoSuchResource(address)

    # Without this check "date-time" admits any text, and a plain date matches two alternatives.
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("date-time")(lambda value: not isinstance(value, str) or _is_moment(value))
    checker.checks("uri")(lambda value: not isinstance(value, str) or not KINDS["uri"](value))
    try:
        jsonschema.Draft202012Validator.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        raise TableError(f"The schema given is no JSON schema: {error.message}.") from None
    registry: Any = Registry(retrieve=local)  # type: ignore[call-arg]
    return jsonschema.Draft202012Validator(dict(schema), registry=registry, format_checker=checker)


def _is_moment(value: str) -> bool:
    return not KINDS["datetime"](value)


def _listed(validator: Any, value: object) -> list[Breach]:
    from referencing.exceptions import Unresolvable

    try:
        errors = sorted(
            validator.iter_errors(value), key=lambda error: ([str(one) for one in error.path])
        )
    except Unresolvable as error:
        raise TableError(
            f"The schema given refers to {error.ref!r}, which is not beside it."
        ) from None
    return [
        Breach(
            "/".join(map(str, error.path)) or "grant",
            None,
            error.message if len(error.message) <= 200 else f"{error.message[:200]}...",
        )
        for error in errors
    ]
