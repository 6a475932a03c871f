// SPDX-License-Identifier: Apache-2.0
// What every call has: structs with a size, and a scheme. The check must name the field that is
// wrong [K31].
#include "fp8oracle/operations/arguments.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "fp8oracle/knobs.h"
#include "good_call.h"

namespace fp8oracle {
namespace {

constexpr Grid k1x128{1, 128};

/// A change to a good call, and the argument that the check must name then ("" when it is legal).
struct Change {
  const char* argument;
  std::function<void(GoodCall&)> change;
};

void expect_named(const Operation& operation, const ResolvedScheme& scheme,
                  const std::vector<Change>& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    GoodCall call(operation, scheme);
    list[i].change(call);
    EXPECT_EQ(call.offender(), list[i].argument) << operation.name << ", change " << i;
  }
}

/// The same in every operation.
void expect_named_everywhere(const std::vector<Change>& list) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    SCOPED_TRACE(kind.name);
    expect_named(*kind.operation, kind.scheme, list);
  }
}

TEST(Arguments, GoodOnesAreAcceptedInEveryKindOfCall) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    const GoodCall call(*kind.operation, kind.scheme);
    const auto error = call.check();
    EXPECT_FALSE(error) << kind.name << ": " << error->argument << ": " << error->reason;
  }
}

TEST(Arguments, AnErrorHasAReasonAndIsInvalidArgument) {
  GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kTensorGrid));
  call.buffer("rowwise.codes").bytes -= 1;
  const auto error = call.check();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->status, FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_EQ(error->reason, "has 6143 bytes, the shape needs 6144");
}

TEST(Arguments, NoneAtAllAreNamed) {
  for (const Operation& operation : operations()) {
    const auto error = check_arguments(operation.id, nullptr);
    ASSERT_TRUE(error) << operation.name;
    EXPECT_EQ(error->argument, "args") << operation.name;
  }
}

TEST(Arguments, AnOperationThatIsNotKnownIsUnsupported) {
  const GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kTensorGrid));
  const auto number = static_cast<fp8oracle_operation>(operations().size());
  const auto error = check_arguments(number, call.args());
  ASSERT_TRUE(error);
  EXPECT_EQ(error->argument, "operation");
  EXPECT_EQ(error->status, FP8ORACLE_UNSUPPORTED);
}

// ---- Sizes of structs ---------------------------------------------------------------------------

/// Changes one struct of a fresh call, in every kind of call and for each of its structs.
void expect_of_every_struct(bool accepted,
                            const std::function<void(const GoodCall::Sized&)>& change) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    const std::size_t structs = GoodCall(*kind.operation, kind.scheme).structs().size();
    for (std::size_t i = 0; i < structs; ++i) {
      GoodCall call(*kind.operation, kind.scheme);
      const GoodCall::Sized sized = call.structs()[i];
      change(sized);
      EXPECT_EQ(call.offender(), accepted ? "" : sized.name) << kind.name << ", " << sized.name;
    }
  }
}

TEST(StructSize, ThatIsTooSmallIsNamed) {
  for (const std::uint32_t less : {1u, 4u, 8u}) {
    expect_of_every_struct(false, [less](const auto& s) { *s.size = s.known - less; });
  }
  expect_of_every_struct(false, [](const auto& s) { *s.size = 0; });
}

TEST(StructSize, MayBeLargerWhenTheBytesBehindAreZero) {
  for (const std::uint32_t more : {1u, 8u, static_cast<std::uint32_t>(kTailBytes)})
    expect_of_every_struct(true, [more](const auto& s) { *s.size = s.known + more; });
}

TEST(StructSize, EachByteBehindThatIsNotZeroIsNamed) {
  for (std::size_t at = 0; at < kTailBytes; ++at) {
    expect_of_every_struct(false, [at](const auto& s) {
      *s.size = s.known + static_cast<std::uint32_t>(kTailBytes);
      s.tail[at] = 1;
    });
  }
}

TEST(StructSize, BytesBehindItAreNobodysBusiness) {
  expect_of_every_struct(true, [](const auto& s) { std::memset(s.tail, 0xFF, kTailBytes); });
  expect_of_every_struct(true, [](const auto& s) {
    *s.size = s.known + 8;
    s.tail[8] = 1;
  });
}

