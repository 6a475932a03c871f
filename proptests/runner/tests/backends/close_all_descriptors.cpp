// SPDX-License-Identifier: Apache-2.0
// Closes every descriptor, its channel to the tool included.
#include <unistd.h>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  for (int i = 0; i < 1024; ++i) close(i);
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("close_all_descriptors", quantize);
}
