"""All checks over some months, and the periods that such a run is about."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from guangfu.income.audit import agency, station, village
from guangfu.income.audit.facts import AuditFacts
from guangfu.income.audit.found import Found, Scope
from guangfu.income.rules.models import Rules

CHECKS: Final[tuple[Callable[[AuditFacts, Scope], Iterable[Found]], ...]] = (
    agency.nothing_received,
    agency.subsidy_late,
    agency.receipt_mismatch,
    agency.passing_on,
    agency.unmatched_receipts,
    agency.in_transit,
    agency.entitlement_late,
    village.idle_money,
    village.unfiled_spending,
    village.banned_use,
    village.payees,
    village.unattended_posts,
    village.flat_handouts,
    station.tariff_mismatch,
    station.beyond_tolerance,
    station.differing_energies,
    station.idle_stations,
    station.sizes,
    station.kw_per_household,
    station.both_kinds,
)
"""Each on its own: their order changes nothing."""


def audit(facts: AuditFacts, rules: Rules, months: Iterable[str], today: date) -> list[Found]:
    """What is wrong in some months, and in the quarters and years that they are in, as things stand today; by key."""
    scope = Scope(frozenset(months), today, facts.registry, rules)
    return sorted((found for check in CHECKS for found in check(facts, scope)), key=lambda found: found.key)


def periods_of(months: Iterable[str]) -> frozenset[str]:
    """The months, quarters and years that a run over some months is about.

    >>> sorted(periods_of(["2026-06"]))
    ['2026', '2026-06', '2026-Q2']
    """
    found = frozenset(months)
    quarters = {f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}" for month in found}
    return found | quarters | {month[:4] for month in found}
