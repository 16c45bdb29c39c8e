"""Synthetic persons: identity numbers of a region that does not exist, cards of no bank, phones of no operator."""

from dataclasses import dataclass

from pydantic import SecretStr

from guangfu.storage.personal_keys import Keyring, PersonsSettings, load_keys, new_key
from guangfu.storage.sql.persons import Secret

NOWHERE = "990000"


def identity_of(n: int) -> str:
    """The nth synthetic identity number: its check digit is right, its region is none."""
    stem = f"{NOWHERE}19{50 + n // 1000 % 50:02d}0101{n % 1000:03d}"
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(stem))
    return stem + "10X98765432"[total % 11]


def card_of(n: int) -> str:
    stem = f"999999{n:012d}"
    total = sum(c - 9 * (c > 9) for c in (int(d) * (2 - i % 2) for i, d in enumerate(reversed(stem))))
    return f"{stem}{-total % 10}"


def name_of(n: int) -> str:
    """A name of a person of the demonstration, no two alike."""
    return "演示" + "".join("零壹贰叁肆伍陆柒捌玖"[int(d)] for d in str(n))


def phone_of(n: int) -> str:
    return f"199{n:08d}"


@dataclass(frozen=True)
class Somebody:
    n: int

    @property
    def known(self) -> dict[Secret, str]:
        return {
            Secret.NAME: name_of(self.n),
            Secret.IDENTITY_NUMBER: identity_of(self.n),
            Secret.BANK_CARD: card_of(self.n),
            Secret.PHONE: phone_of(self.n),
        }

    @property
    def secrets(self) -> list[str]:
        return list(self.known.values())


def new_settings(*ids: str) -> PersonsSettings:
    keys = ",".join(new_key(key_id) for key_id in ids or ("k1",))
    return PersonsSettings(keys=SecretStr(keys), identity_key=SecretStr(new_key("i1")))


def new_keyring(*ids: str) -> Keyring:
    return load_keys(new_settings(*ids))
