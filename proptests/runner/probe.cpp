// SPDX-License-Identifier: Apache-2.0
#include "runner/probe.h"

#include <array>
#include <cstring>
#include <vector>

#include "fp8oracle/client.hpp"
#include "fp8oracle/layout.h"
#include "fp8oracle/operations/operation.h"
#include "fp8oracle/scale_grid.h"

namespace fp8oracle::runner {
namespace {

constexpr std::int64_t kExtent = 256;
constexpr std::uint64_t kAlignment = 256;

/// The arguments of the call that is asked about. No memory stands behind its addresses.
class Probe {
 public:
  Probe(const Operation& operation, AbiScheme scheme, fp8oracle_type type, bool noop)
      : abi_(std::move(scheme)),
        scheme_(resolve(*abi_.get())),
        type_(type),
        noop_(noop),
        args_((operation.args_bytes + 7) / 8) {
    const auto size = static_cast<std::uint32_t>(operation.args_bytes);
    std::memcpy(args_.data(), &size, sizeof size);
    fill(operation.fields, args_.data());
  }

  const void* args() const { return args_.data(); }

 private:
  void fill(std::span<const Field> fields, void* data) {
    for (const Field& field : fields) fill(field, data);
  }

  void fill(const Field& field, void* data) {
    switch (field.role) {
      case FieldRole::kScheme: field_of<const fp8oracle_scheme*>(data, field) = abi_.get(); return;
      case FieldRole::kMatrixIn:
      case FieldRole::kMatrixOut:
        field_of<fp8oracle_matrix>(data, field) = {buffer(kExtent * kExtent * size_of(type_)),
                                                   static_cast<std::uint32_t>(type_), kExtent,
                                                   kExtent, kExtent};
        return;
      case FieldRole::kPairIn:
      case FieldRole::kPairOut:
      case FieldRole::kPairGiven:
        field_of<fp8oracle_pair>(data, field) = pair(field.direction);
        return;
      case FieldRole::kScalesIn:
      case FieldRole::kScalesOut: field_of<fp8oracle_buffer>(data, field) = scales(field); return;
      case FieldRole::kCellIn:
      case FieldRole::kCellOut:
      case FieldRole::kCellInOut:
        if (field.presence != Presence::kOfGivenScale || scheme_.grid.scale_is_given())
          field_of<fp8oracle_buffer>(data, field) = buffer(sizeof(float));
        return;
      case FieldRole::kItems:
        item_.resize((field.item_bytes + 7) / 8);
        fill(field.item_fields, item_.data());
        field_of<ItemList>(data, field) = {item_.data(), field.item_bytes, 1};
        return;
      case FieldRole::kExtent: field_of<std::int64_t>(data, field) = kExtent; return;
      case FieldRole::kType:
        field_of<std::uint32_t>(data, field) = static_cast<std::uint32_t>(type_);
        return;
      case FieldRole::kNoop:
        if (noop_) field_of<fp8oracle_buffer>(data, field) = buffer(sizeof(float));
        return;
      case FieldRole::kWorkspace:
      case FieldRole::kFlag:
      case FieldRole::kFloor: return;  // absent, off, 0
    }
  }

  fp8oracle_buffer buffer(std::int64_t bytes) {
    const std::uint64_t at = next_;
    next_ += (static_cast<std::uint64_t>(bytes) / kAlignment + 1) * kAlignment;
    // Not read by anyone: an address of the right alignment is all that is asked for.
    return {reinterpret_cast<void*>(at), static_cast<std::uint64_t>(bytes)};
  }

  fp8oracle_pair pair(unsigned direction) {
    if (direction == 0) direction = scheme_.directions;
    if ((scheme_.directions & direction) == 0) return {};
    const auto d = static_cast<fp8oracle_direction>(direction);
    fp8oracle_pair pair{};
    pair.codes = buffer(kExtent * kExtent);
    const bool one_for_both = scheme_.grid.scale_is_given() && scale_inv_.data != nullptr;
    if (!one_for_both) scale_inv_ = buffer(scale_grid(scheme_, d, kExtent, kExtent).bytes());
    pair.scale_inv = scale_inv_;
    return pair;
  }

  fp8oracle_buffer scales(const Field& field) {
    ResolvedScheme scheme = scheme_;
    if (field.layout == ScalesLayout::kSwizzled) scheme.layout = FP8ORACLE_LAYOUT_SWIZZLED;
    const auto direction = static_cast<fp8oracle_direction>(scheme.directions);
    return buffer(scale_grid(scheme, direction, kExtent, kExtent).bytes());
  }

  AbiScheme abi_;
  const ResolvedScheme scheme_;
  const fp8oracle_type type_;
  const bool noop_;
  std::vector<std::uint64_t> args_, item_;
  fp8oracle_buffer scale_inv_{};
  std::uint64_t next_ = std::uint64_t{1} << 20;
};

}  // namespace

std::string why_unsupported(const fp8oracle_backend_table& table, fp8oracle_operation id,
                            AbiScheme scheme, fp8oracle_type type, bool noop) {
  const Operation& operation = fp8oracle::operation(id);
  if (!client::Client(&table).offers(id))
    return "the backend has no " + std::string(operation.name);
  const Probe probe(operation, std::move(scheme), type, noop);
  std::array<char, 512> text{};
  const auto status = table.supports(id, probe.args(), {text.data(), text.size()});
  if (status == FP8ORACLE_OK) return {};
  return text[0] != '\0' ? text.data() : "denied without a reason";
}

}  // namespace fp8oracle::runner
