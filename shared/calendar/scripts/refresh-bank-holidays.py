#!/usr/bin/env python3
"""Writes data/bank_holidays.csv from GOV.UK's bank holidays for England and Wales.

    refresh-bank-holidays.py                        downloads https://www.gov.uk/bank-holidays.json
    refresh-bank-holidays.py FILE [SOURCE [DAY]]    reads a copy; SOURCE says where it came from, DAY when

GOV.UK drops past years from its file. Years that the file no longer lists are kept from the table as it stands; years
that it does list are replaced whole, so that a moved holiday moves here too.
"""

import csv
import datetime
import json
import pathlib
import sys
import urllib.request

URL = "https://www.gov.uk/bank-holidays.json"
TABLE = pathlib.Path(__file__).resolve().parent.parent / "data" / "bank_holidays.csv"


def read(arguments):
    if arguments:
        text = pathlib.Path(arguments[0]).read_text(encoding="utf-8")
    else:
        with urllib.request.urlopen(URL, timeout=30) as reply:
            text = reply.read().decode("utf-8")
    events = json.loads(text)["england-and-wales"]["events"]
    if not events:
        sys.exit("the file lists no bank holiday for England and Wales: nothing was written")
    return {event["date"]: event["title"] for event in events}


def kept(years):
    if not TABLE.exists():
        return {}
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {row["date"]: row["name"] for row in csv.DictReader(lines) if row["date"][:4] not in years}


def main():
    arguments = sys.argv[1:]
    fresh = read(arguments)
    days = kept({day[:4] for day in fresh}) | fresh
    source = arguments[1] if len(arguments) > 1 else URL
    day = arguments[2] if len(arguments) > 2 else datetime.date.today().isoformat()
    with TABLE.open("w", encoding="utf-8", newline="\n") as table:
        table.write("# Bank holidays in England and Wales. Written by scripts/refresh-bank-holidays.py: do not edit.\n")
        table.write(f"# Source: {source}\n")
        table.write(f"# Retrieved: {day}\n")
        table.write("# Contains public sector information licensed under the Open Government Licence v3.0:\n")
        table.write("# https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/\n")
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["date", "name"])
        writer.writerows(sorted(days.items()))
    print(f"{len(days)} bank holidays, {min(days)} to {max(days)}: {TABLE}")


if __name__ == "__main__":
    main()