TEST(StructSize, OfMoreThan64KiBIsNotBelieved) {
  expect_of_every_struct(false, [](const auto& s) { *s.size = 0x10001; });
  expect_of_every_struct(false, [](const auto& s) { *s.size = UINT32_MAX; });
}

// ---- The scheme ---------------------------------------------------------------------------------

TEST(Scheme, AMissingPartIsNamedInEveryOperation) {
  expect_named_everywhere({
      {"scheme", [](auto& c) { c.template field<const fp8oracle_scheme*>("scheme") = nullptr; }},
      {"scheme.profile", [](auto& c) { c.scheme.known.profile = nullptr; }},
      {"scheme.format", [](auto& c) { c.scheme.known.format = nullptr; }},
      {"scheme.grid", [](auto& c) { c.scheme.known.grid = nullptr; }},
      {"scheme.knobs", [](auto& c) { c.scheme.known.knobs = nullptr; }},
      {"scheme.knobs.values", [](auto& c) { c.knobs.known.values = nullptr; }},
      {"scheme.directions", [](auto& c) { c.scheme.known.directions = 0; }},
      {"scheme.directions", [](auto& c) { c.scheme.known.directions = 4; }},
      {"scheme.layout", [](auto& c) { c.scheme.known.layout = 4; }},
      {"scheme.layout", [](auto& c) { c.scheme.known.layout = UINT32_MAX; }},
  });
  EXPECT_EQ(check_scheme(nullptr)->argument, "scheme");
}

TEST(Scheme, NumbersThatAreNoFormatAreNamed) {
  struct Case {
    const char* argument;
    fp8oracle_format format;
  };
  constexpr std::uint32_t kSize = sizeof(fp8oracle_format), kMax = UINT32_MAX;
  const Case cases[]{
      {"", {kSize, 8, 4, 3, 7, 0x7E, 0, 0x7F}},
      {"", {kSize, 8, 5, 2, 15, 0x7B, 0x7C, 0x7F}},
      {"", {kSize, 8, 4, 3, 8, 0x7F, 0, 0x80}},
      {"", {kSize, 8, 1, 6, -100, 1, 2, 3}},
      {"", {kSize, 8, 6, 1, 100, 0x7D, 0x7F, 0x7E}},
      {"bits", {kSize, 7, 4, 3, 7, 0x7E, 0, 0x7F}},
      {"bits", {kSize, 0, 4, 3, 7, 0x7E, 0, 0x7F}},
      {"bits", {kSize, 4, 2, 1, 1, 7, 0, 0x80}},  // E2M1: no 8 bits
      {"exponent_bits", {kSize, 8, 0, 7, 7, 0x7E, 0, 0x7F}},
      {"exponent_bits", {kSize, 8, 7, 0, 7, 0x7E, 0, 0x7F}},
      {"exponent_bits", {kSize, 8, kMax, 8, 7, 0x7E, 0, 0x7F}},  // the sum wraps to 7
      {"exponent_bits", {kSize, 8, 8, kMax, 7, 0x7E, 0, 0x7F}},
      {"mantissa_bits", {kSize, 8, 4, 4, 7, 0x7E, 0, 0x7F}},
      {"mantissa_bits", {kSize, 8, 4, kMax, 7, 0x7E, 0, 0x7F}},
      {"bias", {kSize, 8, 4, 3, 101, 0x7E, 0, 0x7F}},
      {"bias", {kSize, 8, 4, 3, -101, 0x7E, 0, 0x7F}},
      {"bias", {kSize, 8, 4, 3, INT32_MIN, 0x7E, 0, 0x7F}},
      {"", {kSize, 8, 6, 1, -64, 0x7F, 0, 0x80}},  // 1.5 * 2^127
      {"max_code", {kSize, 8, 6, 1, -65, 0x7F, 0, 0x80}},
      {"", {kSize, 8, 6, 1, -65, 0x7D, 0, 0x7F}},
      {"", {kSize, 8, 5, 2, -97, 0x7B, 0x7C, 0x7F}},  // 1.75 * 2^127
      {"max_code", {kSize, 8, 5, 2, -98, 0x7B, 0x7C, 0x7F}},
      {"max_code", {kSize, 8, 6, 1, -100, 0x7D, 0x7F, 0x7E}},
      {"", {kSize, 8, 6, 1, -100, 0x37, 0x7F, 0x7E}},  // 1.5 * 2^127
      {"max_code", {kSize, 8, 6, 1, -100, 0x38, 0x7F, 0x7E}},
      {"", {kSize, 8, 4, 3, -100, 0x7E, 0, 0x7F}},
      {"max_code", {kSize, 8, 4, 3, 7, 0, 0, 0x7F}},
      {"max_code", {kSize, 8, 4, 3, 7, 0x80, 0, 0x80}},
      {"inf_code", {kSize, 8, 5, 2, 15, 0x7B, 0x7B, 0x7F}},  // the largest finite code
      {"inf_code", {kSize, 8, 5, 2, 15, 0x7B, 1, 0x7F}},
      {"inf_code", {kSize, 8, 5, 2, 15, 0x7B, 0xFC, 0x7F}},
      {"nan_code", {kSize, 8, 5, 2, 15, 0x7B, 0x7C, 0x7C}},  // the infinity
      {"nan_code", {kSize, 8, 5, 2, 15, 0x7B, 0x7C, 0x7B}},
      {"nan_code", {kSize, 8, 5, 2, 15, 0x7B, 0x7C, 0}},
      {"nan_code", {kSize, 8, 5, 2, 15, 0x7B, 0x7C, 0xFF}},
      {"nan_code", {kSize, 8, 4, 3, 8, 0x7F, 0, 0x7F}},
  };
  for (const Case& c : cases) {
    GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kTensorGrid));
    call.format.known = c.format;
    call.knob_values[FP8ORACLE_KNOB_ELEMENT_MAX_CODE] = 0;
    const std::string argument(c.argument);
    EXPECT_EQ(call.offender(), argument.empty() ? "" : "scheme.format." + argument)
        << &c - cases << ". row";
  }
}

