"""What the plots draw, say and leave alone."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

import pccfunding as pcc
from pccfunding import plots
from pccfunding.errors import PccFundingError, PeriodError, TableError, UnknownNameError
from pccfunding.evaluation import funnel_limits
from pccfunding.plots import canvas as _canvas

SVG = "{http://www.w3.org/2000/svg}"
SIZE = re.compile(r'(?:width|height)="([0-9.]+)pt"')
DRAW: dict[str, Callable[..., Axes]] = {
    "streams": plots.plot_streams,
    "changes": plots.plot_changes,
    "funnel": plots.plot_funnel,
    "intervals": plots.plot_intervals,
    "years": plots.plot_years,
    "beside": plots.plot_beside,
    "scatter": plots.plot_scatter,
    "null": plots.plot_null,
    "heat": plots.plot_heat,
    "slope": plots.plot_slope,
    "tiles": plots.plot_tiles,
    "trends": plots.plot_trends,
    "ranking": plots.plot_ranking,
    "forest": plots.plot_forest,
}
NEEDED = {
    "streams": "amount_gbp",
    "intervals": "verdict",
    "years": "year_start",
    "slope": "before",
    "funnel": "exposure",
    "scatter": "statistic",
    "null": "p_value",
    "heat": "estimate",
    "tiles": "area_code",
    "trends": "period_start",
    "ranking": "value",
    "forest": "estimate",
}
KINDS = pytest.mark.parametrize("kind", list(DRAW))
# One of bars, one of points and one of lines in every run, the others in the gate.
_EVERY_RUN = ("streams", "scatter", "trends")
FEW_KINDS = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=[] if kind in _EVERY_RUN else pytest.mark.slow, id=kind)
        for kind in DRAW
    ],
)
GOVERNMENT, OWN = "All government grants", "Commissioner's Funds"
LINES = [
    (GOVERNMENT, "Victim Support Services", 2_321_845.0),
    (GOVERNMENT, "Serious Violence", 352_195.0),
    (OWN, "Youth Fund", 70_023.0),
]


def streams() -> pd.DataFrame:
    rows = [("line", group, name, amount, amount, amount, False) for group, name, amount in LINES]
    rows += [("subtotal", GOVERNMENT, None, 2_674_040.0, None, None, True)]
    rows += [("subtotal", OWN, None, 70_023.0, None, None, True)]
    rows += [("total", None, None, 2_744_063.0, None, None, True)]
    names = ["row", "funder_group", "funding_stream", "amount_gbp", "amount_low_gbp"]
    return pd.DataFrame(rows, columns=[*names, "amount_high_gbp", "derived"])


def changes() -> pd.DataFrame:
    rows = [
        ("Residential burglary", -37.0, -37.5, -36.5, -36.8, -40.1, -33.3, 3497),
        ("Theft from the person", -8.5, -8.55, -8.45, -7.3, -15.3, 1.4, 986),
        ("Shoplifting", None, None, None, 32.0, 27.1, 37.2, 4579),
        ("Anti-social behaviour", -30.0, -30.5, -29.5, None, None, None, None),
    ]
    printed = ["printed_pct", "printed_low_pct", "printed_high_pct"]
    counted = ["change_pct", "change_low_pct", "change_high_pct", "base_count"]
    frame = pd.DataFrame(rows, columns=["measure", *printed, *counted])
    return frame.assign(baseline="2019", period="2023", confidence_level=0.95)


def funnel() -> pd.DataFrame:
    counts, people = [12, 30, 9, 25, 20], [900, 1000, 1100, 5000, 2500]
    names = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon"]
    areas = funnel_limits(counts, people, labels=names).areas
    return areas.assign(marked=areas["area"] == "Gamma")


def intervals() -> pd.DataFrame:
    rows = [
        ("Grants", "stated", 0.0, 1.2e6, False, False, "just short of £1.2m", "cannot be told"),
        ("Grants", "asked for", 1.0e6, None, False, False, "more than £1m", "cannot be told"),
        ("Violence", "text", 345e3, 355e3, True, True, "£350k", "reconciles"),
        ("Violence", "table", 352_195.0, 352_195.0, True, True, "£352,195", "reconciles"),
    ]
    names = ["statement", "side", "low", "high", "low_closed", "high_closed", "token", "verdict"]
    return pd.DataFrame(rows, columns=names).assign(unit="GBP")


def years() -> pd.DataFrame:
    rows = [
        ("cash", 2019, "2019-20", 222.66, 222.66, 222.66),
        ("cash", 2020, "2020-21", 232.65, 232.65, 232.65),
        ("cash", 2023, "2023-24", 272.52, 272.52, 272.52),
        ("real", 2019, "2019-20", 275.0, 260.0, 290.0),
        ("real", 2020, "2020-21", None, 240.0, 270.0),
    ]
    names = ["series", "year_start", "financial_year", "value", "value_low", "value_high"]
    return pd.DataFrame(rows, columns=names).assign(unit="GBP")


def beside() -> pd.DataFrame:
    rows = [
        ("Safer Streets", 697_595.0, "Residential burglary", -36.8, -40.1, -33.3, 3497, None),
        ("Serious Violence", 352_195.0, "Sharp weapon", -26.0, None, None, None, None),
        ("Brighter Tomorrow", None, "Women who did not reoffend", None, None, None, None, "92%"),
        ("Youth Fund", 70_023.0, None, None, None, None, None, None),
        ("Safer Streets", 697_595.0, "Projects", None, None, None, None, "Three"),
    ]
    names = ["funding_stream", "amount_gbp", "measure", "change_pct", "change_low_pct"]
    return pd.DataFrame(rows, columns=[*names, "change_high_pct", "base_count", "token"])


TESTED = {
    "coefficient": "Spearman's rho",
    "statistic": 0.886,
    "interval_low": 0.07,
    "interval_high": 0.99,
    "p_value": 24 / 720,
    "min_p": 2 / 720,
    "family_size": 1,
    "rule": "two-sided as twice the smaller tail",
    "exact": True,
    "n": 6,
    "unit": "districts",
    "verdict": "rests on one area",
}


def scatter() -> pd.DataFrame:
    rows = [
        ("Cambridge", 1.0, 0.1, 0.12, 0.08),
        ("East Cambridgeshire", 2.0, 0.3, 0.02, 0.09),
        ("Fenland", 3.0, 0.2, 0.03, 0.09),
        ("Huntingdonshire", 4.0, 0.5, 0.02, 0.08),
        ("South Cambridgeshire", 5.0, 0.4, 0.01, 0.1),
        ("Peterborough", 6.0, 0.6, 0.04, 0.08),
    ]
    frame = pd.DataFrame(rows, columns=["area", "x", "y", "intercept", "slope"])
    return frame.assign(x_label="£ per head", y_label="log reduction (above 0: a fall)", **TESTED)


def null() -> pd.DataFrame:
    rows = [(-1.0, -0.5, 100, 24), (-0.5, 0.0, 260, 0), (0.0, 0.5, 260, 0), (0.5, 1.0, 100, 24)]
    names = ["low", "high", "orders", "orders_beyond"]
    return pd.DataFrame(rows, columns=names).assign(**TESTED)


def heat() -> pd.DataFrame:
    rows = [
        ("Youth Fund", "Robbery", -0.31, 0.8),
        ("Youth Fund", "Possession of weapons offences", 0.9, 0.01),
        ("Road Safety", "Robbery", 0.04, 1.0),
        ("Road Safety", "Possession of weapons offences", None, None),
    ]
    names = ["spend", "outcome", "estimate", "p_max_t"]
    return pd.DataFrame(rows, columns=names).assign(n=43, family_size=3)


def slope() -> pd.DataFrame:
    rows = [
        ("Peterborough", 9.1, 8.0, 1840, 1700, False),
        ("Fenland", 6.2, 6.1, 620, 610, False),
        ("Cambridge", 8.8, 4.1, 1260, 600, True),
        ("Somewhere", 5.0, None, 500, None, False),
    ]
    names = ["label", "before", "after", "count_before", "count_after", "break_flag"]
    return pd.DataFrame(rows, columns=names).assign(baseline="2019", period="2023")


def tiles() -> pd.DataFrame:
    rows = [("E06000031", 9.1, 3), ("E07000010", 6.0, 2), ("E07000009", 3.1, 1)]
    frame = pd.DataFrame([*rows, ("E07000008", None, None)],
                         columns=["area_code", "value", "step"])  # fmt: skip
    return frame.assign(marked=frame["area_code"] == "E07000010")


def trends() -> pd.DataFrame:
    rows = [
        (
            code,
            f"{year}-04-01",
            rate * (2 if year > 2016 else 1),
            kind,
            said if year == 2017 else None,
        )
        for code, rate in (("E23000023", 2.5), ("E23000008", 3.5), ("E23000026", 4.5))
        for year, kind, said in (
            (2015, "Domestic burglary", None),
            (2016, "Domestic burglary", None),
            (2017, "Residential burglary", "a new class"),
            (2018, "Residential burglary", None),
            (2019, "Residential burglary", None),
        )
    ]
    names = ["area_code", "period_start", "offences_per_1000", "offence", "series_break"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(period_start=pd.to_datetime(frame["period_start"]))


def ranking() -> pd.DataFrame:
    rows = [("Kent", 3.5, 3.1, 3.9), ("Essex", 4.25, 4.0, 4.5), ("Durham", None, None, None)]
    rows += [("Devon and Cornwall", 1.5, None, None)]
    return pd.DataFrame(rows, columns=["area", "value", "low", "high"])


def forest() -> pd.DataFrame:
    rows = [
        ("Youth Fund and Robbery", -0.31, -0.56, -0.01, 0.04, 43),
        ("Youth Fund and Possession of weapons offences", 0.2, None, None, 0.3, 43),
        ("Road Safety and Robbery", None, None, None, None, 43),
    ]
    names = ["term", "estimate", "conf_low", "conf_high", "p_value", "n"]
    return pd.DataFrame(rows, columns=names)


FRAMES: dict[str, Callable[[], pd.DataFrame]] = {
    "streams": streams,
    "changes": changes,
    "funnel": funnel,
    "intervals": intervals,
    "years": years,
    "beside": beside,
    "scatter": scatter,
    "null": null,
    "heat": heat,
    "slope": slope,
    "tiles": tiles,
    "trends": trends,
    "ranking": ranking,
    "forest": forest,
}


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def drawn_words(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    [ax] = figure.axes
    titles = [text for text in ax.get_children() if isinstance(text, Text) and text.get_text()]
    assert len(titles) > len(ax.texts) > 4
    return titles


def dots(ax: Axes) -> list[Line2D]:
    return [line for line in ax.lines if line.get_marker() not in ("None", "|", None)]


def is_hollow(dot: Line2D) -> bool:
    return to_hex(dot.get_markerfacecolor()) == "#ffffff"


def luminance(color: Any) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in matplotlib.colors.to_rgb(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Any, two: Any) -> float:
    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


# --- all plots ---------------------------------------------------------------------------------


@KINDS
def test_a_plot_is_on_its_own_figure_or_on_the_axes_given(kind: str) -> None:
    ax = DRAW[kind](FRAMES[kind]())
    assert isinstance(ax.figure, Figure)
    mine = Figure().add_subplot()
    assert DRAW[kind](FRAMES[kind](), ax=mine) is mine
    assert words(mine) == words(ax)


@KINDS
def test_headlines_are_short_and_can_be_replaced(kind: str) -> None:
    headline = DRAW[kind](FRAMES[kind]()).get_title(loc="left")
    assert 0 < len(headline.split()) <= 10
    ax = DRAW[kind](FRAMES[kind](), title="A title", subtitle="A subtitle")
    assert ax.get_title(loc="left") == "A title"
    assert [text.get_text() for text in ax.texts if text.get_gid() == "subtitle"] == ["A subtitle"]


def ground(text: Text, figure: Figure) -> str:
    """The colour that a text stands on: that of the tile under its middle, or the pale band."""
    box = text.get_window_extent()
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    for patch in figure.axes[0].patches:
        if patch.get_window_extent().contains(*middle) and text.axes is not None:
            return to_hex(patch.get_facecolor())
    return _canvas.BAND


@KINDS
def test_all_words_are_dark_and_lie_inside_the_figure(kind: str) -> None:
    figure = DRAW[kind](FRAMES[kind]()).figure
    assert isinstance(figure, Figure)
    for text in drawn_words(figure):
        assert contrast(text.get_color(), ground(text, figure)) >= 4.5, text.get_text()
        box = text.get_window_extent()
        assert box.x0 >= 0, text.get_text()
        assert box.x1 <= figure.bbox.x1, text.get_text()
        assert box.y0 >= 0, text.get_text()
        assert box.y1 <= figure.bbox.y1, text.get_text()


@KINDS
def test_no_two_words_overlap(kind: str) -> None:
    figure = DRAW[kind](FRAMES[kind]()).figure
    boxes = [(text.get_text(), text.get_window_extent()) for text in drawn_words(figure)]
    for place, (said, box) in enumerate(boxes):
        for other, another in boxes[place + 1 :]:
            across = min(box.x1, another.x1) - max(box.x0, another.x0)
            down = min(box.y1, another.y1) - max(box.y0, another.y0)
            # Line boxes hold room for accents and tails, so that neighbours touch a little.
            assert across <= 0 or down <= 0.35 * min(box.height, another.height), (said, other)


@KINDS
def test_marks_stand_out_from_the_paper(kind: str) -> None:
    ax = DRAW[kind](FRAMES[kind]())
    marks = [line.get_color() for line in ax.lines if to_hex(line.get_color()) != "#ffffff"]
    marks += [dot.get_markeredgecolor() for dot in dots(ax)]
    marks += [patch.get_edgecolor()[:3] for patch in ax.patches]
    rules = {_canvas.TICK.lower()}
    seen = {to_hex(mark) for mark in marks} - rules
    assert seen
    for mark in seen:
        assert contrast(mark, "white") >= 3, mark


def test_marks_in_a_strip_stand_out_from_the_strip() -> None:
    for kind in ("changes", "intervals", "beside"):
        ax = DRAW[kind](FRAMES[kind]())
        seen = {to_hex(dot.get_markeredgecolor()) for dot in dots(ax)}
        assert all(contrast(mark, _canvas.BAND) >= 3 for mark in seen), (kind, seen)


def test_neighbouring_colours_of_the_palette_differ_by_three_to_one() -> None:
    assert _canvas.PALETTE[:4] == ("#12436D", "#28A197", "#801650", "#F46A25")
    for one, two in pairwise(_canvas.PALETTE):
        assert contrast(one, two) >= 3
    assert len(set(_canvas.MARKERS)) == len(_canvas.PALETTE)


@FEW_KINDS
def test_polars_frames_draw_the_same(kind: str) -> None:
    polars = pytest.importorskip("polars")
    frame = FRAMES[kind]()
    other = polars.from_dicts([
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ])  # fmt: skip
    mine = plots.figure_svg(DRAW[kind](frame), prefix="p")
    assert plots.figure_svg(DRAW[kind](other), prefix="p") == mine


@KINDS
def test_every_kind_of_missing_value_is_missing(kind: str) -> None:
    frame = FRAMES[kind]()
    expected = words(DRAW[kind](frame))
    for missing in (pd.NA, None, float("nan")):
        other = frame.astype(object).where(frame.notna(), missing)
        assert plots.alt_text(other, kind) == plots.alt_text(frame, kind)
        assert words(DRAW[kind](other)) == expected


@KINDS
def test_a_missing_column_is_named_with_the_nearest_one(kind: str) -> None:
    frame = FRAMES[kind]()
    column = NEEDED.get(kind, "change_pct")
    with pytest.raises(TableError, match=f"has no column '{column}'.*Did you mean '{column}s'"):
        DRAW[kind](frame.rename(columns={column: f"{column}s"}))


@KINDS
def test_what_is_no_frame_or_has_no_rows_is_refused(kind: str) -> None:
    with pytest.raises(TableError, match=r"frame of plot_\w+ is a list, not a table"):
        DRAW[kind]([1, 2])
    with pytest.raises(TableError, match="without rows"):
        DRAW[kind](FRAMES[kind]().iloc[:0])


@KINDS
def test_the_callers_style_changes_nothing(kind: str) -> None:
    mine = plots.figure_svg(DRAW[kind](FRAMES[kind]()), prefix="p")
    theirs: Any = {
        "font.family": ["DejaVu Serif"],
        "font.size": 20,
        "text.color": "white",
        "figure.facecolor": "black",
        "axes.facecolor": "black",
        "axes.grid": True,
        "lines.linewidth": 9,
        "lines.linestyle": ":",
        "lines.marker": "x",
        "figure.constrained_layout.use": True,
        "savefig.bbox": "tight",
        "svg.fonttype": "none",
        "path.sketch": (3, 60, 2),
        "hatch.linewidth": 5,
    }
    with matplotlib.rc_context(theirs):
        assert plots.figure_svg(DRAW[kind](FRAMES[kind]()), prefix="p") == mine


PROBE = """
import sys
from pccfunding import plots
assert "matplotlib" not in sys.modules, "importing the plots costs matplotlib"
import matplotlib
import test_plots
settings = lambda: dict(dict.items(matplotlib.rcParams))  # as they are, unresolved
before = settings()
import hashlib
for kind, draw in test_plots.DRAW.items():
    svg = plots.figure_svg(draw(test_plots.FRAMES[kind]()), prefix=kind)
    print(kind, hashlib.sha256(svg.encode()).hexdigest())
