// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "cast.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::reference {
namespace {

constexpr fp8oracle_operation kOperations[]{
    FP8ORACLE_OP_QUANTIZE,         FP8ORACLE_OP_AMAX,          FP8ORACLE_OP_SCALE_FROM_AMAX,
    FP8ORACLE_OP_DEQUANTIZE,       FP8ORACLE_OP_SWIZZLE,       FP8ORACLE_OP_UNSWIZZLE,
    FP8ORACLE_OP_QUANTIZE_CURRENT, FP8ORACLE_OP_QUANTIZE_MANY, FP8ORACLE_OP_SCALE_INVERSE};

TEST(Backend, HasEveryEntryOfTheTable) {
  const fp8oracle_backend_table& table = backend();
  EXPECT_EQ(table.struct_size, sizeof table);
  EXPECT_EQ(table.abi_version, FP8ORACLE_ABI_VERSION);
  EXPECT_STREQ(table.name, "reference");
  EXPECT_TRUE(table.quantize && table.amax && table.scale_from_amax && table.dequantize &&
              table.swizzle && table.unswizzle && table.quantize_current && table.quantize_many &&
              table.scale_inverse && table.supports && table.alloc && table.workspace_bytes);
}

TEST(Backend, SupportsEverySchemeOfEveryBuiltinProfile) {
  for (const Profile& profile : builtin_profiles()) {
    for (const Scheme& scheme : schemes_of(profile)) {
      const fp8oracle_scheme abi = scheme.abi();
      for (const auto operation : kOperations) {
        char reason[200] = "";
        const bool permutes =
            operation == FP8ORACLE_OP_SWIZZLE || operation == FP8ORACLE_OP_UNSWIZZLE;
        const bool one_scale =
            operation == FP8ORACLE_OP_QUANTIZE_CURRENT || operation == FP8ORACLE_OP_SCALE_INVERSE;
        const bool denied = scheme.is_block() ? one_scale : permutes;
        const auto expected = denied ? FP8ORACLE_UNSUPPORTED : FP8ORACLE_OK;
        EXPECT_EQ(backend().supports(operation, &abi, FP8ORACLE_F32, {reason, sizeof reason}),
                  expected)
            << scheme.name() << ": " << reason;
      }
    }
  }
}

TEST(Backend, SupportsEveryValueOfEveryKnobAndMadeUpFormats) {
  for (const Format& format : kFormatsUnderTest) {
    for (const Knob& knob : knobs()) {
      for (const Knob::Value& value : knob.values) {
        fp8oracle_scheme scheme = plain_scheme(format, FP8ORACLE_GRANULARITY_MX32);
        scheme.knobs.*knob.field = value.number;
        EXPECT_EQ(backend().supports(FP8ORACLE_OP_QUANTIZE, &scheme, FP8ORACLE_F32, {nullptr, 0}),
                  FP8ORACLE_OK)
            << format.name << " " << knob.name << " = " << value.name;
      }
    }
  }
}

TEST(Backend, DeniesWhatItCannotDoWithAReason) {
  char reason[200] = "";
  fp8oracle_scheme scheme = plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_1X128);
  EXPECT_EQ(
      backend().supports(FP8ORACLE_OP_QUANTIZE, &scheme, FP8ORACLE_F32, {reason, sizeof reason}),
      FP8ORACLE_UNSUPPORTED);
  EXPECT_NE(std::string(reason).find("granularity"), std::string::npos) << reason;
  scheme = plain_scheme(kE6M1, FP8ORACLE_GRANULARITY_TENSOR);
  scheme.format.bias = -100;  // values beyond FP32
  EXPECT_EQ(
      backend().supports(FP8ORACLE_OP_QUANTIZE, &scheme, FP8ORACLE_F32, {reason, sizeof reason}),
      FP8ORACLE_UNSUPPORTED);
}

TEST(Backend, ABadCallNamesTheArgumentAndChangesNothing) {
  Cast cast(plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_MX32), varied(64), 2, 32);
  --cast.args.rowwise.codes.bytes;
  EXPECT_EQ(cast.run(), FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_NE(cast.message.find("rowwise.codes"), std::string::npos) << cast.message;
  EXPECT_EQ(cast.row.codes, Bytes(64, 0xA5));
  EXPECT_EQ(cast.row.scale_inv, Bytes(2, 0xA5));
  EXPECT_EQ(backend().quantize(nullptr, nullptr, {nullptr, 0}), FP8ORACLE_INVALID_ARGUMENT);
}

