// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/arguments.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "fp8oracle/format.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/profile.h"

namespace fp8oracle {
namespace {

using Error = std::optional<ArgumentError>;

Error wrong(std::string argument, std::string reason) {
  return ArgumentError{std::move(argument), std::move(reason)};
}

bool absent(const fp8oracle_buffer& buffer) { return buffer.data == nullptr && buffer.bytes == 0; }

/// a * b, or nothing when it does not fit in 63 bits; a, b >= 0.
std::optional<std::int64_t> product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

Error check_buffer(const fp8oracle_buffer& buffer, std::uint64_t bytes, const std::string& name) {
  if (buffer.data == nullptr && (bytes != 0 || buffer.bytes != 0)) return wrong(name, "is missing");
  if (buffer.bytes != bytes) {
    return wrong(name, "has " + std::to_string(buffer.bytes) + " bytes, the shape needs " +
                           std::to_string(bytes));
  }
  return std::nullopt;
}

Error check_shape(std::int64_t rows, std::int64_t cols, const std::string& where) {
  if (rows < 0) return wrong(where + "rows", "is negative");
  if (cols < 0) return wrong(where + "cols", "is negative");
  // Room for padding (128 x 4) and for 4-byte elements stays below 2^63.
  const auto elements = product(std::max<std::int64_t>(rows, 1), std::max<std::int64_t>(cols, 1));
  if (!elements || *elements > std::numeric_limits<std::int64_t>::max() / 4096) {
    return wrong(where + "rows", "times cols overflows");
  }
  return std::nullopt;
}

enum class Rows { kStrided, kDense };

Error check_matrix(const fp8oracle_matrix& matrix, const std::string& name,
                   Rows rows = Rows::kStrided) {
  if (matrix.type > FP8ORACLE_F16) return wrong(name + ".type", "is not F32, BF16 or F16");
  if (auto error = check_shape(matrix.rows, matrix.cols, name + ".")) return error;
  if (matrix.row_stride < matrix.cols) return wrong(name + ".row_stride", "is less than cols");
  if (rows == Rows::kDense && matrix.row_stride != matrix.cols)
    return wrong(name + ".row_stride", "is not cols: outputs are dense");
  const std::int64_t size = size_of(static_cast<fp8oracle_type>(matrix.type));
  if (matrix.rows == 0 || matrix.cols == 0) return std::nullopt;  // nothing is read or written
  const auto stretch = product(matrix.rows - 1, matrix.row_stride);
  if (!stretch || *stretch > (std::numeric_limits<std::int64_t>::max() - matrix.cols) / size) {
    return wrong(name + ".row_stride", "times rows overflows");
  }
  const auto bytes = static_cast<std::uint64_t>((*stretch + matrix.cols) * size);
  if (matrix.data.data == nullptr) return wrong(name + ".data", "is missing");
  if (matrix.data.bytes < bytes) {
    return wrong(name + ".data", "has " + std::to_string(matrix.data.bytes) +
                                     " bytes, rows x row_stride needs " + std::to_string(bytes));
  }
  return std::nullopt;
}

Error check_scalar(const fp8oracle_buffer& buffer, const std::string& name, bool required) {
  if (!required && absent(buffer)) return std::nullopt;
  return check_buffer(buffer, sizeof(float), name);
}

bool known_knob(const Knob& knob, std::uint32_t number) {
  return std::any_of(knob.values.begin(), knob.values.end(),
                     [number](const Knob::Value& v) { return v.number == number; });
}

Error check_pair(const fp8oracle_pair& pair, const fp8oracle_scheme& scheme,
                 fp8oracle_direction direction, std::int64_t rows, std::int64_t cols,
                 bool scale_inv_required, const std::string& name) {
  const CodesShape codes = codes_shape(scheme, direction, rows, cols);
  if (auto e = check_buffer(pair.codes, static_cast<std::uint64_t>(codes.rows * codes.cols),
                            name + ".codes")) {
    return e;
  }
  if (!scale_inv_required && absent(pair.scale_inv)) return std::nullopt;
  const ScaleInvShape scale_inv = scale_inv_shape(scheme, direction, rows, cols);
  return check_buffer(pair.scale_inv, static_cast<std::uint64_t>(scale_inv.bytes()),
                      name + ".scale_inv");
}

Error check_whole_blocks(const fp8oracle_scheme& scheme, std::int64_t rows, std::int64_t cols) {
  if (scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) return std::nullopt;
  if (scheme.knobs.shapes != FP8ORACLE_SHAPES_WHOLE_BLOCKS) return std::nullopt;
  if ((scheme.directions & FP8ORACLE_ROWWISE) && cols % kMxBlock != 0) {
    return wrong("input.cols", "is not a multiple of 32, which this profile needs rowwise");
  }
  if ((scheme.directions & FP8ORACLE_COLUMNWISE) && rows % kMxBlock != 0) {
    return wrong("input.rows", "is not a multiple of 32, which this profile needs columnwise");
  }
  return std::nullopt;
}

/// The pairs that the scheme's directions ask for, and none else.
Error check_pairs(const fp8oracle_quantize_item& item, const fp8oracle_scheme& scheme) {
  const bool tensor = scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR;
  struct Direction {
    const fp8oracle_pair& pair;
    fp8oracle_direction bit;
    const char* name;
  };
  for (const Direction& d : {Direction{item.rowwise, FP8ORACLE_ROWWISE, "rowwise"},
                             Direction{item.columnwise, FP8ORACLE_COLUMNWISE, "columnwise"}}) {
    if ((scheme.directions & static_cast<unsigned>(d.bit)) == 0) {
      if (!absent(d.pair.codes))
        return wrong(std::string(d.name) + ".codes", "is given, but not in scheme.directions");
      if (!absent(d.pair.scale_inv))
        return wrong(std::string(d.name) + ".scale_inv", "is given, but not in scheme.directions");
      continue;
    }
    if (auto e =
            check_pair(d.pair, scheme, d.bit, item.input.rows, item.input.cols, !tensor, d.name)) {
      return e;
    }
  }
  if (tensor && item.rowwise.scale_inv.data != nullptr &&
      item.columnwise.scale_inv.data != nullptr &&
      item.rowwise.scale_inv.data != item.columnwise.scale_inv.data) {
    return wrong("columnwise.scale_inv",
                 "is another buffer than rowwise.scale_inv: per tensor there is one");
  }
  return std::nullopt;
}

/// Input and outputs of one tensor's cast; the scheme is checked.
Error check_item(const fp8oracle_quantize_item& item, const fp8oracle_scheme& scheme) {
  if (auto e = check_matrix(item.input, "input")) return e;
  if (auto e = check_whole_blocks(scheme, item.input.rows, item.input.cols)) return e;
  const bool tensor = scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR;
  if (!tensor && !absent(item.scale))
    return wrong("scale", "must be absent for block granularities");
  if (!tensor && !absent(item.amax)) return wrong("amax", "must be absent for block granularities");
  if (auto e = check_scalar(item.scale, "scale", false)) return e;
  if (auto e = check_scalar(item.amax, "amax", false)) return e;
  return check_pairs(item, scheme);
}

Error check_scale_rule(std::uint32_t pow2, float eps) {
  if (pow2 > 1) return wrong("pow2", "is not 0 or 1");
  if (!(eps >= 0.0f) || std::isinf(eps)) return wrong("eps", "is not a finite number >= 0");
  return std::nullopt;
}

}  // namespace

std::optional<ArgumentError> check_scheme(const fp8oracle_scheme& scheme) {
  if (scheme.struct_size < sizeof scheme) return wrong("scheme.struct_size", "is too small");
  const fp8oracle_format& f = scheme.format;
  if (f.exponent_bits < 1 || f.mantissa_bits < 1 || f.exponent_bits + f.mantissa_bits != 7 ||
      f.max_code == 0 || f.max_code > 0x7F || f.bias < -100 || f.bias > 100) {
    return wrong("scheme.format", "is not an 8-bit format with sign, exponent and mantissa");
  }
  if (scheme.granularity > FP8ORACLE_GRANULARITY_MX32X32) {
    return wrong("scheme.granularity", "is not tensor, mx32 or mx32x32");
  }
  if (scheme.directions < 1 || scheme.directions > 3)
    return wrong("scheme.directions", "names no direction");
  if (scheme.layout > FP8ORACLE_LAYOUT_SWIZZLED) return wrong("scheme.layout", "is unknown");
  if (scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR &&
      scheme.layout != FP8ORACLE_LAYOUT_COMPACT) {
    return wrong("scheme.layout", "is not compact, the only layout per tensor");
  }
  for (const Knob& knob : knobs()) {
    if (!known_knob(knob, scheme.knobs.*knob.field)) {
      return wrong("scheme.knobs." + std::string(knob.name), "has an unknown value");
    }
  }
  if (scheme.knobs.element_max_code == 0 || scheme.knobs.element_max_code > f.max_code) {
    return wrong("scheme.knobs.element.max", "is not a finite code of the format");
  }
  return std::nullopt;
}

std::optional<ArgumentError> check_arguments(const fp8oracle_quantize_args& args) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (auto e = check_item({args.input, args.scale, args.amax, args.rowwise, args.columnwise},
                          args.scheme)) {
    return e;
  }
  return check_scalar(args.noop, "noop", false);
}

