"""Statements into the books: held against the estimate, explained, kept, posted; each import is one transaction.

A statement whose difference is explained within the tolerance is posted when it comes. One that a person must look at
waits as `imported`; the estimate, or the statement that it is to replace, stands until it is accepted.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from accounting.settled_before import TWICE_IN_FILE, Key, Known, daily_energies, monthly_estimates
from guangfu.clock import month_days
from guangfu.income.rules import Rules
from guangfu.income.settlement.continuity import Gap, gaps, touching
from guangfu.income.settlement.differences import NOT_ESTIMATED, Compared, attention, explain
from guangfu.income.settlement.matching import our_meters
from guangfu.income.settlement.models import SettledIncome, Statement, settled_months
from guangfu.income.settlement.receivable import Memos, StandingOf, memos, receivable_amounts, settled_income
from guangfu.income.settlement.window import window_estimate
from guangfu.income.subsidy_status import subsidy_standing
from guangfu.ledger.books import AGENCY
from guangfu.ledger.journal import Entry
from guangfu.ledger.postings import correct_settled, estimate_keys
from guangfu.ledger.states import Subject
from guangfu.stations.faults import Fault
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql.journal import post_entries, read_entries
from guangfu.storage.sql.papers import (
    StateChange,
    StationMonth,
    closed_months,
    read_station_months,
    record_changes,
    write_station_months,
)
from guangfu.storage.sql.settlement import (
    KeptStatement,
    lock_months,
    read_settled,
    read_statements,
    replace_settled,
    statement_id,
    write_statements,
)
from guangfu.texts import Text


class Outcome(StrEnum):
    """What importing a statement does."""

    NEW = "new"
    SAME = "same"
    REPLACES = "replaces"


@dataclass(frozen=True)
class Planned:
    """One statement of an import, and what it will be kept as; the voucher is filled in when it is."""

    outcome: Outcome
    kept: KeptStatement


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do, statement by statement, and why it can't do some of it."""

    planned: tuple[Planned, ...] = ()
    faults: tuple[Fault, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Between a new statement and those before and after it."""

    @property
    def new(self) -> list[KeptStatement]:
        return [one.kept for one in self.planned if one.outcome is not Outcome.SAME]


@dataclass
class Settlement:
    """What settling needs beside a connection. `by` and `at` stand beside every step.

    `rules` has the stations' places in the state's list of subsidised stations (`with_subsidy_status`).
    """

    registry: Registry
    rules: Rules
    at: datetime
    by: str

    def plan(self, db: Connection, statements: Sequence[Statement], *, replacing: bool = False) -> ImportPlan:
        """What importing these statements would do. Nothing is written.

        Args:
            replacing: Whether a statement may take the place of another one of its month.
        """
        known = Known.read(db, statements)
        planned: list[Planned] = []
        faults: list[Fault] = []
        compared = self._compare(db, statements)
        seen: set[Key] = set()
        for said in statements:
            key = said.station_id, said.month
            wrong = (
                [TWICE_IN_FILE.filled(month=said.month)]
                if key in seen
                else list(known.faults(said, replacing=replacing))
            )
            seen.add(key)
            faults += [_fault(said, text) for text in wrong]
            if not wrong:
                planned.append(self._planned(said, known, compared[key]))
                known.add(planned[-1].kept)
        new = [one.kept for one in planned if one.outcome is not Outcome.SAME]
        return ImportPlan(
            tuple(planned), tuple(faults), touching(gaps(known.with_new(new)), {x.statement_id for x in new})
        )

    def _planned(self, said: Statement, known: Known, compared: Compared) -> Planned:
        same = known.same(said)
        if same is not None:
            return Planned(Outcome.SAME, same)
        standing = known.standing(said)
        revision = known.last_revision(said) + 1
        kept = KeptStatement(
            statement_id(said.station_id, said.month, revision), revision, said, "imported", (), None, None, None, None,
            said.sha256(), "", self.at, self.by,
        )  # fmt: skip
        return Planned(Outcome.REPLACES if standing else Outcome.NEW, self._held(kept, compared))

    def _held(self, kept: KeptStatement, compared: Compared) -> KeptStatement:
        """The statement with what it was compared with and why it differs."""
        month, said = compared.month, kept.statement
        found = explain(said, compared)
        look = attention(found, said.tolerance_wh, estimated=compared.month is not NOT_ESTIMATED)
        return replace(
            kept, attention=look, differences=found, tolerance_wh=said.tolerance_wh,
            estimated_energy_wh=month.energy_wh, estimated_base_fen=month.base_fen,
            estimated_subsidy_fen=month.subsidy_fen,
        )  # fmt: skip

    def _compare(self, db: Connection, statements: Iterable[Statement]) -> dict[Key, Compared]:
        wanted = [one for one in statements if one.station_id in self.registry.stations]
        if not wanted:
            return {}
        months = monthly_estimates(db, wanted)
        energy = daily_energies(db, wanted)
        return {
            (said.station_id, said.month): Compared(
                months.get(_key(said), NOT_ESTIMATED),
                window_estimate(
                    self.registry.stations[said.station_id], energy.get(said.station_id, []), self.rules,
                    said.window_from, said.window_to,
                ),
                our_meters(said, self.registry),
            )
            for said in wanted
        }  # fmt: skip

    def apply(self, db: Connection, plan: ImportPlan, voucher_id: str) -> list[KeptStatement]:
        """Keeps the plan's new statements and posts those that nobody must look at. The caller's transaction writes.

        The plan must have been made in the same transaction, after `lock_months`.
        """
        new = [replace(one, voucher_id=voucher_id) for one in plan.new]
        waiting = [other for one in new for other in _others(db, one) if other.state == "imported"]
        write_statements(db, [*new, *(replace(one, state="replaced") for one in waiting)])
        self._record(db, [(one, None, "imported") for one in new])
        self._record(db, [(one, "imported", "replaced") for one in waiting])
        self.post(db, [one for one in new if not one.attention])
        return new

    def accept(self, db: Connection, ids: Collection[str], reason: str) -> list[KeptStatement]:
        """Posts statements that somebody has looked at; those that are posted already stay as they are."""
        lock_months(db)
        waiting = [one for one in read_statements(db, ids=ids) if one.state == "imported"]
        self.post(db, waiting, reason=reason)
        return waiting

    def rematch(self, db: Connection, *, month: str | None = None) -> list[KeptStatement]:
        """Holds the statements of months that are not closed against the estimates as they are now.

        Returns:
            Those whose differences are others than before; of them those that nobody must look at any more are posted.
        """
        lock_months(db)
        closed = closed_months(db)
        kept = [
            one
            for one in read_statements(db, month=month, states=("imported", "matched", "posted"))
            if (one.statement.station_id, one.statement.month) not in closed
        ]
        compared = self._compare(db, [one.statement for one in kept])
        again = {one.statement_id: self._held(one, compared[_key(one.statement)]) for one in kept}
        changed = [again[one.statement_id] for one in kept if again[one.statement_id] != one]
        write_statements(db, changed)
        self.post(db, [one for one in changed if one.state == "imported" and not one.attention])
        return changed

    def post(self, db: Connection, kept: Sequence[KeptStatement], *, reason: str = "") -> int:
        """Into the books: the estimate is reversed, what is settled stands; what they take the place of is replaced.

        Returns:
            How many entries were posted.
        """
        old = [other for one in kept for other in _others(db, one)]
        write_statements(db, [*(replace(one, state="replaced") for one in old), *(_posted(one) for one in kept)])
        steps: list[tuple[KeptStatement, str | None, str]] = [(one, one.state, "replaced") for one in old]
        for one in kept:
            steps += [(one, one.state, "matched"), (one, "matched", "posted")]
        self._record(db, [step for step in steps if step[1] != step[2]], reason)
        gone = [one.statement_id for one in (*kept, *old)]
        memo = self._memos(db, kept, gone)
        replace_settled(db, gone, [row for one in kept for row in self._settled(one, memo)])
        entries = list(self._entries(db, kept, memo))
        self._settle_months(db, kept)
        return post_entries(db, entries, self.at) if entries else 0

    def stand_otherwise(self, db: Connection, kept: Sequence[KeptStatement]) -> int:
        """Posted statements of whose subsidy another part became a receivable, or a memo: the books follow.

        Returns:
            How many entries were posted.
        """
        ids = [one.statement_id for one in kept]
        memo = self._memos(db, kept, ids)
        replace_settled(db, ids, [row for one in kept for row in self._settled(one, memo)])
        entries = list(self._entries(db, kept, memo))
        return post_entries(db, entries, self.at) if entries else 0

    def settled_now(self, db: Connection, kept: Sequence[KeptStatement]) -> dict[str, list[SettledIncome]]:
        """What posted statements settle by the subsidy list as it is now, by id."""
        memo = self._memos(db, kept, [one.statement_id for one in kept])
        return {one.statement_id: self._settled(one, memo) for one in kept}

    def _memos(self, db: Connection, kept: Sequence[KeptStatement], gone: Collection[str]) -> dict[str, Memos]:
        """What is a memo of each statement's subsidy; older months first, since later ones may take from them.

        Args:
            gone: Statements whose rows are replaced, or will be.
        """
        before: dict[Key, int] = {}
        for row in read_settled(db, stations={one.statement.station_id for one in kept}):
            if row.statement_id not in gone:
                key = row.station_id, row.month
                before[key] = before.get(key, 0) + row.memo_subsidy_fen
        found: dict[str, Memos] = {}
        for one in sorted(kept, key=lambda one: one.statement.month):
            said = one.statement
            of_months = {month: before.get((said.station_id, month), 0) for month in settled_months(said)}
            memo = found[one.statement_id] = memos(said, self._standing_of(said.station_id), of_months)
            for month in of_months:
                key = said.station_id, month
                before[key] = before.get(key, 0) + memo.of(month, own=month == said.month)
        return found

    def _entries(self, db: Connection, kept: Sequence[KeptStatement], memo: Mapping[str, Memos]) -> Iterator[Entry]:
        """The agency is no party to a centralized station's income, so that is in no book."""
        posted: dict[str, dict[str, Entry]] = {}
        for one in kept:
            said = one.statement
            if self.registry.stations[said.station_id].kind is StationKind.CENTRALIZED:
                continue
            if said.month not in posted:
                posted[said.month] = posted_of(db, said.month)
            amounts, corrections = receivable_amounts(said, memo[one.statement_id])
            yield from correct_settled(
                posted[said.month], said.station_id, said.month, amounts, corrections, voucher=one.voucher_id
            )

    def _settled(self, one: KeptStatement, memo: Mapping[str, Memos]) -> list[SettledIncome]:
        said = one.statement
        return settled_income(said, one.statement_id, self._standing_of(said.station_id), memo[one.statement_id])

    def _standing_of(self, station_id: str) -> StandingOf:
        """The station's place in the list on the last day of the energy's month."""
        station = self.registry.stations[station_id]
        return lambda month: subsidy_standing(station, month_days(month)[-1], self.rules)

    def _settle_months(self, db: Connection, kept: Sequence[KeptStatement]) -> None:
        """A month that an exception closed stays closed: its statement is an entry of today that names it."""
        stations = sorted({one.statement.station_id for one in kept})
        before = {(row.station_id, row.month): row for row in read_station_months(db, stations=stations)}
        rows = []
        for one in kept:
            said, old = one.statement, before.get(_key(one.statement))
            closed = old is not None and old.state == "closed"
            exception = old.exception_voucher_id if old else None
            state = "closed" if closed else "settled"
            rows.append(StationMonth(said.station_id, said.month, state, self.at, self.by, one.statement_id, exception))
        write_station_months(db, rows, reason="statement")

    def _record(self, db: Connection, steps: Iterable[tuple[KeptStatement, str | None, str]], reason: str = "") -> None:
        record_changes(
            db,
            [
                StateChange(
                    Subject.STATEMENT, one.statement_id, before, after, self.at, self.by, reason, one.voucher_id or None
                )
                for one, before, after in steps
            ],
        )


def posted_of(db: Connection, month: str) -> dict[str, Entry]:
    """The agency's entries of a month's estimates, settlements, and the corrections that its statements brought."""
    begins = (estimate_keys(month), f"settled/{month}/", f"correction/{month}/")
    found = [one for begin in begins for one in read_entries(db, AGENCY, key_prefix=begin)]
    return {one.entry.key: one.entry for one in found}


def _posted(one: KeptStatement) -> KeptStatement:
    return replace(one, state="posted")


def _others(db: Connection, kept: KeptStatement) -> list[KeptStatement]:
    """The other statements of the same month that are not replaced."""
    said = kept.statement
    standing = read_statements(
        db, month=said.month, stations=[said.station_id], states=("imported", "matched", "posted")
    )
    return [one for one in standing if one.statement_id != kept.statement_id]


def _key(said: Statement) -> Key:
    return said.station_id, said.month


def _fault(said: Statement, text: Text) -> Fault:
    file, _, row = said.source.rpartition(":")
    return Fault(text, file=file, row=int(row) if row.isdecimal() else None)