assert settings() == before, "a plot changed global settings"
assert "matplotlib.pyplot" not in sys.modules, "a plot imported pyplot"
"""


@pytest.mark.slow
def test_no_pyplot_no_global_state_and_the_same_bytes_in_every_process() -> None:
    printed = set()
    for seed in ("0", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join([
                str(Path(__file__).parent), str(Path(plots.__file__).parents[2])])},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        printed.add(done.stdout)
    assert len(printed) == 1
    assert len(printed.pop().splitlines()) == len(DRAW)


# --- one plot each -----------------------------------------------------------------------------


def test_streams_draw_printed_amounts_filled_and_derived_ones_hollow() -> None:
    ax = plots.plot_streams(streams())
    filled = [bar.get_width() for bar in ax.patches if bar.get_facecolor()[3] == 1]
    hollow = [bar.get_width() for bar in ax.patches if bar.get_facecolor()[3] == 0]
    assert filled == [2_321_845.0, 352_195.0, 70_023.0]
    assert hollow == [2_674_040.0, 70_023.0, 2_744_063.0]
    assert "derived £2,744,063" in words(ax)
    assert "£2,321,845" in words(ax)
    assert words(ax).index(GOVERNMENT) < words(ax).index("Serious Violence")
    assert words(ax).index("Serious Violence") < words(ax).index(OWN)


def test_streams_show_tokens_their_precision_and_unknowns() -> None:
    frame = streams().assign(token=None, unknown=None).astype({"token": object, "unknown": object})
    frame.loc[1, ["amount_low_gbp", "amount_high_gbp", "token"]] = [345e3, 355e3, "£350k"]
    frame.loc[2, ["amount_gbp", "unknown"]] = [None, "not_published"]
    ax = plots.plot_streams(frame)
    assert "£350k" in words(ax)
    assert "not published" in words(ax)
    spans = [line for line in ax.lines if line.get_marker() == "|"]
    assert [list(line.get_xdata()) for line in spans] == [[345e3, 355e3]]
    assert len(ax.patches) == 5


def test_streams_refuse_rows_they_do_not_know_and_nothing_to_draw() -> None:
    with pytest.raises(TableError, match="found sum"):
        plots.plot_streams(streams().replace({"row": {"total": "sum"}}))
    nothing = ["amount_gbp", "amount_low_gbp", "amount_high_gbp"]
    with pytest.raises(TableError, match="no amount above zero"):
        plots.plot_streams(streams().assign(**dict.fromkeys(nothing, float("nan"))))


def test_changes_draw_both_intervals_and_no_interval_without_a_base() -> None:
    ax = plots.plot_changes(changes())
    spans = [tuple(line.get_xdata()) for line in ax.lines if line.get_marker() == "None"]
    for row in changes().iloc[:2].itertuples():
        assert (row.printed_low_pct, row.printed_high_pct) in spans
        assert (row.change_low_pct, row.change_high_pct) in spans
    assert (-30.5, -29.5) not in spans
    [hollow] = [dot for dot in dots(ax) if is_hollow(dot) and dot.get_xdata()[0] == -30.0]
    assert hollow.get_marker() == "o"
    assert spans.count((0, 0)) == len(changes())
    assert "no change" in words(ax)
    assert words(ax).count("base not held") == 1
    assert {"base 3,497", "base 986", "base 4,579"} <= set(words(ax))


def test_changes_explain_only_the_marks_that_occur() -> None:
    said = words(plots.plot_changes(changes().iloc[:1]))
    assert "recomputed from counts, with its interval" in said
    assert not any("base not held" in line for line in said)


def test_no_change_stays_inside_where_zero_is_at_the_edge() -> None:
    for sign in (1, -1):
        frame = (
            changes()
            .iloc[:1]
            .assign(
                printed_pct=-50.0 * sign,
                printed_low_pct=None,
                printed_high_pct=None,
                change_pct=-50.0 * sign,
                change_low_pct=-80.0 * sign,
                change_high_pct=-40.0 * sign,
            )
        )
        ax = plots.plot_changes(frame)
        [said] = [one for one in ax.texts if one.get_text() == "no change"]
        box, strip = said.get_window_extent(), ax.get_window_extent()
        assert strip.x0 <= box.x0
        assert box.x1 <= strip.x1


def test_a_name_left_of_its_point_ends_beside_it_and_lines_do_not_strike_it_out() -> None:
    frame = scatter()
    ax = plots.plot_scatter(frame)
    points = {name: dot.get_xdata()[0] for name, dot in zip(frame["area"], dots(ax), strict=True)}
    named = [one for one in ax.texts if one.get_text() in points]
    assert len(named) == len(points)
    for one in named:
        away = one.get_position()[0] - points[one.get_text()]
        assert away == pytest.approx({"left": 6, "right": -6, "center": 0}[one.get_ha()])
        assert one.get_bbox_patch() is not None


def test_the_last_year_is_said_on_the_axis() -> None:
    years = [2013, 2015, 2016, 2017, 2019, 2020, 2023, 2024, 2025, 2026]
    for some in (years, years[:1], years[:2], years[:5]):
        frame = pd.DataFrame({"series": "cash", "year_start": some, "value": 1.0, "unit": "GBP"})
        frame["financial_year"] = [f"{year}-{str(year + 1)[2:]}" for year in some]
        ax = plots.plot_years(frame)
        on_axis = sorted(set(words(ax)) & set(frame["financial_year"]))
        assert (on_axis[0], on_axis[-1]) == tuple(frame["financial_year"].iloc[[0, -1]])
        assert len(on_axis) <= 5


def test_changes_of_two_comparisons_are_refused() -> None:
    frame = changes()
    frame.loc[3, ["measure", "baseline", "period"]] = ["Rural crime", "2021-22", "2022-23"]
    with pytest.raises(PeriodError, match=r"Residential burglary .* 2019; Rural crime .* 2021-22"):
        plots.plot_changes(frame)


def test_a_funnel_draws_the_limits_as_rates_and_names_the_marked_area() -> None:
    frame = funnel().sort_values("exposure")
    ax = plots.plot_funnel(frame)
    drawn = {str(line.get_gid()): list(line.get_ydata()) for line in ax.lines if line.get_gid()}
    for name in ("low_95", "high_95", "low_998", "high_998", "high_998_widened"):
        expected = (1000 * frame[name] / frame["exposure"]).tolist()
        assert drawn[name] == pytest.approx(expected), name
    assert "Gamma" in words(ax)
    assert "Alpha" in words(ax), "so few areas are all named"
    low, high = ax.get_ylim()
    assert low <= drawn["low_998_widened"][-1]
    assert drawn["high_998_widened"][-1] <= high, "dashed lines that are spoken of are seen"
    assert "n = 5 areas" in ax.get_label()
    assert "Gamma: 8.18, within the 99.8% limits; 9 counted, interval" in ax.get_label()
    with pytest.raises(TableError, match="Alpha has none"):
        plots.plot_funnel(frame.assign(exposure=[0, *frame["exposure"][1:]]))


def test_intervals_show_open_closed_and_missing_ends_and_the_verdict() -> None:
    ax = plots.plot_intervals(intervals())
    below_the_key = [dot for dot in dots(ax) if dot.get_ydata()[0] > 60]
    kinds = [(dot.get_marker(), is_hollow(dot)) for dot in below_the_key]
    assert kinds == [
        *[("o", True), ("o", True), ("o", True), (">", False)],
        *[("o", False)] * 4,
    ]
    said = words(ax)
    assert "= reconciles" in said
    assert "? cannot be told" in said
    assert "stated just short of £1.2m: above £0 to below £1,200,000" in said
    assert "table: exactly £352,195" in said


def test_intervals_have_a_scale_for_each_statement() -> None:
    ax = plots.plot_intervals(intervals())
    bars = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 3][-2:]
    assert bars[0][0] < bars[1][0] < bars[0][1]
    assert bars[0][1] - bars[0][0] > 0.7


def test_intervals_refuse_a_statement_without_any_bound() -> None:
    with pytest.raises(TableError, match="No side of 'Grants' has a bound"):
        plots.plot_intervals(intervals().assign(low=None, high=None))


def test_years_never_join_across_a_gap() -> None:
    ax = plots.plot_years(years())
    joined = [list(line.get_xdata()) for line in ax.lines if line.get_gid() == "joined"]
    assert joined == [[2019, 2020]]
    whiskers = [list(line.get_ydata()) for line in ax.lines if line.get_gid() == "whisker"]
    assert whiskers == [[260.0, 290.0], [240.0, 270.0]]
    points = sorted(dot.get_ydata()[0] for dot in dots(ax) if dot.get_xdata()[0] > 2000)
    assert points == [222.66, 232.65, 272.52, 275.0]
    assert {"cash", "£272.52", "real", "£240 to £270"} <= set(words(ax))


def test_years_refuse_mixed_units_and_nothing_known() -> None:
    with pytest.raises(TableError, match="GBP, percent"):
        plots.plot_years(years().assign(unit=["GBP"] * 4 + ["percent"]))
    nothing = ["value", "value_low", "value_high"]
    with pytest.raises(TableError, match="no known value"):
        plots.plot_years(years().assign(**dict.fromkeys(nothing, float("nan"))))


def test_beside_joins_nothing_ranks_nothing_and_claims_nothing() -> None:
    ax = plots.plot_beside(beside())
    rules = {_canvas.MUTED.lower()}
    across = [line for line in ax.lines if min(line.get_xdata()) < 0.41 < max(line.get_xdata())]
    assert {to_hex(line.get_color()) for line in across} == rules
    order = [word for word in words(ax) if word in set(beside()["funding_stream"])]
    assert order == ["Safer Streets", "Serious Violence", "Brighter Tomorrow", "Youth Fund"]
    amounts = [bar.get_width() for bar in ax.patches]
    assert [amount / amounts[0] for amount in amounts] == pytest.approx(
        [1, 352195 / 697595, 70023 / 697595]
    )
    assert "Projects: Three" in words(ax)
    said = " ".join([*words(ax), plots.alt_text(beside(), "beside")]).lower()
    assert not any(verb in said for verb in ("reduced", "led to", "caused", "because of", "thanks"))
    assert "no outcome held" in words(ax)
    assert "spend not held" in words(ax)
    marks = [(is_hollow(dot), dot.get_marker()) for dot in dots(ax)]
    assert marks == [(False, "D"), (True, "D")]


def test_beside_keeps_two_years_of_a_stream_apart() -> None:
    frame = pd.concat([beside().iloc[:1]] * 2).assign(
        period=["2022-23", "2023-24"], amount_gbp=[100.0, 200.0]
    )
    ax = plots.plot_beside(frame)
    assert {"£100, 2022-23", "£200, 2023-24"} <= set(words(ax))
    assert len(ax.patches) == 2


LONG = [
    "0123456789 " * 30,
    "WWMM " * 40,
    "Pneumonoultramicroscopicsilicovolcanoconiosis" * 6,
    "£21,450,000 to £21,550,000 (−40.1% to −33.3%) " * 6,
    "word",
    "",
]


@pytest.mark.parametrize("words", LONG)
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("even", [False, True])
def test_lines_fit_their_width_and_lose_nothing(words: str, bold: bool, even: bool) -> None:
    figure = Figure(figsize=(6, 6))
    renderer = FigureCanvasAgg(figure).get_renderer()
    lines = _canvas.lines_of(words, 10, width=200, bold=bold, even=even)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    for line in lines:
        text = figure.text(0, 0, line, fontsize=10, fontweight="bold" if bold else "normal")
        points = text.get_window_extent(renderer).width / figure.dpi * 72
        assert points <= 200 * 1.02, line


# --- words instead of pictures -----------------------------------------------------------------


def test_alt_text_of_streams() -> None:
    frame = streams()
    frame.loc[1, ["amount_low_gbp", "amount_high_gbp"]] = [345e3, 355e3]
    said = plots.alt_text(frame, "streams")
    assert said.startswith("Bar chart, n = 3 award lines.")
    assert "Serious Violence: £352,195 (interval £345,000 to £355,000)." in said
    assert said.endswith("Total, derived: £2,744,063.")


def test_alt_text_of_changes() -> None:
    said = plots.alt_text(
        changes().assign(verdict=["reproduced", "differs", None, None]), "changes"
    )
    assert said.startswith("Forest plot, n = 4 measures, 2023 against 2019.")
    assert "from counts −36.8% (95% interval −40.1% to −33.3%, base 3,497)" in said
    assert "a fall beyond counting noise; reproduced." in said
    assert "cannot be told from no change; differs." in said
    assert "+32.0% (95% interval +27.1% to +37.2%, base 4,579): a rise beyond counting" in said
    assert said.endswith("printed −30%; base not held: a fall, how sure cannot be told.")


def test_alt_text_of_intervals() -> None:
    said = plots.alt_text(intervals(), "intervals")
    assert said.startswith("Interval ladder, n = 2 statements.")
    assert "asked for, more than £1,000,000. Verdict: cannot be told." in said
    assert "text, £345,000 to £355,000 against table, exactly £352,195. Verdict: recon" in said


def test_alt_text_of_years() -> None:
    said = plots.alt_text(years(), "years")
    assert said.startswith("Line chart, n = 2 series.")
    assert "cash: up from £222.66 in 2019-20 to £272.52 in 2023-24, 3 years." in said
    assert "Not joined across unpublished years between 2020-21 and 2023-24." in said
    assert "real: direction cannot be told, from £275 (interval £260 to £290) in 2019-20" in said


def test_alt_text_of_beside() -> None:
    said = plots.alt_text(beside(), "beside")
    assert said.startswith("Small panels, n = 4 streams")
    assert "Residential burglary −36.8% (interval −40.1% to −33.3%, base 3,497): a fall" in said
    assert "Sharp weapon −26% (no interval, base not held): a fall, how sure" in said
    assert "a fall beyond counting noise; Projects: Three." in said
    assert "Youth Fund: £70,023; no outcome held." in said


def test_a_scatter_names_its_areas_and_draws_a_line_without_each() -> None:
    ax = plots.plot_scatter(scatter())
    assert {"Fenland", "Peterborough"} <= set(words(ax))
    assert len([line for line in ax.lines if line.get_color() == _canvas.PALETTE[1]]) == 6
    said = " ".join(words(ax))
    for fact in ("+0.89", "p = 0.033", "n = 6 districts", "family of 1", "attainable p 0.003"):
        assert fact in said


def test_a_scatter_leaves_out_lines_and_names_that_are_not_given() -> None:
    rows = scatter().assign(slope=[None, *scatter()["slope"][1:]], named=[True] + [False] * 5)
    ax = plots.plot_scatter(rows)
    assert "Cambridge" in words(ax)
    assert "Fenland" not in words(ax)
    assert len([line for line in ax.lines if line.get_color() == _canvas.PALETTE[1]]) == 5


def test_orders_as_far_out_are_hatched_on_both_sides() -> None:
    ax = plots.plot_null(null())
    hatched = [patch for patch in ax.patches if patch.get_hatch()]
    assert len(hatched) == 2
    assert "observed +0.89" in words(ax)
    assert any("two-sided as twice the smaller tail" in line for line in words(ax))


def test_a_grid_prints_every_number_and_marks_what_stands_in_the_family() -> None:
    ax = plots.plot_heat(heat())
    assert {"−0.31", "+0.90*", "+0.04", "none"} <= set(words(ax))
    strongest = max(ax.patches, key=lambda patch: -luminance(patch.get_facecolor()[:3]))
    assert contrast(strongest.get_facecolor()[:3], "#0B0C0C") >= 4.5
    bare = plots.plot_heat(heat().assign(p_max_t=None))
    assert not any("*" in line for line in words(bare))


def test_alt_text_of_tests() -> None:
    assert plots.alt_text(scatter(), "scatter") == (
        "Scatter, n = 6 districts, rising: Spearman's rho +0.89 (interval +0.07 to +0.99; "
        "p = 0.033, n = 6 districts, family of 1, smallest attainable p 0.003). Least across: "
        "Cambridge; most: Peterborough. The lines that leave one area out all slope the same way. "
        "Verdict: rests on one area."
    )
    assert "48 orders are at least as far out on either side" in plots.alt_text(null(), "null")
    grid = plots.alt_text(heat(), "heat")
    assert "4 pairs over n = 43 areas, 3 tested. Lowest: −0.31, Youth Fund and Robbery." in grid
    assert "1 of 3 have a p below .05 for the family." in grid


@KINDS
def test_a_plot_carries_its_alt_text(kind: str) -> None:
    assert DRAW[kind](FRAMES[kind]()).get_label() == plots.alt_text(FRAMES[kind](), kind)


def test_alt_text_of_an_unknown_kind() -> None:
    with pytest.raises(UnknownNameError, match=r"'change'\. Did you mean 'changes'"):
        plots.alt_text(changes(), "change")


# --- SVG ---------------------------------------------------------------------------------------


def elements(svg: str) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(svg).iter()


@KINDS
def test_svg_is_one_named_element_with_ids_of_its_own(kind: str) -> None:
    ax = DRAW[kind](FRAMES[kind](), title="Youth & <Fund>")
    svg = plots.figure_svg(ax, prefix="q1")
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert "background:#fff" in str(root.get("style")), "dark letters on a dark page"
    said = {element.get("id"): element.text for element in root if element.get("id")}
    assert root.get("aria-labelledby") == "q1-title q1-alt"
    assert said["q1-title"] == "Youth & <Fund>"
    assert said["q1-alt"] == plots.alt_text(FRAMES[kind](), kind)
    ids = [element.get("id") for element in elements(svg) if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(str(name).startswith("q1-") for name in ids)
    used = [str(element.get("href")) for element in elements(svg) if element.get("href")]
    assert used
    assert {name.removeprefix("#") for name in used} <= set(ids)
    assert not any(element.tag == f"{SVG}text" for element in elements(svg)), "needs a font"
    for unwanted in ("<?xml", "<!DOCTYPE", "<!--", "<style", "<script", "xlink", "<metadata"):
        assert unwanted not in svg
    other = plots.figure_svg(ax, prefix="q2")
    assert not {str(element.get("id")) for element in elements(other) if element.get("id")} & set(
        ids
    )


@FEW_KINDS
def test_svg_is_the_same_every_time(kind: str) -> None:
    first = plots.figure_svg(DRAW[kind](FRAMES[kind]()), prefix="p")
    again = DRAW[kind](FRAMES[kind]())
    assert plots.figure_svg(again, prefix="p") == first
    assert plots.figure_svg(again, prefix="p") == first, "writing an SVG changes the figure"


def test_svg_has_no_background() -> None:
    svg = plots.figure_svg(plots.plot_streams(streams()), prefix="p")
    assert "fill: #ffffff" not in svg


def test_svg_of_other_figures_needs_words() -> None:
    figure = Figure()
    with pytest.raises(PccFundingError, match="no text alternative"):
        plots.figure_svg(figure, prefix="p")
    svg = plots.figure_svg(figure, prefix="p", alt='Nothing "at all" & <nobody>')
    assert ElementTree.fromstring(svg).get("aria-labelledby") == "p-alt"
    assert next(iter(ElementTree.fromstring(svg))).text == 'Nothing "at all" & <nobody>'
    with pytest.raises(PccFundingError, match="'1 x' cannot begin an id"):
        plots.figure_svg(figure, prefix="1 x", alt="Nothing")


# --- slopes, funnels, tile maps, waterfall -------------------------------------------------------


def test_a_waterfall_climbs_from_line_to_line_to_the_total() -> None:
    bars = plots.plot_streams(streams(), waterfall=True).patches
    spans = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
    assert spans == [
        (0.0, 2_674_040.0), (0.0, 2_321_845.0), (2_321_845.0, 2_674_040.0),
        (2_674_040.0, 2_744_063.0), (2_674_040.0, 2_744_063.0), (0.0, 2_744_063.0),
    ]  # fmt: skip
    assert [bar.get_x() for bar in plots.plot_streams(streams()).patches] == [0.0] * 6


def test_a_slope_joins_both_values_and_a_broken_series_is_dashed() -> None:
    ax = plots.plot_slope(slope())
    lines = [line for line in ax.lines if line.get_gid() == "slope"]
    assert [list(line.get_ydata()) for line in lines] == [[9.1, 8.0], [6.2, 6.1], [8.8, 4.1]]
    assert [line.get_linestyle() for line in lines] == ["-", "-", "--"]
    assert {"9.1 (1,840)", "8.0 (1,700)", "Fenland", "2019", "2023"} <= set(words(ax))
    assert any("missing: Somewhere" in line for line in words(ax))
    assert "Cambridge: down from 8.8 (count 1,260) to 4.1 (count 600); the series breaks" in (
        plots.alt_text(slope(), "slope")
    )


def test_a_slope_refuses_two_comparisons_and_a_logarithm_of_zero() -> None:
    frame = slope()
    with pytest.raises(PeriodError, match="different periods"):
        plots.plot_slope(frame.assign(period=["2023", "2023", "2022", "2023"]))
    with pytest.raises(TableError, match="cannot show zero"):
        plots.plot_slope(frame.assign(after=0.0), log=True)
    with pytest.raises(TableError, match="no row with both values"):
        plots.plot_slope(frame.assign(after=None))
    assert plots.plot_slope(frame, log=True).get_yscale() == "log"


def test_labels_of_a_slope_move_as_little_as_they_must() -> None:
    from pccfunding.plots.plot_slope import _spread

    assert _spread([10.0, 50.0], [10.0, 10.0], 100.0) == [10.0, 50.0]
    assert _spread([50.0, 50.0], [10.0, 10.0], 100.0) == [45.0, 55.0]
    assert _spread([1.0, 2.0], [10.0, 10.0], 100.0) == [5.0, 15.0]
    assert _spread([99.0], [10.0], 100.0) == [95.0]


def test_each_area_has_one_tile_and_none_lies_on_another() -> None:
    from pccfunding.plots.places import DISTRICTS, FORCES, tile_name

    known = pcc.load_areas().set_index("area_code")
    forces = known.index[known["kind"] == "police_force_area"]
    assert set(FORCES) == set(forces)
    cambridgeshire = known[(known["parent_code"] == "E23000023")
                           & (known["kind"] == "local_authority")]  # fmt: skip
    assert set(DISTRICTS) == set(cambridgeshire.index)
    for places in (FORCES, DISTRICTS):
        assert len({place[:2] for place in places.values()}) == len(places)
    for code in DISTRICTS:
        assert tile_name(code) == known.loc[code, "name"]
    for code in FORCES:
        assert tile_name(code)[:2] in (known.loc[code, "name"][:2], "Gt"), code


def test_tiles_show_rates_and_leave_what_is_missing_empty() -> None:
    ax = plots.plot_tiles(tiles())
    assert [word for word in words(ax) if word[0].isdigit() or word == "–"] == [
        "9.1", "6.0", "–", "3.1", "–", "–",
    ]  # fmt: skip
    framed = [patch for patch in ax.patches if patch.get_linewidth() == 3.0]
    assert len(framed) == 1
    assert ax.get_label().startswith(
        "Tile map, n = 3 areas. Lowest: East Cambridgeshire 3.1. Highest: Peterborough 9.1. "
        "Fenland 6.0, place 2 of 3 from the highest. Not published: Cambridge."
    )
    with pytest.raises(TableError, match="'E06000001' is none of them"):
        plots.plot_tiles(tiles().assign(area_code="E06000001"))


# --- trends ------------------------------------------------------------------------------------


def test_trends_join_nothing_across_a_break_and_name_the_marked_area() -> None:
    ax = plots.plot_trends(trends(), marked="Durham")
    own = [line for line in ax.lines if line.get_gid() == "marked"]
    assert [list(map(int, line.get_xdata())) for line in own] == [[2015, 2016], [2017, 2018, 2019]]
    assert [list(line.get_ydata()) for line in own] == [[3.5, 3.5], [7.0, 7.0, 7.0]]
    middle = [line for line in ax.lines if line.get_gid() == "middle"]
    assert [line.get_ydata()[0] for line in middle] == [3.5, 7.0]
    assert [line.get_xdata()[0] for line in ax.lines if line.get_gid() == "break"] == [2016.5]
    assert {"Durham", "series break"} <= set(words(ax))
    assert "A series break in 2017-18: nothing is joined across it." in ax.get_label()


def test_a_break_of_one_area_cuts_that_area_alone() -> None:
    frame = trends()
    frame = frame[frame["offence"] == "Residential burglary"].assign(series_break=None)
    frame.loc[
        frame["area_code"].eq("E23000008") & frame["period_start"].eq("2018-04-01"), "series_break"
    ] = "a new system"
    ax = plots.plot_trends(frame, marked="Durham")
    own = [len(line.get_xdata()) for line in ax.lines if line.get_gid() == "marked"]
    assert own == [1, 2]
    assert not [line for line in ax.lines if line.get_gid() == "break"]
    assert [len(line.get_xdata()) for line in ax.lines if line.get_gid() == "middle"] == [3]


def test_trends_without_a_rate_or_with_a_strange_area_are_refused() -> None:
    with pytest.raises(TableError, match="no known rate"):
        plots.plot_trends(trends().assign(offences_per_1000=float("nan")))
    with pytest.raises(TableError, match="no row is of Kent"):
        plots.plot_trends(trends(), marked="Kent")


# --- for users ---------------------------------------------------------------------------------


def boxes(ax: Axes) -> list[tuple[str, Any]]:
    title = ax._left_title  # type: ignore[attr-defined]
    return [(one.get_text(), one.get_window_extent()) for one in (title, *ax.texts)]


@FEW_KINDS
def test_a_notebook_shows_the_picture(kind: str) -> None:
    ax = DRAW[kind](FRAMES[kind]())
    assert isinstance(ax, plots.PlotAxes)
    shown = ax._repr_svg_()
    assert shown == DRAW[kind](FRAMES[kind]())._repr_svg_()  # type: ignore[attr-defined]
    root = ElementTree.fromstring(shown)
    assert root.find(f"{SVG}desc").text == ax.get_label()  # type: ignore[union-attr]
    # Two pictures of one page share no id.
    other = DRAW[kind](FRAMES[kind](), title="Another")._repr_svg_()  # type: ignore[attr-defined]
    ids = [{one.get("id") for one in ElementTree.fromstring(svg).iter()} for svg in (shown, other)]
    assert ids[0] & ids[1] <= {None}


@FEW_KINDS
def test_a_notebook_that_is_not_trusted_shows_the_picture(kind: str) -> None:
    """Jupyter drops SVG from a notebook of somebody else's; the same picture comes as pixels."""
    ax = DRAW[kind](FRAMES[kind]())
    assert isinstance(ax, plots.PlotAxes)
    drawn, said = ax._repr_png_()
    assert (drawn, said) == DRAW[kind](FRAMES[kind]())._repr_png_()  # type: ignore[attr-defined]
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == pytest.approx((2 * said["width"], 2 * said["height"]), abs=2)
        ink = np.asarray(picture.convert("RGB"))
        assert set(picture.info) <= {"dpi"}
    # As large on the page as the SVG, white behind, and drawn to its edges' margin.
    width, height = (float(part) for part in SIZE.findall(ax._repr_svg_())[:2])
    assert (said["width"], said["height"]) == pytest.approx((width / 0.75, height / 0.75), abs=1)
    assert (ink[0, 0] == 255).all()
    assert 0.005 < (ink < 128).any(axis=2).mean() < 0.6


