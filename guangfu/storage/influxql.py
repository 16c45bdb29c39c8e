"""Asking InfluxDB by InfluxQL over HTTP: the one query language of 1.8 and 2.x.

Answers are read in chunks, so that a month of a fleet never stands in memory as text.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from guangfu.storage.errors import Refused, Unavailable
from guangfu.telemetry.reading import JUDGED_FIELDS, SUSPECT_VALUE

PART: Final = "InfluxDB"
_CHUNK_ROWS: Final = 10_000
_DETAIL_LENGTH_MAX: Final = 300

Value = int | float | str | None


class Series(msgspec.Struct):
    """A part of an answer: rows of `columns`, of the tags that the statement groups by."""

    columns: list[str]
    values: list[list[Value]] = []
    tags: dict[str, str] = {}


class _Outcome(msgspec.Struct):
    statement_id: int = 0
    series: list[Series] = []
    error: str | None = None


class _Chunk(msgspec.Struct):
    results: list[_Outcome] = []
    error: str | None = None


_DECODE: Final = msgspec.json.Decoder(_Chunk).decode


def quoted(name: str) -> str:
    r"""A string literal of InfluxQL.

    >>> print(quoted("it's"))
    'it\'s'
    """
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def one_of(names: Sequence[str] | None, tag: str = "station") -> str:
    """The condition that a row is of one of the names; empty if any will do."""
    if names is None:
        return ""
    if not names:
        return f" AND {tag} = ''"  # a tag that is there is never empty
    return " AND (" + " OR ".join(f"{tag} = {quoted(name)}" for name in names) + ")"


def unmarked(column: str) -> str:
    """The condition that a value of the column is not suspect; empty where no mark speaks of it.

    Source:
        Bitwise AND has been in InfluxQL since 1.3, https://docs.influxdata.com/influxdb/v1/query_language/math_operators/,
        and is in 3 too. A point without `quality` counts: seen on 1.8.10.
    """
    return f" AND quality & {SUSPECT_VALUE} = 0" if column in JUDGED_FIELDS else ""


def failure(status: int, body: str) -> str:
    """InfluxDB's words about a request that failed; its answers can be megabytes long."""
    try:
        said = msgspec.json.decode(body, type=dict[str, object])
        words = str(said.get("message") or said.get("error") or body)
    except msgspec.DecodeError:
        words = body
    return f"{status} {words.strip()[:_DETAIL_LENGTH_MAX]}"


@contextmanager
def reachable() -> Iterator[None]:
    """Turns everything that goes wrong on the way into `Unavailable`."""
    try:
        yield
    except HTTPError as error:
        raise Unavailable(PART, str(error)[:_DETAIL_LENGTH_MAX]) from error


class InfluxQL:
    """Statements to one bucket, `database/retention` or, on 2.x, the bucket's name alone.

    Args:
        url: Where InfluxDB answers, `http://host:8086`.
        bucket: What `db` and `rp` of a statement are made from.
        token: A token; `user:password` on 1.8. Empty where InfluxDB asks for none.
        timeout_s: How long each step of a request may take. [s]
    """

    def __init__(self, url: str, *, bucket: str, token: str, timeout_s: float) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Token {token}"} if token else {})
        database, _, retention = bucket.partition("/")
        self._fields = {"db": database, "epoch": "ms", "chunked": "true", "chunk_size": str(_CHUNK_ROWS)}
        if retention:
            self._fields["rp"] = retention
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=urllib3.Timeout(total=timeout_s))

    def ask(self, statements: str) -> Iterator[tuple[int, Series]]:
        """The answer's series as they come, each with the number of its statement.

        Raises:
            Unavailable: No answer, not all of it, or one that says no for now.
            Refused: InfluxDB does not understand the statement.
        """
        with reachable():
            response = self._pool.request(
                "POST",
                f"{self._url}/query",
                fields={**self._fields, "q": statements},
                encode_multipart=False,
                headers=self._headers,
                preload_content=False,
            )
            try:
                yield from self._series(response)
            finally:
                response.release_conn()

    def _series(self, response: urllib3.BaseHTTPResponse) -> Iterator[tuple[int, Series]]:
        if response.status != 200:
            words = failure(response.status, response.read(4096).decode(errors="replace"))
            raise (Refused if response.status == 400 else Unavailable)(PART, words)
        for line in response:
            chunk = self._chunk(line)
            for outcome in chunk.results:
                if outcome.error:
                    raise Unavailable(PART, outcome.error[:_DETAIL_LENGTH_MAX])
                for series in outcome.series:
                    yield outcome.statement_id, series

    def _chunk(self, line: bytes) -> _Chunk:
        if not line.strip():
            return _Chunk()
        try:
            chunk = _DECODE(line)
        except msgspec.DecodeError as error:
            raise Unavailable(PART, f"an answer that can't be read: {error}") from error
        if chunk.error:
            raise Unavailable(PART, chunk.error[:_DETAIL_LENGTH_MAX])
        return chunk

    def ping(self) -> None:
        """Raises `Unavailable` if InfluxDB does not answer, does not let us in or has no such bucket."""
        # A question for readings, since 2.x lists no measurements of a bucket that is not there without a word.
        for _ in self.ask("SELECT quality FROM pv_meter WHERE time = 0 LIMIT 1"):
            pass

    def close(self) -> None:
        self._pool.clear()
