// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "fp8oracle/backend.h"

// One description of each argument struct of the ABI: for every field its name, what it is for, and
// whether it may be absent. Read beside backend.h, which it describes and does not replace.
namespace fp8oracle {

/// What a field is for; it decides the C type.
enum class FieldRole {
  kScheme,     ///< const fp8oracle_scheme*
  kMatrixIn,   ///< fp8oracle_matrix, read; its shape is the operation's
  kMatrixOut,  ///< fp8oracle_matrix, written; dense; its shape is the operation's
  kPairIn,     ///< fp8oracle_pair: codes and scale_inv are read
  kPairOut,    ///< fp8oracle_pair: codes and scale_inv are written
  kPairGiven,  ///< fp8oracle_pair: codes are written, scale_inv is read
  kScalesIn,   ///< fp8oracle_buffer: the scale_inv of a tensor, read
  kScalesOut,  ///< fp8oracle_buffer: the scale_inv of a tensor, written
  kCellIn,     ///< fp8oracle_buffer of one FP32, read when the kernel runs
  kCellOut,    ///< ... written
  kCellInOut,  ///< ... read and written
  kItems,      ///< const void*; item_bytes and count stand behind it
  kWorkspace,  ///< fp8oracle_buffer
  kNoop,       ///< fp8oracle_buffer of one FP32; 1.0f stops the operation
  kExtent,     ///< int64_t: rows or cols of a tensor that no matrix of the call shows
  kType,       ///< uint32_t, host option: an fp8oracle_type
  kFlag,       ///< uint32_t, host option: 0 or 1
  kFloor,      ///< float, host option: finite, >= 0
};

/// Which layout a bare scale_inv has.
enum class ScalesLayout { kOfTheScheme, kSwizzled };

enum class Presence {
  kRequired,
  kOptional,
  kOfGivenScale,  ///< optional where the grid has one given scale, forbidden elsewhere
};

// In the order in which a reader of the lists below wants them.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct Field {
  std::string_view name;  ///< as the ABI spells it
  FieldRole role;
  std::size_t offset;
  Presence presence = Presence::kRequired;
  /// Pairs: the direction they are of; 0 = the one that scheme.directions names.
  unsigned direction = 0;
  ScalesLayout layout = ScalesLayout::kOfTheScheme;
  std::span<const Field> item_fields{};  ///< kItems: of one of them
  std::size_t item_bytes = 0;
};

namespace fields {

using enum FieldRole;
using enum Presence;

inline constexpr Field kQuantizeFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_quantize_args, scheme)},
    {"input", kMatrixIn, offsetof(fp8oracle_quantize_args, input)},
    {"scale", kCellIn, offsetof(fp8oracle_quantize_args, scale), kOfGivenScale},
    {"amax", kCellInOut, offsetof(fp8oracle_quantize_args, amax), kOfGivenScale},
    {"rowwise", kPairOut, offsetof(fp8oracle_quantize_args, rowwise), kOptional, FP8ORACLE_ROWWISE},
    {"columnwise", kPairOut, offsetof(fp8oracle_quantize_args, columnwise), kOptional,
     FP8ORACLE_COLUMNWISE},
    {"workspace", kWorkspace, offsetof(fp8oracle_quantize_args, workspace), kOptional},
    {"noop", kNoop, offsetof(fp8oracle_quantize_args, noop), kOptional},
};

inline constexpr Field kAmaxFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_amax_args, scheme)},
    {"input", kMatrixIn, offsetof(fp8oracle_amax_args, input)},
    {"amax", kCellOut, offsetof(fp8oracle_amax_args, amax)},
    {"workspace", kWorkspace, offsetof(fp8oracle_amax_args, workspace), kOptional},
    {"noop", kNoop, offsetof(fp8oracle_amax_args, noop), kOptional},
};

inline constexpr Field kScaleFromAmaxFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_scale_from_amax_args, scheme)},
    {"input_type", kType, offsetof(fp8oracle_scale_from_amax_args, input_type)},
    {"pow2", kFlag, offsetof(fp8oracle_scale_from_amax_args, pow2)},
    {"eps", kFloor, offsetof(fp8oracle_scale_from_amax_args, eps)},
    {"amax", kCellIn, offsetof(fp8oracle_scale_from_amax_args, amax)},
    {"scale", kCellInOut, offsetof(fp8oracle_scale_from_amax_args, scale)},
    {"noop", kNoop, offsetof(fp8oracle_scale_from_amax_args, noop), kOptional},
};

