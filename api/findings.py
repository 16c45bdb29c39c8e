"""Findings of audit checks as an answer and as a table."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final, Unpack

from sqlalchemy import Connection

from api import finding_schemas as schemas
from api.tables import Column
from guangfu.income.audit.next_steps import NEXT_STEPS
from guangfu.income.rules.audit import Check, Severity
from guangfu.income.rules.audit_words import CHECK_NAMES, SEVERITY_NAMES
from guangfu.ledger.states import Subject, state_name
from guangfu.stations.models import Registry
from guangfu.storage.sql.findings import Finding, Which, count_findings, read_findings
from guangfu.texts import Lang, Text


def findings_answer(
    db: Connection, registry: Registry, lang: Lang, *, limit: int, offset: int, **which: Unpack[Which]
) -> schemas.Findings:
    """The serious ones first, then by check, subject and period."""
    found = read_findings(db, limit=limit, offset=offset, **which)
    return schemas.Findings(total=count_findings(db, **which), items=[_row(one, registry, lang) for one in found])


def _row(one: Finding, registry: Registry, lang: Lang) -> schemas.FindingRow:
    check, severity = Check(one.check_name), Severity(one.severity)
    told = {name: getattr(one, name) for name in schemas.FindingRow.model_fields if hasattr(one, name)}
    return schemas.FindingRow.model_validate({
        **told,
        "check": check,
        "check_name": CHECK_NAMES[check](lang),
        "severity_name": SEVERITY_NAMES[severity](lang),
        "state_name": state_name(Subject.FINDING, one.state)(lang),
        "place": _place(one, registry, lang),
        "text": one.text(lang),
        "next_step": NEXT_STEPS[check](lang),
        "rows": [schemas.CauseRow(**asdict(row)) for row in one.rows],
    })  # fmt: skip


def _place(one: Finding, registry: Registry, lang: Lang) -> str | None:
    places = (
        registry.stations.get(one.station_id or ""),
        registry.villages.get(one.village_id or ""),
        registry.banners.get(one.banner_code or ""),
    )
    place = next((place for place in places if place), None)
    return None if place is None else place.name if lang is Lang.ZH else place.name_en


def _plain(name: str, zh: str, en: str) -> Column[schemas.FindingRow]:
    return Column(name, Text(zh, en), lambda row, _: getattr(row, name))


FINDING_COLUMNS: Final[Sequence[Column[schemas.FindingRow]]] = (
    _plain("finding_id", "编号", "key"),
    _plain("severity_name", "程度", "severity"),
    _plain("check_name", "检查", "check"),
    _plain("state_name", "状态", "state"),
    _plain("period", "期间", "period"),
    _plain("station_id", "电站编号", "station"),
    _plain("village_id", "嘎查村编号", "village"),
    _plain("banner_code", "旗县代码", "banner"),
    _plain("place", "何处", "place"),
    _plain("text", "发现", "finding"),
    _plain("next_step", "处理", "what to do"),
    _plain("rule_id", "规则", "rule"),
    _plain("document", "文件", "document"),
    _plain("unconfirmed", "待核实", "unconfirmed"),
    _plain("first_seen_at", "首次发现", "first seen"),
    _plain("last_seen_at", "最近发现", "last seen"),
)
