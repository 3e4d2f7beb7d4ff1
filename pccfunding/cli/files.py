"""Files of others: import, check, count."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

import pccfunding
from pccfunding.cli.group import PLACE, console_of, main, table_of
from pccfunding.formats.award_files.award_repeats import OnceOnly, between_lists, count_once
from pccfunding.formats.opening.open_file import doubtful_parts
from pccfunding.texts import disarmed, printable
from pccfunding.words import counted, number_text

__all__: list[str] = []


@main.command("import")
@click.argument("files", nargs=-1, required=True, type=PLACE)
@click.option("--profile", help="A published layout: 360giving, ggis or over500.")
@click.option("--sheet", "sheets", multiple=True, help="Name of a sheet to read; may be repeated.")
@click.option("--column", "columns", multiple=True, help="FIELD=HEADER, such as amount='How much'.")
@click.option("--financial-year", help="Period of awards that state none, such as 2023-24.")
@click.option("--funder", help="Who gave the awards that state no funder.")
@click.option("--area", help="Name or ONS code of the area that the list is about.")
@click.option("--out", type=PLACE, help="Folder for the tables, as CSV.")
@click.option(
    "--evidence",
    "package",
    type=PLACE,
    help="Folder for a data package to review; needs --area and --publisher.",
)
@click.option("--publisher", help="Who published the list, for the package.")
@click.option("--stream", help="Funding stream of awards that name none, for the package.")
@click.option("--force", is_flag=True, help="Write over an earlier import.")
@click.option("--allow-rejected", is_flag=True, help="Exit with 0 though rows were rejected.")
def import_awards(
    files: tuple[Path, ...],
    sheets: tuple[str, ...],
    columns: tuple[str, ...],
    out: Path | None,
    package: Path | None,
    publisher: str | None,
    stream: str | None,
    force: bool,
    allow_rejected: bool,
    **options: Any,
) -> None:
    """Read award lists and report what was found, interpreted and rejected.

    FILES are CSV, XLSX, ODS, HTML or JSON; the data package holds all of them. An award that
    states no year takes that of its award date, which its note says. Exit code 1 says that rows
    were rejected. In the CSV files, text that begins like a formula has an apostrophe before it.
    """
    if package is not None and not (publisher and options["area"]):
        raise click.UsageError("--evidence needs --area and --publisher.")
    console = console_of()
    named = dict(one.partition("=")[::2] for one in columns)
    asked: list[str | None] = [*sheets] or [None]
    read = []
    for file in files:
        for sheet in asked:
            with console.status(f"Reading {file.name}"):
                result = pccfunding.read_awards(file, columns=named, sheet=sheet, **options)
            read.append((file, sheet, result))
    written = []
    for file, sheet, result in read if out is not None else ():
        from pccfunding.cli.imported import write_import

        folder = Path(out or ".") / (listing_key(file, sheet) if len(read) > 1 else "")
        written += write_import(result, folder, force=force)
    if package is not None:
        once = _write_package(read, package, options["area"], str(publisher), stream, force)
        for said in between_lists(once):
            console.print(said, markup=False, soft_wrap=True)
    rejected = 0
    for file, _, result in read:
        for name, title in (
            ("totals", "Totals printed in the file"),
            ("rejected", "Rows rejected"),
        ):
            table = getattr(result, name)
            if len(table):
                shown = table.head(50).drop(columns=["parts"], errors="ignore")
                console.print(table_of(shown, title))
        console.print(table_of(result.coverage, "What the file holds"))
        console.print(result.text, style="bold", markup=False)
        for sheet_name, seen in doubtful_parts(file).items():
            for said in seen:
                console.print(f"{sheet_name}: {said}", markup=False, soft_wrap=True)
        frame = result.frame
        undated = int((frame["period_start"].isna() & frame["awarded_on"].notna()).sum())
        if undated and package is not None:
            said = f"{counted(undated, 'award takes', 'awards take')} the year of the award date."
            console.print(said, markup=False, soft_wrap=True)
        rejected += result.n_rejected
    if written:
        console.print(f"Wrote {len(written)} files to {out}", markup=False, soft_wrap=True)
    if package is not None:
        console.print(
            f"Wrote a data package; next: pccfunding check {package}", markup=False, soft_wrap=True
        )
    if rejected and not allow_rejected:
        rows = counted(rejected, "row")
        click.echo(f"{rows} rejected; --allow-rejected accepts that.", err=True)
        sys.exit(1)


def listing_key(file: Path, sheet: str | None) -> str:
    """Make the key of a list of its file's name and its sheet's."""
    import re

    return re.sub(r"[^a-z0-9]+", "-", f"{file.stem} {sheet or ''}".lower()).strip("-") or "awards"


def _write_package(
    read: list[tuple[Path, str | None, pccfunding.formats.ReadResult]],
    folder: Path,
    area: str,
    publisher: str,
    stream: str | None,
    force: bool,
) -> OnceOnly:
    import hashlib

    import pandas as pd

    made: list[dict[str, Any]] = []
    keys: list[str] = []
    names = [file.name + (f", sheet {sheet}" if sheet else "") for file, sheet, _ in read]
    once = count_once([result.frame for _, _, result in read], names)
    for (file, sheet, result), frame in zip(read, once.frames, strict=True):
        listing = listing_key(file, sheet)
        while listing in keys:
            listing += "-2"
        keys.append(listing)
        source = {
            "title": file.stem + (f", sheet {sheet}" if sheet else ""),
            "publisher": publisher,
            "document": file.name,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        made.append(
            pccfunding.award_tables(
                frame,
                area=area,
                source=source,
                listing=listing,
                funding_stream=stream,
                totals=result.totals,
            )
        )
    tables = made[0]
    if len(made) > 1:
        tables = {
            name: pd.concat(
                [one[name] for one in made if len(one[name])] or [tables[name]], ignore_index=True
            )
            for name in tables
        }
    title = ", ".join(dict.fromkeys(file.stem for file, _, _ in read))
    pccfunding.write_data_package(tables, folder, name=keys[0], title=title, force=force)
    return once


@main.command()
@click.argument("directory", type=PLACE)
def check(directory: Path) -> None:
    """Check an evidence folder, or a data package, and list what is still to be done in it.

    DIRECTORY holds evidence.xlsx or datapackage.json. Exit code 1 if anything is broken, 0
    otherwise.
    """
    console = console_of()
    found = pccfunding.conformance(directory)
    shown = found.frame[["state", "table", "place", "what", "check"]]
    if (shown["state"] == "read as").any():
        shown = shown.drop(columns="check")  # a person finds it by file and place
    for state, title in (("broken", "Broken"), ("to do", "To do"), ("not run", "Not run")):
        listed = shown[shown["state"] == state].drop(columns="state")
        if len(listed):
            console.print(table_of(listed, title))
    read = shown.loc[shown["state"] == "read as", ["place", "what"]]
    if len(read):
        console.print(table_of(read, "Read as"))
    for place, rows in shown[shown["state"] == "to paste"].groupby("place")["what"]:
        console.print(f"To paste into {place}, below its last row:", style="bold", markup=False)
        # Tabs survive here, so that each cell lands in its own column.
        cells = (row.split("\t") for row in rows.drop_duplicates())
        safe = ("\t".join(disarmed(printable(cell)) for cell in row) for row in cells)
        click.echo("\n".join(safe))
    console.print(found.text, markup=False)
    if found.broken:
        sys.exit(1)


class _WordsAfterBy(click.Command):
    """Lets `--by area month type` take several words, as `--by area --by month` does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        from pccfunding.formats.street_files.count_police_uk import COUNTED_BY

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
@click.option("--out", type=PLACE, required=True, help="CSV or Parquet file to write.")
@click.option(
    "--cache",
    type=PLACE,
    help="Folder for a typed copy, from which the same files are counted again many times as fast.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "polars"]),
    default="duckdb",
    show_default=True,
    help="What counts: polars is faster, duckdb finds every damaged row.",
)
@click.option("--force", is_flag=True, help="Write over an earlier file.")
def count_police_uk(
    glob: tuple[str, ...],
    by: tuple[str, ...],
    out: Path,
    cache: Path | None,
    engine: str,
    force: bool,
) -> None:
    """Count police.uk's street files, named by GLOB, such as 'archive/*/*-street.csv'.

    A file that cannot be read is named and set aside; the others are counted, with exit code 1.
    """
    from rich.console import Console
    from rich.progress import Progress

    from pccfunding.formats.street_files import (
        count_police_uk as street_counts,
        runs as street_runs,
    )

    os.environ.setdefault("POLARS_CSV_CHUNK_SIZE", street_runs.CSV_CHUNK_BYTES)
    street_counts.check_target(out, force=force)
    n_files = len(street_counts.matching_files(glob))
    # On standard error, so that what is printed can be piped.
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Counting", total=n_files)

        def told(files: int, rows: int) -> None:
            said = f"{number_text(files)} of {counted(n_files, 'file')}, {counted(rows, 'record')}"
            bar.update(task, completed=files, description=said)

        found = street_counts.count_police_uk(
            glob, by=by, engine=engine, cache=cache, progress=told
        )
    written = found.write(out, force=force)
    click.echo(f"{found.text} Wrote {written}.")
    for file, fault in found.set_aside.items():
        click.echo(f"Set aside: {file}: {fault}", err=True)
    if found.set_aside:
        sys.exit(1)