std::optional<ArgumentError> check_arguments(const fp8oracle_quantize_current_args& args) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (args.scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR) {
    return wrong("scheme.granularity", "is not tensor: current scaling has one scale");
  }
  if (auto e = check_item({args.input, args.scale, args.amax, args.rowwise, args.columnwise},
                          args.scheme)) {
    return e;
  }
  if (auto e = check_scale_rule(args.pow2, args.eps)) return e;
  return check_scalar(args.noop, "noop", false);
}

std::optional<ArgumentError> check_arguments(const fp8oracle_quantize_many_args& args) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (args.count > 0 && args.items == nullptr) return wrong("items", "is missing");
  for (std::uint64_t i = 0; i < args.count; ++i) {
    auto error = check_item(args.items[i], args.scheme);
    if (!error && args.items[i].input.type != args.items[0].input.type) {
      error = wrong("input.type", "is not that of items[0]: all items have one type");
    }
    if (!error) continue;
    error->argument = "items[" + std::to_string(i) + "]." + error->argument;
    return error;
  }
  return check_scalar(args.noop, "noop", false);
}

std::optional<ArgumentError> check_arguments(const fp8oracle_scale_inverse_args& args) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (auto e = check_scalar(args.scale, "scale", false)) return e;
  return check_scalar(args.scale_inv, "scale_inv", true);
}

