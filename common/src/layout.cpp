// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/layout.h"

namespace fp8oracle {

CodesShape codes_shape(const ResolvedScheme& scheme, fp8oracle_direction direction,
                       std::int64_t rows, std::int64_t cols) {
  const bool as_the_input =
      scheme.grid.is_mx() && scheme.knobs.mx_columnwise_codes == FP8ORACLE_COLUMNWISE_SAME;
  const bool transposed = direction == FP8ORACLE_COLUMNWISE && !as_the_input;
  return transposed ? CodesShape{cols, rows, true} : CodesShape{rows, cols, false};
}

}  // namespace fp8oracle
