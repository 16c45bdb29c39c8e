"""What happened, drawn into every chart over time: rules that changed, months that were closed, outages."""

# ruff: noqa: S608 - queries are made of constants of ours and of the rules, whose quotes are doubled

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from grafana_foundation_sdk.models.dashboard import AnnotationQuery, AnnotationTarget, DataSourceRef

from dashboards import colours
from dashboards.sources import MONEY
from dashboards.words import annotations as says
from guangfu.income.rules.loading import RulesSettings, load_rules
from guangfu.income.rules.models import Rules
from guangfu.texts import Lang, Text

OUTAGE_S: Final = 120
"""Ingest tells how it does every 15 seconds; so long a silence is an outage, of ingest or of PostgreSQL."""

_IN_RANGE: Final = "BETWEEN $__timeFrom()::timestamptz AND $__timeTo()::timestamptz"


class _Target(AnnotationTarget):
    """A query as a panel's target has it: the SDK's own class knows none."""

    def __init__(self, raw_sql: str) -> None:
        super().__init__()
        self.raw_sql = raw_sql

    def to_json(self) -> dict[str, object]:
        return {
            "refId": "Anno", "datasource": DataSourceRef(MONEY.kind, MONEY.uid), "rawQuery": True,
            "rawSql": self.raw_sql, "format": "table", "editorMode": "code",
        }  # fmt: skip


def annotations(lang: Lang) -> list[AnnotationQuery]:
    """Rules, closings and outages; each can be switched off at the top of a dashboard.

    Raises:
        BadSettings: `GUANGFU_RULES_FOLDER` is wrong.
        BadRules: Some rules are wrong.
    """
    rules = load_rules(RulesSettings.load().folder)
    return [
        _annotation(says.RULES(lang), rule_changes(rules, lang), colours.NOTE),
        _annotation(says.CLOSINGS(lang), closings(lang), colours.PRODUCING),
        _annotation(says.OUTAGES(lang), outages(lang), colours.DOWN),
    ]


def _annotation(name: str, query: str, colour: str) -> AnnotationQuery:
    source: Any = DataSourceRef(MONEY.kind, MONEY.uid)
    return AnnotationQuery(
        name=name, datasource=source, enable=True, hide=False, icon_color=colour, target=_Target(query), built_in=0
    )


@dataclass(frozen=True)
class _Change:
    on: date
    text: Text
    document: str


def rule_changes(rules: Rules, lang: Lang) -> str:
    """When a dated rule begins to hold, and when figures were first computed with the rules as they are now."""
    dated = [
        *(_Change(one.valid_from, says.BASE_PRICE, one.document) for one in rules.base_prices),
        *(_Change(one.valid_from, says.DEDUCTION, one.document) for one in rules.deductions),
        *(_Change(one.valid_from, says.ENTITLEMENT, one.document) for one in rules.entitlements),
    ]
    rows = sorted({(one.on, f"{one.text(lang)} {one.document if lang is Lang.ZH else ''}".strip()) for one in dated})
    values = ", ".join(f"(timestamptz '{on} 00:00:00+08', {_quoted(text)})" for on, text in rows)
    version = f"SELECT min(computed_at), {_quoted(says.RULES_IN_USE(lang))} || rules_version FROM monthly_income"
    return (
        f'SELECT at AS time, text FROM (SELECT * FROM (VALUES {values}) dated(at, "text") UNION ALL '
        f"{version} GROUP BY rules_version) changes WHERE at {_IN_RANGE} ORDER BY 1"
    )


def closings(lang: Lang) -> str:
    """When the last station of a month was closed, and how many are."""
    text = f"{_quoted(says.CLOSED(lang))} || month || ' (' || count(*) || ')'"
    return (
        f"SELECT * FROM (SELECT max(changed_at) AS time, {text} AS text FROM station_months WHERE state = 'closed' "
        f"GROUP BY month) closed WHERE time {_IN_RANGE} ORDER BY 1"
    )


def outages(lang: Lang) -> str:
    """Where ingest was silent: it was down, or PostgreSQL was."""
    each = (
        "SELECT worker, at, lag(at) OVER (PARTITION BY worker ORDER BY at) AS before FROM ingest_health "
        f"WHERE at {_IN_RANGE}"
    )
    return (
        f'SELECT before AS time, at AS "timeEnd", {_quoted(says.OUTAGE(lang))} || worker AS text FROM ({each}) told '
        f"WHERE at - before > interval '{OUTAGE_S} seconds' ORDER BY 1"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("$", "") + "'"
