// SPDX-License-Identifier: Apache-2.0
// Buffers, shapes and options of every operation: each at its nearest illegal value [K31].
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "fp8oracle/operations/arguments.h"
#include "fp8oracle/profile.h"
#include "fp8oracle/scheme.h"
#include "good_call.h"

namespace fp8oracle {
namespace {

constexpr unsigned kBoth = FP8ORACLE_ROWWISE | FP8ORACLE_COLUMNWISE;
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

/// Whether backend.h lets the buffer be absent, in words of its own.
bool is_optional(const KindOfCall& kind, std::string_view name) {
  const std::string_view field = name.substr(name.rfind('.') + 1);
  if (field == "noop") return true;
  const bool per_tensor = kind.scheme.grid == kTensorGrid;
  switch (kind.operation->id) {
    case FP8ORACLE_OP_QUANTIZE:
    case FP8ORACLE_OP_QUANTIZE_CURRENT:
    case FP8ORACLE_OP_QUANTIZE_MANY:
      return per_tensor && (field == "scale" || field == "amax" || field == "scale_inv");
    case FP8ORACLE_OP_SCALE_INVERSE: return field == "scale";
    default: return false;
  }
}

/// Changes one buffer of a fresh call, in every kind of call and for each buffer that is given.
/// `expected` says which name the check has then, or nothing.
void expect_of_every_buffer(
    const std::function<void(GoodCall::Named&)>& change,
    const std::function<std::string(const KindOfCall&, const GoodCall::Named&)>& expected) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    const std::size_t buffers = GoodCall(*kind.operation, kind.scheme).buffers().size();
    for (std::size_t i = 0; i < buffers; ++i) {
      GoodCall call(*kind.operation, kind.scheme);
      GoodCall::Named named = call.buffers()[i];
      if (absent(*named.buffer)) continue;
      change(named);
      EXPECT_EQ(call.offender(), expected(kind, named)) << kind.name << ", " << named.name;
    }
  }
}

std::string its_name(const KindOfCall&, const GoodCall::Named& named) { return named.name; }

TEST(Buffers, AreNamedWhenTheyAreOneByteShort) {
  expect_of_every_buffer([](auto& n) { n.buffer->bytes -= 1; }, its_name);
}

TEST(Buffers, AreNamedWhenTheyAreOneByteLongButForAMatrix) {
  expect_of_every_buffer(
      [](auto& n) { n.buffer->bytes += 1; },
      [](const auto&, const auto& n) { return n.at_least ? std::string() : n.name; });
}

TEST(Buffers, AreNamedWhenTheyHaveBytesButNoAddress) {
  expect_of_every_buffer([](auto& n) { n.buffer->data = nullptr; }, its_name);
}

TEST(Buffers, AreNamedWhenTheyHaveAnAddressButNoBytes) {
  expect_of_every_buffer([](auto& n) { n.buffer->bytes = 0; }, its_name);
}

TEST(Buffers, AreNamedWhenTheyAreAbsentAndNeeded) {
  expect_of_every_buffer([](auto& n) { *n.buffer = {}; },
                         [](const auto& kind, const auto& n) {
                           return is_optional(kind, n.name) ? std::string() : n.name;
                         });
}

TEST(Buffers, NeedTheAlignmentOfTheirElementsAndNoMore) {
  for (const std::size_t bytes : {1u, 2u, 3u, 4u}) {
    expect_of_every_buffer(
        [bytes](auto& n) { n.buffer->data = static_cast<std::uint8_t*>(n.buffer->data) + bytes; },
        [bytes](const auto& kind, const auto& n) {
          if (bytes % n.alignment != 0) return n.name;
          // The one scale_inv of two directions: moved alone it is another than its twin, which is
          // said of the second. Two that are given may differ.
          const std::size_t pair = n.name.find("rowwise.scale_inv");
          const bool twin = kind.scheme.grid == kTensorGrid && kind.scheme.directions == kBoth &&
                            kind.operation->find(FieldRole::kPairGiven) == nullptr;
          if (twin && pair != std::string::npos)
            return n.name.substr(0, pair) + "columnwise.scale_inv";
          return twin && n.name.ends_with("columnwise.scale_inv") ? n.name : std::string();
        });
  }
}

