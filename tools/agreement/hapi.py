#!/usr/bin/env python3
"""Holds the cases of HAPI's conformance validator against pipehat.

usage: hapi.py PIPEHAT FOLDER

FOLDER has cases.tsv, profiles, tables, cases, and oracle_output.txt, what HAPI itself reported.
First the expectations of the cases are checked, which are those of HAPI's own tests. Then what the
two report is compared place by place; reports of HAPI that are known to be about itself and not
about the message are listed with the reason. Exit status 1 if a case does not agree.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

# What is in the report of a case that HAPI's tests ask for: (count of errors or None, places).
EXPECTED = {
    "reqsft-missing": (None, {"SFT"}),
    "segnotsup-ok": (0, set()),
    "segnotsup-bad": (1, {"SFT"}),
    "fieldnotsup-ok0": (0, set()),
    "fieldnotsup-ok1": (0, set()),
    "fieldnotsup-bad": (1, {"SFT-2"}),
    "compnotsup-ok": (0, set()),
    "compnotsup-bad": (1, {"SFT-1.2"}),
    "subcompnotsup-ok": (0, set()),
    "subcompnotsup-bad": (None, {"SFT-1.6.2"}),
    "ack-table": (None, {"MSH-18"}),
}
# Places that must not be among the errors.
QUIET = {"ack-table": {"MSH-17"}}

# What HAPI says of itself: its model of the message has no such group, or another type's name.
ABOUT_ITSELF = [
    (r"^G[13]O not found in message", "an optional group that HAPI's own structure lacks"),
    (r"HL7 datatype \w+ doesn't match profile datatype", "the Java class, not the message"),
    (r"^Message structure null doesn't match", "2.4 does not ask for MSH-9.3 in an ACK"),
]


def place(report):
    """Where HAPI found something, as pipehat writes it."""
    text, where = report["text"], report["seg"] or ""
    where = re.sub(r"\(\d+\)", "", where)
    if match := re.match(r"Field (\d+) in (\w+) appears", text):
        return f"{match[2]}-{match[1]}"
    if match := re.match(r"The structure (\w+) appears|(\w{3}) must have at least", text):
        if not where:
            return match[1] or match[2]
    return where


def oracle(path):
    """What HAPI reported, by the file of the case."""
    found = {}
    for line in path.read_text().splitlines():
        if line.startswith("{"):
            report = json.loads(line)
            if "text" in report:
                found.setdefault(report["file"], []).append(report)
    return found


def errors(pipehat, folder, profile, message, tables):
    """The places of errors that pipehat reports, with its exit status."""
    args = [pipehat, "validate", "-q", "-f", "ndjson", "--profile", str(folder / profile)]
    for table in tables:
        args += ["--profile", str(folder / table)]
    run = subprocess.run([*args, str(folder / message)], capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f"{message}: exit status {run.returncode}: {run.stderr}")
    found = []
    for line in run.stdout.splitlines():
        finding = json.loads(line)
        if finding["severity"] == "error":
            path = re.sub(r"\[\d+\]", "", finding["path"])
            found.append(path)
    return found


def main():
    pipehat, folder = sys.argv[1], Path(sys.argv[2])
    hapi = oracle(folder / "oracle_output.txt")
    agree = same = total = 0
    rows = (folder / "cases.tsv").read_text().splitlines()[1:]
    for row in rows:
        case, profile, message, _ = row.split("\t")
        tables = ["tables/sampleTables.xml"] if case == "ack-table" else []
        ours = errors(pipehat, folder, profile, message, tables)
        count, places = EXPECTED[case]
        fits = (count is None or len(ours) == count) and places <= set(ours)
        fits = fits and not QUIET.get(case, set()) & set(ours)
        agree += fits
        print(f"{'agrees' if fits else 'DIFFERS':8} {case}: {', '.join(ours) or 'no errors'}")
        theirs = []
        for report in hapi.get(Path(message).name, []):
            why = [why for pattern, why in ABOUT_ITSELF if re.search(pattern, report["text"])]
            if why:
                print(f"{'':8}   left out: {report['text']} ({why[0]})")
            else:
                theirs.append(place(report))
        # HAPI tells a component by the field that it is in.
        left = list(ours)
        for wanted in theirs:
            total += 1
            near = [own for own in left if own == wanted or own.startswith(wanted + ".")]
            if near:
                left.remove(near[0])
                same += 1
            else:
                print(f"{'':8}   only HAPI: {wanted}")
        for own in left:
            print(f"{'':8}   only pipehat: {own}")
    print(f"{agree} of {len(rows)} cases agree; {same} of {total} reports of HAPI are at the same place")
    return 0 if agree == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
