"""Paper and ink for the plots: palette, sizes, headline, and rows measured in points."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pccfunding.errors import TableError, UnknownNameError
from pccfunding.words import count, is_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from matplotlib.transforms import Transform


# The Government Analysis Function's categorical palette. The order is load-bearing: colours
# next to each other differ by 3:1, others hardly differ at all in lightness.
_HOUSE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
MARKERS = ("o", "s", "D", "^", "v", "P")
INK, MUTED = "#0B0C0C", "#3D3D3D"
BAND, TICK = "#F0F2F4", "#C3C9CE"

# In points. On a phone 400 pixels wide, 10-point text still shows at 10 pixels.
WIDTH, MARGIN = 346.0, 6.0
COLUMN = WIDTH - 2 * MARGIN
BODY, SMALL, HEADLINE = 10.0, 9.0, 13.0
# How much larger than on its own page a drawing may become.
_MOST = 1.5
_MOST_INCHES = 1000
# Characters of a headline, which fill some thirty lines.
_LONGEST = 1000
LEADING = 1.28
# Widths of the letters of DejaVu Sans in their own size, on the safe side. Asking matplotlib for
# the true width of each line takes longer than drawing the marks.
_WIDTHS = {
    letter: width
    for letters, width in (
        ("'ijlIJ ,.\N{RIGHT SINGLE QUOTATION MARK}", 0.32),
        (":;|/\\f-()[]tr!", 0.41),
        ('"sczLFkvxyP?*', 0.61),
        ("AVXZBRCUNHDGOQ&", 0.78),
        ("w%mMW#+<=>@\N{MINUS SIGN}", 0.96),
    )
    for letter in letters
}
_OTHERS, _BOLD = 0.64, 1.12

Size = tuple[float, float]


class _Head(NamedTuple):
    """What stands above and below some Axes, in points."""

    ax: Axes
    own: bool
    pad: float
    above: float
    below: float
    right: float
    height: float


@dataclass
class _Drawing:
    colors: tuple[str, ...] = _HOUSE
    figsize: Size | None = None
    heads: list[_Head] = field(default_factory=list)


_NOW: ContextVar[_Drawing | None] = ContextVar("drawing", default=None)


class _Palette(Sequence[str]):
    """The colours of the drawing at hand: those of the caller, or else the house's."""

    @property
    def colors(self) -> tuple[str, ...]:
        """Those that hold now."""
        drawing = _NOW.get()
        return _HOUSE if drawing is None else drawing.colors

    def __getitem__(self, place: Any) -> Any:
        colors = self.colors
        return colors[place] if isinstance(place, slice) else colors[place % len(colors)]

    def __len__(self) -> int:
        return len(self.colors)

    def __iter__(self) -> Iterator[str]:
        # Places go round for ever, a walk through the colours does not.
        return iter(self.colors)

    def __eq__(self, other: object) -> bool:
        return self.colors == (tuple(other) if isinstance(other, Sequence) else other)

    __hash__ = None  # type: ignore[assignment]


PALETTE = _Palette()

_STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "text.usetex": False,
    "text.parse_math": False,
    "path.sketch": None,
    "path.effects": [],
    "hatch.linewidth": 0.8,
    "lines.linestyle": "-",
    "lines.marker": "None",
    "figure.autolayout": False,
    "figure.constrained_layout.use": False,
}


