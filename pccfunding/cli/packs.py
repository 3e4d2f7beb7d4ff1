"""Packs: sign, verify, diff."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pccfunding.cli.group import PLACE, console_of, main, table_of
from pccfunding.words import DECISIONS

__all__: list[str] = []


@main.command()
@click.argument("pack", type=PLACE)
@click.option("--name", required=True, help="Who decides.")
@click.option("--role", required=True, help="As what, such as Police and Crime Commissioner.")
@click.option(
    "--decision",
    type=click.Choice(DECISIONS),
    help="What was decided about the whole; not needed where sheet Services holds decisions.",
)
@click.option("--reason", help="Why.")
@click.option(
    "--ssh-key",
    type=PLACE,
    help="Private key to sign the record with, or the public half of one that ssh-agent holds.",
)
def sign(
    pack: Path,
    name: str,
    role: str,
    decision: str | None,
    reason: str | None,
    ssh_key: Path | None,
) -> None:
    """Enter a named person's decision over a PACK, a folder or a zip archive.

    The decisions about services that were entered in the evidence are adopted with it.
    Without --ssh-key the record is no cryptographic signature: it shows what was decided over which
    files, not who wrote it. The archive beside a folder is signed with it.
    """
    from pccfunding.review_pack import sign_pack

    signed = sign_pack(
        pack, name=name, role=role, decision=decision, reason=reason, ssh_key=ssh_key
    )
    click.echo(signed.text)


@main.command()
@click.argument("pack", type=PLACE)
@click.option("--require-signed", is_flag=True, help="Fail when nobody has signed.")
@click.option(
    "--allowed-signers",
    type=PLACE,
    help="Names and public keys, as ssh-keygen reads them; fail without a signature by one.",
)
def verify(pack: Path, require_signed: bool, allowed_signers: Path | None) -> None:
    """Work out the sha256 of every file of a PACK again, a folder or a zip archive.

    Exit code 1 and the file's name when a file was changed, is missing or was added.
    """
    from pccfunding.review_pack import verify_pack

    found = verify_pack(pack, allowed_signers=allowed_signers)
    for problem in found.problems:
        click.echo(str(problem), err=True)
    click.secho(found.text, bold=not found.signed, err=not found.intact)
    if not found.intact or (require_signed and not found.signed):
        sys.exit(1)


@main.command("diff")
@click.argument("before", type=PLACE)
@click.argument("after", type=PLACE)
@click.option(
    "--out",
    type=PLACE,
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
    console = console_of()
    if len(found.frame):
        console.print(
            table_of(found.frame[["change", "key", "before", "after"]], "What differs between them")
        )
    console.print(found.text, style="bold", markup=False)
    console.print(f"Wrote {len(written)} files; open {written[0]}", markup=False, soft_wrap=True)
