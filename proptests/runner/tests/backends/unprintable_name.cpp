// SPDX-License-Identifier: Apache-2.0
// Has a name that would garble a terminal.
#include "honest.h"

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static fp8oracle_backend_table table = fp8oracle::runner::honest_table("unprintable_name");
  table.name = "\033[2Jbackend";
  return &table;
}
