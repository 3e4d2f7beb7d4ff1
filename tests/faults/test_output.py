"""A terminal that knows few signs, names that are no text, and little memory: sentences."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from children import ROOT, command, memory_left, said
from click.testing import CliRunner

from pccfunding.cli import main

POOR = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


@pytest.mark.slow
@pytest.mark.parametrize(
    "env", [POOR, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp437"}]
)
def test_output_that_is_not_utf_8(tmp_path: Path, env: dict[str, str]) -> None:
    env = {**env, "COLUMNS": "60"}
    for words in (["reproduce"], ["datasets"], ["review", "--out", tmp_path / "out"], ["-h"]):
        done = command(*words, env=env)
        assert done.returncode == 0, done.stderr
        assert said(done)
    assert "GBP " in command("reproduce", env=env).stdout or "cp437" in str(env)


@pytest.mark.posix
@pytest.mark.slow
def test_a_name_that_is_no_text(desk: Path) -> None:
    odd = os.fsencode(desk / "review") + b"/a\xff\x1b[2J.csv"
    with open(odd, "wb"):
        pass
    for env in ({}, POOR):
        done = command("verify", desk / "review", env=env)
        assert done.returncode == 1
        assert "\x1b" not in said(done)
    done = command("verify", os.fsdecode(os.fsencode(desk) + b"/nothing\xff\x1b[2J"))
    assert done.returncode == 2
    assert "\x1b" not in said(done)


@pytest.mark.posix
def test_who_stops_a_command_has_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    stopping = """
    import signal, sys
    left = [1]
    def stop(event, arguments):
        if event == "open" and str(arguments[0]).endswith("manifest.json") and left:
            left.clear()
            signal.raise_signal(signal.SIGINT)
    sys.addaudithook(stop)
    """
    done = command("verify", tmp_path, before=stopping)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip() == "Stopped before the end."


@pytest.mark.posix
@pytest.mark.slow
def test_a_sentence_for_little_memory(desk: Path) -> None:
    (desk / "review" / "large.bin").write_bytes(b"x" * 300_000_000)
    done = command("verify", desk / "review", before=memory_left(60_000_000))
    assert done.returncode == 2
    assert "not enough memory" in said(done)


@pytest.mark.posix
@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [["check", ROOT / "datasets"], ["datasets"], ["-h"], ["--version"], ["review", "-h"]]
)
def test_a_reader_who_has_read_enough_is_no_verdict(words: list[object]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code = f"from pccfunding.cli import main; main({list(map(str, words))!r})"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=pipe, stderr=subprocess.PIPE, env=env, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b""


@pytest.mark.parametrize("words", [["-h"], ["--version"]])
def test_help_that_nobody_reads_on_ends_as_every_command(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("click.core.echo", closed)
    monkeypatch.setattr("click.decorators.echo", closed)
    monkeypatch.setattr(os, "dup2", lambda *_: None)  # of the tests' own output
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


@pytest.mark.posix
@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")
@pytest.mark.parametrize("words", [["datasets"], ["-h"], ["--version"]])
def test_output_that_finds_no_room(words: list[str]) -> None:
    code = f"from pccfunding.cli import main; main({words!r})"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, env=env, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode().strip() == "No space left on device."


def test_a_name_of_two_lines_is_told_in_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["verify", str(tmp_path / "a\nINTACT: b")])
    assert done.exit_code == 2
    assert len(done.output.strip().splitlines()) == 1
