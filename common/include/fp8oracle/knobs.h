// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fp8oracle/backend.h"

namespace fp8oracle {

/// Every knob by name; the value 0 is `te`'s choice. In the ABI they are an array by number, so
/// that one more moves nothing.
struct Knobs {
  std::uint32_t element_overflow = 0;       ///< fp8oracle_element_overflow
  std::uint32_t element_inf = 0;            ///< fp8oracle_element_inf
  std::uint32_t element_nan = 0;            ///< fp8oracle_element_nan
  std::uint32_t element_negative_zero = 0;  ///< fp8oracle_keep
  std::uint32_t element_subnormals = 0;     ///< fp8oracle_keep
  std::uint32_t element_max_code = 0;       ///< largest finite code written, <= format.max_code
  std::uint32_t product = 0;                ///< fp8oracle_product
  std::uint32_t amax_nan = 0;               ///< fp8oracle_amax_nan
  std::uint32_t block_special = 0;          ///< fp8oracle_block_special
  std::uint32_t e8m0_round = 0;             ///< fp8oracle_e8m0_round
  std::uint32_t e8m0_of_inf = 0;            ///< fp8oracle_e8m0_of_inf
  std::uint32_t e8m0_of_zero = 0;           ///< fp8oracle_e8m0_of_zero
  std::uint32_t scale_of_bad_amax = 0;      ///< fp8oracle_bad_amax_scale
  std::uint32_t scale_overflow = 0;         ///< fp8oracle_scale_overflow
  std::uint32_t scale_pow2 = 0;             ///< fp8oracle_scale_pow2
  std::uint32_t scale_inv_subnormals = 0;   ///< fp8oracle_keep
  std::uint32_t padding = 0;                ///< fp8oracle_padding
  std::uint32_t shapes = 0;                 ///< fp8oracle_shapes
  std::uint32_t mx_columnwise_codes = 0;    ///< fp8oracle_columnwise_codes
};

/// Where a knob stands. nvcc needs the name: it puts the declarator into brackets.
using KnobField = std::uint32_t Knobs::*;

/// One knob of the closed list: its number, its name in profile files, where it stands, and the
/// names of its values, in the order of their numbers. element.max is a number and has no names.
struct Knob {
  fp8oracle_knob id;
  std::string_view name;
  KnobField field;
  std::vector<std::string_view> values;
  bool is_number() const { return values.empty(); }
};
/// All of them, in the order of their numbers.
const std::vector<Knob>& knobs();

/// The ABI's array, as long as the list.
using KnobValues = std::array<std::uint32_t, FP8ORACLE_KNOB_MX_COLUMNWISE_CODES + 1>;
KnobValues values_of(const Knobs& knobs);
/// The knobs that this list has; what lies beyond `count` is 0.
Knobs knobs_from(const fp8oracle_knobs& abi);
/// The number of the first knob that is set and not in the list.
std::optional<std::uint32_t> unknown_knob(const fp8oracle_knobs& abi);

}  // namespace fp8oracle
