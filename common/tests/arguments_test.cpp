// SPDX-License-Identifier: Apache-2.0
// Each field of each call at its nearest illegal value: the check must name that field [K31].
#include "fp8oracle/arguments.h"

#include <cmath>
#include <functional>
#include <limits>

#include "fp8oracle/layout.h"
#include "support.h"

namespace fp8oracle {
namespace {

std::uint8_t memory[1 << 16];

fp8oracle_buffer buffer(std::int64_t bytes, std::size_t at = 0) {
  return {memory + at, static_cast<std::uint64_t>(bytes)};
}

fp8oracle_buffer scale_inv_of(const fp8oracle_scheme& s, fp8oracle_direction d) {
  return buffer(scale_inv_shape(s, d, 64, 96).bytes(), 4096u * static_cast<unsigned>(d));
}

fp8oracle_quantize_args quantize(const char* name) {
  fp8oracle_quantize_args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_named(name).abi();
  args.input = {buffer((63 * 100 + 96) * 4), FP8ORACLE_F32, 64, 96, 100};
  const bool tensor = args.scheme.granularity == FP8ORACLE_GRANULARITY_TENSOR;
  if (tensor) {
    args.scale = buffer(4);
    args.amax = buffer(4);
  }
  if (args.scheme.directions & 1u)
    args.rowwise = {buffer(64 * 96), scale_inv_of(args.scheme, FP8ORACLE_ROWWISE)};
  if (args.scheme.directions & 2u)
    args.columnwise = {buffer(64 * 96), scale_inv_of(args.scheme, FP8ORACLE_COLUMNWISE)};
  if (tensor && args.scheme.directions == 3) args.columnwise.scale_inv = args.rowwise.scale_inv;
  return args;
}

template <typename Args>
struct Illegal {
  const char* argument;
  std::function<void(Args&)> change;
};

template <typename Args>
void expect_named(const Args& good, const std::vector<Illegal<Args>>& list) {
  const auto error = check_arguments(good);
  ASSERT_FALSE(error) << error->argument << ": " << error->reason;
  for (const auto& illegal : list) {
    Args args = good;
    illegal.change(args);
    const auto found = check_arguments(args);
    ASSERT_TRUE(found) << illegal.argument << " was accepted";
    EXPECT_EQ(found->argument, illegal.argument) << found->reason;
    EXPECT_FALSE(found->reason.empty());
  }
}

using Quantize = fp8oracle_quantize_args;

TEST(QuantizeArguments, AreNamedAtTheirNearestIllegalValues) {
  expect_named<Quantize>(
      quantize("e4m3.tensor.both.compact.te"),
      {{"struct_size", [](Quantize& a) { a.struct_size -= 1; }},
       {"scheme.struct_size", [](Quantize& a) { a.scheme.struct_size = 0; }},
       {"scheme.format", [](Quantize& a) { a.scheme.format.mantissa_bits = 4; }},
       {"scheme.format", [](Quantize& a) { a.scheme.format.max_code = 0x80; }},
       {"scheme.granularity", [](Quantize& a) { a.scheme.granularity = 5; }},
       {"scheme.directions", [](Quantize& a) { a.scheme.directions = 0; }},
       {"scheme.directions", [](Quantize& a) { a.scheme.directions = 4; }},
       {"scheme.layout", [](Quantize& a) { a.scheme.layout = FP8ORACLE_LAYOUT_PADDED; }},
       {"scheme.layout", [](Quantize& a) { a.scheme.layout = 3; }},
       {"scheme.knobs.element.max", [](Quantize& a) { a.scheme.knobs.element_max_code = 0x7F; }},
       {"scheme.knobs.element.max", [](Quantize& a) { a.scheme.knobs.element_max_code = 0; }},
       {"input.type", [](Quantize& a) { a.input.type = 3; }},
       {"input.rows", [](Quantize& a) { a.input.rows = -1; }},
       {"input.cols", [](Quantize& a) { a.input.cols = -1; }},
       {"input.rows", [](Quantize& a) { a.input.rows = std::int64_t{1} << 60; }},
       {"input.row_stride", [](Quantize& a) { a.input.row_stride = 95; }},
       {"input.row_stride", [](Quantize& a) { a.input.row_stride = INT64_MAX; }},
       {"input.data", [](Quantize& a) { a.input.data.bytes -= 1; }},
       {"input.data", [](Quantize& a) { a.input.data = {}; }},
       {"scale", [](Quantize& a) { a.scale.bytes = 3; }},
       {"scale", [](Quantize& a) { a.scale.data = nullptr; }},
       {"amax", [](Quantize& a) { a.amax.bytes = 8; }},
       {"rowwise.codes", [](Quantize& a) { a.rowwise.codes.bytes -= 1; }},
       {"rowwise.codes", [](Quantize& a) { a.rowwise.codes.bytes += 1; }},
       {"rowwise.codes", [](Quantize& a) { a.rowwise.codes = {}; }},
       {"rowwise.scale_inv", [](Quantize& a) { a.rowwise.scale_inv.bytes = 5; }},
       {"columnwise.codes", [](Quantize& a) { a.columnwise.codes.bytes -= 1; }},
       {"columnwise.scale_inv", [](Quantize& a) { a.columnwise.scale_inv.data = memory; }}});
}

TEST(QuantizeArguments, OfBlocksAreNamedAtTheirNearestIllegalValues) {
  expect_named<Quantize>(
      quantize("e4m3.mx32.both.padded.te"),
      {{"scale", [](Quantize& a) { a.scale = buffer(4); }},
       {"amax", [](Quantize& a) { a.amax = buffer(4); }},
       {"rowwise.scale_inv", [](Quantize& a) { a.rowwise.scale_inv = {}; }},
       {"rowwise.scale_inv", [](Quantize& a) { a.rowwise.scale_inv.bytes -= 1; }},
       {"columnwise.scale_inv", [](Quantize& a) { a.columnwise.scale_inv = {}; }},
       {"columnwise.scale_inv", [](Quantize& a) { a.columnwise.scale_inv.bytes += 1; }}});
}

TEST(QuantizeArguments, ADirectionNotAskedForMustBeAbsent) {
  expect_named<Quantize>(
      quantize("e4m3.mx32.row.compact.te"),
      {{"columnwise.codes", [](Quantize& a) { a.columnwise.codes = buffer(1); }},
       {"columnwise.scale_inv", [](Quantize& a) { a.columnwise.scale_inv = buffer(1); }}});
  expect_named<Quantize>(quantize("e4m3.mx32.col.compact.te"),
                         {{"rowwise.codes", [](Quantize& a) { a.rowwise.codes = buffer(1); }}});
}

TEST(QuantizeArguments, WholeBlocksAreNeededWhereTheProfileSaysSo) {
  const auto resized = [](const char* name, std::int64_t rows, std::int64_t cols) {
    Quantize args = quantize(name);
    args.input.rows = rows;
    args.input.cols = cols;
    const auto error = check_arguments(args);
    return error ? error->argument : "";
  };
  EXPECT_EQ(resized("e4m3.mx32.row.compact.torchao-floor", 64, 95), "input.cols");
  EXPECT_EQ(resized("e4m3.mx32.col.compact.torchao-floor", 63, 96), "input.rows");
  // Rowwise blocks do not run along the rows: the codes are what does not fit then.
  EXPECT_EQ(resized("e4m3.mx32.row.compact.torchao-floor", 63, 96), "rowwise.codes");
}

TEST(QuantizeArguments, OptionalOnesMayBeAbsentPerTensor) {
  Quantize args = quantize("e4m3.tensor.both.compact.te");
  args.scale = args.amax = args.rowwise.scale_inv = {};
  EXPECT_FALSE(check_arguments(args));
  args.columnwise.scale_inv = {};
  EXPECT_FALSE(check_arguments(args));
}

TEST(QuantizeArguments, AnEmptyTensorNeedsNoData) {
  Quantize args = quantize("e4m3.tensor.row.compact.te");
  args.input = {{}, FP8ORACLE_F32, 0, 96, 96};
  args.rowwise.codes = {};
  EXPECT_FALSE(check_arguments(args));
}

TEST(Scheme, EveryKnobIsCheckedAgainstItsList) {
  const fp8oracle_scheme good = scheme_named("e4m3.mx32.row.compact.te").abi();
  for (const Knob& knob : knobs()) {
    for (const std::uint32_t number : {1000u, UINT32_MAX}) {
      fp8oracle_scheme scheme = good;
      scheme.knobs.*knob.field = number;
      const auto error = check_scheme(scheme);
      ASSERT_TRUE(error) << knob.name;
      EXPECT_EQ(error->argument, "scheme.knobs." + std::string(knob.name));
    }
    for (const Knob::Value& value : knob.values) {
      fp8oracle_scheme scheme = good;
      scheme.knobs.*knob.field = value.number;
      EXPECT_FALSE(check_scheme(scheme)) << knob.name << " " << value.name;
    }
  }
}

TEST(AmaxArguments, AreNamedAtTheirNearestIllegalValues) {
  using Args = fp8oracle_amax_args;
  Args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_named("e4m3.tensor.row.compact.te").abi();
  args.input = {buffer(64 * 2), FP8ORACLE_BF16, 8, 8, 8};
  args.amax = buffer(4);
  expect_named<Args>(args, {{"struct_size", [](Args& a) { a.struct_size = 0; }},
                            {"input.data", [](Args& a) { a.input.data.bytes -= 1; }},
                            {"amax", [](Args& a) { a.amax = {}; }},
                            {"amax", [](Args& a) { a.amax.bytes = 3; }}});
}

TEST(ScaleFromAmaxArguments, AreNamedAtTheirNearestIllegalValues) {
  using Args = fp8oracle_scale_from_amax_args;
  Args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_named("e4m3.tensor.row.compact.te").abi();
  args.amax = buffer(4);
  args.scale = buffer(4, 64);
  const float smallest = std::numeric_limits<float>::denorm_min();
  expect_named<Args>(args, {{"struct_size", [](Args& a) { a.struct_size = 0; }},
                            {"input_type", [](Args& a) { a.input_type = 3; }},
                            {"pow2", [](Args& a) { a.pow2 = 2; }},
                            {"eps", [=](Args& a) { a.eps = -smallest; }},
                            {"eps", [](Args& a) { a.eps = std::nanf(""); }},
                            {"eps", [](Args& a) { a.eps = INFINITY; }},
                            {"amax", [](Args& a) { a.amax = {}; }},
                            {"scale", [](Args& a) { a.scale = {}; }},
                            {"scale", [](Args& a) { a.scale.bytes = 5; }}});
}

TEST(DequantizeArguments, AreNamedAtTheirNearestIllegalValues) {
  using Args = fp8oracle_dequantize_args;
  Args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_named("e4m3.mx32.row.compact.torchao-floor").abi();
  args.output = {buffer(64 * 96 * 2), FP8ORACLE_F16, 64, 96, 96};
  args.pair = {buffer(64 * 96), scale_inv_of(args.scheme, FP8ORACLE_ROWWISE)};
  expect_named<Args>(args,
                     {{"struct_size", [](Args& a) { a.struct_size = 0; }},
                      {"scheme.directions", [](Args& a) { a.scheme.directions = 3; }},
                      {"output.row_stride", [](Args& a) { a.output.row_stride = 97; }},
                      {"output.data", [](Args& a) { a.output.data.bytes -= 1; }},
                      {"output.cols", [](Args& a) { a.output.cols = a.output.row_stride = 95; }},
                      {"pair.codes", [](Args& a) { a.pair.codes.bytes -= 1; }},
                      {"pair.scale_inv", [](Args& a) { a.pair.scale_inv = {}; }}});
}

TEST(SwizzleArguments, AreNamedAtTheirNearestIllegalValues) {
  using Args = fp8oracle_swizzle_args;
  Args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme_named("e4m3.mx32.row.compact.te").abi();
  args.rows = 64;
  args.cols = 96;
  args.input = buffer(64 * 3);
  args.output = buffer(128 * 4, 4096);
  EXPECT_FALSE(check_arguments(args, false));
  const std::vector<Illegal<Args>> list{
      {"struct_size", [](Args& a) { a.struct_size = 0; }},
      {"scheme.granularity", [](Args& a) { a.scheme.granularity = FP8ORACLE_GRANULARITY_TENSOR; }},
      {"scheme.layout", [](Args& a) { a.scheme.layout = FP8ORACLE_LAYOUT_SWIZZLED; }},
      {"scheme.directions", [](Args& a) { a.scheme.directions = 3; }},
      {"rows", [](Args& a) { a.rows = -1; }},
      {"cols", [](Args& a) { a.cols = -1; }},
      {"rows", [](Args& a) { a.rows = INT64_MAX; }},
      {"input", [](Args& a) { a.input.bytes -= 1; }},
      {"output", [](Args& a) { a.output.bytes += 1; }}};
  for (const auto& illegal : list) {
    Args changed = args;
    illegal.change(changed);
    const auto found = check_arguments(changed, false);
    ASSERT_TRUE(found) << illegal.argument;
    EXPECT_EQ(found->argument, illegal.argument) << found->reason;
  }
  EXPECT_EQ(check_arguments(args, true)->argument, "input");  // unswizzle: the sizes change places
  std::swap(args.input, args.output);
  EXPECT_FALSE(check_arguments(args, true));
}

TEST(Report, WritesTheArgumentAndTheReasonCutToTheCapacity) {
  char text[16];
  std::memset(text, '#', sizeof text);
  EXPECT_EQ(report(ArgumentError{"rows", "is negative"}, {text, sizeof text}),
            FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_STREQ(text, "rows: is negati");
  EXPECT_EQ(report(FP8ORACLE_UNSUPPORTED, "anything", {nullptr, 0}), FP8ORACLE_UNSUPPORTED);
  char one = '#';
  report(FP8ORACLE_OK, "anything", {&one, 1});
  EXPECT_EQ(one, '\0');
}

}  // namespace
}  // namespace fp8oracle
