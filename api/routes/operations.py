"""What operators ask: dead letters, is the process alive, are its parts reachable, metrics."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api import schemas
from api.metrics import metrics_text
from api.parts import ApiParts
from api.readiness import check_ready
from guangfu.storage.sql.inbox import DeadLetter, count_dead_letters, read_dead_letters
from guangfu.telemetry.reading import Reason

router = APIRouter(tags=["operations"])
SHOWN_BYTES = 2000


@router.get("/v1/dead-letters", response_model=schemas.DeadLetters)
def read_letters(
    parts: ApiParts,
    reason: Reason | None = None,
    station: Annotated[str | None, Query(max_length=100, description="station id")] = None,
    waiting: Annotated[bool, Query(description="only those that were not replayed")] = True,
    after_id: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> schemas.DeadLetters:
    """Messages that could not be taken, in the order they came, and how many wait by reason."""
    with parts.engine.connect() as db:
        letters = read_dead_letters(
            db, reason=reason, station_id=station, waiting_only=waiting, after_id=after_id, limit=limit
        )
        return schemas.DeadLetters(waiting=count_dead_letters(db), items=[_row(letter) for letter in letters])


def _row(letter: DeadLetter) -> schemas.DeadLetterRow:
    return schemas.DeadLetterRow(
        id=letter.id,
        reason=letter.reason,
        detail=letter.detail,
        topic=letter.topic,
        station_id=letter.station_id,
        received_at=letter.received_at,
        replayed_at=letter.replayed_at,
        payload=letter.payload[:SHOWN_BYTES].decode("utf-8", "replace"),
        payload_bytes=len(letter.payload),
    )


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
