"""Every refusal that stands in one of these tables is the sentence that stands there."""

from __future__ import annotations

import pytest
import refusals_in_full
import refusals_of_associations
import refusals_of_measures

from pccfunding.errors import PccFundingError

REFUSALS = {
    f"{of.__name__}: {name}": refusal
    for of in (refusals_in_full, refusals_of_associations, refusals_of_measures)
    for name, refusal in of.REFUSALS.items()
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_it_says(name: str) -> None:
    call, sentence = REFUSALS[name]
    with pytest.raises(PccFundingError) as refused:
        call()
    assert str(refused.value) == sentence
