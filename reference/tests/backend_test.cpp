// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include <gtest/gtest.h>

#include "cast.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::reference {
namespace {

constexpr fp8oracle_operation kOperations[]{FP8ORACLE_OP_QUANTIZE,        FP8ORACLE_OP_AMAX,
                                            FP8ORACLE_OP_SCALE_FROM_AMAX, FP8ORACLE_OP_DEQUANTIZE,
                                            FP8ORACLE_OP_SWIZZLE,         FP8ORACLE_OP_UNSWIZZLE};

TEST(Backend, HasEveryEntryOfTheTable) {
  const fp8oracle_backend_table& table = backend();
  EXPECT_EQ(table.struct_size, sizeof table);
  EXPECT_EQ(table.abi_version, FP8ORACLE_ABI_VERSION);
  EXPECT_STREQ(table.name, "reference");
  EXPECT_TRUE(table.quantize && table.amax && table.scale_from_amax && table.dequantize &&
              table.swizzle && table.unswizzle && table.supports && table.alloc &&
              table.workspace_bytes);
}

TEST(Backend, SupportsEverySchemeOfEveryBuiltinProfile) {
  for (const Profile& profile : builtin_profiles()) {
    for (const Scheme& scheme : schemes_of(profile)) {
      const fp8oracle_scheme abi = scheme.abi();
      for (const auto operation : kOperations) {
        char reason[200] = "";
        const bool permutes =
            operation == FP8ORACLE_OP_SWIZZLE || operation == FP8ORACLE_OP_UNSWIZZLE;
        const auto expected = permutes && !scheme.is_block() ? FP8ORACLE_UNSUPPORTED : FP8ORACLE_OK;
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

}  // namespace
}  // namespace fp8oracle::reference
