"""The live stream: server-sent events, a small one every few seconds."""

import threading
from collections.abc import AsyncIterator, Mapping

import anyio
import anyio.to_thread
import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api import answers
from api.fleet_view import FleetView
from api.language import Language
from api.parts import ApiParts, Parts
from api.problems import PART_AWAY, TooManyStreams
from guangfu.storage.errors import StorageError
from guangfu.texts import Lang, Text

router = APIRouter(tags=["live"])
FULL = Text("已有 {n} 个实时连接，请稍后再试。", "There are {n} live streams already; try again later.")
RETRY_MS = 3000
NAP_S = 0.2
"""How soon a stream notices that the server ends."""

Told = tuple[str, float | None]
"""State and power of a station, as a stream last told it."""


class Places:
    """How many streams there are."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        """Raises `TooManyStreams`."""
        with self._lock:
            if self._taken >= self._most:
                raise TooManyStreams(FULL, n=self._most)
            self._taken += 1

    def free(self) -> None:
        with self._lock:
            self._taken -= 1


@router.get("/v1/stream", response_class=StreamingResponse)
async def stream(request: Request, parts: ApiParts, lang: Language) -> StreamingResponse:
    """Events: `fleet` is as `/v1/fleet`; `stations` is a list of [station_id, state, power_w], first all of them,
    then those that changed; `problem` says that a part is away, and the stream goes on.
    """
    places: Places = request.app.state.places
    places.take()
    return _Stream(_events(parts, lang), places)


class _Stream(StreamingResponse):
    """Frees its place however it ends, even before it began."""

    def __init__(self, events: AsyncIterator[bytes], places: Places) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._places = places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._places.free()


async def _events(parts: Parts, lang: Lang) -> AsyncIterator[bytes]:
    told: dict[str, Told] = {}
    yield f"retry: {RETRY_MS}\n\n".encode()
    while not parts.stopping.is_set():
        yield await anyio.to_thread.run_sync(_next_events, parts, lang, told)
        await _wait(parts)


async def _wait(parts: Parts) -> None:
    for _ in range(round(parts.settings.stream_interval_s / NAP_S)):
        if parts.stopping.is_set():
            break
        await anyio.sleep(NAP_S)


def _next_events(parts: Parts, lang: Lang, told: dict[str, Told]) -> bytes:
    """The events of this moment; what they say of stations is noted in `told`."""
    try:
        view = parts.look.get()
    except StorageError as error:
        return _event("problem", msgspec.json.encode({"detail": PART_AWAY(lang, part=error.part)}))
    fleet = _event("fleet", view.kept("fleet_json", lang, _fleet_json))
    changes = _changes(view, told)
    return fleet + _event("stations", msgspec.json.encode(changes)) if changes else fleet


def _fleet_json(view: FleetView, lang: Lang) -> bytes:
    return view.kept("fleet", lang, answers.fleet).model_dump_json().encode()


def _changes(view: FleetView, told: dict[str, Told]) -> list[tuple[str, str, float | None]]:
    now = view.kept("stations_now", Lang.ZH, _stations_now)
    changed = {station: what for station, what in now.items() if told.get(station) != what}
    told.update(changed)
    return [(station, state, power_w) for station, (state, power_w) in changed.items()]


def _stations_now(view: FleetView, lang: Lang) -> Mapping[str, Told]:
    rows = answers.rows_of(view, lang)
    return {row.station_id: (row.state.value, row.power_w) for row in rows}


def _event(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