@contextmanager
def house_style(
    title: str | None = None,
    subtitle: str | None = None,
    *,
    figsize: Size | None = None,
    color: str | None = None,
    palette: Sequence[str] | None = None,
) -> Iterator[None]:
    """Shield one drawing from the caller's matplotlib settings, and those from the drawing.

    When the drawing is done it is fitted to the size asked for, or to the Axes given.

    Raises
    ------
    TableError
        If a headline is no text or too long, both a colour and a palette are given, one is no
        colour, or a size is not above zero.
    """
    for words, what in ((title, "title"), (subtitle, "subtitle")):
        _check_headline(words, what)
    matplotlib = _matplotlib()
    drawing = _Drawing(_chosen(color, palette), figsize)
    if figsize is not None and not (
        isinstance(figsize, tuple | list)
        and len(figsize) == 2
        and all(is_number(side) and 0 < side < _MOST_INCHES for side in figsize)
    ):
        raise TableError(f"figsize is width and height in inches, both above 0; got {figsize!r}.")
    mark = _NOW.set(drawing)
    try:
        with matplotlib.rc_context(_STYLE):
            yield
            for head in drawing.heads:
                _fit(head, figsize)
    finally:
        _NOW.reset(mark)


def _check_headline(words: Any, what: str) -> None:
    if words is None:
        return
    if not isinstance(words, str):
        raise TableError(f"{what} is a {type(words).__name__}; it takes a text.")
    if len(words) > _LONGEST:
        raise TableError(
            f"{what} has {count(len(words))} characters; above a plot stand {count(_LONGEST)} at "
            f"most. Write it in a sentence, and the rest beside the plot."
        )


def _matplotlib() -> Any:
    """Import matplotlib, which reads the environment while it is imported."""
    try:
        import matplotlib
    except ValueError as error:
        asked = os.environ.get("MPLBACKEND")
        raise UnknownNameError(
            f"No plot is drawn: matplotlib knows no backend {asked!r}, which MPLBACKEND asks for. "
            f"Unset MPLBACKEND, or set it to 'agg'."
            if asked
            else f"No plot is drawn: matplotlib does not start ({error})."
        ) from error
    return matplotlib


def _chosen(color: str | None, palette: Sequence[str] | None) -> tuple[str, ...]:
    if color is None and palette is None:
        return _HOUSE
    from matplotlib.colors import is_color_like, to_hex

    if color is not None and palette is not None:
        raise TableError("Give a plot `color` or `palette`, not both.")
    if palette is not None and not hasattr(palette, "__iter__"):
        raise TableError(f"palette is a {type(palette).__name__}; it takes colours in a list.")
    wanted = [color] if palette is None else [palette] if isinstance(palette, str) else [*palette]
    strange = [one for one in wanted if not is_color_like(one)]
    if strange or not wanted:
        told = f"{strange[0]!r} is none" if strange else "the palette is empty"
        raise TableError(
            f"A plot takes colours as matplotlib writes them, such as 'teal' or '#12436D'; {told}."
        )
    return tuple(to_hex(one) for one in wanted if one is not None)


def _fit(head: _Head, figsize: Size | None) -> None:
    """Give the drawing the room there is: words and lines shrink or grow with it."""
    from matplotlib.text import Annotation

    ax = head.ax
    figure: Any = ax.figure
    if head.own and figsize is None:
        return
    if head.own and figsize is not None:
        figure.set_size_inches(figsize)
        wide, high = 72 * figsize[0] - 2 * MARGIN, 72 * figsize[1] - MARGIN
        left, bottom = MARGIN, 0.0
    else:
        page, place = _page(figure), ax.get_position()
        left, bottom = place.x0 * page[0], place.y0 * page[1]
        wide, high = place.width * page[0], place.height * page[1]
    whole = head.above + head.height + head.below + MARGIN
    scale = min(wide / COLUMN, high / whole, _MOST)
    for text in ax.texts:
        text.set_fontsize(float(text.get_fontsize()) * scale)
        if isinstance(text, Annotation):
            text.xyann = (0, text.xyann[1] * scale)
    for mark in ax.lines:
        mark.set_linewidth(mark.get_linewidth() * scale)
        mark.set_markersize(mark.get_markersize() * scale)
        mark.set_markeredgewidth(mark.get_markeredgewidth() * scale)
    for patch in ax.patches:
        patch.set_linewidth(patch.get_linewidth() * scale)
    _entitle(ax, ax.get_title(loc="left"), HEADLINE * scale, head.pad * scale)
    if figure.get_layout_engine() is not None:
        return
    size = _page(figure)
    # No line is drawn apart from its own: what is left over stays empty below.
    inside = head.height * scale
    low = bottom + high - head.above * scale - inside
    ax.set_position(
        (
            left / size[0],
            low / size[1],
            (wide - head.right * scale) / size[0],
            inside / size[1],
        )
    )


