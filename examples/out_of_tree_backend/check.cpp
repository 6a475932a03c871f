// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <limits>

namespace example {
namespace {

fp8oracle_status invalid(fp8oracle_message message, const char* name, const char* reason) {
  return answer(FP8ORACLE_INVALID_ARGUMENT, message, "%s: %s", name, reason);
}

/// The bytes of a struct up to a field of it, the field included.
#define BYTES_TO(Struct, field) (offsetof(Struct, field) + sizeof(Struct::field))

fp8oracle_status take_format(fp8oracle_format& f, const fp8oracle_format* given,
                             fp8oracle_message message) {
  if (const auto wrong =
          take(&f, sizeof f, BYTES_TO(fp8oracle_format, nan_code), given, "scheme.format", message))
    return wrong;
  if (f.bits != 8) return invalid(message, "scheme.format.bits", "is not 8");
  if (f.exponent_bits < 1 || f.exponent_bits > 6)
    return invalid(message, "scheme.format.exponent_bits", "is not 1 to 6");
  if (f.mantissa_bits != 7 - f.exponent_bits)
    return invalid(message, "scheme.format.mantissa_bits", "and exponent_bits are not 7 together");
  if (f.bias < -100 || f.bias > 100)
    return invalid(message, "scheme.format.bias", "is not -100 to 100");
  if (f.max_code < 1 || f.max_code > 0x7F)
    return invalid(message, "scheme.format.max_code", "is not 1 to 0x7F");
  const auto above = [&f](uint32_t code) { return code > f.max_code && code <= 0x7F; };
  if (f.inf_code != 0 && !above(f.inf_code))
    return invalid(message, "scheme.format.inf_code", "is not 0, or above max_code to 0x7F");
  const bool own_nan = above(f.nan_code) && f.nan_code != f.inf_code;
  if (f.nan_code != 0x80 && !own_nan)
    return invalid(message, "scheme.format.nan_code", "is not 0x80, or above max_code to 0x7F");
  return FP8ORACLE_OK;
}

fp8oracle_status take_grid(fp8oracle_grid& g, const fp8oracle_grid* given,
                           fp8oracle_message message) {
  constexpr uint32_t kLargest = 65536;
  if (const auto wrong =
          take(&g, sizeof g, BYTES_TO(fp8oracle_grid, levels), given, "scheme.grid", message))
    return wrong;
  const bool tensor = g.block_rows == 0 && g.block_cols == 0;
  const bool row = g.block_rows == 1 && g.block_cols == 0;
  if (g.block_rows > kLargest || (g.block_rows == 0 && !tensor))
    return invalid(message, "scheme.grid.block_rows", "is not 1 to 65536");
  if (g.block_cols > kLargest || (g.block_cols == 0 && !tensor && !row))
    return invalid(message, "scheme.grid.block_cols", "is not 1 to 65536");
  if (g.scale_type > FP8ORACLE_SCALE_E8M0)
    return invalid(message, "scheme.grid.scale_type", "is not F32 or E8M0");
  if (g.scale_type == FP8ORACLE_SCALE_E8M0 && g.block_cols == 0)
    return invalid(message, "scheme.grid.scale_type", "is E8M0, but the grid has no blocks");
  if (g.repeat > 1) return invalid(message, "scheme.grid.repeat", "is not 0 or 1");
  if (g.levels != 1) return invalid(message, "scheme.grid.levels", "is not 1");
  return FP8ORACLE_OK;
}

/// Not every grid has scales that can be laid out in every way.
fp8oracle_status check_layout(uint32_t layout, const fp8oracle_grid& grid,
                              fp8oracle_message message) {
  const bool blocks = grid.block_cols != 0;
  const bool e8m0 = grid.scale_type == FP8ORACLE_SCALE_E8M0;
  switch (layout) {
    case FP8ORACLE_LAYOUT_COMPACT: return FP8ORACLE_OK;
    case FP8ORACLE_LAYOUT_PADDED:
      return blocks ? FP8ORACLE_OK : invalid(message, "scheme.layout", "is padded, without blocks");
    case FP8ORACLE_LAYOUT_SWIZZLED:
    case FP8ORACLE_LAYOUT_PACKED:
      return e8m0 ? FP8ORACLE_OK : invalid(message, "scheme.layout", "is of E8M0 scales");
    default: return invalid(message, "scheme.layout", "is unknown");
  }
}

/// Every knob that the header has, by number: its name in messages, and how many values it has.
struct Knob {
  const char* name;
  uint32_t values;
};
constexpr uint32_t kNumber = 0;  ///< not one of a list
constexpr Knob kKnobs[] = {
    {"element.overflow", 3},
    {"element.inf", 2},
    {"element.nan_code", 4},
    {"element.negative_zero", 2},
    {"element.subnormals", 2},
    {"element.max", kNumber},
    {"product", 2},
    {"amax.nan", 2},
    {"block.special", 2},
    {"e8m0.round", 4},
    {"e8m0.of_inf", 2},
    {"e8m0.of_zero", 2},
    {"scale.of_bad_amax", 3},
    {"scale.overflow", 3},
    {"scale.pow2", 2},
    {"scale_inv.subnormals", 2},
    {"padding", 2},
    {"shapes", 2},
    {"mx.columnwise_codes", 2},
};
constexpr uint32_t kKnown = sizeof kKnobs / sizeof kKnobs[0];
static_assert(kKnown == FP8ORACLE_KNOB_MX_COLUMNWISE_CODES + 1, "the header has another knob");

fp8oracle_status take_knobs(fp8oracle_knobs& k, const fp8oracle_knobs* given,
                            fp8oracle_message message) {
  if (const auto wrong =
          take(&k, sizeof k, BYTES_TO(fp8oracle_knobs, values), given, "scheme.knobs", message))
    return wrong;
  if (k.count > 65536) return invalid(message, "scheme.knobs.count", "is more than 65536");
  if (k.count > 0 && k.values == nullptr)
    return invalid(message, "scheme.knobs.values", "is missing");
  // A knob of a later header asks for something that this backend has never heard of.
  for (uint32_t id = kKnown; id < k.count; ++id) {
    if (k.values[id] != 0) {
      return answer(FP8ORACLE_UNSUPPORTED, message, "scheme.knobs: knob %u is not known here",
                    static_cast<unsigned>(id));
    }
  }
  for (uint32_t id = 0; id < kKnown && id < k.count; ++id) {
    if (kKnobs[id].values != kNumber && k.values[id] >= kKnobs[id].values) {
      return answer(FP8ORACLE_INVALID_ARGUMENT, message, "scheme.knobs.%s: has no value %u",
                    kKnobs[id].name, static_cast<unsigned>(k.values[id]));
    }
  }
  return FP8ORACLE_OK;
}

uint64_t size_of(uint32_t type) { return type == FP8ORACLE_F32 ? 4 : 2; }

bool overlap(const Range& a, const Range& b) {
  const auto a_begin = reinterpret_cast<uintptr_t>(a.data);
  const auto b_begin = reinterpret_cast<uintptr_t>(b.data);
  return a.bytes != 0 && b.bytes != 0 && a_begin < b_begin + b.bytes && b_begin < a_begin + a.bytes;
}

}  // namespace

fp8oracle_status answer(fp8oracle_status status, fp8oracle_message message, const char* format,
                        ...) {
  if (message.text == nullptr || message.capacity == 0) return status;
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(message.text, message.capacity, format, arguments);
  va_end(arguments);
  return status;
}

fp8oracle_status take(void* known, uint32_t bytes, uint32_t first, const void* given,
                      const char* name, fp8oracle_message message) {
  const bool arguments = *name == '\0';
  if (given == nullptr) return invalid(message, arguments ? "args" : name, "is missing");
  uint32_t size = 0;
  std::memcpy(&size, given, sizeof size);
  const auto wrong = [&](const char* reason) {
    return answer(FP8ORACLE_INVALID_ARGUMENT, message, "%s%sstruct_size: %s", name,
                  arguments ? "" : ".", reason);
  };
  if (size < first) return wrong("is less than version 2 began with");
  const auto* from = static_cast<const unsigned char*>(given);
  for (uint32_t i = bytes; i < size; ++i) {
    if (from[i] != 0) return wrong("counts bytes that are not known here and not zero");
  }
  std::memset(known, 0, bytes);
  std::memcpy(known, given, std::min(size, bytes));
  return FP8ORACLE_OK;
}

fp8oracle_status take_scheme(Scheme& scheme, const fp8oracle_scheme* given,
                             fp8oracle_message message) {
  fp8oracle_scheme s;
  if (const auto wrong =
          take(&s, sizeof s, BYTES_TO(fp8oracle_scheme, knobs), given, "scheme", message))
    return wrong;
  if (s.directions < 1 || s.directions > 3)
    return invalid(message, "scheme.directions", "is not 1, 2 or 3");
  if (s.profile == nullptr) return invalid(message, "scheme.profile", "is missing");
  scheme.directions = s.directions;
  scheme.layout = s.layout;
  if (const auto wrong = take_format(scheme.format, s.format, message)) return wrong;
  if (const auto wrong = take_grid(scheme.grid, s.grid, message)) return wrong;
  if (const auto wrong = check_layout(s.layout, scheme.grid, message)) return wrong;
  if (const auto wrong = take_knobs(scheme.knobs, s.knobs, message)) return wrong;
  if (scheme.knob(FP8ORACLE_KNOB_ELEMENT_MAX_CODE) > scheme.format.max_code)
    return invalid(message, "scheme.knobs.element.max", "is not a finite code of the format");
  return FP8ORACLE_OK;
}

fp8oracle_status check_input(const fp8oracle_matrix& input, const char* name,
                             fp8oracle_message message) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 4096;
  const auto wrong = [&](const char* field, const char* reason) {
    return answer(FP8ORACLE_INVALID_ARGUMENT, message, "%s.%s: %s", name, field, reason);
  };
  if (input.type > FP8ORACLE_F16) return wrong("type", "is not F32, BF16 or F16");
  if (input.rows < 0) return wrong("rows", "is negative");
  if (input.cols < 0) return wrong("cols", "is negative");
  // Products are divided, not multiplied: they may overflow.
  if (input.rows > kMost / std::max<int64_t>(input.cols, 1) || input.cols > kMost)
    return wrong("rows", "times cols overflows");
  if (input.row_stride < input.cols) return wrong("row_stride", "is less than cols");
  if (input.rows == 0 || input.cols == 0) return FP8ORACLE_OK;  // nothing is read
  if (input.rows > kMost / input.row_stride) return wrong("row_stride", "times rows overflows");
  if (input.data.data == nullptr) return wrong("data", "is missing");
  if (input.data.bytes < bytes_read(input))
    return wrong("data", "has fewer bytes than rows and row_stride need");
  if (reinterpret_cast<uintptr_t>(input.data.data) % size_of(input.type) != 0)
    return wrong("data", "is not aligned to its elements");
  return FP8ORACLE_OK;
}

