"""Periods as publishers print them: financial years, calendar years, years ending, spans."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pccfunding.errors import PeriodError
from pccfunding.periods.parse_date import add_months, check_known, month_end, parse_date
from pccfunding.periods.spellings import financial_label, financial_year_of, read_period
from pccfunding.words import is_missing, month_words

__all__ = ["Period", "parse_date"]


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A stretch of whole days, known by its first and its last.

    Two periods are equal when they hold the same days, however they were spelled; they
    sort by first and then by last day. Their labels are equal only if they are.

    Parameters
    ----------
    start, end : datetime.date
        First and last day; both belong to the period. Of a datetime only the date is kept.
    flags : tuple of str, optional
        What was doubtful in the spelling: "footnote_glued" (a footnote's digit hung on the
        year), "multi_year" ("2022-25" read as three financial years), "year_inferred" (the
        start had no year of its own). Not part of a comparison.

    Raises
    ------
    PeriodError
        If the end comes before the start, or a day lies outside 1899-00 to 2199-00.

    Examples
    --------
    >>> grant = Period.parse("October 2023 to March 2025")
    >>> grant.label, grant.days
    ('2023-10/2025-03', 548)
    >>> [year.label for year in grant.financial_years()]
    ['2023-24', '2024-25']
    """

    start: date
    end: date
    flags: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            day = getattr(self, name)
            if not isinstance(day, date) or is_missing(day):
                raise PeriodError(
                    f"{name}={day!r} is of type {type(day).__name__}; a period takes dates. "
                    f"Read text with Period.parse or parse_date."
                )
            if isinstance(day, datetime):
                day = day.date()
                object.__setattr__(self, name, day)
            check_known(day)
        if self.end < self.start:
            raise PeriodError(f"A period ends on {self.end}, before it starts on {self.start}.")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period in any of the spellings that publishers use.

        Parameters
        ----------
        text : str
            A financial year ("2023/24", "23/24", "FY 25/26", "2021 to 2022"), a calendar year
            ("2023"), a year ending ("year ending March 2013"), months to a day ("9 months to
            December 2023"), a span ("Apr 2023 - Mar 2024"), a month, a day, or a label.
            "2010-11" is the financial year, never November 2010.

        Returns
        -------
        Period

        Raises
        ------
        PeriodError
            If the text cannot be read without guessing, or gives one end only.

        Examples
        --------
        >>> Period.parse("year ending 31 March 2024") == Period.financial_year(2023)
        True
        >>> Period.parse("2013-141").label, Period.parse("2013-141").flags
        ('2013-14', ('footnote_glued',))
        >>> Period.parse("20022/23")
        Traceback (most recent call last):
        pccfunding.errors.PeriodError: Cannot read '20022/23' as a period: 20022 is no year. \
Did you mean 2022/23? Correct it at the source.
        """
        return cls(*read_period(text))

    @classmethod
    def of(cls, start: date, end: date) -> Period:
        """Build the period from its first and last day.

        Examples
        --------
        >>> Period.of(date(2023, 4, 1), date(2024, 3, 31)).label
        '2023-24'
        """
        return cls(start, end)

    @classmethod
    def financial_year(cls, start_year: int) -> Period:
        """Build the financial year that starts on 1 April of a year.

        Examples
        --------
        >>> Period.financial_year(1999).label
        '1999-00'
        """
        _check_year(start_year)
        return cls(date(start_year, 4, 1), date(start_year + 1, 3, 31))

    @classmethod
    def calendar_year(cls, year: int) -> Period:
        """Build the year from 1 January to 31 December.

        Examples
        --------
        >>> Period.calendar_year(2019).kind
        'calendar_year'
        """
        _check_year(year)
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def kind(self) -> str:
        """What the days make up.

        One of "financial_year", "calendar_year", "year_ending" (twelve whole months that end
        in another month), "month" and "span" (anything else, several whole years included).
        """
        if not self._is_months:
            return "span"
        if self.end == month_end(self.start.year, self.start.month):
            return "month"
        if self._next != add_months(self.start, 12):
            return "span"
        return {4: "financial_year", 1: "calendar_year"}.get(self.start.month, "year_ending")

    @property
    def label(self) -> str:
        """The one name of the period, which :meth:`parse` reads back.

        "2023-24" for a financial year, "2023-24/2024-25" for consecutive ones, "2023" for a
        calendar year, ISO months for other whole months, else ISO dates. Months whose names
        could be taken for financial years ("2004-05/2005-06") are written as dates too.
        """
        kind = self.kind
        if kind == "calendar_year":
            return f"{self.start:%Y}"
        if self._is_months and self.start.month == 4 and self.end.month == 3:
            first = financial_label(self.start.year)
            last = financial_label(self.end.year - 1)
            return first if kind == "financial_year" else f"{first}/{last}"
        if self._is_months and not all(
            day.month == (day.year + 1) % 100 for day in (self.start, self.end)
        ):
            return f"{self.start:%Y-%m}/{self.end:%Y-%m}"
        return f"{self.start}/{self.end}"

    @property
    def words(self) -> str:
        """The period as a sentence writes it.

        Examples
        --------
        >>> Period.parse("2021-22/2024-25").words, Period.parse("2022-10/2023-09").words
        ('2021-22 to 2024-25', 'October 2022 to September 2023')
        """
        whole_years = self._is_months and self.start.month == 4 and self.end.month == 3
        if whole_years or self.kind == "calendar_year":
            return self.label.replace("/", " to ")
        ends = [month_words(day) for day in (self.start, self.end)]
        if not self._is_months:
            ends = [f"{self.start.day} {ends[0]}", f"{self.end.day} {ends[1]}"]
        return " to ".join(dict.fromkeys(ends))

    @property
    def days(self) -> int:
        """Number of days, first and last included."""
        return (self.end - self.start).days + 1

    def overlap_days(self, other: Period) -> int:
        """Count the days that belong to both.

        Examples
        --------
        >>> Period.parse("2023").overlap_days(Period.parse("2023-24"))
        275
        """
        return max(0, (min(self.end, other.end) - max(self.start, other.start)).days + 1)

    def contains(self, other: Period | date) -> bool:
        """Whether a day, or every day of another period, belongs to this one.

        Examples
        --------
        >>> Period.parse("2023-24").contains(date(2024, 4, 1))
        False
        """
        if isinstance(other, Period):
            return self.start <= other.start and other.end <= self.end
        if not isinstance(other, date):
            raise PeriodError(f"{other!r} is no date and no Period; read text with parse_date.")
        day = other.date() if isinstance(other, datetime) else other
        return self.start <= day <= self.end

    def within(self, other: Period) -> bool:
        """Whether every day of this one belongs to the other.

        Examples
        --------
        >>> Period.parse("March 2024").within(Period.financial_year(2023))
        True
        """
        return other.contains(self)

    def financial_years(self) -> tuple[Period, ...]:
        """List the whole financial years that hold a day of this period, in order.

        Returns
        -------
        tuple of Period

        Examples
        --------
        >>> [year.label for year in Period.calendar_year(2023).financial_years()]
        ['2022-23', '2023-24']
        """
        years = range(financial_year_of(self.start), financial_year_of(self.end) + 1)
        return tuple(Period.financial_year(year) for year in years)

    def __str__(self) -> str:
        return self.label

    @property
    def _next(self) -> date:
        return self.end + timedelta(days=1)

    @property
    def _is_months(self) -> bool:
        return self.start.day == 1 and self._next.day == 1


def _check_year(year: int) -> None:
    if isinstance(year, bool) or not isinstance(year, int) or not 1899 <= year <= 2199:
        raise PeriodError(f"{year!r} is no year from 1899 to 2199. Write it in full, as in 2023.")
