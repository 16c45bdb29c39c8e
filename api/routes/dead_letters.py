"""Dead letters: list, show, export, and the order to take them again, which is the API's only kind of write."""

import base64
import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from api import operation_schemas, schemas
from api.parts import ApiParts, Parts
from api.problems import NotFound
from api.writing import may_write
from guangfu.storage.sql.inbox import (
    DeadLetter,
    ask_replay,
    count_dead_letters,
    read_dead_letter,
    read_dead_letters,
)
from guangfu.telemetry.reading import Reason
from guangfu.texts import Text

router = APIRouter(prefix="/v1/dead-letters", tags=["operations"])
SHOWN_BYTES = 2000
PAGE = 100
NO_LETTER = Text("没有编号为 {id} 的死信。", "There is no dead letter {id}.")

StationQuery = Annotated[str | None, Query(max_length=100, description="station id")]
WaitingQuery = Annotated[bool, Query(description="only those that were not replayed")]
LetterId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("", response_model=schemas.DeadLetters)
def read_letters(
    parts: ApiParts,
    reason: Reason | None = None,
    station: StationQuery = None,
    waiting: WaitingQuery = True,
    after_id: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> schemas.DeadLetters:
    """Messages that could not be taken, in the order they came, and how many wait by reason."""
    with parts.engine.connect() as db:
        letters = read_dead_letters(
            db, reason=reason, station_id=station, waiting_only=waiting, after_id=after_id, limit=limit
        )
        return schemas.DeadLetters(waiting=count_dead_letters(db), items=[_row(letter) for letter in letters])


@router.get("/export", response_class=StreamingResponse)
def export_letters(
    parts: ApiParts, reason: Reason | None = None, station: StationQuery = None, waiting: WaitingQuery = True
) -> StreamingResponse:
    """JSON lines, a letter each, whole, in the order they came."""
    lines = _lines(parts, reason, station, waiting=waiting)
    headers = {"Content-Disposition": 'attachment; filename="dead-letters.jsonl"'}
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


@router.get("/{letter_id}", response_model=operation_schemas.DeadLetter)
def read_letter(parts: ApiParts, letter_id: LetterId) -> operation_schemas.DeadLetter:
    """One dead letter, whole."""
    with parts.engine.connect() as db:
        return _whole(_found(read_dead_letter(db, letter_id), letter_id))


@router.post(
    "/{letter_id}/replay",
    response_model=operation_schemas.ReplayAsked,
    status_code=202,
    dependencies=[Depends(may_write)],
    responses={status: {"model": schemas.Problem} for status in (401, 403)},
)
def replay_letter(parts: ApiParts, letter_id: LetterId) -> operation_schemas.ReplayAsked:
    """Lets ingest take the letter again within seconds, as if it came when it came. Needs the token of writes."""
    with parts.engine.begin() as db:
        _found(read_dead_letter(db, letter_id), letter_id)
        return operation_schemas.ReplayAsked(asked=ask_replay(db, parts.clock.now(), letter_id=letter_id))


def _found(letter: DeadLetter | None, letter_id: int) -> DeadLetter:
    if letter is None:
        raise NotFound(NO_LETTER, id=letter_id)
    return letter


def _lines(parts: Parts, reason: Reason | None, station: str | None, *, waiting: bool) -> Iterator[str]:
    after_id = 0
    while True:
        with parts.engine.connect() as db:
            page = read_dead_letters(
                db, reason=reason, station_id=station, waiting_only=waiting, after_id=after_id, limit=PAGE
            )
        for letter in page:
            yield json.dumps(_whole(letter).model_dump(mode="json", exclude_none=True), ensure_ascii=False) + "\n"
        if len(page) < PAGE:
            return
        after_id = page[-1].id


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


def _whole(letter: DeadLetter) -> operation_schemas.DeadLetter:
    try:
        payload = {"payload": letter.payload.decode("utf-8")}
    except UnicodeDecodeError:
        payload = {"payload_base64": base64.b64encode(letter.payload).decode("ascii")}
    return operation_schemas.DeadLetter(
        id=letter.id,
        reason=letter.reason,
        detail=letter.detail,
        topic=letter.topic,
        station_id=letter.station_id,
        received_at=letter.received_at,
        replay_asked_at=letter.replay_asked_at,
        replayed_at=letter.replayed_at,
        origin=letter.origin,
        **payload,
    )
