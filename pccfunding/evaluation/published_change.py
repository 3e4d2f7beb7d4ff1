"""A change as it was printed, held against counts where there are any."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from pccfunding.errors import PrintedError, TableError, one_of
from pccfunding.evaluation.arguments import Number
from pccfunding.evaluation.detection import baseline_needed
from pccfunding.evaluation.log_ratios import DISPERSIONS
from pccfunding.evaluation.rate_ratio import RateRatio, rate_ratio
from pccfunding.intervals import Interval
from pccfunding.printed import Printed, parse_printed
from pccfunding.results import Result
from pccfunding.words import count

__all__ = ["PublishedChange", "judge_change", "published_change"]

Direction = Literal["fall", "rise"]
Counts = Literal["same", "another class", "another release"]

_DOUBTS = {"another class": "counts-of-another-class", "another release": "counts-revised"}


@dataclass(frozen=True, kw_only=True)
class PublishedChange(Result):
    """A printed change, its rounding, and what counts and counting noise say of it.

    Attributes
    ----------
    printed : str
        The percentage as printed.
    direction : {"fall", "rise"}
    printed_low_pct, printed_high_pct : float
        What was printed, every digit at its word, or what its hedge implies; negative for a fall.
    verdict : {"reproduced", "consistent", "differs", "not settled", "not testable"}
    reason : str
        Why the verdict is what it is.
    told_apart : {"yes", "no", "depends on dispersion"} or None
        Whether the counts tell the change from no change; None without counts.
    base_needed : tuple of int
        Smallest base from which on the printed value is told from no change, at dispersion 1, 2
        and 4; empty for a change of 0 and for a fall of 100%.
    change : RateRatio
        The same change from the counts.
    cautions : tuple of str
        base-not-held, counts-of-another-class, counts-revised, and those of the change.

    Examples
    --------
    >>> published_change("30%").verdict
    'not testable'
    """

    printed: str
    direction: str
    printed_low_pct: float
    printed_high_pct: float
    verdict: str
    reason: str
    told_apart: str | None
    base_needed: tuple[int, ...]
    change: RateRatio
    _terms = (
        (
            "change in percent",
            "change.change_pct",
            "change.change_low_pct",
            "change.change_high_pct",
            "change.p_value",
        ),
    )
    _over = "change.events"
    _done_by = "from the counts"

    @property
    def maryland_level(self) -> int:
        """That of the change from the counts; 0 without counts."""
        return self.change.maryland_level

    def _finding(self) -> str:
        if self.change.ratio is None:
            known = self.change.count_before
            base = "base not held" if known is None else f"base {count(known)}"
            found = (
                f"A {self.direction} of {self.printed} is printed ({base}): {self.verdict}, as "
                f"{self.reason}"
            )
        else:
            found = (
                f"Printed {self.direction} of {self.printed}: {self.verdict}, as {self.reason}; "
                f"{self.change.short()}"
            )
        return f"{found}; {self._needs()}."

    def _needs(self) -> str:
        if not self.base_needed:
            return "no base needed can be given"
        one, _, four = map(count, self.base_needed)
        return (
            f"such a {self.direction} stands out from a base of {one} on ({four} at dispersion 4)"
        )

    def _row(self) -> dict[str, Any]:
        own = super()._row()
        counted = {name: getattr(self.change, name) for name in _COUNTED}
        return {**own, **counted, "cautions": own["cautions"]}


_COUNTED = ("count_before", "count_after", "change_pct", "change_low_pct", "change_high_pct")


def published_change(
    printed: str | Printed,
    count_after: Number | None = None,
    count_before: Number | None = None,
    *,
    direction: Direction = "fall",
    counts: Counts = "same",
    dispersion: Number | None = None,
    confidence_level: float = 0.95,
) -> PublishedChange:
    """Hold a printed change against counts, and say how large a base it would need.

    Parameters
    ----------
    printed : str or Printed
        A percentage as printed, such as "8.5%".
    count_after, count_before : int, optional
        Counts of the two periods; without them nothing can be tested.
    direction : {"fall", "rise"}, default "fall"
    counts : {"same", "another class", "another release"}, default "same"
        Whether these are the counts that the source used, counts of a class that is wider or put
        together, or counts that were revised since.
    dispersion, confidence_level
        For the change from the counts; see `rate_ratio`.

    Returns
    -------
    PublishedChange

    Raises
    ------
    PrintedError
        If the text is no percentage with bounds on both sides.
    UnknownNameError
        If `direction` or `counts` is none of those named.
    TableError
        If a count is no whole number of 0 or more.

    Notes
    -----
    "reproduced": the counts give a change that prints so. "consistent": counts of another class
    whose noise reaches the printed change. "differs": the same counts give another change. "not
    settled": counts of another class or release do.

    Examples
    --------
    >>> found = published_change("8.5%", 914, 986, counts="another release")
    >>> found.verdict, found.told_apart, found.base_needed
    ('not settled', 'no', (1042, 2038, 4076))
    >>> published_change("37%", 2210, 3497).verdict
    'reproduced'
    """
    way = one_of(direction, "direction", ("fall", "rise"))
    which = one_of(counts, "kind of counts", ("same", *_DOUBTS))
    token = printed if isinstance(printed, Printed) else parse_printed(printed)
    reading = token.strict if token.hedge is None else token.hard or token.soft
    if token.unit != "percent" or token.value is None or reading is None or not reading.is_bounded:
        raise PrintedError(f"{token.text!r} is no percentage with two bounds, such as '8.5%'.")
    allowed = -reading if way == "fall" else reading
    change = rate_ratio(
        count_after, count_before, dispersion=dispersion, confidence_level=confidence_level
    )
    noise = None
    if change.change_low_pct is not None and change.change_high_pct is not None:
        noise = (change.change_low_pct, change.change_high_pct)
    verdict, reason = judge_change(
        allowed, change.count_after, change.count_before, counts=which, noise=noise
    )
    codes = list(change.cautions)
    if change.ratio is not None and which in _DOUBTS:
        codes.append(_DOUBTS[which])
    if change.count_before is None:
        codes.append("base-not-held")
    low, high = _ends(allowed)
    return PublishedChange(
        printed=token.text,
        direction=way,
        printed_low_pct=low,
        printed_high_pct=high,
        verdict=verdict,
        reason=reason,
        told_apart=_told_apart(change),
        base_needed=_bases(float(token.value), way, round(1 - confidence_level, 12)),
        change=change,
        cautions=tuple(codes),
    )


def judge_change(
    allowed: Interval,
    count_after: int | None,
    count_before: int | None,
    *,
    counts: str,
    noise: tuple[float, float] | None,
) -> tuple[str, str]:
    """Give the verdict on a printed change, in percent, and its reason.

    Parameters
    ----------
    allowed : Interval
        The changes that the printed figure stands for; negative for a fall.
    count_after, count_before : int or None
    counts : {"same", "another class", "another release"}
    noise : tuple of float, optional
        Bounds of the change from the counts.

    Returns
    -------
    tuple of str
        Verdict and reason; see `published_change`.

    Examples
    --------
    >>> judge_change(Interval.of(-9, -8), 92, 100, counts="same", noise=None)
    ('reproduced', 'the counts give a change that prints so')
    """
    if count_after is None or count_before is None:
        both = count_after is None and count_before is None
        return "not testable", "no counts are held" if both else "one count is not held"
    if not count_before:
        return "not testable", "there is no percentage of a base of 0"
    # Exact, so that a change on the edge of the rounding is not lost to a float.
    exact = Interval.point(100 * (count_after - count_before)) / count_before
    if exact.within(allowed):
        if counts == "another class":
            return "consistent", "counts of another class give a change that prints so"
        return "reproduced", "the counts give a change that prints so"
    if counts == "same":
        return "differs", "the counts give another change"
    if counts == "another release":
        return "not settled", "the counts give another change but were revised since"
    low, high = _ends(allowed)
    if noise is not None and noise[0] <= high and low <= noise[1]:
        return "consistent", "the noise of counts of another class reaches the printed change"
    return "not settled", "counts of another class give another change"


def _ends(allowed: Interval) -> tuple[float, float]:
    low = -math.inf if allowed.low is None else float(allowed.low)
    return low, math.inf if allowed.high is None else float(allowed.high)


def _told_apart(change: RateRatio) -> str | None:
    if change.p_value is None:
        return None
    alpha = 1 - change.confidence_level
    p_values = [change.p_value]
    if change.dispersion is None:
        p_values += change.by_dispersion["p_value"].tolist()
    told = {p_value < alpha for p_value in p_values}
    return "depends on dispersion" if len(told) > 1 else "yes" if told == {True} else "no"


def _bases(printed: float, way: str, alpha: float) -> tuple[int, ...]:
    """Give the bases from which on a change of this size shows; none where no base is known to."""
    size = abs(printed)
    # A fall of less than nothing is a rise.
    direction: Direction = "fall" if (way == "fall") == (printed > 0) else "rise"
    if size == 0 or (direction == "fall" and size >= 100):
        return ()
    try:
        return tuple(
            baseline_needed(size, dispersion=phi, alpha=alpha, direction=direction)
            for phi in DISPERSIONS
        )
    except TableError:
        return ()
