"""The command line: thin, no arithmetic; exit code 2 for misuse, 1 for a failed check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import pccfunding
from pccfunding.errors import PccFundingError, ReconciliationError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

__all__ = ["main"]

_STYLES = {
    "reconciles": "green",
    "reproduced": "green",
    "conflicts": "bold red",
    "differs": "red",
    "consistent": "cyan",
}


class _Commands(click.Group):
    """Turns the library's errors into one sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PccFundingError as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            ctx.exit(1 if isinstance(error, ReconciliationError) else 2)
        except OSError as error:
            place = f" ({error.filename})" if error.filename else ""
            click.echo(f"{error.strerror or error}{place}.", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pccfunding.__version__, prog_name="pccfunding")
def main() -> None:
    """Review what police and crime commissioners fund, and what came of it."""


_evidence_option = click.option(
    "--evidence",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of a data package; the bundled evidence by default.",
)


@main.command()
@_evidence_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("review"),
    show_default=True,
    help="Folder to write the Review to.",
)
@click.option("--area", help="Name or ONS code of a police force area.")
@click.option("--period", help="Period to review, such as 2021-22/2024-25.")
@click.option(
    "--exception",
    "exceptions",
    multiple=True,
    metavar="ID=REASON",
    help="Why a conflict stands; each needs a reason before the pack can be signed.",
)
@click.option("--zip", "archive", is_flag=True, help="Write a zip archive beside the folder too.")
@click.option("--force", is_flag=True, help="Write over an earlier Review and its sign-off.")
@click.option("--open", "show", is_flag=True, help="Open the page when it is written.")
def review(
    folder: Path | None,
    out: Path,
    area: str | None,
    period: str | None,
    exceptions: tuple[str, ...],
    archive: bool,
    force: bool,
    show: bool,
) -> None:
    """Write a Review of the funding beside the reported outcomes."""
    console = _console()
    with console.status("Reading the evidence") as status:
        evidence = _evidence(folder)
        status.update("Working the figures")
        result = pccfunding.review(
            evidence, area_code=area, period=period, exceptions=_reasons(exceptions)
        )
        status.update("Writing the pages")
        written = result.write(out, force=force, zip=archive)
    console.print(_table(result.summary, "What the Review found"))
    for line in result.text.split("\n"):
        console.print(line, style="bold", markup=False)
    console.print(f"Wrote {len(written)} files; open {written[0]}", markup=False, soft_wrap=True)
    if show:
        click.launch(str(written[0]))


@main.command()
@_evidence_option
def datasets(folder: Path | None) -> None:
    """List the tables of the evidence and how complete they are."""
    from pccfunding.review_pack import completeness

    console = _console()
    console.print(_table(completeness(_evidence(folder)), "Tables of the evidence"))


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--profile", help="A published layout: 360giving, ggis or over500.")
@click.option("--sheet", help="Name of the one sheet to read.")
@click.option("--column", "columns", multiple=True, help="FIELD=HEADER, such as amount='How much'.")
@click.option("--financial-year", help="Period of awards that state none, such as 2023-24.")
@click.option("--funder", help="Who gave the awards that state no funder.")
@click.option("--area", help="Name or ONS code of the area that the list is about.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the tables, as CSV.")
@click.option("--force", is_flag=True, help="Write over an earlier import.")
@click.option("--allow-rejected", is_flag=True, help="Exit with 0 though rows were rejected.")
def import_awards(
    file: Path,
    columns: tuple[str, ...],
    out: Path | None,
    force: bool,
    allow_rejected: bool,
    **options: Any,
) -> None:
    """Read an award list and report what was found, interpreted and rejected.

    FILE is CSV, XLSX, ODS, HTML or JSON. Exit code 1 says that rows were rejected. In the CSV
    files, text that begins like a formula has an apostrophe before it.
    """
    from pccfunding.formats.award_lists import CAUTIONS

    console = _console()
    named = dict(one.partition("=")[::2] for one in columns)
    with console.status(f"Reading {file.name}") as status:
        result = pccfunding.read_awards(file, columns=named, **options)
        written = []
        if out is not None:
            from pccfunding.formats._export import write_import

            status.update("Writing the tables")
            written = write_import(result, out, force=force)
    for name, title in (("totals", "Totals printed in the file"), ("rejected", "Rows rejected")):
        table = getattr(result, name)
        if len(table):
            console.print(_table(table.head(50), title))
    console.print(_table(result.coverage, "What the file holds"))
    console.print(result.text, style="bold", markup=False)
    for code in result.cautions:
        console.print(f"{code}: {CAUTIONS[code]}", markup=False)
    if written:
        console.print(f"Wrote {len(written)} files to {out}", markup=False, soft_wrap=True)
    if result.n_rejected and not allow_rejected:
        rows = f"{result.n_rejected} row{'' if result.n_rejected == 1 else 's'}"
        click.echo(f"{rows} rejected; --allow-rejected accepts that.", err=True)
        sys.exit(1)


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
def check(directory: Path) -> None:
    """Check a data package of evidence and list what is still to be done in it.

    DIRECTORY holds datapackage.json. Exit code 1 if anything is broken, 0 otherwise.
    """
    console = _console()
    found = pccfunding.conformance(directory)
    shown = found.frame[["state", "table", "place", "what", "check"]]
    for state, title in (("broken", "Broken"), ("to do", "To do"), ("not run", "Not run")):
        listed = shown[shown["state"] == state].drop(columns="state")
        if len(listed):
            console.print(_table(listed, title))
    console.print(found.text, markup=False)
    if found.broken:
        sys.exit(1)