@FEW_KINDS
def test_two_drawings_on_axes_given_do_not_run_into_each_other(kind: str) -> None:
    figure = Figure(figsize=(10, 14))
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1)
    room = [one.get_window_extent().frozen() for one in (upper, lower)]
    for ax in (upper, lower):
        assert DRAW[kind](FRAMES[kind](), ax=ax) is ax
    figure.draw_without_rendering()
    for ax, place in zip((upper, lower), room, strict=True):
        for words_, box in boxes(ax):
            assert box.y1 <= place.y1 + 2, (words_, "above its own Axes")
            assert box.y0 >= place.y0 - 2, (words_, "below its own Axes")


@KINDS
def test_the_size_asked_for_is_the_size_drawn(kind: str) -> None:
    figure = DRAW[kind](FRAMES[kind](), figsize=(8, 9)).figure
    assert isinstance(figure, Figure)
    assert figure.get_size_inches().tolist() == [8, 9]
    for text in drawn_words(figure):
        box = text.get_window_extent()
        assert box.x0 >= 0, text.get_text()
        assert box.x1 <= figure.bbox.x1, text.get_text()
        assert box.y0 >= 0, text.get_text()
        assert box.y1 <= figure.bbox.y1, text.get_text()
    natural = DRAW[kind](FRAMES[kind]()).texts[-1].get_fontsize()
    small = DRAW[kind](FRAMES[kind](), figsize=(2.4, 3)).texts[-1].get_fontsize()
    assert small < natural


