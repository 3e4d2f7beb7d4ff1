"""The Review: what the evidence says of one area and period, gathered into tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pccfunding.areas import Area, find_area
from pccfunding.errors import PeriodError, TableError, UnknownNameError
from pccfunding.evidence import Evidence
from pccfunding.evidence.evidence import bundled_table, codes_within
from pccfunding.evidence.reconcile_statements import figure_ids, work_statements
from pccfunding.evidence.tables import LONGEST_TEXT
from pccfunding.evidence.tracing import cite
from pccfunding.measures.award_years import award_years
from pccfunding.office import FolderEvidence, read_evidence
from pccfunding.periods import Period
from pccfunding.results import Face
from pccfunding.review_pack.completeness import duty, statutory_fields
from pccfunding.review_pack.record import Record, crime_of
from pccfunding.review_pack.tables_beside import beside
from pccfunding.review_pack.tables_changes import (
    breaks_between,
    other_changes,
    recomputed_changes,
)
from pccfunding.review_pack.tables_comparison import (
    class_years,
    earlier_years,
    elsewhere,
    force_rates,
    need,
    noise,
)
from pccfunding.review_pack.tables_places import (
    district_changes,
    districts,
    months_scatter,
    nearest_counts,
    other_rates,
    severity,
)
from pccfunding.review_pack.tables_spending import (
    compared_years,
    series_rows,
    spend_per_head,
    themes,
)
from pccfunding.review_pack.tables_sums import award_lines, recipients, subtotals
from pccfunding.words import count

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from pccfunding.reconciliation import Reconciliation
    from pccfunding.review_pack.blocks import Page

__all__ = ["Review", "review"]


@dataclass(frozen=True)
class Review(Face, Record):
    """What the evidence says of one area and period.

    Attributes
    ----------
    area : Area
    period : Period
    evidence : Evidence
        The tables it was made from.
    tables : dict of str to DataFrame
        What the page shows, at full precision: awards, subtotals, duty, statutory_fields,
        spend_per_head, year_on_year, statements, changes, other_changes, nearest, noise, months,
        earlier_years, elsewhere, need, districts, district_changes, severity, other_rates,
        force_rates, status, beside, themes, totals, outcomes, services, left_out,
        sources, not_held.
    statements : tuple of (dict, Reconciliation)
        Every statement with its working.
    exceptions : dict of str to str
        A recorded reason for each conflict that has one, by the statement's id.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> found = pcc.review(pcc.load_evidence())
    >>> found.area.name, found.period.label
    ('Cambridgeshire', '2021-22/2024-25')
    """

    @property
    def frame(self) -> pd.DataFrame:
        """The award lines, at full precision."""
        return self.tables["awards"]

    @property
    def summary(self) -> pd.DataFrame:
        """What was found, as one short table: `finding`, `number`, `note`."""
        import pandas as pd

        from pccfunding.review_pack.key_figures import key_facts

        facts = key_facts(self)
        return pd.DataFrame(facts, columns=["finding", "number", "note"])

    @property
    def text(self) -> str:
        """Two sentences that can be pasted."""
        verdicts = [result.verdict for _, result in self.statements]
        return (
            f"{len(verdicts)} statements about {self.area.name} were worked: "
            f"{verdicts.count('reconciles')} hold, {verdicts.count('conflicts')} conflict, "
            f"{verdicts.count('cannot be told')} cannot be told.\n"
            "Spend and outcome stand side by side here, which does not show that one moved the "
            "other."
        )

    @property
    def cautions(self) -> tuple[str, ...]:
        """Codes of what a reader must bear in mind."""
        codes = ["one-area"]
        if any(result.verdict == "conflicts" for _, result in self.statements):
            codes.append("conflicts")
        if self.tables["awards"]["unknown"].notna().any():
            codes.append("amounts-unknown")
        return tuple(codes)

    def page(self) -> Page:
        """Lay the Review out as the page that people read."""
        from pccfunding.review_pack.layout import PAGE, lay_out

        return lay_out(self)[0][PAGE]

    def write(
        self, directory: str | Path, *, force: bool = False, zip: bool = False
    ) -> tuple[Path, ...]:
        """Write the pack to a folder: page, tables, register, method and manifest.

        Parameters
        ----------
        directory : str or Path
            Created where it does not exist.
        force : bool, default False
            Write over an earlier pack; one that somebody signed is kept beside it, as
            `NAME-signed-N`.
        zip : bool, default False
            Write the same files as a zip archive beside the folder too.

        Returns
        -------
        tuple of Path
            The files written, the page first.

        Raises
        ------
        FileExistsError
            If a file is there and `force` was not given.
        """
        from pccfunding.review_pack.pack import write_review

        return write_review(self, Path(directory), force=force, archive=zip)

    def write_brief(self, directory: str | Path) -> Path:
        """Write the brief as a Word document beside the pack, for people to edit.

        Parameters
        ----------
        directory : str or Path
            The folder of the pack. The document stands beside it, as `NAME-brief.docx`; one that
            is there already, and differs, is kept, and the new one takes the next number.

        Returns
        -------
        Path

        Raises
        ------
        MissingExtraError
            If the extra `office` is not installed.
        """
        from pccfunding.review_pack.pack import write_word_brief

        return write_word_brief(self, Path(directory))


def review(
    evidence: Evidence | str | Path,
    *,
    area_code: str | None = None,
    period: str | Period | None = None,
    exceptions: Mapping[str, str] | None = None,
) -> Review:
    """Review what a commissioner funded against the outcomes that were reported.

    Parameters
    ----------
    evidence : Evidence, str or Path
        The bundled evidence, one that was read, or the folder to read it from.
    area_code : str, optional
        Name or ONS code of the police force area; by default that of sheet Start, else the one of
        the award listing.
    period : str or Period, optional
        By default that of sheet Start, else the period of the largest sum that the listing is
        part of.
    exceptions : mapping of str to str, optional
        A reason for a conflict, by the statement's id, in place of the explanation that the
        evidence holds: a pack can be signed only when each conflict has one.

    Returns
    -------
    Review

    Raises
    ------
    TableError
        If no award line is for this area.
    PeriodError
        If no award line lies within the period.
    UnknownNameError
        If the area is not known, or an exception names no conflict.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> found = pcc.review(pcc.load_evidence(), area_code="Cambridgeshire", period="2023-24")
    >>> found.tables["subtotals"]["amount_gbp"].tolist()
    [3746484.0, 1903112.0, 331862.0, 5981458.0]
    """
    if not isinstance(evidence, Evidence):
        evidence = read_evidence(evidence)
    folder = evidence if isinstance(evidence, FolderEvidence) else None
    if folder is not None:
        area_code = area_code or (folder.area.code if folder.area else None)
        period = period or folder.period
    area = find_area(area_code or _area_with_most_lines(evidence))
    awards = evidence.awards[evidence.awards["area_code"] == area.code]
    if awards.empty:
        held = ", ".join(sorted(evidence.awards["area_code"].unique())) or "none"
        raise TableError(
            f"The evidence holds no award line for {area.name} ({area.code}); it holds lines for "
            f"{held}. Read other evidence with --evidence or read_evidence(folder)."
        )
    span = _span(evidence, awards) if period is None else _period(period)
    awards = _touched(awards, span)
    if awards.empty:
        raise PeriodError(
            f"No award line for {area.name} lies within {span.label}; the lines are for "
            f"{', '.join(sorted(evidence.awards['period'].unique()))}."
        )
    # Columns that a list has for itself stay in the evidence.
    own = [name for name in awards.columns if str(name).startswith("printed_")]
    lines = award_lines(_in_printed_order(awards.drop(columns=own), evidence))
    years = _within(award_years(lines), span)
    statements = _touching(work_statements(evidence, area_code=area.code), evidence, span)
    given = _explained(statements) | _exceptions(dict(exceptions or {}), statements)
    tables = {
        "awards": lines,
        "award_years": years,
        "subtotals": subtotals(years, by="funder_group"),
        "recipients": recipients(years),
        "duty": duty(lines),
        "statutory_fields": statutory_fields(lines),
        "spend_per_head": spend_per_head(evidence, years),
        "year_on_year": _overlapping(compared_years(evidence, area.code), span),
        "statements": _statement_table(statements),
        "outcomes": _of_area(evidence.outcomes, evidence, area, span),
        "totals": _of_area(evidence.totals, evidence, area, span),
    }
    start = min(lines["period_start"].min().date(), span.start)
    tables |= _counted(evidence, area.code, start, span)
    services = evidence.services
    tables["services"] = services[services["area_code"] == area.code].reset_index(drop=True)
    tables["series"] = _overlapping(series_rows(evidence, area.code), span)[_SERIES]
    tables["left_out"] = _left_out(folder)
    tables["status"] = _status(tables)
    tables["beside"] = beside(tables)
    tables["themes"] = themes(tables)
    tables["other_years"] = _other_years(evidence, area, lines)
    tables["not_held"] = _not_held(evidence)
    tables["sources"] = _sources(evidence, tables)
    return Review(area, span, evidence, tables, statements, given)


def _counted(
    evidence: Evidence, area_code: str, start: dt.date, span: Period
) -> dict[str, pd.DataFrame]:
    """Tables of what was counted: the printed changes, and all that stands beside them."""
    areas = evidence.areas
    inside = areas[areas["parent_code"].eq(area_code) & areas["kind"].eq("local_authority")]
    years = class_years(evidence)
    worked = replace(evidence, recorded_crime=crime_of(evidence, years))
    changes = recomputed_changes(worked, area_code)
    others = other_changes(worked, area_code)
    tables = {
        "places": inside[["area_code", "name"]].reset_index(drop=True),
        "class_years": years,
        "changes": _overlapping(changes, span),
        "other_changes": _beside_elsewhere(worked, area_code, others),
        "districts": districts(evidence, area_code, start),
        "district_changes": district_changes(evidence, area_code),
        "severity": severity(evidence, area_code, start),
        "other_rates": other_rates(evidence, area_code, start),
    }
    shown = tables["changes"]
    tables["noise"] = noise(shown)
    tables["nearest"] = nearest_counts(evidence, area_code, shown)
    tables["months"] = months_scatter(evidence, area_code, shown)
    tables["earlier_years"] = earlier_years(worked, area_code, shown)
    tables["elsewhere"] = elsewhere(worked, area_code, shown)
    tables["breaks_elsewhere"] = _breaks_elsewhere(worked, area_code, tables["elsewhere"])
    tables["force_rates"] = force_rates(worked, shown)
    tables["need"] = need(tables["force_rates"], area_code, shown)
    return tables


def _beside_elsewhere(evidence: Evidence, area_code: str, others: pd.DataFrame) -> pd.DataFrame:
    """Hold the classes that stand beside the quoted ones against the other areas, as those are."""
    named = others.assign(
        subject_id=others["offence"] + ":" + others["period"] + ":" + others["baseline"],
        measure=others["offence"],
        offence_match="same",
    )
    told = elsewhere(evidence, area_code, named)
    if told.empty:
        return named.assign(relative_pct=None, relative_low_pct=None, relative_high_pct=None)
    columns = [name for name in told if name not in others or name == "subject_id"]
    return named.merge(
        told[columns].drop(columns=["measure", "offence_match"]), on="subject_id", how="left"
    )


def _breaks_elsewhere(evidence: Evidence, area_code: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Breaks of other areas that lie between the windows of the changes held against them."""
    import pandas as pd

    names = evidence.areas.set_index("area_code")["name"]
    found = [evidence.breaks.iloc[:0].assign(area=None)]
    codes = set(evidence.breaks["area_code"]) - {area_code, "K04000001"}
    for row in changes[["offence", "baseline", "period"]].drop_duplicates().to_dict("records"):
        first, last = Period.parse(row["baseline"]), Period.parse(row["period"])
        for code in sorted(codes & set(names.index)):
            told = breaks_between(evidence, code, row["offence"], str(first.start), str(last.end))
            found.append(told[told["area_code"] == code].assign(area=names[code]))
    return pd.concat(found, ignore_index=True).drop_duplicates("break_id", ignore_index=True)


