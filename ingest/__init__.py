"""The program that takes telemetry in: MQTT -> spool -> decode -> check -> telemetry store."""
