"""What audits read of energy by several ways: a month's power against its registers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from guangfu.income.audit import audit
from guangfu.income.audit.facts import AuditFacts, IntegralRow
from guangfu.income.reconciling import Reconciled
from guangfu.income.rules import load_rules
from guangfu.storage.sql.audit_facts import read_audit_facts
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.reconciliation import write_reconciled
from tests.income.small_registry import registry, station

RULES = load_rules()
COUNTY = registry([station("s1"), station("s2")], [])
AT = datetime(2026, 7, 2, tzinfo=UTC)


def day(station_id: str, on: date, power_wh: int | None, counted_wh: int | None) -> Reconciled:
    return Reconciled(station_id, on, None, None, power_wh, counted_wh, 1.0, None, None, 0.0, AT)


def facts(folder: Path) -> AuditFacts:
    """June: s1's power is 5.1 % short, s2's 5.0 %; s2's is far off in May, of which nobody asks."""
    engine = open_database(f"sqlite:///{folder}/audit.sqlite")
    upgrade(engine)
    rows = [
        day("s1", date(2026, 6, 1), 449_000, 500_000), day("s1", date(2026, 6, 30), 500_000, 500_000),
        day("s2", date(2026, 6, 1), 475_000, 500_000), day("s2", date(2026, 6, 2), None, None),
        day("s2", date(2026, 5, 31), 1_000, 500_000),
    ]  # fmt: skip
    with engine.begin() as db:
        write_reconciled(db, rows)
        found = read_audit_facts(db, COUNTY, ["2026-06"])
    engine.dispose()
    return found


def test_a_months_power_beyond_the_tolerance_is_found_and_at_it_is_not(tmp_path: Path) -> None:
    june = facts(tmp_path)
    assert set(june.integrals) == {
        IntegralRow("s1", "2026-06", 949_000, 1_000_000), IntegralRow("s2", "2026-06", 475_000, 500_000),
    }  # fmt: skip

    def keys(power_tolerance: float) -> list[str]:
        rules = replace(RULES, energy=replace(RULES.energy, power_tolerance=power_tolerance))
        found = audit(june, rules, ["2026-06"], date(2026, 7, 2))
        return [one.key for one in found if one.check == "power_integral"]

    assert keys(RULES.energy.power_tolerance) == ["power_integral:s1:2026-06"]
    assert keys(0.051) == [], "one tolerance serves the day and the month"
    assert keys(0.049) == ["power_integral:s1:2026-06", "power_integral:s2:2026-06"]
