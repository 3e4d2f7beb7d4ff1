"""Totals that a list prints, and what was spent of its awards: amounts and checks of evidence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from pccfunding.evidence.reconcile_statements import work_statements
from pccfunding.evidence.tables import LONGEST_TEXT
from pccfunding.evidence.token_columns import TOKEN_COLUMNS, token_columns
from pccfunding.formats.award_files.content_ids import content_ids
from pccfunding.formats.award_files.money_columns import read_one
from pccfunding.formats.award_files.stored_tables import stored_table
from pccfunding.money.pence import exact_sum
from pccfunding.words import count, is_missing, pounds

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.evidence import Evidence

NOT_PUBLISHED = "not published"
_SAME = ("funding_stream", "funder", "flow", "status", "area_code", "recipient")


def with_totals(
    stored: dict[str, pd.DataFrame], rows: pd.DataFrame, totals: pd.DataFrame | None
) -> dict[str, pd.DataFrame]:
    """Add to the tables of a list its printed totals, what was spent, and the checks of both.

    Parameters
    ----------
    stored : dict of str to DataFrame
        Tables of the awards alone.
    rows : DataFrame
        The awards as they were read, in the same order.
    totals : DataFrame or None
        The `totals` of ``read_awards``.
    """
    import pandas as pd

    awards = stored["awards"]
    made = _Made(stored, rows)
    known = set(awards["subject_id"])
    for name in awards["part_of"].dropna().unique():
        if name in known:
            made.whole(name, awards.index[awards["part_of"] == name].tolist())
    if "spent" in rows:
        made.spent()
    if totals is not None and len(totals):
        made.totals(totals)
    added = {
        "totals": stored_table("totals", made.columns("totals"), len(made.rows["totals"])),
        "figures": stored_table("figures", made.columns("figures"), len(made.rows["figures"])),
        "statements": stored_table(
            "statements", made.columns("statements"), len(made.rows["statements"])
        ),
    }
    part_of = awards["part_of"].where(awards["part_of"].notna(), made.part_of)
    return stored | {
        "awards": awards.assign(part_of=part_of.astype(awards["part_of"].dtype)),
        "totals": added["totals"],
        "figures": pd.concat(
            [one for one in (stored["figures"], added["figures"]) if len(one)]
            or [stored["figures"]],
            ignore_index=True,
        ),
        "statements": made.judged(added["statements"], stored["figures"], added["figures"]),
    }


class _Made:
    """Rows that a list adds beside its awards."""

    def __init__(self, stored: dict[str, pd.DataFrame], rows: pd.DataFrame) -> None:
        import pandas as pd

        self.awards, self.figures = stored["awards"], stored["figures"]
        self.read = rows
        self.listing = str(self.awards["listing"].iloc[0]) if len(self.awards) else ""
        self.rows: dict[str, list[dict[str, Any]]] = {
            "totals": [], "figures": [], "statements": [],
        }  # fmt: skip
        self.part_of = pd.Series(None, index=self.awards.index, dtype="object")

    def columns(self, name: str) -> dict[str, list[Any]]:
        """Give the rows of a table as columns."""
        names = dict.fromkeys(key for row in self.rows[name] for key in row)
        return {key: [row.get(key) for row in self.rows[name]] for key in names}

    def amount(self, key: str, text: str, place: str, **subject: Any) -> None:
        """Add a printed amount that is no award of the list."""
        printed, _, kind = read_one(text, "")[1:]
        token = None if printed is None else text.strip()
        self.rows["totals"].append({"subject_id": key, **subject})
        read = token_columns(token, unit="GBP", precision="exact")
        unknown = None if token else kind or "not_published"
        self.rows["figures"].append(
            {
                "figure_id": key,
                "subject_id": key,
                "source_id": self.figures["source_id"].iloc[0],
                "locator": place,
                "token": token,
                "unit": "GBP",
                "precision": "exact" if token else "as_printed",
                **{name: read[name] for name in (*TOKEN_COLUMNS, "flags")},
                "unknown": unknown,
                "unknown_reason": f"The file prints {text.strip()!r}." if unknown else None,
                "verified": "yes",
            }
        )

    def whole(self, name: str, own: list[Any]) -> None:
        """Hold the amount of an award over several years against its yearly rows."""
        whole = self.awards[self.awards["subject_id"] == name].iloc[0]
        years = self.awards.loc[own]
        covered = (
            years["period_start"].min() <= whole["period_start"]
            and years["period_end"].max() >= whole["period_end"]
        )
        self.check(
            f"{name}-years",
            "The yearly amounts add up to the whole award of " + str(whole["recipient"]),
            years["subject_id"].tolist(),
            name,
            complete=bool(covered),
        )

    def spent(self) -> None:
        """Make what was spent of each award an amount with status outturn."""
        given = self.read["spent"].notna() & (self.read["spent"].str.strip() != "")
        for at in self.read.index[given]:
            award = self.awards.loc[at]
            self.amount(
                f"{award['subject_id']}-spent",
                str(self.read.at[at, "spent"]),
                str(self.read.at[at, "place"]) + ", spent",
                **{name: award[name] for name in (*_SAME, "period_start", "period_end")}
                | {"kind": "award", "status": "outturn", "part_of": None},
            )

    def totals(self, totals: pd.DataFrame) -> None:
        """Make each printed total an amount, and a check of the awards that it stands under."""
        at_place = {place: row for row, place in enumerate(self.read["place"])}
        keys = [[row["label"], row["column"], "total"] for row in totals.to_dict("records")]
        others = [[row["place"], row["token"]] for row in totals.to_dict("records")]
        names = content_ids(f"{self.listing}-total", keys, others)
        scopes = []
        for name, row in zip(names, totals.to_dict("records"), strict=True):
            places = [one for one in str(row.get("parts") or "").split("; ") if one]
            scope = [at_place[place] for place in places if place in at_place]
            scopes.append((len(scope), name, row, scope, len(scope) < len(places)))
        for size, name, row, scope, lost in sorted(scopes, key=lambda one: -one[0]):
            parts = self.awards.loc[scope]
            shared = {
                field: parts[field].iloc[0] if size and parts[field].nunique() == 1 else None
                for field in _SAME
            }
            label = " ".join(str(row["label"]).split()) or "Total"
            self.amount(
                name,
                str(row["token"]),
                str(row["place"]),
                **shared
                | {
                    "funding_stream": shared["funding_stream"] or label,
                    "area_code": self.awards["area_code"].iloc[0],
                    "status": shared["status"] or "award",
                    "kind": "total",
                    "period_start": parts["period_start"].min() if size else None,
                    "period_end": parts["period_end"].max() if size else None,
                    "purpose": f"{label}, as printed",
                    "part_of": self._larger(scope),
                },
            )
            if size and shared["status"] and (shared["flow"] or parts["flow"].isna().all()):
                self.check(
                    f"{name}-adds-up",
                    f"{label} ({row['place']}) is the sum of {row['rows']}",
                    [*parts["subject_id"], *([NOT_PUBLISHED] if lost else [])],
                    name,
                )
            self.part_of.iloc[scope] = name

    def _larger(self, scope: list[int]) -> str | None:
        """Name the smallest total so far that holds all awards of a scope."""
        named: list[Any] = list(self.part_of.iloc[scope].unique()) if scope else []
        return str(named[0]) if len(named) == 1 and not is_missing(named[0]) else None

    def check(
        self, key: str, said: str, left: list[str], right: str, *, complete: bool = True
    ) -> None:
        """Add the statement that amounts add up to another."""
        joined = ";".join(left)
        if len(joined) > LONGEST_TEXT:
            of = self.awards["subject_id"].isin(left)
            values = self.figures.loc[of.to_numpy(), ["token", "value"]]
            added = exact_sum(values["value"].dropna().astype(float)) or 0
            joined = f"GBP:{pounds(float(added), places=2)}"
            joined += f";{NOT_PUBLISHED}" if values["value"].isna().any() else ""
            said += f", {count(len(left))} amounts added up here"
        self.rows["statements"].append(
            {
                "statement_id": key,
                "statement": said,
                "relation": "sum" if complete else "part_of",
                "left": joined,
                "right": right,
                "source_id": self.figures["source_id"].iloc[0],
                "locator": "the list itself",
                "complete": complete,
                "area_code": self.awards["area_code"].iloc[0],
                "expected_verdict": "cannot be told",
            }
        )

    def judged(self, statements: pd.DataFrame, *figures: pd.DataFrame) -> pd.DataFrame:
        """Record the verdict of each statement, as arithmetic gives it."""
        import pandas as pd

        if statements.empty:
            return statements
        held = pd.concat([one for one in figures if len(one)], ignore_index=True)
        mini = cast("Evidence", SimpleNamespace(statements=statements, figures=held))
        worked = work_statements(mini)
        verdicts = [result.verdict for _, result in worked]
        reasons = pd.Series([result.reason for _, result in worked], dtype="str")
        return statements.assign(expected_verdict=verdicts, expected_reason=reasons)
