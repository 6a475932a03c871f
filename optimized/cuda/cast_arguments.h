// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "device/tensor_cast.cuh"
#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"
#include "support.h"

namespace fp8oracle::cuda {

template <class T>
T* pointer(const fp8oracle_buffer& buffer) {
  return static_cast<T*>(buffer.data);
}

inline bool is_aligned(const void* address, std::uintptr_t bytes) {
  return reinterpret_cast<std::uintptr_t>(address) % bytes == 0;
}

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// The fields that quantize, quantize_current and an item of quantize_many share.
inline TensorCast tensor_cast(const ResolvedScheme& scheme, const fp8oracle_matrix& input,
                              const fp8oracle_pair& rowwise, const fp8oracle_pair& columnwise) {
  TensorCast cast;
  cast.input = input.data.data;
  cast.rows = input.rows;
  cast.cols = input.cols;
  cast.row_stride = input.row_stride;
  cast.rowwise = pointer<std::uint8_t>(rowwise.codes);
  cast.columnwise = pointer<std::uint8_t>(columnwise.codes);
  cast.scale_inv = pointer<float>(rowwise.scale_inv);
  if (cast.scale_inv == nullptr) cast.scale_inv = pointer<float>(columnwise.scale_inv);
  cast.propagate_nan = scheme.knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN;
  cast.flush_scale_inv = scheme.knobs.scale_inv_subnormals == FP8ORACLE_DROP;
  return cast;
}

/// quantize: the scale is given, amax accumulates.
inline TensorCast given_scale_cast(const ResolvedScheme& scheme,
                                   const fp8oracle_quantize_args& args) {
  TensorCast cast = tensor_cast(scheme, args.input, args.rowwise, args.columnwise);
  cast.scale = pointer<const float>(args.scale);
  cast.amax = pointer<float>(args.amax);
  cast.noop = pointer<const float>(args.noop);
  return cast;
}

/// A dense matrix is one long row to a rowwise cast and to amax.
inline void flatten(TensorCast& cast) {
  if (cast.row_stride != cast.cols && cast.rows > 1) return;
  cast.cols *= cast.rows;
  cast.row_stride = cast.cols;
  cast.rows = cast.cols > 0 ? 1 : 0;
}

template <class T>
struct TypeName {
  using type = T;
};

/// Calls f(TypeName<T>) for the input's type.
template <class F>
auto with_type(std::uint32_t type, const F& f) {
  switch (type) {
    case FP8ORACLE_BF16: return f(TypeName<__nv_bfloat16>{});
    case FP8ORACLE_F16: return f(TypeName<__half>{});
    default: return f(TypeName<float>{});
  }
}

/// Calls f(TypeName<T>, TypeName<Format>).
template <class F>
auto with_type_and_format(std::uint32_t type, const Format& format, const F& f) {
  return with_type(type, [&](auto t) {
    return is_e4m3(format) ? f(t, TypeName<E4M3>{}) : f(t, TypeName<E5M2>{});
  });
}

}  // namespace fp8oracle::cuda
