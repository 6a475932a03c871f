// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "fp8oracle/backend.h"
#include "fp8oracle/operations/fields.h"

namespace fp8oracle {

/// Which schemes an operation takes.
enum class SchemeRule {
  kAnyScheme,
  kGivenScale,      ///< grids whose one scale is given
  kOneDirection,    ///< scheme.directions is that of its pair
  kPermutedScales,  ///< MX, one direction, compact or padded: what the swizzle can permute
};

/// One operation: what operations.def and fields.h say of it.
struct Operation {
  fp8oracle_operation id;
  std::string_view name;
  std::size_t args_bytes;  ///< sizeof its argument struct
  std::span<const Field> fields;
  SchemeRule schemes;

  /// The field with this role, or null. Matrix, items, noop, ... stand at most once in an
  /// operation.
  const Field* find(FieldRole role) const;
  const Field* find(std::string_view field_name) const;
};

/// In the order of their numbers.
std::span<const Operation> operations();
/// Null for a number that is none.
const Operation* find_operation(std::uint32_t id);
const Operation* find_operation(std::string_view name);
/// Precondition: `id` is one of the list.
const Operation& operation(fp8oracle_operation id);

/// The field of a struct. `T` is the type that the role says.
template <typename T>
const T& field_of(const void* args, const Field& field) {
  return *reinterpret_cast<const T*>(static_cast<const char*>(args) + field.offset);
}
template <typename T>
T& field_of(void* args, const Field& field) {
  return *reinterpret_cast<T*>(static_cast<char*>(args) + field.offset);
}

/// What stands behind the pointer of a kItems field: a list of structs that may be longer than
/// those known here.
struct ItemList {
  const void* items;
  std::uint64_t item_bytes;
  std::uint64_t count;
  const void* operator[](std::uint64_t i) const {
    return static_cast<const char*>(items) + i * item_bytes;
  }
};
inline ItemList items_of(const void* args, const Field& field) {
  return field_of<ItemList>(args, field);
}

/// Item i of quantize_many.
inline const fp8oracle_quantize_item& item_of(const fp8oracle_quantize_many_args& args,
                                              std::uint64_t i) {
  const ItemList list{args.items, args.item_bytes, args.count};
  return *static_cast<const fp8oracle_quantize_item*>(list[i]);
}

}  // namespace fp8oracle
