// SPDX-License-Identifier: Apache-2.0
// Was built against a table that ends before the operations; what stands behind is none of them.
#include <cstddef>

#include "honest.h"

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static fp8oracle_backend_table table = fp8oracle::runner::honest_table("no_operations");
  table.struct_size = offsetof(fp8oracle_backend_table, quantize);
  return &table;
}
