// SPDX-License-Identifier: Apache-2.0
#include "fp8oracle/client.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "fp8oracle/host_memory.h"

namespace fp8oracle::client {
namespace {

using Table = fp8oracle_backend_table;

/// What the table under test fails in, and what of it is out.
struct Fake {
  std::string fails;
  int memory = 0, streams = 0, recordings = 0;
  bool recording = false;
  int waits = 0, calls = 0;
};
Fake fake;

fp8oracle_status answer(const char* function, fp8oracle_message message) {
  if (fake.fails != function) return FP8ORACLE_OK;
  if (message.text != nullptr) std::snprintf(message.text, message.capacity, "not today");
  return FP8ORACLE_DEVICE_ERROR;
}

template <class Handle>
Handle some_handle() {
  static int place = 0;
  return reinterpret_cast<Handle>(&place);
}

/// An operation that can fail by its name.
template <class Args, const char* kName>
fp8oracle_status operation(const Args*, fp8oracle_stream, fp8oracle_message message) {
  ++fake.calls;
  return answer(kName, message);
}
constexpr char kQuantize[] = "quantize", kAmax[] = "amax", kScale[] = "scale_from_amax",
               kDequantize[] = "dequantize", kSwizzle[] = "swizzle", kUnswizzle[] = "unswizzle",
               kCurrent[] = "quantize_current", kMany[] = "quantize_many",
               kInverse[] = "scale_inverse";

Table failing_table() {
  Table t = host_memory_table("fake", "CPU");
  t.alloc = [](std::uint64_t bytes, void** data, fp8oracle_message message) {
    const auto status = answer("alloc", message);
    if (status == FP8ORACLE_OK) *data = std::malloc(bytes);
    if (status == FP8ORACLE_OK) ++fake.memory;
    return status;
  };
  t.free = [](void* data) {
    std::free(data);
    --fake.memory;
  };
  t.stream_create = [](fp8oracle_stream* stream, fp8oracle_message message) {
    const auto status = answer("stream_create", message);
    if (status == FP8ORACLE_OK) ++fake.streams;
    *stream = some_handle<fp8oracle_stream>();
    return status;
  };
  t.stream_destroy = [](fp8oracle_stream) { --fake.streams; };
  t.synchronize = [](fp8oracle_stream, fp8oracle_message message) {
    ++fake.waits;
    return answer("synchronize", message);
  };
  t.upload = [](void*, const void*, std::uint64_t, fp8oracle_stream, fp8oracle_message message) {
    return answer("upload", message);
  };
  t.download = [](void*, const void*, std::uint64_t, fp8oracle_stream, fp8oracle_message message) {
    return answer("download", message);
  };
  t.copy = [](void*, const void*, std::uint64_t, fp8oracle_stream, fp8oracle_message message) {
    return answer("copy", message);
  };
  t.fill = [](void*, std::uint8_t, std::uint64_t, fp8oracle_stream, fp8oracle_message message) {
    return answer("fill", message);
  };
  t.supports = [](fp8oracle_operation, const void*, fp8oracle_message message) {
    return answer("supports", message);
  };
  t.workspace_bytes = [](fp8oracle_operation, const void*, std::uint64_t* bytes,
                         fp8oracle_message message) {
    *bytes = 24;
    return answer("workspace_bytes", message);
  };
  t.quantize = operation<fp8oracle_quantize_args, kQuantize>;
  t.amax = operation<fp8oracle_amax_args, kAmax>;
  t.scale_from_amax = operation<fp8oracle_scale_from_amax_args, kScale>;
  t.dequantize = operation<fp8oracle_dequantize_args, kDequantize>;
  t.swizzle = operation<fp8oracle_swizzle_args, kSwizzle>;
  t.unswizzle = operation<fp8oracle_swizzle_args, kUnswizzle>;
  t.quantize_current = operation<fp8oracle_quantize_current_args, kCurrent>;
  t.quantize_many = operation<fp8oracle_quantize_many_args, kMany>;
  t.scale_inverse = operation<fp8oracle_scale_inverse_args, kInverse>;
  t.launches = [](fp8oracle_operation, const void*, std::uint64_t* count,
                  fp8oracle_message message) {
    *count = 3;
    return answer("launches", message);
  };
  t.capture = [](fp8oracle_stream, fp8oracle_message message) {
    const auto status = answer("capture", message);
    fake.recording = status == FP8ORACLE_OK;
    return status;
  };
  t.end_capture = [](fp8oracle_stream, fp8oracle_recording* recording, std::uint64_t* nodes,
                     fp8oracle_message message) {
    fake.recording = false;
    const auto status = answer("end_capture", message);
    if (status == FP8ORACLE_OK) ++fake.recordings;
    *recording = some_handle<fp8oracle_recording>();
    *nodes = 5;
    return status;
  };
  t.replay = [](fp8oracle_recording, fp8oracle_stream, fp8oracle_message message) {
    return answer("replay", message);
  };
  t.recording_destroy = [](fp8oracle_recording) { --fake.recordings; };
  return t;
}

constexpr fp8oracle_operation kOperations[] = {
    FP8ORACLE_OP_QUANTIZE,         FP8ORACLE_OP_AMAX,          FP8ORACLE_OP_SCALE_FROM_AMAX,
    FP8ORACLE_OP_DEQUANTIZE,       FP8ORACLE_OP_SWIZZLE,       FP8ORACLE_OP_UNSWIZZLE,
    FP8ORACLE_OP_QUANTIZE_CURRENT, FP8ORACLE_OP_QUANTIZE_MANY, FP8ORACLE_OP_SCALE_INVERSE};

/// Everything that a client does, once.
void use_all(const Table& table) {
  const Stream stream{Client(&table)};
  Memory memory(stream, 16);
  std::vector<std::uint8_t> host(16);
  memory.upload(host.data());
  memory.fill(0xA5);
  memory.download(host.data());
  stream.copy(memory.data(), memory.data() + 8, 8);
  Memory taken = std::move(memory);
  EXPECT_EQ(memory.buffer().data, nullptr);  // NOLINT(bugprone-use-after-move)
  memory = Memory(stream, stream.client().workspace_bytes(FP8ORACLE_OP_AMAX, nullptr));
  EXPECT_EQ(memory.bytes(), 24u);
  EXPECT_EQ(stream.client().launches(FP8ORACLE_OP_AMAX, nullptr), 3u);
  const Recording recording(stream, [&stream] {
    for (const auto id : kOperations) stream.call(id, nullptr);
  });
  EXPECT_EQ(recording.nodes(), 5u);
  recording.replay();
  stream.synchronize();
}

void expect_nothing_left() {
  EXPECT_EQ(fake.memory, 0);
  EXPECT_EQ(fake.streams, 0);
  EXPECT_EQ(fake.recordings, 0);
  EXPECT_FALSE(fake.recording);
}

TEST(Client, GivesBackWhatItTook) {
  fake = {};
  use_all(failing_table());
  expect_nothing_left();
  EXPECT_EQ(fake.calls, 9);
}

class FailingFunction : public testing::TestWithParam<const char*> {};

TEST_P(FailingFunction, IsAnErrorThatNamesItAndLeavesNothing) {
  fake = {GetParam()};
  try {
    use_all(failing_table());
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.status, FP8ORACLE_DEVICE_ERROR);
    EXPECT_EQ(error.function, GetParam());
    EXPECT_EQ(error.message, "not today");
    EXPECT_EQ(error.what(), "fake: " + std::string(GetParam()) + ": device error: not today");
  }
  expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(Of, FailingFunction,
                         testing::Values("stream_create", "alloc", "upload", "fill", "download",
                                         "copy", "workspace_bytes", "launches", "capture",
                                         kQuantize, kAmax, kScale, kDequantize, kSwizzle,
                                         kUnswizzle, kCurrent, kMany, kInverse, "end_capture",
                                         "replay", "synchronize"),
                         [](const auto& function) { return std::string(function.param); });

TEST(Client, AnswersWhereItDoesNotThrow) {
  fake = {"supports"};
  const Table table = failing_table();
  const Stream stream{Client(&table)};
  const Answer denied = stream.client().supports(FP8ORACLE_OP_AMAX, nullptr);
  EXPECT_EQ(denied.status, FP8ORACLE_DEVICE_ERROR);
  EXPECT_EQ(denied.message, "not today");
  fake.fails = "amax";
  EXPECT_EQ(stream.client().supports(FP8ORACLE_OP_AMAX, nullptr).status, FP8ORACLE_OK);
  EXPECT_EQ(stream.try_call(FP8ORACLE_OP_AMAX, nullptr).status, FP8ORACLE_DEVICE_ERROR);
  EXPECT_EQ(stream.try_call(FP8ORACLE_OP_QUANTIZE, nullptr).status, FP8ORACLE_OK);
}

TEST(Client, WaitsBeforeItGivesBack) {
  fake = {};
  const Table table = failing_table();
  const Stream stream{Client(&table)};
  { const Memory memory(stream, 1); }
  EXPECT_EQ(fake.waits, 1);
  {
    const Recording recording(stream, [] {});
  }
  EXPECT_EQ(fake.waits, 2);
}

TEST(Client, ReadsNothingBeyondTheTablesEnd) {
  fake = {};
  Table table = failing_table();
  const Client all(&table);
  for (const auto id : kOperations) EXPECT_TRUE(all.offers(id)) << entry_of(id).name;
  EXPECT_TRUE(all.can_capture());

  // Ends in the middle of an entry: in memory of that size, a sanitizer sees a read behind it.
  table.struct_size = offsetof(Table, quantize_many) + 4;
  std::vector<char> bytes(reinterpret_cast<const char*>(&table),
                          reinterpret_cast<const char*>(&table) + table.struct_size);
  const Stream stream{Client(reinterpret_cast<const Table*>(bytes.data()))};
  EXPECT_TRUE(stream.client().offers(FP8ORACLE_OP_QUANTIZE_CURRENT));
  EXPECT_FALSE(stream.client().can_capture());
  EXPECT_FALSE(stream.client().launches(FP8ORACLE_OP_QUANTIZE, nullptr).has_value());
  for (const auto id : {FP8ORACLE_OP_QUANTIZE_MANY, FP8ORACLE_OP_SCALE_INVERSE}) {
    EXPECT_FALSE(stream.client().offers(id));
    const std::string reason = std::string("the backend has no ") + entry_of(id).name;
    for (const Answer& denied :
         {stream.try_call(id, nullptr), stream.client().supports(id, nullptr)}) {
      EXPECT_EQ(denied.status, FP8ORACLE_UNSUPPORTED);
      EXPECT_EQ(denied.message, reason);
    }
    EXPECT_THROW(stream.call(id, nullptr), Error);
  }
}

TEST(Client, TakesANullOperationForAMissingOne) {
  fake = {};
  Table table = failing_table();
  table.amax = nullptr;
  table.replay = nullptr;
  const Client client(&table);
  EXPECT_FALSE(client.offers(FP8ORACLE_OP_AMAX));
  EXPECT_TRUE(client.offers(FP8ORACLE_OP_QUANTIZE));
  EXPECT_FALSE(client.can_capture());
}

std::string refusal(const Table* table) {
  try {
    const Client client(table);
  } catch (const Error& error) {
    return error.message;
  }
  return "taken";
}

TEST(Client, MakesArgumentsOfTheirSizeAndScheme) {
  const fp8oracle_scheme scheme{};
  const auto args = make_args<fp8oracle_amax_args>(&scheme);
  EXPECT_EQ(args.struct_size, sizeof(fp8oracle_amax_args));
  EXPECT_EQ(args.scheme, &scheme);
  EXPECT_EQ(args.input.data.data, nullptr);
}

TEST(Client, RefusesATableThatItCannotRead) {
  const Table good = failing_table();
  EXPECT_EQ(refusal(&good), "taken");
  EXPECT_EQ(refusal(nullptr), "returned no table");
  const std::uint32_t newer[] = {8, FP8ORACLE_ABI_VERSION + 1};  // all that stays in every version
  EXPECT_EQ(refusal(reinterpret_cast<const Table*>(newer)), "its ABI version is 3, not 2");
  Table small = good;
  small.struct_size = offsetof(Table, quantize) - 1;
  EXPECT_EQ(refusal(&small),
            "struct_size of its table is only " + std::to_string(small.struct_size));
}

TEST(Client, DoesNotLeaveTheStreamRecordingWhenTheWorkThrows) {
  fake = {};
  const Table table = failing_table();
  {
    const Stream stream{Client(&table)};
    EXPECT_THROW(Recording(stream, [] { throw std::logic_error("no"); }), std::logic_error);
    EXPECT_FALSE(fake.recording);
  }
  expect_nothing_left();
}

}  // namespace
}  // namespace fp8oracle::client
