// SPDX-License-Identifier: Apache-2.0
#include "reference/backend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "cast.h"
#include "common/tests/good_call.h"
#include "fp8oracle/client.hpp"
#include "fp8oracle/operations/operation.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::reference {
namespace {

TEST(Backend, HasEveryEntryOfTheTable) {
  const fp8oracle_backend_table& table = backend();
  EXPECT_EQ(table.struct_size, sizeof table);
  EXPECT_EQ(table.abi_version, FP8ORACLE_ABI_VERSION);
  EXPECT_STREQ(table.name, "reference");
  EXPECT_TRUE(table.quantize && table.amax && table.scale_from_amax && table.dequantize &&
              table.swizzle && table.unswizzle && table.quantize_current && table.quantize_many &&
              table.scale_inverse && table.supports && table.alloc && table.workspace_bytes);
}

/// What supports() says of a good call of the operation; the reason goes to `reason`.
fp8oracle_status supported(const Operation& operation, const ResolvedScheme& scheme,
                           std::string* reason = nullptr) {
  const GoodCall call(operation, scheme);
  char text[200] = "";
  const auto status = backend().supports(operation.id, call.args(), {text, sizeof text});
  if (reason != nullptr) *reason = text;
  return status;
}

/// Whether the operation takes the scheme at all: the last column of operations.def.
bool takes(const Operation& operation, const Scheme& scheme) {
  switch (operation.schemes) {
    case SchemeRule::kAnyScheme: return true;
    case SchemeRule::kGivenScale: return scheme.grid == kTensorGrid;
    case SchemeRule::kOneDirection: return scheme.directions != 3;
    case SchemeRule::kPermutedScales: break;
  }
  return scheme.grid.is_mx() && scheme.directions != 3 &&
         scheme.layout != FP8ORACLE_LAYOUT_SWIZZLED && scheme.layout != FP8ORACLE_LAYOUT_PACKED;
}

TEST(Backend, SupportsEverySchemeOfEveryBuiltinProfile) {
  for (const Profile& profile : builtin_profiles()) {
    for (const Scheme& scheme : schemes_of(profile)) {
      for (const Operation& operation : operations()) {
        std::string reason;
        const auto expected = takes(operation, scheme) ? FP8ORACLE_OK : FP8ORACLE_UNSUPPORTED;
        EXPECT_EQ(supported(operation, scheme.resolved(), &reason), expected)
            << operation.name << " " << scheme.name() << ": " << reason;
        EXPECT_EQ(reason.empty(), expected == FP8ORACLE_OK) << reason;
      }
    }
  }
}

TEST(Backend, SupportsEveryKindOfCall) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    std::string reason;
    EXPECT_EQ(supported(*kind.operation, kind.scheme, &reason), FP8ORACLE_OK)
        << kind.name << ": " << reason;
  }
}

TEST(Backend, SupportsEveryValueOfEveryKnobAndMadeUpFormats) {
  for (const Format& format : kFormatsUnderTest) {
    for (const Knob& knob : knobs()) {
      for (std::uint32_t value = 0; value < knob.values.size(); ++value) {
        ResolvedScheme scheme = plain_scheme(format, kMx32Grid);
        scheme.knobs.*knob.field = value;
        EXPECT_EQ(supported(operation(FP8ORACLE_OP_QUANTIZE), scheme), FP8ORACLE_OK)
            << format.name << " " << knob.name << " = " << knob.values[value];
      }
    }
  }
}

TEST(Backend, DeniesAFormatBeyondFp32) {
  ResolvedScheme scheme = plain_scheme(kE6M1, kTensorGrid);
  scheme.format.bias = -100;
  for (const Operation& each : operations()) {
    const bool permutes = each.schemes == SchemeRule::kPermutedScales;
    scheme.grid = permutes ? kMx32Grid : kTensorGrid;
    std::string reason;
    EXPECT_EQ(supported(each, scheme, &reason), FP8ORACLE_UNSUPPORTED) << each.name;
    EXPECT_EQ(reason, "scheme.format.max_code: is worth 2^162 or more: not a finite FP32 number")
        << each.name;
    GoodCall good(each, scheme);
    const auto answer = client::Client(&backend()).try_call(each.id, good.args(), nullptr);
    EXPECT_EQ(answer.status, FP8ORACLE_INVALID_ARGUMENT) << each.name;
    EXPECT_EQ(answer.message, reason);
  }
}

