from tests.storage.conftest import backend, engine, migrated_file, new_migrated, sql_url

__all__ = ["backend", "engine", "migrated_file", "new_migrated", "sql_url"]
