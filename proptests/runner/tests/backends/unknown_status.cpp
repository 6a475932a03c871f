// SPDX-License-Identifier: Apache-2.0
// Does its work and returns a status that the ABI does not have.
#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  fp8oracle::runner::honest_table("").quantize(args, stream, message);
  volatile int unknown = 77;
  return static_cast<fp8oracle_status>(unknown);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("unknown_status", quantize);
}
