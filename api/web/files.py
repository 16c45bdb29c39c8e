"""The static files, read once, packed once, under an address that changes when any of them does."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from api.web.texts import TEXTS
from guangfu.texts import Lang

MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class StaticFile:
    body: bytes
    gzipped: bytes
    media_type: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file by its path under `static`, and the texts of a language as `<lang>/js/texts.js`."""
    found = {path: _packed(path, body) for path, body in _read(files("api.web") / "static")}
    texts = {f"{lang}/js/texts.js": _packed("texts.js", _texts_module(lang)) for lang in Lang}
    return found | texts


@cache
def version_of() -> str:
    """Twelve hexadecimal digits that stand for the content of all files."""
    digest = hashlib.sha256()
    for path, file in sorted(static_files().items()):
        digest.update(path.encode() + b"\0" + file.body)
    return digest.hexdigest()[:12]


@cache
def modules() -> tuple[str, ...]:
    """The scripts that pages share, so that a browser can fetch them all at once."""
    return tuple(sorted(path for path in static_files() if path.startswith("js/") and "/pages/" not in path))


def _read(folder: Traversable, within: str = "") -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        path = f"{within}{item.name}"
        if item.is_dir():
            found += _read(item, f"{path}/")
        elif item.name.endswith(tuple(MEDIA_TYPES)):
            found.append((path, item.read_bytes()))
    return found


def _packed(path: str, body: bytes) -> StaticFile:
    kind = MEDIA_TYPES["." + path.rpartition(".")[2]]
    return StaticFile(body, gzip.compress(body, mtime=0), f"{kind}; charset=utf-8")


def _texts_module(lang: Lang) -> bytes:
    """A module with the texts of one language and `t(key, values)`, which writes them."""
    texts = json.dumps({key: text(lang) for key, text in TEXTS.items()}, ensure_ascii=False, sort_keys=True)
    source = f"""export const lang = {json.dumps(lang)};
const texts = {texts};
export function t(key, values = {{}}) {{
  const text = texts[key];
  if (text === undefined) throw new Error(`no text ${{key}}`);
  return text.replace(/\\{{(\\w+)\\}}/g, (_, name) => values[name] ?? "");
}}
"""
    return source.encode()
