"""What the API says of operating ingest: one dead letter whole, an order to replay, how each worker does."""

from datetime import datetime

from api.schemas import Schema


class DeadLetter(Schema):
    """A message that could not be taken, whole: `payload` is its text, or `payload_base64` its bytes."""

    id: int
    reason: str
    detail: str
    topic: str
    station_id: str | None
    received_at: datetime
    replay_asked_at: datetime | None
    replayed_at: datetime | None
    origin: str
    payload: str | None = None
    payload_base64: str | None = None


class ReplayAsked(Schema):
    """How many letters ingest will take again; 0 if it was asked before, or has taken them."""

    asked: int


class IngestWorker(Schema):
    """What a worker last said of itself, at `at`; counts since `started_at`, sizes in bytes."""

    worker: int
    at: datetime
    started_at: datetime
    connected: bool
    paused: bool
    received: int
    stored: int
    dead_letters: int
    spool_messages: int
    spool_bytes: int
    spool_oldest_s: float
    outbox_rows: int
    set_aside: int
    disk_free_bytes: int


class Ingest(Schema):
    """`paused` workers leave messages with the broker. `unknown_stations` counts the messages that wait for each."""

    workers: list[IngestWorker]
    unknown_stations: dict[str, int]
