// SPDX-License-Identifier: Apache-2.0
#include "reference/current.h"

#include "reference/amax.h"
#include "reference/quantize.h"
#include "reference/scalar.h"
#include "reference/scale.h"

namespace fp8oracle::reference {
namespace {

fp8oracle_buffer or_own(const fp8oracle_buffer& asked_for, float& own) {
  return present(asked_for) ? asked_for : fp8oracle_buffer{&own, sizeof own};
}

}  // namespace

void quantize_current(const ResolvedScheme& scheme, const fp8oracle_quantize_current_args& args) {
  float own_amax = 0.0f, own_scale = 1.0f;

  fp8oracle_amax_args measure{};
  measure.input = args.input;
  measure.amax = or_own(args.amax, own_amax);
  amax(scheme, measure);

  fp8oracle_scale_from_amax_args rule{};
  rule.input_type = args.input.type;
  rule.pow2 = args.pow2;
  rule.eps = args.eps;
  rule.amax = measure.amax;
  rule.scale = or_own(args.scale, own_scale);
  scale_from_amax(scheme, rule);

  fp8oracle_quantize_args cast{};
  cast.input = args.input;
  cast.scale = rule.scale;
  cast.rowwise = args.rowwise;
  cast.columnwise = args.columnwise;
  quantize_tensor(scheme, cast);
}

}  // namespace fp8oracle::reference
