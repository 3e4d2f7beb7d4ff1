"""The words that numbers come with: in results, in the notebooks, and in the page of a Review.

Below Maryland level 3 no verb of cause; a percentage with its base; a p with n, family and floor.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import doctest
import importlib
import inspect
import io
import json
import math
import pkgutil
import re
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from test_evaluation_cautions import every_result

import pccfunding
from pccfunding import words
from pccfunding.errors import PccFundingError

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))

# In a result no word of cause at all; in prose those that say that something came of something.
CAUSAL_RESULT = re.compile(
    # "log reduction" is the name of a measure.
    r"\b((?<!log )reduc\w*|led to|lead to|caus\w*|prevent\w*|cut|cuts|drove|driven"
    r"|(?:effect|impact)s? (?:of|on)|achiev\w*|deliver\w*|improv\w*|because|due to|thanks to"
    r"|result(?:s|ed) in|work(?:s|ed)|success(?:ful|fully)|help\w*|bring\w*|brought|stop\w*"
    r"|tackl\w*)\b",
    re.IGNORECASE,
)
CAUSAL_PROSE = re.compile(
    r"\b(reduced|reduces|led to|caused|causes|prevented|prevents|cut(?=\s+(?:\w+\s+)?crime)|cuts"
    r"|drove|achieved|achieves|improved|improves|due to|thanks to|result(?:s|ed) in|as a result of"
    r"|because of|helped|helps|brought (?:down|about)|stopped|tackled|made a difference"
    r"|(?:effect|impact) (?:of|on))\b",
    re.IGNORECASE,
)
# A sentence that denies a cause may name it, and a heading of what cannot be told may too.
DENIED = re.compile(
    r"\b(not|no|nor|cannot|never|nothing|nobody|none|without|neither|whether|if|would)\b",
    re.IGNORECASE,
)
P_VALUE = re.compile(r"\bp (?:[=<] )?0?\.\d|\bp [=<] ")
N = re.compile(r"\bn = [\d,]+|\b[\d,]+ (?:areas|events|forces|districts)\b")
FAMILY = re.compile(r"\bfamily\b|\b[\d,]+ correlations\b", re.IGNORECASE)
FLOOR = re.compile(r"smallest attainable|smallest p|no p can be|no smallest", re.IGNORECASE)
# Levels of intervals and limits, and power, are no percentages of anything counted.
LEVELS = re.compile(
    r"\d[\d.]*%(?= (?:interval|limits|Poisson|of intervals|nominal|confidence|power))"
    r"|power \d+%|\(\d+%\)(?=: )|at 95%|\b95%\)?|within \d+% a year"
)
PERCENT = re.compile(r"\d ?%|\d per ?cent\b")
BASE = re.compile(
    r"\bbase\b|£|(?<!family )(?<!level \d )\bof \d[\d,]*\b(?!%)"
    r"|\d[\d,]* (?:to|of|out of) \d[\d,]*\b(?!%)",
    re.IGNORECASE,
)
CHANGE = re.compile(
    r"(?:\b(?:fall|rise|fell|rose|drop|dropped|down|up|change)\w*\s+(?:of |by )?(?:some |about )?"
    r"|[-+\N{MINUS SIGN}])\d[\d.]*(?: ?%| per ?cent)",
    re.IGNORECASE,
)


def lacks_of_a_p(text: str) -> list[str]:
    """What a text that gives a p does not give with it."""
    if not P_VALUE.search(text):
        return []
    needed = {"n": N, "family": FAMILY, "floor": FLOOR}
    return [name for name, pattern in needed.items() if not pattern.search(text)]


def claims_a_cause(prose: str) -> list[str]:
    """Sentences that say that something came of something."""
    sentences = re.split(r"(?<=[.!?:;])\s+", prose)
    return [one for one in sentences if CAUSAL_PROSE.search(one) and not DENIED.search(one)]


def has_no_base(text: str) -> bool:
    return bool(PERCENT.search(LEVELS.sub("", text))) and not BASE.search(text)


# --- numbers -----------------------------------------------------------------------------------

WRITTEN: list[tuple[Any, object, str]] = [
    # A minus sign stands before the pound, and nothing has none.
    (words.pounds, -50, "−£50"),
    (words.pounds, -0.0, "£0"),
    (words.pounds, -0.001, "less than £0.01 below zero"),
    (words.pounds, -1234.5, "−£1,234.50"),
    (words.pounds, 1, "£1"),
    (words.pounds, Fraction(1, 3), "£0.33"),
    (words.pounds, None, "not in the documents held"),
    (words.pounds, math.nan, "not in the documents held"),
    (words.pounds, math.inf, "no bound"),
    (partial(words.pounds, unknown="withheld"), None, "withheld"),
    (partial(words.pounds, unknown="withheld"), 5, "£5"),
    (partial(words.token_words, unit="GBP"), "21000", "£21,000"),
    (partial(words.token_words, unit="GBP"), "£1.2m", "£1.2m"),
    (partial(words.token_words, unit="count"), "21000", "21000"),
    (words.day_words, dt.date(2025, 6, 2), "2 June 2025"),
    (words.month_words, dt.date(2024, 3, 31), "March 2024"),
    (words.unknown_text, "not_published", "not published"),
    (words.unknown_text, "nil", "nil"),
    (words.unknown_text, None, "not in the documents held"),
    (words.unknown_text, math.nan, "not in the documents held"),
    (words.unknown_text, "in its own words", "in its own words"),
    (partial(words.pounds, places=0), 999.6, "£1,000"),
    (partial(words.pounds, places=2), 6, "£6.00"),
    (words.percent, -50, "−50.0%"),
    (words.percent, -0.04, "0.0%"),
    (words.percent, 0.05, "+0.1%"),
    (words.percent, 1234.5, "+1,234.5%"),
    (words.percent, None, "undefined"),
    (words.percent, math.nan, "undefined"),
    (words.percent, math.inf, "no bound"),
    (words.percent, -math.inf, "no bound"),
    (partial(words.percent, places=None), -8.5, "−8.5%"),
    (partial(words.percent, places=None), -0.0, "0%"),
    (partial(words.percent, places=0), 27.4, "+27%"),
    (partial(words.percent, sign=False), 36.8, "36.8%"),
    (partial(words.percent, sign=False), -36.8, "−36.8%"),
    (words.day_text, 738958, "2024-03-13"),
    (words.day_text, Fraction(738521), "2023-01-01"),
    (words.share, 33.333, "33.33%"),
    (words.share, 0, "0.00%"),
    (words.share, None, "undefined"),
    (words.count, 1, "1"),
    (words.count, -1200, "−1,200"),
    (words.count, -0.4, "0"),
    (words.count, 2.7, "3"),
    (words.count, "11416", "11,416"),
    (words.count, "fewer than 5", "fewer than 5"),
    (words.count, 2**60 + 1, "1,152,921,504,606,846,977"),
    (words.count, None, "undefined"),
    (words.count, math.nan, "undefined"),
    (words.number_text, 1, "1"),
    (words.number_text, -0.0, "0"),
    (words.number_text, -118.26, "−118.3"),
    (words.number_text, 1234.56, "1,235"),
    (words.number_text, None, "undefined"),
    (words.number_text, math.inf, "no bound"),
    (partial(words.number_text, digits=3), 999.6, "1,000"),
    (words.dispersion_text, 4.0, "dispersion 4"),
    (words.dispersion_text, 2.345, "dispersion 2.35"),
    (words.signed, -0.004, "0.00"),
    (words.signed, 1, "+1.00"),
    (words.signed, -0.314, "−0.31"),
    (words.signed, None, "undefined"),
    (words.signed, math.nan, "undefined"),
    (words.quantity, -1500, "−1,500"),
    (words.quantity, -0.0, "0"),
    (words.quantity, 0.1 + 0.2, "0.3"),
    (words.quantity, None, "undefined"),
    (partial(words.quantity, unit="GBP"), -50, "−£50"),
    (partial(words.quantity, unit="percent"), -50, "−50%"),
    (partial(words.quantity, unit="percent"), math.inf, "no bound"),
    (partial(words.quantity, unit="offences"), 12, "12 offences"),
    (partial(words.quantity, places=2), -0.001, "0.00"),
    (words.level_text, 0.95, "95%"),
    (words.level_text, 0.998, "99.8%"),
    (words.level_text, 0.07, "7%"),
    (words.p_text, 1, "p = 1.000"),
    (words.p_text, 0.001, "p = 0.001"),
    (words.p_text, 0.0009999, "p < 0.001"),
    (words.p_text, 0.0499, "p = 0.04990"),
    (words.p_text, 0.0501, "p = 0.05010"),
    (words.p_text, None, "p undefined"),
    (words.p_text, math.nan, "p undefined"),
    (words.floor_text, 1 / 360, "smallest attainable p 0.003"),
    (words.floor_text, 1e-9, "smallest attainable p under 0.001"),
    (words.floor_text, None, "no smallest attainable p in an approximation"),
    (partial(words.amount_text, unit="GBP"), Fraction(-15179), "−£15,179"),
    (partial(words.amount_text, unit="GBP"), Fraction(-1, 20), "−£0.05"),
    (partial(words.amount_text, unit="percent"), Fraction(1), "1 point"),
    (partial(words.amount_text, unit="percent"), Fraction(1, 2), "0.5 points"),
    (partial(words.amount_text, unit=None), Fraction(123456), "123,456"),
    (words.share_text, 0.0099, "under 0.01%"),
    (words.share_text, 9.96, "10%"),
    (words.share_text, Fraction(1731, 10), "173%"),
    (words.decimal_text, Fraction(-1, 20), "-0.05"),
    (words.decimal_text, Fraction(0), "0"),
    (words.decimal_text, Fraction(-50), "-50"),
    (words.decimal_text, Fraction(3, 8), "0.375"),
    (words.decimal_text, Fraction(-2, 3), "-2/3"),
    (words.day_words, date(2024, 2, 29), "29 February 2024"),
    (words.day_words, date(2024, 3, 1), "1 March 2024"),
]


@pytest.mark.parametrize(("write", "value", "text"), WRITTEN)
def test_a_number_as_words(write: Callable[[Any], str], value: object, text: str) -> None:
    assert write(value) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1 output"), (0, "0 outputs"), (2, "2 outputs"), (1000, "1,000 outputs")],
)
def test_one_and_several(number: int, text: str) -> None:
    assert words.counted(number, "output") == text


def test_several_that_take_no_s() -> None:
    assert words.counted(1, "output is", "outputs are") == "1 output is"
    assert words.counted(2, "series", "series") == "2 series"


def test_intervals_as_words() -> None:
    assert words.interval_text(-50, math.inf) == "−50.0% to no bound"
    assert words.interval_text(None, 1.0) == words.interval_text(1.0, None) == "undefined"
    assert words.interval_text(-50, 1.5, words.pounds) == "−£50 to £1.50"
    assert words.open_interval_text(None, 1.0) == "no bound to +1.0%"
    assert words.open_interval_text(math.nan, math.nan) == "without bounds"
    assert words.interval_text(-0.001, 1, words.signed) == "0.00 to +1.00"
    assert words.bracketed("-inf", "2", False, True) == "(-inf, 2]"
    assert words.bracketed("0", "2", True, None) == "[0, 2)"


def test_a_token_within_a_sentence() -> None:
    assert words.token_words("21000.50", "GBP") == words.token_words("21,000.5", "GBP")
    assert words.token_words("21000.50", "GBP") == "£21,000.50"
    assert words.token_words("£1.2m", "GBP") == "£1.2m"
    assert words.token_words("nil", "GBP") == "nil"
    assert words.token_words("214", None) == "214"


def test_places_of_the_finest_number() -> None:
    assert words.places_of([]) == words.places_of([-50.0, 1]) == 0
    assert words.places_of([-0.5, 2.125, 4]) == 3


def test_every_function_of_words_has_cases() -> None:
    tried = {getattr(write, "func", write).__name__ for write, _, _ in WRITTEN}
    others = {"bracketed", "counted", "interval_text", "is_missing", "is_number",
              "open_interval_text", "places_of", "sum_text", "token_words"}  # fmt: skip
    public = {
        name
        for name, thing in vars(words).items()
        if inspect.isfunction(thing)
        and thing.__module__ == words.__name__
        and not name.startswith("_")
    }
    assert tried | others == public


# --- results -----------------------------------------------------------------------------------


def result_classes() -> list[type]:
    """Every class of the library that has a `text` to be pasted."""
    found = []
    for module in pkgutil.walk_packages(pccfunding.__path__, "pccfunding."):
        if module.name.startswith("pccfunding.schemas"):
            continue
        home = importlib.import_module(module.name)
        for thing in vars(home).values():
            own = inspect.isclass(thing) and thing.__module__ == module.name
            if (
                own
                and not inspect.isabstract(thing)
                and isinstance(inspect.getattr_static(thing, "text", None), property)
            ):
                found.append(thing)
    return found


def run_examples(module: str) -> None:
    """Run the examples of a module; what they print is the business of the doctests."""
    home = importlib.import_module(module)
    for test in doctest.DocTestFinder().find(home, module):
        names = dict(vars(home))
        for example in test.examples:
            # Some examples raise on purpose.
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(example.source, test.name, "single"), names)


@pytest.fixture(scope="module")
def results() -> list[Any]:
    """Results of every class: all that the examples of its module make, and those of the ladder.

    The Review is read as a page, in its own test.
    """
    classes = [one for one in result_classes() if one.__name__ != "Review"]
    made: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        for kind in classes:
            patch.setattr(kind, "__init__", recording(kind.__init__, made))
        for module in sorted({kind.__module__ for kind in classes}):
            run_examples(module)
    found = [*every_result(), *made]
    missing = {kind.__name__ for kind in classes} - {type(one).__name__ for one in found}
    assert not missing, f"no example makes a {', '.join(sorted(missing))}"
    return found


def recording(make: Callable[..., None], made: list[Any]) -> Callable[..., None]:
    def recorded(self: Any, *arguments: Any, **named: Any) -> None:
        make(self, *arguments, **named)
        made.append(self)

    return recorded


def test_no_verb_of_cause_below_level_3(results: list[Any]) -> None:
    for result in results:
        if getattr(result, "maryland_level", 0) < 3:
            # The name of a verdict denies a cause in as many words.
            said = result.text.replace("association, not causal", "association")
            assert not CAUSAL_RESULT.search(said), result.text


def test_every_p_stands_with_n_family_and_floor(results: list[Any]) -> None:
    with_p = [result.text for result in results if P_VALUE.search(result.text)]
    assert len(with_p) > 20
    for result in results:
        # One test by itself: the family is known to those who ran it.
        alone = ["family"] if type(result).__name__ == "PermutationTest" else []
        assert lacks_of_a_p(result.text) in ([], alone), result.text


def test_every_percentage_stands_with_its_base(results: list[Any]) -> None:
    with_percent = [one.text for one in results if PERCENT.search(LEVELS.sub("", one.text))]
    assert len(with_percent) > 20
    for text in with_percent:
        assert not has_no_base(text), text


def test_words_of_the_plots(results: list[Any]) -> None:
    drawn = {one.text: one for one in results if hasattr(one, "plot")}
    said = []
    for result in drawn.values():
        # A refusal has nothing to draw, and says so.
        with contextlib.suppress(PccFundingError):
            axes = result.plot()
            drawn_words = [axes.get_title(loc="left"), *(text.get_text() for text in axes.texts)]
            said += [(getattr(result, "maryland_level", 0), one) for one in drawn_words]
            said.append((3, axes.get_label()))
    assert len(said) > 20
    assert [one for level, one in said if level < 3 and CAUSAL_RESULT.search(one)] == []
    assert [one for _, one in said if claims_a_cause(one) or lacks_of_a_p(one)] == []


def test_a_text_holds_no_empty_number(results: list[Any]) -> None:
    for result in results:
        assert not re.search(r"\b(nan|None|NaT|inf)\b", result.text), result.text


# --- notebooks ---------------------------------------------------------------------------------


def said_by(notebook: Path) -> Iterator[str]:
    """Paragraphs of prose and of output, and what figures say to those who do not see them."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield from re.split(r"\n\s*\n|\n(?=[-|#] ?)", "".join(cell["source"]))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            yield from re.split(r"\n\s*\n", "".join(output.get("text", [])))
            plain = "".join(data.get("text/plain", []))
            if plain.startswith(("'", '"')):
                yield plain
            svg = "".join(data.get("image/svg+xml", []))
            yield from re.findall(r"<(?:title|desc)\b[^>]*>(.*?)</", svg, re.DOTALL)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_words_of_a_notebook(notebook: Path) -> None:
    said = [" ".join(one.split()) for one in said_by(notebook)]
    assert len(said) > 20
    assert [claim for one in said for claim in claims_a_cause(one)] == []
    assert [one for one in said if lacks_of_a_p(one)] == []
    assert [one for one in said if CHANGE.search(one) and not BASE.search(one)] == []


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 2


# --- the patterns themselves -------------------------------------------------------------------


@pytest.mark.parametrize(
    "claim",
    [
        "The award reduced robbery.",
        "The patrols led to a fall in thefts.",
        "Counts fell thanks to the fund.",
        "The fund cut crime in the county.",
    ],
)
def test_a_claim_is_found(claim: str) -> None:
    assert claims_a_cause(claim) == [claim]
    assert CAUSAL_RESULT.search(claim)


@pytest.mark.parametrize(
    "words",
    [
        "This does not show that the award reduced robbery.",
        "Each number leads to its source.",
        "Crime and Disorder Reduction Fund",
    ],
)
def test_what_claims_nothing_is_let_pass(words: str) -> None:
    assert claims_a_cause(words) == []


def test_a_bare_p_and_a_bare_percentage_are_found() -> None:
    assert lacks_of_a_p("rho 0.89, p = 0.033") == ["n", "family", "floor"]
    assert lacks_of_a_p("p = 0.033, n = 6 areas, family of 1, smallest attainable p 0.003") == []
    assert has_no_base("Burglary fell by 37%, 95% interval 33% to 40%, family of 1.")
    assert not has_no_base("Burglary fell by 37% (base 3,497), 95% interval 33% to 40%.")
    assert not has_no_base("Burglary fell by 37%, base not published.")
    assert not has_no_base("An approximate 95% interval is missing.")
