"""All dashboards as JSON, in both languages."""

import json
from typing import Any, Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import fleet, income, station
from dashboards.frame import render
from guangfu.texts import Lang

BOARDS: Final = (fleet.board, station.board, income.board)


def rendered(lang: Lang) -> list[dict[str, Any]]:
    """Every dashboard in one language, in Grafana's classic schema."""
    return [as_json(render(board(lang), lang)) for board in BOARDS]


def as_json(dashboard: Dashboard) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(dashboard, cls=JSONEncoder))
    return made


def as_file(document: dict[str, Any]) -> str:
    """JSON as it is stored: sorted, a line per value, Chinese readable, so that differences are small."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
