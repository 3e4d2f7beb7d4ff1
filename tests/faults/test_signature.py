"""A signature that is one, by ssh-keygen: made, checked, forged, and asked for in vain."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from children import WHO, command, said

from pccfunding.errors import PackError
from pccfunding.review_pack import sign_pack, verify_pack

with_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
STOP = {**WHO, "decision": "stop"}
RECORD, SIGNATURE = "sign-off.json", "sign-off.json.sig"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Two keys, one with a passphrase, and a file that allows the first as pcc@example.org."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, passphrase in (("own", ""), ("other", ""), ("locked", "secret")):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", folder / name], check=True
        )
    public = (folder / "own.pub").read_text(encoding="utf-8")
    allowed = f'pcc@example.org namespaces="pccfunding" {public}'
    (folder / "allowed").write_text(allowed, encoding="utf-8")
    return folder


@with_ssh
@pytest.mark.parametrize("pack", ["review", "review.zip"])
@pytest.mark.slow
def test_a_key_signs_and_its_name_is_told(desk: Path, keys: Path, pack: str) -> None:
    who = ["--name", "A", "--role", "B", "--decision", "stop", "--reason", "C"]
    done = command("sign", desk / pack, *who, "--ssh-key", keys / "own")
    assert done.returncode == 0, done
    assert "was not checked" in said(done)
    done = command("verify", desk / pack, "--require-signed", "--allowed-signers", keys / "allowed")
    assert done.returncode == 0, done
    assert "carries a signature by the key of pcc@example.org" in said(done)
    assert "do not show who wrote the record" not in said(done)
    # Without the list the record is what it was: no cryptographic signature.
    assert "do not show who wrote the record" in said(command("verify", desk / pack))
    # Anybody can check it without the library.
    if pack == "review":
        files = ["-f", keys / "allowed", "-s", desk / pack / SIGNATURE]
        plain = subprocess.run(
            ["ssh-keygen", "-Y", "verify", "-n", "pccfunding", "-I", "pcc@example.org", *files],
            input=(desk / pack / RECORD).read_bytes(),
            check=False,
        )
        assert plain.returncode == 0


@with_ssh
@pytest.mark.slow
def test_an_unsigned_pack_and_a_record_without_a_signature(desk: Path, keys: Path) -> None:
    for _ in range(2):
        done = command("verify", desk / "review", "--allowed-signers", keys / "allowed")
        assert done.returncode == 1
        assert f"missing: {SIGNATURE} (no allowed signer has signed)" in said(done)
        if not verify_pack(desk / "review").signed:
            sign_pack(desk / "review", **STOP)


@with_ssh
def test_the_key_of_somebody_else(desk: Path, keys: Path) -> None:
    sign_pack(desk / "review", **STOP, ssh_key=keys / "other")
    found = verify_pack(desk / "review", allowed_signers=keys / "allowed")
    assert not found.intact
    assert "no signature by a key of the allowed signers" in found.text


@with_ssh
def test_a_signature_made_for_another_purpose(desk: Path, keys: Path) -> None:
    sign_pack(desk / "review", **STOP)
    record = desk / "review" / RECORD
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", keys / "own", record],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    assert (desk / "review" / SIGNATURE).exists()
    public = (keys / "own.pub").read_text(encoding="utf-8")
    (keys / "allowed").write_text(f"pcc@example.org {public}", encoding="utf-8")
    assert not verify_pack(desk / "review", allowed_signers=keys / "allowed").intact


@with_ssh
def test_a_signature_over_another_record(desk: Path, keys: Path) -> None:
    sign_pack(desk / "review", **STOP, ssh_key=keys / "own")
    signature = (desk / "review" / SIGNATURE).read_bytes()
    (desk / "review" / RECORD).unlink()
    assert "no sign-off.json that it could sign" in verify_pack(desk / "review").text
    (desk / "review" / SIGNATURE).unlink()
    sign_pack(desk / "review", **(STOP | {"decision": "continue"}))
    (desk / "review" / SIGNATURE).write_bytes(signature)
    assert not verify_pack(desk / "review", allowed_signers=keys / "allowed").intact
    (desk / "review" / SIGNATURE).write_bytes(b"\xff" * 10)
    assert not verify_pack(desk / "review", allowed_signers=keys / "allowed").intact


@with_ssh
def test_a_key_with_a_passphrase_asks_nobody(desk: Path, keys: Path) -> None:
    started = time.monotonic()
    with pytest.raises(PackError, match="did not sign with"):
        sign_pack(desk / "review", **STOP, ssh_key=keys / "locked")
    assert time.monotonic() - started < 20
    assert not verify_pack(desk / "review").signed
    with pytest.raises(PackError, match="did not sign with"):
        sign_pack(desk / "review", **STOP, ssh_key=keys / "nothing")


@pytest.mark.posix
def test_without_ssh_keygen_a_sentence(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text("", encoding="utf-8")
    sign_pack(desk / "review", **STOP)
    (desk / "review" / SIGNATURE).write_text("", encoding="utf-8")
    (tmp_path / "bare").mkdir()
    done = command(
        "verify", desk / "review", "--allowed-signers", tmp_path / "allowed",
        env={"PATH": str(tmp_path / "bare")},
    )  # fmt: skip
    assert done.returncode == 2
    assert "which is not installed here; install OpenSSH's client" in said(done)


@pytest.mark.posix
@pytest.mark.slow
def test_an_ssh_keygen_that_waits_is_not_waited_for(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "ssh-keygen"
    program.write_text("#!/bin/sh\nexec sleep 600\n", encoding="utf-8")
    program.chmod(0o755)
    who = ["--name", "A", "--role", "B", "--decision", "stop", "--reason", "C"]
    done = command(
        "sign", desk / "review", *who, "--ssh-key", "x",
        before="import pccfunding.review_pack.seal as seal; seal._SSH_SECONDS = 1",
        env={"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "did not answer within 1 seconds" in said(done)
    assert not verify_pack(desk / "review").signed
