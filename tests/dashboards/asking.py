"""Asks the databases what a panel asks them."""

import http.client
import json
import urllib.parse
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from guangfu.clock import from_ms
from tests.dashboards.expanding import View, expand_influxql, expand_sql
from tests.services.running import Service

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Databases:
    engine: Engine
    influxdb: Service
    database: str

    def ask(self, target: dict[str, Any], view: View) -> Rows:
        """The rows of one target, as `(column, …)` from SQL and `(series, time, value)` from InfluxQL."""
        if target["datasource"]["type"] == "influxdb":
            return self._influxql(expand_influxql(target["query"], view), target["alias"])
        return self.sql(expand_sql(target["rawSql"], view))

    def sql(self, query: str) -> Rows:
        with self.engine.connect() as db:
            rows = db.execution_options(no_parameters=True).exec_driver_sql(query)
            return [tuple(_plain(value) for value in row) for row in rows]

    def _influxql(self, query: str, alias: str) -> Rows:
        connection = http.client.HTTPConnection(self.influxdb.host, self.influxdb.port, timeout=20)
        asked = urllib.parse.urlencode({"db": self.database, "q": query, "epoch": "ms"})
        connection.request("POST", f"/query?{asked}")
        (answer,) = json.loads(connection.getresponse().read())["results"]
        connection.close()
        assert "error" not in answer, answer
        return [
            (alias.replace("$tag_device", series.get("tags", {}).get("device", "")), from_ms(at_ms), value)
            for series in answer.get("series", [])
            for at_ms, value in series["values"]
        ]


def _plain(value: Any) -> Any:
    """Decimals as floats, instants in UTC: what can be compared."""
    if isinstance(value, Decimal):
        return float(value)
    return value.astimezone(UTC) if isinstance(value, datetime) else value
