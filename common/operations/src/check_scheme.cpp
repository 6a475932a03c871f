// SPDX-License-Identifier: Apache-2.0
// A scheme and what it points to: sizes, and every number within its list.
#include <algorithm>
#include <cstring>
#include <limits>

#include "checks.h"
#include "fp8oracle/format.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle {

using namespace checks;

Error checks::check_tail(const void* data, std::size_t known, std::size_t given, const Name& name) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  const bool zero =
      std::all_of(bytes + known, bytes + given, [](unsigned char b) { return b == 0; });
  if (zero) return std::nullopt;
  return wrong(name, "says " + std::to_string(given) + " bytes; those behind the " +
                         std::to_string(known) + " that are known here are not zero");
}

Error checks::check_struct(const void* data, std::size_t known, const Name& name) {
  constexpr std::uint32_t kLargest = 1u << 16;
  std::uint32_t size = 0;
  std::memcpy(&size, data, sizeof size);
  if (size < known)
    return wrong(name, "is " + std::to_string(size) + ", less than " + std::to_string(known));
  if (size > kLargest) return wrong(name, "is more than 64 KiB");
  return check_tail(data, known, size, name);
}

namespace {

Error check_format(const fp8oracle_format* format) {
  const Name name{.field = "scheme.format"};
  if (format == nullptr) return wrong(name, "is missing");
  if (auto e = check_struct(format, sizeof *format, name.at("struct_size"))) return e;
  const fp8oracle_format& f = *format;
  if (f.bits != 8) return wrong(name.at("bits"), "is not 8");
  if (f.exponent_bits < 1 || f.exponent_bits > 6)
    return wrong(name.at("exponent_bits"), "is not 1 to 6");
  if (f.mantissa_bits != 7 - f.exponent_bits)
    return wrong(name.at("mantissa_bits"), "and exponent_bits are not 7 together");
  constexpr int kMostBias = 100, kLargestExponent = std::numeric_limits<float>::max_exponent - 1;
  // The smallest subnormal, 2^(1 - bias - mantissa_bits), is one of FP32 for every bias.
  static_assert(1 - kMostBias - 6 >= -149);
  if (f.bias < -kMostBias || f.bias > kMostBias)
    return wrong(name.at("bias"), "is not -100 to 100");
  if (f.max_code < 1 || f.max_code > 0x7F) return wrong(name.at("max_code"), "is not 1 to 0x7F");
  const int exponent = static_cast<int>(f.max_code >> f.mantissa_bits) - f.bias;
  if (exponent > kLargestExponent) {
    return wrong(name.at("max_code"),
                 "is worth 2^" + std::to_string(exponent) + " or more: not a finite FP32 number");
  }
  const auto above = [&f](std::uint32_t code) { return code > f.max_code && code <= 0x7F; };
  if (f.inf_code != 0 && !above(f.inf_code))
    return wrong(name.at("inf_code"), "is not 0 or above max_code, to 0x7F");
  if (f.nan_code != Format::kSignMask && (!above(f.nan_code) || f.nan_code == f.inf_code))
    return wrong(name.at("nan_code"), "is not 0x80, or above max_code, to 0x7F, and not inf_code");
  return std::nullopt;
}

Error check_grid(const fp8oracle_grid* grid) {
  const Name name{.field = "scheme.grid"};
  if (grid == nullptr) return wrong(name, "is missing");
  if (auto e = check_struct(grid, sizeof *grid, name.at("struct_size"))) return e;
  constexpr std::uint32_t kLargest = 1u << 16;
  const bool tensor = grid->block_rows == 0 && grid->block_cols == 0;
  const bool row = grid->block_rows == 1 && grid->block_cols == 0;
  if (grid->block_rows > kLargest || (grid->block_rows == 0 && !tensor))
    return wrong(name.at("block_rows"), "is not 1 to 65536");
  if (grid->block_cols > kLargest || (grid->block_cols == 0 && !tensor && !row))
    return wrong(name.at("block_cols"), "is not 1 to 65536");
  if (grid->scale_type > FP8ORACLE_SCALE_E8M0)
    return wrong(name.at("scale_type"), "is not F32 or E8M0");
  if (grid->scale_type == FP8ORACLE_SCALE_E8M0 && grid->block_cols == 0)
    return wrong(name.at("scale_type"), "is E8M0, but the grid has no blocks");
  if (grid->repeat > 1) return wrong(name.at("repeat"), "is not 0 or 1");
  if (grid->repeat == 1 && grid->block_rows < 2)
    return wrong(name.at("repeat"), "is 1, but a block has no more rows than one, or all of them");
  if (grid->levels != 1) return wrong(name.at("levels"), "is not 1");
  return std::nullopt;
}

/// Whether the scales of the grid can have the layout.
Error check_layout(const fp8oracle_scheme& scheme) {
  const Name name{.field = "scheme.layout"};
  const bool mx = scheme.grid->scale_type == FP8ORACLE_SCALE_E8M0;
  switch (scheme.layout) {
    case FP8ORACLE_LAYOUT_COMPACT: return std::nullopt;
    case FP8ORACLE_LAYOUT_PADDED:
      if (scheme.grid->block_cols != 0) return std::nullopt;
      return wrong(name, "is not compact, the only one of a grid without blocks");
    case FP8ORACLE_LAYOUT_SWIZZLED:
    case FP8ORACLE_LAYOUT_PACKED:
      if (mx) return std::nullopt;
      return wrong(name, "is of E8M0 scales, which the grid does not have");
    default: return wrong(name, "is unknown");
  }
}

Error check_knobs(const fp8oracle_knobs* abi, const fp8oracle_format& format) {
  const Name name{.field = "scheme.knobs"};
  if (abi == nullptr) return wrong(name, "is missing");
  if (auto e = check_struct(abi, sizeof *abi, name.at("struct_size"))) return e;
  constexpr std::uint32_t kMost = 1u << 16;
  if (abi->count > kMost) return wrong(name.at("count"), "is more than 65536");
  if (abi->count > 0 && abi->values == nullptr) return wrong(name.at("values"), "is missing");
  if (const auto unknown = unknown_knob(*abi)) {
    return ArgumentError{name.text(), "knob " + std::to_string(*unknown) + " is not known here",
                         FP8ORACLE_UNSUPPORTED};
  }
  const Knobs given = knobs_from(*abi);
  for (const Knob& knob : knobs()) {
    const std::uint32_t value = given.*knob.field;
    if (!knob.is_number() && value >= knob.values.size())
      return wrong(name.at(knob.name), "has the unknown value " + std::to_string(value));
  }
  if (given.element_max_code > format.max_code)
    return wrong(name.at("element.max"), "is not a finite code of the format");
  return std::nullopt;
}

}  // namespace

std::optional<ArgumentError> check_scheme(const fp8oracle_scheme* scheme) {
  const Name name{.field = "scheme"};
  if (scheme == nullptr) return wrong(name, "is missing");
  if (auto e = check_struct(scheme, sizeof *scheme, name.at("struct_size"))) return e;
  if (scheme->directions < 1 || scheme->directions > 3)
    return wrong(name.at("directions"), "is not 1, 2 or 3");
  if (scheme->profile == nullptr) return wrong(name.at("profile"), "is missing");
  if (auto e = check_format(scheme->format)) return e;
  if (auto e = check_grid(scheme->grid)) return e;
  if (auto e = check_layout(*scheme)) return e;
  return check_knobs(scheme->knobs, *scheme->format);
}

}  // namespace fp8oracle
