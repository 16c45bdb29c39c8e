"""Opening the SQL database: SQLite for the embedded system, PostgreSQL for production."""

from sqlalchemy import Engine


def open_database(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`.

    SQLite gets a write-ahead log, full synchronisation, foreign keys and a busy timeout.

    Raises:
        Unavailable: The database can't be reached.
    """
    raise NotImplementedError


def upgrade(engine: Engine) -> None:
    """Brings the schema to the newest Alembic revision; safe to call by several programs at once."""
    raise NotImplementedError