TEST(Buffers, OfHalfTheAlignmentAreNamed) {
  for (const auto type : {FP8ORACLE_BF16, FP8ORACLE_F16}) {
    GoodCall call(operation(FP8ORACLE_OP_AMAX), te_scheme(kTensorGrid));
    call.matrix("input").type = type;
    auto& data = call.matrix("input").data.data;
    data = static_cast<std::uint8_t*>(data) + 1;
    EXPECT_EQ(call.offender(), "input.data");
    data = static_cast<std::uint8_t*>(data) + 1;
    EXPECT_EQ(call.offender(), "");
  }
}

TEST(Buffers, ThatHaveNoPlaceInTheSchemeAreNamed) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    GoodCall all(*kind.operation, kind.scheme);
    const std::size_t buffers = all.buffers().size();
    for (std::size_t i = 0; i < buffers; ++i) {
      for (const fp8oracle_buffer given :
           {all.take(4), fp8oracle_buffer{nullptr, 4}, fp8oracle_buffer{all.take(1).data, 0}}) {
        GoodCall call(*kind.operation, kind.scheme);
        const GoodCall::Named named = call.buffers()[i];
        if (!absent(*named.buffer)) continue;
        *named.buffer = given;
        EXPECT_EQ(call.offender(), named.name) << kind.name;
      }
    }
  }
}

TEST(Buffers, ASecondScaleIsNamed) {
  std::size_t pairs = 0;
  for (const KindOfCall& kind : every_kind_of_call()) {
    GoodCall names(*kind.operation, kind.scheme);
    for (const GoodCall::Named& n : names.buffers()) {
      if (!n.name.ends_with("second_scale")) continue;
      GoodCall call(*kind.operation, kind.scheme);
      call.buffer(n.name) = call.take(4);
      EXPECT_EQ(call.offender(), n.name) << kind.name;
      ++pairs;
    }
  }
  // quantize, current, dequantize, many, given
  EXPECT_EQ(pairs, 9u * 2 + 3u * 2 + 5u * 1 + 9u * 6 + 9u * 2);
}

TEST(Buffers, AWorkspaceMayBeAnythingButBytesWithoutAnAddress) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    if (kind.operation->find(FieldRole::kWorkspace) == nullptr) continue;
    GoodCall call(*kind.operation, kind.scheme);
    auto& workspace = call.field<fp8oracle_buffer>("workspace");
    workspace = {nullptr, 77};
    EXPECT_EQ(call.offender(), "workspace") << kind.name;
    workspace = call.take(77);
    EXPECT_EQ(call.offender(), "") << kind.name;
    workspace.bytes = 0;
    EXPECT_EQ(call.offender(), "") << kind.name;
  }
}

TEST(Buffers, ReachingPastTheEndOfMemoryIsNamed) {
  GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kTensorGrid));
  call.buffer("rowwise.codes").data = reinterpret_cast<void*>(UINTPTR_MAX - 6142);
  EXPECT_EQ(call.offender(), "rowwise.codes");
}

// ---- Shapes -------------------------------------------------------------------------------------

/// The matrices of a call: "input" or "output", or those of its items.
std::vector<std::string> matrices_of(const KindOfCall& kind) {
  std::vector<std::string> names;
  for (const GoodCall::Named& n : GoodCall(*kind.operation, kind.scheme).buffers()) {
    if (n.at_least) names.push_back(n.name.substr(0, n.name.rfind(".data")));
  }
  return names;
}

void expect_of_every_matrix(const std::string& part,
                            const std::function<void(fp8oracle_matrix&)>& change) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    for (const std::string& name : matrices_of(kind)) {
      GoodCall call(*kind.operation, kind.scheme);
      change(call.matrix(name));
      EXPECT_EQ(call.offender(), part.empty() ? "" : name + "." + part) << kind.name;
    }
  }
}

TEST(Shapes, OfAMatrixAreNamedWhenTheyAreNone) {
  expect_of_every_matrix("type", [](auto& m) { m.type = 3; });
  expect_of_every_matrix("rows", [](auto& m) { m.rows = -1; });
  expect_of_every_matrix("cols", [](auto& m) { m.cols = -1; });
  expect_of_every_matrix("row_stride", [](auto& m) { m.row_stride = m.cols - 1; });
  expect_of_every_matrix("row_stride", [](auto& m) { m.row_stride = -1; });
}

TEST(Shapes, WhoseProductOverflowsAreNamed) {
  expect_of_every_matrix("rows", [](auto& m) { m.rows = std::int64_t{1} << 60; });
  expect_of_every_matrix("rows", [](auto& m) { m.rows = kLargest; });
  expect_of_every_matrix("rows", [](auto& m) { m.cols = m.row_stride = kLargest; });
  // Nothing to read, and yet a number of rows that no padding can be added to.
  expect_of_every_matrix("rows", [](auto& m) { m.rows = kLargest, m.cols = m.row_stride = 0; });
  expect_of_every_matrix("rows", [](auto& m) { m.rows = 0, m.cols = m.row_stride = kLargest; });
}

