"""Child processes that meet a real fault: killed, short of disk or memory, or without rights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import pccfunding

ROOT = Path(__file__).resolve().parents[2]

WHO = {"name": "A. Person", "role": "Commissioner", "reason": "The counts agree."}

# One thread each, so that a child may fork, and so that its memory can be told beforehand.
_QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}

# Counts what a process does to files, from the moment when it is armed, and kills it before the
# thing of a given number is done.
_KILLER = """
import os, shutil, signal, sys
from pathlib import Path

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = {"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink",
           "os.truncate", "os.utime"}
left = 0

def hook(event, arguments):
    global left
    if not left:
        return
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES
    if writes or event in CHANGES:
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

root = Path(sys.argv[1])
"""
_EACH_POINT = """
sys.addaudithook(hook)
point = 0
while True:
    point += 1
    here = root / str(point)
    shutil.copytree(root / "start", here, symlinks=True)
    child = os.fork()
    if child == 0:
        left = point
        action(here)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        assert status == 0, status
        break
print(point - 1)
"""


def python(
    code: str, *arguments: object, env: dict[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run code in a child of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=ROOT,
        check=False,
        timeout=300,
        env={**os.environ, **_QUIET, "PYTHONPATH": str(ROOT), **(env or {})},
        **options,
    )


def kill_at_every_point(root: Path, setup: str, action: str, *arguments: object) -> int:
    """Do a thing to copies of `root`/start, killed at each file event; give how many there are.

    The copy that was killed at the k-th event is `root`/k; one more was not killed.
    """
    body = textwrap.indent(textwrap.dedent(action).strip(), "    ")
    code = f"{_KILLER}{textwrap.dedent(setup)}\ndef action(here):\n{body}\n{_EACH_POINT}"
    done = python(code, root, *arguments)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def command(
    *arguments: object, before: str = "", env: dict[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command of the library in a child, after some code."""
    code = f"import sys\n{textwrap.dedent(before)}\nfrom pccfunding.cli import main\nmain()"
    return python(code, *arguments, env=env, **options)


def no_file_over(size: int) -> str:
    """Code that lets no file grow beyond a size: what a full disk does, and at a known byte."""
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


def killed_by_a_file_over(size: int) -> str:
    """Code that has the kernel kill the process in the middle of a write."""
    return f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n{no_file_over(size)}"


_AS_NOBODY = """
import json, os, sys, tempfile
from pathlib import Path
from click.testing import CliRunner
import pccfunding as pcc
from pccfunding.cli import main

def run(words):
    return CliRunner().invoke(main, words)

with tempfile.TemporaryDirectory() as folder:
    # Python itself may lie where nobody else can read: all is imported before the rights go.
    out = f"{folder}/out"
    for words in (["review", "--out", out, "--zip"], ["verify", out], ["sign", out],
                  ["diff", out, f"{out}.zip", "--out", f"{folder}/diff"]):
        run(words)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
told = [run(words) for words in json.loads(sys.argv[1])]
print(json.dumps([[one.exit_code, one.output, repr(one.exception)] for one in told]))
"""


def as_nobody(*commands: list[object]) -> list[tuple[int, str]]:
    """Run commands without the rights of root, whom no permission stops; give code and output."""
    for place in (Path(pccfunding.__file__).parent, Path(sys.prefix)):
        closed = [one for one in (place, *place.parents) if one.stat().st_mode & 0o005 != 0o005]
        if closed and os.geteuid() == 0:
            pytest.skip(
                f"nobody but root can read {closed[0].name or '/'}, where this is installed"
            )
    done = python(_AS_NOBODY, json.dumps([[str(word) for word in words] for words in commands]))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert all("SystemExit" in error or error == "None" for *_, error in told), told
    return [(code, output) for code, output, _ in told]


def memory_left(size: int) -> str:
    """Code that leaves a process some bytes of memory beyond what its imports take."""
    return (
        "import resource, pccfunding.review_pack, pandas, xlsxwriter\n"
        "from pathlib import Path\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        f"resource.setrlimit(resource.RLIMIT_AS, (used + {size}, used + {size}))"
    )


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Give what a command said, and hold it to be sentences."""
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def everything(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder, and where each link leads."""
    return {
        path.relative_to(folder).as_posix(): (
            os.readlink(os.fsencode(path)) if path.is_symlink() else path.read_bytes()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
