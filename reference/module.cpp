// SPDX-License-Identifier: Apache-2.0
// The reference as a library that can be loaded by path like anyone's backend.
#include "reference/backend.h"

extern "C" FP8ORACLE_EXPORT const fp8oracle_backend_table* fp8oracle_backend(void) {
  return &fp8oracle::reference::backend();
}