TEST(Shapes, AStrideThatOverflowsIsNamed) {
  for (const KindOfCall& kind : every_kind_of_call()) {
    for (const std::string& name : matrices_of(kind)) {
      // Too large, too large in bytes alone, and one that the buffer's bytes do not reach.
      for (const std::int64_t stride : {kLargest, kLargest / 63 + 1, kLargest / 63 / 2 + 1}) {
        GoodCall call(*kind.operation, kind.scheme);
        call.matrix(name).row_stride = stride;
        EXPECT_EQ(call.offender(), name + ".row_stride") << kind.name << " " << stride;
      }
    }
  }
  GoodCall call(operation(FP8ORACLE_OP_AMAX), te_scheme(kTensorGrid));
  call.matrix("input").row_stride += 1;
  EXPECT_EQ(call.offender(), "input.data");
}

TEST(Shapes, AnOutputIsDense) {
  GoodCall call(operation(FP8ORACLE_OP_DEQUANTIZE), te_scheme(kTensorGrid));
  call.matrix("output").row_stride += 1;
  EXPECT_EQ(call.offender(), "output.row_stride");
}

TEST(Shapes, OfScalesAloneAreNamedWhenTheyAreNone) {
  for (const auto id : {FP8ORACLE_OP_SWIZZLE, FP8ORACLE_OP_UNSWIZZLE}) {
    const auto offender = [id](std::int64_t rows, std::int64_t cols) {
      GoodCall call(operation(id), te_scheme(kMx32Grid));
      call.field<std::int64_t>("rows") = rows;
      call.field<std::int64_t>("cols") = cols;
      return call.offender();
    };
    EXPECT_EQ(offender(-1, 96), "rows");
    EXPECT_EQ(offender(64, -1), "cols");
    EXPECT_EQ(offender(kLargest, 96), "rows");
    EXPECT_EQ(offender(64, kLargest), "rows");
    EXPECT_EQ(offender(kLargest, 0), "rows");
    EXPECT_EQ(offender(0, kLargest), "rows");
    // Another shape than the buffers': 64 x 3 scales, and 128 x 4 swizzled.
    EXPECT_EQ(offender(129, 96), "input");
    EXPECT_EQ(offender(64, 97), id == FP8ORACLE_OP_SWIZZLE ? "input" : "output");
  }
}

TEST(Shapes, AnEmptyTensorNeedsNoData) {
  struct Shape {
    std::int64_t rows, cols;
  };
  for (const KindOfCall& kind : every_kind_of_call()) {
    for (const auto [rows, cols] : {Shape{0, 0}, Shape{0, 96}, Shape{64, 0}, Shape{65, 0}}) {
      GoodCall call(*kind.operation, kind.scheme, rows, cols);
      EXPECT_EQ(call.offender(), "") << kind.name << " " << rows << " x " << cols;
      for (const GoodCall::Named& n : call.buffers()) {
        if (n.name.ends_with("codes") || n.at_least) {
          EXPECT_TRUE(absent(*n.buffer)) << n.name;
        }
      }
    }
  }
}

TEST(Shapes, ManyRowsOfNothingAreAccepted) {
  for (const Grid& grid : {kTensorGrid, Grid{1, 128}, kMx32Grid}) {
    GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(grid), std::int64_t{1} << 50, 0);
    EXPECT_EQ(call.offender(), "") << to_string(grid);
  }
}

TEST(Shapes, OneRowMayHaveAnyStride) {
  GoodCall call(operation(FP8ORACLE_OP_QUANTIZE), te_scheme(kTensorGrid), 1, 96);
  call.matrix("input").row_stride = kLargest;
  EXPECT_EQ(call.offender(), "");
}

