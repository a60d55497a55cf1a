#!/bin/sh
# Writes the dataset's tables as CSV into <drop folder>/<authority>/ssd/<today>, complete or not at all. Only reads.
#
#   PGHOST=reporting PGDATABASE=ssd PGUSER=evenkeel_export export-postgresql.sh <drop folder>/<authority>/ssd
#
# The connection is psql's own: PGHOST, PGPORT, PGDATABASE, PGUSER, and a password in ~/.pgpass. Where the tables are in
# a schema of their own: SSD_SCHEMA=name.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 <folder>: the folder that Evenkeel watches, <drop folder>/<authority>/ssd; it must exist" >&2
    exit 2
fi
into=$(cd "$1" && pwd)
today=$(date +%Y-%m-%d)
if [ -e "$into/$today" ]; then
    echo "$0: $into/$today is there already: today's export is done, and waits for Evenkeel" >&2
    exit 1
fi
umask 027
# Folders whose names begin with a dot are not looked at.
unfinished=$into/.$today.part
rm -rf "$unfinished"
mkdir "$unfinished"
trap 'rm -rf "$unfinished"' EXIT
cd "$unfinished"
PGOPTIONS="-c search_path=${SSD_SCHEMA:-public} -c default_transaction_read_only=on" \
    psql --no-psqlrc --quiet --no-password --file "$here/postgresql.sql"
if [ ! -s ssd_person.csv ]; then
    echo "$0: there is no table ssd_person in schema ${SSD_SCHEMA:-public}: name the schema with SSD_SCHEMA" >&2
    exit 1
fi
: >READY
cd "$into"
mv "$unfinished" "$into/$today"
