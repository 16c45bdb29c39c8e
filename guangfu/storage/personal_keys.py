"""The keys of personal data: AES-256-GCM for what is known of a person, a keyed hash to find the same person again.

Where there is no key, nothing is written and nothing is read: there is no way to keep personal data in clear.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import Field, SecretStr

from guangfu.settings import BadSettings, ProgramSettings, program_config
from guangfu.storage.errors import Refused

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


class PersonsSettings(ProgramSettings):
    model_config = program_config("PERSONS")

    keys: SecretStr = Field(
        default=SecretStr(""),
        description="keys of personal data, ID:BASE64 of 32 bytes, comma between; the first one writes, all read "
        "(guangfu beneficiaries new-key)",
    )
    identity_key: SecretStr = Field(
        default=SecretStr(""),
        description="key, ID:BASE64 of 32 bytes, of the hash by which the same identity number is found again",
    )


class Encrypted(NamedTuple):
    key_id: str
    ciphertext: bytes


@dataclass(frozen=True, repr=False)
class Keyring:
    """Keys by id; `current` writes. Make it with `load_keys`."""

    current: str
    keys: Mapping[str, bytes]
    identity_key_id: str
    identity_key: bytes

    def encrypt(self, person_id: str, field: str, plain: str) -> Encrypted:
        """Bound to person and field: moved to another row, it can't be read."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, plain.encode(), _bound(person_id, field))
        return Encrypted(self.current, nonce + sealed)

    def decrypt(self, person_id: str, field: str, held: Encrypted) -> str:
        """The plain text.

        Raises:
            Refused: Its key is not set, or it is not what was written for this person and field.
        """
        key = self.keys.get(held.key_id)
        if key is None:
            raise Refused("persons", f"the key {held.key_id} is not in GUANGFU_PERSONS_KEYS")
        nonce, sealed = held.ciphertext[:_NONCE_BYTES], held.ciphertext[_NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, sealed, _bound(person_id, field)).decode()
        except (InvalidTag, ValueError) as error:
            raise Refused("persons", f"{person_id} {field}: changed, or written with another {held.key_id}") from error

    def identity_mac(self, kind: str, number: str) -> str:
        """The same for the same number, and of no use without the key."""
        return hmac.new(self.identity_key, f"{kind}\0{number.upper()}".encode(), hashlib.sha256).hexdigest()


def load_keys(settings: PersonsSettings) -> Keyring:
    """The keys that are set.

    Raises:
        BadSettings: One is missing, or is none; nothing of it is repeated.
    """
    texts = [text.strip() for text in settings.keys.get_secret_value().split(",") if text.strip()]
    pairs = [_key("GUANGFU_PERSONS_KEYS", text) for text in texts]
    if not pairs:
        raise BadSettings("GUANGFU_PERSONS_KEYS: personal data needs a key, ID:BASE64; guangfu beneficiaries new-key")
    keys = dict(pairs)
    if len(keys) < len(pairs):
        raise BadSettings("GUANGFU_PERSONS_KEYS: an id is there twice")
    identity = settings.identity_key.get_secret_value().strip()
    if not identity:
        raise BadSettings("GUANGFU_PERSONS_IDENTITY_KEY: finding the same person again needs a key, ID:BASE64")
    identity_id, identity_key = _key("GUANGFU_PERSONS_IDENTITY_KEY", identity)
    if identity_key in keys.values():
        raise BadSettings("GUANGFU_PERSONS_IDENTITY_KEY: it must not be one of GUANGFU_PERSONS_KEYS")
    return Keyring(pairs[0][0], keys, identity_id, identity_key)


def new_key(key_id: str) -> str:
    """A new random key as the settings take it.

    Raises:
        ValueError: The id has other characters than letters, digits, _ and -.
    """
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError(key_id)
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"


def _key(setting: str, text: str) -> tuple[str, bytes]:
    key_id, _, encoded = text.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
        raise BadSettings(f"{setting}: a key looks like ID:BASE64 of {KEY_BYTES} bytes")
    return key_id, key


def _bound(person_id: str, field: str) -> bytes:
    return f"{person_id}\0{field}".encode()
