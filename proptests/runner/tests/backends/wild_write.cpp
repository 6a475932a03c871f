// SPDX-License-Identifier: Apache-2.0
// Writes far outside its buffer.
#include <cstdint>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  auto* codes = static_cast<volatile char*>(args->rowwise.codes.data);
  codes[std::int64_t{1} << 46] = 1;
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("wild_write", quantize);
}
