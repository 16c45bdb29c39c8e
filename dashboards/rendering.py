"""All dashboards as JSON, in both languages."""

import json
from collections import Counter
from typing import Any, Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import area, finance, fleet, income, ingest, quality, station, wall
from dashboards.frame import render
from guangfu.texts import Lang


class Repeated(ValueError):
    """A uid or a title that two dashboards have."""


BOARDS: Final = (
    wall.board, fleet.board, area.board, station.board, income.board, finance.board, quality.board,
    ingest.board,
)  # fmt: skip


def rendered(lang: Lang) -> list[dict[str, Any]]:
    """Every dashboard in one language, in Grafana's classic schema.

    Raises:
        Repeated: Two of them have one uid or one title: Grafana would keep the last of them, without a word.
    """
    documents = [as_json(render(board(lang), lang)) for board in BOARDS]
    for name in ("uid", "title"):
        counted = Counter(document[name] for document in documents)
        again = sorted(value for value, times in counted.items() if times > 1)
        if again:
            raise Repeated(", ".join(again))
    return documents


def as_json(dashboard: Dashboard) -> dict[str, Any]:
    return as_plain(dashboard)


def as_plain(made: object) -> dict[str, Any]:
    """Objects of the SDK as plain JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(made, cls=JSONEncoder))
    return plain


LINE: Final = 110


def as_file(document: dict[str, Any]) -> str:
    """JSON as it is stored: sorted, in one line what fits, Chinese readable, so that differences are small."""
    return _lines(document, "") + "\n"


def _lines(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not isinstance(value, dict | list) or not value or len(indent) + len(line) <= LINE:
        return line
    inner = indent + " "
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"{inner}{_lines(one, inner)}" for one in value) + f"\n{indent}]"
    pairs = (f"{inner}{json.dumps(name, ensure_ascii=False)}: {_lines(value[name], inner)}" for name in sorted(value))
    return "{\n" + ",\n".join(pairs) + f"\n{indent}}}"
