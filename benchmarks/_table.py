"""The first table of the page: what a user would pick instead, and how ours stands beside it."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.startup import PEERS

__all__ = ["TABLE", "Row"]

_HAND = "pandas by hand"
_NUMPY = "numpy by hand, the same pence"


class Row(NamedTuple):
    """One workload beside one peer; without one, the growth or the time of ours alone."""

    workload: str
    benchmark: str
    peer: str | None = None


def _sized(words: str, name: str, sizes: dict[str, str], *peers: str) -> list[Row]:
    return [
        Row(f"{words}, {said}", f"{name}_{size}", peer)
        for size, said in sizes.items()
        for peer in peers
    ]


_ALONE = "pandas, a few lines: sums alone"
_SPEND = {"8": "8 rows", "100k": "100,000 rows", "1m": "1M rows", "10m": "10M rows"}
_GROWTH = {key: said for key, said in _SPEND.items() if key != "10m"}
_REPEATS, _CSV = "by hand, repeats found", "pandas.read_csv"
_SCIPY = ("scipy pearsonr", "scipy permutation_test, tuned")
TABLE: tuple[Row, ...] = (
    *_sized("spend per head, category keys", "sizes_spend_categories", _SPEND, _HAND, _ALONE),
    *_sized("spend per head, text keys", "sizes_spend_text", _SPEND, _HAND, _ALONE),
    *_sized("year on year, category keys", "sizes_growth_categories", _GROWTH, _HAND, _ALONE),
    *_sized("year on year, text keys", "sizes_growth_text", _GROWTH, _HAND, _ALONE),
    *_sized("awards over six areas", "apportion_frame", _GROWTH, _NUMPY),
    Row("awards over six areas, 1M, pence alone", "apportion_kernel", _NUMPY),
    *_sized("real terms", "measure_real_terms", {"8": "8 rows", "100k": "100,000 rows",
                                                 "1000k": "1M rows"}, _HAND),
    *_sized("reduction", "measure_reduction", {"8": "8 rows", "10k": "10,000 rows"}, _HAND),
    *_sized("offence rates", "measure_offence_rates", {"8": "8 rows", "10k": "10,000 rows"}, _HAND),
    *(Row("p of 120 pairs, 43 areas, 10,000 orders", "permutation_family_of_forces", peer)
      for peer in _SCIPY),
    *(Row("exact p of 120 pairs, six areas", "permutation_exact_six", peer) for peer in _SCIPY),
    *(Row("exact p of 120 pairs, eight areas", "permutation_exact_eight", peer)
      for peer in _SCIPY),
    Row("spend per head, Polars lazy, 10M rows", "ledger_on_polars", "by hand"),
    Row("spend per head, DuckDB, 10M rows", "ledger_on_duckdb", "by hand"),
    Row("street files, 516, by DuckDB", "street_many_files", f"DuckDB {_REPEATS}"),
    Row("street files, 516, by Polars", "street_many_files_on_polars", f"Polars {_REPEATS}"),
    Row("a street file read whole", "street_read", _CSV),
    Row("an award list of 100,000 rows", "award_list_import", f"{_CSV}, amounts and dates read"),
    Row("the whole Review, Python started anew", "review_startup", PEERS),
    Row("a family of associations, 4 to 400 classes", "growth_family"),
    Row("an interrupted series, 60 to 6,000 months", "interrupted_growth"),
    Row("lazy awards over 4 to 400 areas", "growth_lazy_apportion"),
    Row("a Review of 24 to 2,400 award lines", "growth_review"),
    Row("names of 300 to 30,000 recipients", "recipient_names_growth"),
)  # fmt: skip