inline constexpr Field kQuantizeCurrentFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_quantize_current_args, scheme)},
    {"input", kMatrixIn, offsetof(fp8oracle_quantize_current_args, input)},
    {"pow2", kFlag, offsetof(fp8oracle_quantize_current_args, pow2)},
    {"eps", kFloor, offsetof(fp8oracle_quantize_current_args, eps)},
    {"amax", kCellOut, offsetof(fp8oracle_quantize_current_args, amax), kOptional},
    {"scale", kCellInOut, offsetof(fp8oracle_quantize_current_args, scale), kOptional},
    {"rowwise", kPairOut, offsetof(fp8oracle_quantize_current_args, rowwise), kOptional,
     FP8ORACLE_ROWWISE},
    {"columnwise", kPairOut, offsetof(fp8oracle_quantize_current_args, columnwise), kOptional,
     FP8ORACLE_COLUMNWISE},
    {"workspace", kWorkspace, offsetof(fp8oracle_quantize_current_args, workspace), kOptional},
    {"noop", kNoop, offsetof(fp8oracle_quantize_current_args, noop), kOptional},
};

inline constexpr Field kQuantizeItemFields[] = {
    {"input", kMatrixIn, offsetof(fp8oracle_quantize_item, input)},
    {"scale", kCellIn, offsetof(fp8oracle_quantize_item, scale), kOfGivenScale},
    {"amax", kCellInOut, offsetof(fp8oracle_quantize_item, amax), kOfGivenScale},
    {"rowwise", kPairOut, offsetof(fp8oracle_quantize_item, rowwise), kOptional, FP8ORACLE_ROWWISE},
    {"columnwise", kPairOut, offsetof(fp8oracle_quantize_item, columnwise), kOptional,
     FP8ORACLE_COLUMNWISE},
};

inline constexpr Field kQuantizeManyFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_quantize_many_args, scheme)},
    {.name = "items",
     .role = kItems,
     .offset = offsetof(fp8oracle_quantize_many_args, items),
     .item_fields = kQuantizeItemFields,
     .item_bytes = sizeof(fp8oracle_quantize_item)},
    {"workspace", kWorkspace, offsetof(fp8oracle_quantize_many_args, workspace), kOptional},
    {"noop", kNoop, offsetof(fp8oracle_quantize_many_args, noop), kOptional},
};

inline constexpr Field kScaleInverseFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_scale_inverse_args, scheme)},
    {"scale", kCellIn, offsetof(fp8oracle_scale_inverse_args, scale), kOptional},
    {"scale_inv", kCellOut, offsetof(fp8oracle_scale_inverse_args, scale_inv)},
};

inline constexpr Field kQuantizeGivenFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_quantize_given_args, scheme)},
    {"input", kMatrixIn, offsetof(fp8oracle_quantize_given_args, input)},
    {"rowwise", kPairGiven, offsetof(fp8oracle_quantize_given_args, rowwise), kOptional,
     FP8ORACLE_ROWWISE},
    {"columnwise", kPairGiven, offsetof(fp8oracle_quantize_given_args, columnwise), kOptional,
     FP8ORACLE_COLUMNWISE},
    {"noop", kNoop, offsetof(fp8oracle_quantize_given_args, noop), kOptional},
};

inline constexpr Field kDequantizeFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_dequantize_args, scheme)},
    {"pair", kPairIn, offsetof(fp8oracle_dequantize_args, pair)},
    {"output", kMatrixOut, offsetof(fp8oracle_dequantize_args, output)},
};

inline constexpr Field kSwizzleFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_swizzle_args, scheme)},
    {"rows", kExtent, offsetof(fp8oracle_swizzle_args, rows)},
    {"cols", kExtent, offsetof(fp8oracle_swizzle_args, cols)},
    {"input", kScalesIn, offsetof(fp8oracle_swizzle_args, input)},
    {.name = "output",
     .role = kScalesOut,
     .offset = offsetof(fp8oracle_swizzle_args, output),
     .layout = ScalesLayout::kSwizzled},
};

inline constexpr Field kUnswizzleFields[] = {
    {"scheme", kScheme, offsetof(fp8oracle_swizzle_args, scheme)},
    {"rows", kExtent, offsetof(fp8oracle_swizzle_args, rows)},
    {"cols", kExtent, offsetof(fp8oracle_swizzle_args, cols)},
    {.name = "input",
     .role = kScalesIn,
     .offset = offsetof(fp8oracle_swizzle_args, input),
     .layout = ScalesLayout::kSwizzled},
    {"output", kScalesOut, offsetof(fp8oracle_swizzle_args, output)},
};

}  // namespace fields
}  // namespace fp8oracle
