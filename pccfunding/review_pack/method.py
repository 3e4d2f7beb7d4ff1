"""How a Review was made: versions, seeds and rules, as one page of Markdown."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

import pccfunding

if TYPE_CHECKING:
    from pccfunding.review_pack.outline import Review

__all__ = ["method_text"]

_LIBRARIES = ("jinja2", "matplotlib", "narwhals", "numpy", "pandas", "scipy", "xlsxwriter")
_RULES = (
    "A figure is a number that somebody printed. Its interval is what the printed words allow: the "
    "hard one decides conflicts, the soft one is what a fair reader assumes.",
    "A statement conflicts when the intervals of its sides cannot meet for any admissible unit of "
    "rounding; it reconciles when the fair readings meet, the scopes are equal and every part is "
    "known; otherwise it cannot be told, with the reason. The arithmetic is exact.",
    "Sums run in whole pence. Amounts of different flow or status are never added. An unknown is "
    "not zero.",
    "Residents of a financial year are the mid-year estimate inside it, of the latest vintage.",
    "Real terms use the GDP deflator, mean of the financial year's quarters.",
    "A change from counts has an exact Poisson interval (95%, conditional on the sum). At "
    "dispersion 2 and 4, and relative to other areas, it is normal on the log scale.",
    "The smallest fall that could be shown solves |ln r| = 2.80 √(φ (1 + 1/r) / base) for power "
    "80% and a two-sided level of 5%.",
    "No word here says that money moved an outcome: nothing published compares like with like.",
    "A conflict needs a recorded reason (`pccfunding review --exception ID=REASON`) before the "
    "pack can be signed. The decision is entered by a named person (`pccfunding sign`).",
)
_FILES = (
    ("index.html", "the page; every number leads to its source"),
    ("statements.csv", "every statement with verdict, both intervals and working"),
    ("exceptions.csv", "the conflicts with the reason recorded for each"),
    ("figures.json", "every number used: token, place, interval, source, or working"),
    ("tables/", "the tables behind the page; review.xlsx holds the same with notes and sources"),
    ("manifest.json", "configuration, and size and sha256 of every file"),
)


def method_text(found: Review) -> str:
    """Write down how a Review was made.

    Parameters
    ----------
    found : Review

    Returns
    -------
    str
        Markdown.
    """
    known = found.evidence.as_of
    lines = [
        "# How this Review was made",
        "",
        f"Area: {found.area.name} ({found.area.code}). Period: {found.period.words}. Evidence: "
        + (f"as known on {known}." if known else "everything held."),
        "",
        "## Versions",
        "",
        f"- Python {platform.python_version()}",
        f"- pccfunding {pccfunding.__version__}",
        *(f"- {name} {version(name)}" for name in _LIBRARIES),
        "",
        "## Seeds",
        "",
        "None: nothing here is drawn at random.",
        "",
        "## Rules",
        "",
        *(f"- {rule}" for rule in _RULES),
        "",
        "## Files",
        "",
        *(f"- `{name}`: {what}" for name, what in _FILES),
        "",
        "Numbers in the tables are written to ten digits, amounts of a million and more to the "
        "penny. In CSV files, a text that begins with =, +, - or @ has an apostrophe before it, so "
        "that no spreadsheet runs it as a formula.",
        "",
        "The same inputs in one environment give the same bytes. With other versions of the "
        "libraries, the tables and figures.json stay the same; page, workbook and this file may "
        "differ.",
        "",
    ]
    return "\n".join(lines)