TEST(Scheme, NumbersThatAreNoGridAreNamed) {
  struct Case {
    const char* argument;
    fp8oracle_grid grid;
  };
  constexpr std::uint32_t kSize = sizeof(fp8oracle_grid), kF32 = FP8ORACLE_SCALE_F32,
                          kE8M0 = FP8ORACLE_SCALE_E8M0, kE4M3Scales = FP8ORACLE_SCALE_E4M3,
                          kMost = 65536;
  const Case cases[]{
      {"", {kSize, 0, 0, kF32, 0, 1}},
      {"", {kSize, 1, 0, kF32, 0, 1}},
      {"", {kSize, 3, 5, kF32, 0, 1}},
      {"", {kSize, kMost, kMost, kF32, 0, 1}},
      {"", {kSize, 3, 5, kE8M0, 1, 1}},
      {"block_rows", {kSize, 0, 5, kF32, 0, 1}},
      {"block_rows", {kSize, kMost + 1, 5, kF32, 0, 1}},
      {"block_rows", {kSize, UINT32_MAX, 5, kF32, 0, 1}},
      {"block_cols", {kSize, 5, 0, kF32, 0, 1}},
      {"block_cols", {kSize, 5, kMost + 1, kF32, 0, 1}},
      {"scale_type", {kSize, 3, 5, kE4M3Scales, 0, 1}},
      {"scale_type", {kSize, 3, 5, UINT32_MAX, 0, 1}},
      {"scale_type", {kSize, 0, 0, kE8M0, 0, 1}},
      {"scale_type", {kSize, 1, 0, kE8M0, 0, 1}},
      {"repeat", {kSize, 3, 5, kE8M0, 2, 1}},
      {"repeat", {kSize, 1, 32, kE8M0, 1, 1}},  // a band of one line has nothing to repeat
      {"repeat", {kSize, 0, 0, kF32, 1, 1}},
      {"repeat", {kSize, 1, 0, kF32, 1, 1}},
      {"", {kSize, 2, 5, kF32, 1, 1}},
      {"levels", {kSize, 3, 5, kF32, 0, 2}},
      {"levels", {kSize, 3, 5, kF32, 0, 0}},
  };
  for (const Case& c : cases) {
    GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(k1x128));
    call.grid.known = c.grid;
    const auto error = check_scheme(&call.scheme.known);
    const std::string argument(c.argument);
    EXPECT_EQ(error ? error->argument : "", argument.empty() ? "" : "scheme.grid." + argument)
        << &c - cases << ". row";
  }
}

