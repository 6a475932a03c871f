// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "fp8oracle/backend.h"

namespace fp8oracle::runner {

/// Overwrites one field of a call's arguments, named as the ABI spells it. Integers take `value`; a
/// buffer's data pointer becomes null for 0 and moves by `value` bytes otherwise.
/// Throws UsageError for a field that the operation does not have.
void tamper(fp8oracle_quantize_args& args, const std::string& field, std::int64_t value);
void tamper(fp8oracle_amax_args& args, const std::string& field, std::int64_t value);
void tamper(fp8oracle_scale_from_amax_args& args, const std::string& field, std::int64_t value);
void tamper(fp8oracle_quantize_current_args& args, const std::string& field, std::int64_t value);
/// Fields of one tensor are spelled "items[3].rowwise.codes.bytes"; the array is overwritten.
void tamper(fp8oracle_quantize_many_args& args, const std::string& field, std::int64_t value);
void tamper(fp8oracle_scale_inverse_args& args, const std::string& field, std::int64_t value);
void tamper(fp8oracle_dequantize_args& args, const std::string& field, std::int64_t value);
void tamper(fp8oracle_swizzle_args& args, const std::string& field, std::int64_t value);

}  // namespace fp8oracle::runner
