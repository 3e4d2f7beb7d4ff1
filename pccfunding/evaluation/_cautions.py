"""The closed list of doubts that a result of the ladder can carry, each as a clause."""

from __future__ import annotations

__all__ = ["CAUTIONS"]

CAUTIONS = {
    # one place, before and after
    "no-comparison-area": "before and after only: other places may have changed as much",
    "poisson-only": "events are taken as independent, and repeat victims make the interval wider",
    "dispersion-decides": "dispersion 1, 2 and 4 do not agree, and it was not given",
    "dispersion-raised": "the dispersion given was below 1, and 1 was used",
    "zero-count": "a count is 0, so an end of the interval is missing or cannot be computed",
    "base-not-published": "the base is not published, so the change cannot be tested",
    "counts-of-another-class": "the counts are of another class than the printed change",
    "counts-revised": "the counts were revised since the change was printed",
    "p-and-interval-disagree": "the minlike p and the central interval fall on different sides",
    "few-months": "fewer than 12 degrees of freedom: the dispersion itself is poorly known",
    # a place beside another
    "pre-trend-not-shown": "a similar earlier course (5 points, within 5% a year) is not shown",
    "pre-trends-differ": "the two places already moved apart before the baseline",
    "control-size-differs": "comparison counts are not of similar size (half to twice)",
    "no-displacement-area": "nothing was counted in surrounding areas",
    "displacement-not-controlled": "surrounding areas have no comparison area of their own",
    "few-events": "fewer than 20 events: the normal approximation is rough",
    "one-offence-carries": "one offence makes up half or more of the harm",
    # areas over periods
    "few-treated-areas": "fewer than 5 areas had it: each carries much of the result",
    "effects-differ": "p and interval fall on different sides, as effects differ by start",
    "straight-dose": "each further unit is taken to change the rate by the same factor",
    # series
    "no-control-series": "no comparison series: other changes of the same months are in it",
    "short-after-series": "fewer than 12 months afterwards: one season is not covered",
    "pandemic-months": "the series spans March 2020 to March 2021",
    "autocorrelated-residuals": "neighbouring months resemble each other beyond the model",
    # built comparisons
    "rank-floor-above-05": "with so few areas no rank can give a p of .05 or less",
    "poor-pre-fit": "before the award the built comparison misses by over a tenth of the mean",
    "perfect-pre-fit": "an area is fitted perfectly before, which says nothing about after",
    "short-pre-period": "fewer than 10 earlier periods: a close fit before says little",
    "one-donor-carries": "one area makes up nine tenths or more of the comparison",
    # need
    "few-areas": "fewer than 10 areas: spread between areas is poorly known",
    "no-spread-beyond-noise": "the areas spread no wider than counting noise",
    "areas-dropped": "areas without a published count or population are left out",
    "over-dispersed": "areas spread wider than Poisson limits allow: use the widened limits",
    "small-expected": "an area expects fewer than 5 events",
    "counting-noise": "changes are not distinguishable from counting noise at these counts",
    # detection and correlation
    "formula-optimistic": "the formula promises more power than the exact rank test has",
    "exchangeable-areas-assumed": "areas are taken as exchangeable draws, not as all there are",
    "wide-interval": "compatible with almost any association",
    "small-sample-bca": "bootstrap intervals are not relied on below 20 areas",
    "degenerate-resamples": "resamples without variation were left out",
    # money and proportions
    "unit-cost-not-verified": "a unit cost was not read from its original source",
    "price-years-differ": "award and unit cost are in prices of different years",
    "price-year-not-given": "price years were not given, so prices may not match",
    "multiplier-not-given": "one recorded offence is counted as one offence",
    "several-counts-fit": "more than one count prints as this percentage",
    "base-not-stated": "the source does not say that this is the base",
    "no-comparison-group": "no comparison group",
    "nothing-supplied": "no result was supplied",
}
