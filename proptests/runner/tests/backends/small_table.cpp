// SPDX-License-Identifier: Apache-2.0
// Was built against a table of half the size.
#include "honest.h"

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static fp8oracle_backend_table table = fp8oracle::runner::honest_table("small_table");
  table.struct_size = sizeof table / 2;
  return &table;
}
