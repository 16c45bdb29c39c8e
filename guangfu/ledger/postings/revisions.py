"""How an entry that may change is kept: in revisions, each reversed whole before the next is posted. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from guangfu.ledger.fen import Fen
from guangfu.ledger.journal import Entry, Line


def reversal(entry: Entry, key: str) -> Entry:
    """The entry that undoes another whole; it names the same station, month and part."""
    lines = tuple(replace(line, amount=Fen(-line.amount)) for line in entry.lines)
    return Entry(entry.book, key, "reversal", lines)


def reversal_key(entry: Entry) -> str:
    """An entry can be reversed once, so its reversal's key follows from its own."""
    return f"{entry.key}/reversal"


def correct(posted: Mapping[str, Entry], make: Callable[[int], Entry], amount: Fen) -> list[Entry]:
    """What to post so that `amount` stands: nothing, a first entry, or a reversal and the next revision.

    Args:
        posted: The book's entries by key; all revisions of this one and their reversals are enough.
        make: The entry of a revision, whose first line is a debit of `amount`.
        amount: What shall stand; an amount of zero is no entry. [fen]
    """
    revision = 1
    while make(revision).key in posted:
        revision += 1
    before = posted[make(revision - 1).key] if revision > 1 else None
    if before is not None and reversal_key(before) in posted:
        before = None
    if amount == (before.lines[0].amount if before else 0):
        return []
    undone = [] if before is None else [reversal(before, reversal_key(before))]
    return undone if amount == 0 else [*undone, make(revision)]


def restate(posted: Mapping[str, Entry], make: Callable[[int], Entry], *, nothing: bool) -> tuple[list[Entry], int]:
    """As `correct`, for entries of several lines: what to post so that these lines stand, and their revision.

    Args:
        make: The entry of a revision as it is to stand; its lines do not depend on the revision.
        nothing: Nothing is to stand.

    Returns:
        The entries, and the revision that stands then; 0 where nothing does.
    """
    revision = 1
    while make(revision).key in posted:
        revision += 1
    before = posted.get(make(revision - 1).key)
    if before is not None and reversal_key(before) in posted:
        before = None
    if not nothing and before is not None and before.lines == make(revision).lines:
        return [], revision - 1
    undone = [] if before is None else [reversal(before, reversal_key(before))]
    return (undone, 0) if nothing else ([*undone, make(revision)], revision)


def against(debit: Line, account: str) -> Line:
    """The credit to `account` that balances a debit."""
    return replace(debit, account=account, amount=Fen(-debit.amount))


def in_key(name: str) -> str:
    """A name that can stand between slashes, so that two different postings never share a key.

    >>> in_key("a/b%")
    'a%2Fb%25'
    """
    return name.replace("%", "%25").replace("/", "%2F")
