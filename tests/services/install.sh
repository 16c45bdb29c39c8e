#!/usr/bin/env bash
# Installs the real services that the tests use: Mosquitto, PostgreSQL, Chromium with a Chinese font
# and Pango for PDFs from Debian's packages, and InfluxDB 1.8.10 built with Go into .services/bin. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/../.."

sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo

installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

packages=()
for package in mosquitto postgresql chromium chromium-driver fonts-noto-cjk \
  libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; do
  installed "$package" || packages+=("$package")
done
if [ ! -x .services/bin/influxd ] && ! command -v go >/dev/null; then packages+=(golang-go); fi
if [ ${#packages[@]} -gt 0 ]; then
  $sudo apt-get update -qq
  # A service that Debian would start at once is not wanted: tests start their own on free ports.
  $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

if [ ! -x .services/bin/influxd ]; then
  mkdir -p .services/bin
  GOBIN="$PWD/.services/bin" GOFLAGS=-mod=mod go install github.com/influxdata/influxdb/cmd/influxd@v1.8.10
fi
echo "Services: $(find .services/bin -type f -name influxd), $(command -v mosquitto || echo /usr/sbin/mosquitto), $(ls -d /usr/lib/postgresql/*/bin), $(command -v chromium)"
