"""Hypothesis strategies for those who test their own code against printed figures and ledgers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from pccfunding.periods import Period
from pccfunding.words import pounds

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["award_lines", "populations", "printed_amounts", "recorded_counts", "rounded_sums"]

AREAS = ("E23000023", "E23000024", "E23000026")
STREAMS = ("Victims", "Youth Fund", "Serious Violence")
OFFENCES = ("Residential burglary", "Shoplifting")
YEARS = (2020, 2021, 2022, 2023)
# What each word multiplies by, the places printed with it, and the pence it is used below. Pounds
# stand with their pence: a bare number of pounds is read as exact.
_FORMS = {"": (1, (2,), 10**15), "k": (1_000, (0, 1), 10**8), "m": (1_000_000, (0, 1, 3), 10**11)}


@st.composite
def printed_amounts(draw: st.DrawFn, *, max_pence: int = 10**12) -> tuple[Fraction, str]:
    """Draw an amount and a token that prints it, rounded half up to some place.

    Parameters
    ----------
    max_pence : int, default 10**12
        The largest amount, in pence.

    Returns
    -------
    strategy of (Fraction, str)
        Pounds, and the token; the amount lies in the token's lenient interval, always.

    Examples
    --------
    >>> from hypothesis import given
    >>> import pccfunding as pcc
    >>> @given(printed_amounts())
    ... def check(drawn):
    ...     amount, token = drawn
    ...     assert amount in pcc.parse_printed(token).lenient
    >>> check()
    """
    word = draw(st.sampled_from(sorted(_FORMS)))
    times, places, most = _FORMS[word]
    amount = Fraction(draw(st.integers(0, min(max_pence, most - 1))), 100)
    return amount, _token(amount, times, draw(st.sampled_from(places)), word)


@st.composite
def rounded_sums(
    draw: st.DrawFn, *, max_parts: int = 12, max_pence: int = 10**11
) -> tuple[list[str], str]:
    """Draw parts and their total, each rounded on its own: they never conflict.

    Parameters
    ----------
    max_parts : int, default 12
    max_pence : int, default 10**11
        The largest part, in pence.

    Returns
    -------
    strategy of (list of str, str)
        Tokens of the parts, and of the total.

    Examples
    --------
    >>> from hypothesis import given
    >>> import pccfunding as pcc
    >>> @given(rounded_sums())
    ... def check(drawn):
    ...     parts, total = drawn
    ...     assert pcc.reconcile(parts, total).verdict != "conflicts"
    >>> check()
    """
    word = draw(st.sampled_from(sorted(_FORMS)))
    times, places, most = _FORMS[word]
    pence = st.integers(0, min(max_pence, most // max_parts - 1))
    parts = [Fraction(part, 100) for part in draw(st.lists(pence, min_size=1, max_size=max_parts))]
    place = draw(st.sampled_from(places))
    tokens = [_token(part, times, place, word) for part in parts]
    return tokens, _token(sum(parts, Fraction(0)), times, place, word)


@st.composite
def award_lines(
    draw: st.DrawFn,
    *,
    areas: tuple[str, ...] = AREAS,
    streams: tuple[str, ...] = STREAMS,
    years: tuple[int, ...] = YEARS,
    flows: tuple[str, ...] = ("pcc_to_recipient",),
    statuses: tuple[str, ...] = ("award",),
    max_size: int = 20,
    unknowns: bool = True,
) -> pd.DataFrame:
    """Draw award lines of whole financial years, some of them with no published amount.

    Parameters
    ----------
    areas, streams : tuple of str
    years : tuple of int
        The calendar years in which the financial years begin.
    flows, statuses : tuple of str
        What each line draws its flow and its status from. With several of them a measure may
        not add lines of one group across them.
    max_size : int, default 20
        Most lines.
    unknowns : bool, default True
        Whether lines without a published amount occur.

    Returns
    -------
    strategy of DataFrame
        `area_code`, `funding_stream`, `period_start`, `period_end`, `amount_gbp`,
        `amount_low_gbp`, `amount_high_gbp`, `flow`, `status`; whole pence.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> import pccfunding as pcc
    >>> @settings(max_examples=5, deadline=None)
    ... @given(award_lines(unknowns=False), populations())
    ... def check(awards, people):
    ...     spend = pcc.per_capita_spend(awards, people, by="area_code")
    ...     assert (spend["n_known"] == spend["n_figures"]).all()
    >>> check()

    Lines of several statuses are added up apart, or not at all:

    >>> @settings(max_examples=5, deadline=None)
    ... @given(award_lines(statuses=("award", "outturn"), unknowns=False), populations())
    ... def apart(awards, people):
    ...     spend = pcc.per_capita_spend(awards, people, by=["area_code", "status"])
    ...     sums = spend.groupby("status")["n_figures"].sum()
    ...     assert sums.to_dict() == awards["status"].value_counts().to_dict()
    >>> apart()
    """
    import pandas as pd

    pence: st.SearchStrategy[Any] = st.integers(0, 10**9)
    line = st.tuples(
        st.sampled_from(areas),
        st.sampled_from(streams),
        st.sampled_from(years),
        st.none() | pence if unknowns else pence,
        st.sampled_from(flows),
        st.sampled_from(statuses),
    )
    rows: list[dict[str, Any]] = []
    lines = draw(st.lists(line, min_size=1, max_size=max_size))
    for area, stream, year, amount, flow, status in lines:
        whole = Period.financial_year(year)
        pounds = None if amount is None else amount / 100
        rows.append(
            {
                "area_code": area,
                "funding_stream": stream,
                "period_start": pd.Timestamp(whole.start),
                "period_end": pd.Timestamp(whole.end),
                "amount_gbp": pounds,
                "amount_low_gbp": pounds,
                "amount_high_gbp": pounds,
                "flow": flow,
                "status": status,
            }
        )
    amounts = dict.fromkeys(["amount_gbp", "amount_low_gbp", "amount_high_gbp"], "float64")
    return pd.DataFrame(rows).astype(amounts)


@st.composite
def populations(
    draw: st.DrawFn, *, areas: tuple[str, ...] = AREAS, years: tuple[int, ...] = YEARS
) -> pd.DataFrame:
    """Draw the residents of each area in the mid-year of each financial year.

    Parameters
    ----------
    areas : tuple of str
    years : tuple of int

    Returns
    -------
    strategy of DataFrame
        `area_code`, `reference_date`, `persons`, `vintage`: one row an area and year.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(populations(areas=("E23000023",), years=(2023,)))
    ... def check(people):
    ...     assert len(people) == 1 and people["persons"].item() > 0
    >>> check()
    """
    import pandas as pd

    keys = [(area, year) for area in areas for year in years]
    persons = draw(
        st.lists(st.integers(1, 10**7), min_size=len(keys), max_size=len(keys)),
    )
    return pd.DataFrame(
        {
            "area_code": [area for area, _ in keys],
            "reference_date": pd.to_datetime([f"{year}-06-30" for _, year in keys]),
            "persons": persons,
            "vintage": "drawn",
        }
    )


@st.composite
def recorded_counts(
    draw: st.DrawFn,
    *,
    areas: tuple[str, ...] = AREAS,
    offences: tuple[str, ...] = OFFENCES,
    years: tuple[int, ...] = YEARS,
    max_count: int = 10**6,
    unknowns: bool = True,
) -> pd.DataFrame:
    """Draw the offences recorded in each area, class and calendar year.

    Parameters
    ----------
    areas, offences : tuple of str
    years : tuple of int
        Calendar years.
    max_count : int, default 10**6
        The largest count, in offences.
    unknowns : bool, default True
        Whether counts that were not published occur.

    Returns
    -------
    strategy of DataFrame
        `area_code`, `offence`, `period_start`, `period_end`, `offences`, `release`: one row an
        area, class and year.

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> import pccfunding as pcc
    >>> @settings(max_examples=5, deadline=None)
    ... @given(recorded_counts(unknowns=False))
    ... def check(counts):
    ...     keys = ["area_code", "offence"]
    ...     fell = pcc.reduction(counts, baseline="2020", comparison="2023", by=keys)
    ...     before = counts[counts["period_end"] == "2020-12-31"]
    ...     assert fell["offences_baseline"].sum() == before["offences"].sum()
    >>> check()
    """
    import pandas as pd

    keys = [(area, name, year) for area in areas for name in offences for year in years]
    count: st.SearchStrategy[Any] = st.integers(0, max_count)
    drawn = draw(
        st.lists(st.none() | count if unknowns else count, min_size=len(keys), max_size=len(keys))
    )
    whole = [Period.calendar_year(year) for _, _, year in keys]
    return pd.DataFrame(
        {
            "area_code": [area for area, _, _ in keys],
            "offence": [name for _, name, _ in keys],
            "period_start": pd.to_datetime([period.start for period in whole]),
            "period_end": pd.to_datetime([period.end for period in whole]),
            "offences": pd.array(drawn, dtype="Int64"),
            "release": "drawn",
        }
    )


def _token(amount: Fraction, times: int, places: int, word: str) -> str:
    scaled = amount / times * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    digits = str(whole).zfill(places + 1)
    head, tail = (digits[:-places], "." + digits[-places:]) if places else (digits, "")
    return f"{pounds(int(head))}{tail}{word}"