def colors_of(ax: Axes) -> set[str]:
    found = [line.get_color() for line in ax.lines]
    found += [line.get_markeredgecolor() for line in dots(ax)]
    found += [patch.get_edgecolor() for patch in ax.patches]
    return {to_hex(one) for one in found}


@KINDS
def test_own_colours_replace_those_of_the_house(kind: str) -> None:
    house = {one.lower() for one in _canvas.PALETTE} - {_canvas.MUTED.lower()}
    frame = FRAMES[kind]()
    used = colors_of(DRAW[kind](frame)) & house
    if not used:
        assert kind in ("tiles", "heat", "trends")
        return
    one = colors_of(DRAW[kind](frame, color="olive"))
    assert to_hex("olive") in one
    assert not one & house
    many = colors_of(DRAW[kind](frame, palette=["olive", "crimson"]))
    assert many & {to_hex("olive"), to_hex("crimson")}
    assert not many & house
    # The next drawing is the house's again.
    assert colors_of(DRAW[kind](frame)) & house == used


def test_what_is_no_colour_or_size_is_refused() -> None:
    frame = ranking()
    with pytest.raises(TableError, match="'tael' is none"):
        plots.plot_ranking(frame, color="tael")
    with pytest.raises(TableError, match="not both"):
        plots.plot_ranking(frame, color="teal", palette=["teal"])
    with pytest.raises(TableError, match="palette is empty"):
        plots.plot_ranking(frame, palette=[])
    with pytest.raises(TableError, match="inches, both above 0"):
        plots.plot_ranking(frame, figsize=(0, 3))


