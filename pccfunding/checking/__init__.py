"""Whether a data package of evidence is sound, and what is still to be done in it."""

from pccfunding.checking.suite import Conformance, conformance

__all__ = ["Conformance", "conformance"]
