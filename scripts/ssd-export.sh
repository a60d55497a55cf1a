#!/bin/sh
# Writes the export scripts for SQL Server and PostgreSQL from the one list of columns, deploy/ssd-export/columns.csv.
#
#   scripts/ssd-export.sh [folder]      where to write [default: deploy/ssd-export]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
columns=$here/deploy/ssd-export/columns.csv
out=${1:-$here/deploy/ssd-export}

write() {
    awk -F, -v kind="$1" '
        function plain(column, how) {
            if (kind == "postgresql") {
                if (how == "day") return "to_char(" column "::timestamp, '\''YYYY-MM-DD'\'') AS " column
                if (how == "moment")
                    return "to_char(" column "::timestamp, '\''YYYY-MM-DD\"T\"HH24:MI:SS'\'') AS " column
                if (how == "presence") return "CASE WHEN " column " IS NULL THEN '\'''\'' ELSE '\''Y'\'' END AS " column
                return column
            }
            if (how == "day") return "CONVERT(char(10), " column ", 23)"
            if (how == "moment") return "CONVERT(char(19), " column ", 126)"
            if (how == "presence") return "CASE WHEN " column " IS NULL THEN '\'''\'' ELSE '\''Y'\'' END"
            # A text may hold what CSV needs quoted, and a line break, which no id, code or name needs. The quotation
            # mark as a number, because PowerShell loses it on the way to bcp.
            return "CHAR(34), REPLACE(REPLACE(REPLACE(CONVERT(nvarchar(400), " column \
                "), CHAR(34), REPLICATE(CHAR(34), 2)), CHAR(13), '\'' '\''), CHAR(10), '\'' '\''), CHAR(34)"
        }
        function flush() {
            if (table == "") return
            if (kind == "postgresql") {
                print ""
                print "SELECT to_regclass('\''" table "'\'') IS NOT NULL AS is_there \\gset"
                print "\\if :is_there"
                print "\\copy (SELECT " list " FROM " table ") TO '\''" table ".csv'\'' WITH (FORMAT csv, HEADER, ENCODING '\''UTF8'\'')"
                print "\\else"
                print "\\warn There is no table " table ": it is left out."
                print "\\endif"
            } else if (kind == "sqlserver") {
                print ""
                print "-- table " table
                print "-- header " names
                print "SELECT CONCAT(" list ") FROM $(Schema)." table
            } else if (kind == "postgresql-grants") {
                print "GRANT SELECT (" names ") ON " table " TO evenkeel_export;"
            } else {
                print "GRANT SELECT ON $(Schema)." table " (" names ") TO evenkeel_export;"
            }
        }
        BEGIN {
            print "-- Made by scripts/ssd-export.sh from columns.csv: change that file, not this one."
            if (kind == "postgresql") {
                print "-- Run by export-postgresql.sh, in the folder that the files go to. All tables are read as of one moment."
                print "\\set ON_ERROR_STOP on"
                print "\\encoding UTF8"
                print "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
            } else if (kind == "sqlserver") {
                print "-- Run by export-sqlserver.ps1, one statement at a time: each gives a table as lines of CSV."
            } else {
                print "-- Lets evenkeel_export read these columns and nothing else. Run once, by an administrator of the database."
            }
        }
        NR == 1 { next }
        $1 != table { flush(); table = $1; list = ""; names = "" }
        {
            separator = kind == "sqlserver" ? ", '\'','\'', " : ", "
            list = list (list == "" ? "" : separator) plain($2, $3)
            names = names (names == "" ? "" : kind == "sqlserver" ? "," : ", ") $2
        }
        END { flush(); if (kind == "postgresql") print "\nCOMMIT;" }
    ' "$columns" >"$out/$1.sql"
}

for kind in postgresql postgresql-grants sqlserver sqlserver-grants; do
    write "$kind"
done
