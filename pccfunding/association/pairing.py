"""Spend and outcome brought together: one row an area, what is left out, what forbids a look."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pccfunding.areas import Area, known_area
from pccfunding.association.inputs import (
    measured_by,
    one_value,
    outcome_side,
    prices_of,
    spend_named,
    spend_side,
    values_of,
    windows_of,
)
from pccfunding.association.windows import OUTCOME_DAYS, SPEND_DAYS, Timing, check_timing
from pccfunding.errors import TableError
from pccfunding.evaluation.arguments import names_of
from pccfunding.words import is_missing, number_text, percent

_UNITS = {
    "police_force_area": "police force areas",
    "local_authority": "local authority districts",
    "community_safety_partnership": "community safety partnerships",
    "county": "counties",
    "region": "regions",
}
# Residents that change by more than this share are not the same place per head.
_MOST_CHANGE = 0.25
# A log reduction that was written with two decimals.
_ROUNDED = 0.005
_Leave = Mapping[str, str] | Collection[str] | None


@dataclass
class Pairing:
    """What spend and outcome hold together.

    Attributes
    ----------
    areas : DataFrame
        One row an area that both sides know.
    left_out : DataFrame
        Areas that both sides know, left out for a reason all the same.
    dropped : DataFrame
        Every area left out: area_code, name, reason.
    timing : Timing
    unit : str
    words : dict
        stream, flow, status, price_base, allocation, offence; measured, what a row of spend is.
    has_counts, per_resident : bool
    cautions : list of str
    reason, detail : str or None
    """

    areas: pd.DataFrame
    left_out: pd.DataFrame
    dropped: pd.DataFrame
    timing: Timing
    unit: str
    words: dict[str, str | None]
    has_counts: bool
    per_resident: bool
    cautions: list[str] = field(default_factory=list)
    reason: str | None = None
    detail: str | None = None


@dataclass(frozen=True, eq=False)
class Money:
    """Spend as it is brought together with any outcome: read once, whatever it is held against."""

    rows: pd.DataFrame
    column: str
    side: pd.DataFrame
    windows: pd.DataFrame
    words: dict[str, str | None]
    labels: dict[str, list[str]]

    @classmethod
    def of(cls, spend: pd.DataFrame, on: str, spend_column: str | None) -> Money:
        """Read the spend of one stream and window."""
        column = spend_named(spend.columns, spend_column)
        labels = {name: values_of(spend, name) for name in ("funding_stream", "flow", "status")}
        words = {name: held[0] if len(held) == 1 else None for name, held in labels.items()}
        words["measured"], words["price_base"] = measured_by(column), prices_of(spend, column)
        words["allocation"] = one_value(spend, "apportioned_by")
        side = spend_side(spend, on, column).sort_values("area", ignore_index=True)
        return cls(spend, column, side, windows_of(spend, SPEND_DAYS), words, labels)


@dataclass(frozen=True, eq=False)
class Outcome:
    """An outcome as it is brought together with any spend."""

    rows: pd.DataFrame
    side: pd.DataFrame
    windows: pd.DataFrame
    offence: str | None
    releases: list[str]
    has_counts: bool
    only_percent: bool

    @classmethod
    def of(cls, reduction: pd.DataFrame, on: str) -> Outcome:
        """Read the changes of one offence class."""
        side, has_counts, only_percent = _scored(outcome_side(reduction, on), reduction)
        side = side.sort_values("area", ignore_index=True)
        offence = one_value(reduction, "offence") or one_value(reduction, "offence_group")
        windows, releases = windows_of(reduction, OUTCOME_DAYS), values_of(reduction, "caution")
        return cls(reduction, side, windows, offence, releases, has_counts, only_percent)


def pair(
    money: Money, outcome: Outcome, *, on: str, leave_out: _Leave, override: Collection[str]
) -> Pairing:
    """Join the sides and put down what is missing, doubtful or forbidden."""
    only_percent = outcome.only_percent
    both = _joined(money.side, outcome.side)
    known = {code: area for code in both["area"] if (area := _area(code)) is not None}
    both["label"] = [
        _label(row.label, row.outcome_label, str(row.area), known) for row in both.itertuples()
    ]
    missing = [_why_missing(row, only_percent) for row in both.itertuples()]
    both["why"] = pd.Series(missing, dtype=object)
    used = both[both["why"].isna()]
    kinds = {known[code].kind for code in used["area"] if code in known}
    per_resident = bool((both if used.empty else used)["persons_before"].notna().any())
    reasons = _reasons_to_leave(used, leave_out, per_resident)
    staying = ~used["area"].isin(reasons)
    left_out = used[~staying].copy()
    left_out["why"] = [reasons[code] for code in left_out["area"]]
    # An area of another kind, such as a district beside forces, was never a candidate.
    candidate = [
        not kinds or code not in known or known[code].kind in kinds for code in both["area"]
    ]
    others = both["why"].notna() & np.array(candidate, bool)
    shown = both[others]
    # pandas warns of joining an empty frame.
    dropped = shown if left_out.empty else pd.concat([shown, left_out])
    dropped = dropped[["area", "label", "why"]]
    found = Pairing(
        areas=used[staying].reset_index(drop=True),
        left_out=left_out.reset_index(drop=True),
        dropped=dropped.sort_values("area", ignore_index=True).rename(
            columns={"area": on, "label": "name", "why": "reason"}
        ),
        timing=check_timing(money.windows, outcome.windows, outcome.rows, override),
        unit=_UNITS.get(next(iter(kinds)), "areas") if len(kinds) == 1 else "areas",
        words=money.words | {"offence": outcome.offence},
        has_counts=outcome.has_counts,
        per_resident=per_resident,
    )
    found.reason, found.detail = _refusal(found, money, len(kinds), only_percent)
    found.cautions = _doubts(found, outcome.releases, leave_out)
    return found


def _joined(money: pd.DataFrame, outcome: pd.DataFrame) -> pd.DataFrame:
    """Join two sides, sorted by area, side by side where both hold the same areas."""
    areas = money["area"]
    if areas.is_unique and areas.equals(outcome["area"]):
        columns = {str(name): side[name] for side in (money, outcome) for name in side}
        return pd.DataFrame(columns).assign(found="both")
    both = money.merge(outcome, on="area", how="outer", indicator="found")
    return both.sort_values("area", ignore_index=True)


def _scored(outcome: pd.DataFrame, given: pd.DataFrame) -> tuple[pd.DataFrame, bool, bool]:
    """Fill in log reductions and variances; say whether counts, or only percentages, are there."""
    held = set(given.columns)
    has_counts = {"offences_baseline", "offences_comparison"} <= held
    both = outcome["before"].notna() & outcome["after"].notna()
    if "log_reduction" in held:
        _refuse_contradiction(outcome)
    else:
        base = outcome["before"] + 0.5 if has_counts else outcome["score_before"]
        after = outcome["after"] + 0.5 if has_counts else outcome["score_after"]
        growth = outcome["persons_after"] / outcome["persons_before"]
        ratio = after / base / growth.fillna(1.0)
        outcome["g"] = -np.log(ratio.where(ratio > 0))
    if "variance_log_reduction" not in held and has_counts:
        outcome["variance"] = (1 / (outcome["after"] + 0.5) + 1 / (outcome["before"] + 0.5))[both]
    has_counts = has_counts or "variance_log_reduction" in held
    only_percent = not has_counts and bool(outcome["g"].isna().all())
    if only_percent and not held & {"change_pct", "reduction_pct", "log_reduction"}:
        raise TableError(
            "reduction has no outcome: it takes offences_baseline and offences_comparison, a "
            "log_reduction, or score_baseline and score_comparison."
        )
    return outcome, has_counts, only_percent


def _refuse_contradiction(outcome: pd.DataFrame) -> None:
    """Refuse a log reduction that its counts cannot have, by person or not, with a half or not.

    Without people the rates may differ as much as residents may have grown.
    """
    growth = outcome["persons_after"] / outcome["persons_before"]
    slack = (growth.isna() * np.log1p(_MOST_CHANGE)).clip(lower=_ROUNDED)
    far = pd.Series(np.inf, index=outcome.index)
    for half, by_person in itertools.product((0.5, 0.0), (True, False)):
        base, after = outcome["before"] + half, outcome["after"] + half
        ratio = after / base / (growth.fillna(1.0) if by_person else 1.0)
        ratio = ratio.where((base > 0) & (after > 0))
        far = far.where(ratio.isna(), np.minimum(far, (outcome["g"] + np.log(ratio)).abs()))
    wrong = np.isfinite(far) & (far > slack)
    if wrong.any():
        row = outcome[wrong].iloc[0]
        said, early, late = (number_text(row[name]) for name in ("g", "before", "after"))
        raise TableError(
            f"reduction: log_reduction of {row['area']} is {said}, and its counts "
            f"{early} and {late} say otherwise. Leave the column out, and it "
            f"is taken from the counts; it is above 0 where offences fell."
        )


def _why_missing(row: Any, only_percent: bool) -> str | None:
    if row.found == "right_only":
        return "no spend row"
    if row.found == "left_only":
        return "no outcome row"
    if is_missing(row.spend):
        return f"spend unknown: {_text(row.spend_why) or 'no number'}"
    if is_missing(row.g) and not only_percent:
        return f"outcome unknown: {_text(row.outcome_why) or 'no number'}"
    return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _area(code: str) -> Area | None:
    area = known_area(code)
    return area if area is not None and area.code == code else None


def _label(one: Any, other: Any, code: str, known: Mapping[str, Area]) -> str:
    return _text(one) or _text(other) or (known[code].name if code in known else code)


def _reasons_to_leave(used: pd.DataFrame, leave_out: _Leave, per_resident: bool) -> dict[str, str]:
    if isinstance(leave_out, Mapping):
        return dict(leave_out)
    if leave_out is not None:
        areas = names_of(leave_out, "leave_out", "areas, or a mapping of areas to reasons")
        return dict.fromkeys(areas, "left out on request")
    if not per_resident:
        return {}
    growth = used["persons_after"] / used["persons_before"]
    moved = (growth - 1).abs() > _MOST_CHANGE
    return {
        code: f"residents changed by {percent(100 * (rate - 1), places=0)} between the windows"
        for code, rate in zip(used["area"][moved], growth[moved], strict=True)
    }


def _refusal(
    found: Pairing, money: Money, kinds: int, only_percent: bool
) -> tuple[str | None, str | None]:
    """Give the first reason, in the order of decision, that forbids an estimate."""
    for label, reason in (("flow", "mixed flows"), ("status", "mixed statuses")):
        if len(held := money.labels[label]) > 1:
            return reason, f"The rows are {', '.join(held)}."
    areas = found.areas
    if found.words["measured"] is None:
        return "spend not per head", f"The column asked for is {money.column!r}."
    if kinds > 1:
        return "mixed kinds of area", None
    if found.timing.reason == "mixed windows":
        return found.timing.reason, found.timing.detail
    if not len(areas) and not len(found.left_out):
        why = found.dropped["reason"].astype(str)
        if why.str.startswith("spend unknown").any():
            return "spend not held", None
        if why.str.startswith("outcome unknown").any():
            return "counts missing", "No area with spend has a known outcome in both windows."
        return "no area in common", None
    if len(areas) == 1:
        return "one area only", None
    spread = areas["spend"].max() - areas["spend"].min()
    # Pounds shared out by population differ per head by the rounding to pennies alone.
    if spread <= 1e-12 * areas["spend"].abs().max() or _shared_out(areas, spread):
        return "no variation in spend", None
    if only_percent:
        return "counts missing", "Give counts of both windows, or both scores."
    if len(areas) < 4:
        return "fewer than four areas", f"There are {len(areas)}."
    if areas["g"].max() - areas["g"].min() <= 1e-12:
        return "no variation in outcome", None
    return found.timing.reason, found.timing.detail


def _shared_out(areas: pd.DataFrame, spread: float) -> bool:
    people = areas["spend_persons"].min()
    return bool(people > 0 and spread * people <= 0.02)


def _doubts(found: Pairing, releases: Sequence[str], leave_out: _Leave) -> list[str]:
    areas = found.areas
    floors = areas["spend_low"].notna() & areas["spend_high"].isna()
    holds = [
        ("areas-dropped", len(found.dropped) > 0),
        ("population-changed", leave_out is None and len(found.left_out) > 0),
        *((code, True) for code in found.timing.cautions),
        ("releases-differ", any(text.startswith("releases differ") for text in releases)),
        ("counts-not-rates", found.has_counts and not found.per_resident),
        ("spend-floors", bool(floors.any())),
    ]
    return [code for code, holding in holds if holding]
