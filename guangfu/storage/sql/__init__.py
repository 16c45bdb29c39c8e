"""SQL: registry, money, and what ingest must not forget; SQLite or PostgreSQL, one code."""
