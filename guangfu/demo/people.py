"""Synthetic persons: identity numbers of a region that does not exist, cards of no bank, phones of no operator.

Whoever reads one sees at once that it is nobody's: the region 990000 is none, and the name begins with 演示.
"""

import os
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from guangfu.storage.personal_keys import Keyring, PersonsSettings, load_keys, new_key
from guangfu.storage.sql.persons import Secret

NOWHERE: Final = "990000"


def identity_of(n: int) -> str:
    """The nth synthetic identity number: its check digit is right, its region is none."""
    stem = f"{NOWHERE}19{50 + n // 1000 % 50:02d}0101{n % 1000:03d}"
    total = sum(int(digit) * pow(2, 17 - i, 11) for i, digit in enumerate(stem))
    return stem + "10X98765432"[total % 11]


def card_of(n: int) -> str:
    """The nth card, of an issuer that does not exist; its Luhn digit is right."""
    stem = f"999999{n:012d}"
    total = sum(c - 9 * (c > 9) for c in (int(d) * (2 - i % 2) for i, d in enumerate(reversed(stem))))
    return f"{stem}{-total % 10}"


def name_of(n: int) -> str:
    """A name of a person of the demonstration, no two alike."""
    return "演示" + "".join("零壹贰叁肆伍陆柒捌玖"[int(d)] for d in str(n))


def phone_of(n: int) -> str:
    return f"199{n:08d}"


def known_of(n: int) -> dict[Secret, str]:
    """Everything that is known of the nth person."""
    return {
        Secret.NAME: name_of(n),
        Secret.IDENTITY_NUMBER: identity_of(n),
        Secret.BANK_CARD: card_of(n),
        Secret.PHONE: phone_of(n),
    }


def throwaway_keys(file: Path) -> Keyring:
    """The demo's own keys, made once and kept beside its data (mode 0600); they protect nobody real."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(f"{new_key('demo')}\n{new_key('demo-identity')}\n")
    keys, identity = file.read_text(encoding="utf-8").split()
    return load_keys(PersonsSettings(keys=SecretStr(keys), identity_key=SecretStr(identity)))
