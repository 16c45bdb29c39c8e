"""Alembic's migrations, run by `guangfu.storage.sql.database.upgrade`.

A migration is a file in `versions/` named by its number; once released it is never edited. A test
compares what they make with `guangfu.storage.sql.schema.metadata` on SQLite and on PostgreSQL.
"""
