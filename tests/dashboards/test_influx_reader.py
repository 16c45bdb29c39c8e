"""Grafana's login to InfluxDB reads and writes nothing, on 1.8 and, by a stand-in for its API, on 2.x."""

import json
import os
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3

from dashboards.influx_reader import make_reader
from dashboards.settings import Settings
from guangfu.settings import BadSettings
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.influxql import InfluxQL
from guangfu.storage.opening import StorageSettings
from tests.services.running import Service, free_port, listens, running_influxdb

ADMIN, OPERATOR = "admin:admin-secret", "operators-token"
READER = Settings(influx_user="grafana", influx_password="grafana-secret")  # type: ignore[arg-type]


def storage(port: int, **given: str) -> StorageSettings:
    return StorageSettings(telemetry_url=f"http://127.0.0.1:{port}", **given)  # type: ignore[arg-type]


def query(port: int, statement: str, token: str) -> list[Any]:
    influx = InfluxQL(f"http://127.0.0.1:{port}", bucket="guangfu", token=token, timeout_s=10)
    return [row for _, series in influx.ask(statement) for row in series.values]


def written(port: int, token: str, path: str = "/write?db=guangfu") -> int:
    headers = {"Authorization": f"Token {token}"}
    return urllib3.request("POST", f"http://127.0.0.1:{port}{path}", body="pv_meter x=1", headers=headers).status


@pytest.fixture(scope="module")
def influx1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageSettings]:
    """InfluxDB 1.8 with access control, a database and an administrator."""
    with running_influxdb(tmp_path_factory.mktemp("influx"), access_control=True) as service:
        query(service.port, "CREATE USER admin WITH PASSWORD 'admin-secret' WITH ALL PRIVILEGES", "")
        query(service.port, "CREATE DATABASE guangfu", ADMIN)
        yield storage(service.port, influx_token=ADMIN, influx_bucket="guangfu/autogen")


def port_of(place: StorageSettings) -> int:
    return int(place.telemetry_url.rpartition(":")[2])


def test_in_1_8_it_reads_and_can_not_write(influx1: StorageSettings) -> None:
    port = port_of(influx1)
    assert written(port, ADMIN) == 204
    for _ in range(2):
        assert make_reader(READER, influx1)
        assert query(port, "SELECT x FROM pv_meter", "grafana:grafana-secret")
    assert written(port, "grafana:grafana-secret") == 403


def test_in_1_8_it_loses_what_it_may_too_much_and_takes_a_new_password(influx1: StorageSettings) -> None:
    port = port_of(influx1)
    query(port, "CREATE USER strong WITH PASSWORD 'old-secret' WITH ALL PRIVILEGES", ADMIN)
    assert make_reader(READER.model_copy(update={"influx_user": "strong"}), influx1)
    assert written(port, "strong:grafana-secret") == 403
    with pytest.raises(Unavailable):
        query(port, "SELECT x FROM pv_meter", "strong:old-secret")


def test_nothing_is_made_where_no_user_is_set_or_telemetry_is_a_file() -> None:
    assert not make_reader(Settings(), storage(1))
    assert not make_reader(READER, StorageSettings(telemetry_url="duckdb:////x"))


def test_the_user_that_writes_and_no_password_are_no_choice() -> None:
    with pytest.raises(BadSettings, match="ingest writes with this user"):
        make_reader(READER, storage(1, influx_token="grafana:x"))
    with pytest.raises(BadSettings, match="needs one"):
        make_reader(Settings(influx_user="grafana"), storage(1))


@dataclass
class StandIn:
    """What InfluxDB 2.7 answers to these requests, as it was seen to; it has the bucket `guangfu`."""

    mappings: list[dict[str, Any]] = field(default_factory=list)
    readers: list[dict[str, Any]] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)

    def answer(self, method: str, path: str, asked: dict[str, str], body: dict[str, Any]) -> tuple[int, object]:  # noqa: PLR0911 - a line a request
        match method, path.strip("/").split("/"):
            case "GET", ["api", "v2", "buckets"]:
                bucket = {"id": "b1", "orgID": "o1", "name": "guangfu"}
                return 200, {"buckets": [bucket] if asked["name"] == "guangfu" else []}
            case "GET", ["api", "v2", "dbrps"]:
                virtual = [{"database": "guangfu", "bucketID": "b1", "virtual": True}]
                return 200, {"content": [m for m in virtual + self.mappings if m["database"] == asked["db"]]}
            case "POST", ["api", "v2", "dbrps"]:
                self.mappings.append(body)
                return 201, body
            case "GET", ["private", "legacy", "authorizations"]:
                return 200, {"authorizations": self.readers}
            case "POST", ["private", "legacy", "authorizations"]:
                self.readers.append({**body, "id": f"a{len(self.readers)}"})
                return 201, self.readers[-1]
            case "DELETE", [*_, old]:
                self.readers = [one for one in self.readers if one["id"] != old]
                return 204, None
            case "POST", [*_, one, "password"]:
                self.passwords[one] = body["password"]
                return 204, None
        return 404, {"code": "not found", "message": path}


