import psycopg

from tests.services.running import Postgres, Service


def test_services_answer(mosquitto: Service, influxdb: Service, postgres: Postgres) -> None:
    assert mosquitto.ready()
    assert influxdb.ready()
    url = postgres.new_database().replace("+psycopg", "")
    with psycopg.connect(url) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)
