"""The group of commands, and what they share: tables, evidence, one sentence for an error."""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import pccfunding
from pccfunding.errors import PccFundingError, ReconciliationError, TableError
from pccfunding.files import check_folder_at_hand, named_place
from pccfunding.texts import isolated, printable, printable_lines
from pccfunding.words import is_missing

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

__all__ = ["PLACE", "console_of", "evidence_from", "evidence_option", "main", "table_of"]

_STYLES = {
    "reconciles": "green",
    "reproduced": "green",
    "conflicts": "bold red",
    "differs": "red",
    "consistent": "cyan",
}
_PLAIN = {"£": "GBP ", "−": "-", "–": "-", "…": "...", "→": "->", "×": "x", "≤": "<=", "≥": ">="}


class _Commands(click.Group):
    """Turns the library's errors into one sentence and an exit code."""

    def main(self, *args: Any, **options: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="pccfunding.plain")
        try:
            return super().main(*args, **options)
        except OSError as error:  # of the help, which no command writes
            _end_with(error)

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*args, **options)
        except BrokenPipeError as error:  # of help or version; click would end with 1
            _end_with(error)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            check_folder_at_hand()
            return super().invoke(ctx)
        except PccFundingError as error:
            click.echo(printable_lines(f"{type(error).__name__}: {error}"), err=True)
            ctx.exit(1 if isinstance(error, ReconciliationError) else 2)
        except OSError as error:
            _end_with(error)
        except MemoryError:
            said = "There is not enough memory for this. Close other programs, or split the input."
            click.echo(said, err=True)
            ctx.exit(2)
        except KeyboardInterrupt:  # click would end with 1, which is a verdict
            click.echo("Stopped before the end.", err=True)
            ctx.exit(_INTERRUPTED)


_INTERRUPTED = 130  # as shells say it


def _end_with(error: OSError) -> NoReturn:
    """Say what the system refused, and end with 2: 1 would be a verdict on what was looked at."""
    if isinstance(error, BrokenPipeError):
        # Whoever read has read enough; what is still to be written must not fail at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(2)
    place = f" ({printable(os.fsdecode(error.filename))})" if error.filename else ""
    click.echo(printable_lines(f"{error.strerror or error}{place}."), err=True)
    sys.exit(2)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Put plain signs where the terminal has none for what is to be said."""
    assert isinstance(error, UnicodeEncodeError)
    signs = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in signs), error.end


codecs.register_error("pccfunding.plain", _plainly)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pccfunding.__version__, prog_name="pccfunding")
def main() -> None:
    """Review what police and crime commissioners fund, and what came of it."""


class _Place(click.Path):
    """A path as it was typed; an empty one, as of a variable that was not set, is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            named_place(value, param.human_readable_name if param else "a place")
        except TableError as error:
            self.fail(str(error), param, ctx)
        return super().convert(value, param, ctx)


PLACE = _Place(path_type=Path)

evidence_option = click.option(
    "--evidence",
    "folder",
    type=PLACE,
    help="Folder of a data package; the bundled evidence by default.",
)


def evidence_from(folder: Path | None) -> pccfunding.Evidence:
    return pccfunding.load_evidence() if folder is None else pccfunding.read_evidence(folder)


def console_of() -> Console:
    from rich.console import Console

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            """Leave the end to the command; rich would end with 1."""
            raise BrokenPipeError

    return _Console()


def table_of(frame: pd.DataFrame, title: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold")
    numbers = set(frame.select_dtypes("number").columns)
    for column in frame.columns:
        table.add_column(
            str(column).replace("_", " "), justify="right" if column in numbers else "left"
        )
    for row in frame.itertuples(index=False):
        cells = ["" if is_missing(value) else str(value) for value in row]
        shown = (isolated(printable_lines(cell)) for cell in cells)
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in shown))
    return table
