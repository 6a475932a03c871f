#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ml_dtypes as a witness: its casts against those of backend libraries, driven through the C ABI.

ml_dtypes knows nothing of this project. Where its rules differ from the profile `te`, the difference
is made explicit here: finite overflow and Inf are clamped to the largest value before its cast
(ml_dtypes gives NaN or Inf), and any NaN is expected as 0x7F.

usage: witness_ml_dtypes.py BACKEND.so...
"""

import sys

import ml_dtypes
import numpy

from backend_abi import Backend

DTYPES = {"e4m3": ml_dtypes.float8_e4m3fn, "e5m2": ml_dtypes.float8_e5m2}
RANDOM_INPUTS = 1 << 21
# 1 compares the cast itself; the others also the one FP32 product in front of it.
SCALES = [1.0, 3.0, 0.1, 2.0**100, 2.0**-100, 448.0 / 3.0]


def expected_codes(x, scale, dtype):
    """The one FP32 product, the clamp, ml_dtypes' cast, and te's NaN."""
    largest = numpy.float32(ml_dtypes.finfo(dtype).max)
    with numpy.errstate(over="ignore", invalid="ignore", under="ignore"):
        product = x.astype(numpy.float32) * numpy.float32(scale)
    codes = numpy.clip(product, -largest, largest).astype(dtype).view(numpy.uint8)
    return numpy.where(numpy.isnan(product), numpy.uint8(0x7F), codes)


def aimed_floats(dtype):
    """Every value of the format, every midpoint, their neighbours in FP32, specials, random bits."""
    values = numpy.arange(256, dtype=numpy.uint8).view(dtype).astype(numpy.float32)
    finite = numpy.unique(values[numpy.isfinite(values)])
    middle = ((finite[:-1].astype(numpy.float64) + finite[1:]) / 2).astype(numpy.float32)
    ladder = numpy.float32([464, 479, 480, 61440, 65535, 65536, 1e30, 3.4028235e38, 1e-45, 1.1754944e-38])
    exact = numpy.concatenate([finite, middle, ladder, -ladder])
    up, down = numpy.float32(numpy.inf), numpy.float32(-numpy.inf)
    near = [exact, numpy.nextafter(exact, up), numpy.nextafter(exact, down)]
    specials = numpy.array(
        [0, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7F800001, 0xFF812345], numpy.uint32
    ).view(numpy.float32)
    bits = numpy.random.default_rng(1).integers(0, 1 << 32, RANDOM_INPUTS, numpy.uint32).view(numpy.float32)
    # Uniform bits rarely meet the format's own range: half as many again are drawn inside it.
    inside = numpy.random.default_rng(2).normal(0, 1, RANDOM_INPUTS // 2).astype(numpy.float32)
    return numpy.concatenate([*near, specials, bits, inside])


def all_16_bit(dtype):
    return numpy.arange(65536, dtype=numpy.uint32).astype(numpy.uint16).view(dtype)


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def compare(self, what, inputs, expected, observed):
        """Bits are compared. Two NaN values of FP32 are equal."""
        equal = expected == observed
        if expected.dtype == numpy.float32:
            same_bits = expected.view(numpy.uint32) == observed.view(numpy.uint32)
            equal = same_bits | (numpy.isnan(expected) & numpy.isnan(observed))
        if equal.all() and expected.size > 0:
            self.passed += 1
            print(f"witness_ml_dtypes: PASSED {what}: {expected.size} equal")
            return
        self.failed += 1
        first = int(numpy.argmin(equal))
        print(
            f"witness_ml_dtypes: FAILED {what}: {int((~equal).sum())} of {expected.size} differ; first at {first}: "
            f"input {inputs.reshape(-1)[first]!r}, ml_dtypes {expected[first]!r}, observed {observed[first]!r}"
        )


def check_quantize(backend, tally):
    for format_name, dtype in DTYPES.items():
        sources = [
            ("f32", aimed_floats(dtype)),
            ("bf16", all_16_bit(ml_dtypes.bfloat16)),
            ("f16", all_16_bit(numpy.float16)),
        ]
        for input_type, x in sources:
            for scale in SCALES:
                codes, _ = backend.quantize(x, input_type, format_name, scale)
                what = f"{backend.name} quantize {input_type} to {format_name}, scale {scale:g}"
                tally.compare(what, x, expected_codes(x, scale, dtype), codes)


def check_dequantize(backend, tally):
    every_code = numpy.arange(256, dtype=numpy.uint8)
    for format_name, dtype in DTYPES.items():
        values = backend.dequantize(every_code.reshape(1, 256), numpy.float32([1.0]), format_name)
        expected = every_code.view(dtype).astype(numpy.float32)
        tally.compare(f"{backend.name} decode {format_name}", every_code, expected, values.reshape(-1))
    # The code of 1.0 in 256 blocks, one for each E8M0 byte.
    one = numpy.full((256, 32), numpy.float32(1.0).astype(DTYPES["e4m3"]).view(numpy.uint8))
    values = backend.dequantize(one, every_code.reshape(256, 1), "e4m3")
    expected = every_code.view(ml_dtypes.float8_e8m0fnu).astype(numpy.float32)
    tally.compare(f"{backend.name} decode e8m0", every_code, expected, numpy.ascontiguousarray(values[:, 0]))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    tally = Tally()
    for path in sys.argv[1:]:
        backend = Backend(path)
        check_quantize(backend, tally)
        check_dequantize(backend, tally)
    print(tally.passed, tally.failed)
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
