#!/bin/sh
# A role and a schema of its own for each service that keeps something; none can read another's. The image runs it once,
# in the new database.
set -eu
secrets=${SECRETS:-/run/secrets}

sql() {
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"
}

sql --set database="$POSTGRES_DB" <<'SQL'
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL

for service in intake directory deadlines dispatch delivery; do
    export PASSWORD_FILE="$secrets/${service}_password"
    sql --set database="$POSTGRES_DB" --set service="$service" <<'SQL'
\set password `cat "$PASSWORD_FILE"`
CREATE ROLE :"service" LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE :"database" TO :"service";
CREATE SCHEMA :"service" AUTHORIZATION :"service";
SQL
done
