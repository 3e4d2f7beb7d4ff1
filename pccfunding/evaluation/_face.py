"""The one face of every result of the ladder: a row, a sentence, its cautions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from pccfunding.evaluation._cautions import CAUTIONS
from pccfunding.evaluation._report import Report

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Result", "nothing"]


def nothing(*names: str) -> dict[str, Any]:
    """Give None for each of the fields that a refusal leaves empty."""
    return dict.fromkeys(names)


@dataclass(frozen=True, kw_only=True)
class Result(ABC):
    """A frozen result: fields at full precision, a text that can be pasted, cautions by code.

    Attributes
    ----------
    cautions : tuple of str
        Codes of the closed list `CAUTIONS`, each a clause of the text.
    """

    cautions: tuple[str, ...] = ()

    # Which cautions a sentence names first, two of them at most; None names all as they stand.
    _first: ClassVar[tuple[str, ...] | None] = None

    @property
    def text(self) -> str:
        """One or two sentences that can be pasted, with interval and cautions."""
        codes = self.cautions
        if self._first is not None:
            codes = tuple(code for code in self._first if code in self.cautions)[:2]
        if not codes:
            return self._finding()
        doubts = "; ".join(CAUTIONS[code] for code in codes)
        return f"{self._finding()} Caution: {doubts}."

    def report(self) -> Report:
        """Give every field that is known and every caution, as labelled lines."""
        lines = [
            (name.replace("_", " "), str(value))
            for name, value in self._row().items()
            if value is not None and value != "" and name != "cautions"
        ]
        return Report([*lines, *(("caution", CAUTIONS[code]) for code in self.cautions)])

    @property
    def frame(self) -> pd.DataFrame:
        """The result as one row at full precision; codes and labels are joined by '; '."""
        import pandas as pd

        return pd.DataFrame([self._row()])

    @property
    def maryland_level(self) -> int:
        """Level on the Maryland scale that this result alone can carry; 0 where it has none."""
        return 0

    @abstractmethod
    def _finding(self) -> str: ...

    def _row(self) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "cautions" or isinstance(value, Result):
                continue
            row[field.name] = "; ".join(map(str, value)) if isinstance(value, tuple) else value
        row["maryland_level"] = self.maryland_level
        row["cautions"] = "; ".join(self.cautions)
        return row

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.text)}</p>"
