"""Sends dead letters again to the broker, each on its own topic, and marks them."""

from typing import Final, NamedTuple

from sqlalchemy import Engine

from guangfu.clock import SystemClock
from guangfu.commands.broker import BrokerSettings, Publisher, connected
from guangfu.storage.sql.inbox import DeadLetter, last_dead_letter, mark_replayed, read_dead_letters
from guangfu.telemetry.reading import Reason

MARKED_TOGETHER: Final = 100


class Replayed(NamedTuple):
    sent: int
    unsendable: list[int]
    """Numbers of letters whose topic can't be published to."""


def replay(engine: Engine, settings: BrokerSettings, reason: Reason | None, station: str | None) -> Replayed:
    """Publishes the letters that wait, and marks them after the broker has taken them.

    Where it breaks off, some go twice and none is lost.
    A letter that is refused again comes back as a new one; those are left for the next time.

    Raises:
        NotTaken: The broker did not take a message; those before it are marked.
        Unavailable: Broker or database can't be reached.
    """
    with engine.connect() as db:
        last_id = last_dead_letter(db)
    total = Replayed(0, [])
    with connected(settings) as publisher:
        after_id = 0
        while page := _page(engine, reason, station, after_id, last_id):
            now = _send(engine, publisher, page)
            total = Replayed(total.sent + now.sent, [*total.unsendable, *now.unsendable])
            after_id = page[-1].id
    return total


def _page(engine: Engine, reason: Reason | None, station: str | None, after_id: int, last_id: int) -> list[DeadLetter]:
    with engine.connect() as db:
        page = read_dead_letters(db, reason=reason, station_id=station, after_id=after_id, limit=MARKED_TOGETHER)
    return [letter for letter in page if letter.id <= last_id]


def _send(engine: Engine, publisher: Publisher, page: list[DeadLetter]) -> Replayed:
    taken: list[int] = []
    unsendable: list[int] = []
    try:
        for letter in page:
            try:
                publisher.publish(letter.topic, letter.payload)
                taken.append(letter.id)
            except ValueError:
                unsendable.append(letter.id)
    finally:
        with engine.begin() as db:
            mark_replayed(db, taken, SystemClock().now())
    return Replayed(len(taken), unsendable)
