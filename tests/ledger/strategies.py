"""Journal entries as hypothesis makes them."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
amounts = st.integers(-(10**15), 10**15).map(Fen)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
ids = st.none() | texts
lines = st.builds(Line, texts, amounts, ids, ids, ids, st.none() | st.integers(2000, 2100), ids, ids, ids)


def balanced(some: list[Line]) -> tuple[Line, ...]:
    """The lines, and one more that makes them sum to zero."""
    return (*some, Line("balancing", Fen(-sum(line.amount for line in some))))


entries = st.builds(Entry, texts, texts, texts, st.lists(lines, min_size=1, max_size=4).map(balanced))
