"""Persons at rest: encrypted, found without decrypting, looked at with a purpose, erased; both databases."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from guangfu.settings import BadSettings
from guangfu.storage.errors import Refused
from guangfu.storage.personal_keys import Encrypted, Keyring, PersonsSettings, load_keys, new_key
from guangfu.storage.sql import persons, schema
from guangfu.storage.sql.database import open_database
from guangfu.storage.sql.persons import Act, PersonKind, Place, Secret
from tests.villages.people import Somebody, identity_of, new_keyring

AT = datetime(2026, 7, 3, 1, tzinfo=UTC)


def add(engine: Engine, keys: Keyring, n: int) -> str:
    with engine.begin() as db:
        return persons.add_person(db, keys, PersonKind.PERSON, Somebody(n).known, synthetic=True, at=AT, by="李")


def everything(engine: Engine) -> str:
    """Every cell of every table."""
    with engine.connect() as db:
        rows = [row for table in schema.metadata.sorted_tables for row in db.execute(sa.select(table))]
    return "\n".join(repr([bytes(c) if isinstance(c, memoryview) else c for c in row]) for row in rows)


def test_a_person_is_written_and_read_with_a_purpose(engine: Engine) -> None:
    keys = new_keyring()
    person_id = add(engine, keys, 1)
    with engine.begin() as db:
        found = persons.look(db, keys, [person_id], list(Secret), purpose="发放核对", at=AT, by="王")
        looks = [(x.act, x.fields, x.purpose, x.looked_by) for x in persons.read_looks(db, person_id)]
    assert found == {person_id: Somebody(1).known}
    fields = "bank_card,identity_number,name,phone"
    assert looks == [("write", fields, "", "李"), ("look", fields, "发放核对", "王")]
    assert not any(secret in everything(engine) for secret in Somebody(1).secrets)


def test_a_look_without_purpose_is_refused(engine: Engine) -> None:
    keys = new_keyring()
    person_id = add(engine, keys, 1)
    with pytest.raises(Refused, match="purpose"), engine.begin() as db:
        persons.look(db, keys, [person_id], [Secret.NAME], purpose=" ", at=AT, by="王")


def test_the_same_number_is_found_without_decrypting_and_is_one_person(engine: Engine) -> None:
    keys = new_keyring()
    person_id = add(engine, keys, 1)
    with engine.begin() as db:
        found = persons.find_persons(db, keys, PersonKind.PERSON, [identity_of(1), identity_of(2)])
        assert found == {identity_of(1): person_id}
        assert [x.act for x in persons.read_looks(db)] == ["write"]
    with pytest.raises(Refused, match="already"):
        add(engine, keys, 1)


def test_the_database_refuses_to_alter_a_look(engine: Engine) -> None:
    add(engine, new_keyring(), 1)
    for act in ("UPDATE person_looks SET purpose = 'x'", "DELETE FROM person_looks"):
        with pytest.raises(DBAPIError, match="never altered"), engine.begin() as db:
            db.execute(sa.text(act))


def test_a_rotated_key_reads_old_rows_and_rotation_frees_the_old_key(engine: Engine) -> None:
    old = new_keyring("k1")
    person_id = add(engine, old, 1)
    both = Keyring("k2", {**new_keyring("k2").keys, **old.keys}, old.identity_key_id, old.identity_key)
    with engine.begin() as db:
        assert persons.look(db, both, [person_id], [Secret.NAME], purpose="x", at=AT, by="王")[person_id]
        assert persons.rotate_keys(db, both, at=AT, by="王") == 4
        assert persons.rotate_keys(db, both, at=AT, by="王") == 0
    only = Keyring("k2", {"k2": both.keys["k2"]}, old.identity_key_id, old.identity_key)
    with engine.begin() as db:
        assert persons.look(db, only, [person_id], list(Secret), purpose="x", at=AT, by="王") == {
            person_id: Somebody(1).known
        }
    with pytest.raises(Refused, match="key k2 is not in"), engine.begin() as db:
        persons.look(db, old, [person_id], [Secret.NAME], purpose="x", at=AT, by="王")


def test_another_identity_key_asks_for_rotation_and_then_finds_the_same_persons(engine: Engine) -> None:
    old = new_keyring()
    person_id = add(engine, old, 1)
    other = Keyring(old.current, old.keys, "i2", bytes(32))
    with engine.begin() as db:
        with pytest.raises(Refused, match="rotate"):
            persons.find_persons(db, other, PersonKind.PERSON, [identity_of(1)])
        persons.rotate_keys(db, other, at=AT, by="王")
        found = persons.find_persons(db, other, PersonKind.PERSON, [identity_of(1)])
        assert found == {identity_of(1): person_id}


def test_an_erased_person_keeps_the_id_alone(engine: Engine) -> None:
    keys = new_keyring()
    person_id, other = add(engine, keys, 1), add(engine, keys, 2)
    with engine.begin() as db:
        persons.erase_person(db, person_id, reason="本人申请", at=AT, by="王")
        assert persons.look(db, keys, [person_id], list(Secret), purpose="x", at=AT, by="王") == {person_id: {}}
        assert persons.find_persons(db, keys, PersonKind.PERSON, [identity_of(1)]) == {}
        assert persons.read_persons(db)[person_id].erased_at == AT
        assert len(persons.look(db, keys, [other], list(Secret), purpose="x", at=AT, by="王")[other]) == 4
        acts = [(x.act, x.purpose) for x in persons.read_looks(db, person_id)]
    assert (Act.ERASE, "本人申请") in acts
    with pytest.raises(Refused, match="erased"), engine.begin() as db:
        persons.change_person(db, keys, person_id, {Secret.NAME: "甲"}, at=AT, by="王")


def test_a_row_put_in_another_place_is_not_read(engine: Engine) -> None:
    keys = new_keyring()
    first, second = add(engine, keys, 1), add(engine, keys, 2)
    table = schema.person_secrets
    with engine.begin() as db:
        stolen = db.execute(sa.select(table.c.ciphertext).where(table.c.person_id == first, table.c.field == "name"))
        row = sa.and_(table.c.person_id == second, table.c.field == "name")
        db.execute(sa.update(table).where(row).values(ciphertext=stolen.scalar_one()))
    with pytest.raises(Refused, match=f"{second} name"), engine.begin() as db:
        persons.look(db, keys, [second], [Secret.NAME], purpose="x", at=AT, by="王")


def test_places_are_superseded_never_deleted(engine: Engine) -> None:
    first = Place("p1", "h1", "v1", True, date(2020, 1, 1), None, "added")
    ended = Place("p1", "h1", "v1", True, date(2020, 1, 1), date(2026, 1, 1), "added")
    with engine.begin() as db:
        persons.replace_places(db, [], [first], at=AT)
        persons.replace_places(db, [first], [ended], at=AT)
        assert persons.read_places(db) == persons.read_places(db, villages=["v1"]) == [ended]
        assert persons.read_places(db, villages=["v2"]) == []
        assert db.execute(sa.select(sa.func.count()).select_from(schema.person_places)).scalar_one() == 2


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=4, max_size=40))
def test_ciphertext_never_contains_the_plaintext_and_is_never_the_same_twice(plain: str) -> None:
    keys = KEYS
    one, two = keys.encrypt("p", "name", plain), keys.encrypt("p", "name", plain)
    assert one.ciphertext != two.ciphertext
    assert plain.encode() not in one.ciphertext
    assert keys.decrypt("p", "name", one) == keys.decrypt("p", "name", two) == plain
    for person_id, field in (("q", "name"), ("p", "phone")):
        with pytest.raises(Refused):
            keys.decrypt(person_id, field, one)
    broken = bytes([one.ciphertext[0] ^ 1]) + one.ciphertext[1:]
    with pytest.raises(Refused):
        keys.decrypt("p", "name", Encrypted(one.key_id, broken))


KEYS = new_keyring()


@pytest.mark.parametrize(
    ("keys", "identity", "says"),
    [
        ("", new_key("i"), "GUANGFU_PERSONS_KEYS: personal data needs a key"),
        (new_key("k"), "", "GUANGFU_PERSONS_IDENTITY_KEY"),
        ("k:abcd", new_key("i"), "32 bytes"),
        ("no-colon", new_key("i"), "32 bytes"),
        (f"{new_key('k')},{new_key('k')}", new_key("i"), "twice"),
        (f"k:{'A' * 43}=", f"i:{'A' * 43}=", "must not be one of"),
    ],
)
def test_keys_that_are_missing_or_wrong_are_named_and_not_repeated(keys: str, identity: str, says: str) -> None:
    with pytest.raises(BadSettings, match=says) as error:
        load_keys(PersonsSettings(keys=SecretStr(keys), identity_key=SecretStr(identity)))
    assert "abcd" not in str(error.value)
    assert "AAAA" not in str(error.value)


def test_no_key_shows_in_a_representation() -> None:
    assert "keys" not in repr(KEYS).replace("personal_keys", "")


def test_keys_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEYS", "IDENTITY_KEY"):
        (tmp_path / name).write_text(new_key(name) + "\n", encoding="utf-8")
        monkeypatch.setenv(f"GUANGFU_PERSONS_{name}_FILE", str(tmp_path / name))
    assert load_keys(PersonsSettings.load()).current == "KEYS"


def test_no_byte_of_an_erased_ciphertext_stays_in_sqlites_file(migrated_file: Path, tmp_path: Path) -> None:
    """In PostgreSQL dead rows go with VACUUM."""
    path = tmp_path / "x.sqlite"
    shutil.copy(migrated_file, path)
    engine = open_database(f"sqlite:///{path}")
    person_id = add(engine, new_keyring(), 1)
    with engine.connect() as db:
        held = [bytes(c) for c in db.execute(sa.select(schema.person_secrets.c.ciphertext)).scalars()]
    with engine.begin() as db:
        persons.erase_person(db, person_id, reason="x", at=AT, by="王")
    engine.dispose()  # the last connection puts the write-ahead log into the file
    assert len(held) == 4
    assert not any(ciphertext in path.read_bytes() for ciphertext in held)
