// SPDX-License-Identifier: Apache-2.0
// Tries to take the shared memory away from its parent.
#include <unistd.h>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  if (ftruncate(4, 0) == 0) return FP8ORACLE_INTERNAL_ERROR;
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("truncate_shared_memory", quantize);
}
