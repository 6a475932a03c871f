// SPDX-License-Identifier: Apache-2.0
// Current scaling: max|x|, then the cast with the scale that follows from it [K12, K14]. Two reads
// of the input; the second finds in the caches what fits there. And scale_inv alone [K25].
#include "operations.h"
#include "scalars.h"

namespace fp8oracle::cpu {

void quantize_current(const ResolvedScheme& scheme, const fp8oracle_quantize_current_args& args) {
  const float amax = amax_of(args.input, scheme.knobs);
  const float previous = args.scale.data != nullptr ? load_scalar(args.scale) : 1.0f;
  const float scale =
      scale_of_amax(amax, args.eps, args.pow2 != 0, scheme, args.input.type).value_or(previous);
  if (args.amax.data != nullptr) store_scalar(args.amax, amax);
  if (args.scale.data != nullptr) store_scalar(args.scale, scale);

  fp8oracle_quantize_args cast{};
  cast.input = args.input;
  cast.rowwise = args.rowwise;
  cast.columnwise = args.columnwise;
  quantize_tensor(scheme, cast, scale);
}

void scale_inverse(const ResolvedScheme& scheme, const fp8oracle_scale_inverse_args& args) {
  const float scale = args.scale.data != nullptr ? load_scalar(args.scale) : 1.0f;
  store_scalar(args.scale_inv, scale_inv_of(scale, scheme.knobs));
}

}  // namespace fp8oracle::cpu
