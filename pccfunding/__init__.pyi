"""The one table of public names; the package serves them lazily from here."""

from . import (
    areas as areas,
    association as association,
    errors as errors,
    evaluation as evaluation,
    evidence as evidence,
    formats as formats,
    frames as frames,
    intervals as intervals,
    measures as measures,
    office as office,
    periods as periods,
    permutation as permutation,
    plots as plots,
    printed as printed,
    reconciliation as reconciliation,
    review_pack as review_pack,
    schemas as schemas,
)
from .areas import (
    Area as Area,
    find_area as find_area,
)
from .association import (
    spend_vs_reduction as spend_vs_reduction,
    spend_vs_reduction_family as spend_vs_reduction_family,
)
from .evaluation import (
    baseline_needed as baseline_needed,
    break_even as break_even,
    evidence_level as evidence_level,
    funnel_limits as funnel_limits,
    harm_change as harm_change,
    harm_wdd as harm_wdd,
    interrupted_series as interrupted_series,
    minimal_detectable as minimal_detectable,
    panel_change as panel_change,
    proportion_interval as proportion_interval,
    published_change as published_change,
    rate_ratio as rate_ratio,
    ratio_of_rate_ratios as ratio_of_rate_ratios,
    regression_to_the_mean as regression_to_the_mean,
    synthetic_control as synthetic_control,
    wdd as wdd,
    wdq as wdq,
)
from .evidence import (
    Evidence as Evidence,
    caption as caption,
    citation as citation,
    cite as cite,
    coverage as coverage,
    load_areas as load_areas,
    load_asb_incidents as load_asb_incidents,
    load_awards as load_awards,
    load_breaks as load_breaks,
    load_council_tax as load_council_tax,
    load_crime_outcomes as load_crime_outcomes,
    load_crime_severity as load_crime_severity,
    load_deflator as load_deflator,
    load_deprivation as load_deprivation,
    load_evidence as load_evidence,
    load_figures as load_figures,
    load_knife_and_firearm_offences as load_knife_and_firearm_offences,
    load_national_series as load_national_series,
    load_offence_codes as load_offence_codes,
    load_outcomes as load_outcomes,
    load_population as load_population,
    load_recorded_crime as load_recorded_crime,
    load_recorded_crime_codes as load_recorded_crime_codes,
    load_recorded_crime_quarters as load_recorded_crime_quarters,
    load_recorded_crime_years as load_recorded_crime_years,
    load_sources as load_sources,
    load_spending as load_spending,
    load_street_coverage_2025 as load_street_coverage_2025,
    load_street_crime as load_street_crime,
    load_street_crime_2025 as load_street_crime_2025,
    load_street_crime_lsoa as load_street_crime_lsoa,
    load_street_outcomes as load_street_outcomes,
    load_survey_rates as load_survey_rates,
    load_totals as load_totals,
    load_weights as load_weights,
    load_workforce as load_workforce,
    reconcile_statements as reconcile_statements,
    revisions as revisions,
    trace as trace,
    verify_sources as verify_sources,
)
from .formats import (
    award_tables as award_tables,
    quality_360giving as quality_360giving,
    read_360giving as read_360giving,
    read_awards as read_awards,
    read_deflator as read_deflator,
    read_police_uk as read_police_uk,
    read_population as read_population,
    read_recorded_crime as read_recorded_crime,
    recipient_names as recipient_names,
    scan_awards as scan_awards,
    scan_police_uk as scan_police_uk,
    write_360giving as write_360giving,
    write_data_package as write_data_package,
)
from .frames import (
    area_codes as area_codes,
    parse_periods as parse_periods,
)
from .intervals import (
    Interval as Interval,
)
from .measures import (
    apportion as apportion,
    encode_keys as encode_keys,
    offence_rates as offence_rates,
    per_capita_spend as per_capita_spend,
    real_terms as real_terms,
    reduction as reduction,
    year_on_year as year_on_year,
)
from .office import (
    conformance as conformance,
    read_evidence as read_evidence,
)
from .periods import (
    Period as Period,
    parse_date as parse_date,
)
from .permutation import (
    permutation_test as permutation_test,
)
from .printed import (
    Printed as Printed,
    parse_printed as parse_printed,
)
from .reconciliation import (
    reconcile as reconcile,
)
from .review_pack import (
    reproduce as reproduce,
    review as review,
)

__version__: str
