"""Persons in SQL: written encrypted, read only with a purpose that is kept, erased without touching what was paid.

Every function takes an open connection. Those that decrypt also write what was looked at, in the same transaction:
begin it with `engine.begin()`.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from guangfu.storage.errors import Refused
from guangfu.storage.personal_keys import Encrypted, Keyring
from guangfu.storage.sql import schema
from guangfu.storage.sql.bulk import chunks, insert_rows


class PersonKind(StrEnum):
    PERSON = "person"
    SUPPLIER = "supplier"


class Secret(StrEnum):
    """What is known of a person, each encrypted for itself."""

    NAME = "name"
    IDENTITY_NUMBER = "identity_number"
    BANK_CARD = "bank_card"
    PHONE = "phone"


class Act(StrEnum):
    """What was done with personal data."""

    LOOK = "look"
    WRITE = "write"
    ROTATE = "rotate"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody without anything personal."""

    person_id: str
    kind: str
    synthetic: bool
    recorded_at: datetime
    recorded_by: str
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is a beneficiary, from `valid_from` to the day before `valid_to`."""

    person_id: str
    household_id: str
    village_id: str
    head: bool
    valid_from: date
    valid_to: date | None
    reason: str
    voucher_id: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A look at personal data, or another act on it: who, when, which fields, what for."""

    person_id: str
    act: str
    fields: str
    purpose: str
    looked_at: datetime
    looked_by: str


_PERSONS: Final = schema.persons
_SECRETS: Final = schema.person_secrets
_PLACES: Final = schema.person_places


def add_person(
    db: Connection, keys: Keyring, kind: PersonKind, known: Mapping[Secret, str], *, synthetic: bool, at: datetime,
    by: str,
) -> str:  # fmt: skip
    """Keeps a person under a new random id, and what is known of it encrypted.

    Raises:
        Refused: The identity number is another person's already.
    """
    number = known.get(Secret.IDENTITY_NUMBER)
    mac = None if number is None else keys.identity_mac(kind, number)
    if mac is not None and db.execute(sa.select(1).where(_PERSONS.c.identity_mac == mac)).first():
        raise Refused("persons", "the identity number is in the register already")
    person_id = f"{'sp' if kind is PersonKind.SUPPLIER else 'pn'}-{secrets.token_hex(8)}"
    columns = ("person_id", "kind", "identity_mac", "mac_key_id", "synthetic", "recorded_at", "recorded_by")
    row = (person_id, str(kind), mac, keys.identity_key_id if mac else None, synthetic, at, by)
    insert_rows(db, _PERSONS, columns, [row])
    _write(db, keys, person_id, known, at, by)
    return person_id


def change_person(
    db: Connection, keys: Keyring, person_id: str, known: Mapping[Secret, str], *, at: datetime, by: str
) -> None:
    """Replaces some fields, such as a card; what they were before is gone.

    Raises:
        Refused: There is no such person, it is erased, or the identity number is to change.
    """
    if Secret.IDENTITY_NUMBER in known:
        raise Refused("persons", f"{person_id}: an identity number makes a person; it is not changed")
    person = read_persons(db, [person_id]).get(person_id)
    if person is None or person.erased_at is not None:
        raise Refused("persons", f"{person_id}: no such person, or erased")
    _write(db, keys, person_id, known, at, by)


def find_persons(db: Connection, keys: Keyring, kind: PersonKind, numbers: Iterable[str]) -> dict[str, str]:
    """Ids of the persons that have one of the identity numbers, by number; nothing is decrypted.

    Raises:
        Refused: The register was hashed with another key: `guangfu beneficiaries rotate`.
    """
    others = sa.select(sa.func.count()).where(
        _PERSONS.c.identity_mac.is_not(None), _PERSONS.c.mac_key_id != keys.identity_key_id
    )
    if db.execute(others).scalar_one():
        raise Refused("persons", "GUANGFU_PERSONS_IDENTITY_KEY is another than the register's: beneficiaries rotate")
    by_mac = {keys.identity_mac(kind, number): number for number in numbers}
    found: dict[str, str] = {}
    for macs in chunks(by_mac):
        wanted = sa.select(_PERSONS.c.identity_mac, _PERSONS.c.person_id).where(_PERSONS.c.identity_mac.in_(macs))
        found |= {by_mac[mac]: person_id for mac, person_id in db.execute(wanted)}
    return found


