#!/usr/bin/env python3
"""Measures `pipehat validate` beside hl7apy, in messages a second of one core.

usage: benches/validate.py [--messages 20000] [--runs 5] [--bin PROGRAM] [--profile PATH]...
                           [--python PYTHON]

The message is an ORU^R01 of version 2.5.1 with 20 observations, 26 segments, about 4 kB, without
faults. Figures are processor time (user and system, from wait4), less that of a run over one message,
the median of --runs runs. With --profile the same messages are held against that profile, too (what
it finds is of no interest here). hl7apy is measured if --python names an interpreter that has it, over
100 messages: parsing and validate(), in the same process.

The last rows tell how much two threads gain (wall time), and the most memory resident for an archive
and for one ten times as large.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEAD = [
    "MSH|^~\\&|LAB^2.16.840.1.113883.19.3^ISO|HOSP^2.16.840.1.113883.19.4^ISO|EHR|HOSP|"
    "20240131102030.123+0100||ORU^R01^ORU_R01|{id}|P|2.5.1|||AL|NE||UNICODE UTF-8",
    "PID|1||123456^^^HOSP^MR~987654^^^HOSP^PI||SAMPLE^ANN^Q^^^^L||19700203|F|||1 MAIN ST^^TOWN^NY^10001"
    "^USA^H||(555)555-0100^PRN^PH^^1^555^5550100|||M",
    "PV1|1|I|W1^101^1^HOSP||||1234^EXAMPLE^JOHN^^^DR^^^HOSP&2.16.840.1.113883.19.4&ISO^L|||MED|||||||||"
    "V1234^^^HOSP^VN|||||||||||||||||||||||||20240130080000",
    "ORC|RE|ORD1^EHR|FIL1^LAB||CM||||20240131100000|||1234^EXAMPLE^JOHN",
    "OBR|1|ORD1^EHR|FIL1^LAB|24323-8^Comprehensive metabolic panel^LN|||20240131090000|||||||"
    "20240131093000||1234^EXAMPLE^JOHN||||||20240131102000||CH|F",
]
OBX = (
    "OBX|{n}|NM|{code}-{digit}^Analyte number {n} in serum or plasma^LN^{n}^LOCAL {n}^L||{value:.1f}|"
    "mmol/L^millimole per liter^UCUM|3.5-5.1|N|||F|||20240131101500|LAB1^Main laboratory^L||"
)


def message(number):
    lines = [HEAD[0].format(id=f"MSG{number:07}"), *HEAD[1:]]
    for n in range(1, 21):
        lines.append(OBX.format(n=n, code=1000 + n, digit=n % 10, value=n * 3.7))
    lines.append("NTE|1|L|Sample slightly haemolysed.")
    return "\r".join(lines) + "\r"


def run(command):
    """Processor seconds, wall seconds, peak memory in MB."""
    start = time.perf_counter()
    null = subprocess.DEVNULL
    child = subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"status {status}: {' '.join(map(str, command))}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1e3


def median(runs, command):
    return [statistics.median(column) for column in zip(*(run(command) for _ in range(runs)))]


HL7APY = """
import sys, time
from hl7apy.parser import parse_message
text = open(sys.argv[1], newline='').read()
start = time.process_time()
for _ in range(100):
    parse_message(text).validate()
print(100 / (time.process_time() - start))
"""


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--messages", type=int, default=20000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--bin", default=None)
    options.add_argument("--profile", action="append", default=[])
    options.add_argument("--python", default=None)
    given = options.parse_args()
    if given.bin is None:
        subprocess.run(["cargo", "build", "--release", "-q"], cwd=ROOT, check=True)
    program = given.bin or ROOT / "target/release/pipehat"
    with tempfile.TemporaryDirectory() as folder:
        one, many, more = (Path(folder) / name for name in ("one.hl7", "many.hl7", "more.hl7"))
        # Written piece by piece: what this program holds counts as memory of those that it starts.
        one.write_text(message(0), newline="")
        with many.open("w", newline="") as file:
            file.writelines(message(number) + "\n" for number in range(given.messages))
        with more.open("w", newline="") as file:
            count = 10 * given.messages
            file.writelines(message(number) + "\n" for number in range(count))
        size, all_ = one.stat().st_size, many.stat().st_size / 1e6
        print(f"{given.messages} messages of {size} bytes, {all_:.0f} MB")
        cases = [("the standard", [])] + [(p, ["--profile", p]) for p in given.profile]
        for name, options in cases:
            command = [program, "validate", "-q", "-f", "ndjson", *options]
            base = median(given.runs, [*command, "-j1", one])
            alone = median(given.runs, [*command, "-j1", many])
            rate = given.messages / (alone[0] - base[0])
            print(f"{name}: {rate:,.0f} messages a second and core; start {base[0] * 1e3:.1f} ms CPU")
            both = median(given.runs, [*command, "-j2", many])
            print(f"  two threads: {alone[1] / both[1]:.2f} times as fast (wall)")
            large = run([*command, "-j1", more])
            print(f"  memory: {alone[2]:.1f} MB, for ten times the input {large[2]:.1f} MB")
        if given.python:
            done = subprocess.run(
                [given.python, "-c", HL7APY, one], check=True, capture_output=True, text=True
            )
            print(f"hl7apy: {float(done.stdout):.1f} messages a second (parse and validate)")


if __name__ == "__main__":
    main()
