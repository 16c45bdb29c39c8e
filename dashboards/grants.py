"""The login with which Grafana asks PostgreSQL: it sees the views of `guangfu.storage.sql.views` and nothing else."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ProgrammingError

from dashboards.settings import Settings
from guangfu.settings import BadSettings
from guangfu.storage.errors import Refused
from guangfu.storage.sql.database import open_database, upgrade
from guangfu.storage.sql.views import create_views, readers, role_statements, view_statements

_IS_SUPERUSER: Final = sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = :role")


def statements(settings: Settings, sql_url: str) -> list[str]:
    """The same as SQL for whoever administers the database; the password is not in it.

    Raises:
        BadSettings: The database is not PostgreSQL, or Grafana would be its owner.
    """
    url = _postgresql(settings, sql_url)
    role = settings.postgres_user
    return [*role_statements(role, "", url.database or "", url.username or ""), *view_statements([role])]


def grant(settings: Settings, sql_url: str) -> None:
    """Brings the schema to the newest revision, then makes views and role, anew; safe to repeat.

    Raises:
        BadSettings: The database is not PostgreSQL, or Grafana would be its owner.
        Unavailable: The database can't be reached.
        Refused: Our own user may not make roles or schemas.
    """
    url = _postgresql(settings, sql_url)
    engine = open_database(sql_url)
    try:
        upgrade(engine)
        _grant(engine, settings, url)
    except ProgrammingError as error:
        raise Refused("sql", str(error.orig).strip()) from error
    finally:
        engine.dispose()


def _grant(engine: Engine, settings: Settings, url: URL) -> None:
    role, password = settings.postgres_user, settings.postgres_password.get_secret_value()
    with engine.begin() as db:
        if db.execute(_IS_SUPERUSER, {"role": role}).scalar():
            raise BadSettings("GUANGFU_DASHBOARDS_POSTGRES_USER: this is a superuser, who may read and write all")
        for statement in role_statements(role, password, url.database or "", url.username or ""):
            db.exec_driver_sql(statement)
        create_views(db, readers(db))


def _postgresql(settings: Settings, sql_url: str) -> URL:
    url = make_url(sql_url)
    if url.get_backend_name() != "postgresql":
        raise BadSettings("GUANGFU_STORAGE_SQL_URL: not PostgreSQL, so that there are no users and no Grafana")
    if url.username == settings.postgres_user:
        raise BadSettings("GUANGFU_DASHBOARDS_POSTGRES_USER: this is the owner of the tables; Grafana needs another")
    return url
