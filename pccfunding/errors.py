"""The errors of the library: each names the thing, the value, the place and the next step."""

from __future__ import annotations

__all__ = [
    "DataPackageError",
    "DeflatorError",
    "IntervalError",
    "MixedFlowError",
    "MixedStatusError",
    "PccFundingError",
    "PenceError",
    "PeriodError",
    "PopulationError",
    "PrintedError",
    "ReconciliationError",
    "TableError",
    "UnknownNameError",
]


class PccFundingError(Exception):
    """Base of every error that the library raises on purpose.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> try:
    ...     pcc.find_area("Camelot")
    ... except pcc.PccFundingError as error:
    ...     print(type(error).__name__)
    UnknownNameError
    """


class IntervalError(PccFundingError, ValueError):
    """Arithmetic that has no answer: an empty interval, a float, a division through zero."""


class PeriodError(PccFundingError, ValueError):
    """A period that cannot be read, or periods that one calculation cannot hold together."""


class PrintedError(PccFundingError, ValueError):
    """A printed number that cannot be read without guessing."""


class UnknownNameError(PccFundingError, LookupError):
    """A name or code that stands for no area, stream, source or figure known here."""


class TableError(PccFundingError, ValueError):
    """A table that lacks a column or holds values that its contract refuses."""


class DataPackageError(TableError):
    """A folder that is not a data package of the expected contracts."""


class MixedStatusError(PccFundingError, ValueError):
    """Rows of different status (bid, award, allocation, budget, outturn, ceiling) in one sum."""


class MixedFlowError(PccFundingError, ValueError):
    """Rows of different flow (to the commissioner, from the commissioner) in one sum."""


class PenceError(PccFundingError, ValueError):
    """An amount that is not a whole number of pence, or too large to be added exactly."""


class PopulationError(PccFundingError, ValueError):
    """A population that is missing, doubled, or of mixed vintages."""


class DeflatorError(PccFundingError, ValueError):
    """A price index that does not hold a year that is needed."""


class ReconciliationError(PccFundingError, ArithmeticError):
    """A statement about figures that the figures contradict."""
