"""The plain path of decoding: slow, and exact about what is wrong.

An object is first taken apart into the raw text of each field, so that one bad reading costs only
itself and the refusal can quote the value as it was sent.
"""

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from guangfu.telemetry.decoded import Decoded, nothing_but
from guangfu.telemetry.reading import (
    INTEGER_FIELDS,
    MAX_READINGS,
    Name,
    Natural,
    Reading,
    Reason,
    Rejected,
    Status,
)
from guangfu.telemetry.topics import Topic

T = TypeVar("T")
Fields = dict[str, msgspec.Raw]


class Header(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A `Message` without its readings."""

    station: Name
    sent_at_ms: Natural | None = msgspec.field(default=None, name="sent_at")
    boot: Name | None = None
    seq: Natural | None = None


_HEADERS: Final = msgspec.json.Decoder(Header)
_READINGS: Final = msgspec.json.Decoder(Reading)
_STATUSES: Final = msgspec.json.Decoder(Status)
_FIELDS: Final = msgspec.json.Decoder(Fields)
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ENCODER: Final = msgspec.json.Encoder()
_INTEGERS: Final = INTEGER_FIELDS | {"at", "sent_at", "seq"}
_INTEGER_LITERAL: Final = re.compile(rb"-?\d+\.\d+|-?\d+(\.\d+)?[eE][+-]?\d+")
_QUOTED_LENGTH: Final = 120


class _Bad(Exception):
    """Not what it should be; the text says what and quotes it."""


def decode_message(parsed: Topic, topic: str, payload: bytes) -> Decoded:
    """A telemetry or event message: its good readings, and a `Rejected` for each bad one."""
    not_json = _why_not_json(payload)
    if not_json is not None:
        return nothing_but(parsed, Rejected(Reason.NOT_JSON, not_json, topic, payload))
    try:
        fields = _taken_apart(payload)
        raws = _readings_of(fields)
        header = _typed(_HEADERS, fields)
    except _Bad as bad:
        return nothing_but(parsed, Rejected(Reason.BAD_MESSAGE, str(bad), topic, payload))
    if header.station != parsed.station:
        return nothing_but(parsed, mismatch(header.station, parsed, topic, payload))
    return _with_readings(Decoded(parsed, header.sent_at_ms, header.boot, header.seq), header, raws, topic)


def decode_status(parsed: Topic, topic: str, payload: bytes) -> Decoded:
    not_json = _why_not_json(payload)
    if not_json is not None:
        return nothing_but(parsed, Rejected(Reason.NOT_JSON, not_json, topic, payload))
    try:
        status = _typed(_STATUSES, _taken_apart(payload))
    except _Bad as bad:
        return nothing_but(parsed, Rejected(Reason.BAD_MESSAGE, str(bad), topic, payload))
    if status.station != parsed.station:
        return nothing_but(parsed, mismatch(status.station, parsed, topic, payload))
    return Decoded(parsed, None, status.boot, None, [], status)


def mismatch(said: str, parsed: Topic, topic: str, payload: bytes) -> Rejected:
    detail = f"station: {_quoted(_ENCODER.encode(said))}, the topic says {parsed.station}"
    return Rejected(Reason.STATION_MISMATCH, detail, topic, payload)


def alone(header: Header | Decoded, reading: msgspec.Raw | Reading) -> bytes:
    """A message that holds one reading: what is kept of a refused one, so that it can be replayed."""
    message = {"station": header.station, "sent_at": header.sent_at_ms, "boot": header.boot, "seq": header.seq}
    kept: dict[str, object] = {name: value for name, value in message.items() if value is not None}
    return _ENCODER.encode({**kept, "readings": [reading]})


def _with_readings(found: Decoded, header: Header, raws: list[msgspec.Raw], topic: str) -> Decoded:
    for raw in raws:
        try:
            found.readings.append(_typed(_READINGS, _taken_apart(bytes(raw))))
        except _Bad as bad:
            found.rejected.append(Rejected(Reason.BAD_READING, str(bad), topic, alone(header, raw)))
    return found


def _why_not_json(payload: bytes) -> str | None:
    try:
        payload.decode()
        msgspec.json.decode(payload, type=msgspec.Raw)
        json.loads(payload, parse_int=str, parse_float=str)
    except RecursionError:
        return "nested too deeply"
    except ValueError as error:
        return str(error) if payload else "empty"
    return None


def _taken_apart(text: bytes) -> Fields:
    """The raw text of each field of an object.

    Raises:
        _Bad: Not an object, or a name stands in it twice.
    """
    try:
        fields = _FIELDS.decode(text)
    except msgspec.ValidationError:
        raise _Bad(f"not an object: {_quoted(text)}") from None
    pairs: list[tuple[str, object]] = json.loads(text, object_pairs_hook=list, parse_int=str, parse_float=str)
    if len(pairs) != len(fields):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _Bad(f"{_quoted(_ENCODER.encode(twice))} stands twice: {_quoted(text)}")
    return fields


def _readings_of(fields: Fields) -> list[msgspec.Raw]:
    if "readings" not in fields:
        raise _Bad("readings: missing")
    try:
        raws = _RAWS.decode(fields["readings"])
    except msgspec.ValidationError:
        raise _Bad(f"readings: not a list: {_quoted(bytes(fields['readings']))}") from None
    if len(raws) > MAX_READINGS:
        raise _Bad(f"readings: {len(raws)} of them, at most {MAX_READINGS} are taken")
    return raws


def _typed(decoder: msgspec.json.Decoder[T], fields: Fields) -> T:
    exact = {name: _integer(raw) if name in _INTEGERS else raw for name, raw in fields.items()}
    try:
        return decoder.decode(_ENCODER.encode(exact))
    except msgspec.ValidationError as error:
        raise _Bad(_detail(error, fields)) from None


def _integer(raw: msgspec.Raw) -> msgspec.Raw:
    """`12345.0` and `1.2345e4` as `12345`; what is not exactly an integer stays and will be refused."""
    text = bytes(raw).strip()
    if not _INTEGER_LITERAL.fullmatch(text):
        return raw
    try:
        number = Decimal(text.decode())
        exact = -(2**63) < number < 2**63 and number == number.to_integral_value()
    except ArithmeticError:
        return raw
    return msgspec.Raw(str(int(number)).encode()) if exact else raw


def _detail(error: msgspec.ValidationError, fields: Fields) -> str:
    """`field: what is wrong: value`, from msgspec's words."""
    words, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`").split(".")[0].split("[")[0]
    if name in fields:
        return f"{name}: {words}: {_quoted(bytes(fields[name]))}"
    return words


def _quoted(text: bytes) -> str:
    quoted = text.decode(errors="replace")
    return quoted if len(quoted) <= _QUOTED_LENGTH else f"{quoted[:_QUOTED_LENGTH]}… ({len(quoted)} characters)"
