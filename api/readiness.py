"""Can the API answer: every part is asked, and all that do not answer are named together."""

from collections.abc import Callable
from typing import Final

from api.parts import Parts
from api.problems import NotReady
from guangfu.storage.errors import StorageError
from guangfu.storage.sql.registry import registry_version
from guangfu.texts import Text

TELEMETRY: Final = Text("遥测库：{detail}", "telemetry store: {detail}")
DATABASE: Final = Text("数据库：{detail}", "database: {detail}")
NO_REGISTRY: Final = Text("登记册为空，请先导入电站", "the registry is empty: import stations first")


def check_ready(parts: Parts) -> None:
    """Raises `NotReady` with all that is missing."""
    faults = [fault for check in (_telemetry, _database) if (fault := check(parts))]
    if faults:
        raise NotReady(Text("；".join(f.zh for f in faults), "; ".join(f.en for f in faults)))


def _telemetry(parts: Parts) -> Text | None:
    return _fault(parts.store.ping, TELEMETRY)


def _database(parts: Parts) -> Text | None:
    version: dict[str, int] = {}
    fault = _fault(lambda: version.update(now=registry_version(parts.engine)), DATABASE)
    return fault or (None if version["now"] else NO_REGISTRY)


def _fault(ask: Callable[[], object], words: Text) -> Text | None:
    try:
        ask()
    except StorageError as error:
        detail = error.detail.replace("{", "(").replace("}", ")")
        return Text(words.zh.format(detail=detail), words.en.format(detail=detail))
    return None
