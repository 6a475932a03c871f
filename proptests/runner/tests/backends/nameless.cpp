// SPDX-License-Identifier: Apache-2.0
// Has no name.
#include "honest.h"

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static fp8oracle_backend_table table = fp8oracle::runner::honest_table("nameless");
  table.name = nullptr;
  return &table;
}
