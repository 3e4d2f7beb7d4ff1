"""Orders of n areas: every one of them while they are few, else random ones in blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pccfunding.errors import TableError

Orders: TypeAlias = NDArray[np.unsignedinteger[Any]]

MOST_ENUMERATED = 9
DEFAULT_RESAMPLES = 9_999
_BLOCK = 65_536
_MOST_NARROW = 512


def is_enumerated(n: int, resamples: int | None) -> bool:
    """Whether every order is counted: up to nine areas, unless fewer draws are asked for.

    Raises
    ------
    TableError
        If `resamples` is not a positive whole number.

    Examples
    --------
    >>> is_enumerated(6, None), is_enumerated(6, 500), is_enumerated(10, None)
    (True, False, False)
    """
    if resamples is None:
        return n <= MOST_ENUMERATED
    if isinstance(resamples, bool) or not isinstance(resamples, int | np.integer) or resamples < 1:
        raise TableError(
            f"resamples is {resamples!r}; it takes a whole number of draws such as 9999, "
            f"or None for every order of up to {MOST_ENUMERATED} areas."
        )
    return n <= MOST_ENUMERATED and math.factorial(n) <= resamples


def check_seed(seed: object) -> None:
    """Refuse a seed that is not a whole number of 0 or more.

    Examples
    --------
    >>> check_seed(-1)
    Traceback (most recent call last):
        ...
    pccfunding.errors.TableError: seed is -1; it takes a whole number of 0 or more.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise TableError(f"seed is {seed!r}; it takes a whole number of 0 or more.")


def orders(n: int, resamples: int | None, seed: int) -> Iterator[Orders]:
    """Give orders of 0 to n - 1 in blocks, one a row: all of them, or random ones.

    The blocks depend on n alone, so that one pair and a family see the same draws.

    Examples
    --------
    >>> [block.tolist() for block in orders(2, None, 0)]
    [[[0, 1], [1, 0]]]
    >>> [block.shape for block in orders(43, 2_000, 0)]
    [(1520, 43), (480, 43)]
    """
    rows = max(8, _BLOCK // n // 8 * 8)
    if is_enumerated(n, resamples):
        table = every_order(n)
        for start in range(0, len(table), rows):
            yield table[start : start + rows]
        return
    count = DEFAULT_RESAMPLES if resamples is None else int(resamples)
    generator = np.random.PCG64(seed)
    for start in range(0, count, rows):
        yield _random_orders(generator, min(rows, count - start), n)


@cache
def every_order(n: int) -> NDArray[np.uint8]:
    """Give the n! orders of 0 to n - 1, the order as observed first.

    Examples
    --------
    >>> every_order(3).tolist()
    [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    """
    if n == 1:
        return np.zeros((1, 1), np.uint8)
    rest = every_order(n - 1)
    table = np.empty((n, len(rest), n), np.uint8)
    for first in range(n):
        table[first, :, 0] = first
        table[first, :, 1:] = rest + (rest >= first)
    rows = table.reshape(-1, n)
    rows.flags.writeable = False
    return rows


def _random_orders(generator: np.random.PCG64, rows: int, n: int) -> Orders:
    """Sort random keys that carry their place in their last bits.

    A row in which two keys are the same but for the place would favour one order, so it is drawn
    again: what is left is uniform over the orders, not nearly so.
    """
    keys = _sorted_keys(generator, rows, n)
    places = keys.dtype.type((1 << _place_bits(n)) - 1)
    while (twins := np.flatnonzero((keys[:, 1:] ^ keys[:, :-1] <= places).any(axis=1))).size:
        keys[twins] = _sorted_keys(generator, len(twins), n)
    keys &= places
    return keys


def _sorted_keys(generator: np.random.PCG64, rows: int, n: int) -> Orders:
    keys: Orders
    # The raw stream of a bit generator stays the same over versions of numpy.
    if n <= _MOST_NARROW:
        words = generator.random_raw((rows * n + 1) // 2)
        keys = words.view(np.uint32)[: rows * n].reshape(rows, n)
    else:
        keys = generator.random_raw(rows * n).reshape(rows, n)
    bits = keys.dtype.type(_place_bits(n))
    keys >>= bits
    keys <<= bits
    keys |= np.arange(n, dtype=keys.dtype)
    keys.sort(axis=1)
    return keys


def _place_bits(n: int) -> int:
    return max(1, (n - 1).bit_length())
