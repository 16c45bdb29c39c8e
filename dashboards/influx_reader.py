"""The login with which Grafana asks InfluxDB: it reads one bucket and writes nothing.

On 2.x it is a user of the 1.x kind, so that Grafana logs in to 1.8 and 2.x alike, by InfluxQL; the mapping of the
bucket to the database of that name is seen to as well.

Source:
    InfluxDB's documentation: 1.8, "Authentication and authorization in InfluxDB"; 2.x, "InfluxDB 1.x compatibility
    API" and `influx v1 auth create`, whose requests these are. Seen on 1.8.10 and 2.7.12.
"""

from typing import Any, Final

import msgspec
import urllib3

from dashboards.settings import Settings
from guangfu.settings import BadSettings
from guangfu.storage.errors import Refused, Unavailable
from guangfu.storage.influxql import PART, InfluxQL, failure, quoted, reachable
from guangfu.storage.opening import StorageSettings

NO_ORGANISATION: Final = "-"
"""The organisation that InfluxDB 1.8 has."""

Json = dict[str, Any]


def make_reader(settings: Settings, storage: StorageSettings) -> bool:
    """Makes the user of `GUANGFU_DASHBOARDS_INFLUX_USER` with its password, or brings it into this shape.

    Returns:
        False where there is nothing to make: no such user is set, or telemetry is not in InfluxDB.

    Raises:
        BadSettings: There is no password, or the user is the one that ingest writes with.
        Unavailable: InfluxDB can't be reached, or does not let us in.
        Refused: InfluxDB says no, in its words.
    """
    if not settings.influx_user or not storage.telemetry_url.startswith(("http://", "https://")):
        return False
    if not settings.influx_password.get_secret_value():
        raise BadSettings("GUANGFU_DASHBOARDS_INFLUX_PASSWORD: the user that reads needs one")
    if storage.influx_token.get_secret_value().startswith(f"{settings.influx_user}:"):
        raise BadSettings("GUANGFU_DASHBOARDS_INFLUX_USER: ingest writes with this user; Grafana needs another")
    if storage.influx_org == NO_ORGANISATION:
        _in_version_1(settings, storage)
    else:
        _in_version_2(settings, _Api(storage), storage.influx_bucket, storage.influx_org)
    return True


def _in_version_1(settings: Settings, storage: StorageSettings) -> None:
    token, timeout_s = storage.influx_token.get_secret_value(), storage.influx_timeout_s
    influx = InfluxQL(storage.telemetry_url, bucket=storage.influx_bucket, token=token, timeout_s=timeout_s)
    user, password = _name(settings.influx_user), quoted(settings.influx_password.get_secret_value())
    try:
        list(influx.ask(f"SET PASSWORD FOR {user} = {password}"))
    except Unavailable as error:
        if "user not found" not in str(error):
            raise
        list(influx.ask(f"CREATE USER {user} WITH PASSWORD {password}"))
    list(influx.ask(f"REVOKE ALL PRIVILEGES FROM {user}; GRANT READ ON {_name(settings.influx_database)} TO {user}"))
    influx.close()


def _in_version_2(settings: Settings, api: "_Api", bucket_name: str, org: str) -> None:
    found = api.ask("GET", "/api/v2/buckets", fields={"name": bucket_name, "org": org})["buckets"]
    if not found:
        raise Refused(PART, f"bucket {bucket_name}: there is none")
    bucket, org_id = found[0]["id"], found[0]["orgID"]
    _map_database(api, settings.influx_database, bucket, org_id)
    may = [{"action": "read", "resource": {"type": "buckets", "id": bucket, "orgID": org_id}}]
    for old in api.ask("GET", READERS, fields={"orgID": org_id})["authorizations"]:
        if old["token"] == settings.influx_user:
            api.ask("DELETE", f"{READERS}/{old['id']}")
    wanted = {"token": settings.influx_user, "orgID": org_id, "description": "Grafana", "permissions": may}
    made = api.ask("POST", READERS, body=wanted)
    password = settings.influx_password.get_secret_value()
    api.ask("POST", f"{READERS}/{made['id']}/password", body={"password": password})


READERS: Final = "/private/legacy/authorizations"


def _map_database(api: "_Api", database: str, bucket: str, org_id: str) -> None:
    """InfluxDB maps a bucket to a database of its own name by itself; another name needs a mapping of its own."""
    known = api.ask("GET", "/api/v2/dbrps", fields={"orgID": org_id, "db": database})["content"]
    if not any(one["bucketID"] == bucket for one in known):
        wanted = {"database": database, "retention_policy": "autogen", "default": True}
        api.ask("POST", "/api/v2/dbrps", body={**wanted, "bucketID": bucket, "orgID": org_id})


class _Api:
    """InfluxDB 2's own API, with the token of `GUANGFU_STORAGE_INFLUX_TOKEN`, which must be an operator's."""

    def __init__(self, storage: StorageSettings) -> None:
        self._url = storage.telemetry_url.rstrip("/")
        token = storage.influx_token.get_secret_value()
        self._headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=storage.influx_timeout_s))

    def ask(self, method: str, path: str, *, fields: dict[str, str] | None = None, body: Json | None = None) -> Json:
        """The answer; empty where InfluxDB has no more to say than yes."""
        content = None if body is None else msgspec.json.encode(body)
        with reachable():
            answer = self._pool.request(
                method, self._url + path, fields=fields, body=content, headers=self._headers
            )  # fmt: skip
        if answer.status >= 300:
            raise _error(answer.status)(PART, failure(answer.status, answer.data.decode(errors="replace")))
        return msgspec.json.decode(answer.data, type=Json) if answer.data else {}


def _error(status: int) -> type[Refused | Unavailable]:
    return Unavailable if status in {401, 429} or status >= 500 else Refused


def _name(text: str) -> str:
    r"""A name as InfluxQL writes it.

    >>> print(_name('a"b'))
    "a\"b"
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
