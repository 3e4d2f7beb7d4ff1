"""The one table of public names; the package serves them lazily from here."""

from . import plots as plots, schemas as schemas
from .areas import (
    Area as Area,
    find_area as find_area,
)
from .datasets import (
    load_areas as load_areas,
    load_awards as load_awards,
    load_crime_severity as load_crime_severity,
    load_deflator as load_deflator,
    load_figures as load_figures,
    load_outcomes as load_outcomes,
    load_population as load_population,
    load_recorded_crime as load_recorded_crime,
    load_sources as load_sources,
    load_totals as load_totals,
    load_weights as load_weights,
)
from .errors import (
    DataPackageError as DataPackageError,
    DeflatorError as DeflatorError,
    IntervalError as IntervalError,
    MixedFlowError as MixedFlowError,
    MixedStatusError as MixedStatusError,
    PackError as PackError,
    PccFundingError as PccFundingError,
    PenceError as PenceError,
    PeriodError as PeriodError,
    PopulationError as PopulationError,
    PrintedError as PrintedError,
    ReconciliationError as ReconciliationError,
    TableError as TableError,
    UnknownNameError as UnknownNameError,
)
from .evidence import (
    Evidence as Evidence,
    load_evidence as load_evidence,
    read_evidence as read_evidence,
)
from .formats import (
    ReadResult as ReadResult,
)
from .intervals import (
    Interval as Interval,
)
from .measures import (
    apportion as apportion,
    per_capita_spend as per_capita_spend,
    real_terms as real_terms,
    reduction as reduction,
    year_on_year as year_on_year,
)
from .periods import (
    Period as Period,
    parse_date as parse_date,
)
from .printed import (
    Printed as Printed,
    parse_printed as parse_printed,
)
from .reconciliation import (
    Reconciliation as Reconciliation,
    Reconciliations as Reconciliations,
    reconcile as reconcile,
)
from .review_pack import (
    Review as Review,
    reproduce as reproduce,
    review as review,
)
from .statements import (
    reconcile_statements as reconcile_statements,
)
from .tracing import (
    cite as cite,
    revisions as revisions,
    trace as trace,
)
from .verification import (
    verify_sources as verify_sources,
)

__version__: str
