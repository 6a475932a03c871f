// SPDX-License-Identifier: Apache-2.0
#include "bench/suite.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "fp8oracle/error.h"
#include "optimized/cpu/backend.h"

namespace fp8oracle::bench {
namespace {

TEST(BenchSuite, HasEveryOperationInEverySize) {
  std::set<std::string> names;
  for (const RowSpec& row : select_rows({})) names.insert(row.name());
  EXPECT_EQ(names.size(), 14u * 4 + 2 + 1);
  EXPECT_EQ(names.count("quantize 8192x8192 BF16 e4m3"), 1u);
  EXPECT_EQ(names.count("many-transpose 64x(512x1024) BF16 e4m3"), 1u);
  EXPECT_EQ(names.count("loop-transpose 256x(128x512) BF16 e4m3"), 1u);
  EXPECT_THROW(select_rows({{"quantise"}, {}}), UsageError);
}

TEST(BenchSuite, CountsTheBytesThatAnOperationMoves) {
  const auto bytes = [](const char* op) {
    return RowSpec{&find_operation(op), 128, 512, 1, FP8ORACLE_BF16, kE4M3}.bytes();
  };
  constexpr std::uint64_t n = 128 * 512;
  EXPECT_EQ(bytes("quantize"), 3 * n + 4);
  EXPECT_EQ(bytes("quantize-transpose"), 4 * n + 8);
  EXPECT_EQ(bytes("amax"), 2 * n);
  EXPECT_EQ(bytes("current"), 5 * n + 4);
  EXPECT_EQ(bytes("mx-rowwise"), 3 * n + n / 32);
  EXPECT_EQ(bytes("mx-both-swizzled"), 4 * n + 2 * (n / 32));
  EXPECT_EQ(bytes("mx-squares"), 4 * n + 2 * (n / 32));
  EXPECT_EQ(bytes("dequantize"), 3 * n + 4);
  EXPECT_EQ(bytes("swizzle"), 2 * (n / 32));
}

TEST(BenchSuite, MeasuresOrSaysWhyNot) {
  fp8oracle_backend_table table = cpu::backend();
  table.quantize_current = nullptr;
  const Selection selection{{}, {{64, 96}}};
  int told = 0;
  const auto rows = run_rows(table, select_rows(selection), [&](const RowResult&) { ++told; });
  EXPECT_EQ(told, 14 + 3);
  for (const RowResult& row : rows) {
    SCOPED_TRACE(to_text(row));
    if (row.op.rfind("current", 0) == 0) {
      EXPECT_EQ(row.status, "SKIPPED");
      EXPECT_EQ(row.reason, "the backend has no quantize_current");
    } else if (row.op != "many-transpose") {
      EXPECT_EQ(row.status, "OK");
      EXPECT_GT(row.us, 0);
      EXPECT_GT(row.ratio, 0);
      EXPECT_EQ(row.nodes, 0);
    }
  }
}

int recordings = 0, replays = 0;

TEST(BenchSuite, MeasuresReplaysWhereTheBackendRecords) {
  fp8oracle_backend_table table = cpu::backend();
  table.capture = [](fp8oracle_stream, fp8oracle_message) { return FP8ORACLE_OK; };
  table.end_capture = [](fp8oracle_stream, fp8oracle_recording* recording, std::uint64_t* nodes,
                         fp8oracle_message) {
    *recording = reinterpret_cast<fp8oracle_recording>(&++recordings);
    *nodes = 2 * 40;
    return FP8ORACLE_OK;
  };
  table.replay = [](fp8oracle_recording, fp8oracle_stream, fp8oracle_message) {
    ++replays;
    return FP8ORACLE_OK;
  };
  table.recording_destroy = [](fp8oracle_recording) { --recordings; };
  const auto rows = run_rows(table, select_rows({{"amax"}, {{8, 8}}}), [](const RowResult&) {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].status, "OK") << rows[0].reason;
  EXPECT_EQ(rows[0].nodes, 2);
  EXPECT_GT(replays, 9);
  EXPECT_EQ(recordings, 0);
}

TEST(BenchSuite, ThrowsWhenThereIsNoStream) {
  fp8oracle_backend_table table = cpu::backend();
  table.stream_create = [](fp8oracle_stream*, fp8oracle_message) { return FP8ORACLE_DEVICE_ERROR; };
  EXPECT_THROW(run_rows(table, select_rows({{"amax"}, {{8, 8}}}), [](const RowResult&) {}),
               BackendError);
}

TEST(BenchSuite, SkipsWhatOnlyTheCallDenies) {
  fp8oracle_backend_table table = cpu::backend();
  table.amax = [](const fp8oracle_amax_args*, fp8oracle_stream, fp8oracle_message message) {
    std::snprintf(message.text, message.capacity, "input: not this shape");
    return FP8ORACLE_UNSUPPORTED;
  };
  const auto rows = run_rows(table, select_rows({{"amax"}, {{8, 8}}}), [](const RowResult&) {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].status, "SKIPPED");
  EXPECT_EQ(rows[0].reason, "cpu: amax: unsupported: input: not this shape");
}

TEST(BenchSuite, ReportsAnOperationThatFails) {
  fp8oracle_backend_table table = cpu::backend();
  table.amax = [](const fp8oracle_amax_args*, fp8oracle_stream, fp8oracle_message) {
    return FP8ORACLE_DEVICE_ERROR;
  };
  const auto rows = run_rows(table, select_rows({{"amax"}, {{8, 8}}}), [](const RowResult&) {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].status, "ERROR");
  EXPECT_EQ(rows[0].reason, "cpu: amax: device error");
}

}  // namespace
}  // namespace fp8oracle::bench
