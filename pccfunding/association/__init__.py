"""Spend per head against reduction across areas: one pair, or a family of them."""

from __future__ import annotations

from pccfunding.association.family_result import AssociationFamily
from pccfunding.association.result import OVERRIDES, Association
from pccfunding.association.spend_vs_reduction import spend_vs_reduction
from pccfunding.association.spend_vs_reduction_family import spend_vs_reduction_family
from pccfunding.association.verdicts import CAUTIONS, VERDICTS
from pccfunding.association.wording import REASONS

__all__ = [
    "CAUTIONS",
    "OVERRIDES",
    "REASONS",
    "VERDICTS",
    "Association",
    "AssociationFamily",
    "spend_vs_reduction",
    "spend_vs_reduction_family",
]