def test_awards_as_the_loader_gives_them_are_drawn_without_a_sum() -> None:
    ax = plots.plot_streams(pcc.load_awards())
    assert len(ax.patches) == 8
    assert {"Commissioner's Funds", "£1,544,914"} <= set(words(ax))
    assert "Total" not in words(ax)
    assert not any("derived" in told for told in words(ax))
    assert "8 award lines" in ax.get_label()


def test_a_note_says_only_what_is_drawn() -> None:
    bare = plots.plot_tiles(tiles().drop(columns="step"))
    assert not any("darker" in told for told in words(bare))
    assert any("darker is more" in told for told in words(plots.plot_tiles(tiles())))
    held = words(plots.plot_ranking(ranking().dropna()))
    assert "Lines are intervals." in held


def test_a_ranking_is_in_order_and_says_what_is_not_held() -> None:
    ax = plots.plot_ranking(ranking(), marked="Kent")
    names = [one.get_text() for one in ax.texts if one.get_gid() == "name"]
    assert names == ["Essex", "Kent", "Devon and Cornwall", "Durham"]
    assert words(ax).count("not held") == 1
    assert "Highest: Essex 4.25 (interval 4 to 4.5)." in ax.get_label()
    assert "Not all intervals overlap." in ax.get_label()
    with pytest.raises(TableError, match="Kent has several"):
        plots.plot_ranking(pd.concat([ranking(), ranking()]))