def read_persons(db: Connection, person_ids: Iterable[str] | None = None) -> dict[str, Person]:
    """Persons by id, nothing personal of them."""
    wanted = sa.select(*(_PERSONS.c[field.name] for field in fields(Person))).order_by(_PERSONS.c.person_id)
    parts = [None] if person_ids is None else list(chunks(sorted(set(person_ids))))
    rows = (
        row
        for part in parts
        for row in db.execute(wanted if part is None else wanted.where(_PERSONS.c.person_id.in_(part)))
    )
    return {row.person_id: Person(*row) for row in rows}


def look(
    db: Connection, keys: Keyring, person_ids: Iterable[str], wanted: Sequence[Secret], *, purpose: str, at: datetime,
    by: str,
) -> dict[str, dict[Secret, str]]:  # fmt: skip
    """Decrypts some fields of some persons, and keeps who looked, when, at what, and what for.

    Returns:
        What is known, by person; a field that is not known, or was erased, is left out.

    Raises:
        Refused: The purpose is blank, a key is not set, or a row was tampered with.
    """
    if not purpose.strip():
        raise Refused("persons", "a look at personal data needs a purpose")
    ids = sorted(set(person_ids))
    found: dict[str, dict[Secret, str]] = {person_id: {} for person_id in ids}
    names = [str(field) for field in wanted]
    for part in chunks(ids):
        rows = sa.select(_SECRETS.c.person_id, _SECRETS.c.field, _SECRETS.c.key_id, _SECRETS.c.ciphertext)
        for person_id, field, key_id, held in db.execute(
            rows.where(_SECRETS.c.person_id.in_(part), _SECRETS.c.field.in_(names))
        ):
            found[person_id][Secret(field)] = keys.decrypt(person_id, field, Encrypted(key_id, bytes(held)))
    _log(db, [Look(p, Act.LOOK, _names(wanted), purpose, at, by) for p in ids])
    return found


def written_at(db: Connection, person_ids: Iterable[str], field: Secret) -> dict[str, datetime]:
    """When the field of each person was last written; one that has none is left out."""
    found: dict[str, datetime] = {}
    for part in chunks(sorted(set(person_ids))):
        wanted = sa.select(_SECRETS.c.person_id, _SECRETS.c.recorded_at)
        found |= dict(
            map(tuple, db.execute(wanted.where(_SECRETS.c.person_id.in_(part), _SECRETS.c.field == str(field))))
        )
    return found


def erase_person(db: Connection, person_id: str, *, reason: str, at: datetime, by: str) -> None:
    """Takes away all that is known of a person; id, dues and payments stay, and the journal is not touched.

    Raises:
        Refused: There is no such person, or no reason.
    """
    person = read_persons(db, [person_id]).get(person_id)
    if person is None or not reason.strip():
        raise Refused("persons", f"{person_id}: no such person, or no reason given")
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA secure_delete = ON")  # overwrites the pages, instead of leaving them for later use
    known = db.execute(sa.select(_SECRETS.c.field).where(_SECRETS.c.person_id == person_id)).scalars().all()
    db.execute(sa.delete(_SECRETS).where(_SECRETS.c.person_id == person_id))
    gone = {"identity_mac": None, "mac_key_id": None, "erased_at": person.erased_at or at, "erased_by": by}
    db.execute(sa.update(_PERSONS).where(_PERSONS.c.person_id == person_id).values(**gone))
    _log(db, [Look(person_id, Act.ERASE, ",".join(sorted(known)), reason, at, by)])


