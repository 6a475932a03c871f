// SPDX-License-Identifier: Apache-2.0
// MX quantize with blocks of 32 along the rows. One read, one write, no copy in between.
#include <cstdint>

#include "mx_cast.h"
#include "operations.h"
#include "shards.h"
#include "threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "quantize_mx_rowwise.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "mx_span-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

template <class T>
HWY_INLINE void MxRowsOf(const fp8oracle_matrix& input, const Rectangle& part, const MxCast& cast) {
  const auto* const base = static_cast<const T*>(input.data.data);
  for (std::int64_t r = part.row_begin; r < part.row_end; ++r) {
    QuantizeMxRow(base + r * input.row_stride + part.col_begin, r, part.col_begin, input.cols,
                  part.cols(), cast);
  }
}

void QuantizeMxRows(const fp8oracle_matrix& input, const Rectangle& part, const MxCast& cast) {
  switch (input.type) {
    case FP8ORACLE_BF16: MxRowsOf<Bf16>(input, part, cast); break;
    case FP8ORACLE_F16: MxRowsOf<F16>(input, part, cast); break;
    default: MxRowsOf<float>(input, part, cast); break;
  }
  if (cast.stream) hwy::FlushStream();
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fp8oracle::cpu {

HWY_EXPORT(QuantizeMxRows);

void quantize_mx_rowwise(const ResolvedScheme& scheme, const fp8oracle_quantize_args& args) {
  const MxCast cast = mx_cast(scheme, args);
  const Shards shards = row_shards(args.input.rows, args.input.cols);
  if (args.input.rows == 0 || args.input.cols == 0) return;
  parallel_for(shards.count(), args.input.rows * args.input.cols, [&](std::int64_t i) {
    HWY_DYNAMIC_DISPATCH(QuantizeMxRows)(args.input, shards.at(i), cast);
  });
}

}  // namespace fp8oracle::cpu
#endif  // HWY_ONCE
