// SPDX-License-Identifier: Apache-2.0
// max|x|. 4 or 2 bytes read an element, nothing written.
#include "paired_row.h"

namespace fp8oracle::bench {

void add_amax_rows() {
  add_cpu_rows("amax", FP8ORACLE_F32);
  add_cpu_rows("amax", FP8ORACLE_BF16);
}

}  // namespace fp8oracle::bench
