#!/bin/sh
# A certificate authority of your own, for the broker and its stations. Needs openssl only.
#
#   certificates.sh FOLDER broker NAME…       FOLDER/server.pem and .key for these host names or IP addresses
#   certificates.sh FOLDER station ID         FOLDER/ID.pem and .key, with which the station needs no password
#
# FOLDER/ca.pem is what stations and programs must trust. FOLDER/ca.key makes everybody's certificates: keep it
# off the broker's machine. DAYS=… says how long a certificate lives.
set -eu
umask 077
usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 3 ] || usage
folder=$1 kind=$2
shift 2
mkdir -p "$folder"

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

# file, common name, extensions
sign() {
  if [ -e "$folder/$1.pem" ] || [ -e "$folder/$1.key" ]; then
    echo "$folder/$1.pem or .key exists; move it away to make another." >&2
    exit 1
  fi
  new_key "$folder/$1.key"
  openssl req -new -key "$folder/$1.key" -subj "/CN=$2" |
    { printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n%s\n' "$3" > "$folder/.ext"
      openssl x509 -req -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
        -days "${DAYS:-825}" -extfile "$folder/.ext" -out "$folder/$1.pem" 2>/dev/null; }
  rm -f "$folder/.ext"
  chmod 644 "$folder/$1.pem"
  echo "$folder/$1.pem $folder/$1.key"
}

if [ ! -f "$folder/ca.key" ]; then
  new_key "$folder/ca.key"
  openssl req -x509 -new -key "$folder/ca.key" -subj "/CN=Guangfu MQTT" -days 3650 -out "$folder/ca.pem" \
    -addext "keyUsage=critical,keyCertSign,cRLSign"
  chmod 644 "$folder/ca.pem"
fi

case $kind in
  broker)
    names=
    for name in "$@"; do
      case $name in *[!0-9.]*) names="$names,DNS:$name" ;; *) names="$names,IP:$name" ;; esac
    done
    sign server "$1" "extendedKeyUsage=serverAuth
subjectAltName=${names#,}"
    ;;
  station)
    case $1 in
      ingest | fleet | server | ca | *[!A-Za-z0-9_-]*) echo "$1 is no station." >&2; exit 2 ;;
    esac
    sign "$1" "$1" "extendedKeyUsage=clientAuth"
    ;;
  *) usage ;;
esac
