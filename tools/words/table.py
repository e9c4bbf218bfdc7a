#!/usr/bin/env python3
"""Makes src/ops/deidentify/text/words.table from words.txt.gz; README.md says what is in it."""
import gzip
import pathlib
import struct

TEXT = pathlib.Path(__file__).parents[2] / "src/ops/deidentify/text"
# As in words.rs and letters.rs.
BUCKETS = 8192
COMMON, WORD, FAMILY, GIVEN = 1, 2, 4, 8
PARAGRAPHS = [COMMON | WORD, WORD, FAMILY, GIVEN]
LOWER = 0x2020202020202020


def mix(hash, value):
    product = (hash ^ value) * 0xA0761D6478BD642F
    return (product ^ product >> 64) & (1 << 64) - 1


def key(word):
    hash = 0x9E3779B97F4A7C15 ^ len(word)
    if len(word) < 8:
        short = word[:4] + word[-4:] if len(word) >= 4 else word
        return mix(hash, int.from_bytes(short, "little") | LOWER) | 1
    for at in range(0, len(word) - 7, 8):
        hash = mix(hash, int.from_bytes(word[at : at + 8], "little") | LOWER)
    return mix(hash, int.from_bytes(word[-8:], "little") | LOWER) | 1


buckets = [{} for _ in range(BUCKETS)]
paragraphs = gzip.decompress((TEXT / "words.txt.gz").read_bytes()).split(b"\n\n")
for what, words in zip(PARAGRAPHS, paragraphs, strict=True):
    for word in words.split():
        bucket = buckets[key(word) >> 8 & BUCKETS - 1]
        fingerprint = key(word) >> 32 & ~15
        bucket[fingerprint] = bucket.get(fingerprint, 0) | what

starts, entries = [0], []
for bucket in buckets:
    entries += [fingerprint | what for fingerprint, what in sorted(bucket.items())]
    starts.append(len(entries))
numbers = starts + entries
(TEXT / "words.table").write_bytes(struct.pack(f"<{len(numbers)}I", *numbers))
print(len(entries), "words")
