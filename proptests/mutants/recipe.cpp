// SPDX-License-Identifier: Apache-2.0
#include "kernel.h"

namespace fp8oracle::mutants {

fp8oracle_status run_amax(const Decisions& d, const fp8oracle_amax_args& given,
                          fp8oracle_message message) {
  fp8oracle_amax_args args = given;
  if (const auto error = d.boundary.check_amax(args)) return d.boundary.refuse(*error, message);
  if (stopped_by(args.noop) || d.writes.amax_returns_at_once(args.input)) return FP8ORACLE_OK;
  Args view{};
  view.scheme = args.scheme;
  view.input = args.input;
  const float found = measure_tensor(d, view, 1.0f);
  write_float(args.amax.data,
              d.tensor.amax_op_result(read_float(args.amax.data), found, args.input));
  return FP8ORACLE_OK;
}

fp8oracle_status run_scale_from_amax(const Decisions& d,
                                     const fp8oracle_scale_from_amax_args& given,
                                     fp8oracle_message message) {
  fp8oracle_scale_from_amax_args args = given;
  if (const auto error = d.boundary.check_scale(args)) return d.boundary.refuse(*error, message);
  if (stopped_by(args.noop)) return FP8ORACLE_OK;
  const ScaleDecisions& rule = d.scale;
  const float amax = rule.floor(read_float(args.amax.data), args.eps);
  if (rule.is_bad(amax, args)) {
    write_float(args.scale.data, rule.of_bad(amax, read_float(args.scale.data), args));
    return FP8ORACLE_OK;
  }
  float scale = rule.quotient(rule.max(args.scheme), amax);
  if (is_inf(scale)) scale = rule.of_overflow(args);
  if (rule.wants_pow2(args)) scale = rule.pow2(scale);
  write_float(args.scale.data, scale);
  return FP8ORACLE_OK;
}

fp8oracle_status run_supports(const fp8oracle_scheme& scheme, fp8oracle_type type,
                              fp8oracle_message reason) {
  if (const auto error = check_scheme(scheme)) {
    return report(FP8ORACLE_UNSUPPORTED, error->argument + " " + error->reason, reason);
  }
  if (type > FP8ORACLE_F16) return report(FP8ORACLE_UNSUPPORTED, "type is unknown", reason);
  return FP8ORACLE_OK;
}

}  // namespace fp8oracle::mutants
