// SPDX-License-Identifier: Apache-2.0
// Breaks the channel to the tool from its side.
#include <sys/socket.h>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  shutdown(3, SHUT_RDWR);
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("shut_the_channel", quantize);
}
