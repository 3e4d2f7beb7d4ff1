"""Cases in workbooks and pages need the extra `formats`; where it is missing they are left out."""

from __future__ import annotations

from collections.abc import Generator
from importlib.util import find_spec

import pytest

from pccfunding.errors import MissingExtraError

MISSING = [name for name in ("lxml", "python_calamine") if find_spec(name) is None]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    try:
        yield
    except MissingExtraError as error:
        if not MISSING:
            raise
        pytest.skip(str(error))
