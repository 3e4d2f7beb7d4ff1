"""What a reader's own code cannot end in: a file nested too deeply becomes a sentence."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pccfunding.errors import TableError

_P = ParamSpec("_P")
_T = TypeVar("_T")


def plain_errors(call: Callable[_P, _T]) -> Callable[_P, _T]:
    """Turn the one error that any part of a reader can end in into a sentence.

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
        try:
            return call(*args, **kwargs)
        except RecursionError as error:
            raise TableError("The file is nested too deeply to be a table.") from error

    return plain