def _area_with_most_lines(evidence: Evidence) -> str:
    counts = evidence.awards["area_code"].value_counts()
    if counts.empty:
        raise TableError("The evidence holds no award lines; a Review needs at least one.")
    return str(counts.index[0])


def _period(period: str | Period) -> Period:
    return period if isinstance(period, Period) else Period.parse(period)


def _span(evidence: Evidence, awards: pd.DataFrame) -> Period:
    """The longest period of a sum that holds lines of the listing, else that of the lines."""
    totals = evidence.totals.dropna(subset=["period_start", "period_end"])
    holding = totals[totals["subject_id"].isin(awards["part_of"].dropna())]
    frame = awards if holding.empty else holding
    return Period.of(frame["period_start"].min().date(), frame["period_end"].max().date())


_SERIES = ["series", "funding_stream", "kind", "period", "amount_gbp", "figure_id"]


def _touched(frame: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Award lines whose money is for the period, or for some of it."""
    years = award_years(frame)
    inside = set(_within(years, span)["subject_id"])
    return frame[frame["subject_id"].isin(inside)].reset_index(drop=True)


def _within(frame: pd.DataFrame, span: Period) -> pd.DataFrame:
    start, end = span.start.isoformat(), span.end.isoformat()
    inside: pd.Series[bool] = (frame["period_start"] >= start) & (frame["period_end"] <= end)
    return frame[inside].reset_index(drop=True)


def _overlapping(frame: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Rows that touch the period; a row without a period stays, since nobody said its time."""
    undated = frame["period_end"].isna()
    start, end = span.start.isoformat(), span.end.isoformat()
    touches: pd.Series[bool] = (frame["period_end"] >= start) & (frame["period_start"] <= end)
    return frame[undated | touches].reset_index(drop=True)


def _other_years(evidence: Evidence, area: Area, lines: pd.DataFrame) -> pd.DataFrame:
    """Dated amounts of the streams of the listing, of any years, that are no line of it."""
    others = evidence.totals
    same = others["funding_stream"].isin(lines["funding_stream"])
    same |= others["series"].isin(lines["series"].dropna())
    here = others["area_code"].isin(codes_within(evidence.areas, area.code))
    dated = others["period"].notna() & others["token"].notna()
    return others[same & here & dated].reset_index(drop=True)


def _of_area(frame: pd.DataFrame, evidence: Evidence, area: Area, span: Period) -> pd.DataFrame:
    """Rows of the area and of the districts inside it that touch the period, as printed."""
    here = frame[frame["area_code"].isin(codes_within(evidence.areas, area.code))]
    return _overlapping(_in_printed_order(here, evidence), span)


def _in_printed_order(subjects: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    place = {figure: row for row, figure in enumerate(evidence.figures["figure_id"])}
    order = subjects["figure_id"].map(place).sort_values(kind="stable").index
    return subjects.loc[order].reset_index(drop=True)


def _touching(
    worked: list[tuple[dict[Any, Any], Reconciliation]], evidence: Evidence, span: Period
) -> tuple[tuple[dict[Any, Any], Reconciliation], ...]:
    """Statements with a figure of the period, or with figures without a period only."""
    import pandas as pd

    columns = ["subject_id", "period_start", "period_end"]
    tables = (evidence.awards, evidence.totals, evidence.outcomes)
    dated = pd.concat([table[columns].dropna() for table in tables])
    of_figure = evidence.figures.set_index("figure_id")["subject_id"]
    outside = set(dated["subject_id"]) - set(_overlapping(dated, span)["subject_id"])
    inside = set(dated["subject_id"]) - outside
    kept = []
    for row, result in worked:
        named = {of_figure[figure] for figure in figure_ids(row)}
        if named & inside or not named & outside:
            kept.append((row, result))
    return tuple(kept)


def _explained(
    statements: tuple[tuple[dict[Any, Any], Reconciliation], ...],
) -> dict[str, str]:
    """Give the explanations that the evidence holds for its conflicts, with who gives each."""
    return {
        row["statement_id"]: f"{row['explanation']} ({row['explained_by']})"
        for row, told in statements
        if told.verdict == "conflicts" and isinstance(row["explanation"], str)
    }


def _left_out(folder: FolderEvidence | None) -> pd.DataFrame:
    """List what check calls broken, and no number here was made from: `file`, `place`, `why`."""
    import pandas as pd

    broken = [] if folder is None else [one for one in folder.problems if one.state == "broken"]
    rows = [(one.file, one.place, one.text) for one in broken]
    return pd.DataFrame(rows, columns=["file", "place", "why"], dtype="str")


def _exceptions(
    given: dict[str, str], statements: tuple[tuple[dict[Any, Any], Reconciliation], ...]
) -> dict[str, str]:
    conflicts = [row["statement_id"] for row, told in statements if told.verdict == "conflicts"]
    for name, reason in given.items():
        if name not in conflicts:
            raise UnknownNameError(
                f"No conflict '{name}' in this Review. An exception gives the reason for a "
                f"conflict; the conflicts are {', '.join(conflicts) or 'none'}."
            )
        if not reason.strip():
            raise TableError(f"The exception '{name}' gives no reason: write one after the '='.")
        if len(reason) > LONGEST_TEXT:
            raise TableError(
                f"The reason of the exception '{name}' has {count(len(reason))} characters; at "
                f"most {count(LONGEST_TEXT)} are recorded. Name the document that holds the rest."
            )
    return {name: " ".join(reason.split()) for name, reason in given.items()}


def _status(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Count the amounts held by status and flow; they are never added up."""
    import pandas as pd

    both = pd.concat([tables[name][["status", "flow"]] for name in ("awards", "totals")])
    words = both.fillna("not stated").apply(lambda column: column.str.replace("_", " "))
    counts: pd.DataFrame = words.groupby(["status", "flow"]).size().reset_index(name="amounts")
    return counts


def _statement_table(
    statements: tuple[tuple[dict[Any, Any], Reconciliation], ...],
) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "statement_id": row["statement_id"],
                "statement": row["statement"],
                **result.record(),
                "text": result.text,
                "figures": ";".join(figure_ids(row)),
                "note": row["note"],
            }
            for row, result in statements
        ]
    )


def _sources(evidence: Evidence, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Give every source behind the Review in reading order: figures first, then statistics."""
    import pandas as pd

    figures = [
        tables[name]["figure_id"] for name in ("awards", "outcomes", "totals", "other_years")
    ]
    if len(tables["statements"]):
        figures.append(tables["statements"]["figures"].str.split(";").explode())
    named = pd.concat(figures).drop_duplicates()
    printed = cite(pd.DataFrame({"figure_id": named[named != ""]}), evidence=evidence)
    area = tables["awards"]["area_code"].iloc[0]
    people, crime = evidence.population, crime_of(evidence, tables["class_years"])
    counted = tables["changes"][tables["changes"]["verdict"] != "not testable"]
    windows = evidence.outcomes[evidence.outcomes["subject_id"].isin(counted["subject_id"])]
    ends = pd.concat([windows["baseline_end"], windows["period_end"]])
    statistics = [
        people.loc[people["area_code"] == area, "source_id"].tail(1),
        crime.loc[(crime["area_code"] == area) & crime["period_end"].isin(ends), "source_id"],
        evidence.deflator["source_id"],
        *_named_sources(tables),
        tables["not_held"]["named_by"].dropna(),
    ]
    stated = evidence.statements[
        evidence.statements["statement_id"].isin(tables["statements"].get("statement_id", []))
    ]
    known = pd.concat([stated["source_id"].dropna(), *statistics]).drop_duplicates()
    known = known.to_frame("source_id")
    every = replace(evidence, sources=_with_bundled(evidence.sources, known["source_id"]))
    cited = pd.concat([printed, cite(known, evidence=every)], ignore_index=True)
    return cited.drop_duplicates("source_id", ignore_index=True)


def _named_sources(tables: dict[str, pd.DataFrame]) -> list[pd.Series[Any]]:
    """The sources that the tables of counts name in a column of their own."""
    found = []
    for name in ("districts", "district_changes", "severity", "other_rates", "nearest", "months",
                 "earlier_years"):  # fmt: skip
        table = tables[name]
        for column in table.columns[table.columns.str.contains("source_id")]:
            found.append(table[column].dropna().astype("str").str.split(";").explode())
    return found


def _with_bundled(sources: pd.DataFrame, named: pd.Series[Any]) -> pd.DataFrame:
    """Add the bundled sources of statistics that a package of one's own does not name."""
    import pandas as pd

    if named.isin(sources["source_id"]).all():
        return sources
    bundled = bundled_table("sources")
    wanted = bundled["source_id"].isin(named) & ~bundled["source_id"].isin(sources["source_id"])
    return pd.concat([sources, bundled[wanted]], ignore_index=True)


def _not_held(evidence: Evidence) -> pd.DataFrame:
    """Give the documents that a source of this evidence names and that are not held.

    The one that would tell most stands first.
    """
    import pandas as pd

    columns = ["source_id", "title", "publisher", "named_by", "named_at", "fills", "note"]
    sources = evidence.sources
    if "held" not in sources:
        return pd.DataFrame(columns=columns)
    absent = sources[sources["held"].eq("no")]
    fills = absent["fills"].fillna("")
    tells = fills.str.count(r"\.")
    order = absent.assign(_tells=tells, _money=fills.str.contains("awards.", regex=False))
    order = order.sort_values(
        ["_money", "_tells", "title"], ascending=[False, False, True], kind="stable"
    )
    return order.reindex(columns=columns).reset_index(drop=True)
