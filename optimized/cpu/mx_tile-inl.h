// SPDX-License-Identifier: Apache-2.0
// A tile of 32 rows with blocks along the columns, for the Highway target that is being compiled.
#if defined(FP8ORACLE_CPU_MX_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FP8ORACLE_CPU_MX_TILE_INL_H_
#undef FP8ORACLE_CPU_MX_TILE_INL_H_
#else
#define FP8ORACLE_CPU_MX_TILE_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "codec-inl.h"
#include "e8m0-inl.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "memory-inl.h"
#include "mx_cast.h"
#include "mx_span-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

inline constexpr std::int64_t kTileCols = 256;

/// A 32-row tile as FP32, packed: rows of the input lie a power of two apart so often that a second
/// pass over them would miss every cache. Columns behind the last one, up to a unit, are zero.
struct MxTile {
  alignas(64) float values[kMxBlock][kTileCols];
  alignas(64) std::int32_t amax_bits[kTileCols];
  alignas(64) float factor[kTileCols];         ///< 2^(127 - code)
  alignas(64) std::uint8_t scales[kTileCols];  ///< the codes of scale_inv
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  /// The input of the tile that is loaded after this one: fetched while this one is encoded, when
  /// the memory would be idle.
  const char* next = nullptr;
  std::int64_t next_pitch = 0;
  std::int64_t next_rows = 0;
  std::int64_t next_bytes = 0;
  std::int64_t Width() const { return (cols + kUnit - 1) / kUnit * kUnit; }
};

/// Reads tile.rows x tile.cols elements and takes each column's amax on the way.
template <class T>
HWY_INLINE void LoadTile(const T* HWY_RESTRICT in, std::int64_t row_stride, VI nan_limit,
                         MxTile& tile) {
  constexpr std::int64_t kAhead = 4;  // rows; the hardware follows fewer streams than a tile has
  const std::int64_t whole = tile.cols / kUnit * kUnit;
  for (std::int64_t c = 0; c < kTileCols; c += kLanes) {
    hn::Store(hn::Zero(kI), kI, tile.amax_bits + c);
  }
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    const T* const row = in + r * row_stride;
    const auto take = [&](const T* from, std::int64_t c) HWY_ATTR {
      const VF x = LoadFloat(from);
      hn::Store(x, kF, tile.values[r] + c);
      const VI amax = hn::Load(kI, tile.amax_bits + c);
      hn::Store(MaxMagnitude(amax, x, nan_limit), kI, tile.amax_bits + c);
    };
    const T* const ahead = r + kAhead < tile.rows ? row + kAhead * row_stride : row;
    for (std::int64_t c = 0; c < whole; c += kUnit) {
      for (std::size_t b = 0; b < kUnit * sizeof(T); b += 64) {
        hwy::Prefetch(reinterpret_cast<const char*>(ahead + c) + b);
      }
      for (std::int64_t i = 0; i < kUnit; i += kLanes) take(row + c + i, c + i);
    }
    if (whole < tile.cols) {
      alignas(64) T elements[kUnit] = {};
      std::memcpy(elements, row + whole, static_cast<std::size_t>(tile.cols - whole) * sizeof(T));
      for (std::int64_t i = 0; i < kUnit; i += kLanes) take(elements + i, whole + i);
    }
  }
}

/// One amax for each 32 x 32 square: every column of the square gets it.
HWY_INLINE void SpreadAmax(MxTile& tile) {
  for (std::int64_t c = 0; c < tile.Width(); c += kMxBlock) {
    VI amax = hn::Load(kI, tile.amax_bits + c);
    for (std::int64_t i = kLanes; i < kMxBlock; i += kLanes) {
      amax = hn::Max(amax, hn::Load(kI, tile.amax_bits + c + i));
    }
    amax = hn::MaxOfLanes(kI, amax);
    for (std::int64_t i = 0; i < kMxBlock; i += kLanes) hn::Store(amax, kI, tile.amax_bits + c + i);
  }
}

HWY_INLINE void ScaleTile(const E8m0Rule& rule, MxTile& tile) {
  for (std::int64_t c = 0; c < tile.Width(); c += 4 * kLanes) {
    VI codes[4];
    for (std::int64_t i = 0; i < 4; ++i) {
      codes[i] = E8m0Codes(rule, hn::Load(kI, tile.amax_bits + c + i * kLanes));
      hn::Store(E8m0Reciprocals(codes[i]), kF, tile.factor + c + i * kLanes);
    }
    StoreCodes(PackCodes(codes[0], codes[1], codes[2], codes[3]), tile.scales + c);
  }
}

/// Codes of the whole tile; row r goes to codes + r * pitch.
template <bool kPlain>
HWY_NOINLINE void EncodeTile(const MxTile& tile, const ElementRule& rule, std::uint8_t* codes,
                             std::int64_t pitch, bool stream) {
  const Codec<kPlain> codec(rule);
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    std::uint8_t* const out = codes + r * pitch;
    if (r < tile.next_rows) {
      for (std::int64_t b = 0; b < tile.next_bytes; b += 64) {
        hwy::Prefetch(tile.next + r * tile.next_pitch + b);
      }
    }
    const bool stream_row = stream && IsUnitAligned(out);
    const auto unit = [&](std::int64_t c, std::uint8_t* to, bool stream_unit) HWY_ATTR {
      StoreUnit(to, stream_unit, [&](std::int64_t i) HWY_ATTR {
        const auto scaled = [&](std::int64_t lane) HWY_ATTR {
          return Codec<kPlain>::MxProduct(hn::Load(kF, tile.values[r] + lane),
                                          hn::Load(kF, tile.factor + lane));
        };
        const std::int64_t lane = c + i * 4 * kLanes;
        return codec.EncodeFour(scaled(lane), scaled(lane + kLanes), scaled(lane + 2 * kLanes),
                                scaled(lane + 3 * kLanes));
      });
    };
    std::int64_t c = 0;
    for (; c + kUnit <= tile.cols; c += kUnit) unit(c, out + c, stream_row);
    if (c < tile.cols) {
      alignas(64) std::uint8_t last[kUnit];
      unit(c, last, false);
      std::memcpy(out + c, last, static_cast<std::size_t>(tile.cols - c));
    }
  }
}

HWY_INLINE void EncodeTile(const MxTile& tile, const ElementRule& rule, std::uint8_t* codes,
                           std::int64_t pitch, bool stream) {
  if (rule.plain) {
    EncodeTile<true>(tile, rule, codes, pitch, stream);
  } else {
    EncodeTile<false>(tile, rule, codes, pitch, stream);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
