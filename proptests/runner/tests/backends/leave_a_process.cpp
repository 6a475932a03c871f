// SPDX-License-Identifier: Apache-2.0
// Leaves a process behind that holds every descriptor open, and ends.
#include <unistd.h>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  if (fork() == 0) sleep(600);
  _exit(3);
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("leave_a_process", quantize);
}
