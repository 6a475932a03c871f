// SPDX-License-Identifier: Apache-2.0
// Ends its process as if all were well.
#include <cstdlib>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  std::exit(0);
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("exit_zero", quantize);
}
