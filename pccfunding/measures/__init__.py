"""Measures: the only place where ratios of tables are made; frame in, same kind of frame out."""

from pccfunding.measures.apportion import apportion
from pccfunding.measures.encode_keys import encode_keys
from pccfunding.measures.offence_rates import offence_rates
from pccfunding.measures.per_capita_spend import per_capita_spend
from pccfunding.measures.real_terms import real_terms
from pccfunding.measures.reduction import reduction
from pccfunding.measures.year_on_year import year_on_year

__all__ = [
    "apportion",
    "encode_keys",
    "offence_rates",
    "per_capita_spend",
    "real_terms",
    "reduction",
    "year_on_year",
]
