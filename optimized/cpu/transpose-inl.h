// SPDX-License-Identifier: Apache-2.0
// Transposing bytes, for the Highway target that is being compiled.
#if defined(FP8ORACLE_CPU_TRANSPOSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FP8ORACLE_CPU_TRANSPOSE_INL_H_
#undef FP8ORACLE_CPU_TRANSPOSE_INL_H_
#else
#define FP8ORACLE_CPU_TRANSPOSE_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "codec-inl.h"
#include "hwy/highway.h"
#include "memory-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fp8oracle::cpu {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
HWY_INLINE void Transpose16x16(const std::uint8_t* HWY_RESTRICT from, std::int64_t from_pitch,
                               std::uint8_t* HWY_RESTRICT to, std::int64_t to_pitch) {
  for (int r = 0; r < 16; ++r) {
    for (int c = 0; c < 16; ++c) to[c * to_pitch + r] = from[r * from_pitch + c];
  }
}
#else
/// to[c][r] = from[r][c] for 16 x 16 bytes: four rounds of interleaving rows i and i + 8.
HWY_INLINE void Transpose16x16(const std::uint8_t* HWY_RESTRICT from, std::int64_t from_pitch,
                               std::uint8_t* HWY_RESTRICT to, std::int64_t to_pitch) {
  const hn::FixedTag<std::uint8_t, 16> d;
  hn::Vec<decltype(d)> a[16], b[16];
  for (int i = 0; i < 16; ++i) a[i] = hn::LoadU(d, from + i * from_pitch);
  // Byte-wise each round doubles the stride between neighbours of one column: after four rounds
  // vector c holds column c.
  for (int i = 0; i < 8; ++i) {
    b[2 * i] = hn::InterleaveLower(d, a[i], a[i + 8]);
    b[2 * i + 1] = hn::InterleaveUpper(d, a[i], a[i + 8]);
  }
  for (int i = 0; i < 8; ++i) {
    a[2 * i] = hn::InterleaveLower(d, b[i], b[i + 8]);
    a[2 * i + 1] = hn::InterleaveUpper(d, b[i], b[i + 8]);
  }
  for (int i = 0; i < 8; ++i) {
    b[2 * i] = hn::InterleaveLower(d, a[i], a[i + 8]);
    b[2 * i + 1] = hn::InterleaveUpper(d, a[i], a[i + 8]);
  }
  for (int i = 0; i < 8; ++i) {
    a[2 * i] = hn::InterleaveLower(d, b[i], b[i + 8]);
    a[2 * i + 1] = hn::InterleaveUpper(d, b[i], b[i + 8]);
  }
  for (int i = 0; i < 16; ++i) hn::StoreU(a[i], d, to + i * to_pitch);
}
#endif

/// to[c][r] = from[r][c] for any shape; whole 16 x 16 blocks by vectors, the edges one by one.
inline HWY_NOINLINE void TransposeBytes(const std::uint8_t* HWY_RESTRICT from,
                                        std::int64_t from_pitch, std::uint8_t* HWY_RESTRICT to,
                                        std::int64_t to_pitch, std::int64_t rows,
                                        std::int64_t cols) {
  const std::int64_t whole_rows = rows / 16 * 16;
  const std::int64_t whole_cols = cols / 16 * 16;
  for (std::int64_t c = 0; c < whole_cols; c += 16) {
    for (std::int64_t r = 0; r < whole_rows; r += 16) {
      Transpose16x16(from + r * from_pitch + c, from_pitch, to + c * to_pitch + r, to_pitch);
    }
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = r < whole_rows ? whole_cols : 0; c < cols; ++c) {
      to[c * to_pitch + r] = from[r * from_pitch + c];
    }
  }
}

/// Transposes a band of at most 64 rows into `to`, a line of codes at a time; `stream` as in
/// StoreUnit, used for the lines that are whole and aligned.
inline HWY_ATTR void TransposeBand(const std::uint8_t* HWY_RESTRICT from, std::int64_t from_pitch,
                                   std::uint8_t* HWY_RESTRICT to, std::int64_t to_pitch,
                                   std::int64_t rows, std::int64_t cols, bool stream) {
  if (rows < kUnit) {
    TransposeBytes(from, from_pitch, to, to_pitch, rows, cols);
    return;
  }
  alignas(64) std::uint8_t lines[kUnit][kUnit];
  for (std::int64_t c = 0; c < cols; c += kUnit) {
    const std::int64_t width = HWY_MIN(kUnit, cols - c);
    TransposeBytes(from + c, from_pitch, &lines[0][0], kUnit, kUnit, width);
    for (std::int64_t i = 0; i < width; ++i) {
      std::uint8_t* const line = to + (c + i) * to_pitch;
      StoreUnit(line, stream && IsUnitAligned(line),
                [&](std::int64_t v) HWY_ATTR { return LoadCodes(&lines[i][v * 4 * kLanes]); });
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace fp8oracle::cpu
HWY_AFTER_NAMESPACE();

#endif  // include guard of each target
