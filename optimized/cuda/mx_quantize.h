// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "fp8oracle/format.h"
#include "mx_cast.h"

namespace fp8oracle::cuda {

/// The input's type and format, which choose the instance of a kernel.
struct MxTypes {
  std::uint32_t type;
  Format format;
};

/// Each enqueues one launch. Precondition: !is_empty(cast).
fp8oracle_status quantize_mx_rowwise(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                     fp8oracle_message message);
fp8oracle_status quantize_mx_columnwise(const MxCast& cast, const MxTypes& types,
                                        cudaStream_t stream, fp8oracle_message message);
/// Both directions from one read.
fp8oracle_status quantize_mx_both(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                  fp8oracle_message message);
/// 32 x 32 squares, in the directions that the cast has.
fp8oracle_status quantize_mx_squares(const MxCast& cast, const MxTypes& types, cudaStream_t stream,
                                     fp8oracle_message message);

}  // namespace fp8oracle::cuda
