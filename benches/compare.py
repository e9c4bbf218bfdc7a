#!/usr/bin/env python3
"""Measures pipehat beside `wc -l` on the same archive, and prints a table.

usage: benches/compare.py [--mb 500] [--runs 5] [--files 100000] [--dir FOLDER] [--bin PROGRAM]
                          [--only TEXT]

The archive is made by gen_archive.py, once, in --dir (a temporary folder, removed at the end,
unless given). The program is built with `cargo build --release` unless --bin names one.

What is measured, of each command: processor time (user and system, from wait4), wall time, and the
most memory it had resident (which includes that of this script before the command took its place,
so that no figure is below the one of /bin/true). Each figure is the median of --runs runs; each run
of a command is preceded by one of `wc -l` on the same file, so that a change in the machine's speed
meets both. The ratio is the median of the ratios of such pairs. Input is a file in the page cache,
unless a name says otherwise; output goes to /dev/null.

Nothing fails if a target is missed: on a busy machine figures say little. Needs only Python 3 and,
for the rows that use them, gawk and find.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(command, cwd=None, out=None):
    """Runs a command; returns processor seconds, wall seconds, peak memory in MB."""
    sink = open(out, "wb") if out else subprocess.DEVNULL
    start = time.perf_counter()
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.DEVNULL, cwd=cwd
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if out:
        sink.close()
    if child.returncode not in (0, 1):
        sys.exit(f"status {child.returncode}: {' '.join(map(str, command))}")
    memory = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return usage.ru_utime + usage.ru_stime, wall, memory


class Table:
    """Rows are printed as they are measured."""

    HEAD = ("command", "CPU s", "wall s", "GB/s CPU", "x wc -l", "RSS MB", "target")
    FORM = "{:<44} {:>8} {:>8} {:>9} {:>8} {:>7}  {}"

    def __init__(self, runs, only):
        self.runs, self.only = runs, only
        print(self.FORM.format(*self.HEAD), flush=True)

    def wants(self, name):
        return self.only is None or self.only in name

    def row(self, name, cpu, wall, memory, size=None, ratio=None, target=""):
        speed = "-" if not size or not cpu else f"{size / cpu / 1e9:.2f}"
        ratio = "-" if ratio is None else f"{ratio:.2f}"
        cells = (name, f"{cpu:.3f}", f"{wall:.3f}", speed, ratio, f"{memory:.1f}", target)
        print(self.FORM.format(*cells), flush=True)

    def measure(self, name, command, file, target=""):
        """A command that reads a file, beside `wc -l` on it. Returns its processor time and wall time."""
        if not self.wants(name):
            return None, None
        pairs = [(run(["wc", "-l", file]), run(command)) for _ in range(self.runs)]
        cpu, wall, memory = (statistics.median(run[i] for _, run in pairs) for i in range(3))
        # Short runs of wc can take less time than the clock tells.
        ratio = statistics.median(mine[0] / max(wc[0], 1e-3) for wc, mine in pairs)
        self.row(name, cpu, wall, memory, os.path.getsize(file), ratio, target)
        return cpu, wall

    def beside(self, name, command, other_name, other, size=None, runs=None, cwd=None, target=""):
        """A command beside another that does the least of the same."""
        if not self.wants(name):
            return
        pairs = [(run(other, cwd), run(command, cwd)) for _ in range(runs or self.runs)]
        for index, label, aim in ((0, f"  {other_name}", ""), (1, name, target)):
            figures = (statistics.median(pair[index][i] for pair in pairs) for i in range(3))
            self.row(label, *figures, size, None, aim)


def archive(folder, name, mb):
    path = folder / name
    if not path.exists():
        generator = ROOT / "benches" / "gen_archive.py"
        subprocess.run([sys.executable, generator, path, str(mb)], check=True, stdout=sys.stderr)
    # Into the page cache, but not into this process, whose memory would count as the command's.
    run(["cat", path])
    return path


def small_files(folder, source, count):
    """A folder with `count` files of a message each, a thousand in a folder."""
    root = folder / f"files-{count}"
    if root.exists():
        return root
    partial = folder / f"files-{count}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    with open(source, "rb") as lines:
        for n in range(count):
            line = lines.readline()
            if not line:
                lines.seek(0)
                line = lines.readline()
            if n % 1000 == 0:
                part = partial / f"{n // 1000:05}"
                part.mkdir(parents=True)
            (part / f"{n:07}.hl7").write_bytes(line)
    partial.rename(root)
    return root


# Ten statements, one of them under a condition, one with a table of 10,000 codes beside it.
SCRIPT = r"""
when MSH-9.1 = ORU { set MSH-5 = "Q" }
set MSH-3 = "LAB"
set MSH-4 = upper(MSH-4)
map OBX-3 with "codes.csv" keep original always
set PID-5.1 = trim(PID-5.1)
delete PID-19
copy PID-3[1].1 to PID-2.1
replace OBX-5 /\s+$/ ""
set PV1-44 = PV1-44
append "ZZZ|1"
"""


def script(folder, pipehat, source):
    """A script, and the table that it reads: most codes of the archive, and others."""
    head = folder / "head.hl7"
    with open(source, "rb") as lines, open(head, "wb") as few:
        few.writelines(lines.readline() for _ in range(20_000))
    values = [pipehat, "query", "-f", "values", "OBX-3.1", head]
    codes = sorted(set(subprocess.run(values, capture_output=True, text=True).stdout.split("\n")))
    known = [code for code in codes if code and "," not in code][: len(codes) * 4 // 5]
    with open(folder / "codes.csv", "w") as table:
        table.write("from,to,display,system\n")
        for n, code in enumerate((known + [f"X{n}" for n in range(10_000)])[:10_000]):
            table.write(f'{code},{n}-1,"Name, {n}",LN\n')
    (folder / "rules.hat").write_text(SCRIPT)
    head.unlink()
    return folder / "rules.hat"


def program():
    subprocess.run(["cargo", "build", "--release", "--quiet"], check=True, cwd=ROOT)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    return ROOT / target / "release" / "pipehat"


def cores():
    """How many of two busy processes the machine runs at once: 1 to 2."""
    loop = [sys.executable, "-S", "-c", "for _ in range(8_000_000): pass"]

    def seconds(count):
        start = time.perf_counter()
        children = [subprocess.Popen(loop) for _ in range(count)]
        for child in children:
            child.wait()
        return time.perf_counter() - start

    return statistics.median(2 * seconds(1) / seconds(2) for _ in range(3))


def conversions(table, folder, pipehat, file):
    """The commands that look at every field, by one thread. Of to-fhir the messages count."""
    key = folder / "key"
    if not key.exists():
        subprocess.run([pipehat, "deidentify", "keygen", key], check=True, stderr=subprocess.DEVNULL)
    keyed = ["deidentify", "-q", "-j1", "--profile", "pseudonymise", "--key-file", key]
    commands = [
        ("validate -j1", ["validate", "-q", "-j1"], ""),
        ("stats -j1", ["stats", "-j1"], ">= 0.5 GB/s"),
        ("deidentify -j1 (safe-harbor)", ["deidentify", "-q", "-j1"], ">= 0.15 GB/s"),
        ("deidentify -j1, pseudonymise, text dropped", [*keyed, "--text", "drop"], ">= 0.15 GB/s"),
        ("deidentify -j1, pseudonymise", keyed, ">= 0.06 GB/s"),
        ("to-fhir -j1 --no-source", ["to-fhir", "-q", "-j1", "--no-source"], ">= 50000 messages/s"),
        ("to-fhir -j1", ["to-fhir", "-q", "-j1"], ">= 30000 messages/s"),
    ]
    with open(file, "rb") as lines:
        messages = sum(1 for _ in lines)
    for name, arguments, target in commands:
        cpu, _ = table.measure(name, [pipehat, *arguments, file], file, target)
        if cpu and "messages" in target:
            print(f"  {messages / cpu:,.0f} messages a second of processor time")


def measure(args, folder, pipehat):
    big = archive(folder, f"archive-{args.mb:g}.hl7", args.mb)
    table = Table(args.runs, args.only)
    each = ["MSH-10", "PID-3.1", "OBR-4.1", "OBX-3.1", "OBX-5", "OBX-6.1"]
    commands = [
        ("query PID-3.1", ["query", "PID-3.1"], "<= 2x wc"),
        ("query PID-3.1 PID-5.1 MSH-10", ["query", "PID-3.1", "PID-5.1", "MSH-10"], "<= 4x wc"),
        ("query OBX-5", ["query", "OBX-5"], ">= 1.5 GB/s"),
        ("query -c --where 'MSH-9.1 = ORU'", ["query", "-c", "--where", "MSH-9.1 = ORU"], "<= 3x wc"),
        ("query --each OBX, 6 columns", ["query", "--each", "OBX", *each], ">= 0.5 GB/s"),
        ("parse -f hl7", ["parse", "-f", "hl7"], ">= 3 GB/s"),
        ("parse -f json -j1", ["parse", "-f", "json", "-j1"], ">= 0.6 GB/s"),
        ("parse -f json -j2", ["parse", "-f", "json", "-j2"], "wall of -j1 >= 1.6x"),
        ("parse -f json --names -j1", ["parse", "-f", "json", "--names", "-j1"], ">= 0.3 GB/s"),
    ]
    walls = {}
    for name, arguments, target in commands:
        _, walls[name] = table.measure(name, [pipehat, *arguments, big], big, target)
    sed = ["env", "LC_ALL=C", "sed", r"s/^\(MSH|^~\\&|\)[^|]*/\1X/", big]
    table.measure("sed, MSH-3", sed, big)
    table.measure("transform 'set MSH-3 = X' -j1", [pipehat, "transform", "-j1", "set MSH-3 = X", big], big, ">= 1 GB/s")
    if table.wants("transform, ten"):
        ten = ["transform", "-j1", "-f", script(folder, pipehat, big)]
        table.measure("transform, ten statements -j1", [pipehat, *ten, big], big, ">= 0.15 GB/s")
    part = archive(folder, f"archive-{min(args.mb, 100):g}.hl7", min(args.mb, 100))
    conversions(table, folder, pipehat, part)
    if table.wants("from-json"):
        json = folder / "part.json"
        run([pipehat, "parse", "-f", "json", part], out=json)
        table.measure("from-json -j1 (of JSON)", [pipehat, "from-json", "-j1", json], json, ">= 0.2 GB/s")
        json.unlink()
    if shutil.which("gawk"):
        awk = '{for(i=2;i<=NF;i++)if($i~/^PID\\|/){split($i,f,"|");split(f[4],r,"~");split(r[1],c,"^");print c[1];break}}'
        gawk = ["env", "LC_ALL=C", "gawk", "-v", "RS=\n", "-v", "FS=\r", awk, big]
        table.measure("gawk, first PID-3.1", gawk, big)
    one, two = walls["parse -f json -j1"], walls["parse -f json -j2"]
    start_runs = max(args.runs, 100)
    table.beside("--version", [pipehat, "--version"], "/bin/true", ["true"], runs=start_runs, target="< 0.005 s wall")
    if args.files and table.wants("small files"):
        root = small_files(folder, big, args.files)
        size = sum(f.stat().st_size for f in root.rglob("*.hl7"))
        where = ["query", "-c", "--where", "MSH-9.1 = ORU", root.name]
        cat = ["find", root.name, "-type", "f", "-exec", "cat", "{}", "+"]
        name = f"query -c --where, {args.files} small files"
        table.beside(name, [pipehat, *where], "find -exec cat {} +", cat, size, cwd=folder)
    print()
    if one and two:
        print(f"parse -f json: two threads are {one / two:.2f} times as fast as one (wall);")
        print(f"  two busy processes get {cores():.2f} processors of this machine, the most there can be")
    print("memory: the target is < 64 MB in every row")
    print("GB/s: of input, by processor time; /dev/null takes all output")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mb", type=float, default=500, help="size of the archive in MB")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--files", type=int, default=100_000, help="small files; 0 for none")
    parser.add_argument("--dir", type=Path, help="where the archive is kept between calls")
    parser.add_argument("--bin", type=Path, help="the program, instead of a release build")
    parser.add_argument("--only", help="only rows whose name has this text")
    args = parser.parse_args()
    pipehat = (args.bin or program()).resolve()
    if args.dir:
        args.dir.mkdir(parents=True, exist_ok=True)
        measure(args, args.dir.resolve(), pipehat)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(args, Path(folder), pipehat)


if __name__ == "__main__":
    main()