uint64_t bytes_read(const fp8oracle_matrix& input) {
  if (input.rows == 0 || input.cols == 0) return 0;
  return static_cast<uint64_t>((input.rows - 1) * input.row_stride + input.cols) *
         size_of(input.type);
}

fp8oracle_status check_absent(const fp8oracle_buffer& buffer, const char* name,
                              fp8oracle_message message) {
  return absent(buffer) ? FP8ORACLE_OK : invalid(message, name, "is given where there is none");
}

fp8oracle_status check_buffer(const fp8oracle_buffer& buffer, uint64_t bytes, uint64_t alignment,
                              const char* name, fp8oracle_message message) {
  if (buffer.data == nullptr && (bytes != 0 || buffer.bytes != 0))
    return invalid(message, name, "is missing");
  if (buffer.bytes != bytes) {
    return answer(FP8ORACLE_INVALID_ARGUMENT, message, "%s: has %llu bytes, not %llu", name,
                  static_cast<unsigned long long>(buffer.bytes),
                  static_cast<unsigned long long>(bytes));
  }
  if (bytes != 0 && reinterpret_cast<uintptr_t>(buffer.data) % alignment != 0)
    return invalid(message, name, "is not aligned to its elements");
  return FP8ORACLE_OK;
}

fp8oracle_status check_scalar(const fp8oracle_buffer& buffer, const char* name,
                              fp8oracle_message message) {
  if (absent(buffer)) return FP8ORACLE_OK;
  return check_buffer(buffer, sizeof(float), sizeof(float), name, message);
}

fp8oracle_status check_overlaps(const Range* ranges, int count, fp8oracle_message message) {
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < count; ++j) {
      if (i != j && ranges[i].written && overlap(ranges[i], ranges[j])) {
        return answer(FP8ORACLE_INVALID_ARGUMENT, message, "%s: is written and overlaps %s",
                      ranges[i].name, ranges[j].name);
      }
    }
  }
  return FP8ORACLE_OK;
}

}  // namespace example
