"""Printed changes held against counts: verdicts, bases needed, and what is refused."""

from __future__ import annotations

import pytest

from pccfunding import evaluation as ev
from pccfunding.errors import PrintedError, TableError, UnknownNameError
from pccfunding.printed import parse_printed


@pytest.mark.parametrize(
    ("after", "before", "counts", "verdict"),
    [
        # 12.5% and 13.5% are the ends of what prints as 13%; both are inside.
        (875, 1000, "same", "reproduced"),
        (865, 1000, "same", "reproduced"),
        (876, 1000, "same", "differs"),
        (864, 1000, "same", "differs"),
        (876, 1000, "another release", "not settled"),
        (875, 1000, "another release", "reproduced"),
        (875, 1000, "another class", "consistent"),
        # 95% interval of 914 against 986: -15.4% to +1.5%, which reaches -13.5% to -12.5%.
        (914, 986, "another class", "consistent"),
        # 1,950 against 2,000: -8.4% to +3.8%, which does not.
        (1950, 2000, "another class", "not settled"),
        (None, 1000, "same", "not testable"),
        (7, 0, "same", "not testable"),
    ],
)
def test_verdicts(after: int | None, before: int, counts: str, verdict: str) -> None:
    found = ev.published_change("13%", after, before, counts=counts)  # type: ignore[arg-type]
    assert found.verdict == verdict
    assert verdict in found.text


def test_a_change_on_the_edge_of_the_rounding_is_exact() -> None:
    # 171 after 200 is a fall of 14.5% exactly, which may print as 14% or as 15%.
    assert ev.published_change("14%", 171, 200).verdict == "reproduced"
    assert ev.published_change("15%", 171, 200).verdict == "reproduced"


def test_a_rise_is_not_a_fall() -> None:
    assert ev.published_change("13%", 113, 100, direction="rise").verdict == "reproduced"
    assert ev.published_change("13%", 113, 100).verdict == "differs"
    risen = ev.published_change("26.8%", direction="rise")
    assert (risen.printed_low_pct, risen.printed_high_pct) == (26.75, 26.85)
    assert risen.base_needed == (129, 244, 488)


def test_bases_are_those_of_baseline_needed() -> None:
    found = ev.published_change("8.5%", confidence_level=0.9)
    expected = [ev.baseline_needed(8.5, dispersion=phi, alpha=0.1) for phi in (1, 2, 4)]
    assert list(found.base_needed) == expected
    assert ev.published_change("100%").base_needed == ()
    assert ev.published_change("0%").base_needed == ()
    assert "no base needed can be given" in ev.published_change("100%").text


@pytest.mark.parametrize(
    ("after", "before", "dispersion", "told"),
    [
        (2210, 3497, None, "yes"),
        (914, 986, None, "no"),
        (688, 796, None, "depends on dispersion"),
        (688, 796, 1, "yes"),
        (688, 796, 4, "no"),
        (None, 796, None, None),
        (0, 9, 2, None),
    ],
)
def test_told_apart(
    after: int | None, before: int, dispersion: float | None, told: str | None
) -> None:
    found = ev.published_change("13%", after, before, dispersion=dispersion)
    assert found.told_apart == told


def test_hedged_and_parsed_tokens() -> None:
    some = ev.published_change("some 75%")
    assert (some.printed_low_pct, some.printed_high_pct) == (-76.0, -74.0)
    assert ev.published_change(parse_printed("13%"), 870, 1000).verdict == "reproduced"


def test_text_without_counts_says_what_base_would_do() -> None:
    assert ev.published_change("30%").text == (
        "A fall of 30% is printed (base not held): not testable, as no counts are held; "
        "such a fall stands out from a base of 79 on (294 at dispersion 4). "
        "Caution: the base is not in the documents held, so the change cannot be tested."
    )


def test_one_count_alone_tests_nothing() -> None:
    found = ev.published_change("30%", None, 796)
    assert found.reason == "one count is not held"
    assert "is printed (base 796): not testable" in found.text
    assert "base-not-held" not in found.cautions


def test_text_with_counts_carries_base_interval_p_n_and_floor() -> None:
    text = ev.published_change("8.5%", 914, 986, counts="another release").text
    for words in (
        "Printed fall of 8.5%: not settled",
        "base 986, then 914: −7.3%, 95% −15.4% to +1.5%",
        "n = 1,900 events, family of 1, smallest attainable p under 0.001",
        "the counts were revised since the change was printed",
    ):
        assert words in text


def test_frame_holds_printed_and_counted() -> None:
    row = ev.published_change("37%", 2210, 3497).frame.loc[0]
    assert (row["count_before"], row["count_after"], row["verdict"]) == (3497, 2210, "reproduced")
    assert row["base_needed"] == "53; 94; 187"
    assert row["maryland_level"] == 2
    assert ev.published_change("37%").maryland_level == 0


def test_what_is_no_printed_change_is_refused() -> None:
    # "more than 13%" has one bound only, so there is nothing to hold counts against.
    for token in ("£350k", "more than 13%"):
        with pytest.raises(PrintedError, match="no percentage with two bounds"):
            ev.published_change(token)
    with pytest.raises(UnknownNameError, match="Did you mean 'another class'"):
        ev.published_change("13%", counts="another clas")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="direction"):
        ev.published_change("13%", direction="down")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="count_after"):
        ev.published_change("13%", -1, 9)
