"""What operators ask: dead letters, how ingest does, is the process alive, are its parts reachable, metrics."""

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api import operation_schemas, schemas
from api.metrics import metrics_text
from api.parts import ApiParts
from api.readiness import check_ready
from api.routes import dead_letters
from guangfu.storage.sql.inbox import count_by_station
from guangfu.storage.sql.operations import IngestHealth, latest_ingest_health
from guangfu.telemetry.reading import Reason

router = APIRouter(tags=["operations"])
router.include_router(dead_letters.router)


@router.get("/v1/ingest", response_model=operation_schemas.Ingest)
def read_ingest(parts: ApiParts) -> operation_schemas.Ingest:
    """How each worker of ingest does: connected, what waits in its spool and how long, the disk; unknown stations."""
    with parts.engine.connect() as db:
        workers, unknown = latest_ingest_health(db), count_by_station(db, Reason.UNKNOWN_STATION)
    return operation_schemas.Ingest(
        workers=[operation_schemas.IngestWorker(**_shown(worker)) for worker in workers], unknown_stations=unknown
    )


def _shown(worker: IngestHealth) -> dict[str, Any]:
    return {name: getattr(worker, name) for name in operation_schemas.IngestWorker.model_fields}


@router.get("/metrics", response_class=Response)
def read_metrics(parts: ApiParts) -> Response:
    """Prometheus' text format: stations by state, power, accounting's last run, dead letters; each program's own."""
    return Response(metrics_text(parts), headers={"Content-Type": CONTENT_TYPE_LATEST})


@router.get("/healthz", response_model=schemas.Health)
def read_health() -> schemas.Health:
    """The process is alive; nothing else is asked."""
    return schemas.Health()


@router.get("/readyz", response_model=schemas.Health)
def read_readiness(parts: ApiParts) -> schemas.Health:
    """Telemetry store, database and registry can be reached; 503 with what can't."""
    check_ready(parts)
    return schemas.Health()
