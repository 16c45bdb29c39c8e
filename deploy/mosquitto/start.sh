#!/bin/sh
# Makes what the broker reads of what the operator gave, then becomes the broker.
# `start.sh reload` makes it anew for the broker that runs: access list, passwords, certificates.
set -eu
config=/mosquitto/config data=/mosquitto/data
umask 077
mkdir -p "$data/tls"

# name, password: no user of that name where the password is empty
add_user() { [ -z "$2" ] || mosquitto_passwd -b "$data/passwords.new" "$1" "$2"; }

if [ -f "$config/stations/acl" ]; then
  if ! grep -qx "user ingest" "$config/stations/acl"; then
    echo "deploy/mosquitto/stations/acl is not what guangfu stations acl writes; nothing was changed." >&2
    exit 1
  fi
  cp "$config/stations/acl" "$data/acl.new"
else
  echo "No deploy/mosquitto/stations/acl: no station may write until guangfu stations acl has written it."
  cp "$config/acl" "$data/acl.new"
fi

: > "$data/passwords.new"
[ ! -f "$config/stations/passwords" ] || cat "$config/stations/passwords" > "$data/passwords.new"
add_user ingest "$MQTT_INGEST_PASSWORD"
add_user fleet "${MQTT_FLEET_PASSWORD:-}"

cp "$config/mosquitto.conf" "$data/mosquitto.conf.new"
if [ -f "$config/certs/server.pem" ] && [ -f "$config/certs/server.key" ]; then
  cp "$config/certs/server.pem" "$config/certs/server.key" "$data/tls/"
  cat "$config/tls.conf" >> "$data/mosquitto.conf.new"
  if [ -f "$config/certs/stations-ca.pem" ]; then
    cp "$config/certs/stations-ca.pem" "$data/tls/"
    cat "$config/client-certificates.conf" >> "$data/mosquitto.conf.new"
  fi
elif [ -f "$config/certs/server.pem" ] || [ -f "$config/certs/server.key" ]; then
  echo "deploy/mosquitto/certs needs both server.pem and server.key, and has one of them." >&2
  exit 1
else
  echo "No certificate in deploy/mosquitto/certs: nothing listens on 8883, stations can't reach this broker."
fi

for file in acl passwords mosquitto.conf; do mv "$data/$file.new" "$data/$file"; done
[ "$(id -u)" != 0 ] || chown -R mosquitto:mosquitto "$data"

if [ "${1:-}" = reload ]; then
  kill -HUP "$(cat "$data/mosquitto.pid")"
else
  exec mosquitto -c "$data/mosquitto.conf"
fi
