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
args.add_argument("--dictionary", type=pathlib.Path, required=True, help="hl7v2.txt")
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
common |= scowl((10, 35), ("contractions",))
rest = scowl((40, 50, 55, 60, 70))
rest |= scowl((10, 35), ("upper",)) | scowl((10, 20, 35, 40, 50), ("abbreviations",))
medical = own("medical.txt")
capitalised = set()
for _, element in Xml.iterparse(args.icd):
    if element.tag in ("desc", "note") and element.text:
        for word in re.findall(r"[A-Za-z]+", element.text):
            (capitalised if word[0].isupper() else medical).add(word.lower())
for line in args.dictionary.read_text().splitlines():
    medical.update(w.lower() for w in re.findall(r"[A-Za-z]{3,}", line))
rest |= medical | capitalised

# What is a name far more often than a word is no word here. Words of medicine in small letters stay.
is_frequent = {n for n in family if family[n] >= 0.008} | {n for n in given if given[n] >= 0.02}
stay = own("words.txt") | scowl((10, 20)) | medical
names = (is_frequent - stay) | own("names.txt")
common = common - names | own("words.txt")
rest -= names | common

# Everyday words that hardly anybody is called prove no name.
families = {n for n in family if family[n] >= 0.001}
givens = {n for n in given if given[n] >= (0.05 if n in scowl((10,)) else 0.03 if n in common else 0.004)}
givens -= {"van", "drew", "guy", "so", "in", "an", "see"}
paragraphs = [common, rest, families, givens]
text = "\n".join("\n".join(sorted(p)) + "\n" for p in paragraphs)
args.out.write_text(text)
print([len(p) for p in paragraphs])
