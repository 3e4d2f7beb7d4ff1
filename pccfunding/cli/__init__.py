"""The command line: thin; exit code 2 for misuse, 1 for a failed check, 130 for a stopped one."""

from pccfunding.cli import files, folders, packs, reviewing
from pccfunding.cli.group import main

__all__ = ["files", "folders", "main", "packs", "reviewing"]
