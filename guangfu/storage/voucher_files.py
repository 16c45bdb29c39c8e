"""The files behind vouchers, kept by their hash: the same scan twice is one file, and a changed byte is found."""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from guangfu.storage.errors import Refused


class KeptFile(NamedTuple):
    """A file that is kept. [bytes]"""

    sha256: str
    size_bytes: int


def keep_file(folder: Path, content: bytes) -> KeptFile:
    """Writes the content under its SHA-256, synced, unless it is there already."""
    kept = KeptFile(hashlib.sha256(content).hexdigest(), len(content))
    path = _path(folder, kept.sha256)
    if path.exists():
        return kept
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_suffix(f".{os.getpid()}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(0o600)
    beside.replace(path)
    return kept


def read_file(folder: Path, sha256: str) -> bytes:
    """The content.

    Raises:
        Refused: The file is not there, or is not what was kept.
    """
    path = _path(folder, sha256)
    if not path.exists():
        raise Refused("voucher", f"{sha256}: the file is not in {folder}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused("voucher", f"{sha256}: the file was changed after it was kept")
    return content


def _path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256
