#!/usr/bin/env python3
"""codes.py CONCEPT_MAPS.tsv > codes.tsv: the code tables of the V2-to-FHIR guide, flat and corrected.

CONCEPT_MAPS.tsv has the guide's ConceptMaps in one table, with a header row whose names include
map, v2_code, fhir_code, fhir_display and fhir_system. Rows that map to nothing are left out.
corrections.tsv beside this program has one line for each departure: table, v2 code, FHIR code,
display, system, and why; an empty FHIR code removes the row. See README.md.
"""

import csv
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def clean(text):
    return " ".join(text.replace("\u00c2", " ").split())


def main(path):
    table = {}
    for row in rows(path):
        name, code = row["map"], clean(row["v2_code"]).strip('"')
        target = tuple(clean(row[key]) for key in ("fhir_code", "fhir_display", "fhir_system"))
        target = (target[0].strip('"'), *target[1:])
        if name == "map" or not code or not target[0] or re.search("<.", code):
            continue
        table.setdefault((name, code), target)
    for row in rows(HERE / "corrections.tsv"):
        key = row["table"], row["v2_code"]
        if row["fhir_code"]:
            table[key] = row["fhir_code"], row["display"], row["system"]
        else:
            table.pop(key)
    lines = ["\t".join((*key, *target)) for key, target in table.items()]
    print("\n".join(sorted(lines, key=str.encode)))


if __name__ == "__main__":
    main(sys.argv[1])
