"""The optional packages of the formats, and what is said where one is missing."""

from __future__ import annotations

import importlib
from typing import Any

from pccfunding.errors import MissingExtraError

__all__ = ["need"]


def need(module: str, what: str) -> Any:
    """Import a module of the extra, or say how to install it.

    Raises
    ------
    MissingExtraError
        The message names what needs the module and the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise MissingExtraError(
            f"{what} needs {package}, which is not installed. "
            f"Install it with: pip install 'pccfunding[formats]'"
        ) from error
