"""Compares `pipehat validate --nist-compat` with reports of NIST's own validator.

Usage: agreement.py CORPUS [--pipehat PROGRAM] [--differences]

CORPUS is a folder with profiles, messages and reports:

  NAME/*.xml, NAME/messages/*        a profile and messages
  NAME/expected.ndjson               what NIST reports of each of them
  mutants/*.jsonl                    messages changed in one place, with what NIST reports
  ss-phn/                            profiles that share constraints and value sets; Test*.json
                                     beside a message names by id which of them it takes

A message agrees if both report the same errors and warnings: the same lines, paths, categories and
classifications, each as often. Of mutants, missing elements of usage RE, which NIST warns of, are
compared by their number.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

# The profile of each file of mutants.
MUTANTS = {
    "celr-2.3.1": "cdc-CELR-2.3.1",
    "celr-2.5.1": "cdc-CELR-2.5.1",
    "nndss-3.0": "cdc-NNDSS-NOTF_ORU_V3.0",
    "radxmars-onboarding": "rs-radxmars-onboarding",
    "radxmars-production": "rs-radxmars-production",
    "ss-phn-A01": "ss-phn/profiles/ADT-A01-PH_SS-Ack_Profile.xml",
    "ss-phn-A08": "ss-phn/profiles/ADT-A08-PH_SS-Ack_Profile.xml",
}
SHARED = ["ss-phn/constraints/Constraints.xml", "ss-phn/tables/ValueSetLibrary_SS_CF.xml"]


def entries(report):
    """The lines of a report of ours."""
    for kind in report["entries"].values():
        for entry in kind:
            yield (entry["line"], entry["path"], entry["category"], entry["classification"])


def ours(program, profiles, messages):
    """What pipehat reports of each message: a list of lists of entries; None if it is unusable."""
    with tempfile.TemporaryDirectory() as folder:
        for number, message in enumerate(messages):
            (pathlib.Path(folder) / f"{number:05}.hl7").write_bytes(message)
        command = [program, "validate", "--nist-compat", "-f", "nist", folder]
        command += [part for profile in profiles for part in ("--profile", profile)]
        run = subprocess.run(command, capture_output=True, check=False)
        found = [[] for _ in messages]
        for line in run.stdout.decode().splitlines():
            report = json.loads(line)
            number = int(pathlib.Path(report["file"]).stem)
            if report.get("message") is None or report["message"] > 1:
                continue
            found[number].extend(entries(report))
        if run.returncode == 2 and not any(found):
            sys.exit(run.stderr.decode())
        return found


def is_missing(entry):
    """A missing element of usage RE."""
    return entry[2:] == ("Usage", "Warning")


def same(expected, found):
    """Whether two lists of entries are the same; and in what they differ."""
    expected, found = collections.Counter(expected), collections.Counter(found)
    return expected == found, expected - found, found - expected


class Figures:
    def __init__(self, show):
        self.show = show
        self.rows = []

    def add(self, name, results):
        """`results`: of each message its name, what NIST reports, what we do."""
        equal = 0
        for message, expected, found in results:
            agrees, missing, extra = same(expected, found)
            equal += agrees
            if not agrees and self.show:
                print(f"{name}: {message}")
                for sign, side in (("-", missing), ("+", extra)):
                    for entry, count in sorted(side.items()):
                        print(f"  {sign} {entry} {'' if count == 1 else count}")
        self.rows.append((name, equal, len(results)))

    def print(self, title):
        width = max(len(name) for name, *_ in self.rows)
        print(title)
        for name, equal, count in self.rows:
            print(f"  {name:{width}}  {equal:5} of {count:5}")
        equal, count = (sum(row[n] for row in self.rows) for n in (1, 2))
        print(f"  {'all':{width}}  {equal:5} of {count:5}  {100 * equal / max(count, 1):.2f} %")
        self.rows = []
        return equal, count


def mutants(program, corpus, figures):
    missing = 0
    for file in sorted(corpus.glob("mutants/*.jsonl")):
        profile = MUTANTS[file.stem]
        profiles = [profile] + (SHARED if profile.endswith(".xml") else [])
        rows = [json.loads(line) for line in file.read_text().splitlines()]
        messages = [row["message"].encode() for row in rows]
        found = ours(program, [corpus / p for p in profiles], messages)
        results = []
        for row, entries in zip(rows, found):
            expected = [
                (e["line"], e["path"], e["category"], e["class"]) for e in row["entries"]
            ]
            errors = [e for e in entries if e[3] in ("Error", "Warning") and not is_missing(e)]
            results.append((row["name"], expected, errors))
            missing += sum(map(is_missing, entries)) == row["re_usage_warnings"]
        figures.add(file.stem, results)
    _, count = figures.print("Mutants: errors and warnings")
    print(f"  as many missing elements of usage RE: {missing} of {count}")


def profiles_of(corpus, folder):
    """The files that a message of `folder` is held against."""
    tests = list(folder.glob("Test*.json"))
    if not tests:
        return [folder]
    shared = corpus / "ss-phn"
    ids = json.loads(tests[0].read_text())
    ids = ids.get("hl7v2", ids)

    def with_id(part, pattern, wanted):
        for file in sorted((shared / part).glob("*.xml")):
            found = re.search(pattern, file.read_text(errors="replace"))
            if found and found.group(1) == wanted:
                return file
        sys.exit(f"{folder}: no file in {part} has the id {wanted}")

    return [
        with_id("profiles", r'<Message\s+ID="([^"]*)"', ids["messageId"]),
        with_id("tables", r'ValueSetLibraryIdentifier="([^"]*)"', ids["valueSetLibraryId"]),
        shared / "constraints" / "Constraints.xml",
        *folder.glob("Constraints.xml"),
    ]


def published(program, corpus, figures):
    for file in sorted(corpus.glob("**/expected.ndjson")):
        folder = file.parent
        expected, refused = collections.defaultdict(list), set()
        for line in file.read_text().splitlines():
            entry = json.loads(line)
            if "category" in entry:
                part = (entry["line"], entry["path"], entry["category"], entry["class"])
                expected[entry["file"]].append(part)
            else:
                expected.setdefault(entry["file"], [])
                if "fail" in entry:
                    refused.add(entry["file"])
        names = sorted(expected)
        where = folder / "messages" if (folder / "messages").is_dir() else folder
        messages = [(where / name).read_bytes() for name in names]
        found = ours(program, profiles_of(corpus, folder), messages)
        results = []
        for name, entries in zip(names, found):
            if name in refused:
                # NIST takes such a message for none at all.
                results.append((name, [True], [bool(entries)]))
                continue
            classes = ("Error", "Warning", "Spec Error")
            results.append((name, expected[name], [e for e in entries if e[3] in classes]))
        figures.add(str(folder.relative_to(corpus)), results)
    figures.print("Published messages: errors, warnings, and errors of the profile itself")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--pipehat", default="pipehat", help="the program")
    parser.add_argument("--differences", action="store_true", help="show each difference")
    args = parser.parse_args()
    figures = Figures(args.differences)
    mutants(args.pipehat, args.corpus, figures)
    published(args.pipehat, args.corpus, figures)


if __name__ == "__main__":
    main()
