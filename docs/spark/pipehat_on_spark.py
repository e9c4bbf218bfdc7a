"""Runs a pipehat filter over an archive on a Spark cluster, byte for byte as one machine would.

    spark-submit pipehat_on_spark.py --out DIR [--split-mb 128] FILE... -- COMMAND [ARG...]

Files hold one message a line, as `pipehat parse -f hl7` writes them, at the same path on every
machine (NFS, a FUSE mount of HDFS or S3). Each is cut into splits where a message begins; a worker
pipes a split through COMMAND and writes DIR/part-NNNNNN. The parts in the order of their names are
what COMMAND writes for the whole. A part appears whole, so a task that is tried again does no harm.
"""

import argparse
import os
import subprocess
import sys
import tempfile

from pyspark.sql import SparkSession

BEGINNINGS = (b"MSH", b"FHS", b"BHS")
BLOCK = 1 << 20


def start_of_message(file, offset):
    """The offset of the first line from `offset` on that begins a message."""
    if offset == 0:
        return 0
    file.seek(offset - 1)
    file.readline()
    while True:
        start = file.tell()
        line = file.readline()
        if not line or line.startswith(BEGINNINGS):
            return start


def splits(paths, size):
    """(file, first byte, byte behind the last) of each split, about `size` bytes long."""
    found = []
    for path in paths:
        with open(path, "rb") as file:
            end = os.stat(path).st_size
            starts = sorted({start_of_message(file, offset) for offset in range(0, end, size)})
        found += [(path, a, b) for a, b in zip(starts, starts[1:] + [end]) if a < b]
    return found


def work(numbered, command, out):
    """Pipes a split through the command; returns its number and the exit status."""
    number, (path, start, end) = numbered
    with tempfile.NamedTemporaryFile(dir=out, prefix=".part-", delete=False) as part:
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=part)
            with open(path, "rb") as file:
                file.seek(start)
                while start < end:
                    block = file.read(min(BLOCK, end - start))
                    if not block:
                        raise OSError(f"{path} became shorter")
                    process.stdin.write(block)
                    start += len(block)
            process.stdin.close()
            status = process.wait()
            os.fsync(part.fileno())
            os.rename(part.name, os.path.join(out, f"part-{number:06}"))
            return number, status
        except BaseException:
            os.unlink(part.name)
            raise


def main():
    parser = argparse.ArgumentParser(description="Runs a pipehat filter on a Spark cluster.")
    parser.add_argument("--out", required=True, help="the folder of the parts")
    parser.add_argument("--split-mb", type=float, default=128, help="the size of a split")
    parser.add_argument("files", nargs="+")
    own, command = sys.argv[1:], []
    if "--" in own:
        own, command = own[: own.index("--")], own[own.index("--") + 1 :]
    args = parser.parse_args(own)
    if not command:
        parser.error("behind `--` a command is expected, such as: pipehat to-fhir")

    out = os.path.abspath(args.out)
    os.makedirs(out, mode=0o700, exist_ok=True)
    files = [os.path.abspath(path) for path in args.files]
    todo = list(enumerate(splits(files, max(int(args.split_mb * (1 << 20)), 1))))
    spark = SparkSession.builder.appName("pipehat").getOrCreate()
    tasks = spark.sparkContext.parallelize(todo, max(len(todo), 1))
    done = tasks.map(lambda numbered: work(numbered, command, out)).collect()
    spark.stop()
    # 1 is an answer of the data; 2 and whatever else is a failure.
    failed = [number for number, status in done if status not in (0, 1)]
    for number in failed:
        print(f"part-{number:06}: the command did not handle all of it", file=sys.stderr)
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
