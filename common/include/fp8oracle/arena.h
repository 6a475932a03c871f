// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fp8oracle/case.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle {

/// What the bytes of a buffer are.
enum class Role { kInput, kCell, kCodes, kScaleInv, kOutput };

/// One buffer of a case, where it lies in the arena, and how to read it.
struct ArenaBuffer {
  std::string name;   ///< "t.rowwise.codes", "x", "scale"
  std::string owner;  ///< the declaration: "t"
  Role role = Role::kInput;
  unsigned direction = 0;   ///< codes, scale_inv: one fp8oracle_direction bit
  std::uint64_t begin = 0;  ///< first byte in the arena
  std::uint64_t bytes = 0;
  std::int64_t element_bytes = 1;
  bool e8m0 = false;                    ///< scale_inv of an MX tensor
  fp8oracle_type type = FP8ORACLE_F32;  ///< of inputs, outputs, FP32 cells and scale_inv
  std::int64_t rows = 0, cols = 0;      ///< as stored
  ScaleGrid scales{};                   ///< role kScaleInv
};

/// All buffers of a case in one block of memory, poisoned guard zones between and around them.
struct Arena {
  static constexpr std::uint64_t kGuardBytes = 256;
  std::vector<ArenaBuffer> buffers;
  std::uint64_t bytes = 0;

  const ArenaBuffer& codes(std::string_view tensor, unsigned direction) const;
  const ArenaBuffer& scale_inv(std::string_view tensor, unsigned direction) const;
  const ArenaBuffer& named(std::string_view name) const;
  const ArenaBuffer* find(std::string_view name) const;
};

/// Lays the buffers out; a pure function of the case, so parent, child and comparator agree.
/// Per tensor with both directions there is one scale_inv, named "<tensor>.scale_inv" (direction
/// 3).
Arena lay_out(const Case& c);

/// Which of the two poisons the outputs and guards hold before the first step. kNone: only inputs
/// and cells are set on the backend's side, so that a sanitizer sees what a kernel reads and
/// nobody wrote; on the host's side what was not written stands there as under kA.
enum class Fill { kA, kB, kNone };
/// The arena's contents before the first step: guards and outputs poisoned, inputs and cells set.
std::vector<std::uint8_t> initial_arena(const Case& c, const Arena& arena, Fill fill);

}  // namespace fp8oracle
