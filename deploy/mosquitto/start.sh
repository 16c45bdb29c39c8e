#!/bin/sh
# Makes the password file from the environment, then becomes the broker.
set -eu
passwords=/mosquitto/data/passwords
[ -f "$passwords" ] || { umask 077; : > "$passwords"; }
mosquitto_passwd -b "$passwords" ingest "$MQTT_INGEST_PASSWORD"
mosquitto_passwd -b "$passwords" fleet "$MQTT_FLEET_PASSWORD"
chown mosquitto:mosquitto "$passwords"
exec mosquitto -c /mosquitto/config/mosquitto.conf
