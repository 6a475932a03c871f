// SPDX-License-Identifier: Apache-2.0
#include "reference/amax.h"

#include "reference/scalar.h"
#include "reference/tile.h"

namespace fp8oracle::reference {

void amax(const fp8oracle_amax_args& args) {
  float result = 0.0f;
  for_each_tile(args.input.rows, args.input.cols, [&](std::int64_t row, std::int64_t col) {
    const Tile x = load_tile(args.input, row, col);
    result = accumulate_amax(result, max_magnitude(x, args.scheme.knobs));
  });
  store_scalar(args.amax, result);
}

}  // namespace fp8oracle::reference
