"""The errors of a reader as sentences: never longer than a person reads, and printable."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pccfunding.errors import PccFundingError, TableError

_P = ParamSpec("_P")
_T = TypeVar("_T")
_LONGEST = 500


def _printable(sign: str) -> str:
    if sign.isprintable():
        return sign
    return " " if sign.isspace() else sign.encode("unicode_escape").decode("ascii")


def plain_errors(call: Callable[_P, _T]) -> Callable[_P, _T]:
    """Cut the messages of a call's errors; what a file quotes in them may be of any length.

    Examples
    --------
    >>> @plain_errors
    ... def fail():
    ...     raise TableError("x" * 13_000)
    >>> try:
    ...     fail()
    ... except TableError as error:
    ...     print(len(str(error)))
    500
    """

    @functools.wraps(call)
    def plain(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return call(*args, **kwargs)
        except PccFundingError as error:
            said = str(error)
            told = "".join(map(_printable, said))
            if len(told) > _LONGEST:
                told = f"{told[: _LONGEST - 3]}..."
            if told == said:
                raise
            raise type(error)(told) from error
        except RecursionError as error:
            raise TableError("The file is nested too deeply to be a table.") from error

    return plain
