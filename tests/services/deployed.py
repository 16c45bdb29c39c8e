"""The broker of deploy/mosquitto, run by its own start.sh: only paths and ports are other than in the container."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.running import ROOT, Service, find_program, free_port, listens

DEPLOY = ROOT / "deploy" / "mosquitto"
PASSWORDS = {"ingest": "ingest-pw", "fleet": "fleet-pw"}


@dataclass
class Deployed:
    """`folder` stands for /mosquitto; `ports` are those that stand for 1883, 8883 and 8884."""

    folder: Path
    ports: dict[int, int]
    service: Service

    @property
    def config(self) -> Path:
        return self.folder / "config"

    def reload(self) -> None:
        subprocess.run(["sh", self.config / "start.sh", "reload"], check=True, env=_environment(), timeout=30)


def certificates(folder: Path, *arguments: str) -> None:
    """Runs deploy/mosquitto/certificates.sh."""
    command = ["sh", str(DEPLOY / "certificates.sh"), str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=30)


def give_certificates(folder: Path, *names: str) -> None:
    """A broker's certificate for 127.0.0.1, put in place, and one for each of the stations `names`, in `folder`/ca."""
    certificates(folder / "ca", "broker", "127.0.0.1")
    for name in names:
        certificates(folder / "ca", "station", name)
    for source, target in (("server.pem", "server.pem"), ("server.key", "server.key"), ("ca.pem", "stations-ca.pem")):
        shutil.copy(folder / "ca" / source, folder / "config" / "certs" / target)


def lay_out(folder: Path) -> dict[int, int]:
    """Copies deploy/mosquitto to `folder`/config with paths and ports of its own; gives the ports."""
    ports = {port: free_port() for port in (1883, 8883, 8884)}
    config = folder / "config"
    shutil.copytree(DEPLOY, config, ignore=shutil.ignore_patterns("certs", "stations"))
    (config / "certs").mkdir()
    (config / "stations").mkdir()
    (folder / "data").mkdir()
    for file in (config / "start.sh", *config.glob("*.conf")):
        text = re.sub("(?<!deploy)/mosquitto/", f"{folder}/", file.read_text(encoding="utf-8"))
        for port, ours in ports.items():
            text = text.replace(f"listener {port}\n", f"listener {ours} 127.0.0.1\n")
        # Where it is 0, Mosquitto 2.0.11 hangs up after it has refused a message, later ones don't
        text = text.replace("max_queued_messages 0", "max_queued_messages 1000000")
        file.write_text(text, encoding="utf-8")
    return ports


@contextmanager
def running_deployed(folder: Path, ports: dict[int, int]) -> Iterator[Deployed]:
    """The broker of a `folder` that was laid out, until the block ends."""
    if os.geteuid() == 0:  # as in the container: Mosquitto becomes the user mosquitto
        for parent in (folder, *folder.parents[:3]):
            if parent.owner() == "root" and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    command = ["env", *(f"{k}={v}" for k, v in _environment().items()), "sh", str(folder / "config" / "start.sh")]
    service = Service("127.0.0.1", ports[1883], command, lambda: listens(ports[1883]), folder / "mosquitto.log")
    service.start()
    try:
        yield Deployed(folder, ports, service)
    finally:
        service.stop()


def _environment() -> dict[str, str]:
    place = Path(find_program("mosquitto")).parent
    path = f"{place}:{os.environ.get('PATH', '')}"
    return {"PATH": path, **{f"MQTT_{user.upper()}_PASSWORD": password for user, password in PASSWORDS.items()}}
