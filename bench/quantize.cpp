// SPDX-License-Identifier: Apache-2.0
// Per-tensor quantize with a given scale, alone and with the transpose. 4 or 2 bytes read and 1 (2)
// written an element.
#include "paired_row.h"

namespace fp8oracle::bench {

void add_quantize_rows() {
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16, FP8ORACLE_F16}) {
    add_cpu_rows("quantize", type);
    add_cpu_rows("quantize-transpose", type);
  }
  add_cpu_rows("quantize", FP8ORACLE_F32, kE5M2);
}

}  // namespace fp8oracle::bench
