// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "queue.h"

/// The operations on device pointers. Preconditions of all: check_arguments() found nothing and
/// supports() said yes. Each enqueues its launches and returns; none allocates or synchronises.
namespace fp8oracle::cuda {

/// Rowwise codes of RN(x * scale), scale_inv, amax: one launch [K9, K10, K12].
fp8oracle_status quantize_tensor(const fp8oracle_quantize_args& args, cudaStream_t stream,
                                 fp8oracle_message message);

}  // namespace fp8oracle::cuda
