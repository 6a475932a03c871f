// SPDX-License-Identifier: Apache-2.0
// Leaves a thread behind that crashes when the case is over.
#include <unistd.h>

#include <csignal>
#include <thread>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  std::thread([] {
    usleep(50000);
    raise(SIGSEGV);
  }).detach();
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("crash_later", quantize);
}