TEST(Scheme, AGridHasTheLayoutsOfItsScales) {
  const auto legal = [](const Grid& grid, std::uint32_t layout) {
    AbiScheme abi(te_scheme(grid), "te");
    fp8oracle_scheme scheme = *abi.get();
    scheme.layout = layout;
    const auto error = check_scheme(&scheme);
    if (error) {
      EXPECT_EQ(error->argument, "scheme.layout") << to_string(grid);
    }
    return !error;
  };
  for (const Grid& grid : {kTensorGrid, kRowGrid}) {
    EXPECT_TRUE(legal(grid, FP8ORACLE_LAYOUT_COMPACT)) << to_string(grid);
    for (const std::uint32_t layout : {1u, 2u, 3u, 4u})
      EXPECT_FALSE(legal(grid, layout)) << to_string(grid) << " " << layout;
  }
  for (const Grid& grid : {k1x128, Grid{128, 128}, Grid{3, 5}}) {
    EXPECT_TRUE(legal(grid, FP8ORACLE_LAYOUT_COMPACT)) << to_string(grid);
    EXPECT_TRUE(legal(grid, FP8ORACLE_LAYOUT_PADDED)) << to_string(grid);
    EXPECT_FALSE(legal(grid, FP8ORACLE_LAYOUT_SWIZZLED)) << to_string(grid);
    EXPECT_FALSE(legal(grid, FP8ORACLE_LAYOUT_PACKED)) << to_string(grid);
  }
  for (const Grid& grid : {kMx32Grid, kMx32x32Grid}) {
    for (const std::uint32_t layout : {0u, 1u, 2u, 3u})
      EXPECT_TRUE(legal(grid, layout)) << to_string(grid) << " " << layout;
    EXPECT_FALSE(legal(grid, 4)) << to_string(grid);
  }
}

TEST(Scheme, AnOperationNamesWhatItDoesNotTake) {
  const Grid blocks[]{kRowGrid, k1x128, kMx32Grid};
  for (const Grid& grid : blocks) {
    for (const auto id : {FP8ORACLE_OP_QUANTIZE_CURRENT, FP8ORACLE_OP_SCALE_INVERSE}) {
      GoodCall call(operation(id), te_scheme(kTensorGrid));
      AbiScheme abi(te_scheme(grid), "te");
      call.field<const fp8oracle_scheme*>("scheme") = abi.get();
      EXPECT_EQ(call.offender(), "scheme.grid") << to_string(grid);
    }
  }
  for (const auto id : {FP8ORACLE_OP_SWIZZLE, FP8ORACLE_OP_UNSWIZZLE}) {
    expect_named(operation(id), te_scheme(kMx32Grid),
                 {{"scheme.directions", [](auto& c) { c.scheme.known.directions = 3; }},
                  {"scheme.layout", [](auto& c) { c.scheme.known.layout = 2; }},
                  {"scheme.layout", [](auto& c) { c.scheme.known.layout = 3; }},
                  {"scheme.grid", [](auto& c) { c.grid.known.scale_type = FP8ORACLE_SCALE_F32; }}});
  }
  expect_named(operation(FP8ORACLE_OP_DEQUANTIZE), te_scheme(k1x128),
               {{"scheme.directions", [](auto& c) { c.scheme.known.directions = 3; }}});
}

// ---- Knobs --------------------------------------------------------------------------------------

constexpr std::uint32_t kKnobs = FP8ORACLE_KNOB_MX_COLUMNWISE_CODES + 1;

