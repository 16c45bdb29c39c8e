"""The beneficiary register against a list: who comes, goes, returns, moves, and whose data are others.

A preview decrypts what it compares, so it is a look like any other and is kept as one.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from accounting.villages.imports import Declined
from guangfu.income.adjusting import Adjustment, Listed, adjust, holds, merge_villages
from guangfu.stations import cells, personal
from guangfu.stations.checks import check_registry
from guangfu.stations.faults import Severity
from guangfu.stations.files.forms import FormColumn, FormFile, FormRow
from guangfu.stations.models import Registry
from guangfu.storage.personal_keys import Keyring
from guangfu.storage.sql import persons
from guangfu.storage.sql.persons import PersonKind, Place, Secret
from guangfu.storage.sql.registry import registry_in, replace_registry
from guangfu.texts import Text

YES_NO: Final = cells.choice(
    {"是": True, "yes": True, "true": True, "否": False, "no": False, "false": False}, ("是", "否")
)
COLUMNS: Final = (
    FormColumn("identity_number", ("身份证号", "身份证号码", "公民身份号码"), personal.identity_cell),
    FormColumn("name", ("姓名",), personal.name_cell),
    FormColumn("bank_card", ("银行卡号", "银行卡", "一卡通账号"), personal.card_cell, needed=False),
    FormColumn("phone", ("电话", "联系电话", "手机号"), personal.phone_cell, needed=False),
    FormColumn("village_id", ("嘎查村编号",), cells.identifier),
    FormColumn("household_id", ("受益户编号", "户编号"), cells.identifier, needed=False),
    FormColumn("head", ("户主", "是否户主"), YES_NO, needed=False),
    FormColumn("slot_id", ("名额编号",), cells.identifier, needed=False),
)
SUPPLIER_COLUMNS: Final = (
    FormColumn("identity_number", ("统一社会信用代码",), personal.credit_cell),
    FormColumn("name", ("名称", "单位名称"), personal.company_cell),
    FormColumn("bank_card", ("银行账号", "账号"), personal.account_cell),
    FormColumn("phone", ("电话",), personal.phone_cell, needed=False),
)
_COMPARED: Final = (Secret.NAME, Secret.BANK_CARD, Secret.PHONE)
_PURPOSE: Final = "动态调整：与名单核对"

TWICE: Final = Text("与第 {rows} 行是同一人", "the same person as in row {rows}")
NO_VILLAGE: Final = Text("登记册中没有这个嘎查村", "no such village in the registry")
NO_SLOT: Final = Text("登记册中没有这个名额", "no such slot in the registry")
_BREAKS: Final = Text("调整后的登记册有错误：{why}", "the registry would be wrong after it: {why}")


@dataclass(frozen=True)
class ListAgainstRegister:
    """What a list changes. `changed`: fields of persons that are others in the list; a blank cell changes nothing."""

    adjustment: Adjustment
    changed: dict[str, tuple[str, ...]]
    warnings: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        return not self.adjustment.differences and not self.changed


def check_list(form: FormFile, registry: Registry) -> None:
    """Adds the faults that no row has by itself."""
    rows: dict[str, list[int]] = defaultdict(list)
    slots = {slot.slot_id for slot in registry.slots}
    for row in form.rows:
        rows[row.cells["identity_number"]].append(row.number)
        wrong = personal.place_fault(row.cells["identity_number"], synthetic=registry.synthetic)
        if wrong is not None:
            form.fault(wrong, row=row.number, column="身份证号")
        if row.cells["village_id"] not in registry.villages:
            form.fault(NO_VILLAGE, row=row.number, column="嘎查村编号")
        if row.cells["slot_id"] not in {None, *slots}:
            form.fault(NO_SLOT, row=row.number, column="名额编号")
    for same in rows.values():
        for number in same if len(same) > 1 else ():
            others = "、".join(str(other) for other in same if other != number)
            form.fault(TWICE.filled(rows=others), row=number, column="身份证号")


def adjust_register(
    db: Connection,
    keys: Keyring,
    rows: Sequence[FormRow],
    day: date,
    *,
    at: datetime,
    by: str,
    apply: bool,
    voucher_id: str | None = None,
    villages: Iterable[str] = (),
) -> ListAgainstRegister:
    """Compares a checked list with the register, and where `apply` says so, writes what differs.

    Args:
        day: From which the list holds.
        villages: Villages of which the list is the whole, beside those that occur in it.

    Raises:
        Declined: The registry would not be a sound one afterwards.
        Refused: A key is missing.
    """
    registry = registry_in(db)
    known = persons.find_persons(db, keys, PersonKind.PERSON, (row.cells["identity_number"] for row in rows))
    changed = _changed(db, keys, rows, known, at, by)
    ids = {row.number: known.get(row.cells["identity_number"], f"#{row.number}") for row in rows}
    if apply:
        ids |= {row.number: _added(db, keys, row, registry, at, by) for row in rows if ids[row.number][0] == "#"}
        by_id = {ids[row.number]: row for row in rows}
        for person_id, fields in changed.items():
            row = by_id[person_id]
            new = {Secret(field): row.cells[field] for field in fields}
            persons.change_person(db, keys, person_id, new, at=at, by=by)
    places = persons.read_places(db)
    found = adjust(registry, places, list(_listed(rows, ids)), day, new_household_id, villages)
    warnings = _check_after(registry, found.registry)
    if apply:
        _write(db, registry, found, places, at, voucher_id)
    return ListAgainstRegister(found, changed, warnings)


def merge(
    db: Connection, gone: Sequence[str], into: str, day: date, *, at: datetime, apply: bool, voucher_id: str | None
) -> Adjustment:
    """Villages become part of another: households, slots, persons and share units from the day on.

    Raises:
        Declined: A village is unknown, or the registry would not be a sound one afterwards.
    """
    registry = registry_in(db)
    strange = sorted({*gone, into} - registry.villages.keys())
    if strange or into in gone or not gone:
        raise Declined(Text(f"嘎查村有误：{strange or into}", f"wrong villages: {strange or into}"))
    places = persons.read_places(db)
    found = merge_villages(registry, places, gone, into, day, new_household_id)
    _check_after(registry, found.registry)
    if apply:
        _write(db, registry, found, places, at, voucher_id)
    return found


def add_suppliers(
    db: Connection, keys: Keyring, rows: Sequence[FormRow], *, synthetic: bool, at: datetime, by: str, apply: bool
) -> tuple[int, dict[str, tuple[str, ...]]]:
    """How many suppliers are new, and which fields of known ones are others; written where `apply` says so."""
    known = persons.find_persons(db, keys, PersonKind.SUPPLIER, (row.cells["identity_number"] for row in rows))
    changed = _changed(db, keys, rows, known, at, by)
    new = [row for row in rows if row.cells["identity_number"] not in known]
    if apply:
        for row in new:
            persons.add_person(db, keys, PersonKind.SUPPLIER, _known(row), synthetic=synthetic, at=at, by=by)
        for row in rows:
            person_id = known.get(row.cells["identity_number"], "")
            if person_id in changed:
                fields = {Secret(field): row.cells[field] for field in changed[person_id]}
                persons.change_person(db, keys, person_id, fields, at=at, by=by)
    return len(new), changed


def new_household_id() -> str:
    return f"hh-{secrets.token_hex(8)}"


def _known(row: FormRow) -> dict[Secret, str]:
    return {field: row.cells[field] for field in Secret if row.cells[field] is not None}


def _added(db: Connection, keys: Keyring, row: FormRow, registry: Registry, at: datetime, by: str) -> str:
    return persons.add_person(db, keys, PersonKind.PERSON, _known(row), synthetic=registry.synthetic, at=at, by=by)


def _changed(
    db: Connection, keys: Keyring, rows: Sequence[FormRow], known: dict[str, str], at: datetime, by: str
) -> dict[str, tuple[str, ...]]:
    held = persons.look(db, keys, known.values(), _COMPARED, purpose=_PURPOSE, at=at, by=by)
    changed: dict[str, tuple[str, ...]] = {}
    for row in rows:
        person_id = known.get(row.cells["identity_number"])
        if person_id is not None:
            now = held[person_id]
            others = tuple(f.value for f in _COMPARED if row.cells[f] is not None and row.cells[f] != now.get(f))
            changed |= {person_id: others} if others else {}
    return changed


def _listed(rows: Sequence[FormRow], ids: dict[int, str]) -> Iterable[Listed]:
    """Who has no word on heads is one where no other of the household came before."""
    seen: set[Any] = set()
    for row in rows:
        household = row.cells["household_id"]
        head = row.cells["head"] if row.cells["head"] is not None else household is None or household not in seen
        seen.add(household)
        yield Listed(ids[row.number], row.cells["village_id"], household, head, row.cells["slot_id"])


def _check_after(before: Registry, after: Registry) -> tuple[str, ...]:
    """Errors that are new refuse the adjustment; new warnings are told."""
    old = {(fault.text, fault.table) for fault in check_registry(before)}
    new = [fault for fault in check_registry(after) if (fault.text, fault.table) not in old]
    errors = [fault.text for fault in new if fault.severity is Severity.ERROR]
    if errors:
        zh, en = "；".join(t.zh for t in errors[:5]), "; ".join(t.en for t in errors[:5])
        raise Declined(Text(_BREAKS.zh.format(why=zh), _BREAKS.en.format(why=en)))
    return tuple(fault.text.zh for fault in new)


def _write(
    db: Connection, before: Registry, found: Adjustment, places: Sequence[Place], at: datetime, voucher_id: str | None
) -> None:
    after = [place for place in places if place.person_id not in found.ends or not holds(place, found.day)]
    ending = (place for place in places if place.person_id in found.ends and holds(place, found.day))
    after += [replace(place, valid_to=found.day) for place in ending if place.valid_from < found.day]
    after += [
        Place(
            new.person_id, new.household_id, new.village_id, new.head, found.day, None, str(new.happening), voucher_id
        )
        for new in found.begins
    ]
    persons.replace_places(db, places, after, at=at)
    if found.registry != before:
        replace_registry(db, found.registry, at=at)
