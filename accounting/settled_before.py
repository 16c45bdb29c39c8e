"""What an import of statements is held against: statements that are there, closed months, and our own figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from guangfu.income.figures import DailyEnergy
from guangfu.income.settlement.checking import overlap
from guangfu.income.settlement.differences import MonthEstimated
from guangfu.income.settlement.models import Statement, StatementMeter
from guangfu.storage.sql.figures import read_daily_energy, read_monthly_income
from guangfu.storage.sql.papers import closed_months
from guangfu.storage.sql.settlement import KeptStatement, meters_read, read_statements
from guangfu.texts import Text

Key = tuple[str, str]
"""Station and month."""

TWICE_IN_FILE: Final = Text("{month} 在文件中有两份结算单", "the file has two statements for {month}")
_TWICE: Final = Text(
    "{month} 已有结算单 {id}；若这一份要替换它，请加 --replace",
    "{month} is settled by {id}; give --replace if this statement takes its place",
)
_CLOSED: Final = Text(
    "{month} 已关账：请把差额作为退补写入未关账月份的结算单",
    "{month} is closed: enter the difference as a correction in the statement of an open month",
)
_OVERLAP: Final = Text(
    "表 {meter} 的抄表期 {first} 至 {last} 与结算单 {id} 重叠",
    "meter {meter} from {first} to {last} overlaps statement {id}",
)


@dataclass(frozen=True)
class Known:
    """The statements of some stations, their meters' windows, and the months that are closed."""

    kept: dict[Key, list[KeptStatement]]
    meters: dict[str, list[tuple[str, StatementMeter]]]
    closed: set[Key]

    @classmethod
    def read(cls, db: Connection, statements: Sequence[Statement]) -> "Known":
        stations = sorted({one.station_id for one in statements})
        kept: dict[Key, list[KeptStatement]] = {}
        for one in read_statements(db, stations=stations):
            kept.setdefault((one.statement.station_id, one.statement.month), []).append(one)
        meters: dict[str, list[tuple[str, StatementMeter]]] = {}
        for station_id, id_, meter in meters_read(db, stations):
            meters.setdefault(station_id, []).append((id_, meter))
        return cls(kept, meters, closed_months(db, stations))

    def add(self, kept: KeptStatement) -> None:
        """Takes one of the same import for one that is there, so that the next one's windows are held against it."""
        windows = self.meters.setdefault(kept.statement.station_id, [])
        windows += [(kept.statement_id, meter) for meter in kept.statement.meters]

    def of(self, said: Statement) -> list[KeptStatement]:
        """All statements of its station and month, replaced ones as well."""
        return self.kept.get((said.station_id, said.month), [])

    def standing(self, said: Statement) -> list[KeptStatement]:
        return [one for one in self.of(said) if one.state != "replaced"]

    def same(self, said: Statement) -> KeptStatement | None:
        """The statement that says the same already."""
        digest = said.sha256()
        return next((one for one in self.standing(said) if one.content_sha256 == digest), None)

    def last_revision(self, said: Statement) -> int:
        return max((one.revision for one in self.of(said)), default=0)

    def with_new(self, new: Sequence[KeptStatement]) -> list[tuple[str, Statement]]:
        """What will stand, with ids: the new statements, and those of which none takes the place."""
        taken = {(one.statement.station_id, one.statement.month) for one in new}
        stands = [x for key, of in self.kept.items() if key not in taken for x in of if x.state != "replaced"]
        return [(one.statement_id, one.statement) for one in (*stands, *new)]

    def faults(self, said: Statement, *, replacing: bool) -> Iterator[Text]:
        """Why the statement can't be taken beside those that are there."""
        standing = self.standing(said)
        if self.same(said) is not None:
            return
        if standing and (said.station_id, said.month) in self.closed:
            yield _CLOSED.filled(month=said.month)
        elif standing and not replacing:
            yield _TWICE.filled(month=said.month, id=standing[-1].statement_id)
        own = {one.statement_id for one in standing}
        for id_, other in self.meters.get(said.station_id, []):
            for meter in said.meters:
                if id_ not in own and overlap(meter, other):
                    yield _OVERLAP.filled(meter=meter.meter_number, first=meter.read_from, last=meter.read_to, id=id_)


def monthly_estimates(db: Connection, statements: Sequence[Statement]) -> dict[Key, MonthEstimated]:
    """The estimates of the statements' months, as they are stored."""
    months, stations = [one.month for one in statements], {one.station_id for one in statements}
    rows = read_monthly_income(db, start=min(months), end=max(months), stations=stations)
    return {
        (row.station_id, row.month): MonthEstimated(row.energy_wh, row.estimated_base_fen, row.estimated_subsidy_fen)
        for row in rows
    }


def daily_energies(db: Connection, statements: Sequence[Statement]) -> dict[str, list[DailyEnergy]]:
    """The stored days of the statements' windows, by station."""
    first = min(one.window_from for one in statements)
    last = max(one.window_to for one in statements) - timedelta(days=1)
    found: dict[str, list[DailyEnergy]] = {}
    for row in read_daily_energy(db, start=first, end=last, stations={one.station_id for one in statements}):
        found.setdefault(row.station_id, []).append(row)
    return found
