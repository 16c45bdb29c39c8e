"""Checks of a registry: every one runs, and all that they find is told together."""

from guangfu.stations.checks.dates import check_dates
from guangfu.stations.checks.finding import Finding
from guangfu.stations.checks.households import check_households
from guangfu.stations.checks.meters import check_meters
from guangfu.stations.checks.ownership import check_ownership
from guangfu.stations.checks.references import check_references, check_unique
from guangfu.stations.checks.sizes import check_sizes
from guangfu.stations.checks.values import check_values
from guangfu.stations.faults import Fault
from guangfu.stations.models import Registry
from guangfu.stations.tables import Facts, facts_of

CHECKS = (
    check_values,
    check_unique,
    check_references,
    check_dates,
    check_sizes,
    check_meters,
    check_ownership,
    check_households,
)


def check_facts(facts: Facts) -> list[Finding]:
    """What every check finds, in the order of the checks."""
    return [finding for check in CHECKS for finding in check(facts)]


def check_registry(registry: Registry) -> tuple[Fault, ...]:
    """The faults of a registry in memory; `row` is the row that an export would have (header 1)."""
    return tuple(
        Fault(f.text, f.severity, table=f.table.value, row=None if f.index is None else f.index + 2, column=f.column)
        for f in check_facts(facts_of(registry))
    )
