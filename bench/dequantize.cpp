// SPDX-License-Identifier: Apache-2.0
// Dequantize, per tensor and MX. 1 byte read (and 1/32 for MX), 4 or 2 written an element.
#include "paired_row.h"

namespace fp8oracle::bench {

void add_dequantize_rows() {
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16}) {
    add_cpu_rows("dequantize", type);
    add_cpu_rows("dequantize-mx", type);
  }
}

}  // namespace fp8oracle::bench
