// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fp8oracle/backend.h"
#include "optimized/cuda/backend.h"

namespace fp8oracle::cuda_tests {

using Table = fp8oracle_backend_table;

/// What a call is to a class Around.
enum class Function { kStreamCreate, kAlloc, kOther };
template <auto kMember>
inline constexpr Function kFunction = Function::kOther;
template <>
inline constexpr Function kFunction<&Table::stream_create> = Function::kStreamCreate;
template <>
inline constexpr Function kFunction<&Table::alloc> = Function::kAlloc;

/// The CUDA table's function, called while an object of the class Around lives.
template <class Around, auto kMember>
struct Between;
template <class Around, class Answer, class... Args, Answer (*Table::*kMember)(Args...)>
struct Between<Around, kMember> {
  static Answer call(Args... args) {
    [[maybe_unused]] const Around around(kFunction<kMember>);
    return (cuda::backend().*kMember)(args...);
  }
};

template <class Around, auto... kMembers>
void wrap(Table& table) {
  ((table.*kMembers = Between<Around, kMembers>::call), ...);
}

/// The CUDA table with an object of the class Around about each call.
template <class Around>
Table table_around() {
  Table table = cuda::backend();
  wrap<Around, &Table::alloc, &Table::free, &Table::stream_create, &Table::stream_destroy,
       &Table::synchronize, &Table::upload, &Table::download, &Table::copy, &Table::fill,
       &Table::supports, &Table::workspace_bytes, &Table::quantize, &Table::amax,
       &Table::scale_from_amax, &Table::dequantize, &Table::swizzle, &Table::unswizzle,
       &Table::quantize_current, &Table::quantize_many, &Table::scale_inverse, &Table::launches,
       &Table::capture, &Table::end_capture, &Table::replay, &Table::recording_destroy>(table);
  return table;
}

}  // namespace fp8oracle::cuda_tests
