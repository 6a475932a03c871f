// SPDX-License-Identifier: Apache-2.0
#include "quantize_many.cuh"

#include "operations.h"

namespace fp8oracle::cuda {

fp8oracle_status quantize_many(const ResolvedScheme& scheme,
                               const fp8oracle_quantize_many_args& args, const Queue& queue,
                               fp8oracle_message message) {
  return quantize_all<Fault::kNone>(scheme, args, queue.stream, message);
}

std::uint64_t quantize_many_launches(std::uint64_t count) { return launches_of_many(count); }

}  // namespace fp8oracle::cuda
