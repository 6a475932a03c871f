# SPDX-License-Identifier: Apache-2.0
"""fp8oracle/backend.h for ctypes: enough of it to quantize and dequantize on any backend library.

    backend = Backend("build/release/reference/fp8oracle_reference.so")
    codes, scale_inv = backend.quantize(x_f32, "e4m3", scale=2.0)

A struct that drifts from the header is refused by the backend (struct_size), never misread. The structs that go
by value are fixed for good.
"""

import ctypes
from ctypes import POINTER, Structure, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_uint8, c_void_p

import numpy

ABI_VERSION = 2
TYPES = {"f32": 0, "bf16": 1, "f16": 2}
ROWWISE, COMPACT = 1, 0
SCALE_F32, SCALE_E8M0 = 0, 1


class Format(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("bits", c_uint32),
        ("exponent_bits", c_uint32),
        ("mantissa_bits", c_uint32),
        ("bias", c_int32),
        ("max_code", c_uint32),
        ("inf_code", c_uint32),
        ("nan_code", c_uint32),
    ]


FORMATS = {
    "e4m3": Format(ctypes.sizeof(Format), 8, 4, 3, 7, 0x7E, 0, 0x7F),
    "e5m2": Format(ctypes.sizeof(Format), 8, 5, 2, 15, 0x7B, 0x7C, 0x7F),
}


class Grid(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("block_rows", c_uint32),
        ("block_cols", c_uint32),
        ("scale_type", c_uint32),
        ("repeat", c_uint32),
        ("levels", c_uint32),
    ]


TENSOR = Grid(ctypes.sizeof(Grid), 0, 0, SCALE_F32, 0, 1)
MX32 = Grid(ctypes.sizeof(Grid), 1, 32, SCALE_E8M0, 0, 1)


class Knobs(Structure):
    _fields_ = [("struct_size", c_uint32), ("count", c_uint32), ("values", POINTER(c_uint32))]


# A knob that is not sent is 0, and every 0 is a choice of the profile `te`.
TE = Knobs(ctypes.sizeof(Knobs), 0, None)


class Scheme(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("directions", c_uint32),
        ("layout", c_uint32),
        ("profile", c_char_p),
        ("format", POINTER(Format)),
        ("grid", POINTER(Grid)),
        ("knobs", POINTER(Knobs)),
    ]


class Buffer(Structure):
    _fields_ = [("data", c_void_p), ("bytes", c_uint64)]


class Message(Structure):
    _fields_ = [("text", c_char_p), ("capacity", c_uint64)]


class Matrix(Structure):
    _fields_ = [("data", Buffer), ("type", c_uint32), ("rows", c_int64), ("cols", c_int64), ("row_stride", c_int64)]


class Pair(Structure):
    _fields_ = [("codes", Buffer), ("scale_inv", Buffer), ("second_scale", Buffer)]


class QuantizeArgs(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("scheme", POINTER(Scheme)),
        ("input", Matrix),
        ("scale", Buffer),
        ("amax", Buffer),
        ("rowwise", Pair),
        ("columnwise", Pair),
        ("workspace", Buffer),
        ("noop", Buffer),
    ]


class DequantizeArgs(Structure):
    _fields_ = [("struct_size", c_uint32), ("scheme", POINTER(Scheme)), ("pair", Pair), ("output", Matrix)]


def function(*arguments, returns=ctypes.c_int):
    return ctypes.CFUNCTYPE(returns, *arguments)


class Table(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("abi_version", c_uint32),
        ("name", c_char_p),
        ("device", c_char_p),
        ("alloc", function(c_uint64, POINTER(c_void_p), Message)),
        ("free", function(c_void_p, returns=None)),
        ("stream_create", function(POINTER(c_void_p), Message)),
        ("stream_destroy", function(c_void_p, returns=None)),
        ("synchronize", function(c_void_p, Message)),
        ("upload", function(c_void_p, c_void_p, c_uint64, c_void_p, Message)),
        ("download", function(c_void_p, c_void_p, c_uint64, c_void_p, Message)),
        ("copy", function(c_void_p, c_void_p, c_uint64, c_void_p, Message)),
        ("fill", function(c_void_p, c_uint8, c_uint64, c_void_p, Message)),
        ("supports", function(ctypes.c_int, c_void_p, Message)),
        ("workspace_bytes", function(ctypes.c_int, c_void_p, POINTER(c_uint64), Message)),
        ("quantize", function(POINTER(QuantizeArgs), c_void_p, Message)),
        ("amax", c_void_p),
        ("scale_from_amax", c_void_p),
        ("dequantize", function(POINTER(DequantizeArgs), c_void_p, Message)),
    ]