def _page(figure: Any) -> Size:
    """Width and height of a figure, or of a part of one, in points."""
    return figure.bbox.width * 72 / figure.dpi, figure.bbox.height * 72 / figure.dpi


def _entitle(ax: Axes, words: str, size: float, pad: float) -> None:
    ax.set_title(words, loc="left", fontsize=size, fontweight="bold", color=INK, pad=pad)


def lines_of(
    words: str, size: float = BODY, *, width: float = COLUMN, bold: bool = False, even: bool = False
) -> list[str]:
    """Break a text into lines that fit `width` points; `even` makes them about equally long.

    Examples
    --------
    >>> lines_of("Local partnership co-commissioning", width=120)
    ['Local partnership', 'co-commissioning']
    """
    room = width / (size * (_BOLD if bold else 1))
    lines = _wrapped(words, room)
    if not even or len(lines) < 2:
        return lines
    narrow = _wide(words) / len(lines)
    while len(_wrapped(words, narrow)) > len(lines):
        narrow += 0.5
    return _wrapped(words, min(narrow, room))


def width_of(words: str, size: float) -> float:
    """How wide one line of words is in points, on the safe side."""
    return size * _wide(words)


@lru_cache(maxsize=10_000)
def _wide(words: str) -> float:
    return sum(_WIDTHS.get(letter, _OTHERS) for letter in words)


def _wrapped(words: str, room: float) -> list[str]:
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _wide(longer) <= room:
            lines[-1] = longer
            continue
        while _wide(word) > room and len(word) > 1:
            fits = next(n for n in range(len(word), 0, -1) if n == 1 or _wide(word[:n]) <= room)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return lines


def canvas(
    ax: Axes | None,
    *,
    height: float,
    title: str,
    subtitle: str,
    foot: float = 0.0,
    right: float = 0,
) -> Axes:
    """Prepare Axes whose y runs downwards in points and whose headline stands above.

    Parameters
    ----------
    ax : Axes or None
        None makes a figure of its own, exactly high enough.
    height : float, in points
    title, subtitle : str
        Headline of at most ten words; what is measured, of whom and when.
    foot, right : float, in points
        Room below for tick labels; room on the right for labels of lines.
    """
    heading = lines_of(title, HEADLINE, bold=True, even=True)
    below = lines_of(subtitle, SMALL, even=True)
    lead = len(below) * SMALL * LEADING
    above = len(heading) * HEADLINE * LEADING + lead + 18
    own = ax is None
    if ax is not None and not hasattr(ax, "transAxes"):
        raise TableError(
            f"ax is a {type(ax).__name__}; it takes the Axes of a figure, such as one of "
            f"matplotlib's Figure().subplots()."
        )
    if ax is None:
        _matplotlib()
        from matplotlib.figure import Figure

        from pccfunding.plots.plot_axes import PlotAxes

        total = above + height + foot + MARGIN
        figure = Figure(figsize=(WIDTH / 72, total / 72), facecolor="white")
        ax = figure.add_axes(
            (
                MARGIN / WIDTH,
                (foot + MARGIN) / total,
                (COLUMN - right) / WIDTH,
                height / total,
            ),
            axes_class=PlotAxes,
        )
    if drawing := _NOW.get():
        drawing.heads.append(_Head(ax, own, lead + 14, above, foot, right, height))
    ax.set_axis_off()
    ax.set_ylim(height, 0)
    _entitle(ax, "\n".join(heading), HEADLINE, lead + 14)
    ax.annotate(
        "\n".join(below),
        (0, 1),
        (0, 9),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=SMALL,
        color=MUTED,
        va="bottom",
        linespacing=LEADING,
        gid="subtitle",
    )
    return ax


