"""The Review and the evidence: review, datasets, reproduce, verify-sources."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import pccfunding
from pccfunding.cli.group import PLACE, console_of, evidence_from, evidence_option, main, table_of
from pccfunding.texts import printable_lines

__all__: list[str] = []


@main.command()
@click.argument("place", required=False, metavar="[FOLDER]", type=PLACE)
@evidence_option
@click.option(
    "--out",
    type=PLACE,
    help="Folder to write the Review to.  [default: review, of FOLDER its own review]",
)
@click.option("--area", help="Name or ONS code of a police force area: any of the 43.")
@click.option("--period", help="Period to review, such as 2021-22/2024-25.")
@click.option(
    "--exception",
    "exceptions",
    multiple=True,
    metavar="ID=REASON",
    help="Why a conflict stands; each needs a reason before the pack can be signed.",
)
@click.option("--zip", "archive", is_flag=True, help="Write a zip archive beside the folder too.")
@click.option(
    "--force",
    is_flag=True,
    help="Write over an earlier Review; a signed one is kept beside it, as NAME-signed-N.",
)
@click.option(
    "--word", is_flag=True, help="Write the brief as a Word document beside the folder too."
)
@click.option("--open", "show", is_flag=True, help="Open the page when it is written.")
def review(
    place: Path | None,
    folder: Path | None,
    out: Path | None,
    area: str | None,
    period: str | None,
    exceptions: tuple[str, ...],
    archive: bool,
    force: bool,
    word: bool,
    show: bool,
) -> None:
    """Write a Review of the funding beside the reported outcomes.

    FOLDER is an evidence folder, as start makes it, or a data package. What check calls broken is
    left out, and named. Without one, --area reviews any police force area from national statistics.
    """
    if place is not None and folder is not None:
        raise click.UsageError("Name the evidence once: FOLDER or --evidence.")
    console = console_of()
    given = _reasons(exceptions)
    with console.status("Reading the evidence") as status:
        given_place = place or folder
        evidence = None if given_place is None else evidence_from(given_place)
        own = evidence if isinstance(evidence, pccfunding.office.FolderEvidence) else None
        if own is not None:
            out = out or Path(own.origin) / "review"
        status.update("Working the figures")
        result = pccfunding.review(evidence, area=area, period=period, exceptions=given)
        status.update("Writing the pages")
        out = out or Path("review")
        kept = set(_kept(out))
        written = result.write(out, force=force, zip=archive, word=word)
    for row in result.tables["left_out"].to_dict("records"):
        where = ", ".join(filter(None, [row["file"], row["place"]]))
        click.echo(printable_lines(f"Not read: {where}: {row['why']}"), err=True)
    for place in sorted(set(_kept(out)) - kept):
        click.echo(f"The signed Review that stood there is kept in {place}.", err=True)
    console.print(table_of(result.summary, "What the Review found"))
    for line in result.text.split("\n"):
        console.print(line, style="bold", markup=False)
    console.print(f"Wrote {len(written)} files; open {written[0]}", markup=False, soft_wrap=True)
    if word:
        console.print(f"The brief for Word: {written[-1]}", markup=False, soft_wrap=True)
    if show:
        click.launch(str(written[0]))


@main.command()
@evidence_option
def datasets(folder: Path | None) -> None:
    """List the tables of the evidence and how complete they are.

    Without --evidence the years of every bundled table follow as a chart.
    """
    from pccfunding.review_pack import completeness

    console = console_of()
    console.print(table_of(completeness(evidence_from(folder)), "Tables of the evidence"))
    if folder is None:
        click.echo("\nYears of the bundled statistics and money")
        click.echo(pccfunding.coverage(chart=True))


@main.command()
@evidence_option
@click.option("--area", help="Name or ONS code; only what concerns this area.")
def reproduce(folder: Path | None, area: str | None) -> None:
    """Recompute each published figure that can be, and say what came out.

    A published conflict is a finding, not a failure; a verdict that differs from the recorded
    one fails with exit code 1.
    """
    console = console_of()
    found = pccfunding.reproduce(evidence_from(folder), area_code=area)
    shown = ["what", "printed", "recomputed", "verdict", "why"]
    console.print(table_of(found[shown], "Published figures, recomputed"))
    counts = found["verdict"].value_counts()
    console.print(", ".join(f"{number} {verdict}" for verdict, number in counts.items()) + ".")
    wrong = found[~found["as_recorded"]]
    if len(wrong):
        names = ", ".join(wrong["what"])
        click.echo(f"Verdicts that differ from the recorded ones: {names}.", err=True)
        sys.exit(1)


@main.command("verify-sources")
@click.argument("directory", type=PLACE)
@evidence_option
def verify_sources(directory: Path, folder: Path | None) -> None:
    """Look every printed token up in your copies of the documents.

    DIRECTORY holds the documents under the names that the evidence gives them.
    """
    console = console_of()
    found = pccfunding.verify_sources(directory, evidence=evidence_from(folder))
    shown = found.assign(found=found["found"].map({True: "found", False: "not found"}))
    console.print(
        table_of(shown[["figure_id", "token", "found", "line", "times", "document"]], "Tokens")
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


def _kept(out: Path) -> list[Path]:
    """The signed Reviews that stand beside a folder, moved out of the way of later ones."""
    return list(out.resolve().parent.glob(f"{out.resolve().name}-signed-*"))


def _reasons(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [exception.partition("=") for exception in given]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise click.BadParameter(f"'{wrong[0]}' has no '='; write ID=REASON.")
    return {name.strip(): reason for name, _, reason in pairs}
