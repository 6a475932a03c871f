#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a small safetensors checkpoint that looks like a trained layer; standard library only.

Gaussian weights with a few outliers, in F32, BF16 and F16, in shapes that end inside and on block
boundaries. Stands in for a downloaded model where there is no network. Same bytes on every run.

usage: make_checkpoint.py OUT.safetensors
"""

import json
import random
import struct
import sys

STANDARD_DEVIATION = 0.02  # of a typical trained projection
OUTLIER_SHARE = 1 / 4096
OUTLIER_FACTOR = 200.0

# name, dtype, rows, cols
TENSORS = [
    ("layer.0.attention.query.weight", "F32", 384, 384),
    ("layer.0.attention.value.weight", "BF16", 384, 384),
    ("layer.0.feed_forward.up.weight", "F16", 1536, 384),
    ("layer.0.feed_forward.down.weight", "BF16", 384, 1536),
    ("layer.0.odd.weight", "F32", 131, 97),
    ("layer.0.norm.weight", "F32", 1, 384),
]


def weights(generator, count):
    values = [generator.gauss(0.0, STANDARD_DEVIATION) for _ in range(count)]
    for index in generator.sample(range(count), max(1, int(count * OUTLIER_SHARE))):
        values[index] *= OUTLIER_FACTOR
    return values


def bf16_bytes(values):
    """Nearest even: the upper half of the float's bits after adding just under half of the lower."""
    bits = struct.unpack(f"<{len(values)}I", struct.pack(f"<{len(values)}f", *values))
    return struct.pack(f"<{len(values)}H", *((b + 0x7FFF + ((b >> 16) & 1)) >> 16 for b in bits))


PACK = {
    "F32": lambda values: struct.pack(f"<{len(values)}f", *values),
    "F16": lambda values: struct.pack(f"<{len(values)}e", *values),
    "BF16": bf16_bytes,
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    generator = random.Random(20260101)
    header, body = {}, bytearray()
    for name, dtype, rows, cols in TENSORS:
        data = PACK[dtype](weights(generator, rows * cols))
        header[name] = {
            "dtype": dtype,
            "shape": [rows, cols],
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # the data starts on a multiple of 8
    with open(sys.argv[1], "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + body)


if __name__ == "__main__":
    main()
