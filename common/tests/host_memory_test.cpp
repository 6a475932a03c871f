// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/host_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace fp8oracle {
namespace {

constexpr fp8oracle_message kNone{nullptr, 0};

TEST(HostMemory, IsAlignedAsTheAbiPromises) {
  const fp8oracle_backend_table table = host_memory_table("t", "CPU");
  for (const std::uint64_t bytes : {0u, 1u, 255u, 256u, 1000u}) {
    void* data = nullptr;
    ASSERT_EQ(table.alloc(bytes, &data, kNone), FP8ORACLE_OK);
    ASSERT_NE(data, nullptr) << bytes;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(data) % 256, 0u) << bytes;
    table.free(data);
  }
}

TEST(HostMemory, WhatCannotBeHadIsAnAnswerAndNoException) {
  const fp8oracle_backend_table table = host_memory_table("t", "CPU");
  void* data = nullptr;
  EXPECT_EQ(table.alloc(UINT64_MAX, &data, kNone), FP8ORACLE_OUT_OF_MEMORY);
}

TEST(HostMemory, CopiesAndFillsByTheByte) {
  const fp8oracle_backend_table table = host_memory_table("t", "CPU");
  fp8oracle_stream stream = nullptr;
  ASSERT_EQ(table.stream_create(&stream, kNone), FP8ORACLE_OK);
  std::array<std::uint8_t, 8> from{1, 2, 3, 4, 5, 6, 7, 8}, there{}, back{};
  EXPECT_EQ(table.upload(there.data(), from.data(), 8, stream, kNone), FP8ORACLE_OK);
  EXPECT_EQ(table.fill(there.data() + 1, 0xA5, 2, stream, kNone), FP8ORACLE_OK);
  EXPECT_EQ(table.copy(there.data() + 6, there.data(), 2, stream, kNone), FP8ORACLE_OK);
  EXPECT_EQ(table.download(back.data(), there.data(), 8, stream, kNone), FP8ORACLE_OK);
  EXPECT_EQ(table.synchronize(stream, kNone), FP8ORACLE_OK);
  EXPECT_EQ(back, (std::array<std::uint8_t, 8>{1, 0xA5, 0xA5, 4, 5, 6, 1, 0xA5}));
  table.stream_destroy(stream);
}

TEST(HostMemory, LeavesTheOperationsOut) {
  const fp8oracle_backend_table table = host_memory_table("t", "CPU");
  EXPECT_EQ(table.struct_size, sizeof table);
  EXPECT_EQ(table.abi_version, FP8ORACLE_ABI_VERSION);
  EXPECT_STREQ(table.name, "t");
  EXPECT_EQ(table.quantize, nullptr);
  std::uint64_t bytes = 1;
  EXPECT_EQ(table.workspace_bytes(FP8ORACLE_OP_QUANTIZE, nullptr, &bytes, kNone), FP8ORACLE_OK);
  EXPECT_EQ(bytes, 0u);
}

}  // namespace
}  // namespace fp8oracle
