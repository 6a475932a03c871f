// SPDX-License-Identifier: Apache-2.0
#include "operation.h"

#include <array>

#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/quote.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle::bench {
namespace {

constexpr unsigned kRow = FP8ORACLE_ROWWISE;
constexpr unsigned kCol = FP8ORACLE_COLUMNWISE;
constexpr unsigned kBoth = kRow | kCol;
constexpr Grid kTensor = kTensorGrid;
constexpr Grid kMx = kMx32Grid;
constexpr auto kCompact = FP8ORACLE_LAYOUT_COMPACT;
constexpr auto kPadded = FP8ORACLE_LAYOUT_PADDED;
constexpr auto kSwizzled = FP8ORACLE_LAYOUT_SWIZZLED;

constexpr std::array kOperations{
    Operation{"quantize", "codes, scale_inv and amax, with a given scale", FP8ORACLE_OP_QUANTIZE,
              kTensor, kRow, kCompact},
    Operation{"quantize-transpose", "the same with the transposed codes beside them",
              FP8ORACLE_OP_QUANTIZE, kTensor, kBoth, kCompact},
    Operation{"amax", "max|x| of the tensor", FP8ORACLE_OP_AMAX, kTensor, kRow, kCompact},
    Operation{"current", "amax, scale from amax, quantize, in one operation",
              FP8ORACLE_OP_QUANTIZE_CURRENT, kTensor, kRow, kCompact},
    Operation{"current-transpose", "the same with the transposed codes beside them",
              FP8ORACLE_OP_QUANTIZE_CURRENT, kTensor, kBoth, kCompact},
    Operation{"mx-rowwise", "MX blocks along the rows", FP8ORACLE_OP_QUANTIZE, kMx, kRow, kCompact},
    Operation{"mx-columnwise", "MX blocks along the columns", FP8ORACLE_OP_QUANTIZE, kMx, kCol,
              kCompact},
    Operation{"mx-both-padded", "both from one read, padded scale_inv", FP8ORACLE_OP_QUANTIZE, kMx,
              kBoth, kPadded},
    Operation{"mx-both-swizzled", "both from one read, swizzled scale_inv", FP8ORACLE_OP_QUANTIZE,
              kMx, kBoth, kSwizzled},
    Operation{"mx-squares", "blocks of 32 x 32, both directions, padded scale_inv",
              FP8ORACLE_OP_QUANTIZE, kMx32x32Grid, kBoth, kPadded},
    Operation{"dequantize", "per tensor, to the row's type", FP8ORACLE_OP_DEQUANTIZE, kTensor, kRow,
              kCompact},
    Operation{"dequantize-mx", "MX rowwise, to the row's type", FP8ORACLE_OP_DEQUANTIZE, kMx, kRow,
              kCompact},
    Operation{"swizzle", "scale_inv of MX rowwise, padded to swizzled", FP8ORACLE_OP_SWIZZLE, kMx,
              kRow, kPadded},
    Operation{"unswizzle", "the way back", FP8ORACLE_OP_UNSWIZZLE, kMx, kRow, kPadded},
    Operation{"many-transpose", "quantize-transpose of many tensors in one call",
              FP8ORACLE_OP_QUANTIZE_MANY, kTensor, kBoth, kCompact},
    Operation{"loop-transpose", "quantize-transpose of many tensors, one call each",
              FP8ORACLE_OP_QUANTIZE, kTensor, kBoth, kCompact, true},
};

std::uint64_t scale_bytes(const RowSpec& row) {
  const ResolvedScheme scheme = row.scheme().resolved();
  std::int64_t bytes = 0;
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!scheme.has(direction)) continue;
    bytes += row.count * scale_grid(scheme, direction, row.rows, row.cols).bytes();
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Operation& find_operation(std::string_view name) {
  std::string names;
  for (const Operation& operation : kOperations) {
    if (operation.name == name) return operation;
    names += (names.empty() ? "" : ", ") + std::string(operation.name);
  }
  throw UsageError("unknown operation " + quote(std::string(name)) + "; there are " + names);
}

std::string RowSpec::shape() const {
  const std::string one = std::to_string(rows) + "x" + std::to_string(cols);
  return count == 1 ? one : std::to_string(count) + "x(" + one + ")";
}

std::string RowSpec::name() const {
  return std::string(operation->name) + " " + shape() + " " + std::string(to_string(type)) + " " +
         std::string(format.name);
}

Scheme RowSpec::scheme() const {
  Scheme scheme;
  scheme.format = format;
  scheme.grid = operation->grid;
  scheme.directions = operation->directions;
  scheme.layout = operation->layout;
  scheme.profile = find_profile("te");
  return scheme;
}

std::uint64_t RowSpec::bytes() const {
  const auto all = static_cast<std::uint64_t>(elements());
  const std::uint64_t wide = all * static_cast<std::uint64_t>(size_of(type));
  const std::uint64_t codes = all * (operation->directions == kBoth ? 2 : 1);
  switch (operation->abi) {
    case FP8ORACLE_OP_AMAX: return wide;
    case FP8ORACLE_OP_SWIZZLE:
    case FP8ORACLE_OP_UNSWIZZLE: return 2 * scale_bytes(*this);  // padded is as large as swizzled
    case FP8ORACLE_OP_QUANTIZE_CURRENT: return 2 * wide + codes + scale_bytes(*this);
    default: return wide + codes + scale_bytes(*this);
  }
}

}  // namespace fp8oracle::bench
