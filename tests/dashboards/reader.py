"""PostgreSQL as Grafana sees it: by its own login."""

from typing import Final

from sqlalchemy import Engine, make_url

from dashboards.grants import grant
from dashboards.settings import Settings
from guangfu.storage.sql.database import open_database

READER: Final = "grafana"


def granted(url: str) -> Engine:
    """Views and login made, the engine is the login's."""
    grant(Settings(), url)
    return as_reader(url)


def as_reader(url: str) -> Engine:
    return open_database(make_url(url).set(username=READER).render_as_string(hide_password=False))
