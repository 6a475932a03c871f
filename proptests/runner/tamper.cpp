// SPDX-License-Identifier: Apache-2.0
#include "runner/tamper.h"

#include <bit>

#include "fp8oracle/error.h"

namespace fp8oracle::runner {
namespace {

/// Finds the field called `name` among those that a struct's visit() shows it, and overwrites it.
class Overwriter {
 public:
  Overwriter(std::string name, std::int64_t value) : name_(std::move(name)), value_(value) {}

  template <typename Integer>
  void field(const std::string& name, Integer& place) {
    if (name != name_) return;
    place = static_cast<Integer>(value_);
    found_ = true;
  }
  void field(const std::string& name, float& place) {
    if (name != name_) return;
    place = std::bit_cast<float>(static_cast<std::uint32_t>(value_));
    found_ = true;
  }
  void field(const std::string& name, fp8oracle_buffer& buffer) {
    field(name + ".bytes", buffer.bytes);
    if (name + ".data" != name_) return;
    buffer.data = value_ == 0 ? nullptr : static_cast<char*>(buffer.data) + value_;
    found_ = true;
  }
  void field(const std::string& name, fp8oracle_pair& pair) {
    field(name + ".codes", pair.codes);
    field(name + ".scale_inv", pair.scale_inv);
  }
  void field(const std::string& name, fp8oracle_matrix& matrix) {
    field(name + ".data", matrix.data);
    field(name + ".type", matrix.type);
    field(name + ".rows", matrix.rows);
    field(name + ".cols", matrix.cols);
    field(name + ".row_stride", matrix.row_stride);
  }
  void field(const std::string& name, fp8oracle_scheme& scheme) {
    field(name + ".struct_size", scheme.struct_size);
    field(name + ".format.mantissa_bits", scheme.format.mantissa_bits);
    field(name + ".granularity", scheme.granularity);
    field(name + ".directions", scheme.directions);
    field(name + ".layout", scheme.layout);
    field(name + ".knobs.element_overflow", scheme.knobs.element_overflow);
    field(name + ".knobs.e8m0_round", scheme.knobs.e8m0_round);
  }
  void field(const std::string& name, const fp8oracle_quantize_item*& items) {
    if (name != name_) return;
    items = nullptr;
    found_ = true;
  }
  /// What quantize, quantize_current and an item of quantize_many have in common.
  template <typename Cast>
  void cast_fields(const std::string& prefix, Cast& cast) {
    field(prefix + "input", cast.input);
    field(prefix + "scale", cast.scale);
    field(prefix + "amax", cast.amax);
    field(prefix + "rowwise", cast.rowwise);
    field(prefix + "columnwise", cast.columnwise);
  }
  void finish() const {
    if (!found_) throw UsageError("case: tamper: the operation has no field '" + name_ + "'");
  }

 private:
  std::string name_;
  std::int64_t value_;
  bool found_ = false;
};

}  // namespace

void tamper(fp8oracle_quantize_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  o.cast_fields("", args);
  o.field("noop", args.noop);
  o.finish();
}

void tamper(fp8oracle_quantize_current_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  o.cast_fields("", args);
  o.field("pow2", args.pow2);
  o.field("eps", args.eps);
  o.field("noop", args.noop);
  o.finish();
}

void tamper(fp8oracle_quantize_many_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  for (std::uint64_t i = 0; i < args.count; ++i) {
    // The array is the caller's own, which is not const.
    o.cast_fields("items[" + std::to_string(i) + "].",
                  const_cast<fp8oracle_quantize_item&>(args.items[i]));
  }
  o.field("items", args.items);
  o.field("noop", args.noop);
  o.finish();
}

void tamper(fp8oracle_scale_inverse_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  o.field("scale", args.scale);
  o.field("scale_inv", args.scale_inv);
  o.finish();
}

void tamper(fp8oracle_amax_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  o.field("input", args.input);
  o.field("amax", args.amax);
  o.field("noop", args.noop);
  o.finish();
}

void tamper(fp8oracle_scale_from_amax_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  o.field("input_type", args.input_type);
  o.field("pow2", args.pow2);
  o.field("eps", args.eps);
  o.field("amax", args.amax);
  o.field("scale", args.scale);
  o.field("noop", args.noop);
  o.finish();
}

void tamper(fp8oracle_dequantize_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  o.field("pair", args.pair);
  o.field("output", args.output);
  o.finish();
}

void tamper(fp8oracle_swizzle_args& args, const std::string& field, std::int64_t value) {
  Overwriter o(field, value);
  o.field("struct_size", args.struct_size);
  o.field("scheme", args.scheme);
  o.field("rows", args.rows);
  o.field("cols", args.cols);
  o.field("input", args.input);
  o.field("output", args.output);
  o.finish();
}

}  // namespace fp8oracle::runner
