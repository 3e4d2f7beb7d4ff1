"""What the two sides of a statement are about, and whether that is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from pccfunding.errors import PeriodError, TableError
from pccfunding.periods import Period
from pccfunding.reconciliation.sides import Term, known

Scopes: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Any]]


def scope_reason(scopes: Scopes | None) -> str | None:
    """Give the reason why two scopes keep a statement from being told; None where they agree."""
    if scopes is None:
        return None
    left, right = _pair(scopes)
    differing = {name for name in {*left, *right} if not _alike(name, left, right)}
    if not differing:
        return None
    return "status-differs" if differing == {"status"} else "scope-differs"


def stated_scopes(left: Sequence[Term], right: Sequence[Term]) -> Scopes | None:
    """Give what the rows of tables say of both sides, where each side says one thing of it.

    Parts of several streams or years may add up to a whole, so what the rows of one side differ
    in is left to the arithmetic.
    """
    one, two = _common(left), _common(right)
    both = [name for name in one if name in two]
    return {name: one[name] for name in both}, {name: two[name] for name in both}


def _common(terms: Sequence[Term]) -> dict[str, Any]:
    names = {name for term in terms for name in term.scope}
    found = {name: {term.scope.get(name) for term in terms} for name in names}
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _pair(scopes: Any) -> Scopes:
    if (
        isinstance(scopes, tuple | list)
        and len(scopes) == 2
        and all(isinstance(one, Mapping) for one in scopes)
    ):
        return scopes[0], scopes[1]
    raise TableError(
        "scope= takes two mappings, one a side, such as "
        "({'period': '2023-24'}, {'period': '2021-25'})."
    )


def _alike(name: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    one, two = known(left.get(name)), known(right.get(name))
    if name == "period":
        one, two = _period(one), _period(two)
    return bool(one == two)


def _period(value: Any) -> Any:
    """Read a period as printed, so that 2023-24 and 2023/24 are one; leave what is none."""
    try:
        return Period.parse(value) if isinstance(value, str) else value
    except PeriodError:
        return value
