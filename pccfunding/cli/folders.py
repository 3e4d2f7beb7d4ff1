"""Evidence folders: start, export."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import click

from pccfunding.cli.group import PLACE, main
from pccfunding.words import counted

__all__: list[str] = []


class _FilesAfter(click.Command):
    """Lets `--awards a.xlsx b.csv` take several files, as `--awards a.xlsx --awards b.csv` does."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spread: list[str] = []
        option = ""
        for word in args:
            if word.startswith("-"):
                option = word if word in ("--awards", "--counts") else ""
                if option:
                    continue
            elif option:
                spread.append(option)
            spread.append(word)
        return super().parse_args(ctx, spread)


@main.command(cls=_FilesAfter)
@click.argument("area")
@click.option("--period", help="What is reviewed, such as 2024-25 or 2022-23/2024-25.")
@click.option(
    "--awards",
    multiple=True,
    type=PLACE,
    metavar="FILE...",
    help="Award lists as they were received; they are copied in.",
)
@click.option(
    "--counts",
    multiple=True,
    type=PLACE,
    metavar="FILE...",
    help="Statistics as they were published; they are copied in.",
)
@click.option(
    "--out",
    type=PLACE,
    help="Folder to make; by default named by area and period.",
)
def start(
    area: str,
    period: str | None,
    awards: tuple[Path, ...],
    counts: tuple[Path, ...],
    out: Path | None,
) -> None:
    """Make an evidence folder for AREA, with a workbook to fill; nothing is written over."""
    from pccfunding.office import start_folder

    workbook, *_ = start_folder(area, period=period, awards=awards, counts=counts, directory=out)
    click.echo(f"Made {workbook.parent}. Fill {workbook}, then: pccfunding check {workbook.parent}")
    # Said now, not after the workbook was filled.
    absent = [name for name in ("python_calamine", "lxml") if find_spec(name) is None]
    if absent:
        names = " and ".join(name.replace("_", "-") for name in absent)
        click.echo(
            f"Reading it again needs {names}; install with: pip install 'pccfunding[office]'",
            err=True,
        )


@main.command()
@click.argument("folder", type=PLACE)
@click.option("--out", type=PLACE, required=True, help="Folder for the data package.")
@click.option("--force", is_flag=True, help="Write over an earlier package.")
def export(folder: Path, out: Path, force: bool) -> None:
    """Write the evidence of FOLDER as a data package, with its descriptor, for other programs."""
    import pccfunding
    from pccfunding.office import FolderEvidence

    evidence = pccfunding.read_evidence(folder)
    if not isinstance(evidence, FolderEvidence):
        raise click.UsageError(f"{folder} is a data package already.")
    broken = sum(problem.state == "broken" for problem in evidence.problems)
    area = evidence.area.name if evidence.area else ""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "evidence"
    written = pccfunding.write_data_package(
        evidence.own_tables(), out, name=name, title=f"Evidence for {area}", force=force
    )
    click.echo(f"Wrote {counted(len(written), 'file')} to {out}.")
    if broken:
        told = counted(broken, "thing")
        click.echo(f"{told} left out; pccfunding check {folder} names each.", err=True)
