// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/operations/step.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace fp8oracle {
namespace {

constexpr std::string_view kItem = "items[";

/// 2 for "items[2].rowwise"; nothing for the fields of the call.
std::optional<std::size_t> item_of_path(const std::string& path) {
  if (path.compare(0, kItem.size(), kItem) != 0) return std::nullopt;
  std::size_t index = 0;
  const char* end = path.data() + path.size();
  const auto result = std::from_chars(path.data() + kItem.size(), end, index);
  const bool of_an_item =
      result.ec == std::errc() && std::string_view(result.ptr, end).starts_with("].");
  return of_an_item ? std::optional(index) : std::nullopt;
}

bool takes_an_operand(FieldRole role) {
  switch (role) {
    case FieldRole::kMatrixIn:
    case FieldRole::kMatrixOut:
    case FieldRole::kPairIn:
    case FieldRole::kPairOut:
    case FieldRole::kPairGiven:
    case FieldRole::kScalesIn:
    case FieldRole::kScalesOut:
    case FieldRole::kCellIn:
    case FieldRole::kCellOut:
    case FieldRole::kCellInOut:
    case FieldRole::kNoop: return true;
    case FieldRole::kScheme:
    case FieldRole::kItems:
    case FieldRole::kWorkspace:
    case FieldRole::kExtent:
    case FieldRole::kType:
    case FieldRole::kFlag:
    case FieldRole::kFloor: break;
  }
  return false;
}

void append(std::vector<Binding>& list, const Step& step, std::span<const Field> fields,
            std::int64_t item) {
  for (const Field& field : fields) {
    const std::string path =
        (item < 0 ? "" : item_prefix(static_cast<std::size_t>(item))) + std::string(field.name);
    if (takes_an_operand(field.role)) list.push_back({&field, item, path, step.operand(path)});
    if (field.role != FieldRole::kItems) continue;
    const std::size_t count = step.items();
    for (std::size_t i = 0; i < count; ++i)
      append(list, step, field.item_fields, static_cast<std::int64_t>(i));
  }
}

}  // namespace

std::string_view to_string(Control control) {
  constexpr std::array<std::string_view, kControls> names{"set",         "write",  "capture",
                                                          "end_capture", "replay", "synchronize"};
  return names.at(static_cast<std::size_t>(control));
}

std::string_view Step::name() const {
  return operation ? fp8oracle::operation(*operation).name : to_string(control);
}

const std::string& Step::operand(std::string_view field) const {
  static const std::string none;
  const auto found = operands.find(field);
  return found == operands.end() ? none : found->second;
}

Step& Step::give(const std::string& field, const std::string& given) {
  operands[field] = given;
  return *this;
}

bool Step::leaves_out(std::string_view part) const {
  const auto found = operands.find(part);
  return found != operands.end() && found->second.empty();
}

std::uint32_t Step::option(std::string_view option_name, std::uint32_t otherwise) const {
  const auto found = options.find(option_name);
  return found == options.end() ? otherwise : found->second;
}

Step& Step::set(const std::string& option_name, std::uint32_t value) {
  options[option_name] = value;
  return *this;
}

std::size_t Step::items() const {
  std::size_t count = 0;
  for (auto i = operands.lower_bound(kItem); i != operands.end(); ++i) {
    const auto index = item_of_path(i->first);
    if (!index) break;
    count = std::max(count, *index + 1);
  }
  return count;
}

void Step::drop_items(std::size_t begin, std::size_t count) {
  decltype(operands) kept;
  for (const auto& [path, given] : operands) {
    const auto index = item_of_path(path);
    if (!index || *index < begin) {
      kept.emplace(path, given);
    } else if (*index >= begin + count) {
      const std::string behind = path.substr(path.find(']') + 2);
      kept.emplace(item_prefix(*index - count) + behind, given);
    }
  }
  operands = std::move(kept);
}

unsigned Step::directions() const {
  unsigned bits = 0;
  for (const auto& [field, given] : operands) {
    if (given.empty()) continue;
    if (field.ends_with("rowwise")) bits |= FP8ORACLE_ROWWISE;
    if (field.ends_with("columnwise")) bits |= FP8ORACLE_COLUMNWISE;
  }
  return bits != 0 ? bits : option("directions");
}

std::string item_prefix(std::size_t item) {
  return std::string(kItem) + std::to_string(item) + "].";
}

Step& without_scale_inv(Step& step) {
  for (const Binding& b : bindings(step)) {
    if (b.is_pair() && !b.operand.empty()) step.give(b.path + ".scale_inv", "");
  }
  return step;
}

bool Binding::is_matrix() const {
  return field->role == FieldRole::kMatrixIn || field->role == FieldRole::kMatrixOut;
}
bool Binding::is_pair() const {
  return field->role == FieldRole::kPairIn || field->role == FieldRole::kPairOut ||
         field->role == FieldRole::kPairGiven;
}
bool Binding::is_cell() const {
  return field->role == FieldRole::kCellIn || field->role == FieldRole::kCellOut ||
         field->role == FieldRole::kCellInOut || field->role == FieldRole::kNoop;
}
bool Binding::is_scales() const {
  return field->role == FieldRole::kScalesIn || field->role == FieldRole::kScalesOut;
}
bool Binding::is_written() const {
  switch (field->role) {
    case FieldRole::kMatrixOut:
    case FieldRole::kPairOut:
    case FieldRole::kPairGiven:
    case FieldRole::kScalesOut:
    case FieldRole::kCellOut:
    case FieldRole::kCellInOut: return true;
    default: return false;
  }
}

std::vector<Binding> bindings(const Step& step) {
  std::vector<Binding> list;
  if (step.operation) append(list, step, operation(*step.operation).fields, -1);
  return list;
}

const Binding* find(const std::vector<Binding>& list, FieldRole role, std::int64_t item) {
  for (const Binding& b : list) {
    if (b.item == item && b.field->role == role && !b.operand.empty()) return &b;
  }
  return nullptr;
}

}  // namespace fp8oracle