def write(
    ax: Axes,
    x: float,
    y: float,
    words: str,
    *,
    size: float = BODY,
    bold: bool = False,
    color: str = INK,
    ha: str = "left",
    transform: Transform | None = None,
) -> Text:
    """Write at a fraction of the width and a height in points (or through another transform)."""
    return ax.text(
        x,
        y,
        words,
        fontsize=size,
        fontweight="bold" if bold else "normal",
        color=color,
        ha=ha,
        transform=transform or ax.get_yaxis_transform(),
    )


def clear_behind(words: Text) -> None:
    """Keep grid and lines from striking out words: points stay above, lines go behind."""
    words.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6})
    words.set_zorder(2.5)


# Artists are added one by one below, since Axes.plot, barh, vlines and fill_between rescale the
# Axes at each call and take several times as long.


def stroke(
    ax: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    *,
    color: str,
    width: float,
    transform: Transform | None = None,
    **how: Any,
) -> None:
    """Draw a line through points."""
    from matplotlib.lines import Line2D

    line = Line2D(xs, ys, color=color, linewidth=width, solid_capstyle="butt", **how)
    line.set_transform(transform or ax.transData)
    ax.add_artist(line).set_clip_on(False)


def dot(
    ax: Axes,
    x: float,
    y: float,
    *,
    color: str,
    marker: str,
    size: float = 6.0,
    hollow: bool = False,
    transform: Transform | None = None,
) -> None:
    """Draw one marker; a hollow one has a white middle and a thicker edge."""
    stroke(
        ax,
        [x],
        [y],
        color="white" if hollow else color,
        width=0,
        transform=transform,
        marker=marker,
        markersize=size,
        markeredgecolor=color,
        markeredgewidth=1.6 if hollow else 0.6,
        zorder=3,
    )


def bar(
    ax: Axes,
    x: float,
    y: float,
    length: float,
    *,
    color: str,
    hollow: bool = False,
    hatch: str = "",
) -> None:
    """Draw a horizontal bar from `x`, 8 points thick around `y`."""
    from matplotlib.patches import Rectangle

    box = Rectangle(
        (x, y - 4),
        length,
        8,
        facecolor="none" if hollow else color,
        edgecolor=color,
        linewidth=1.2 if hollow else 0,
        hatch=hatch or None,
    )
    ax.add_patch(box).set_clip_on(False)


def strips(
    ax: Axes,
    across: tuple[float, float],
    bands: Iterable[tuple[float, float]],
    ticks: Sequence[float],
) -> None:
    """Draw pale bands with their tick lines, each given as its top and its depth."""
    from matplotlib.collections import LineCollection, PolyCollection

    left, right = across
    places = list(bands)
    boxes = [
        [(left, top), (right, top), (right, top + deep), (left, top + deep)] for top, deep in places
    ]
    lines = [[(tick, top), (tick, top + deep)] for top, deep in places for tick in ticks]
    for marks in (
        PolyCollection(boxes, facecolors=BAND, linewidths=0, zorder=0),
        LineCollection(lines, colors=TICK, linewidths=0.7, zorder=1),
    ):
        ax.add_collection(marks, autolim=False)
        marks.set_clip_on(False)


def percent_ticks(low: float, high: float) -> list[float]:
    """Round marks for a percent axis, zero among them, seven at most.

    Examples
    --------
    >>> percent_ticks(-54.2, 4.0)
    [-50, -40, -30, -20, -10, 0]
    """
    steps = (one * 10**power for power in range(1, 40) for one in (1, 2.5, 5))
    step = next(int(s) for s in (5, *steps) if (high - low) / s <= 6)
    first, last = int(-(-low // step)), int(high // step)
    return [step * mark for mark in range(first, last + 1)]
