// SPDX-License-Identifier: Apache-2.0
// The operations on one number: scale from amax, and scale_inv for what cannot write it itself.
//
//   grid   one thread
//   equal  scale = RN(max / max(amax, eps)) by the profile's scale_* knobs; scale_inv = RN(1/scale)
#pragma once

#include "cast_arguments.h"
#include "device/begin_kernel.cuh"
#include "fp8oracle/resolved_scheme.h"
#include "launch.cuh"
#include "scale_rule.h"
#include "status.h"

namespace fp8oracle::cuda {

template <Fault kFault>
__global__ void __launch_bounds__(1)
    scale_from_amax_kernel(const float* amax, float* scale, const float* noop, ScaleRule rule) {
  begin_kernel<kFault>();
  if (is_noop(noop)) return;
  const bool keep = rule.of_bad_amax == FP8ORACLE_BAD_AMAX_KEEP;
  *scale = scale_of_amax(*amax, rule, keep ? *scale : 1.0f);
}

template <Fault kFault>
__global__ void __launch_bounds__(1)
    scale_inverse_kernel(const float* scale, float* scale_inv, bool flush) {
  begin_kernel<kFault>();
  *scale_inv = scale_inverse_of<kFault>(scale != nullptr ? *scale : 1.0f, flush);
}

template <Fault kFault>
fp8oracle_status launch_scale_from_amax(const ResolvedScheme& scheme,
                                        const fp8oracle_scale_from_amax_args& args,
                                        cudaStream_t stream, fp8oracle_message message) {
  const cudaError_t error =
      launch(scale_from_amax_kernel<kFault>, {1, 1, stream}, pointer<const float>(args.amax),
             pointer<float>(args.scale), pointer<const float>(args.noop),
             scale_rule(scheme, args.input_type, args.pow2, args.eps));
  return status_of(error, "scale_from_amax", message);
}

template <Fault kFault>
fp8oracle_status launch_scale_inverse(const ResolvedScheme& scheme,
                                      const fp8oracle_scale_inverse_args& args, cudaStream_t stream,
                                      fp8oracle_message message) {
  const cudaError_t error =
      launch(scale_inverse_kernel<kFault>, {1, 1, stream}, pointer<const float>(args.scale),
             pointer<float>(args.scale_inv), scheme.knobs.scale_inv_subnormals == FP8ORACLE_DROP);
  return status_of(error, "scale_inverse", message);
}

}  // namespace fp8oracle::cuda
