// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fp8oracle/scheme.h"

namespace fp8oracle::bench {

/// What one row of the table times.
struct Operation {
  std::string_view name;     ///< as --op takes it
  std::string_view meaning;  ///< one line for --help and the page
  fp8oracle_operation abi;
  Grid grid;
  unsigned directions;
  fp8oracle_layout layout;
  bool loop = false;  ///< one call of the single operation a tensor
};

std::span<const Operation> operations();
/// Throws UsageError that lists the names.
const Operation& find_operation(std::string_view name);

/// One row: an operation on `count` tensors of [rows, cols].
struct RowSpec {
  const Operation* operation = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t count = 1;
  fp8oracle_type type = FP8ORACLE_BF16;
  Format format = kE4M3;

  std::int64_t elements() const { return rows * cols * count; }
  /// "64x(512x1024)", "8192x8192".
  std::string shape() const;
  /// "quantize 8192x8192 bf16 e4m3"
  std::string name() const;
  Scheme scheme() const;
  /// What the operation reads and writes. Current scaling reads its input twice: a whole tensor
  /// does not stay on the chip.
  std::uint64_t bytes() const;
};

}  // namespace fp8oracle::bench
