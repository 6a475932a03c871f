// SPDX-License-Identifier: Apache-2.0
// Speaks another version of the ABI.
#include "honest.h"

const fp8oracle_backend_table* fp8oracle_backend(void) {
  static fp8oracle_backend_table table = fp8oracle::runner::honest_table("wrong_version");
  table.abi_version = 99;
  return &table;
}