def test_forty_three_areas_fill_one_page() -> None:
    areas = pcc.load_areas()
    forces = areas[areas["kind"] == "police_force_area"][["area_code"]]
    ax = plots.plot_ranking(forces.assign(value=range(43), low=-1.0, high=50.0))
    assert len([one for one in ax.texts if one.get_gid() == "name"]) == 43
    # A4 is 11.7 inches high.
    assert 8 < ax.figure.get_size_inches()[1] <= 11.7  # type: ignore[union-attr]


def test_a_unit_in_words_is_said_once_and_numbers_are_short() -> None:
    rows = pd.DataFrame(
        {
            "series": ["before"] * 3 + ["after"] * 3,
            "year_start": [2002, 2003, 2004, 2004, 2005, 2006],
            "financial_year": ["2002-03", "2003-04", "2004-05", "2004-05", "2005-06", "2006-07"],
            "value": [5.715183, 5.6, 3.6, 3.501491, 4.0, 5.225477],
            "unit": "million offences",
        }
    )
    axes = plots.plot_years(rows, subtitle="Forty-three forces")
    said = [words.get_text() for words in axes.texts]
    assert [words for words in said if "million offences" in words] == [
        "Forty-three forces. Unit: million offences."
    ]
    assert {"5.715", "5.225", "3.6"} <= set(said)
    # Another series stands where its first number would be written.
    assert "3.501" not in said
    assert "5.715 million offences" in axes.get_label()
    named = plots.plot_years(rows, subtitle="Million offences, forty-three forces")
    assert "Million offences, forty-three forces" in [words.get_text() for words in named.texts]


def test_a_scatter_speaks_of_lines_only_where_it_draws_them() -> None:
    bare = scatter().drop(columns=["slope", "intercept"], errors="ignore")
    long = bare.assign(x_label="officers per 1,000 residents lost from March 2010 to March 2019")
    axes = plots.plot_scatter(long)
    said = [words.get_text() for words in axes.texts]
    assert not any("thin line" in words for words in said)
    across = [words for words in said if words.startswith("across: ")]
    assert "upwards" not in across[0]
    assert any("thin line" in words.get_text() for words in plots.plot_scatter(scatter()).texts)


def test_groups_without_a_sum_have_headings_that_tell_their_colours() -> None:
    rows = pd.DataFrame(
        {
            "row": "line",
            "funder_group": ["Own funds", "Grants", "Grants"],
            "funding_stream": ["A", "B", "C"],
            "amount_gbp": [1.0, 2.0, 3.0],
        }
    )
    said = [words.get_text() for words in plots.plot_streams(rows).texts]
    assert {"Own funds", "Grants"} <= set(said)
    alone = plots.plot_streams(rows[rows["funder_group"] == "Grants"])
    assert "Grants" not in [words.get_text() for words in alone.texts]
