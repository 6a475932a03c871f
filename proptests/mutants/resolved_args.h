// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

// What the kernel keeps of a call: the scheme resolved, and nothing that points to host memory of
// the caller. So a launch may run after the call has returned.
namespace fp8oracle::mutants {

/// A cast; of amax and of scale_inverse the members that they have.
struct Args {
  ResolvedScheme scheme;
  fp8oracle_matrix input{};
  fp8oracle_buffer scale{}, amax{};
  fp8oracle_pair rowwise{}, columnwise{};
  fp8oracle_buffer noop{};
};

/// scale from amax.
struct ScaleArgs {
  ResolvedScheme scheme;
  std::uint32_t input_type = FP8ORACLE_F32;
  std::uint32_t pow2 = 0;
  float eps = 0;
  fp8oracle_buffer amax{}, scale{}, noop{};
};

/// Current scaling: a cast whose amax and scale are outputs.
struct CurrentArgs {
  Args cast;
  std::uint32_t pow2 = 0;
  float eps = 0;
};

struct DequantizeArgs {
  ResolvedScheme scheme;
  fp8oracle_pair pair{};
  fp8oracle_matrix output{};
};

/// swizzle and unswizzle.
struct SwizzleArgs {
  ResolvedScheme scheme;
  std::int64_t rows = 0, cols = 0;
  fp8oracle_buffer input{}, output{};
};

// Precondition of all: the arguments were checked.
Args resolved(const fp8oracle_quantize_args& args);
Args resolved(const fp8oracle_amax_args& args);
/// scale_inv stands in `rowwise`. The tensor has one element, of which nothing is known.
Args resolved(const fp8oracle_scale_inverse_args& args);
Args resolved(const fp8oracle_quantize_given_args& args);
/// One for each item.
std::vector<Args> resolved(const fp8oracle_quantize_many_args& args);
CurrentArgs resolved(const fp8oracle_quantize_current_args& args);
ScaleArgs resolved(const fp8oracle_scale_from_amax_args& args);
DequantizeArgs resolved(const fp8oracle_dequantize_args& args);
SwizzleArgs resolved(const fp8oracle_swizzle_args& args);

}  // namespace fp8oracle::mutants
