"""Measures: the only place where ratios of tables are made; frame in, same kind of frame out."""

from pccfunding.measures.counts import reduction
from pccfunding.measures.encoding import encode_keys
from pccfunding.measures.growth import year_on_year
from pccfunding.measures.prices import real_terms
from pccfunding.measures.spend import per_capita_spend
from pccfunding.measures.splitting import apportion

__all__ = [
    "apportion",
    "encode_keys",
    "per_capita_spend",
    "real_terms",
    "reduction",
    "year_on_year",
]
