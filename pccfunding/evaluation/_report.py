"""What a sentence leaves out: short labelled lines, a small table in a notebook."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Report"]


class Report(str):
    """Labelled lines of a result: text to print, and a table where it is shown in a notebook.

    Attributes
    ----------
    lines : tuple of (label, value)

    Examples
    --------
    >>> print(Report([("areas", "43"), ("periods", "8")]))
    areas    43
    periods  8
    """

    lines: tuple[tuple[str, str], ...]

    def __new__(cls, lines: Iterable[tuple[str, str]]) -> Report:
        """Set the labels in one column."""
        held = tuple(lines)
        wide = max((len(label) for label, _ in held), default=0)
        made = super().__new__(cls, "\n".join(f"{label:<{wide}}  {value}" for label, value in held))
        made.lines = held
        return made

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f'<tr><th scope="row">{escape(label)}</th><td>{escape(value)}</td></tr>'
            for label, value in self.lines
        )
        return f"<table>{rows}</table>"
