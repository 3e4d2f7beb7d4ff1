"""What a reader cannot end in: wrong kinds of options and files nested too deeply are sentences."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from pccfunding.errors import TableError
from pccfunding.periods import Period
from pccfunding.texts import holds_half

_P = ParamSpec("_P")
_T = TypeVar("_T")


_TEXT = ((str,), "a text")
# What each option of a reader takes, whichever reader has it.
_TAKES: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(("profile", "funder", "area", "status", "flow", "release", "source_id"), _TEXT),
    **dict.fromkeys(("base", "listing", "funding_stream", "name", "title"), _TEXT),
    "sheet": ((str, int), "the name of a sheet, or its number from 1"),
    "columns": ((Mapping,), "a mapping of fields to headers, such as {'amount': 'How much'}"),
    "financial_year": ((str, Period), "a text such as '2023-24', or a Period"),
    "lsoa_areas": ((Mapping,), "a mapping of codes of LSOAs to those of areas"),
    **dict.fromkeys(("annual", "csvw", "force"), ((bool,), "True or False")),
}


def check_options(**given: Any) -> None:
    """Refuse options of a kind that they do not take, and empty texts; None stands for none.

    Raises
    ------
    TableError
        With the option, its kind and what it takes.

    Examples
    --------
    >>> check_options(sheet="Grants", area=None)
    >>> check_options(area=5)
    Traceback (most recent call last):
    pccfunding.errors.TableError: area is a int; it takes a text.
    """
    for name, value in given.items():
        if value is None or name not in _TAKES:
            continue
        kinds, words = _TAKES[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TableError(f"{name} is a {type(value).__name__}; it takes {words}.")
        if isinstance(value, str) and not value.strip():
            raise TableError(
                f"{name} is empty; it takes {words}. Leave it out where there is none."
            )
        if isinstance(value, str) and holds_half(value):
            raise TableError(f"{name} holds half of a character: {value!r}. Write it again.")


def plain_errors(call: Callable[_P, _T]) -> Callable[_P, _T]:
    """Check the options of a reader, and turn an error of any part of it into a sentence.

    Examples
    --------
    >>> @plain_errors
    ... def fail():
    ...     return fail()
    >>> try:
    ...     fail()
    ... except TableError as error:
    ...     print(error)
    The file is nested too deeply to be a table.
    """

    @functools.wraps(call)
    def plain(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        check_options(**kwargs)
        try:
            return call(*args, **kwargs)
        except RecursionError as error:
            raise TableError("The file is nested too deeply to be a table.") from error

    return plain
