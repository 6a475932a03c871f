// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "fp8oracle/backend.h"

namespace fp8oracle {

/// What is wrong with a call, or nothing. `argument` is the name of the offending field as the ABI
/// spells it ("rowwise.codes", "input.row_stride"); `reason` says what was expected [K31].
struct ArgumentError {
  std::string argument;
  std::string reason;
};

std::optional<ArgumentError> check_arguments(const fp8oracle_quantize_args& args);
std::optional<ArgumentError> check_arguments(const fp8oracle_quantize_current_args& args);
/// An error of one item names it: "items[3].rowwise.codes".
std::optional<ArgumentError> check_arguments(const fp8oracle_quantize_many_args& args);
std::optional<ArgumentError> check_arguments(const fp8oracle_scale_inverse_args& args);
std::optional<ArgumentError> check_arguments(const fp8oracle_amax_args& args);
std::optional<ArgumentError> check_arguments(const fp8oracle_scale_from_amax_args& args);
std::optional<ArgumentError> check_arguments(const fp8oracle_dequantize_args& args);
std::optional<ArgumentError> check_arguments(const fp8oracle_swizzle_args& args, bool unswizzle);
/// Format, granularity, layout, directions, every knob within its list.
std::optional<ArgumentError> check_scheme(const fp8oracle_scheme& scheme);

/// Writes "argument: reason" into the message and returns FP8ORACLE_INVALID_ARGUMENT.
fp8oracle_status report(const ArgumentError& error, fp8oracle_message message);
/// Writes a text (cut to the capacity) and returns `status`.
fp8oracle_status report(fp8oracle_status status, const std::string& text,
                        fp8oracle_message message);

}  // namespace fp8oracle
