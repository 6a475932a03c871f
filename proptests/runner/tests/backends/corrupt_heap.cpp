// SPDX-License-Identifier: Apache-2.0
// Overwrites what the allocator keeps beside a block.
#include <cstdlib>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  char* volatile hidden = static_cast<char*>(std::malloc(100));  // or the compiler drops all of it
  char* block = hidden;
  volatile char* before = block - 16;
  for (int i = 0; i < 16; ++i) before[i] = 0x41;
  std::free(block);
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("corrupt_heap", quantize);
}