def rotate_keys(db: Connection, keys: Keyring, *, at: datetime, by: str) -> int:
    """Writes anew, with the current keys, all that was written with others; returns how many fields.

    Raises:
        Refused: A key that rows were written with is not set.
    """
    macs = sa.select(_PERSONS.c.person_id, _PERSONS.c.kind).where(
        _PERSONS.c.identity_mac.is_not(None), _PERSONS.c.mac_key_id != keys.identity_key_id
    )
    hashed = dict(map(tuple, db.execute(macs)))
    rows = db.execute(sa.select(_SECRETS.c.person_id, _SECRETS.c.field, _SECRETS.c.key_id, _SECRETS.c.ciphertext)).all()
    touched: dict[str, list[str]] = {}
    for person_id, field, key_id, held in rows:
        of_mac = person_id in hashed and field == Secret.IDENTITY_NUMBER
        if key_id == keys.current and not of_mac:
            continue
        plain = keys.decrypt(person_id, field, Encrypted(key_id, bytes(held)))
        touched.setdefault(person_id, []).append(field)
        _put(db, keys, person_id, field, plain)
        if of_mac:
            mac = keys.identity_mac(PersonKind(hashed[person_id]), plain)
            new = {"identity_mac": mac, "mac_key_id": keys.identity_key_id}
            db.execute(sa.update(_PERSONS).where(_PERSONS.c.person_id == person_id).values(**new))
    _log(db, [Look(p, Act.ROTATE, ",".join(sorted(names)), keys.current, at, by) for p, names in touched.items()])
    return sum(map(len, touched.values()))


def read_looks(db: Connection, person_id: str | None = None) -> list[Look]:
    """Every act on personal data, of one person or of all, the first one first."""
    table = schema.person_looks
    wanted = sa.select(*(table.c[field.name] for field in fields(Look))).order_by(table.c.id)
    if person_id is not None:
        wanted = wanted.where(table.c.person_id == person_id)
    return [Look(*row) for row in db.execute(wanted)]


def read_places(db: Connection, *, villages: Iterable[str] | None = None) -> list[Place]:
    """Where persons are and were beneficiaries, as known now, by person and day."""
    wanted = sa.select(*(_PLACES.c[field.name] for field in fields(Place))).where(_PLACES.c.superseded_at.is_(None))
    parts = [None] if villages is None else list(chunks(sorted(set(villages))))
    rows = [
        Place(*row)
        for part in parts
        for row in db.execute(wanted if part is None else wanted.where(_PLACES.c.village_id.in_(part)))
    ]
    return sorted(rows, key=lambda place: (place.person_id, place.valid_from, place.household_id))


def replace_places(db: Connection, before: Sequence[Place], after: Sequence[Place], *, at: datetime) -> None:
    """Supersedes the places that are not in `after`, and adds those that were not in `before`; nothing is deleted."""
    names = [field.name for field in fields(Place)]
    stays = set(before) & set(after)
    for place in sorted(set(before) - stays, key=_place_key):
        same = (_PLACES.c[name].is_not_distinct_from(getattr(place, name)) for name in names)
        db.execute(sa.update(_PLACES).where(_PLACES.c.superseded_at.is_(None), *same).values(superseded_at=at))
    new = sorted(set(after) - stays, key=_place_key)
    insert_rows(db, _PLACES, [*names, "recorded_at"], [(*attrgetter(*names)(place), at) for place in new])


def _place_key(place: Place) -> tuple[str, date, str]:
    return place.person_id, place.valid_from, place.household_id


def _write(db: Connection, keys: Keyring, person_id: str, known: Mapping[Secret, str], at: datetime, by: str) -> None:
    if not known:
        return
    for field, plain in known.items():
        _put(db, keys, person_id, str(field), plain, at, by)
    _log(db, [Look(person_id, Act.WRITE, _names(known), "", at, by)])


def _put(
    db: Connection, keys: Keyring, person_id: str, field: str, plain: str, at: datetime | None = None, by: str = ""
) -> None:
    """Without `at`, who wrote the field and when stay as they are: the key alone is another."""
    sealed = keys.encrypt(person_id, field, plain)
    if at is None:
        row = sa.and_(_SECRETS.c.person_id == person_id, _SECRETS.c.field == field)
        db.execute(sa.update(_SECRETS).where(row).values(key_id=sealed.key_id, ciphertext=sealed.ciphertext))
        return
    columns = ("person_id", "field", "key_id", "ciphertext", "recorded_at", "recorded_by")
    update = ", ".join(f"{name} = excluded.{name}" for name in columns[2:])
    row_ = (person_id, field, sealed.key_id, sealed.ciphertext, at, by)
    insert_rows(db, _SECRETS, columns, [row_], f"(person_id, field) DO UPDATE SET {update}")


def _names(wanted: Iterable[Secret]) -> str:
    return ",".join(sorted(str(field) for field in wanted))


def _log(db: Connection, looks: Sequence[Look]) -> None:
    names = [field.name for field in fields(Look)]
    insert_rows(db, schema.person_looks, names, [attrgetter(*names)(one) for one in looks])
