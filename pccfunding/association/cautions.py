"""The verdicts, the reasons to refuse one, and the closed list of doubts, each as a clause."""

from __future__ import annotations

__all__ = ["CAUTIONS", "OVERRIDES", "REASONS", "VERDICTS"]

VERDICTS = (
    "not estimable",
    "not distinguishable from counting noise",
    "too few areas to tell",
    "no clear association",
    "association, not causal",
    "rests on one area",
)

REASONS = {
    "mixed flows": "grants received and awards made are different money; keep one flow",
    "mixed statuses": "plans, awards and payments are different money; keep one status",
    "mixed windows": "all areas have to share one spend window, one baseline and one follow-up",
    "mixed kinds of area": "show districts and forces separately, never pooled",
    "no area in common": "spend and outcome share no area",
    "spend not published": "one amount for each area would be needed",
    "one area only": "what happens inside one area is no sample of anything",
    "no variation in spend": (
        "spend per head is the same in every area, as it is wherever a whole is shared out by "
        "population; the amounts actually spent in each area would be needed"
    ),
    "counts missing": "percentages alone do not say how far counting noise reaches",
    "fewer than four areas": "with three areas no order is rarer than one in six",
    "no variation in outcome": "the outcome is the same in every area",
    "zero spend has no logarithm": "Pearson's r is on the logarithm of spend; use ranks",
    "windows out of order": "the money does not come before what is to be compared with it",
    "series break": "what is counted changed between the two windows",
    "pandemic months": "a window holds months from March 2020 to March 2021",
}
OVERRIDES = ("pandemic months", "series break", "windows out of order")

CAUTIONS = {
    # what went in
    "areas-dropped": "areas are left out, and listed in `dropped`",
    "population-changed": "areas whose residents changed by over a quarter are left out",
    "windows-not-given": "the order of money and outcome could not be checked",
    "windows-overridden": "the money is dated after the outcome, and it is shown only on request",
    "baseline-not-before-spend": "the baseline does not end before the money starts",
    "series-break-overridden": "what is counted changed in between, and it is shown on request",
    "pandemic-overridden": "a window holds pandemic months, and it is shown on request",
    "pandemic-between": "the pandemic lies between baseline and follow-up",
    "releases-differ": "baseline and follow-up are from different releases",
    "counts-not-rates": "the outcome compares counts, not rates per resident",
    "spend-floors": "amounts are printed as floors, so that ties between them may not be real",
    # counting noise
    "no-counts": "the outcome is a score without counts: its noise was not tested",
    "dispersion-assumed": "dispersion was not measured; 1, 2 and 4 agree",
    "dispersion-decides": "dispersion 1, 2 and 4 do not agree, and it was not measured",
    "counting-noise": "the areas' changes differ no more than counting noise would make them",
    # the coefficient
    "exchangeable-areas-assumed": "the interval takes areas as draws, not as all there are",
    "wide-interval": "compatible with almost any association",
    "perfect-order": "at a coefficient of 1 or -1 there is no interval",
    "monte-carlo": "p is estimated from random orders",
    "floor-above-05": "with these areas and ties no p below .05 can come out",
    "check-disagrees": "Kendall's tau falls on the other side of .05",
    "sign-within-figures": "within what the printed amounts allow, the sign can turn",
    # influence
    "influential-areas": "the sign turns if one area is left out",
    "tied-without": "without one of the areas there is no coefficient",
    "pearson-on-one-area": "the sign of Pearson's r turns if one area is left out",
    # what else the coefficient may show
    "follows-baseline": "spend goes with the baseline, so a return to the mean would look the same",
    "turns-given-baseline": "the sign turns once the baseline is allowed for",
    "baseline-not-checked": "spend was not held against the baseline",
    "shared-denominator": "pounds dealt out at random over the same residents do as well",
    "denominator-not-checked": "the shared denominator was not checked: no total spend",
    "turns-within-strata": "the sign within most strata is the other way",
    # several tests
    "family-not-stated": "the number of correlations tried was not stated, and 1 was taken",
    "family-too-large": "so few areas carry one stream declared before and up to 8 offences",
    "nested-classes": "some offence classes are parts of others",
}
