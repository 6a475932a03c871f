// SPDX-License-Identifier: Apache-2.0
// The CUDA backend as a library to load: its one exported symbol.
#include "backend.h"

extern "C" const fp8oracle_backend_table* fp8oracle_backend(void) {
  return &fp8oracle::cuda::backend();
}
