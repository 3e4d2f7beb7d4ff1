"""The same rows in every shape people have them in: one answer, or a refusal that is listed."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import Phase, given, settings, strategies as st

import pccfunding as pcc
from pccfunding.errors import PccFundingError
from pccfunding.plots import plot_slope

pa = pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

Columns: TypeAlias = dict[str, list[Any]]

AREAS = {
    "E23000036": "Avon and Somerset",
    "E23000029": "Thames Valley",
    "E23000016": "West Mercia",
    "W15000004": "Dyfed-Powys",
}
STREAMS = ("Road Safety", "Youth Fund")
YEARS = (2018, 2019)
DAYS = ("period_start", "period_end", "reference_date", "baseline_start", "baseline_end")
TEXTS = ("area_code", "funding_stream", "offence", "vintage", "financial_year", "flow")


def year(start: int) -> tuple[dt.date, dt.date]:
    return dt.date(start, 4, 1), dt.date(start + 1, 3, 31)


def drawn(seed: int) -> dict[str, Columns]:
    """Draw awards, people and offences of a few areas and years, some amounts unknown."""
    chance = random.Random(seed)
    awards: Columns = {name: [] for name in ("area_code", "funding_stream")}
    awards |= {name: [] for name in ("period_start", "period_end", "amount_gbp", "flow")}
    crime: Columns = {name: [] for name in ("area_code", "offence", *DAYS[:2], "offences")}
    people: Columns = {name: [] for name in ("area_code", "reference_date", "persons", "vintage")}
    rows: list[tuple[Columns, tuple[Any, ...]]] = []
    for area in AREAS:
        for start in YEARS:
            pence = chance.choice([None, chance.randint(1, 10**7), chance.randint(1, 10**7)])
            amount = None if pence is None else pence / 100
            stream, offences = chance.choice(STREAMS), chance.randint(50, 5000)
            rows.append((awards, (area, stream, *year(start), amount, None)))
            rows.append((crime, (area, "Robbery", *year(start), offences)))
            persons = chance.randint(10**5, 10**6)
            rows.append((people, (area, dt.date(start, 6, 30), persons, "rebased")))
    for table, row in rows:
        for column, value in zip(table.values(), row, strict=True):
            column.append(value)
    prices: Columns = {"financial_year": ["2018-19", "2019-20"], "price_index": [90.0, 100.0]}
    return {"awards": awards, "people": people, "crime": crime, "prices": prices}


# --- Shapes: what stands in the columns. -----------------------------------------------------


def mapped(names: tuple[str, ...], change: Callable[[Any], Any]) -> Callable[[Columns], Columns]:
    def shape(columns: Columns) -> Columns:
        return {
            name: [None if value is None else change(value) for value in values]
            if name in names
            else values
            for name, values in columns.items()
        }

    return shape


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)


def summer(day: dt.date) -> dt.datetime:
    """Give a midnight in British Summer Time, which is an hour before that in UTC."""
    return midnight(day).replace(tzinfo=dt.timezone(dt.timedelta(hours=1)))


def utc(day: dt.date) -> dt.datetime:
    return midnight(day).replace(tzinfo=dt.UTC)


def in_utc(day: dt.date) -> dt.datetime:
    return summer(day).astimezone(dt.UTC)


def spelled(name: str, spell: Callable[[pcc.Period], Any]) -> Callable[[Columns], Columns]:
    def shape(columns: Columns) -> Columns:
        if "period_start" not in columns:
            return columns
        ends = zip(columns["period_start"], columns["period_end"], strict=True)
        rest = {key: values for key, values in columns.items() if not key.startswith("period_")}
        return rest | {name: [spell(pcc.Period.of(*both)) for both in ends]}

    return shape


def named(columns: Columns) -> Columns:
    """Name the areas, but not those of the people: they say of what kind the names are."""
    if "area_code" not in columns or "persons" in columns:
        return columns
    rest = {key: values for key, values in columns.items() if key != "area_code"}
    return {"area": [AREAS[code] for code in columns["area_code"]]} | rest


VALUES: dict[str, Callable[[Columns], Columns]] = {
    "dates": lambda columns: columns,
    "datetimes": mapped(DAYS, midnight),
    "ISO text": mapped(DAYS, str),
    "ISO text with midnight": mapped(DAYS, lambda day: f"{day}T00:00:00"),
    "midnight in a zone": mapped(DAYS, utc),
    "an hour in a zone": mapped(DAYS, in_utc),
    "a period of text": spelled("period", lambda period: period.label.replace("-", "/")),
    "a financial year of text": spelled("financial_year", lambda period: period.label),
    "a period of the library's own": spelled("period", lambda period: period),
    "areas by name": named,
    "decimals": mapped(("amount_gbp",), lambda value: Decimal(f"{value:.2f}")),
    "amounts of text": mapped(("amount_gbp", "offences"), lambda value: f"£{value:,.2f}"),
    "dates day first": mapped(DAYS, lambda day: f"{day:%d/%m/%Y}"),
}


# --- Engines: what holds the columns. --------------------------------------------------------


def in_pandas(columns: Columns) -> Any:
    frame = pd.DataFrame(columns)
    for name in TEXTS:
        if name in frame and frame[name].isna().all():
            frame[name] = frame[name].astype(object)
    return frame


def in_polars(columns: Columns) -> Any:
    try:
        return pl.DataFrame(columns)
    except TypeError:
        return pytest.skip("Polars holds no such objects")


def in_arrow(columns: Columns) -> Any:
    try:
        return pa.table(columns)
    except pa.ArrowInvalid:
        return pytest.skip("Arrow holds no such objects")


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    days = [name for name in frame if name in DAYS]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in days})


def pandas_periods(columns: Columns) -> Any:
    frame = typed(pd.DataFrame(columns))
    days = [name for name in frame if name in DAYS]
    return frame.assign(**{name: frame[name].dt.to_period("D") for name in days})


def pandas_categories(columns: Columns) -> Any:
    frame = pd.DataFrame(columns)
    odd = [name for name in frame if frame[name].dtype != "int64"]
    return frame.astype(dict.fromkeys(odd, "category"))


def pandas_odd_index(columns: Columns) -> Any:
    frame = typed(pd.DataFrame(columns))
    return frame.set_axis([f"row {number % 3}" for number in range(len(frame))])


def pandas_csv(columns: Columns) -> Any:
    return pd.read_csv(io.StringIO(typed(pd.DataFrame(columns)).to_csv(index=False)))


def polars_csv(columns: Columns) -> Any:
    return pl.read_csv(io.BytesIO(pl.DataFrame(columns).write_csv().encode()))


ENGINES: dict[str, Callable[[Columns], Any]] = {
    "pandas": in_pandas,
    "Polars": in_polars,
    "pyarrow": in_arrow,
    "lazy Polars": lambda columns: in_polars(columns).lazy(),
    "DuckDB": lambda columns: duckdb.from_arrow(in_arrow(columns)),
}
# Shapes of one engine alone, of plain dates.
OF_ONE_ENGINE: dict[str, Callable[[Columns], Any]] = {
    "pandas, typed": lambda columns: typed(pd.DataFrame(columns)),
    "pandas Period": pandas_periods,
    "pandas categories": pandas_categories,
    "pandas nullable": lambda columns: typed(pd.DataFrame(columns)).convert_dtypes(),
    "pandas on pyarrow": lambda columns: typed(pd.DataFrame(columns)).convert_dtypes(
        dtype_backend="pyarrow"
    ),
    "pandas, odd index": pandas_odd_index,
    "pandas, CSV": pandas_csv,
    "Polars, CSV": polars_csv,
    "pandas, area_code in the index": lambda columns: (
        typed(pd.DataFrame(columns)).set_index("area_code")
        if "area_code" in columns
        else typed(pd.DataFrame(columns))
    ),
    "pandas, columns of two levels": lambda columns: pd.concat(
        {"given": typed(pd.DataFrame(columns))}, axis=1
    ),
    "pandas, a column twice": lambda columns: (frame := typed(pd.DataFrame(columns))).iloc[
        :, [0, *range(frame.shape[1])]
    ],
}
SHAPES = {
    **{
        f"{shape}, {engine}": (lambda columns, value=value, make=make: make(value(columns)))
        for shape, value in VALUES.items()
        for engine, make in ENGINES.items()
    },
    **OF_ONE_ENGINE,
}


# --- Verbs: what is asked. -------------------------------------------------------------------

Make: TypeAlias = Callable[[Columns], Any]


def answer(native: Any, *names: str) -> list[dict[str, Any]]:
    """Give the rows of an answer as plain Python, sorted: days as text, what is missing as None."""
    frame = nw.from_native(native).lazy().collect()
    frame = frame.select(*(name for name in names or frame.columns if name in frame.columns))
    rows = [dict(zip(frame.columns, map(plain, row), strict=True)) for row in frame.iter_rows()]
    return sorted(rows, key=repr)


def plain(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    return value if isinstance(value, str) else float(value)


def spend(make: Make, given: dict[str, Columns]) -> Any:
    people = make(given["people"])
    return answer(pcc.per_capita_spend(make(given["awards"]), people, by="area_code"))


def growth(make: Make, given: dict[str, Columns]) -> Any:
    table = make(given["awards"])
    return answer(pcc.year_on_year(table, value="amount_gbp", by=["area_code", "funding_stream"]))


def prices(make: Make, given: dict[str, Columns]) -> Any:
    found = pcc.real_terms(make(given["awards"]), make(given["prices"]), base="2019-20")
    return answer(found, "amount_real_gbp", "price_base", "period_start", "unknown_reason")


def parts(make: Make, given: dict[str, Columns]) -> Any:
    found = pcc.apportion(make(given["awards"]), to="financial_year")
    rows = answer(found, "period_start", "period_end", "amount_gbp", "basis", "unknown_reason")
    return [{"unknown_reason": None} | row for row in rows]


def falls(make: Make, given: dict[str, Columns]) -> Any:
    how: dict[str, Any] = {"baseline": "2018-19", "comparison": "2019-20", "by": "area_code"}
    return answer(pcc.reduction(make(given["crime"]), population=make(given["people"]), **how))


def totals(make: Make, given: dict[str, Columns]) -> Any:
    found = pcc.reconcile(make(given["awards"]), dict.fromkeys(AREAS, "£100"), by="area_code")
    return sorted((key, one.text, one.verdict) for key, one in found.groups)


def together(make: Make, given: dict[str, Columns]) -> Any:
    rate: Columns = {"spend_gbp_per_head": [1.5, 2.0, 3.5, 4.0]}
    early = {name: values[::2] for name, values in given["awards"].items() if "amount" not in name}
    late = {name: values[1::2] for name, values in given["crime"].items() if "offence" not in name}
    before = [*map(float, given["crime"]["offences"][::2])]
    after = [*map(float, given["crime"]["offences"][1::2])]
    counts: Columns = {"offences_baseline": before, "offences_comparison": after}
    found = pcc.spend_vs_reduction(
        make(early | rate), make(late | counts), redraws=20, family=1, override="pandemic months"
    )
    return found.verdict, found.reason, found.estimate, found.p_value, found.spend_window


def slope(make: Make, given: dict[str, Columns]) -> Any:
    counts = [float(offences) for offences in given["crime"]["offences"]]
    rows: Columns = {"label": [*AREAS.values()], "before": counts[::2], "after": counts[1::2]}
    return plot_slope(make(rows)).get_label()


def behind(given: dict[str, Columns]) -> tuple[Columns, Columns]:
    """Give results of the earlier year in two areas, and awards that name their figures."""
    ends = dict(
        zip(("period_start", "period_end"), ([day, day] for day in year(2018)), strict=True)
    )
    spend: Columns = {"area_code": [*AREAS][:2], **ends, "spend_gbp": [1.0, 2.0]}
    return spend, given["awards"] | {"figure_id": [*pcc.load_awards()["figure_id"]]}


def ways(make: Make, given: dict[str, Columns]) -> Any:
    spend, awards = behind(given)
    return answer(pcc.trace(make(spend), of=make(awards)), "figure_id")


def cited(make: Make, given: dict[str, Columns]) -> Any:
    spend, awards = behind(given)
    rows = answer(pcc.cite(make(spend), of=make(awards)), "source_id", "tokens")
    # Tokens stand in the order of the keys, and names are not in the order of their codes.
    return [row | {"tokens": sorted(row["tokens"].split("; "))} for row in rows]


def read_again(make: Make, given: dict[str, Columns]) -> Any:
    listed = {"recipient": [f"Body {at}" for at in range(len(AREAS) * len(YEARS))]}
    found = pcc.read_awards(make(listed | given["awards"]))
    assert found.rejected.empty
    return answer(found.frame, "recipient", "area_code", "amount_gbp", "period_start", "period_end")


def encoded(make: Make, given: dict[str, Columns]) -> Any:
    found = pcc.encode_keys(make(given["awards"]), vocabularies={"funding_stream": STREAMS})
    kind = nw.from_native(found).collect_schema()["funding_stream"]
    assert isinstance(kind, nw.Categorical | nw.Enum)
    return answer(found, "funding_stream")


VERBS: dict[str, Callable[[Make, dict[str, Columns]], Any]] = {
    "per_capita_spend": spend,
    "year_on_year": growth,
    "real_terms": prices,
    "apportion": parts,
    "reduction": falls,
    "reconcile": totals,
    "spend_vs_reduction": together,
    "plot_slope": slope,
    "trace": ways,
    "cite": cited,
    "read_awards": read_again,
    "encode_keys": encoded,
}

# --- What is refused, by shape and verb: the first line that fits holds. ------------------------

LAZY = "(lazy Polars|DuckDB)"
ROWS = "(per_capita_spend|year_on_year|real_terms|apportion|reduction)"
BY_AREA = "(per_capita_spend|year_on_year|reduction|reconcile)"
WAYS = "(trace|cite)"
ANY = ".*"
# Rows of a lazy frame are not looked at: what is refused at hand is unknown, with its reason.
UNKNOWN = "unknown"
# What cannot be read lies behind no row of a result.
NOTHING = "nothing"
REFUSED: list[tuple[str, str, str]] = [
    ("pandas, columns of two levels", ANY, r"has columns of 2 levels, .*columns = \["),
    (f".*, {LAZY}", "plot_slope", "plot_slope takes a data frame whose rows are at hand"),
    ("pandas, a column twice", ANY, "has more than one column '.*'. Drop or rename"),
    (
        "pandas, area_code in the index",
        f"({BY_AREA}|spend_vs_reduction)",
        r"no column 'area_code'\. 'area_code' stands in the index: reset_index\(\) makes",
    ),
    (f"midnight in a zone, {LAZY}", ROWS, "holds days with a zone, which no lazy frame is read by"),
    (
        "an hour in a zone, (pandas|Polars|pyarrow)",
        f"({ROWS}|spend_vs_reduction)",
        "2018-03-31 23:00 .*no midnight|2018-03-31 23:00.* no day that can be read",
    ),
    (f"an hour in a zone, {LAZY}", ROWS, "holds days with a zone, which no lazy frame is read by"),
    ("an hour in a zone, .*", "spend_vs_reduction", "2018-03-31 23:00 .*no midnight"),
    (f"dates day first, {LAZY}", "reduction", "has no row for exactly 2018-19 or 2019-20"),
    (f"dates day first, {LAZY}", ROWS, UNKNOWN),
    (
        "dates day first, .*",
        f"({ROWS}|spend_vs_reduction)",
        r"read the column day first: .*parse_d",
    ),
    (f"a period of text, {LAZY}", "reduction", "has no row for exactly 2018-19 or 2019-20"),
    (f"a period of text, {LAZY}", ROWS, UNKNOWN),
    (
        "a period of the library's own, lazy Polars",
        ROWS,
        "column 'period' holds Struct.*, not text such as '2023-24'. Give period_start",
    ),
    (
        "a period of the library's own, .*Polars",
        f"({ROWS}|spend_vs_reduction)",
        "column 'period' holds .* which is no period. Write it as '2023-24'",
    ),
    (
        f"areas by name, {LAZY}",
        BY_AREA,
        "names in 'area' are not looked up in a lazy frame. Join the codes of load_areas",
    ),
    (
        f"midnight in a zone, {LAZY}",
        WAYS,
        "holds days with a zone, which no lazy frame is read by",
    ),
    (f"an hour in a zone, {LAZY}", WAYS, "holds days with a zone, which no lazy frame is read by"),
    ("an hour in a zone, .*", f"{WAYS}|read_awards", "2018-03-31 23:00 .*no midnight"),
    (f"(a period of text|dates day first), {LAZY}", "trace", NOTHING),
    (
        f"(a period of text|dates day first), {LAZY}",
        "cite",
        r"No row of the table of= lies behind this result: their keys or days differ\. Days of a",
    ),
    ("dates day first, .*", WAYS, r"read the column day first: .*parse_d"),
    (
        "a period of the library's own, lazy Polars",
        WAYS,
        "column 'period' holds Struct.*, not text such as '2023-24'. Give period_start",
    ),
    (
        "a period of the library's own, Polars",
        WAYS,
        "column 'period' holds .* which is no period. Write it as '2023-24'",
    ),
    (
        "a period of the library's own, .*Polars",
        "read_awards",
        "column 'period' holds Struct.*, which is no cell of a list. Write it as text",
    ),
    ("pandas, area_code in the index", WAYS, r"no column 'area_code'\. 'area_code' stands in the"),
    (
        ".*, (pyarrow|lazy Polars|DuckDB)",
        "encode_keys",
        "keys are encoded in a DataFrame of pandas or Polars. A lazy engine encodes for itself",
    ),
    ("amounts of text, .*", "reduction", "'offences' holds .*, not numbers. Turn it into numbers"),
    ("amounts of text, .*", f"({ROWS}|reconcile)", r"'amount_gbp' holds .* Read .*read_awards\("),
]


def refusal(shape: str, verb: str) -> str | None:
    for shapes, verbs, says in REFUSED:
        if re.fullmatch(shapes, shape) and re.fullmatch(verbs, verb):
            return says
    return None


@cache
def expected(verb: str, seed: int) -> Any:
    return VERBS[verb](lambda columns: typed(pd.DataFrame(columns)), drawn(seed))


def cases() -> list[Any]:
    """Give each shape with the verbs asked of it; DuckDB plans seconds for each `apportion`."""
    rest = tuple(verb for verb in VERBS if verb != "apportion")
    found = []
    for shape in SHAPES:
        planned = shape.endswith(", DuckDB")
        found.append(pytest.param(shape, rest if planned else tuple(VERBS), id=shape))
        if planned:
            name = f"{shape}, apportion"
            found.append(pytest.param(shape, ("apportion",), id=name, marks=pytest.mark.slow))
    return found


# The README's run draws one set of tables, .ci/run several.
@pytest.mark.parametrize(("shape", "verbs"), cases())
@settings(max_examples=max(1, settings.default.max_examples // 50), phases=[Phase.generate])
@given(seed=st.integers(0, 10**6))
def test_a_shape_gives_the_same_answer_or_a_listed_refusal(
    shape: str, verbs: tuple[str, ...], seed: int
) -> None:
    make, given_tables = SHAPES[shape], drawn(seed)
    for verb in verbs:
        ask = VERBS[verb]
        says = refusal(shape, verb)
        if says == UNKNOWN:
            rows = ask(make, given_tables)
            assert rows, verb
            assert all(row["unknown_reason"] for row in rows), verb
        elif says == NOTHING:
            assert ask(make, given_tables) == [], verb
        elif says is not None:
            with pytest.raises(PccFundingError, match=says):
                ask(make, given_tables)
        else:
            assert ask(make, given_tables) == expected(verb, seed), verb


def test_every_line_of_the_refusals_is_needed() -> None:
    pairs = [(shape, verb) for shape in SHAPES for verb in VERBS]
    for line in REFUSED:
        assert any(refusal(*pair) == line[2] for pair in pairs), line
