// SPDX-License-Identifier: Apache-2.0
// Writes through a wild pointer, far from anything that is mapped.
#include <cstdint>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  volatile std::uintptr_t nowhere = 0x10;
  *reinterpret_cast<volatile char*>(nowhere) = 1;
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("segfault", quantize);
}
