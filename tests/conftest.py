"""What holds for every test: no network, settled Hypothesis examples, plots without a screen."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Generator
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import settings

from pccfunding.errors import MissingExtraError

os.environ.setdefault("MPLBACKEND", "Agg")

# The README's run takes few examples; .ci/run sets PCCFUNDING_EXAMPLES to look further.
settings.register_profile(
    "settled",
    derandomize=True,
    deadline=None,
    max_examples=int(os.environ.get("PCCFUNDING_EXAMPLES", "10")),
)
settings.load_profile("settled")


class NetworkRefusedError(RuntimeError):
    """A test tried to reach another machine."""


def _refuse_distant(host: object) -> None:
    if host in (None, "", "localhost"):
        return
    try:
        distant = not ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        distant = True
    if distant:
        raise NetworkRefusedError(f"Tests have no network; this one asked for {host!r}.")


def _guarded_connect(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: object) -> Any:
        if isinstance(address, tuple):  # the address of a Unix socket is a path
            _refuse_distant(address[0])
        return connect(self, address)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: object, *arguments: Any, **options: Any) -> Any:
        _refuse_distant(host.decode() if isinstance(host, bytes) else host)
        return lookup(host, *arguments, **options)

    return guarded


def pytest_configure(config: pytest.Config) -> None:
    """Refuse connections for the whole run, since doctests see no fixture of this folder."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded_connect(getattr(socket.socket, name)))
    patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
    config.add_cleanup(patch.undo)


# Examples that need an extra; every other runs without.
_NEEDS = {
    "pccfunding.evaluation.panel_change.panel_change": "statsmodels",
    "pccfunding.formats.award_files.recipient_names.RecipientNames": "rapidfuzz",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests on real published files where there are none, and of missing extras."""
    no_samples = not os.environ.get("PCCFUNDING_SAMPLES")
    for item in items:
        if no_samples and item.get_closest_marker("samples"):
            item.add_marker(pytest.mark.skip("PCCFUNDING_SAMPLES names no folder of samples"))
        needed = _NEEDS.get(item.name)
        if needed and find_spec(needed) is None:
            item.add_marker(pytest.mark.skip(f"{needed} is not installed"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Leave out a case in a workbook or a page where the extra `formats` is missing."""
    try:
        yield
    except MissingExtraError as error:
        lacking = any(find_spec(name) is None for name in ("lxml", "python_calamine"))
        if "cases" not in item.path.parts or not lacking:
            raise
        pytest.skip(str(error))
