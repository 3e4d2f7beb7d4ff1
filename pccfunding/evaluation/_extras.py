"""The optional extra of the ladder, and what is said where it is missing."""

from __future__ import annotations

import importlib
from typing import Any

from pccfunding.errors import MissingExtraError

__all__ = ["statsmodels_api"]


def statsmodels_api(caller: str) -> Any:
    """Import statsmodels, or say how to install it."""
    try:
        return importlib.import_module("statsmodels.api")
    except ImportError as error:
        raise MissingExtraError(
            f"{caller} fits its model with statsmodels, which is not installed. "
            f"Install it with: pip install 'pccfunding[evaluation]'"
        ) from error
