"""What must be so before anything starts; each fault is one sentence that says what to do."""

import fcntl
import shutil
import socket
from pathlib import Path
from typing import IO, Final

from guangfu.texts import Text

MIN_FREE_BYTES: Final = 1_000_000_000

PORT_TAKEN: Final = Text(
    "端口 {port} 已被占用；请用 --port 换一个，例如 --port {other}。",
    "Port {port} is taken; choose another with --port, such as --port {other}.",
)
DISK_FULL: Final = Text(
    "{folder} 所在磁盘只剩 {free_mb} MB，演示需要约 1000 MB；请清理磁盘或用 --data 换一个目录。",
    "The disk of {folder} has {free_mb} MB left and the demo needs about 1000 MB; make room, or choose another "
    "folder with --data.",
)
NOT_WRITABLE: Final = Text(
    "无法写入 {folder}：{why}；请用 --data 换一个目录。",
    "Can't write to {folder}: {why}; choose another folder with --data.",
)
ALREADY_RUNS: Final = Text(
    "{folder} 正被另一个演示使用；请先停止它，或用 --data 换一个目录。",
    "Another demo is using {folder}; stop it first, or choose another folder with --data.",
)


class NotReady(Exception):
    """The demo can't start; `text` says why and what to do."""

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__(text.en.format(**values))
        self.text = text
        self.values = values


def check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotReady(PORT_TAKEN, port=port, other=port + 1) from error


def check_folder(folder: Path) -> None:
    """The folder exists, can be written, and its disk has room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".lock").touch()
    except OSError as error:
        raise NotReady(NOT_WRITABLE, folder=folder, why=error.strerror) from error
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise NotReady(DISK_FULL, folder=folder, free_mb=free // 1_000_000)


def lock_folder(folder: Path) -> IO[str]:
    """Holds the folder for this process until the returned file is closed."""
    lock = (folder / ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise NotReady(ALREADY_RUNS, folder=folder) from error
    return lock


def free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
