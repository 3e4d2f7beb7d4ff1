"""A table for a paper: a pandas Styler with caption, notes and sources, and four ways out."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pandas.io.formats.style import Styler

from pccfunding.errors import need_extra
from pccfunding.files import named_place, rewriting_file

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["PaperTable"]

# What a LaTeX file without packages of its own cannot set.
_TEX = {"\N{MINUS SIGN}": "$-$", "£": r"\pounds{}", "\N{EN DASH}": "--"}
_WORDS = "A table as a Word document"


class PaperTable(Styler):
    """A table of words and numbers with what stands above and below it.

    It is a :class:`pandas.io.formats.style.Styler`, and can be styled further.

    Parameters
    ----------
    data : DataFrame
        What stands in the cells, as it is to be read.
    title : str
        Stands above the table.
    notes, sources : sequence of str
        Stand below it, a paragraph each.

    Attributes
    ----------
    title : str
    notes, sources : tuple of str

    Examples
    --------
    >>> import pandas as pd
    >>> shown = PaperTable(pd.DataFrame({"p": ["0.04"]}), title="One test", notes=["Exact."])
    >>> print(shown.to_markdown())
    **One test**
    <BLANKLINE>
    | p |
    |---|
    | 0.04 |
    <BLANKLINE>
    Note: Exact.
    """

    def __init__(
        self,
        data: pd.DataFrame,
        *,
        title: str = "",
        notes: Sequence[str] = (),
        sources: Sequence[str] = (),
    ) -> None:
        # Without an id of its own each printing of a table would differ from the last.
        own = hashlib.sha256(data.to_csv().encode()).hexdigest()[:10]
        super().__init__(data, uuid=own, cell_ids=False)
        self.format(escape="html", na_rep="").format_index(escape="html", axis=1)
        self.title, self._rows = title, data
        self.notes, self.sources = tuple(notes), tuple(sources)
        self.hide(axis="index")
        if title:
            self.set_caption(title)

    @property
    def below(self) -> tuple[str, ...]:
        """The paragraphs below the table."""
        notes = [f"Note: {note}" for note in self.notes]
        return (*notes, *([f"Sources: {'; '.join(self.sources)}"] if self.sources else []))

    def to_html(self, buf: Any = None, **options: Any) -> Any:
        """Write HTML, the notes in paragraphs below; options as pandas has them.

        Returns
        -------
        str or None
            None where `buf` took the text.
        """
        from html import escape

        told = "".join(f'<p class="note">{escape(words)}</p>\n' for words in self.below)
        return _hand(f"{super().to_html(**options)}{told}", buf)

    def to_latex(self, buf: Any = None, **options: Any) -> Any:
        r"""Write a LaTeX table with rules (package booktabs), the notes below it in small print.

        Returns
        -------
        str or None
            None where `buf` took the text.

        Examples
        --------
        >>> import pandas as pd
        >>> shown = PaperTable(pd.DataFrame({"change": ["5%"]}), title="Spend & change")
        >>> written = shown.to_latex()
        >>> r"5\%" in written, r"Spend \& change" in written
        (True, True)
        """
        inside = copy.deepcopy(self)
        inside.format(escape="latex", na_rep="").format_index(escape="latex", axis=1)
        how: dict[str, Any] = {"hrules": True, "position_float": "centering"}
        if self.title:
            how["caption"] = _tex(self.title)
        # `inside` is one of ours, and its own to_latex is this one.
        written = str(Styler.to_latex(inside, **(how | options)))
        small = "".join(f"\\par\\footnotesize {_tex(words)}\n" for words in self.below)
        end = "\\end{table}"
        place = written.rfind(end)
        written = f"{written[:place]}{small}{written[place:]}" if place >= 0 else written + small
        for sign, command in _TEX.items():
            written = written.replace(sign, command)
        return _hand(written, buf)

    def to_markdown(self, buf: Any = None) -> Any:
        """Write a pipe table, as GitHub, Quarto and pandoc read it.

        Returns
        -------
        str or None
            None where `buf` took the text.
        """
        head, *body = self._lines()
        rows = [_piped(head), "|" + "|".join("---" for _ in head) + "|", *map(_piped, body)]
        caption = [f"**{self.title}**", ""] if self.title else []
        below = [line for words in self.below for line in ("", words)]
        return _hand("\n".join([*caption, *rows, *below]), buf)

    def to_word(self, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write a Word document that holds the table, for people to edit.

        Parameters
        ----------
        path : str or path
            The file, which ends in .docx.
        force : bool, default False
            Write over a file that is there.

        Returns
        -------
        Path

        Raises
        ------
        MissingExtraError
            If python-docx is not installed (the extra `office`).
        FileExistsError
            If the file is there and `force` is not set.
        """
        document = need_extra("docx", _WORDS, extra="office").Document()
        if self.title:
            document.add_paragraph(_printable(self.title), style="Caption")
        head, *body = self._lines()
        table = document.add_table(rows=0, cols=len(head))
        table.style = "Light List"
        for line in (head, *body):
            for cell, words in zip(table.add_row().cells, line, strict=True):
                cell.text = _printable(words)
        for words in self.below:
            document.add_paragraph(_printable(words))
        with rewriting_file(path, force=force) as part:
            document.save(str(part))
        return Path(path)

    def _lines(self) -> list[list[str]]:
        from pccfunding.words import is_missing

        rows = self._rows.itertuples(index=False, name=None)
        told = [["" if is_missing(cell) else str(cell) for cell in row] for row in rows]
        return [[str(name) for name in self._rows.columns], *told]


def _hand(written: str, buf: Any) -> str | None:
    if buf is None:
        return written
    if hasattr(buf, "write"):
        buf.write(written)
    else:
        named_place(buf, "a file to write").write_text(written, encoding="utf-8")
    return None


def _piped(cells: Sequence[str]) -> str:
    told = (" ".join(cell.replace("|", "\\|").split()) for cell in cells)
    return f"| {' | '.join(told)} |"


def _tex(words: str) -> str:
    signs = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    signs |= {sign: f"\\{sign}" for sign in "&%$#_{}"}
    return "".join(signs.get(sign, sign) for sign in words)


def _printable(words: str) -> str:
    # XML holds no control characters.
    return "".join(sign for sign in words if sign in "\t\n" or sign >= " ")