TEST(Shapes, AreWholeBlocksWhereTheProfileSaysSo) {
  struct Case {
    const char* argument;
    fp8oracle_operation operation;
    Grid grid;
    unsigned directions;
    std::int64_t rows, cols;
  };
  constexpr auto kQuantize = FP8ORACLE_OP_QUANTIZE, kMany = FP8ORACLE_OP_QUANTIZE_MANY,
                 kDequantize = FP8ORACLE_OP_DEQUANTIZE, kAmax = FP8ORACLE_OP_AMAX,
                 kSwizzle = FP8ORACLE_OP_SWIZZLE;
  const Case cases[]{
      {"", kQuantize, kMx32Grid, kBoth, 64, 96},
      {"", kQuantize, kMx32Grid, 1, 63, 96},  // rowwise blocks do not run along the rows
      {"", kQuantize, kMx32Grid, 2, 64, 95},
      {"", kQuantize, kMx32Grid, kBoth, 0, 96},
      {"input.cols", kQuantize, kMx32Grid, 1, 64, 95},
      {"input.cols", kQuantize, kMx32Grid, kBoth, 63, 95},
      {"input.rows", kQuantize, kMx32Grid, 2, 63, 96},
      {"input.rows", kQuantize, kMx32Grid, kBoth, 63, 96},
      {"input.cols", kQuantize, Grid{1, 128}, 1, 64, 96},
      {"input.cols", kQuantize, Grid{3, 5}, kBoth, 65, 96},
      {"", kQuantize, Grid{3, 5}, kBoth, 65, 95},  // bands need not be whole
      {"", kQuantize, kTensorGrid, kBoth, 63, 95},
      {"", kQuantize, kRowGrid, kBoth, 63, 95},
      {"items[0].input.cols", kMany, kMx32Grid, 1, 64, 95},
      {"output.cols", kDequantize, kMx32Grid, 1, 64, 95},
      {"output.rows", kDequantize, kMx32Grid, 2, 63, 96},
      {"", kAmax, kMx32Grid, 1, 63, 95},
      {"", kSwizzle, kMx32Grid, 1, 63, 95},
  };
  for (const Case& c : cases) {
    ResolvedScheme scheme = te_scheme(c.grid, c.directions);
    scheme.knobs.shapes = FP8ORACLE_SHAPES_WHOLE_BLOCKS;
    const GoodCall call(operation(c.operation), scheme, c.rows, c.cols);
    EXPECT_EQ(call.offender(), c.argument) << &c - cases << ". row";
  }
}

TEST(Shapes, TheNumbersOfAFewBuffersAreThoseOfThePage) {
  const auto bytes = [](fp8oracle_operation id, const Grid& grid, fp8oracle_layout layout,
                        const char* name) {
    GoodCall call(operation(id), te_scheme(grid, FP8ORACLE_ROWWISE, layout), 70, 100);
    EXPECT_EQ(call.offender(), "");
    return call.buffer(name).bytes;
  };
  constexpr auto kQuantize = FP8ORACLE_OP_QUANTIZE;
  constexpr auto kCompact = FP8ORACLE_LAYOUT_COMPACT, kPadded = FP8ORACLE_LAYOUT_PADDED;
  EXPECT_EQ(bytes(kQuantize, kTensorGrid, kCompact, "rowwise.codes"), 7000u);
  EXPECT_EQ(bytes(kQuantize, kTensorGrid, kCompact, "rowwise.scale_inv"), 4u);
  EXPECT_EQ(bytes(kQuantize, kRowGrid, kCompact, "rowwise.scale_inv"), 70u * 4);
  EXPECT_EQ(bytes(kQuantize, kMx32Grid, kCompact, "rowwise.scale_inv"), 70u * 4);
  EXPECT_EQ(bytes(kQuantize, kMx32Grid, kPadded, "rowwise.scale_inv"), 128u * 4);
  EXPECT_EQ(bytes(kQuantize, Grid{1, 128}, kPadded, "rowwise.scale_inv"), 72u * 1 * 4);
  EXPECT_EQ(bytes(kQuantize, Grid{128, 128}, kPadded, "rowwise.scale_inv"), 1u * 4 * 4);
  EXPECT_EQ(bytes(FP8ORACLE_OP_SWIZZLE, kMx32Grid, kCompact, "input"), 70u * 4);
  EXPECT_EQ(bytes(FP8ORACLE_OP_SWIZZLE, kMx32Grid, kCompact, "output"), 128u * 4);
  EXPECT_EQ(bytes(FP8ORACLE_OP_UNSWIZZLE, kMx32Grid, kCompact, "input"), 128u * 4);
  EXPECT_EQ(bytes(FP8ORACLE_OP_UNSWIZZLE, kMx32Grid, kCompact, "output"), 70u * 4);
}

// ---- Options ------------------------------------------------------------------------------------

