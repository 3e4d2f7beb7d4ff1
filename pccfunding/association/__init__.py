"""Spend per head against reduction across areas: one pair, or a family of them."""

from __future__ import annotations

from pccfunding.association._cautions import CAUTIONS, OVERRIDES, REASONS, VERDICTS
from pccfunding.association.deciding import spend_vs_reduction
from pccfunding.association.families import AssociationFamily, spend_vs_reduction_family
from pccfunding.association.finding import Association

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
