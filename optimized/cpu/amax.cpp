// SPDX-License-Identifier: Apache-2.0
// max|x| of a tensor.
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>

#include "operations.h"
#include "scalars.h"
#include "shards.h"
#include "threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "amax.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"
#include "memory-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

/// Two accumulators: one alone would wait for its own latency.
template <class T>
HWY_INLINE std::int32_t AmaxOfRun(const T* HWY_RESTRICT in, std::int64_t n, bool propagate_nan) {
  const VI nan_limit = NanLimit(propagate_nan);
  VI even = hn::Zero(kI);
  VI odd = hn::Zero(kI);
  const auto unit = [&](const T* from) HWY_ATTR {
    for (std::int64_t i = 0; i < kUnit; i += 2 * kLanes) {
      even = MaxMagnitude(even, LoadFloat(from + i), nan_limit);
      odd = MaxMagnitude(odd, LoadFloat(from + i + kLanes), nan_limit);
    }
  };
  std::int64_t i = 0;
  for (; i + kUnit <= n; i += kUnit) unit(in + i);
  if (i < n) {
    alignas(64) T elements[kUnit] = {};
    std::memcpy(elements, in + i, static_cast<std::size_t>(n - i) * sizeof(T));
    unit(elements);
  }
  return hn::GetLane(hn::MaxOfLanes(kI, hn::Max(even, odd)));
}

template <class T>
HWY_INLINE std::int32_t AmaxOf(const fp8oracle_matrix& input, const Rectangle& part,
                               bool propagate_nan) {
  std::int32_t bits = 0;
  for (std::int64_t r = part.row_begin; r < part.row_end; ++r) {
    const T* const row = static_cast<const T*>(input.data.data) + r * input.row_stride;
    const std::int32_t row_bits = AmaxOfRun(row + part.col_begin, part.cols(), propagate_nan);
    bits = HWY_MAX(bits, row_bits);
  }
  return bits;
}

std::int32_t AmaxBits(const fp8oracle_matrix& input, const Rectangle& part, bool propagate_nan) {
  switch (input.type) {
    case FP8ORACLE_BF16: return AmaxOf<Bf16>(input, part, propagate_nan);
    case FP8ORACLE_F16: return AmaxOf<F16>(input, part, propagate_nan);
    default: return AmaxOf<float>(input, part, propagate_nan);
  }
}

const char* TargetName() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fp8oracle::cpu {

HWY_EXPORT(AmaxBits);
HWY_EXPORT(TargetName);

float amax_of(const fp8oracle_matrix& input, const Knobs& knobs) {
  const bool propagate_nan = knobs.amax_nan == FP8ORACLE_AMAX_PROPAGATE_NAN;
  const std::int64_t elements = input.rows * input.cols;
  std::atomic<std::int32_t> result{0};  // of an empty input too [K24]
  const Shards shards = row_shards(input.rows, input.cols);
  parallel_for(elements > 0 ? shards.count() : 0, elements, [&](std::int64_t i) {
    const std::int32_t bits = HWY_DYNAMIC_DISPATCH(AmaxBits)(input, shards.at(i), propagate_nan);
    std::int32_t seen = result.load();
    while (bits > seen && !result.compare_exchange_weak(seen, bits)) {
    }
  });
  return std::bit_cast<float>(result.load());
}

void amax(const ResolvedScheme& scheme, const fp8oracle_amax_args& args) {
  store_scalar(args.amax, amax_of(args.input, scheme.knobs));
}

const char* target_name() { return HWY_DYNAMIC_DISPATCH(TargetName)(); }

}  // namespace fp8oracle::cpu
#endif  // HWY_ONCE