TEST(Options, AreNamedAtTheirNearestIllegalValues) {
  const float smallest = std::numeric_limits<float>::denorm_min();
  for (const auto id : {FP8ORACLE_OP_SCALE_FROM_AMAX, FP8ORACLE_OP_QUANTIZE_CURRENT}) {
    GoodCall call(operation(id), te_scheme(kTensorGrid));
    for (const float eps : {0.0f, -0.0f, smallest, std::numeric_limits<float>::max()}) {
      call.field<float>("eps") = eps;
      EXPECT_EQ(call.offender(), "") << eps;
    }
    for (const float eps : {-smallest, std::nanf(""), HUGE_VALF, -HUGE_VALF}) {
      call.field<float>("eps") = eps;
      EXPECT_EQ(call.offender(), "eps") << eps;
    }
    call.field<float>("eps") = 0.0f;
    call.field<std::uint32_t>("pow2") = 2;
    EXPECT_EQ(call.offender(), "pow2");
    call.field<std::uint32_t>("pow2") = 0;
    EXPECT_EQ(call.offender(), "");
  }
  GoodCall call(operation(FP8ORACLE_OP_SCALE_FROM_AMAX), te_scheme(kTensorGrid));
  call.field<std::uint32_t>("input_type") = 3;
  EXPECT_EQ(call.offender(), "input_type");
}

// ---- Items --------------------------------------------------------------------------------------

GoodCall many(unsigned directions = kBoth) {
  return {operation(FP8ORACLE_OP_QUANTIZE_MANY), te_scheme(kTensorGrid, directions)};
}

TEST(Items, TheFirstBadOneIsNamed) {
  GoodCall call = many();
  call.buffer("items[2].rowwise.codes").bytes -= 1;
  EXPECT_EQ(call.offender(), "items[2].rowwise.codes");
  call.buffer("items[1].amax").bytes = 8;
  EXPECT_EQ(call.offender(), "items[1].amax");
  call.matrix("items[0].input").row_stride = 2;
  EXPECT_EQ(call.offender(), "items[0].input.row_stride");
}

TEST(Items, HaveOneType) {
  GoodCall call = many();
  call.matrix("items[1].input").type = FP8ORACLE_BF16;
  EXPECT_EQ(call.offender(), "items[1].input.type");
  call.matrix("items[0].input").type = FP8ORACLE_BF16;
  EXPECT_EQ(call.offender(), "items[2].input.type");
  call.matrix("items[2].input").type = FP8ORACLE_BF16;
  EXPECT_EQ(call.offender(), "");
}

TEST(Items, AreAsLongAsTheListSaysAndZeroBehindWhatIsKnown) {
  GoodCall call = many();
  ItemList& list = call.field<ItemList>("items");
  EXPECT_EQ(list.item_bytes, sizeof(fp8oracle_quantize_item) + kTailBytes);
  for (std::size_t i = 0; i < GoodCall::kItems; ++i) {
    for (std::size_t at = 0; at < kTailBytes; ++at) {
      call.tail_of_item(i)[at] = 1;
      EXPECT_EQ(call.offender(), "item_bytes") << i << " " << at;
      call.tail_of_item(i)[at] = 0;
    }
  }
  list.count = 1;  // the other two would not be where they are looked for
  call.tail_of_item(0)[8] = 1;
  list.item_bytes = sizeof(fp8oracle_quantize_item) + 8;
  EXPECT_EQ(call.offender(), "");
  list.item_bytes = sizeof(fp8oracle_quantize_item);
  EXPECT_EQ(call.offender(), "");
  list.item_bytes -= 1;
  EXPECT_EQ(call.offender(), "item_bytes");
  list.item_bytes = 0;
  EXPECT_EQ(call.offender(), "item_bytes");
  list.item_bytes = 65537;
  EXPECT_EQ(call.offender(), "item_bytes");
}

TEST(Items, MayBeNone) {
  GoodCall call = many();
  ItemList& list = call.field<ItemList>("items");
  list.items = nullptr;
  EXPECT_EQ(call.offender(), "items");
  list = {nullptr, 0, 0};
  EXPECT_EQ(call.offender(), "");
  call.buffer("noop").data = nullptr;
  EXPECT_EQ(call.offender(), "noop");
}

TEST(Items, MoreThanAListCanHaveAreNamed) {
  GoodCall call = many();
  call.field<ItemList>("items").count = (std::uint64_t{1} << 32) + 1;
  EXPECT_EQ(call.offender(), "count");
}

}  // namespace
}  // namespace fp8oracle
