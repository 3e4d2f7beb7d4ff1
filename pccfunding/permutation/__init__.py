"""Correlations tested by reordering the areas: one pair, a family, and without each area."""

from __future__ import annotations

from pccfunding.permutation.leave_one_out import LeaveOneOut, leave_one_out, leave_one_out_family
from pccfunding.permutation.levels import adjusted_p, attainable_levels, critical_r, critical_value
from pccfunding.permutation.null_distribution import NullDistribution, null_distribution
from pccfunding.permutation.permutation_family import PermutationFamily, permutation_family
from pccfunding.permutation.permutation_test import PermutationTest, permutation_test

__all__ = [
    "LeaveOneOut",
    "NullDistribution",
    "PermutationFamily",
    "PermutationTest",
    "adjusted_p",
    "attainable_levels",
    "critical_r",
    "critical_value",
    "leave_one_out",
    "leave_one_out_family",
    "null_distribution",
    "permutation_family",
    "permutation_test",
]
