// SPDX-License-Identifier: Apache-2.0
// Writes 64 bytes past its codes.
#include <cstring>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  std::memset(static_cast<char*>(args->rowwise.codes.data) + args->rowwise.codes.bytes, 0, 64);
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("overrun", quantize);
}
