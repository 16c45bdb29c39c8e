"""A query as a panel carries it; the SDK has no variant for InfluxQL and SQL, so these are ours."""

from dataclasses import dataclass, replace
from typing import Any, Self

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import DataqueryConfig, register_dataquery_variant
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from dashboards.sources import MONEY, TELEMETRY, Source


@dataclass(frozen=True)
class Target(Dataquery, Builder[Dataquery]):
    """A query against one of our sources, its own builder too, since nothing of it is optional."""

    query: str
    ref_id: str = "A"

    @property
    def source(self) -> Source:
        raise NotImplementedError

    def build(self) -> Self:
        return self

    def named(self, ref_id: str) -> Self:
        return replace(self, ref_id=ref_id)

    def reference(self) -> DataSourceRef:
        return DataSourceRef(type_val=self.source.kind, uid=self.source.uid)

    def to_json(self) -> dict[str, object]:
        """With the source's uid: a name would fail in alerts and in Grafana's query API."""
        return {"refId": self.ref_id, "datasource": self.reference(), "rawQuery": True, **self._own()}

    def _own(self) -> dict[str, object]:
        raise NotImplementedError


@dataclass(frozen=True)
class InfluxQL(Target):
    """An InfluxQL query; `alias` names its series, `$tag_device` is put in."""

    alias: str = ""

    @property
    def source(self) -> Source:
        return TELEMETRY

    def _own(self) -> dict[str, object]:
        return {"query": self.query, "resultFormat": "time_series", "alias": self.alias}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(stored["query"], stored["refId"], stored["alias"])


@dataclass(frozen=True)
class Sql(Target):
    """A PostgreSQL query: a table, or series if its first column is `time`."""

    series: bool = False

    @property
    def source(self) -> Source:
        return MONEY

    def _own(self) -> dict[str, object]:
        return {"rawSql": self.query, "format": "time_series" if self.series else "table", "editorMode": "code"}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        return cls(stored["rawSql"], stored["refId"], stored["format"] == "time_series")


def register() -> None:
    """Teach the SDK to read our targets back from JSON."""
    register_dataquery_variant(DataqueryConfig(TELEMETRY.kind, InfluxQL.from_json))
    register_dataquery_variant(DataqueryConfig(MONEY.kind, Sql.from_json))
