// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

namespace fp8oracle::mutants {

float scale_of(const ScaleDecisions& rule, float amax, float old, const ScaleArgs& args) {
  const float floored = rule.floor(amax, args.eps);
  if (rule.is_bad(floored, args)) return rule.of_bad(floored, old, args);
  float scale = rule.quotient(rule.max(args.scheme), floored);
  if (is_inf(scale)) scale = rule.of_overflow(args);
  return rule.wants_pow2(args) ? rule.pow2(scale) : scale;
}

void kernel::amax(const Decisions& d, const Args& args) {
  if (stopped_by(d, args.noop, FP8ORACLE_OP_AMAX)) return;
  if (d.writes.amax_returns_at_once(args.input)) return;
  const float found = measure_tensor(d, args, 1.0f);
  write_float(args.amax.data,
              d.tensor.amax_op_result(read_float(args.amax.data), found, args.input));
}

void kernel::scale_from_amax(const Decisions& d, const ScaleArgs& args) {
  if (stopped_by(d, args.noop, FP8ORACLE_OP_SCALE_FROM_AMAX)) return;
  const float old = read_float(args.scale.data);
  write_float(args.scale.data, scale_of(d.scale, read_float(args.amax.data), old, args));
}

void kernel::quantize_current(const Decisions& d, const CurrentArgs& args) {
  Args cast_args = args.cast;
  const bool stopped = stopped_by(d, cast_args.noop, FP8ORACLE_OP_QUANTIZE_CURRENT);
  if (stopped && !d.noop.recipe_in_spite) return;
  cast_args.noop = {nullptr, 0};

  float own_amax = 0, own_scale = 1;
  Args measure = cast_args;
  if (measure.amax.data == nullptr) measure.amax = {&own_amax, sizeof own_amax};
  const float old = read_float(measure.amax.data);
  amax(d, measure);
  const float found = d.current.amax_result(old, read_float(measure.amax.data));
  write_float(measure.amax.data, found);

  if (cast_args.scale.data == nullptr) cast_args.scale = {&own_scale, sizeof own_scale};
  ScaleDecisions rule = d.scale;
  if (d.current.floor != nullptr) rule.floor = d.current.floor;
  const ScaleArgs scale{.scheme = cast_args.scheme,
                        .input_type = cast_args.input.type,
                        .pow2 = args.pow2,
                        .eps = args.eps};
  write_float(cast_args.scale.data, scale_of(rule, found, read_float(cast_args.scale.data), scale));
  if (stopped) return;
  cast_args.amax = {nullptr, 0};
  cast(d, cast_args);
}

}  // namespace fp8oracle::mutants
