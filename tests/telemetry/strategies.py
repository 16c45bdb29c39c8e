"""Messages as hypothesis makes them: all that a station may send, and much that it may not."""

from hypothesis import strategies as st

from guangfu.telemetry.reading import INTEGER_FIELDS, Message, Reading, Status

NATURALS = st.integers(0, 2**63 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
# JSON has no lone surrogates; every other character may stand in a name.
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
STATIONS = st.text("abcXYZ019-_.站: ", min_size=1, max_size=12)
VALUE_FIELDS = tuple(name for name in Reading.__struct_fields__ if name not in {"at_ms", "device"})


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    names = draw(st.sets(st.sampled_from(VALUE_FIELDS), max_size=6))
    values = {name: draw(NATURALS if name in INTEGER_FIELDS else FLOATS) for name in sorted(names)}
    return Reading(at_ms=draw(NATURALS), device=draw(NAMES), **values)  # type: ignore[arg-type]


MESSAGES = st.builds(
    Message,
    station=STATIONS,
    sent_at_ms=st.none() | NATURALS,
    boot=st.none() | NAMES,
    seq=st.none() | NATURALS,
    readings=st.lists(readings(), max_size=5),
)
STATUSES = st.builds(
    Status,
    station=STATIONS,
    state=st.sampled_from(["online", "offline"]),
    at_ms=st.none() | NATURALS,
    boot=st.none() | NAMES,
)

# Texts that JSON almost is, and values that almost fit.
SPANS = st.sampled_from(
    [b"null", b"true", b'"12"', b"NaN", b"-Infinity", b"-1", b"1.5", b"12345.0", b"1.2345e4", b"1e400", b"1e-400",
     b"9" * 400, b"9" * 5000, b"1e99999999999999999999", b"-0.0", b"01", b"[" * 3000, b'{"a":' * 3000, b"{}", b"[]",
     b'"\xff"', b'"\\ud800"', b'"\\u003a"', b'"\x00"', b"9223372036854775807", b"9223372036854775808", b"",
     b'"x","at":7', b'1,"device":"other"', b":", b",", b'"', b"}", b"]", b" ", b"\n", b"\\"]
)  # fmt: skip
