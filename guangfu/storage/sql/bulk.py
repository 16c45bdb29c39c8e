"""Many rows in one statement: `executemany` on SQLite, arrays on PostgreSQL, the same `ON CONFLICT` on both.

PostgreSQL pays per row for its round trips and its planning; with one array a column it takes 24,000 rows
about as fast as SQLite does. Rows must not name one key twice where a conflict updates.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Table

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]


def insert_rows(db: Connection, table: Table, columns: Sequence[str], rows: Rows, on_conflict: str = "") -> int:
    """Inserts the rows and returns how many there are of them in the table now that were not, or were changed.

    Args:
        columns: Names, in the order of each row's values.
        on_conflict: What follows `ON CONFLICT`, in the words that both databases share.
    """
    if not rows:
        return 0
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    into = f"INSERT INTO {table.name} ({', '.join(columns)})"
    if db.dialect.name == "postgresql":
        sql = f"{into} SELECT * FROM {_unnest(db, table, columns)}{conflict}"  # noqa: S608 - the names are the schema's
        return db.exec_driver_sql(sql, _by_column(db, table, columns, rows)).rowcount
    marks = ", ".join("?" * len(columns))
    values = list(zip(*_by_column(db, table, columns, rows), strict=True))
    return db.exec_driver_sql(f"{into} VALUES ({marks}){conflict}", values).rowcount


def delete_rows(db: Connection, table: Table, columns: Sequence[str], rows: Rows) -> int:
    """Deletes the rows that have all of these values; locks them in the order that Python sorts them in."""
    if not rows:
        return 0
    names = ", ".join(columns)
    values = _by_column(db, table, columns, rows)
    if db.dialect.name == "postgresql":
        order = ", ".join(f'{c}::text COLLATE "C"' for c in columns)
        held = (
            f"SELECT {names} FROM {table.name} WHERE ({names}) IN (SELECT * FROM {_unnest(db, table, columns)})"  # noqa: S608
            f" ORDER BY {order} FOR UPDATE"
        )
        return db.exec_driver_sql(f"DELETE FROM {table.name} WHERE ({names}) IN ({held})", values).rowcount  # noqa: S608
    test = " AND ".join(f"{name} = ?" for name in columns)
    sql = f"DELETE FROM {table.name} WHERE {test}"  # noqa: S608 - the names are the schema's
    return db.exec_driver_sql(sql, list(zip(*values, strict=True))).rowcount


def chunks(items: Iterable[T], size: int = 10_000) -> Iterator[list[T]]:
    """Parts small enough for the parameters of one `IN`.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def storable(text: str) -> str:
    r"""Text that both databases take: PostgreSQL has no NUL, neither has half a surrogate pair; both are shown.

    >>> storable("a\x00b\ud800")
    'a␀b\\ud800'
    """
    return text.replace("\x00", "\u2400").encode("utf-8", "backslashreplace").decode("utf-8")


def _unnest(db: Connection, table: Table, columns: Sequence[str]) -> str:
    kinds = (table.c[name].type.compile(db.dialect) for name in columns)
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in kinds)})"


def _by_column(db: Connection, table: Table, columns: Sequence[str], rows: Rows) -> tuple[list[Any], ...]:
    return tuple(
        _bound(db, table.c[name].type, values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    )


def _bound(db: Connection, kind: sa.types.TypeEngine[Any], values: Iterable[Any]) -> list[Any]:
    process = kind.dialect_impl(db.dialect).bind_processor(db.dialect)
    return list(values) if process is None else [process(value) for value in values]
