// SPDX-License-Identifier: Apache-2.0
// Takes memory, touches it and never gives it back.
#include <cstddef>
#include <cstring>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  while (true) {
    constexpr std::size_t kBytes = std::size_t{16} << 20;
    std::memset(new char[kBytes], 1, kBytes);
  }
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("allocate_without_bound", quantize);
}
