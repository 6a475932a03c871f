// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/operations/operation.h"

#include <algorithm>
#include <array>

namespace fp8oracle {
namespace {

using namespace fields;
using enum SchemeRule;

constexpr std::array kOperations{
#define FP8ORACLE_OPERATION(ID, name, Args, its_fields, schemes) \
  Operation{FP8ORACLE_OP_##ID, #name, sizeof(Args), its_fields, schemes},
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
};

constexpr bool numbered_in_order() {
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    if (kOperations[i].id != i) return false;
  }
  return true;
}
static_assert(numbered_in_order(), "operations.def stands in the order of the ABI's numbers");

constexpr std::size_t bytes_of(FieldRole role) {
  switch (role) {
    case FieldRole::kScheme: return sizeof(const fp8oracle_scheme*);
    case FieldRole::kMatrixIn:
    case FieldRole::kMatrixOut: return sizeof(fp8oracle_matrix);
    case FieldRole::kPairIn:
    case FieldRole::kPairOut:
    case FieldRole::kPairGiven: return sizeof(fp8oracle_pair);
    case FieldRole::kItems: return sizeof(ItemList);
    case FieldRole::kExtent: return sizeof(std::int64_t);
    case FieldRole::kType:
    case FieldRole::kFlag: return sizeof(std::uint32_t);
    case FieldRole::kFloor: return sizeof(float);
    case FieldRole::kScalesIn:
    case FieldRole::kScalesOut:
    case FieldRole::kCellIn:
    case FieldRole::kCellOut:
    case FieldRole::kCellInOut:
    case FieldRole::kWorkspace:
    case FieldRole::kNoop: break;
  }
  return sizeof(fp8oracle_buffer);
}

// The fields stand one behind the other, from struct_size to the end: the header has none that
// fields.h lacks.
constexpr bool fields_cover(std::span<const Field> list, std::size_t begin, std::size_t bytes) {
  constexpr std::size_t kAlignment = 8;
  std::size_t end = begin;
  for (const Field& field : list) {
    if (field.offset < end || field.offset - end >= kAlignment) return false;
    end = field.offset + bytes_of(field.role);
    if (field.role == FieldRole::kItems && !fields_cover(field.item_fields, 0, field.item_bytes))
      return false;
  }
  return bytes >= end && bytes - end < kAlignment;
}
constexpr bool every_field_is_described() {
  for (const Operation& o : kOperations) {
    if (!fields_cover(o.fields, sizeof(std::uint32_t), o.args_bytes)) return false;
  }
  return true;
}
static_assert(every_field_is_described(), "fields.h and backend.h have the same fields");

}  // namespace

const Field* Operation::find(FieldRole role) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [role](const Field& f) { return f.role == role; });
  return found == fields.end() ? nullptr : &*found;
}

const Field* Operation::find(std::string_view field_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [field_name](const Field& f) { return f.name == field_name; });
  return found == fields.end() ? nullptr : &*found;
}

std::span<const Operation> operations() { return kOperations; }

const Operation* find_operation(std::uint32_t id) {
  return id < kOperations.size() ? &kOperations[id] : nullptr;
}

const Operation* find_operation(std::string_view name) {
  for (const Operation& o : kOperations) {
    if (o.name == name) return &o;
  }
  return nullptr;
}

const Operation& operation(fp8oracle_operation id) {
  return kOperations.at(static_cast<std::size_t>(id));
}

}  // namespace fp8oracle
