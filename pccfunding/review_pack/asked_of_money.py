"""What is asked of the money: details of grants, powers, statuses and years beside it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from pccfunding.periods import Period
from pccfunding.printed.vocabulary import NUMBER_WORDS, alternation
from pccfunding.review_pack.blocks import Column, Link, Table, Text, frame_table
from pccfunding.review_pack.completeness import OTHER_POWER, REDUCTION
from pccfunding.review_pack.record import reading_of
from pccfunding.review_pack.tables_sums import GIVEN, MOST_LINES
from pccfunding.review_pack.wording import listed
from pccfunding.words import NOT_HELD, count, counted, token_words

if TYPE_CHECKING:
    import pandas as pd

    from pccfunding.review_pack.citations import Citations
    from pccfunding.review_pack.record import Record


_SHOWN = 3


def duty_blocks(found: Record, cited: Citations) -> list[Any]:
    """Of which lines the duty asks the four details, and which of those are held."""
    told, fields = found.tables["duty"], found.tables["statutory_fields"]
    asked, rest = told[told["asked"]], told[~told["asked"]]
    not_asked, open_ones = _not_asked(rest), cannot_be_told(told)
    details = cited.tally(
        "statutory",
        "Lines that the duty to publish details is of",
        f"{duty_words(told)}; "
        + (f"not asked of {not_asked}; " if not_asked else "")
        + (f"cannot be told of {open_ones}; " if open_ones else "")
        + ", ".join(
            f"{row.field} held {row.held} of {row.of}, not published {row.not_published}, "
            f"withheld {row.withheld}, not in the documents held {row.not_held}"
            for row in fields.itertuples()
        ),
        "tables/duty.csv and tables/statutory_fields.csv",
    )
    said: list[Any] = [
        [
            "Of each crime and disorder reduction grant that it makes, a local policing body "
            "publishes recipient, purpose, conditions and reasons (Elected Local Policing Bodies "
            "(Specified Information) Order 2011, Schedule, paragraph 3(f)). ",
            f"{duty_words(told)} (",
            details,
            ").",
        ]
    ]
    if not_asked:
        said.append([f"The duty does not ask for them of {not_asked} (", details, ")."])
    if open_ones:
        said.append([f"Whether it asks for them cannot be told of {open_ones} (", details, ")."])
    said += _apart(found, cited)
    blocks: list[Any] = [Text(said)]
    if len(asked):
        blocks.append(
            frame_table(
                fields.assign(field=fields["field"].str.capitalize()),
                {
                    "field": Column("Detail"),
                    "held": Column("Held", numeric=True),
                    "not_published": Column("Not published, as a source shows", numeric=True),
                    "withheld": Column("Withheld", numeric=True),
                    "not_held": Column("Not in the documents held", numeric=True),
                    "of": Column("Grants", numeric=True),
                },
                id="statutory-fields",
                caption="Details of the grants that the duty asks them of",
                note=["Counted in ", details, "."],
            )
        )
    return blocks


# A recipient that stands for several, such as "12 organisations" or "Six groups".
_SEVERAL = re.compile(rf"(?:\d+|{alternation(NUMBER_WORDS)})\s", re.IGNORECASE)


def single_awards(totals: pd.DataFrame) -> pd.DataFrame:
    """Awards made that are printed apart from the listing, each to one named recipient."""
    made = totals["kind"].eq("award") & totals["flow"].eq(GIVEN) & totals["token"].notna()
    one = totals["recipient"].map(lambda name: not _SEVERAL.match(name), na_action="ignore")
    found: pd.DataFrame = totals[made & one.eq(True)]
    return found


def _apart(found: Record, cited: Citations) -> list[Any]:
    """Count the single awards that documents print apart from the lines of the listing."""
    totals = found.tables["totals"]
    made = totals["kind"].eq("award") & totals["flow"].eq(GIVEN) & totals["token"].notna()
    single = single_awards(totals)
    if not made.any():
        return []
    words = _apart_words(
        int(made.sum()), len(single), powers=int(single["legal_basis"].notna().sum())
    )
    tally = cited.tally(
        "single-awards",
        "Amounts awarded that are printed apart from the lines",
        words,
        "tables/totals.csv of kind award and flow pcc_to_recipient",
    )
    more = Link("other amounts", "#totals")
    return [[f"Apart from the lines, {words} (", tally, "): ", more, "."]]


def _apart_words(made: int, single: int, *, powers: int) -> str:
    """Say how many amounts are awarded apart from the lines, and how many of them to whom.

    An amount without one recipient may be the sum of many awards, so it is called no award.
    """
    said = f"{counted(made, 'amount')} awarded {'is' if made == 1 else 'are'} printed"
    if not single:
        return f"{said}, {'not' if made == 1 else 'none of them'} to one named recipient"
    if made == single:
        said += f", {'' if made == 1 else 'each '}to one named recipient"
    else:
        said += f", {single} of them to one named recipient"
    if single == 1:
        return f"{said}; the power is {'' if powers else 'not '}in the documents held"
    return f"{said}; the power is held for {powers or 'none'} of these {single}"


def duty_words(told: pd.DataFrame) -> str:
    """Say how many lines are single grants at all, and how many the duty is of."""
    single, asked = int(told["single"].sum()), int(told["asked"].sum())
    return (
        f"Of {counted(len(told), 'line')} here, {single} "
        f"{'is a single grant' if single == 1 else 'are single grants'} at all, and {asked} "
        f"{'is' if asked == 1 else 'are'} known to be such a grant"
    )


def _not_asked(rest: pd.DataFrame) -> str:
    """The lines that the duty does not ask about, each with why."""
    streams = ~rest["single"] & rest["power"].ne(OTHER_POWER)
    received = rest["single"] & rest["power"].eq(REDUCTION)
    kinds = (
        (streams & rest["power"].eq(REDUCTION), "of a whole stream under that power, no grant"),
        (rest["power"].eq(OTHER_POWER), "under another power"),
        (streams & rest["power"].eq(NOT_HELD), "of whole streams, no grants, of unknown power"),
        (received, "of money received"),
    )
    return listed(
        f"{counted(int(lines.sum()), 'line')} {why}" for lines, why in kinds if lines.any()
    )


def cannot_be_told(told: pd.DataFrame) -> str:
    """The single grants whose power is in no document held: the duty may be of them."""
    lines = int((told["single"] & told["power"].eq(NOT_HELD)).sum())
    if not lines:
        return ""
    whose = "a single grant whose" if lines == 1 else "single grants whose"
    return f"{counted(lines, 'line')}, {whose} power is not in the documents held"


def powers(lines: pd.DataFrame, cited: Citations) -> Table:
    ours = reading_of(lines, "legal_basis")
    n_ours = int(ours.sum())
    told = lines["legal_basis"].fillna(NOT_HELD)
    each = lines.assign(power=told.where(~ours, told + " (our reading)"))
    shown = each.drop_duplicates(["funding_stream", "power"]).head(MOST_LINES)
    return frame_table(
        shown.assign(source=cited.cells([figure] for figure in shown["figure_id"])),
        {
            "funding_stream": Column("Funding stream"),
            "power": Column("Power"),
            "source": Column("From"),
        },
        id="powers-table",
        caption="Power that the money is under",
        note=cited.said(
            "powers",
            "Powers by our reading",
            f"{n_ours} of {counted(int(lines['legal_basis'].notna().sum()), 'power')} "
            f"{'is' if n_ours == 1 else 'are'} our reading of a text that does not name it beside "
            "the line.",
            "tables/awards.csv whose column inferred names legal_basis",
        )
        if n_ours
        else "",
    )


# What a status is of: a plan, an award, money paid, or what was spent in the end.
_STAGES = {
    "planned": ("bid", "allocation", "budget", "ceiling", "plan", "forecast"),
    "awarded": ("award",),
    "paid": ("payment",),
    "outturn": ("outturn",),
}


def status_words(table: pd.DataFrame) -> str:
    """Say of how many amounts each stage is, and which stage none is of."""
    held_of: Counter[str] = Counter()
    for kind, number in zip(table["status"], table["amounts"], strict=True):
        held_of[kind] += int(number)
    counts = {stage: sum(held_of[kind] for kind in kinds) for stage, kinds in _STAGES.items()}
    staged = {kind for kinds in _STAGES.values() for kind in kinds}
    others = {
        "of no stated kind" if kind == "not stated" else kind: number
        for kind, number in held_of.items()
        if kind not in staged
    }
    held = [
        f"{count(number)} {'is' if number == 1 else 'are'} {stage}"
        for stage, number in (counts | others).items()
        if number
    ]
    absent = [stage for stage, number in counts.items() if not number]
    told = f"Of the amounts held, {listed(held)}." if held else ""
    return told + (
        f" None is {' or '.join(filter(None, [', '.join(absent[:-1]), absent[-1]]))}."
        if absent
        else ""
    )


def scope_words(lines: pd.DataFrame) -> str:
    """Say what the lines of each stream cover, where that differs from year to year."""
    told = []
    for stream, own in lines.groupby("funding_stream", sort=False):
        scopes = own.dropna(subset=["scope"]).drop_duplicates("period")
        if scopes["scope"].nunique() < 2:
            continue
        ours = " (by our reading)" if reading_of(scopes, "scope").any() else ""
        each = "; ".join(
            f"{row['period']}, {row['scope'][:1].lower()}{row['scope'][1:]}"
            for row in scopes.to_dict("records")
        )
        told.append(
            f"{stream}: the amounts cover different things{ours}, so that no year is compared "
            f"with another: {each}."
        )
    return " ".join(told)


def one_year(found: Record, stream: str, cited: Citations) -> list[Any]:
    """Say which other amounts of a stream are held, none of which is of a neighbouring year."""
    lines = found.tables["awards"]
    own = lines[lines["funding_stream"] == stream]
    others = found.tables["other_years"]
    held = others[
        others["funding_stream"].eq(stream) | others["series"].isin(own["series"].dropna())
    ]
    years = listed(own["period"].unique())
    if told := scope_words(own):
        return [told]
    if held.empty:
        one = own["period"].nunique() < 2
        are = "is the one year held" if one else "are held, of no two neighbouring like years"
        return [f"{stream}: {years} {are}."]
    said: list[Any] = [f"{stream}: beside {years} there "]
    said.append("is " if len(held) == 1 else "are ")
    for row in held.head(_SHOWN).to_dict("records"):
        kind, when = row["kind"].replace("_", " "), Period.parse(row["period"]).words
        said += [
            f"{token_words(row['token'], row['unit'])} ({kind}, {when}; ",
            cited.link(row["figure_id"]),
            "), ",
        ]
    more = " and more in the annex" if len(held) > _SHOWN else ""
    said[-1] = f"){more}: of no neighbouring like year."
    return said
