"""The Review: what the evidence says of one area and period, gathered into tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pccfunding.areas import Area, find_area, where_now
from pccfunding.errors import PackError, TableError, UnknownNameError
from pccfunding.evidence import Evidence, load_evidence
from pccfunding.evidence.evidence import codes_within
from pccfunding.evidence.reconcile_statements import figure_ids, work_statements
from pccfunding.evidence.tables import LONGEST_TEXT
from pccfunding.files import named_place
from pccfunding.measures.award_years import award_years
from pccfunding.office import FolderEvidence, read_evidence
from pccfunding.periods import Period
from pccfunding.results import Face
from pccfunding.review_pack.completeness import duty, statutory_fields
from pccfunding.review_pack.record import Record
from pccfunding.review_pack.tables_area import area_tables
from pccfunding.review_pack.tables_area_money import commissioned_services, cost_statements
from pccfunding.review_pack.tables_beside import beside
from pccfunding.review_pack.tables_counted import counted_tables, overlapping
from pccfunding.review_pack.tables_sources import (
    documents_not_held,
    sources_behind,
    sources_of_area,
)
from pccfunding.review_pack.tables_spending import (
    compared_years,
    output_costs,
    series_rows,
    spend_per_head,
    themes,
)
from pccfunding.review_pack.tables_sums import award_lines, recipients, subtotals
from pccfunding.words import count

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.reconciliation import Reconciliation
    from pccfunding.review_pack.blocks import Page

__all__ = ["Review", "review"]


@dataclass(frozen=True, eq=False)
class Review(Face, Record):
    """What the evidence says of one area and period.

    Attributes
    ----------
    area : Area
    period : Period
    evidence : Evidence
        The tables it was made from.
    tables : dict of str to DataFrame
        What the page shows, at full precision. With award lines: awards, subtotals, duty,
        statutory_fields,
        spend_per_head, year_on_year, statements, changes, other_changes, nearest, noise,
        months, earlier_years, courses, one_vintage, elsewhere, need, districts, district_changes,
        severity, other_rates, force_rates, status, beside, output_costs, themes,
        commissioned_services, totals, outcomes, services, left_out, sources, not_held.
        Without: awards (empty), class_changes, breaks, breaks_elsewhere, noise, elsewhere,
        nearest, force_rates, need, severity, deprivation, officers,
        commissioned_services, funding, council_tax, counts, totals, outcomes, services,
        left_out, statements, sources.
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

        from pccfunding.review_pack.area_page import area_facts
        from pccfunding.review_pack.key_figures import key_facts

        facts = key_facts(self) if self.has_awards else area_facts(self)
        return pd.DataFrame(facts, columns=["finding", "number", "note"])

    @property
    def has_awards(self) -> bool:
        """Whether award lines of the area and period are held."""
        return not self.tables["awards"].empty

    @property
    def text(self) -> str:
        """Two sentences that can be pasted."""
        if not self.has_awards:
            from pccfunding.review_pack.area_page import area_text

            return area_text(self)
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
        if not self.has_awards:
            codes.append("no-award-lines")
        if self.tables["awards"]["unknown"].notna().any():
            codes.append("amounts-unknown")
        return tuple(codes)

    def page(self) -> Page:
        """Lay the Review out as the page that people read."""
        from pccfunding.review_pack.layout import PAGE
        from pccfunding.review_pack.pack import laid_out

        return laid_out(self)[0][PAGE]

    def write(
        self,
        directory: str | Path,
        *,
        force: bool = False,
        zip: bool = False,
        word: bool = False,
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
        word : bool, default False
            Write the brief as a Word document beside the folder too, as `write_brief` does.

        Returns
        -------
        tuple of Path
            The files written, the page first, the archive and the document last.

        Raises
        ------
        FileExistsError
            If a file is there and `force` was not given.
        MissingExtraError
            If `word` is asked for and the extra `office` is not installed; nothing is written.
        """
        from pccfunding.review_pack.pack import write_review

        folder = named_place(directory, "a pack", error=PackError)
        return write_review(self, folder, force=force, archive=zip, word=word)

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

        return write_word_brief(self, named_place(directory, "a pack", error=PackError))


def review(
    evidence: Evidence | str | Path | None = None,
    *,
    area: str | None = None,
    area_code: str | None = None,
    period: str | Period | None = None,
    exceptions: Mapping[str, str] | None = None,
) -> Review:
    """Review what a commissioner funded against the outcomes that were reported.

    An area without award lines in the evidence is reviewed from national statistics alone: its
    crime beside that of other areas, need, officers, grant and precept, and what is to be added.

    Parameters
    ----------
    evidence : Evidence, str or Path, optional
        The bundled evidence, one that was read, or the folder to read it from; by default what is
        bundled of the area.
    area : str, optional
        Name or ONS code of the police force area; by default that of sheet Start, else the one of
        the award listing.
    area_code : str, optional
        The same, by the name of its column.
    period : str or Period, optional
        By default that of sheet Start, else the period of the largest sum that the listing is
        part of; without award lines the last four quarters of recorded crime held.
    exceptions : mapping of str to str, optional
        A reason for a conflict, by the statement's id, in place of the explanation that the
        evidence holds: a pack can be signed only when each conflict has one.

    Returns
    -------
    Review

    Raises
    ------
    TableError
        If two areas are named, or the evidence holds no award line and no area is named.
    UnknownNameError
        If the area is not known or is no police force area (the message names the one that holds
        it now), or an exception names no conflict.

    Examples
    --------
    >>> import pccfunding as pcc
    >>> found = pcc.review(pcc.load_evidence(), area="Cambridgeshire", period="2023-24")
    >>> found.tables["subtotals"]["amount_gbp"].tolist()
    [3746484.0, 1903112.0, 331862.0, 5981458.0]

    Any other area, from national statistics:

    >>> durham = pcc.review(area="Durham", period="2023-24")
    >>> durham.has_awards, durham.tables["class_changes"].loc[0, ["baseline", "period"]].tolist()
    (False, ['2018-19', '2023-24'])
    """
    if area is not None and area_code is not None:
        raise TableError(f"Two areas are named: area {area!r} and area_code {area_code!r}.")
    asked = area if area is not None else area_code
    if evidence is None:
        evidence = load_evidence() if asked is None else _bundled_of(asked)
    if not isinstance(evidence, Evidence):
        evidence = read_evidence(evidence)
    folder = evidence if isinstance(evidence, FolderEvidence) else None
    if folder is not None:
        asked = asked or (folder.area.code if folder.area else None)
        period = period or folder.period
    place = _police_area(asked or _area_with_most_lines(evidence), evidence)
    given = dict(exceptions or {})
    of_area = evidence.awards[evidence.awards["area_code"] == place.code]
    if of_area.empty:
        whole = None if period is None else _period(period)
        return _without_awards(evidence, place, whole, given)
    span = _span(evidence, of_area) if period is None else _period(period)
    awards = _touched(of_area, span)
    if awards.empty:
        return _without_awards(evidence, place, span, given)
    return _with_awards(evidence, place, span, awards, given)


def _with_awards(
    evidence: Evidence, area: Area, span: Period, awards: pd.DataFrame, exceptions: dict[str, str]
) -> Review:
    # Columns that a list has for itself stay in the evidence.
    own = [name for name in awards.columns if str(name).startswith("printed_")]
    lines = award_lines(_in_printed_order(awards.drop(columns=own), evidence))
    years = _within(award_years(lines), span)
    statements = _touching(work_statements(evidence, area_code=area.code), evidence, span)
    given = _explained(statements) | _exceptions(exceptions, statements)
    tables = {
        "awards": lines,
        "award_years": years,
        "subtotals": subtotals(years, by="funder_group"),
        "recipients": recipients(years),
        "duty": duty(lines),
        "statutory_fields": statutory_fields(lines),
        "spend_per_head": spend_per_head(evidence, years),
        "year_on_year": overlapping(compared_years(evidence, area.code), span),
        "statements": _statement_table(statements),
        "outcomes": _with_baselines(evidence, area, span),
        "totals": _of_area(evidence.totals, evidence, area, span),
    }
    start = min(lines["period_start"].min().date(), span.start)
    tables |= counted_tables(evidence, area.code, start, span)
    services = evidence.services
    tables["services"] = services[services["area_code"] == area.code].reset_index(drop=True)
    tables["series"] = overlapping(series_rows(evidence, area.code), span)[_SERIES]
    tables["left_out"] = _left_out(evidence)
    tables["status"] = _status(tables)
    tables["beside"] = beside(tables)
    tables["output_costs"] = output_costs(tables)
    tables["themes"] = themes(tables)
    tables["other_years"] = _other_years(evidence, area, lines)
    tables["not_held"] = documents_not_held(evidence)
    tables["commissioned_services"] = commissioned_services(evidence, area.code)
    tables["sources"] = sources_behind(evidence, tables)
    return Review(area, span, evidence, tables, statements, given)


def _without_awards(
    evidence: Evidence, area: Area, span: Period | None, exceptions: dict[str, str]
) -> Review:
    """Review an area from the national tables; printed amounts and results stand in an annex."""
    import pandas as pd

    tables = area_tables(evidence, area.code, span)
    if span is None:
        span = Period.parse(tables["class_changes"]["period"].iloc[0])
    costs = pd.DataFrame(cost_statements(area.code, span))
    own = evidence.statements.head(0)
    about = dataclasses.replace(
        evidence, statements=costs.reindex(columns=own.columns) if len(costs) else own
    )
    statements = (
        *_touching(work_statements(evidence, area_code=area.code), evidence, span),
        *work_statements(about),
    )
    tables |= {
        "awards": evidence.awards.head(0).assign(share_pct=None),
        "statements": _statement_table(statements),
        "outcomes": _in_printed_order(_here(evidence.outcomes, area), evidence),
        "totals": _in_printed_order(_here(evidence.totals, area), evidence),
        "services": _here(evidence.services, area).reset_index(drop=True),
        "left_out": _left_out(evidence),
    }
    tables["sources"] = sources_of_area(evidence, area, tables, statements)
    missing = documents_not_held(evidence)
    here = missing["named_by"].isin(tables["sources"]["source_id"])
    tables["not_held"] = missing[here].reset_index(drop=True)
    given = _explained(statements) | _exceptions(exceptions, statements)
    return Review(area, span, evidence, tables, statements, given)


def _bundled_of(asked: str) -> Evidence:
    """Load what is bundled of an area: its own package of awards, or the statistics alone."""
    area = find_area(asked)
    try:
        return load_evidence(area.code)
    except UnknownNameError:
        return load_evidence()


def _police_area(asked: str, evidence: Evidence) -> Area:
    """Find a police force area; any other area leads to the one that holds it now."""
    gone = where_now(asked)
    if gone is not None:
        raise UnknownNameError(f"{gone} A Review is of a police force area: ask for that one.")
    area = find_area(asked)
    if area.kind == "police_force_area" or area.code in set(evidence.awards["area_code"]):
        return area
    kind = area.kind.replace("_", " ")
    if area.parent is None:
        raise UnknownNameError(
            f"{area.name} ({area.code}) is a {kind}; a Review is of a police force area. "
            f"load_areas() lists them."
        )
    force = find_area(area.parent)
    raise UnknownNameError(
        f"{area.name} ({area.code}) is a {kind} in the police force area {force.name} "
        f"({force.code}); a Review is of a police force area: ask for that one."
    )


def _area_with_most_lines(evidence: Evidence) -> str:
    counts = evidence.awards["area_code"].value_counts()
    if counts.empty:
        raise TableError(
            "The evidence holds no award lines, so no area is chosen. Name one: area='Durham'."
        )
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


def _here(frame: pd.DataFrame, area: Area) -> pd.DataFrame:
    return frame[frame["area_code"] == area.code]


def _touched(frame: pd.DataFrame, span: Period) -> pd.DataFrame:
    """Award lines whose money is for the period, or for some of it."""
    years = award_years(frame)
    inside = set(_within(years, span)["subject_id"])
    return frame[frame["subject_id"].isin(inside)].reset_index(drop=True)


def _within(frame: pd.DataFrame, span: Period) -> pd.DataFrame:
    start, end = span.start.isoformat(), span.end.isoformat()
    inside: pd.Series[bool] = (frame["period_start"] >= start) & (frame["period_end"] <= end)
    return frame[inside].reset_index(drop=True)


def _other_years(evidence: Evidence, area: Area, lines: pd.DataFrame) -> pd.DataFrame:
    """Dated amounts of the streams of the listing, of any years, that are no line of it."""
    others = evidence.totals
    same = others["funding_stream"].isin(lines["funding_stream"])
    same |= others["series"].isin(lines["series"].dropna())
    here = others["area_code"].isin(codes_within(evidence.areas, area.code))
    dated = others["period"].notna() & others["token"].notna()
    return others[same & here & dated].reset_index(drop=True)


def _with_baselines(evidence: Evidence, area: Area, span: Period) -> pd.DataFrame:
    """Outcomes that touch the period, and the printed level that one of them starts from."""
    every = _in_printed_order(evidence.outcomes, evidence)
    kept = _of_area(evidence.outcomes, evidence, area, span)
    names = ["area_code", "measure", "period"]
    begins = kept.assign(period=kept["baseline"])[names].dropna().drop_duplicates()
    before = every.merge(begins, on=names)["figure_id"]
    wanted = every["figure_id"].isin([*kept["figure_id"], *before])
    found: pd.DataFrame = every[wanted].reset_index(drop=True)
    return found


def _of_area(frame: pd.DataFrame, evidence: Evidence, area: Area, span: Period) -> pd.DataFrame:
    """Rows of the area and of the districts inside it that touch the period, as printed."""
    here = frame[frame["area_code"].isin(codes_within(evidence.areas, area.code))]
    return overlapping(_in_printed_order(here, evidence), span)


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
    outside = set(dated["subject_id"]) - set(overlapping(dated, span)["subject_id"])
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


def _left_out(evidence: Evidence) -> pd.DataFrame:
    """List what check calls broken, and no number here was made from: `file`, `place`, `why`."""
    import pandas as pd

    problems = evidence.problems if isinstance(evidence, FolderEvidence) else ()
    broken = [one for one in problems if one.state == "broken"]
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
