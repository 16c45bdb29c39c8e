"""The alert rules, as Grafana's provisioning takes them, by file and by API.

Every rule is three steps: A asks a database, B takes the last value of each series, C compares it with a limit.
What one query gives for each set of its text columns is an alert of its own, with these as labels.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dashboards import alert_money as money
from dashboards import alert_queries as ask
from dashboards.rendering import as_plain
from dashboards.settings import Settings
from dashboards.target import Target
from dashboards.words import alerts as says
from guangfu.income.rules.loading import RulesSettings, load_rules
from guangfu.texts import Lang

PROGRAM: Final = {"program": "guangfu"}
"""On every alert of ours; the notification policy goes by it."""

RETIRED: Final[tuple[str, ...]] = ()
"""Uids of rules that there once were: Grafana keeps a rule until it is told to delete it."""

FOLDER_UID: Final = "guangfu-alerts"
GROUPS_S: Final = {"guangfu-minute": 60, "guangfu-quarter": 900}
"""How often the rules of each group are evaluated. [s]"""

EXPRESSION: Final = "__expr__"
VALUE: Final = '{{ printf "%.0f" $values.B.Value }}'
PLACEHOLDERS: Final = {
    "value": VALUE, "name": "{{ $labels.name }}", "league": "{{ $labels.league }}", "station": "{{ $labels.station }}",
    "worker": "{{ $labels.worker }}",
}  # fmt: skip


class Severity(StrEnum):
    CRITICAL = "critical"
    """Data or money stand still for everybody."""
    WARNING = "warning"


class When(StrEnum):
    """What an evaluation without rows, or with an error, means."""

    OK = "OK"
    ALERTING = "Alerting"


@dataclass(frozen=True)
class Rule:
    """`holds` compares `$B` with the limit; for `wait` it must hold before the alert fires.

    A query that fails for so long is an alert as well, with words of its own: a rule that can't fire looks like peace.
    """

    uid: str
    warn: says.Warn
    target: Target
    holds: str
    severity: Severity
    group: str = "guangfu-quarter"
    wait: str = "0s"
    no_rows: When = When.OK
    limit: float = 0


def rules(settings: Settings) -> list[Rule]:
    """Every rule, with the limits of the settings.

    Raises:
        BadSettings: `GUANGFU_RULES_FOLDER` is wrong.
        BadRules: Some rules of money are wrong.
    """
    return [
        _station_silent(settings),
        *_databases(),
        *_ingest(settings),
        *_accounting(settings),
        *_figures(settings),
        *_money(settings),
    ]


def _station_silent(settings: Settings) -> Rule:
    limit = settings.alert_silent_min
    return Rule(
        "guangfu-station-silent", says.STATION_SILENT, ask.silent_minutes(Lang(settings.alert_language)),
        f"$B > {limit}", Severity.WARNING, group="guangfu-minute", wait="5m", limit=limit,
    )  # fmt: skip


def _databases() -> list[Rule]:
    """Here an error of the query is what the rule is for."""
    return [
        Rule(
            uid, warn, target, "$B < 1", Severity.CRITICAL, group="guangfu-minute", wait="2m",
            no_rows=When.ALERTING,
        )
        for uid, warn, target in (
            ("guangfu-no-telemetry", says.NO_TELEMETRY, ask.recent_readings()),
            ("guangfu-postgres-away", says.POSTGRES_AWAY, ask.postgres_answers()),
        )
    ]  # fmt: skip


def _ingest(settings: Settings) -> list[Rule]:
    """From what ingest tells SQL of itself: an alert for each worker."""
    stalled_min, age_min = settings.alert_ingest_stalled_min, settings.alert_spool_age_min
    failures = settings.alert_database_failures
    return [
        Rule(
            "guangfu-ingest-stalled", says.INGEST_STALLED, ask.ingest_stalled_minutes(), f"$B > {stalled_min:g}",
            Severity.CRITICAL, group="guangfu-minute", wait="1m", limit=stalled_min,
        ),
        Rule(
            "guangfu-spool-ageing", says.SPOOL_AGEING, ask.spool_age_minutes(), f"$B > {age_min:g}",
            Severity.CRITICAL, group="guangfu-minute", wait="2m", limit=age_min,
        ),
        Rule(
            "guangfu-database-refusing", says.DATABASE_REFUSING, ask.database_failures(), f"$B > {failures}",
            Severity.WARNING, group="guangfu-minute", wait="1m", limit=failures,
        ),
    ]  # fmt: skip


def _accounting(settings: Settings) -> list[Rule]:
    late_h, percent = settings.alert_accounting_late_h, settings.alert_yesterday_missing_percent
    return [
        Rule(
            "guangfu-accounting-late", says.ACCOUNTING_LATE, ask.hours_without_accounting(), f"$B > {late_h:g}",
            Severity.CRITICAL, wait="15m", limit=late_h,
        ),
        Rule(
            "guangfu-yesterday-missing", says.YESTERDAY_MISSING, ask.missing_yesterdays(), f"$B > {percent:g}",
            Severity.WARNING, wait="30m", limit=percent,
        ),
    ]  # fmt: skip


def _figures(settings: Settings) -> list[Rule]:
    percent, letters = settings.alert_output_percent, settings.alert_dead_letters_per_h
    return [
        Rule(
            "guangfu-output-low", says.OUTPUT_LOW, ask.output_percent(), f"$B < {percent:g}", Severity.WARNING,
            wait="1h", limit=percent,
        ),
        Rule(
            "guangfu-dead-letters", says.DEAD_LETTERS, ask.dead_letters(), f"$B > {letters}", Severity.WARNING,
            limit=letters,
        ),
    ]  # fmt: skip


def _money(settings: Settings) -> list[Rule]:
    lang, day = Lang(settings.alert_language), settings.alert_month_overdue_day
    deadlines = load_rules(RulesSettings.load().folder).deadlines
    return [
        Rule(
            "guangfu-month-overdue", says.MONTH_OVERDUE, money.overdue_months(lang, day), "$B > 0",
            Severity.WARNING, wait="1h", limit=day,
        ),
        Rule(
            "guangfu-receipts-late", says.RECEIPTS_LATE, money.late_receipts(lang, deadlines), "$B > 0",
            Severity.WARNING, wait="1h",
        ),
        Rule(
            "guangfu-findings-open", says.FINDINGS_OPEN, money.open_findings(lang), "$B > 0", Severity.WARNING,
        ),
    ]  # fmt: skip


def document(rule: Rule, lang: Lang) -> dict[str, Any]:
    """What file and API have in common: all but where the rule is kept."""
    return {
        "uid": rule.uid,
        "title": rule.warn.title(lang),
        "condition": "C",
        "data": steps(rule),
        "noDataState": rule.no_rows.value,
        "execErrState": When.ALERTING.value,
        "for": rule.wait,
        "annotations": _annotations(rule, lang),
        "labels": {**PROGRAM, "severity": rule.severity.value},
    }


def _annotations(rule: Rule, lang: Lang) -> dict[str, str]:
    """A query that failed has no value; where that is not what the rule is for, it has words of its own."""
    words = {**PLACEHOLDERS, "limit": f"{rule.limit:g}"}
    said = {"summary": rule.warn.summary, "description": rule.warn.description}
    made = {name: text(lang, **words) for name, text in said.items()}
    if rule.no_rows is When.ALERTING:
        return made
    failed = {"summary": says.FAILED(lang, title=rule.warn.title(lang)), "description": says.FAILED_WHY(lang)}
    return {name: f"{{{{ if $values.B }}}}{made[name]}{{{{ else }}}}{failed[name]}{{{{ end }}}}" for name in made}


def steps(rule: Rule) -> list[dict[str, Any]]:
    """A, B and C."""
    asked = _step("A", rule.target.source.uid, as_plain(rule.target.to_json()), range_s=3600)
    last = {"type": "reduce", "expression": "A", "reducer": "last"}
    compared = {"type": "math", "expression": rule.holds}
    return [asked, *(_expression(ref_id, model) for ref_id, model in (("B", last), ("C", compared)))]


def _expression(ref_id: str, model: dict[str, Any]) -> dict[str, Any]:
    return _step(ref_id, EXPRESSION, {**model, "datasource": {"type": EXPRESSION, "uid": EXPRESSION}})


def _step(ref_id: str, source: str, model: dict[str, Any], range_s: int = 0) -> dict[str, Any]:
    return {
        "refId": ref_id,
        "datasourceUid": source,
        "relativeTimeRange": {"from": range_s, "to": 0},
        "model": {**model, "refId": ref_id, "intervalMs": 1000, "maxDataPoints": 43200},
    }
