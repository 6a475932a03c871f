// SPDX-License-Identifier: Apache-2.0
//
// A backend for fp8oracle: the table that wraps the kernel of kernel.h. A template to copy.
//
// What you change for a kernel of your own:
//   1. the memory functions, when your kernel's memory is not the host's (cudaMalloc,
//   cudaMemcpyAsync);
//   2. denied(): say no to what the kernel does not do, and why;
//   3. take() and quantize(): what the call must look like, then launch.
// check.h has what the ABI says of every call. Nothing is needed but the header
// fp8oracle/backend.h, which is plain C.

#include <fp8oracle/backend.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "check.h"
#include "kernel.h"

namespace {

using example::answer;

// ---- 1. Memory and streams ----------------------------------------------------------------------
// This kernel works in host memory and is finished when it returns: a stream orders nothing. On a
// GPU these are cudaMalloc, cudaFree, cudaStreamCreate, cudaMemcpyAsync, cudaMemsetAsync and
// cudaStreamSynchronize; `upload` must have read the host buffer when it returns.

fp8oracle_status alloc(uint64_t bytes, void** data, fp8oracle_message message) {
  constexpr uint64_t kAlignment = 256;  // the least that the ABI promises
  if (bytes > SIZE_MAX - kAlignment)
    return answer(FP8ORACLE_OUT_OF_MEMORY, message, "alloc: more bytes than there are");
  *data = std::aligned_alloc(kAlignment, (bytes / kAlignment + 1) * kAlignment);
  if (*data == nullptr) return answer(FP8ORACLE_OUT_OF_MEMORY, message, "alloc: no memory");
  return FP8ORACLE_OK;
}

void release(void* data) { std::free(data); }

fp8oracle_status stream_create(fp8oracle_stream* stream, fp8oracle_message) {
  *stream = nullptr;
  return FP8ORACLE_OK;
}

void stream_destroy(fp8oracle_stream) {}

fp8oracle_status synchronize(fp8oracle_stream, fp8oracle_message) { return FP8ORACLE_OK; }

fp8oracle_status copy(void* to, const void* from, uint64_t bytes, fp8oracle_stream,
                      fp8oracle_message) {
  if (bytes != 0) std::memmove(to, from, bytes);
  return FP8ORACLE_OK;
}

fp8oracle_status fill(void* data, uint8_t byte, uint64_t bytes, fp8oracle_stream,
                      fp8oracle_message) {
  if (bytes != 0) std::memset(data, byte, bytes);
  return FP8ORACLE_OK;
}

// ---- 2. What it can do --------------------------------------------------------------------------

/// Each knob that decides a bit of what this kernel writes. A knob that the kernel cannot honour is
/// denied: a profile that asks for it is then SKIPPED with this reason, and not FAILED.
const char* denied_knob(const example::Scheme& s) {
  if (s.knob(FP8ORACLE_KNOB_ELEMENT_OVERFLOW) != FP8ORACLE_OVERFLOW_SATURATE)
    return "element.overflow: saturate only";
  if (s.knob(FP8ORACLE_KNOB_ELEMENT_NAN) != FP8ORACLE_NAN_CANONICAL)
    return "element.nan_code: 0x7F only";
  if (s.knob(FP8ORACLE_KNOB_ELEMENT_NEGATIVE_ZERO) != FP8ORACLE_KEEP)
    return "element.negative_zero: keep only";
  if (s.knob(FP8ORACLE_KNOB_ELEMENT_SUBNORMALS) != FP8ORACLE_KEEP)
    return "element.subnormals: keep only";
  const uint32_t max_code = s.knob(FP8ORACLE_KNOB_ELEMENT_MAX_CODE);
  if (max_code != 0 && max_code != s.format.max_code) return "element.max: the format's only";
  if (s.knob(FP8ORACLE_KNOB_PRODUCT) != FP8ORACLE_PRODUCT_X_TIMES_SCALE) return "product: x*s only";
  if (s.knob(FP8ORACLE_KNOB_AMAX_NAN) != FP8ORACLE_AMAX_DROP_NAN) return "amax.nan: drop only";
  if (s.knob(FP8ORACLE_KNOB_SCALE_INV_SUBNORMALS) != FP8ORACLE_KEEP)
    return "scale_inv.subnormals: keep only";
  return nullptr;
}

bool same(const fp8oracle_format& f, uint32_t exponent_bits, uint32_t mantissa_bits, int32_t bias,
          uint32_t max_code) {
  return f.exponent_bits == exponent_bits && f.mantissa_bits == mantissa_bits && f.bias == bias &&
         f.max_code == max_code && f.nan_code == 0x7F;
}

/// "field: why not", or null: of a legal scheme and type, what this kernel does not do.
const char* denied(const example::Scheme& scheme, uint32_t type) {
  if (!same(scheme.format, 4, 3, 7, 0x7E) && !same(scheme.format, 5, 2, 15, 0x7B))
    return "scheme.format: OCP E4M3 and E5M2 only";
  if (scheme.grid.block_rows != 0 || scheme.grid.block_cols != 0)
    return "scheme.grid: one scale for the tensor only";
  if (scheme.directions != FP8ORACLE_ROWWISE) return "scheme.directions: row only";
  if (type != FP8ORACLE_F32) return "input.type: F32 only";
  return denied_knob(scheme);
}

// ---- 3. Quantize --------------------------------------------------------------------------------

/// What is known here of a call.
struct Call {
  fp8oracle_quantize_args args;
  example::Scheme scheme;
};

/// Takes a call and checks all of it, before anything is written [K31]: first whether there is such
/// a call at all, then whether the kernel does it, then its buffers.
fp8oracle_status take(Call& call, const void* given, fp8oracle_message message) {
  constexpr uint32_t kFirst =
      offsetof(fp8oracle_quantize_args, noop) + sizeof(fp8oracle_quantize_args::noop);
  fp8oracle_quantize_args& args = call.args;
  if (const auto wrong = example::take(&args, sizeof args, kFirst, given, "", message))
    return wrong;
  if (const auto wrong = example::take_scheme(call.scheme, args.scheme, message)) return wrong;
  if (const auto wrong = example::check_input(args.input, "input", message)) return wrong;
  if (const char* why = denied(call.scheme, args.input.type))
    return answer(FP8ORACLE_UNSUPPORTED, message, "%s", why);

  for (const auto& [name, cell] : {std::pair{"scale", args.scale},
                                   {"amax", args.amax},
                                   {"rowwise.scale_inv", args.rowwise.scale_inv},
                                   {"noop", args.noop}}) {
    if (const auto wrong = example::check_scalar(cell, name, message)) return wrong;
  }
  const auto elements = static_cast<uint64_t>(args.input.rows * args.input.cols);
  if (const auto wrong =
          example::check_buffer(args.rowwise.codes, elements, 1, "rowwise.codes", message))
    return wrong;
  for (const auto& [name, other] : {std::pair{"rowwise.second_scale", args.rowwise.second_scale},
                                    {"columnwise.codes", args.columnwise.codes},
                                    {"columnwise.scale_inv", args.columnwise.scale_inv},
                                    {"columnwise.second_scale", args.columnwise.second_scale}}) {
    if (const auto wrong = example::check_absent(other, name, message)) return wrong;
  }
  // It is not used here, and may be anything that is a buffer at all.
  if (args.workspace.data == nullptr && args.workspace.bytes != 0) {
    return answer(FP8ORACLE_INVALID_ARGUMENT, message, "%s",
                  "workspace: has bytes, but no address");
  }
  const example::Range ranges[] = {
      {"input.data", args.input.data.data, example::bytes_read(args.input), false},
      {"scale", args.scale.data, args.scale.bytes, false},
      {"noop", args.noop.data, args.noop.bytes, false},
      {"amax", args.amax.data, args.amax.bytes, true},
      {"rowwise.codes", args.rowwise.codes.data, args.rowwise.codes.bytes, true},
      {"rowwise.scale_inv", args.rowwise.scale_inv.data, args.rowwise.scale_inv.bytes, true}};
  return example::check_overlaps(ranges, sizeof ranges / sizeof ranges[0], message);
}

/// The arguments are those of a call to come, so the same checks answer. Nothing may be read
/// through the addresses of its buffers yet.
fp8oracle_status supports(fp8oracle_operation operation, const void* args,
                          fp8oracle_message reason) {
  if (operation != FP8ORACLE_OP_QUANTIZE)
    return answer(FP8ORACLE_UNSUPPORTED, reason, "quantize only");
  Call call;
  const auto status = take(call, args, reason);
  return status == FP8ORACLE_OK ? FP8ORACLE_OK : FP8ORACLE_UNSUPPORTED;
}

fp8oracle_status workspace_bytes(fp8oracle_operation, const void*, uint64_t* bytes,
                                 fp8oracle_message) {
  *bytes = 0;
  return FP8ORACLE_OK;
}

fp8oracle_status quantize(const fp8oracle_quantize_args* given, fp8oracle_stream,
                          fp8oracle_message message) {
  Call call;
  if (const auto wrong = take(call, given, message)) return wrong;
  const fp8oracle_quantize_args& args = call.args;
  // Read when the kernel runs, which here is now. On a GPU the kernel itself looks.
  const auto* noop = static_cast<const float*>(args.noop.data);
  if (noop != nullptr && *noop == 1.0f) return FP8ORACLE_OK;
  const fp8oracle_format& f = call.scheme.format;
  example::quantize(
      {f.mantissa_bits, f.bias, f.max_code}, static_cast<const float*>(args.input.data.data),
      args.input.rows, args.input.cols, args.input.row_stride,
      static_cast<const float*>(args.scale.data), static_cast<uint8_t*>(args.rowwise.codes.data),
      static_cast<float*>(args.rowwise.scale_inv.data), static_cast<float*>(args.amax.data));
  return FP8ORACLE_OK;
}

/// An operation that is not there is a null pointer: the clauses about it are SKIPPED.
fp8oracle_backend_table make_table() {
  fp8oracle_backend_table table{};
  table.struct_size = sizeof table;
  table.abi_version = FP8ORACLE_ABI_VERSION;
  table.name = "example";
  table.device = "CPU, scalar";
  table.alloc = alloc;
  table.free = release;
  table.stream_create = stream_create;
  table.stream_destroy = stream_destroy;
  table.synchronize = synchronize;
  table.upload = copy;
  table.download = copy;
  table.copy = copy;
  table.fill = fill;
  table.supports = supports;
  table.workspace_bytes = workspace_bytes;
  table.quantize = quantize;
  return table;
}

}  // namespace

// The one symbol that fp8oracle looks for.
const fp8oracle_backend_table* fp8oracle_backend(void) {
  static const fp8oracle_backend_table table = make_table();
  return &table;
}
