"""All pairs of two sets of series tested at once: shared orders, small products, max-T."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pccfunding._permutation_draws import DEFAULT_RESAMPLES, Orders, is_enumerated, orders
from pccfunding._permutation_scores import (
    TOLERANCE,
    Floats,
    Marks,
    Scores,
    check_name,
    is_constant,
    read_series,
    same_areas,
    scores,
    smallest_p,
    ties,
)
