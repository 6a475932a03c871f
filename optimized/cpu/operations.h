// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

/// The operations on host pointers. Preconditions of all: check_arguments() found nothing and
/// supports() said yes. Each finishes before it returns.
namespace fp8oracle::cpu {

/// rowwise and columnwise (transposed) codes of RN(x * scale), scale_inv, amax [K9, K10, K12].
void quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);
/// Blocks of 32 along the rows [K16, K17].
void quantize_mx_rowwise(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);
/// Blocks of 32 along the columns; with both directions also the rowwise ones, from the same read;
/// mx32x32 in either.
void quantize_mx_bands(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);
/// The cast of whatever grid the scheme has.
void quantize(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args);
/// The per-tensor cast with the scale in hand and not in a cell.
void quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                     float scale);
/// RN(1 / scale), subnormals kept unless the profile flushes them [K9].
float scale_inv_of(float scale, const Knobs& knobs);
/// max|x|.
float amax_of(const fp8oracle_matrix& input, const Knobs& knobs);
/// The scale of an amax; nothing where the previous one is kept.
std::optional<float> scale_of_amax(float amax, float eps, bool pow2, const ResolvedScheme& scheme,
                                   std::uint32_t input_type);
/// max|x|, overwritten.
void amax(const ResolvedScheme& scheme, const fp8oracle_amax_args& args);
/// RN(max / max(amax, eps)) [K14].
void scale_from_amax(const ResolvedScheme& scheme, const fp8oracle_scale_from_amax_args& args);
/// amax, the scale from it, and the cast with that scale: the input is read twice.
void quantize_current(const ResolvedScheme& scheme, const fp8oracle_quantize_current_args& args);
/// Each item cast; small ones a thread each, large ones over all threads [K26].
void quantize_many(const ResolvedScheme& scheme, const fp8oracle_quantize_many_args& args);
/// RN(1 / scale) [K25].
void scale_inverse(const ResolvedScheme& scheme, const fp8oracle_scale_inverse_args& args);
/// Codes with a scale_inv that is given and only read.
void quantize_given(const ResolvedScheme& scheme, const fp8oracle_quantize_given_args& args);
/// RN(decode(codes) * scale_inv), rounded once more to the output's type [K6].
void dequantize(const ResolvedScheme& scheme, const fp8oracle_dequantize_args& args);
void swizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args);
void unswizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args);

/// The Highway target that the kernels run on now, e.g. "AVX3".
const char* target_name();

}  // namespace fp8oracle::cpu