def scheme(format_name, grid):
    """A pointer that keeps alive what it points to."""
    pointers = [ctypes.pointer(what) for what in (FORMATS[format_name], grid, TE)]
    return ctypes.pointer(Scheme(ctypes.sizeof(Scheme), ROWWISE, COMPACT, b"te", *pointers))


class Backend:
    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.library.fp8oracle_backend.restype = POINTER(Table)
        self.table = self.library.fp8oracle_backend().contents
        if self.table.abi_version != ABI_VERSION or self.table.struct_size < ctypes.sizeof(Table):
            raise RuntimeError(f"{path}: ABI {self.table.abi_version}, {self.table.struct_size} bytes of table")
        self.name = self.table.name.decode()
        self.text = ctypes.create_string_buffer(512)
        self.message = Message(ctypes.cast(self.text, c_char_p), 512)
        self.stream = c_void_p()
        self._do("stream_create", ctypes.byref(self.stream))

    def _do(self, name, *arguments):
        status = getattr(self.table, name)(*arguments, self.message)
        if status != 0:
            raise RuntimeError(f"{self.name}: {name}: status {status}: {self.text.value.decode()}")

    def _allocate(self, size):
        data = c_void_p()
        self._do("alloc", size, ctypes.byref(data))
        return Buffer(data, size)

    def _upload(self, array):
        buffer = self._allocate(array.nbytes)
        self._do("upload", buffer.data, array.ctypes.data, array.nbytes, self.stream)
        return buffer

    def _download(self, buffer, dtype):
        array = numpy.empty(buffer.bytes // numpy.dtype(dtype).itemsize, dtype)
        self._do("download", array.ctypes.data, buffer.data, buffer.bytes, self.stream)
        self._do("synchronize", self.stream)
        return array

    def _free(self, *buffers):
        for buffer in buffers:
            self.table.free(buffer.data)

    def quantize(self, x, input_type, format_name, scale):
        """Codes of the 1-D x (raw storage of `input_type`) in one row, and scale_inv."""
        x = numpy.ascontiguousarray(x)
        source = self._upload(x)
        factor = self._upload(numpy.array([scale], numpy.float32))
        pair = Pair(self._allocate(x.size), self._allocate(4))
        matrix = Matrix(source, TYPES[input_type], 1, x.size, x.size)
        args = QuantizeArgs(ctypes.sizeof(QuantizeArgs), scheme(format_name, TENSOR), matrix, factor, Buffer(), pair)
        self._with_workspace(args)
        codes = self._download(pair.codes, numpy.uint8)
        scale_inv = self._download(pair.scale_inv, numpy.float32)[0]
        self._free(source, factor, pair.codes, pair.scale_inv)
        return codes, scale_inv

    def _with_workspace(self, args):
        size = c_uint64()
        self._do("workspace_bytes", 0, ctypes.byref(args), ctypes.byref(size))
        workspace = self._allocate(size.value) if size.value else Buffer()
        args.workspace = workspace
        self._do("quantize", ctypes.byref(args), self.stream)
        self._do("synchronize", self.stream)
        if size.value:
            self._free(workspace)

    def dequantize(self, codes, scale_inv, format_name):
        """F32 values of codes[rows, cols]; scale_inv FP32[1] (per tensor) or E8M0[rows, cols / 32] (MX)."""
        grid = TENSOR if scale_inv.dtype == numpy.float32 else MX32
        pair = Pair(self._upload(codes), self._upload(scale_inv))
        target = self._allocate(4 * codes.size)
        output = Matrix(target, TYPES["f32"], *codes.shape, codes.shape[1])
        args = DequantizeArgs(ctypes.sizeof(DequantizeArgs), scheme(format_name, grid), pair, output)
        self._do("dequantize", ctypes.byref(args), self.stream)
        values = self._download(target, numpy.float32).reshape(codes.shape)
        self._free(pair.codes, pair.scale_inv, target)
        return values
