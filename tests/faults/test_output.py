"""A terminal that knows few signs, names that are no text, and little memory: sentences."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from children import command, memory_left, said

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
@pytest.mark.slow
def test_a_sentence_for_little_memory(desk: Path) -> None:
    (desk / "review" / "large.bin").write_bytes(b"x" * 300_000_000)
    done = command("verify", desk / "review", before=memory_left(60_000_000))
    assert done.returncode == 2
    assert "not enough memory" in said(done)
