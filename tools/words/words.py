#!/usr/bin/env python3
"""Makes src/ops/deidentify/text/words.txt from public lists; README.md says which and how."""
import argparse
import pathlib
import re
import xml.etree.ElementTree as Xml

args = argparse.ArgumentParser()
args.add_argument("--scowl", type=pathlib.Path, required=True, help="directory of SCOWL's lists")
args.add_argument("--icd", type=pathlib.Path, required=True, help="tabular list of ICD-10-CM, XML")
args.add_argument("--names", type=pathlib.Path, required=True, help="directory of the Census lists")
args.add_argument("--out", type=pathlib.Path, required=True)
args = args.parse_args()

HERE = pathlib.Path(__file__).parent
WORD = re.compile(r"[a-z]+")


def own(name):
    """The words of a list of ours."""
    text = (HERE / name).read_text()
    return {w for line in text.splitlines() if not line.startswith("#") for w in line.lower().split()}


def scowl(sizes, kinds=("words",)):
    """SCOWL's words of these sizes, cut at apostrophes and such, as texts are."""
    words = set()
    for kind in kinds:
        for size in sizes:
            for variant in ("english", "american", "british", "british_z", "variant_1"):
                path = args.scowl / f"{variant}-{kind}.{size}"
                if path.exists():
                    for line in path.read_text("latin-1").splitlines():
                        words.update(WORD.findall(line.lower()))
    return words


def census(name):
    """Names with their share in percent."""
    lines = (args.names / name).read_text().splitlines()
    return [(line.split()[0].lower(), float(line.split()[1])) for line in lines if line.strip()]


family = dict(census("dist.all.last"))
given = {}
for part in ("dist.female.first", "dist.male.first"):
    for name, share in census(part):
        given[name] = given.get(name, 0) + share

common = scowl((10, 20, 35))
rest = scowl((40, 50, 55, 60))
medical = set()
for _, element in Xml.iterparse(args.icd):
    if element.tag in ("desc", "note") and element.text:
        medical.update(WORD.findall(element.text.lower()))
rest |= medical
rest -= common
families = {n for n, share in family.items() if share >= 0.001}
givens = {n for n, share in given.items() if share >= 0.004}
paragraphs = [common, rest, families, givens]
text = "\n".join("\n".join(sorted(p)) + "\n" for p in paragraphs)
args.out.write_text(text)
print([len(p) for p in paragraphs])
