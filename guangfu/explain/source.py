"""What an explanation reads from: database, readings, registry and rules; and in which language it speaks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from guangfu.clock import CHINA
from guangfu.explain.tree import EntryRef, Fact
from guangfu.income.rules import Rules
from guangfu.ledger.books import AGENCY
from guangfu.stations.models import Registry
from guangfu.storage.boundaries import Readings
from guangfu.storage.sql.journal import Posted, read_entries
from guangfu.storage.sql.papers import Voucher, read_voucher
from guangfu.texts import Lang, Text

VOUCHER = Text("凭证", "voucher")
VOUCHER_NUMBER = Text("编号 {number}", "number {number}")
VOUCHER_FILE = Text("文件 {file}，SHA-256 {sha256}", "file {file}, SHA-256 {sha256}")
SINCE = Text("{first} 起", "since {first}")
BETWEEN = Text("{first} 至 {until}", "{first} to {until}")
NO_VOUCHER = Text("{id}（未登记）", "{id}, not recorded")


@dataclass
class Source:
    """One explanation's reading; it keeps what it has read.

    Attributes:
        rules: As they are in force (`guangfu.storage.sql.rules_in_force`).
        today: The local day.
    """

    db: Connection
    readings: Readings
    registry: Registry
    rules: Rules
    lang: Lang
    today: date
    _posted: dict[tuple[str, str | None], list[Posted]] = field(default_factory=dict)
    _vouchers: dict[str, Voucher | None] = field(default_factory=dict)

    def say(self, text: Text, **values: object) -> str:
        return text(self.lang, **values)

    def fact(self, name: Text, value: object) -> Fact:
        return Fact(self.say(name), self.say(value) if isinstance(value, Text) else str(value))

    def document(self, name: Text, document: str, grade: str) -> Fact:
        """A rule's document with its confidence."""
        return Fact(self.say(name), document or "—", str(grade))

    def dates(self, name: Text, first: date, until: date | None) -> Fact:
        return Fact(self.say(name), self.between(first, until))

    def between(self, first: date, until: date | None) -> str:
        """From a day on, and until when if it has ended."""
        return self.say(SINCE if until is None else BETWEEN, first=first, until=until)

    def entries(self, *prefixes: str, station_id: str | None = None, book: str = AGENCY) -> tuple[EntryRef, ...]:
        """Entries whose key begins so; `station_id` reads all of the station's once, else each prefix is a query."""
        if station_id is None:
            found = [one for prefix in prefixes for one in read_entries(self.db, book, key_prefix=prefix)]
        else:
            if (book, station_id) not in self._posted:
                self._posted[book, station_id] = read_entries(self.db, book, station_id=station_id)
            found = [one for one in self._posted[book, station_id] if one.entry.key.startswith(prefixes)]
        return tuple(EntryRef(one.entry.book, one.seq, one.entry.key, one.hash.hex()) for one in found)

    def vouchers(self, *ids: str | None) -> tuple[Fact, ...]:
        """The documents with their numbers and files' hashes."""
        return tuple(Fact(self.say(VOUCHER), self._voucher(one)) for one in dict.fromkeys(ids) if one)

    def _voucher(self, voucher_id: str) -> str:
        if voucher_id not in self._vouchers:
            self._vouchers[voucher_id] = read_voucher(self.db, voucher_id)
        found = self._vouchers[voucher_id]
        if found is None:
            return self.say(NO_VOUCHER, id=voucher_id)
        number = [self.say(VOUCHER_NUMBER, number=found.number)] if found.number else []
        file = self.say(VOUCHER_FILE, file=found.file_name, sha256=found.file_sha256)
        return self.joined(voucher_id, *number, file)

    def listed(self, texts: Iterable[str]) -> str:
        return self.say(Text("、", ", ")).join(texts)

    def joined(self, *values: object) -> str:
        """What belongs to one another, with the language's comma between."""
        return self.say(Text("，", ", ")).join(map(str, values))


def local(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
