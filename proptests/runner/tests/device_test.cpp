// SPDX-License-Identifier: Apache-2.0
#include "runner/device.h"

#include <gtest/gtest.h>

#include <cstring>

#include "fp8oracle/host_memory.h"

namespace fp8oracle::runner {
namespace {

int fills = 0;

fp8oracle_status counted_fill(void* data, std::uint8_t byte, std::uint64_t bytes, fp8oracle_stream,
                              fp8oracle_message) {
  ++fills;
  std::memset(data, byte, bytes);
  return FP8ORACLE_OK;
}

fp8oracle_status some_stream(fp8oracle_stream* stream, fp8oracle_message) {
  static int place = 0;
  *stream = reinterpret_cast<fp8oracle_stream>(&place);
  return FP8ORACLE_OK;
}

/// The fills that a device of this table makes to be busy for so long.
int fills_of(const fp8oracle_backend_table& table, double seconds) {
  Arena arena;
  arena.bytes = Arena::kGuardBytes;
  fills = 0;
  Device(table, arena, Device::Memory::kOneBlock, 0).keep_busy(seconds);
  return fills;
}

TEST(Device, HasNoWorkForABackendThatFinishesBeforeItReturns) {
  fp8oracle_backend_table table = host_memory_table("counts", "");
  table.fill = counted_fill;
  EXPECT_EQ(fills_of(table, 1), 0);
}

TEST(Device, MeasuresOnceForATableHowLongAFillTakes) {
  fp8oracle_backend_table table = host_memory_table("counts", "");
  table.fill = counted_fill;
  table.stream_create = some_stream;
  EXPECT_GT(fills_of(table, 1e-9), 0) << "nothing was measured";
  EXPECT_EQ(fills_of(table, 1e-9), 0) << "measured again";
  EXPECT_GT(fills_of(table, 1), 1);
}

}  // namespace
}  // namespace fp8oracle::runner