TEST(Backend, ScaleFromAmaxReadsThePreviousScaleFromItsCell) {
  float amax = 0.0f, scale = 7.0f;
  fp8oracle_scale_from_amax_args args{};
  args.struct_size = sizeof args;
  args.scheme = plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_TENSOR);
  args.scheme.knobs.scale_of_bad_amax = FP8ORACLE_BAD_AMAX_KEEP;
  args.amax = buffer_of(amax);
  args.scale = buffer_of(scale);
  ASSERT_EQ(backend().scale_from_amax(&args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale, 7.0f);
  args.eps = 0.5f;
  args.pow2 = 1;
  ASSERT_EQ(backend().scale_from_amax(&args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale, 512.0f);  // 896 truncated
}

TEST(Backend, CurrentScalingOverwritesAmaxAndCastsWithTheScaleOfIt) {
  Cast cast(plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_TENSOR), {1.0f, -2.0f, 0.5f, 3.5f}, 2, 2);
  float amax = 1e30f, scale = 0.0f;
  fp8oracle_quantize_current_args args{};
  args.struct_size = sizeof args;
  args.scheme = cast.args.scheme;
  args.input = cast.args.input;
  args.amax = buffer_of(amax);
  args.scale = buffer_of(scale);
  args.rowwise = cast.args.rowwise;
  ASSERT_EQ(backend().quantize_current(&args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(amax, 3.5f);
  EXPECT_EQ(scale, 128.0f);  // 448 / 3.5
  EXPECT_EQ(cast.row.codes, (Bytes{0x70, 0xF8, 0x68, 0x7E}));
  EXPECT_EQ(cast.scale_inv, 1.0f / 128.0f);
  const Bytes with_cells = cast.row.codes;
  cast.row.codes.assign(4, 0xA5);
  args.amax = args.scale = {nullptr, 0};
  ASSERT_EQ(backend().quantize_current(&args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(cast.row.codes, with_cells);
}

TEST(Backend, ManyTensorsAreOneCastAfterTheOther) {
  const auto scheme = plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_TENSOR);
  Cast one(scheme, varied(64), 2, 32), two(scheme, varied(15), 3, 5), none(scheme, {}, 0, 7);
  std::vector<fp8oracle_quantize_item> items;
  for (const Cast* cast : {&one, &two, &none})
    items.push_back({cast->args.input, {nullptr, 0}, {nullptr, 0}, cast->args.rowwise, {}});
  fp8oracle_quantize_many_args args{};
  args.struct_size = sizeof args;
  args.scheme = scheme;
  args.items = items.data();
  args.count = items.size();
  ASSERT_EQ(backend().quantize_many(&args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  for (Cast* cast : {&one, &two, &none}) {
    const Bytes codes = cast->row.codes;
    EXPECT_EQ(std::exchange(cast->scale_inv, -123.0f), 1.0f);
    cast->row.codes.assign(codes.size(), 0xA5);
    ASSERT_EQ(cast->run(), FP8ORACLE_OK);
    EXPECT_EQ(cast->row.codes, codes);
    EXPECT_EQ(cast->scale_inv, 1.0f);
  }
}

TEST(Backend, ScaleInverseIsTheReciprocalAndAnAbsentScaleIsOne) {
  float scale = 3.0f, scale_inv = 0.0f;
  fp8oracle_scale_inverse_args args{};
  args.struct_size = sizeof args;
  args.scheme = plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_TENSOR);
  args.scale = buffer_of(scale);
  args.scale_inv = buffer_of(scale_inv);
  ASSERT_EQ(backend().scale_inverse(&args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale_inv, 1.0f / 3.0f);
  args.scale = {nullptr, 0};
  ASSERT_EQ(backend().scale_inverse(&args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale_inv, 1.0f);
}

TEST(Backend, NoopOfExactlyOneLeavesEverythingAndNothingElseDoes) {
  for (const float noop : {1.0f, 0.0f, 2.0f, -1.0f, std::nextafter(1.0f, 2.0f),
                           std::numeric_limits<float>::quiet_NaN()}) {
    Cast cast(plain_scheme(kE4M3, FP8ORACLE_GRANULARITY_TENSOR), {1.0f, 2.0f}, 1, 2);
    float cell = noop;
    cast.args.noop = buffer_of(cell);
    ASSERT_EQ(cast.run(), FP8ORACLE_OK);
    EXPECT_EQ(cast.row.codes, noop == 1.0f ? Bytes(2, 0xA5) : (Bytes{0x38, 0x40})) << noop;
  }
}

}  // namespace
}  // namespace fp8oracle::reference