TEST(Knobs, OneOutsideItsListIsNamedInEveryOperation) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    for (const Knob& knob : knobs()) {
      const auto values = knob.is_number() ? std::uint32_t{kE4M3.max_code} + 1
                                           : static_cast<std::uint32_t>(knob.values.size());
      for (const std::uint32_t value : {values, 1000u, UINT32_MAX}) {
        GoodCall call(*kind.operation, kind.scheme);
        call.knob_values[knob.id] = value;
        EXPECT_EQ(call.offender(), "scheme.knobs." + std::string(knob.name)) << kind.name;
      }
    }
  }
}

TEST(Knobs, EveryValueOfEveryListIsLegal) {
  for (const Knob& knob : knobs()) {
    const std::size_t values = knob.is_number() ? kE4M3.max_code + 1 : knob.values.size();
    for (std::uint32_t value = 0; value < values; ++value) {
      GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kMx32Grid));
      call.knob_values[knob.id] = value;
      const auto error = check_scheme(&call.scheme.known);
      EXPECT_FALSE(error) << knob.name << " = " << value;
    }
  }
}

TEST(Knobs, OneThatIsNotKnownIsUnsupportedByItsNumberUnlessItIsZero) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    GoodCall call(*kind.operation, kind.scheme);
    call.knob_values.resize(kKnobs + 5);
    call.knobs.known = {sizeof(fp8oracle_knobs), kKnobs + 5, call.knob_values.data()};
    EXPECT_EQ(call.offender(), "") << kind.name;
    call.knob_values[kKnobs + 3] = 1;
    const auto error = call.check();
    ASSERT_TRUE(error) << kind.name;
    EXPECT_EQ(error->status, FP8ORACLE_UNSUPPORTED) << kind.name;
    EXPECT_EQ(error->argument, "scheme.knobs") << kind.name;
    EXPECT_NE(error->reason.find("knob " + std::to_string(kKnobs + 3) + " "), std::string::npos)
        << error->reason;
  }
}

TEST(Knobs, ThoseBeyondTheCountAreZeroAndNotLookedAt) {
  GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kMx32Grid));
  for (std::uint32_t count = 0; count <= kKnobs; ++count) {
    call.knob_values.assign(kKnobs, UINT32_MAX);
    std::fill_n(call.knob_values.begin(), count, 1u);
    call.knobs.known.count = count;
    ASSERT_EQ(call.offender(), "") << count;
    const KnobValues values = values_of(resolve(call.scheme.known).knobs);
    for (std::uint32_t i = 0; i < kKnobs; ++i) {
      const bool the_formats_own = i == FP8ORACLE_KNOB_ELEMENT_MAX_CODE && i >= count;
      EXPECT_EQ(values.at(i), the_formats_own ? kE4M3.max_code : i < count) << count << " " << i;
    }
  }
  call.knobs.known.count = 0;
  call.knobs.known.values = nullptr;
  EXPECT_EQ(call.offender(), "");
}

TEST(Knobs, MoreThanTheLongestListAreNamed) {
  GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kMx32Grid));
  call.knobs.known.count = 65537;
  EXPECT_EQ(call.offender(), "scheme.knobs.count");
}

// ---- Report -------------------------------------------------------------------------------------

TEST(Report, WritesTheArgumentAndTheReasonCutToTheCapacity) {
  char text[16];
  std::memset(text, '#', sizeof text);
  EXPECT_EQ(report(ArgumentError{"rows", "is negative"}, {text, sizeof text}),
            FP8ORACLE_INVALID_ARGUMENT);
  EXPECT_STREQ(text, "rows: is negati");
  EXPECT_EQ(report(ArgumentError{"scheme.knobs", "no", FP8ORACLE_UNSUPPORTED}, {nullptr, 0}),
            FP8ORACLE_UNSUPPORTED);
  EXPECT_EQ(report(FP8ORACLE_UNSUPPORTED, "anything", {nullptr, 0}), FP8ORACLE_UNSUPPORTED);
  char one = '#';
  report(FP8ORACLE_OK, "anything", {&one, 1});
  EXPECT_EQ(one, '\0');
}

}  // namespace
}  // namespace fp8oracle