TEST(Backend, DeniesAWrongCallNamingTheArgument) {
  GoodCall good(operation(FP8ORACLE_OP_QUANTIZE), plain_scheme(kE4M3, kTensorGrid));
  good.buffer("rowwise.codes").bytes -= 1;
  char text[200] = "";
  EXPECT_EQ(backend().supports(FP8ORACLE_OP_QUANTIZE, good.args(), {text, sizeof text}),
            FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(std::string(text).substr(0, 14), "rowwise.codes:") << text;
  EXPECT_EQ(backend().supports(FP8ORACLE_OP_QUANTIZE, nullptr, {text, sizeof text}),
            FP8ORACLE_UNSUPPORTED);
  const auto unknown = static_cast<fp8oracle_operation>(operations().size());
  EXPECT_EQ(backend().supports(unknown, good.args(), {text, sizeof text}), FP8ORACLE_UNSUPPORTED);
}

TEST(Backend, AnUnknownKnobIsUnsupportedByItsNumber) {
  for (const Operation& each : operations()) {
    const Grid grid = each.schemes == SchemeRule::kPermutedScales ? kMx32Grid : kTensorGrid;
    GoodCall good(each, plain_scheme(kE4M3, grid));
    good.knob_values.push_back(1);
    good.knobs.known.count = static_cast<std::uint32_t>(good.knob_values.size());
    good.knobs.known.values = good.knob_values.data();
    const auto answer = client::Client(&backend()).try_call(each.id, good.args(), nullptr);
    EXPECT_EQ(answer.status, FP8ORACLE_UNSUPPORTED) << each.name;
    EXPECT_NE(answer.message.find(" 19 "), std::string::npos) << answer.message;
  }
}

TEST(Backend, ABadCallNamesTheArgumentAndChangesNothing) {
  Cast cast(plain_scheme(kE4M3, kMx32Grid), varied(64), 2, 32);
  --cast.args.rowwise.codes.bytes;
  EXPECT_EQ(cast.run(), FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_NE(cast.message.find("rowwise.codes"), std::string::npos) << cast.message;
  EXPECT_EQ(cast.row.codes, Bytes(64, 0xA5));
  EXPECT_EQ(cast.row.scale_inv, Bytes(2, 0xA5));
  EXPECT_EQ(backend().quantize(nullptr, nullptr, {nullptr, 0}), FP8ORACLE_INVALID_ARGUMENT);
}

TEST(Backend, ScaleFromAmaxReadsThePreviousScaleFromItsCell) {
  float amax = 0.0f, scale = 7.0f;
  ResolvedScheme scheme = plain_scheme(kE4M3, kTensorGrid);
  scheme.knobs.scale_of_bad_amax = FP8ORACLE_BAD_AMAX_KEEP;
  Call<fp8oracle_scale_from_amax_args> call(scheme);
  call.args.amax = buffer_of(amax);
  call.args.scale = buffer_of(scale);
  ASSERT_EQ(backend().scale_from_amax(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale, 7.0f);
  call.args.eps = 0.5f;
  call.args.pow2 = 1;
  ASSERT_EQ(backend().scale_from_amax(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale, 512.0f);  // 896 truncated
}

TEST(Backend, CurrentScalingOverwritesAmaxAndCastsWithTheScaleOfIt) {
  Cast cast(plain_scheme(kE4M3, kTensorGrid), {1.0f, -2.0f, 0.5f, 3.5f}, 2, 2);
  float amax = 1e30f, scale = 0.0f;
  Call<fp8oracle_quantize_current_args> call(cast.scheme);
  call.args.input = cast.args.input;
  call.args.amax = buffer_of(amax);
  call.args.scale = buffer_of(scale);
  call.args.rowwise = cast.args.rowwise;
  ASSERT_EQ(backend().quantize_current(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(amax, 3.5f);
  EXPECT_EQ(scale, 128.0f);  // 448 / 3.5
  EXPECT_EQ(cast.row.codes, (Bytes{0x70, 0xF8, 0x68, 0x7E}));
  EXPECT_EQ(cast.scale_inv, 1.0f / 128.0f);
  const Bytes with_cells = cast.row.codes;
  cast.row.codes.assign(4, 0xA5);
  call.args.amax = call.args.scale = {nullptr, 0};
  ASSERT_EQ(backend().quantize_current(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(cast.row.codes, with_cells);
}

TEST(Backend, ManyTensorsAreOneCastAfterTheOtherHoweverFarApartTheItemsStand) {
  struct LongerItem {
    fp8oracle_quantize_item item;
    std::uint64_t of_tomorrow[3];
  };
  const ResolvedScheme scheme = plain_scheme(kE4M3, kTensorGrid);
  Cast one(scheme, varied(64), 2, 32), two(scheme, varied(15), 3, 5), none(scheme, {}, 0, 7);
  std::vector<fp8oracle_quantize_item> items;
  std::vector<LongerItem> longer;
  for (const Cast* cast : {&one, &two, &none}) {
    items.push_back({cast->args.input, {}, {}, cast->args.rowwise, {}});
    longer.push_back({items.back(), {}});
  }
  for (const bool long_items : {false, true}) {
    Call<fp8oracle_quantize_many_args> call(scheme);
    call.args.items = long_items ? static_cast<void*>(longer.data()) : items.data();
    call.args.item_bytes = long_items ? sizeof longer[0] : sizeof items[0];
    call.args.count = items.size();
    ASSERT_EQ(backend().quantize_many(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
    for (Cast* cast : {&one, &two, &none}) {
      const Bytes codes = cast->row.codes;
      EXPECT_EQ(std::exchange(cast->scale_inv, -123.0f), 1.0f);
      cast->row.codes.assign(codes.size(), 0xA5);
      ASSERT_EQ(cast->run(), FP8ORACLE_OK);
      EXPECT_EQ(cast->row.codes, codes);
      EXPECT_EQ(std::exchange(cast->scale_inv, -123.0f), 1.0f);
      cast->row.codes.assign(codes.size(), 0xA5);
    }
  }
}

TEST(Backend, ManyTensorsInBlocksAreOneCastAfterTheOther) {
  const ResolvedScheme scheme =
      plain_scheme(kE4M3, {3, 5}, FP8ORACLE_COLUMNWISE, FP8ORACLE_LAYOUT_PADDED);
  Cast one(scheme, varied(64), 2, 32), two(scheme, varied(35), 7, 5), none(scheme, {}, 0, 7);
  std::vector<fp8oracle_quantize_item> items;
  for (const Cast* cast : {&one, &two, &none})
    items.push_back({cast->args.input, {}, {}, {}, cast->args.columnwise});
  Call<fp8oracle_quantize_many_args> call(scheme);
  call.args.items = items.data();
  call.args.item_bytes = sizeof items[0];
  call.args.count = items.size();
  ASSERT_EQ(backend().quantize_many(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  for (Cast* cast : {&one, &two, &none}) {
    const Cast::Pair many = cast->col;
    cast->col.codes.assign(many.codes.size(), 0xA5);
    cast->col.scale_inv.assign(many.scale_inv.size(), 0xA5);
    ASSERT_EQ(cast->run(), FP8ORACLE_OK);
    EXPECT_EQ(cast->col.codes, many.codes);
    EXPECT_EQ(cast->col.scale_inv, many.scale_inv);
  }
}

TEST(Backend, ScaleInverseIsTheReciprocalAndAnAbsentScaleIsOne) {
  float scale = 3.0f, scale_inv = 0.0f;
  Call<fp8oracle_scale_inverse_args> call(plain_scheme(kE4M3, kTensorGrid));
  call.args.scale = buffer_of(scale);
  call.args.scale_inv = buffer_of(scale_inv);
  ASSERT_EQ(backend().scale_inverse(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale_inv, 1.0f / 3.0f);
  call.args.scale = {nullptr, 0};
  ASSERT_EQ(backend().scale_inverse(&call.args, nullptr, {nullptr, 0}), FP8ORACLE_OK);
  EXPECT_EQ(scale_inv, 1.0f);
}

TEST(Backend, NoopOfExactlyOneLeavesEverythingAndNothingElseDoes) {
  for (const float noop : {1.0f, 0.0f, 2.0f, -1.0f, std::nextafter(1.0f, 2.0f),
                           std::numeric_limits<float>::quiet_NaN()}) {
    Cast cast(plain_scheme(kE4M3, kTensorGrid), {1.0f, 2.0f}, 1, 2);
    float cell = noop;
    cast.args.noop = buffer_of(cell);
    ASSERT_EQ(cast.run(), FP8ORACLE_OK);
    EXPECT_EQ(cast.row.codes, noop == 1.0f ? Bytes(2, 0xA5) : (Bytes{0x38, 0x40})) << noop;
  }
}

}  // namespace
}  // namespace fp8oracle::reference
