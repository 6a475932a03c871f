// SPDX-License-Identifier: Apache-2.0
// What may lie where: inputs are never written, and no output is another one.
#include <gtest/gtest.h>

#include "fp8oracle/operations/arguments.h"
#include "good_call.h"

namespace fp8oracle {
namespace {

constexpr unsigned kBoth = FP8ORACLE_ROWWISE | FP8ORACLE_COLUMNWISE;

/// Moves a buffer of a call and says which argument the check names then.
class Moved {
 public:
  Moved(fp8oracle_operation id, const ResolvedScheme& scheme) : call_(operation(id), scheme) {}

  Moved& to(const std::string& name, const std::string& other, std::int64_t distance = 0) {
    call_.buffer(name).data = static_cast<std::uint8_t*>(call_.buffer(other).data) + distance;
    return *this;
  }
  Moved& absent(const std::string& name) {
    call_.buffer(name) = {};
    return *this;
  }
  std::string offender() const { return call_.offender(); }
  std::string reason() const { return call_.check()->reason; }
  GoodCall& call() { return call_; }

 private:
  GoodCall call_;
};

TEST(Overlaps, WhatIsWrittenAndOverlapsIsNamed) {
  struct Case {
    fp8oracle_operation operation;
    Grid grid;
    unsigned directions;
    const char *moved, *onto, *argument;
  };
  constexpr auto kQuantize = FP8ORACLE_OP_QUANTIZE, kMany = FP8ORACLE_OP_QUANTIZE_MANY,
                 kCurrent = FP8ORACLE_OP_QUANTIZE_CURRENT, kAmax = FP8ORACLE_OP_AMAX,
                 kFromAmax = FP8ORACLE_OP_SCALE_FROM_AMAX, kInverse = FP8ORACLE_OP_SCALE_INVERSE,
                 kDequantize = FP8ORACLE_OP_DEQUANTIZE, kSwizzle = FP8ORACLE_OP_SWIZZLE,
                 kUnswizzle = FP8ORACLE_OP_UNSWIZZLE;
  constexpr Grid k1x128{1, 128};
  const Case cases[]{
      {kQuantize, kTensorGrid, 1, "rowwise.codes", "input.data", "rowwise.codes"},
      {kQuantize, kTensorGrid, 1, "rowwise.codes", "rowwise.scale_inv", "rowwise.scale_inv"},
      {kQuantize, kMx32Grid, 1, "rowwise.codes", "rowwise.scale_inv", "rowwise.scale_inv"},
      {kQuantize, k1x128, 2, "columnwise.codes", "input.data", "columnwise.codes"},
      {kQuantize, kTensorGrid, kBoth, "columnwise.codes", "rowwise.codes", "columnwise.codes"},
      {kQuantize, kMx32Grid, kBoth, "columnwise.scale_inv", "rowwise.scale_inv",
       "columnwise.scale_inv"},
      {kQuantize, kTensorGrid, 1, "amax", "scale", "amax"},
      {kQuantize, kTensorGrid, 1, "amax", "input.data", "amax"},
      {kQuantize, kTensorGrid, 1, "noop", "amax", "amax"},
      {kQuantize, kTensorGrid, 1, "noop", "rowwise.codes", "rowwise.codes"},
      {kQuantize, kTensorGrid, 1, "scale", "rowwise.scale_inv", "rowwise.scale_inv"},
      {kQuantize, kTensorGrid, 1, "amax", "rowwise.scale_inv", "rowwise.scale_inv"},
      {kAmax, kTensorGrid, 1, "amax", "input.data", "amax"},
      {kAmax, kTensorGrid, 1, "noop", "amax", "amax"},
      {kFromAmax, kTensorGrid, 1, "scale", "amax", "scale"},
      {kFromAmax, kTensorGrid, 1, "noop", "scale", "scale"},
      {kCurrent, kTensorGrid, 1, "amax", "scale", "scale"},
      {kCurrent, kTensorGrid, 1, "scale", "input.data", "scale"},
      {kInverse, kTensorGrid, 1, "scale_inv", "scale", "scale_inv"},
      {kDequantize, kTensorGrid, 1, "output.data", "pair.codes", "output.data"},
      {kDequantize, kMx32Grid, 2, "output.data", "pair.scale_inv", "output.data"},
      {kSwizzle, kMx32Grid, 1, "output", "input", "output"},
      {kUnswizzle, kMx32Grid, 2, "output", "input", "output"},
      {kMany, kTensorGrid, 1, "items[2].rowwise.codes", "items[0].rowwise.codes",
       "items[2].rowwise.codes"},
      {kMany, kMx32Grid, 2, "items[1].columnwise.scale_inv", "items[0].columnwise.scale_inv",
       "items[1].columnwise.scale_inv"},
      {kMany, kTensorGrid, 1, "items[2].rowwise.codes", "items[0].input.data",
       "items[2].rowwise.codes"},
      {kMany, kTensorGrid, 1, "items[1].amax", "items[0].scale", "items[1].amax"},
      {kMany, kTensorGrid, 1, "items[1].rowwise.scale_inv", "items[0].rowwise.scale_inv",
       "items[1].rowwise.scale_inv"},
      {kMany, kTensorGrid, 1, "noop", "items[2].amax", "items[2].amax"},
  };
  for (const Case& c : cases) {
    Moved moved(c.operation, te_scheme(c.grid, c.directions));
    moved.to(c.moved, c.onto);
    EXPECT_EQ(moved.offender(), c.argument) << &c - cases << ". row: " << c.moved;
  }
}

TEST(Overlaps, OneByteIsEnoughAndNoneIsNot) {
  // 64 x 96 codes; the last row of the input ends 4 elements before its stride.
  constexpr std::int64_t kCodes = 64 * 96, kInput = (63 * 100 + 96) * 4;
  const auto offender = [](const std::string& name, const std::string& other, std::int64_t at) {
    return Moved(FP8ORACLE_OP_QUANTIZE, te_scheme(kMx32Grid)).to(name, other, at).offender();
  };
  EXPECT_EQ(offender("rowwise.scale_inv", "input.data", kInput - 1), "rowwise.scale_inv");
  EXPECT_EQ(offender("rowwise.scale_inv", "input.data", kInput), "");
  EXPECT_EQ(offender("rowwise.scale_inv", "rowwise.codes", kCodes - 1), "rowwise.scale_inv");
  EXPECT_EQ(offender("rowwise.scale_inv", "rowwise.codes", kCodes), "");
  EXPECT_EQ(offender("rowwise.scale_inv", "rowwise.codes", -64 * 3), "");
  EXPECT_EQ(offender("rowwise.scale_inv", "rowwise.codes", -64 * 3 + 1), "rowwise.codes");
}

TEST(Overlaps, AGapOfAStrideBelongsToTheInput) {
  Moved moved(FP8ORACLE_OP_AMAX, te_scheme(kTensorGrid));
  EXPECT_EQ(moved.to("amax", "input.data", 96 * 4).offender(), "amax");
}

TEST(Overlaps, ALongerMatrixHasNoMoreThanItsShape) {
  Moved moved(FP8ORACLE_OP_AMAX, te_scheme(kTensorGrid));
  moved.call().matrix("input").data.bytes += 4;
  EXPECT_EQ(moved.to("amax", "input.data", (63 * 100 + 96) * 4).offender(), "");
}

TEST(Overlaps, ASmallOneInsideALargeOneIsSeenBehindASmallOne) {
  // amax lies in the input, and the scale before it in the input too: reading twice is fine.
  Moved moved(FP8ORACLE_OP_QUANTIZE, te_scheme(kTensorGrid));
  moved.to("scale", "input.data", 400);
  EXPECT_EQ(moved.offender(), "");
  EXPECT_EQ(moved.to("amax", "input.data", 800).offender(), "amax");
}

TEST(Overlaps, BothNamesAreInTheMessage) {
  Moved moved(FP8ORACLE_OP_QUANTIZE, te_scheme(kTensorGrid));
  moved.to("rowwise.codes", "input.data");
  EXPECT_EQ(moved.reason(), "is written and overlaps input.data");
}

TEST(Overlaps, WhatIsReadTwiceIsFine) {
  EXPECT_EQ(Moved(FP8ORACLE_OP_QUANTIZE, te_scheme(kTensorGrid)).to("noop", "scale").offender(),
            "");
  EXPECT_EQ(
      Moved(FP8ORACLE_OP_QUANTIZE, te_scheme(kTensorGrid)).to("scale", "input.data").offender(),
      "");
  EXPECT_EQ(
      Moved(FP8ORACLE_OP_SCALE_FROM_AMAX, te_scheme(kTensorGrid)).to("noop", "amax").offender(),
      "");
  EXPECT_EQ(Moved(FP8ORACLE_OP_DEQUANTIZE, te_scheme(kMx32Grid))
                .to("pair.scale_inv", "pair.codes")
                .offender(),
            "");
  EXPECT_EQ(Moved(FP8ORACLE_OP_QUANTIZE_MANY, te_scheme(kTensorGrid))
                .to("items[2].input.data", "items[0].input.data")
                .offender(),
            "");
}

TEST(Overlaps, ItemsMayShareAnAmaxOrAScale) {
  Moved moved(FP8ORACLE_OP_QUANTIZE_MANY, te_scheme(kTensorGrid, kBoth));
  for (const char* cell : {"amax", "scale"}) {
    for (const char* item : {"items[1].", "items[2]."})
      EXPECT_EQ(moved.to(std::string(item) + cell, std::string("items[0].") + cell).offender(), "");
  }
  // A shared cell is still no place for anything else.
  EXPECT_EQ(moved.to("items[1].rowwise.codes", "items[0].amax", -7).offender(), "items[0].amax");
}

TEST(Overlaps, TheOneScaleInvOfBothDirectionsIsFine) {
  for (const auto id : {FP8ORACLE_OP_QUANTIZE, FP8ORACLE_OP_QUANTIZE_CURRENT}) {
    Moved moved(id, te_scheme(kTensorGrid, kBoth));
    EXPECT_EQ(moved.call().buffer("rowwise.scale_inv").data,
              moved.call().buffer("columnwise.scale_inv").data);
    EXPECT_EQ(moved.offender(), "");
    EXPECT_EQ(moved.absent("rowwise.scale_inv").offender(), "");
    EXPECT_EQ(moved.absent("columnwise.scale_inv").offender(), "");
  }
}

TEST(Overlaps, TwoScaleInvOfOneTensorAreNamed) {
  Moved moved(FP8ORACLE_OP_QUANTIZE, te_scheme(kTensorGrid, kBoth));
  moved.call().buffer("columnwise.scale_inv") = moved.call().take(4);
  EXPECT_EQ(moved.offender(), "columnwise.scale_inv");
  Moved many(FP8ORACLE_OP_QUANTIZE_MANY, te_scheme(kTensorGrid, kBoth));
  many.to("items[2].columnwise.scale_inv", "items[1].columnwise.scale_inv");
  EXPECT_EQ(many.offender(), "items[2].columnwise.scale_inv");
}

TEST(Overlaps, EmptyBuffersAreNowhere) {
  GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kTensorGrid), 0, 96);
  call.buffer("rowwise.codes").data = call.buffer("amax").data;
  EXPECT_EQ(call.offender(), "");
}

}  // namespace
}  // namespace fp8oracle
