// SPDX-License-Identifier: Apache-2.0
// Prints 64 MiB, and does its work.
#include <cstdio>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  for (int i = 0; i < (1 << 20); ++i) {
    std::puts("a line of sixty-three characters, to be printed a million times");
  }
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("print_flood", quantize);
}
