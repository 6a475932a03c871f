// SPDX-License-Identifier: Apache-2.0
#include "runner/tamper.h"

#include <bit>

#include "fp8oracle/error.h"
#include "fp8oracle/knobs.h"

namespace fp8oracle::runner {
namespace {

/// Finds the field called `name` among those that it is shown, and overwrites it.
class Overwriter {
 public:
  Overwriter(std::string name, std::int64_t value, const MoveAddress& move)
      : name_(std::move(name)), value_(value), move_(move) {}

  void fields(std::span<const Field> list, void* data, const std::string& prefix) {
    for (const Field& f : list) field(f, data, prefix + std::string(f.name));
  }

  /// A struct that starts with its size, `bytes` long.
  void structure(const std::string& prefix, void* data, std::size_t bytes) {
    auto& size = *static_cast<std::uint32_t*>(data);
    overwrite(prefix + "struct_size", size);
    if (name_ != prefix + "tail") return;
    size += static_cast<std::uint32_t>(kFarBytes);
    auto* last = static_cast<char*>(data) + bytes + kFarBytes - 1;
    set(*reinterpret_cast<std::uint8_t*>(last), static_cast<std::uint8_t>(value_));
  }

  void finish() const {
    if (!found_) throw UsageError("case: tamper: the operation has no field '" + name_ + "'");
  }

 private:
  void field(const Field& f, void* data, const std::string& name) {
    switch (f.role) {
      case FieldRole::kScheme: return scheme(name, field_of<const fp8oracle_scheme*>(data, f));
      case FieldRole::kMatrixIn:
      case FieldRole::kMatrixOut: return matrix(name, field_of<fp8oracle_matrix>(data, f));
      case FieldRole::kPairIn:
      case FieldRole::kPairOut:
      case FieldRole::kPairGiven: return pair(name, field_of<fp8oracle_pair>(data, f));
      case FieldRole::kScalesIn:
      case FieldRole::kScalesOut:
      case FieldRole::kCellIn:
      case FieldRole::kCellOut:
      case FieldRole::kCellInOut:
      case FieldRole::kWorkspace:
      case FieldRole::kNoop: return buffer(name, field_of<fp8oracle_buffer>(data, f));
      case FieldRole::kItems: return items(name, f, field_of<ItemList>(data, f));
      case FieldRole::kExtent: return overwrite(name, field_of<std::int64_t>(data, f));
      case FieldRole::kType:
      case FieldRole::kFlag: return overwrite(name, field_of<std::uint32_t>(data, f));
      case FieldRole::kFloor: break;
    }
    if (name == name_) set(field_of<float>(data, f), std::bit_cast<float>(word()));
  }

  void scheme(const std::string& name, const fp8oracle_scheme*& place) {
    if (place == nullptr) return;
    auto& s = const_cast<fp8oracle_scheme&>(*place);  // the caller's own
    structure(name + ".", &s, sizeof s);
    overwrite(name + ".directions", s.directions);
    overwrite(name + ".layout", s.layout);
    auto& f = const_cast<fp8oracle_format&>(*s.format);
    structure(name + ".format.", &f, sizeof f);
    overwrite(name + ".format.bits", f.bits);
    overwrite(name + ".format.exponent_bits", f.exponent_bits);
    overwrite(name + ".format.mantissa_bits", f.mantissa_bits);
    overwrite(name + ".format.bias", f.bias);
    overwrite(name + ".format.max_code", f.max_code);
    overwrite(name + ".format.inf_code", f.inf_code);
    overwrite(name + ".format.nan_code", f.nan_code);
    auto& g = const_cast<fp8oracle_grid&>(*s.grid);
    structure(name + ".grid.", &g, sizeof g);
    overwrite(name + ".grid.block_rows", g.block_rows);
    overwrite(name + ".grid.block_cols", g.block_cols);
    overwrite(name + ".grid.scale_type", g.scale_type);
    overwrite(name + ".grid.repeat", g.repeat);
    overwrite(name + ".grid.levels", g.levels);
    auto& k = const_cast<fp8oracle_knobs&>(*s.knobs);
    structure(name + ".knobs.", &k, sizeof k);
    for (const Knob& knob : knobs()) {
      if (knob.id < k.count)
        overwrite(name + ".knobs." + std::string(knob.name),
                  const_cast<std::uint32_t&>(k.values[knob.id]));
    }
    if (name_ == name + ".knobs.unknown") {
      k.count += kFarKnobs;
      set(const_cast<std::uint32_t&>(k.values[k.count - 1]), word());
    }
    to_null(name + ".knobs.values", k.values);
    to_null(name + ".knobs", s.knobs);
    to_null(name + ".grid", s.grid);
    to_null(name + ".format", s.format);
    to_null(name + ".profile", s.profile);
    to_null(name, place);
  }

  void matrix(const std::string& name, fp8oracle_matrix& m) {
    buffer(name + ".data", m.data);
    overwrite(name + ".type", m.type);
    overwrite(name + ".rows", m.rows);
    overwrite(name + ".cols", m.cols);
    overwrite(name + ".row_stride", m.row_stride);
  }

  void pair(const std::string& name, fp8oracle_pair& p) {
    buffer(name + ".codes", p.codes);
    buffer(name + ".scale_inv", p.scale_inv);
    buffer(name + ".second_scale", p.second_scale);
  }

  void buffer(const std::string& name, fp8oracle_buffer& b) {
    overwrite(name + ".bytes", b.bytes);
    if (name + ".data" != name_) return;
    void* moved = value_ == 0 || b.data == nullptr ? nullptr : move_(b.data, value_);
    if (value_ != 0 && moved == nullptr)
      throw UsageError("case: tamper: " + name_ + " would leave the case's buffers");
    set(b.data, moved);
  }

  void items(const std::string& name, const Field& f, ItemList& list) {
    for (std::uint64_t i = 0; i < list.count; ++i) {
      fields(f.item_fields, const_cast<void*>(list[i]), name + "[" + std::to_string(i) + "].");
    }
    for (auto [part, place] : {std::pair{"count", &list.count}, {"item_bytes", &list.item_bytes}}) {
      if (name_ == part && static_cast<std::uint64_t>(value_) > *place)
        throw UsageError("case: tamper: " + name_ + " is more than was sent");
      overwrite(part, *place);
    }
    to_null(name, list.items);
  }

  template <typename Integer>
  void overwrite(const std::string& name, Integer& place) {
    if (name != name_) return;
    if (name.ends_with("struct_size") && value_ > static_cast<std::int64_t>(place))
      throw UsageError("case: tamper: " + name_ + " is more than was sent");
    set(place, static_cast<Integer>(value_));
  }

  template <typename Pointer>
  void to_null(const std::string& name, Pointer& place) {
    if (name != name_) return;
    if (value_ != 0) throw UsageError("case: tamper: " + name_ + " can only become null");
    set(place, Pointer{});
  }

  template <typename Place>
  void set(Place& place, Place value) {
    place = value;
    found_ = true;
  }

  std::uint32_t word() const { return static_cast<std::uint32_t>(value_); }

  std::string name_;
  std::int64_t value_;
  const MoveAddress& move_;
  bool found_ = false;
};

}  // namespace

void tamper(const Operation& operation, void* args, const std::string& field, std::int64_t value,
            const MoveAddress& move) {
  Overwriter o(field, value, move);
  o.structure("", args, operation.args_bytes);
  o.fields(operation.fields, args, "");
  o.finish();
}

}  // namespace fp8oracle::runner
