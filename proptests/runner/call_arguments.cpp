// SPDX-License-Identifier: Apache-2.0
#include "runner/call_arguments.h"

#include <bit>
#include <cstring>

namespace fp8oracle::runner {
namespace {

/// Words that hold so many bytes, and a tail.
std::size_t words(std::size_t bytes) { return (bytes + kFarBytes + 7) / 8; }

}  // namespace

CallArguments::CallArguments(const Case& c, const Arena& arena, const Step& step,
                             AddressOf address_of)
    : case_(c),
      arena_(arena),
      step_(step),
      operation_(fp8oracle::operation(*step.operation)),
      address_of_(std::move(address_of)),
      args_(words(operation_.args_bytes)) {
  const Scheme scheme = scheme_of(c, step);
  link_scheme(scheme.abi());
  const auto size = static_cast<std::uint32_t>(operation_.args_bytes);
  std::memcpy(args_.data(), &size, sizeof size);
  fill(operation_.fields, args_.data(), -1);
}

void CallArguments::link_scheme(const AbiScheme& abi) {
  const AbiScheme::Parts& parts = abi.parts();
  scheme_.format.value = parts.format;
  scheme_.grid.value = parts.grid;
  scheme_.values.assign(parts.knobs.begin(), parts.knobs.end());
  const auto count = static_cast<std::uint32_t>(scheme_.values.size());
  scheme_.values.resize(count + kFarKnobs);
  scheme_.profile = abi.profile();
  scheme_.knobs.value = {sizeof(fp8oracle_knobs), count, scheme_.values.data()};
  scheme_.scheme.value = {sizeof(fp8oracle_scheme), parts.directions,      parts.layout,
                          scheme_.profile.c_str(),  &scheme_.format.value, &scheme_.grid.value,
                          &scheme_.knobs.value};
}

void CallArguments::set_workspace(const fp8oracle_buffer& workspace) {
  field_of<fp8oracle_buffer>(args_.data(), *operation_.find(FieldRole::kWorkspace)) = workspace;
}

std::string CallArguments::path(const Field& field, std::int64_t item) const {
  const std::string name(field.name);
  return item < 0 ? name : item_prefix(static_cast<std::size_t>(item)) + name;
}

void CallArguments::fill(std::span<const Field> fields, void* data, std::int64_t item) {
  for (const Field& field : fields) fill(field, data, item);
}

void CallArguments::fill(const Field& field, void* data, std::int64_t item) {
  const std::string where = path(field, item);
  const std::string& given = step_.operand(where);
  switch (field.role) {
    case FieldRole::kScheme:
      field_of<const fp8oracle_scheme*>(data, field) = &scheme_.scheme.value;
      return;
    case FieldRole::kItems: return fill_items(field, data);
    case FieldRole::kExtent: field_of<std::int64_t>(data, field) = extent(field); return;
    case FieldRole::kType:
    case FieldRole::kFlag: field_of<std::uint32_t>(data, field) = step_.option(field.name); return;
    case FieldRole::kFloor:
      field_of<float>(data, field) = std::bit_cast<float>(step_.option(field.name));
      return;
    case FieldRole::kWorkspace: return;  // set_workspace()
    case FieldRole::kMatrixIn:
    case FieldRole::kMatrixOut:
      if (!given.empty()) field_of<fp8oracle_matrix>(data, field) = matrix(field, given);
      return;
    case FieldRole::kPairIn:
    case FieldRole::kPairOut:
    case FieldRole::kPairGiven:
      if (!given.empty()) field_of<fp8oracle_pair>(data, field) = pair(field, where, given);
      return;
    case FieldRole::kScalesIn:
    case FieldRole::kScalesOut:
      if (!given.empty())
        field_of<fp8oracle_buffer>(data, field) =
            buffer(arena_.scale_inv(given, step_.directions()));
      return;
    case FieldRole::kCellIn:
    case FieldRole::kCellOut:
    case FieldRole::kCellInOut:
    case FieldRole::kNoop:
      if (!given.empty()) field_of<fp8oracle_buffer>(data, field) = buffer(arena_.named(given));
      return;
  }
}

void CallArguments::fill_items(const Field& field, void* data) {
  const std::size_t count = step_.items();
  items_.resize(words(count * field.item_bytes));
  auto* at = reinterpret_cast<char*>(items_.data());
  for (std::size_t i = 0; i < count; ++i)
    fill(field.item_fields, at + i * field.item_bytes, static_cast<std::int64_t>(i));
  field_of<ItemList>(data, field) = {count == 0 ? nullptr : at, field.item_bytes, count};
}

fp8oracle_matrix CallArguments::matrix(const Field& field, const std::string& name) const {
  if (field.role == FieldRole::kMatrixIn) {
    const InputDecl& x = case_.input(name);
    return {buffer(arena_.named(name)), static_cast<std::uint32_t>(x.type), x.rows, x.cols,
            x.row_stride};
  }
  const OutputDecl& y = case_.output(name);
  return {buffer(arena_.named(name)), static_cast<std::uint32_t>(y.type), y.rows, y.cols, y.cols};
}

fp8oracle_pair CallArguments::pair(const Field& field, const std::string& where,
                                   const std::string& tensor) const {
  const unsigned direction = field.direction != 0 ? field.direction : step_.directions();
  fp8oracle_pair pair{};
  pair.codes = buffer(arena_.codes(tensor, direction));
  if (!step_.leaves_out(where + ".scale_inv"))
    pair.scale_inv = buffer(arena_.scale_inv(tensor, direction));
  return pair;
}

/// Of the tensor whose scales are permuted.
std::int64_t CallArguments::extent(const Field& field) const {
  const std::vector<Binding> list = bindings(step_);
  const Binding* scales = find(list, FieldRole::kScalesIn);
  const TensorDecl& t = case_.tensor(scales->operand);
  return field.name == "rows" ? t.rows : t.cols;
}

}  // namespace fp8oracle::runner