std::optional<ArgumentError> check_arguments(const fp8oracle_amax_args& args) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (auto e = check_matrix(args.input, "input")) return e;
  if (auto e = check_scalar(args.amax, "amax", true)) return e;
  return check_scalar(args.noop, "noop", false);
}

std::optional<ArgumentError> check_arguments(const fp8oracle_scale_from_amax_args& args) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (args.input_type > FP8ORACLE_F16) return wrong("input_type", "is not F32, BF16 or F16");
  if (auto e = check_scale_rule(args.pow2, args.eps)) return e;
  if (auto e = check_scalar(args.amax, "amax", true)) return e;
  if (auto e = check_scalar(args.scale, "scale", true)) return e;
  return check_scalar(args.noop, "noop", false);
}

std::optional<ArgumentError> check_arguments(const fp8oracle_dequantize_args& args) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (args.scheme.directions == 3)
    return wrong("scheme.directions", "names two directions, the pair has one");
  if (auto e = check_matrix(args.output, "output", Rows::kDense)) return e;
  if (args.scheme.granularity != FP8ORACLE_GRANULARITY_TENSOR &&
      args.scheme.knobs.shapes == FP8ORACLE_SHAPES_WHOLE_BLOCKS) {
    const bool row = args.scheme.directions == FP8ORACLE_ROWWISE;
    if ((row ? args.output.cols : args.output.rows) % kMxBlock != 0) {
      return wrong(row ? "output.cols" : "output.rows",
                   "is not a multiple of 32, which this profile needs");
    }
  }
  return check_pair(args.pair, args.scheme,
                    static_cast<fp8oracle_direction>(args.scheme.directions), args.output.rows,
                    args.output.cols, true, "pair");
}

std::optional<ArgumentError> check_arguments(const fp8oracle_swizzle_args& args, bool unswizzle) {
  if (args.struct_size < sizeof args) return wrong("struct_size", "is too small");
  if (auto e = check_scheme(args.scheme)) return e;
  if (args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR) {
    return wrong("scheme.granularity", "is tensor: one scale_inv cannot be swizzled");
  }
  if (args.scheme.layout == FP8ORACLE_LAYOUT_SWIZZLED) {
    return wrong("scheme.layout", "names the plain side and must be compact or padded");
  }
  if (args.scheme.directions == 3)
    return wrong("scheme.directions", "names two directions, one is permuted");
  if (auto e = check_shape(args.rows, args.cols, "")) return e;
  const auto direction = static_cast<fp8oracle_direction>(args.scheme.directions);
  fp8oracle_scheme swizzled = args.scheme;
  swizzled.layout = FP8ORACLE_LAYOUT_SWIZZLED;
  const auto plain_bytes = static_cast<std::uint64_t>(
      scale_inv_shape(args.scheme, direction, args.rows, args.cols).bytes());
  const auto swizzled_bytes = static_cast<std::uint64_t>(
      scale_inv_shape(swizzled, direction, args.rows, args.cols).bytes());
  if (auto e = check_buffer(args.input, unswizzle ? swizzled_bytes : plain_bytes, "input"))
    return e;
  return check_buffer(args.output, unswizzle ? plain_bytes : swizzled_bytes, "output");
}

fp8oracle_status report(const ArgumentError& error, fp8oracle_message message) {
  return report(FP8ORACLE_INVALID_ARGUMENT, error.argument + ": " + error.reason, message);
}

fp8oracle_status report(fp8oracle_status status, const std::string& text,
                        fp8oracle_message message) {
  if (message.text != nullptr && message.capacity > 0) {
    const std::size_t length = std::min<std::size_t>(text.size(), message.capacity - 1);
    std::memcpy(message.text, text.data(), length);
    message.text[length] = '\0';
  }
  return status;
}

}  // namespace fp8oracle
