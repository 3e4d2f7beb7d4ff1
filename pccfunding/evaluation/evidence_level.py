"""How strong the evidence is: the Maryland level of what was supplied."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pccfunding.errors import TableError, one_of
from pccfunding.evaluation.interrupted_series import InterruptedSeries
from pccfunding.evaluation.ratio_of_rate_ratios import RatioOfRateRatios
from pccfunding.evaluation.synthetic_control import SyntheticControl
from pccfunding.evaluation.wdd import WeightedDisplacementDifference
from pccfunding.results import Result
from pccfunding.words import counted

__all__ = ["EvidenceLevel", "evidence_level"]

_ARMS = ("treated", "control")
_ARM_SIZE = 2
_RANDOM = 5
# Results that hold treated places against others, as a draw of lots needs.
_COMPARES = (
    RatioOfRateRatios,
    WeightedDisplacementDifference,
    InterruptedSeries,
    SyntheticControl,
)
_MEANS = {
    0: "nothing from which a level follows",
    1: "a measure at one point in time",
    2: "before and after, or a comparison without shown comparability",
    3: "before and after beside a comparable area",
    4: "before and after beside a comparison that was built to match",
    5: "places drawn by lot",
}
_NEXT = {
    0: "a count before and a count after",
    1: "a count before and a count after",
    2: "a comparable area, and 5 or more earlier periods of both that run within 5% a year",
    3: "many other areas over 10 or more earlier periods, to build a matching comparison",
    4: "places drawn by lot, with the published record of the draw",
    5: "nothing: this is the highest level",
}


@dataclass(frozen=True, kw_only=True)
class EvidenceLevel(Result):
    """The level on the Maryland scale that the supplied results carry.

    Attributes
    ----------
    level : int
        0 to 5.
    meaning : str
    rests_on : tuple of str
        Kinds of result that reach the level.
    next_needs : str
        What the next level would need.
    causal_words : bool
        Whether the level allows a causal verb: from 3 on.
    cautions : tuple of str
        nothing-supplied, and the cautions of the results that the level rests on.

    Examples
    --------
    >>> evidence_level().level
    0
    """

    level: int
    meaning: str
    rests_on: tuple[str, ...]
    next_needs: str
    causal_words: bool
    _terms = (("Maryland level", "level"),)
    _done_by = "Maryland scale"

    @property
    def maryland_level(self) -> int:
        """The level itself."""
        return self.level

    def _finding(self) -> str:
        named = [re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower() for name in self.rests_on]
        rests = f", resting on {' and '.join(named)}" if named else ""
        return (
            f"Maryland level {self.level} of 5 ({self.meaning}){rests}; the next level would "
            f"need {self.next_needs}."
        )


def evidence_level(
    *results: object,
    drawn: Mapping[str, str] | None = None,
    drawn_source: str | None = None,
) -> EvidenceLevel:
    """Compute the Maryland level from the results that were supplied.

    The level is that of the strongest result; it cannot be typed in. Level 5 needs, beside a
    result that holds treated places against others, the arm of every place and where the draw of
    lots was published.

    Parameters
    ----------
    *results : results of this library that have a `maryland_level`
        What is known about one award and one outcome.
    drawn : mapping of place to {"treated", "control"}, optional
        The arm that each place was drawn into; 2 or more in each.
    drawn_source : str, optional
        Where the draw was published, such as a `source_id`.

    Returns
    -------
    EvidenceLevel

    Raises
    ------
    TableError
        If something supplied has no level, or a draw is given without its source or with fewer
        than 2 places in an arm.
    UnknownNameError
        If an arm is neither "treated" nor "control".

    References
    ----------
    Farrington, D. P., Gottfredson, D. C., Sherman, L. W. and Welsh, B. C. (2002). The Maryland
    Scientific Methods Scale. In Evidence-Based Crime Prevention, 13-21.

    Examples
    --------
    >>> from pccfunding.evaluation import rate_ratio, wdd
    >>> earlier = {"pre_treated": [2010, 1995, 2003, 1990, 2001, 1998, 2005, 2000]}
    >>> earlier["pre_control"] = [2495, 2510, 2505, 2490, 2500, 2515, 2498, 2502]
    >>> beside = wdd((2000, 1800), (2500, 2510), **earlier)
    >>> result = evidence_level(rate_ratio(688, 796), beside)
    >>> result.level, result.rests_on
    (3, ('WeightedDisplacementDifference',))
    """
    levels = [_level(result) for result in results]
    level = max(levels, default=0)
    carriers = [one for one, its in zip(results, levels, strict=True) if its == level and level]
    rests_on = [type(one).__name__ for one in carriers]
    if drawn is not None or drawn_source is not None:
        _check_draw(drawn, drawn_source)
        compares: list[object] = [
            one
            for one, its in zip(results, levels, strict=True)
            if isinstance(one, _COMPARES) and its and getattr(one, "controlled", True)
        ]
        if compares:
            level, carriers = _RANDOM, compares
            rests_on = [*(type(one).__name__ for one in carriers), f"the draw in {drawn_source}"]
    codes = [] if results else ["nothing-supplied"]
    for one in carriers:
        codes += [code for code in getattr(one, "cautions", ()) if code not in codes]
    return EvidenceLevel(
        level=level,
        meaning=_MEANS[level],
        rests_on=tuple(dict.fromkeys(rests_on)),
        next_needs=_NEXT[level],
        causal_words=level >= 3,
        cautions=tuple(codes),
    )


def _level(result: object) -> int:
    level = None
    # An object of another make could carry any level that somebody typed in.
    own = type(result).__module__.partition(".")[0] == __name__.partition(".")[0]
    if own and not isinstance(result, EvidenceLevel):
        level = getattr(result, "maryland_level", None)
    if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level < _RANDOM:
        raise TableError(
            f"A {type(result).__name__} has no Maryland level; supply results of the ladder, "
            "not a level."
        )
    return level


def _check_draw(drawn: Mapping[str, str] | None, source: str | None) -> None:
    if drawn is None or not source:
        raise TableError("A draw by lot needs both `drawn` and `drawn_source`; give the other too.")
    arms = [one_of(arm, "arm", _ARMS) for arm in drawn.values()]
    for arm in _ARMS:
        if arms.count(arm) < _ARM_SIZE:
            raise TableError(
                f"The draw has {counted(arms.count(arm), 'place')} in the arm {arm!r}; at least "
                f"{_ARM_SIZE} are needed."
            )
