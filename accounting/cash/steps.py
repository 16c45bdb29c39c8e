"""What every step about money has beside its connection: who does it and when, and by which registry and rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from guangfu.clock import local_day
from guangfu.income.rules import Rules
from guangfu.ledger.states import Subject
from guangfu.stations.models import Registry, StationKind
from guangfu.storage.sql.papers import StateChange, record_changes


@dataclass(frozen=True)
class Desk:
    """`by` and `at` stand beside every step; a synthetic registry makes every document synthetic."""

    registry: Registry
    rules: Rules
    at: datetime
    by: str

    @property
    def today(self) -> date:
        return local_day(self.at)

    @property
    def month(self) -> str:
        return f"{self.today:%Y-%m}"

    def village_stations(self, banner: str | None = None) -> list[str]:
        """Village-level stations, of all banners or one, sorted."""
        return sorted(
            s.station_id
            for s in self.registry.stations.values()
            if s.kind is StationKind.VILLAGE and banner in {None, s.banner_code}
        )

    def record(
        self, db: Connection, subject: Subject, steps: Sequence[tuple[str, str | None, str]], *, reason: str = "",
        voucher_id: str | None = None,
    ) -> None:  # fmt: skip
        """Keeps steps (id, before, after); a step that leads where the subject is already is none.

        Raises:
            BadStep: A step that may not follow.
        """
        record_changes(
            db,
            [
                StateChange(subject, name, before, after, self.at, self.by, reason, voucher_id)
                for name, before, after in steps
                if before != after
            ],
        )
