// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"
#include "queue.h"

/// The operations on device pointers. Preconditions of all: check_arguments() found nothing and
/// supports() said yes; `scheme` is that of the arguments, resolved. Each enqueues its launches and
/// returns; none allocates or synchronises.
namespace fp8oracle::cuda {

/// Rowwise codes of RN(x * scale), scale_inv, amax: one launch [K9, K10, K12].
fp8oracle_status quantize_tensor(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                                 const Queue& queue, fp8oracle_message message);
/// The same with transposed codes, alone or beside the rowwise ones: one launch.
fp8oracle_status quantize_tensor_transposed(const ResolvedScheme& scheme,
                                            const fp8oracle_quantize_args& args, const Queue& queue,
                                            fp8oracle_message message);
/// MX: rowwise, columnwise, both from one read, 32 x 32 squares; scale_inv in any layout, with its
/// padding cleared: one launch, none for an empty tensor [K16, K17, K18].
fp8oracle_status quantize_mx(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args,
                             const Queue& queue, fp8oracle_message message);
/// max|x|, overwritten: one launch.
fp8oracle_status amax(const ResolvedScheme& scheme, const fp8oracle_amax_args& args,
                      const Queue& queue, fp8oracle_message message);
/// RN(max / max(amax, eps)) [K14].
fp8oracle_status scale_from_amax(const ResolvedScheme& scheme,
                                 const fp8oracle_scale_from_amax_args& args, const Queue& queue,
                                 fp8oracle_message message);
/// amax, its scale and the cast, rowwise codes: one launch.
fp8oracle_status quantize_current_rowwise(const ResolvedScheme& scheme,
                                          const fp8oracle_quantize_current_args& args,
                                          const Queue& queue, fp8oracle_message message);
/// The same with transposed codes, alone or beside the rowwise ones: one launch.
fp8oracle_status quantize_current_transposed(const ResolvedScheme& scheme,
                                             const fp8oracle_quantize_current_args& args,
                                             const Queue& queue, fp8oracle_message message);
/// quantize of each item, in quantize_many_launches() launches [K26].
fp8oracle_status quantize_many(const ResolvedScheme& scheme,
                               const fp8oracle_quantize_many_args& args, const Queue& queue,
                               fp8oracle_message message);
uint64_t quantize_many_launches(uint64_t count);
/// Codes with a scale_inv that is given and only read: one launch a direction, none for an empty
/// tensor.
fp8oracle_status quantize_given(const ResolvedScheme& scheme,
                                const fp8oracle_quantize_given_args& args, const Queue& queue,
                                fp8oracle_message message);
/// RN(decode(codes) * scale_inv), rounded once more to the output's type: one launch, none for an
/// empty tensor [K6].
fp8oracle_status dequantize(const ResolvedScheme& scheme, const fp8oracle_dequantize_args& args,
                            const Queue& queue, fp8oracle_message message);
/// One launch, none for an empty tensor [K19].
fp8oracle_status swizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args,
                         const Queue& queue, fp8oracle_message message);
fp8oracle_status unswizzle(const ResolvedScheme& scheme, const fp8oracle_swizzle_args& args,
                           const Queue& queue, fp8oracle_message message);
/// RN(1 / scale) [K25].
fp8oracle_status scale_inverse(const ResolvedScheme& scheme,
                               const fp8oracle_scale_inverse_args& args, const Queue& queue,
                               fp8oracle_message message);

}  // namespace fp8oracle::cuda
