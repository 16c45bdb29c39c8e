"""Synthetic persons of the demo, and keys for tests."""

from dataclasses import dataclass

from pydantic import SecretStr

from guangfu.demo.people import NOWHERE, card_of, identity_of, known_of, name_of, phone_of
from guangfu.storage.personal_keys import Keyring, PersonsSettings, load_keys, new_key
from guangfu.storage.sql.persons import Secret

__all__ = [
    "NOWHERE", "Somebody", "card_of", "identity_of", "name_of", "new_keyring", "new_settings", "phone_of"
]  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    n: int

    @property
    def known(self) -> dict[Secret, str]:
        return known_of(self.n)

    @property
    def secrets(self) -> list[str]:
        return list(self.known.values())


def new_settings(*ids: str) -> PersonsSettings:
    keys = ",".join(new_key(key_id) for key_id in ids or ("k1",))
    return PersonsSettings(keys=SecretStr(keys), identity_key=SecretStr(new_key("i1")))


def new_keyring(*ids: str) -> Keyring:
    return load_keys(new_settings(*ids))
