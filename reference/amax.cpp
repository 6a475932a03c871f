// SPDX-License-Identifier: Apache-2.0
#include "reference/amax.h"

#include "reference/scalar.h"
#include "reference/tile.h"

namespace fp8oracle::reference {

void amax(const ResolvedScheme& scheme, const fp8oracle_amax_args& args) {
  float result = 0.0f;
  for_each_tile(args.input.rows, args.input.cols, [&](const Window& window) {
    const Tile x = load_tile(args.input, window);
    result = accumulate_amax(result, max_magnitude(x, scheme.knobs));
  });
  store_scalar(args.amax, result);
}

}  // namespace fp8oracle::reference
