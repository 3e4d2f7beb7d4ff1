"""A figure as inline SVG: the same bytes every time, and ids that do not collide in one page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from pccfunding.errors import PccFundingError
from pccfunding.texts import isolated

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

__all__ = ["figure_svg"]

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOTHING = {"Date": None, "Creator": None, "Format": None, "Type": None}
SETTINGS: Any = {
    "svg.hashsalt": "pccfunding",
    "svg.fonttype": "path",
    "savefig.bbox": None,
    "path.simplify": True,
    # Before 3.10 matplotlib reads this while it writes, not while it draws.
    "hatch.linewidth": 0.8,
}


def figure_svg(axes_or_figure: Axes | Figure, *, prefix: str, alt: str | None = None) -> str:
    """Write a figure as an `<svg>` element that can stand inside an HTML page.

    Text is drawn as outlines, so no font is needed, but for a name in a script that our font has
    not, or that runs from right to left: it stays text, for the reader's own fonts. The background
    is transparent; the headline and the text alternative are the element's accessible name.

    Parameters
    ----------
    axes_or_figure : Axes or Figure
        What a plot of this library returned, or any other figure with `alt`.
    prefix : str
        Begins every id in the element; different for each figure of one page.
    alt : str, optional
        Text alternative; by default the one that the plot left on its Axes.

    Returns
    -------
    str
        One `<svg>` element without XML declaration; equal inputs give equal bytes.

    Raises
    ------
    PccFundingError
        If the prefix is no identifier, or the figure has no text alternative.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure(figsize=(2, 1))
    >>> svg = figure_svg(figure, prefix="q1", alt="An empty figure.")
    >>> svg[:60], svg.endswith("</svg>")
    ('<svg role="img" aria-labelledby="q1-alt" viewBox="0 0 144 72', True)
    """
    import matplotlib
    from matplotlib.axes import Axes

    if not _PREFIX.fullmatch(prefix):
        raise PccFundingError(
            f"'{prefix}' cannot begin an id: use letters, digits, '-' and '_', a letter first."
        )
    figure = whole_figure(axes_or_figure)
    axes = axes_or_figure if isinstance(axes_or_figure, Axes) else next(iter(figure.axes), None)
    words = alt or (str(axes.get_label()) if axes is not None else "")
    if not words:
        raise PccFundingError("This figure has no text alternative: say what it shows with alt=...")
    headline = axes.get_title(loc="left").replace("\n", " ") if axes is not None else ""

    drawn = io.StringIO()
    with matplotlib.rc_context(SETTINGS), other_scripts(figure, as_text=True):
        figure.savefig(drawn, format="svg", metadata=_NOTHING, transparent=True)
    return _inlined(drawn.getvalue(), prefix, headline, words)


def whole_figure(axes_or_figure: Axes | Figure) -> Figure:
    """The figure on which some Axes stand, or which holds a part of a figure."""
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    figure = axes_or_figure.figure if isinstance(axes_or_figure, Axes) else axes_or_figure
    while not isinstance(figure, Figure):
        figure = figure.figure
    return figure


@contextmanager
def other_scripts(figure: Figure, *, as_text: bool = False) -> Iterator[None]:
    """Draw what our font has no letters for without a warning for each of them.

    With `as_text` an SVG keeps such a name as text.
    """
    from matplotlib.text import Text

    texts = [one for one in figure.findobj(Text) if isinstance(one, Text) and _is_other(one)]
    with warnings.catch_warnings(), ExitStack() as kept:
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        for text in texts if as_text else ():
            kept.enter_context(_kept_as_text(text))
        yield


def _is_other(text: Text) -> bool:
    """Whether a text has letters that its font has not, or that are read from right to left."""
    from matplotlib.font_manager import findfont, get_font

    words = text.get_text()
    if words.isascii():
        return False
    if isolated(words) != words:
        return True
    font = get_font(findfont(text.get_fontproperties()))
    return any(not font.get_char_index(ord(letter)) for letter in words if not letter.isspace())


@contextmanager
def _kept_as_text(text: Text) -> Iterator[None]:
    import matplotlib

    outlined = text.draw

    def draw(*args: Any, **kwargs: Any) -> None:
        with matplotlib.rc_context({"svg.fonttype": "none"}):
            outlined(*args, **kwargs)

    text.draw = draw  # type: ignore[method-assign]
    try:
        yield
    finally:
        del text.draw


def _inlined(svg: str, prefix: str, headline: str, words: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").replace("<defs></defs>", "").strip()
    opening, body = svg.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', opening)
    size = re.search(r'width="[^"]*" height="[^"]*"', opening)
    body = body.replace("xlink:href=", "href=")
    used = set(re.findall(r'href="#([^"]+)"', body)) | set(re.findall(r"url\(#([^)]+)\)", body))

    def own_ids(tag: re.Match[str]) -> str:
        known = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", tag[0])
        return re.sub(r'( id="| href="#|url\(#)', lambda m: f"{m[1]}{prefix}-", known)

    # Between the tags stand names, which may look like anything.
    body = re.sub(r"<[^>]*>", own_ids, body)
    names = [(f"{prefix}-title", "title", headline), (f"{prefix}-alt", "desc", words)]
    named = [name for name in names if name[2]]
    labels = " ".join(name for name, _, _ in named)
    texts = "".join(f'<{tag} id="{name}">{escape(said)}</{tag}>' for name, tag, said in named)
    return (
        f'<svg role="img" aria-labelledby="{labels}" {box[0] if box else ""} '
        f'{size[0] if size else ""} xmlns="http://www.w3.org/2000/svg" '
        f'style="background:#fff;stroke-linejoin:round;stroke-linecap:butt">{texts}{body}'
    )
