"""PROGRAM: MQTT to spool, to decoded and checked readings, to the telemetry store."""
