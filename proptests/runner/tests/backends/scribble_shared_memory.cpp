// SPDX-License-Identifier: Apache-2.0
// Overwrites the memory that it shares with its parent.
#include <sys/mman.h>

#include <cstdio>
#include <cstring>

#include "honest.h"

namespace {

fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                          fp8oracle_message message) {
  FILE* maps = std::fopen("/proc/self/maps", "r");
  char line[512];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    unsigned long begin = 0, end = 0;
    if (std::strstr(line, "memfd:fp8oracle") == nullptr) continue;
    if (std::sscanf(line, "%lx-%lx", &begin, &end) == 2) {
      std::memset(reinterpret_cast<void*>(begin), 0xFF, end - begin);
    }
  }
  std::fclose(maps);
  return fp8oracle::runner::honest_table("").quantize(args, stream, message);
}

}  // namespace

const fp8oracle_backend_table* fp8oracle_backend(void) {
  return fp8oracle::runner::honest_except("scribble_shared_memory", quantize);
}
