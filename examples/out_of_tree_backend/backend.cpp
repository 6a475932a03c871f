// SPDX-License-Identifier: Apache-2.0
//
// A backend for fp8oracle: the table that wraps the kernel of kernel.h. A template to copy.
//
// What you change for a kernel of your own:
//   1. the memory functions, when your kernel's memory is not the host's (cudaMalloc,
//   cudaMemcpyAsync);
//   2. supports(): say yes only to what the kernel does, and why not to the rest;
//   3. quantize(): check, then launch.
// Nothing is needed but the header fp8oracle/backend.h, which is plain C.

#include <fp8oracle/backend.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "kernel.h"

namespace {

// ---- Answers ------------------------------------------------------------------------------------

/// Writes a text into the caller's buffer and returns the status.
fp8oracle_status answer(fp8oracle_status status, const char* text, fp8oracle_message message) {
  if (message.text != nullptr && message.capacity > 0) {
    std::strncpy(message.text, text, message.capacity - 1);
    message.text[message.capacity - 1] = '\0';
  }
  return status;
}

/// "argument: what is wrong". The name is the field's, as the header spells it.
fp8oracle_status invalid(const char* text, fp8oracle_message message) {
  return answer(FP8ORACLE_INVALID_ARGUMENT, text, message);
}

fp8oracle_status unsupported(const char* text, fp8oracle_message message) {
  return answer(FP8ORACLE_UNSUPPORTED, text, message);
}

// ---- 1. Memory and streams ----------------------------------------------------------------------
// This kernel works in host memory and is finished when it returns: a stream orders nothing. On a
// GPU these are cudaMalloc, cudaFree, cudaStreamCreate, cudaMemcpyAsync, cudaMemsetAsync and
// cudaStreamSynchronize; `upload` must have read the host buffer when it returns.

fp8oracle_status alloc(uint64_t bytes, void** data, fp8oracle_message message) {
  constexpr uint64_t kAlignment = 256;  // the least that the ABI promises
  if (bytes > SIZE_MAX - kAlignment)
    return answer(FP8ORACLE_OUT_OF_MEMORY, "alloc: bytes", message);
  *data = std::aligned_alloc(kAlignment, (bytes / kAlignment + 1) * kAlignment);
  if (*data == nullptr) return answer(FP8ORACLE_OUT_OF_MEMORY, "alloc: no memory", message);
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
const char* denied_knob(const fp8oracle_scheme& scheme) {
  const fp8oracle_knobs& k = scheme.knobs;
  if (k.element_overflow != FP8ORACLE_OVERFLOW_SATURATE) return "element.overflow: saturate only";
  if (k.element_nan != FP8ORACLE_NAN_CANONICAL) return "element.nan_code: 0x7F only";
  if (k.element_negative_zero != FP8ORACLE_KEEP) return "element.negative_zero: keep only";
  if (k.element_subnormals != FP8ORACLE_KEEP) return "element.subnormals: keep only";
  if (k.element_max_code != scheme.format.max_code) return "element.max: the format's only";
  if (k.product != FP8ORACLE_PRODUCT_X_TIMES_SCALE) return "product: x*s only";
  if (k.amax_nan != FP8ORACLE_AMAX_DROP_NAN) return "amax.nan: drop only";
  if (k.scale_inv_subnormals != FP8ORACLE_KEEP) return "scale_inv.subnormals: keep only";
  return nullptr;
}

bool same(const fp8oracle_format& f, uint32_t exponent_bits, uint32_t mantissa_bits, int32_t bias,
          uint32_t max_code) {
  return f.exponent_bits == exponent_bits && f.mantissa_bits == mantissa_bits && f.bias == bias &&
         f.max_code == max_code && f.nan_code == 0x7F;
}

/// "field: why not", or null. A legal scheme that is denied here never comes as a call.
const char* denied(const fp8oracle_scheme& scheme, uint32_t type) {
  const bool e4m3 = same(scheme.format, 4, 3, 7, 0x7E), e5m2 = same(scheme.format, 5, 2, 15, 0x7B);
  if (!e4m3 && !e5m2) return "scheme.format: OCP E4M3 and E5M2 only";
  if (scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR) return "scheme.granularity: tensor only";
  if (scheme.directions != FP8ORACLE_ROWWISE) return "scheme.directions: row only";
  if (scheme.layout != FP8ORACLE_LAYOUT_COMPACT) return "scheme.layout: compact only";
  if (type != FP8ORACLE_F32) return "input.type: F32 only";
  return denied_knob(scheme);
}

fp8oracle_status supports(fp8oracle_operation operation, const fp8oracle_scheme* scheme,
                          fp8oracle_type type, fp8oracle_message reason) {
  if (operation != FP8ORACLE_OP_QUANTIZE) return unsupported("quantize only", reason);
  const char* why = denied(*scheme, type);
  return why != nullptr ? unsupported(why, reason) : FP8ORACLE_OK;
}

fp8oracle_status workspace_bytes(fp8oracle_operation, const void*, uint64_t* bytes,
                                 fp8oracle_message) {
  *bytes = 0;
  return FP8ORACLE_OK;
}

// ---- 3. Quantize --------------------------------------------------------------------------------
// Everything is checked before anything is written [K31].

bool absent(const fp8oracle_buffer& buffer) { return buffer.data == nullptr && buffer.bytes == 0; }

bool is_scalar(const fp8oracle_buffer& buffer) {
  return buffer.data != nullptr && buffer.bytes == sizeof(float);
}

/// A caller built against a later header sends more bytes; those that are unknown here must be
/// zero.
template <typename Struct>
bool size_is_known(const Struct& args) {
  if (args.struct_size < sizeof args) return false;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&args);
  for (uint32_t i = sizeof args; i < args.struct_size; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

/// What is wrong with the input, or null. Products are divided, not multiplied: they may overflow.
const char* wrong_input(const fp8oracle_matrix& input) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 4096;
  if (input.rows < 0) return "input.rows: is negative";
  if (input.cols < 0) return "input.cols: is negative";
  if (input.rows > kMost / std::max<int64_t>(input.cols, 1))
    return "input.rows: times cols overflows";
  if (input.row_stride < input.cols) return "input.row_stride: is less than cols";
  if (input.rows == 0 || input.cols == 0) return nullptr;
  if (input.rows > kMost / input.row_stride) return "input.row_stride: times rows overflows";
  const int64_t elements = (input.rows - 1) * input.row_stride + input.cols;
  if (input.data.data == nullptr) return "input.data: is missing";
  if (input.data.bytes / sizeof(float) < static_cast<uint64_t>(elements)) {
    return "input.data: has fewer bytes than rows and row_stride need";
  }
  return nullptr;
}

const char* wrong_argument(const fp8oracle_quantize_args& args) {
  if (!size_is_known(args)) return "struct_size: is not one that this backend knows";
  if (const char* why = denied(args.scheme, args.input.type)) return why;
  if (const char* wrong = wrong_input(args.input)) return wrong;
  if (!absent(args.scale) && !is_scalar(args.scale)) return "scale: is not one FP32";
  if (!absent(args.amax) && !is_scalar(args.amax)) return "amax: is not one FP32";
  const auto elements = static_cast<uint64_t>(args.input.rows * args.input.cols);
  if (args.rowwise.codes.bytes != elements) return "rowwise.codes: is not one byte an element";
  if (elements != 0 && args.rowwise.codes.data == nullptr) return "rowwise.codes: is missing";
  if (!absent(args.rowwise.scale_inv) && !is_scalar(args.rowwise.scale_inv)) {
    return "rowwise.scale_inv: is not one FP32";
  }
  if (!absent(args.columnwise.codes)) return "columnwise.codes: is not in scheme.directions";
  if (!absent(args.columnwise.scale_inv))
    return "columnwise.scale_inv: is not in scheme.directions";
  if (!absent(args.noop) && !is_scalar(args.noop)) return "noop: is not one FP32";
  return nullptr;
}

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream,
                          fp8oracle_message message) {
  if (const char* wrong = wrong_argument(*args)) return invalid(wrong, message);
  // Read when the kernel runs, which here is now. On a GPU the kernel itself looks.
  const auto* noop = static_cast<const float*>(args->noop.data);
  if (noop != nullptr && *noop == 1.0f) return FP8ORACLE_OK;
  const fp8oracle_format& f = args->scheme.format;
  example::quantize(
      {f.mantissa_bits, f.bias, f.max_code}, static_cast<const float*>(args->input.data.data),
      args->input.rows, args->input.cols, args->input.row_stride,
      static_cast<const float*>(args->scale.data), static_cast<uint8_t*>(args->rowwise.codes.data),
      static_cast<float*>(args->rowwise.scale_inv.data), static_cast<float*>(args->amax.data));
  return FP8ORACLE_OK;
}

/// Every function of the table must be there; what supports() denies still says so when it is
/// called.
template <typename Args>
fp8oracle_status not_offered(const Args*, fp8oracle_stream, fp8oracle_message message) {
  return unsupported("quantize only", message);
}

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
  table.amax = not_offered<fp8oracle_amax_args>;
  table.scale_from_amax = not_offered<fp8oracle_scale_from_amax_args>;
  table.dequantize = not_offered<fp8oracle_dequantize_args>;
  table.swizzle = not_offered<fp8oracle_swizzle_args>;
  table.unswizzle = not_offered<fp8oracle_swizzle_args>;
  return table;
}

}  // namespace

// The one symbol that fp8oracle looks for.
const fp8oracle_backend_table* fp8oracle_backend(void) {
  static const fp8oracle_backend_table table = make_table();
  return &table;
}
