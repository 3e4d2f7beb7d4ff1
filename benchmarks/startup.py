"""What a user waits for: the import, the help of the command line, and the whole Review."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import Call, Comparison, benchmark

PEERS = "import pandas, scipy.stats, matplotlib.pyplot"


def python(code: str, *arguments: str) -> Callable[[], str]:
    """Give a call that starts an interpreter and runs code in it."""

    def run() -> str:
        command = [sys.executable, "-c", code, *arguments]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        return found.stdout

    return run


def review() -> str:
    with tempfile.TemporaryDirectory() as folder:
        command = "from pccfunding.cli import main; main()"
        said = python(command, "review", "--out", str(Path(folder) / "review"))()
        assert (Path(folder) / "review" / "index.html").stat().st_size > 100_000
        return said


@benchmark
def review_startup(rows: int | None) -> Comparison:
    """The Review of the bundled evidence in at most two and a half times the imports."""

    def agree(answers: Mapping[str, Any]) -> str:
        assert "£5,981,458" in answers["pccfunding review"]
        return "the Review was written and holds the derived total"

    calls = {"pccfunding review": Call(review), PEERS: Call(python(PEERS))}
    return Comparison(
        "the whole Review of the bundled evidence, beside importing three libraries",
        calls,
        agree,
        at_least={PEERS: 1 / 2.5},
    )


@benchmark
def import_startup(rows: int | None) -> Comparison:
    """The import in at most a tenth, the help in at most a quarter of importing pandas."""
    calls = {
        "import pandas": Call(python("import pandas")),
        "import pccfunding": Call(python("import pccfunding")),
        "pccfunding --help": Call(python("from pccfunding.cli import main; main()", "--help")),
        "start of Python": Call(python("pass")),
    }

    def agree(answers: Mapping[str, Any]) -> str:
        assert "review" in answers["pccfunding --help"]
        return "times hold the start of the interpreter, so they overstate ours"

    return Comparison("starting, each in a fresh interpreter", calls, agree)
