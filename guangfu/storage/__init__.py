"""The only code that talks to a database: the spool, the telemetry stores, SQL."""
