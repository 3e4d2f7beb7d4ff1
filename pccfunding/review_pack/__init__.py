"""The Review: gathered from evidence, laid out as a page, written to a folder."""

from pccfunding.review_pack.compare_packs import PackDifference, compare_packs
from pccfunding.review_pack.completeness import completeness
from pccfunding.review_pack.reproduce import reproduce
from pccfunding.review_pack.review import Review, review
from pccfunding.review_pack.seal import Verification, sign_pack, verify_pack

__all__ = [
    "PackDifference",
    "Review",
    "Verification",
    "compare_packs",
    "completeness",
    "reproduce",
    "review",
    "sign_pack",
    "verify_pack",
]