@main.command()
@_evidence_option
@click.option("--area", help="Name or ONS code; only what concerns this area.")
def reproduce(folder: Path | None, area: str | None) -> None:
    """Recompute each published figure that can be, and say what came out.

    A published conflict is a finding, not a failure; a verdict that differs from the recorded
    one fails with exit code 1.
    """
    console = _console()
    found = pccfunding.reproduce(_evidence(folder), area_code=area)
    shown = ["what", "printed", "recomputed", "verdict", "why"]
    console.print(_table(found[shown], "Published figures, recomputed"))
    counts = found["verdict"].value_counts()
    console.print(", ".join(f"{number} {verdict}" for verdict, number in counts.items()) + ".")
    wrong = found[~found["as_recorded"]]
    if len(wrong):
        names = ", ".join(wrong["what"])
        click.echo(f"Verdicts that differ from the recorded ones: {names}.", err=True)
        sys.exit(1)


class _WordsAfterBy(click.Command):
    """Lets `--by area month type` take several words, as `--by area --by month` does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        from pccfunding.formats.street_counts import COUNTED_BY

        spread: list[str] = []
        follows = False
        for word in args:
            if follows and word in COUNTED_BY and spread[-1] != "--by":
                spread.append("--by")
            follows = word == "--by" or (follows and word in COUNTED_BY)
            spread.append(word)
        return super().parse_args(ctx, spread)


@main.group()
def count() -> None:
    """Count the records of files that are larger than memory."""


@count.command("police-uk", cls=_WordsAfterBy)
@click.argument("glob", nargs=-1, required=True)
@click.option(
    "--by",
    multiple=True,
    default=("area", "month", "type"),
    show_default=True,
    help="What to count by: area, force, lsoa, month, outcome, type.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="CSV or Parquet file to write."
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    help="Folder for a typed copy, from which the same files are counted again many times as fast.",
)
@click.option("--force", is_flag=True, help="Write over an earlier file.")
def count_police_uk(
    glob: tuple[str, ...], by: tuple[str, ...], out: Path, cache: Path | None, force: bool
) -> None:
    """Count police.uk's street files, named by GLOB, such as 'archive/*/*-street.csv'.

    A file that cannot be read is named and set aside; the others are counted, with exit code 1.
    """
    from rich.console import Console
    from rich.progress import Progress

    from pccfunding.formats import street_counts

    street_counts.check_target(out, force=force)
    n_files = len(street_counts.matching_files(glob))
    # On standard error, so that what is printed can be piped.
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Counting", total=n_files)

        def told(files: int, rows: int) -> None:
            said = f"{files:,} of {n_files:,} files, {rows:,} records"
            bar.update(task, completed=files, description=said)

        found = street_counts.count_police_uk(glob, by=by, cache=cache, progress=told)
    written = found.write(out, force=force)
    click.echo(f"{found.text} Wrote {written}.")
    for file, fault in found.set_aside.items():
        click.echo(f"Set aside: {file}: {fault}", err=True)
    if found.set_aside:
        sys.exit(1)


@main.command("verify-sources")
@click.argument("directory", type=click.Path(path_type=Path))
@_evidence_option
def verify_sources(directory: Path, folder: Path | None) -> None:
    """Look every printed token up in your copies of the documents.

    DIRECTORY holds the documents under the names that the evidence gives them.
    """
    console = _console()
    found = pccfunding.verify_sources(directory, evidence=_evidence(folder))
    shown = found.assign(found=found["found"].map({True: "found", False: "not found"}))
    console.print(
        _table(shown[["figure_id", "token", "found", "line", "times", "document"]], "Tokens")
    )
    for document, copy in dict(zip(found["document"], found["copy"], strict=True)).items():
        said = {"same": "is the copy that was read", "other": "differs from the copy that was read"}
        console.print(f"{document} {said.get(copy, 'is missing')}.", markup=False)
    lost = found[~found["found"]]
    console.print(f"{len(found) - len(lost)} of {len(found)} tokens found.")
    if len(lost) or found.empty:
        names = ", ".join(lost["figure_id"]) or "no document can be checked"
        click.echo(f"Not found: {names}.", err=True)
        sys.exit(1)


@main.command()
@click.argument("pack", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Who decides.")
@click.option("--role", required=True, help="As what, such as Police and Crime Commissioner.")
@click.option(
    "--decision",
    required=True,
    type=click.Choice(["continue", "change", "stop", "cannot-decide"]),
    help="What was decided.",
)
@click.option("--reason", required=True, help="Why.")
def sign(pack: Path, name: str, role: str, decision: str, reason: str) -> None:
    """Enter a named person's decision over a PACK, a folder or a zip archive.

    The record is no cryptographic signature: it shows what was decided over which files, not who
    wrote it.
    """
    from pccfunding.review_pack import sign_pack

    click.echo(sign_pack(pack, name=name, role=role, decision=decision, reason=reason).text)


@main.command()
@click.argument("pack", type=click.Path(path_type=Path))
@click.option("--require-signed", is_flag=True, help="Fail when nobody has signed.")
def verify(pack: Path, require_signed: bool) -> None:
    """Work out the sha256 of every file of a PACK again, a folder or a zip archive.

    Exit code 1 and the file's name when a file was changed, is missing or was added.
    """
    from pccfunding.review_pack import verify_pack

    found = verify_pack(pack)
    for problem in found.problems:
        click.echo(str(problem), err=True)
    click.secho(found.text, bold=not found.signed, err=not found.intact)
    if not found.intact or (require_signed and not found.signed):
        sys.exit(1)


@main.command("diff")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("diff"),
    show_default=True,
    help="Folder to write the page and the table to.",
)
@click.option("--force", is_flag=True, help="Write over an earlier comparison.")
def compare(before: Path, after: Path, out: Path, force: bool) -> None:
    """Compare two packs: numbers added, gone, changed or superseded, verdicts flipped."""
    from pccfunding.review_pack import compare_packs

    found = compare_packs(before, after)
    written = found.write(out, force=force)
    console = _console()
    if len(found.frame):
        console.print(
            _table(found.frame[["change", "key", "before", "after"]], "What differs between them")
        )
    console.print(found.text, style="bold", markup=False)
    console.print(f"Wrote {len(written)} files; open {written[0]}", markup=False, soft_wrap=True)


def _reasons(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [exception.partition("=") for exception in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise click.BadParameter(f"'{wrong[0]}' has no '='; write ID=REASON.")
    return {name.strip(): reason for name, _, reason in pairs}


def _evidence(folder: Path | None) -> pccfunding.Evidence:
    return pccfunding.load_evidence() if folder is None else pccfunding.read_evidence(folder)


def _console() -> Console:
    from rich.console import Console

    return Console()


def _table(frame: pd.DataFrame, title: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", header_style="bold")
    numbers = set(frame.select_dtypes("number").columns)
    for column in frame.columns:
        table.add_column(
            str(column).replace("_", " "), justify="right" if column in numbers else "left"
        )
    for row in frame.itertuples(index=False):
        cells = ["" if value is None or value != value else str(value) for value in row]
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in cells))
    return table
