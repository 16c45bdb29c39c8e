"""PROGRAM: fleets of simulated stations that meet the rest only over MQTT."""