@contextmanager
def serving(stand_in: StandIn) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            address = urllib.parse.urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = dict(urllib.parse.parse_qsl(address.query))
            status, said = 401, object()
            if self.headers["Authorization"] == f"Token {OPERATOR}":
                body = json.loads(content) if content else {}
                status, said = stand_in.answer(self.command, address.path, asked, body)
            self.send_response(status)
            data = b"" if said is None or status == 401 else json.dumps(said).encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def in_version_2(port: int, **given: str) -> StorageSettings:
    return storage(port, **{"influx_token": OPERATOR, "influx_org": "guangfu", "influx_bucket": "guangfu", **given})


def test_in_2_it_may_read_the_bucket_and_nothing_else() -> None:
    influx = StandIn()
    with serving(influx) as port:
        for _ in range(2):
            assert make_reader(READER, in_version_2(port))
    (reader,) = influx.readers
    bucket = {"type": "buckets", "id": "b1", "orgID": "o1"}
    assert (reader["token"], reader["permissions"]) == ("grafana", [{"action": "read", "resource": bucket}])
    assert influx.passwords[reader["id"]] == "grafana-secret"
    assert influx.mappings == []


def test_in_2_a_database_of_another_name_is_mapped_once() -> None:
    influx = StandIn()
    with serving(influx) as port:
        for _ in range(2):
            make_reader(READER.model_copy(update={"influx_database": "pv"}), in_version_2(port))
    (mapping,) = influx.mappings
    assert (mapping["database"], mapping["bucketID"], mapping["default"]) == ("pv", "b1", True)


def test_in_2_its_words_come_back() -> None:
    with serving(StandIn()) as port:
        with pytest.raises(Refused, match="nowhere"):
            make_reader(READER, in_version_2(port, influx_bucket="nowhere"))
        with pytest.raises(Unavailable, match="401"):
            make_reader(READER, in_version_2(port, influx_token="wrong"))


@pytest.mark.skipif("GUANGFU_TEST_INFLUXD2" not in os.environ, reason="GUANGFU_TEST_INFLUXD2 is not set")
def test_a_real_influxdb_2_lets_it_read_and_not_write(tmp_path: Path) -> None:
    """`GUANGFU_TEST_INFLUXD2` is the path of influxd 2.x."""
    port = free_port()
    paths = [f"--{name}-path={tmp_path / name}" for name in ("bolt", "engine", "sqlite")]
    address = f"--http-bind-address=127.0.0.1:{port}"
    command = [os.environ["GUANGFU_TEST_INFLUXD2"], *paths, address, "--reporting-disabled"]
    service = Service("127.0.0.1", port, command, lambda: listens(port), tmp_path / "log")
    service.start()
    try:
        first = {
            "username": "root",
            "password": "root-secret",
            "org": "guangfu",
            "bucket": "guangfu",
            "token": OPERATOR,
        }
        set_up = urllib3.request("POST", f"http://127.0.0.1:{port}/api/v2/setup", json=first, retries=5)
        assert set_up.status == 201, set_up.data
        for database in ("guangfu", "pv"):
            assert make_reader(READER.model_copy(update={"influx_database": database}), in_version_2(port))
            assert written(port, OPERATOR, "/api/v2/write?org=guangfu&bucket=guangfu") == 204
            asked = {"db": database, "q": "SELECT x FROM pv_meter"}
            login = urllib3.make_headers(basic_auth="grafana:grafana-secret")
            answer = urllib3.request("GET", f"http://127.0.0.1:{port}/query", fields=asked, headers=login)
            assert b'"values"' in answer.data
        refused = urllib3.request("POST", f"http://127.0.0.1:{port}/write?db=guangfu", body="m x=1", headers=login)
        assert refused.status == 403
    finally:
        service.kill()
