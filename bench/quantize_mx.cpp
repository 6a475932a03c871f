// SPDX-License-Identifier: Apache-2.0
// MX quantize in each direction and both. 4 or 2 bytes read, 1 + 1/32 written an element and
// direction.
#include "paired_row.h"

namespace fp8oracle::bench {

void add_quantize_mx_rows() {
  for (const auto type : {FP8ORACLE_F32, FP8ORACLE_BF16}) {
    for (const char* const operation :
         {"mx-rowwise", "mx-columnwise", "mx-both-padded", "mx-both-swizzled"}) {
      add_cpu_rows(operation, type);
    }
  }
}

}  // namespace fp8oracle::bench
