// SPDX-License-Identifier: Apache-2.0
// K15, K16, K17: the scale of a block, and the data that is quantized with it.
#include <algorithm>
#include <limits>

#include "clauses/case_builder.h"
#include "clauses/groups.h"
#include "fp8oracle/error.h"
#include "fp8oracle/layout.h"
#include "fp8oracle/quote.h"
#include "fp8oracle/scale_grid.h"
#include "reference/codec.h"
#include "reference/e8m0.h"
#include "reference/layout.h"
#include "reference/widen.h"

namespace fp8oracle::clauses {
namespace {

using plans::Bulk;
using plans::Plan;

bool mx_scheme(const Scheme& scheme) { return scheme.grid.is_mx(); }

/// A side of the tiles that hold one walk through the exponents.
constexpr std::int64_t kWalk = 32;

/// Powers of two that rise by one along rows and columns of a 32 x 32 tile, and from tile to tile:
/// the largest of a row, of a column and of a tile each walk through the whole FP32 range. One Inf
/// asks for the last scale code.
std::uint32_t walking_power_of_two(const Plan& plan, std::int64_t row, std::int64_t col) {
  if (row == plan.rows - 1 && col == plan.cols - 1) return 0x7F800000;
  const std::int64_t tiles_wide = plan.cols / kWalk;
  const std::int64_t tiles = tiles_wide * (plan.rows / kWalk);
  const std::int64_t tile = row / kWalk * tiles_wide + col / kWalk;
  const std::int64_t first = tile * 290 / tiles - 62 + plan.variant % 4;
  const std::int64_t exponent = first + row % kWalk + col % kWalk;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(exponent, 1, 254)) << 23;
}

/// All 256 scale codes, decoded with codes of every kind. Even cases: the decode; odd ones: the
/// reciprocal, through blocks whose amax asks for each code that a finite block can have.
Case every_scale_code(const Scheme& scheme, const Plan& plan) {
  Plan wide = plan;
  wide.rows = wide.cols = scheme.grid.repeat ? 512 : 96;
  wide.stride_extra = wide.offset = 0;
  if (plan.number % 2 == 0) {
    CaseBuilder b("K15", scheme, wide);
    b.tensor();
    for (const unsigned direction : {1u, 2u}) {
      if ((scheme.directions & direction) == 0) continue;
      const auto shape = scale_grid(scheme.resolved(), static_cast<fp8oracle_direction>(direction),
                                    wide.rows, wide.cols);
      std::vector<std::uint8_t> scales(static_cast<std::size_t>(shape.bytes()));
      for (std::size_t i = 0; i < scales.size(); ++i)
        scales[i] = static_cast<std::uint8_t>(i + plan.variant);
      const std::string y = "y" + std::to_string(direction);
      b.output(y, FP8ORACLE_F32);
      b.write_scale_inv(direction, scales);
      b.write_codes(
          direction,
          plans::random_bytes(wide, direction, static_cast<std::size_t>(wide.rows * wide.cols)));
      b.dequantize(direction, y);
    }
    return b.note("every E8M0 code decoded").done();
  }
  wide.type = FP8ORACLE_F32;
  CaseBuilder b("K15", scheme, wide);
  InputDecl x = plans::make_input(scheme, wide, Bulk::kExact);
  for (std::int64_t row = 0; row < wide.rows && !wide.hollow; ++row) {
    for (std::int64_t col = 0; col < wide.cols; ++col) {
      const std::uint32_t bits = walking_power_of_two(wide, row, col);
      std::uint8_t* to = x.bits.data() + 4 * (row * wide.cols + col);
      for (int byte = 0; byte < 4; ++byte) to[byte] = static_cast<std::uint8_t>(bits >> (8 * byte));
    }
  }
  b.input(std::move(x)).tensor();
  b.quantize();
  return b.note("every E8M0 code inverted").done();
}

/// Its own: a decoded value, or a code where the stored scale_inv is as expected.
bool decode_or_reciprocal(const Difference& d, const Verdict& v) {
  if (d.buffer < 0) return false;
  const Role role = v.arena.buffers[static_cast<std::size_t>(d.buffer)].role;
  if (role == Role::kOutput) return true;
  if (role != Role::kCodes) return false;
  for (const Difference& other : v.comparison.differences) {
    if (other.buffer >= 0 &&
        v.arena.buffers[static_cast<std::size_t>(other.buffer)].role == Role::kScaleInv)
      return false;
  }
  return true;
}

Case block_edges(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K16", scheme, plan);
  b.input(plan.variant % 4 == 0 ? Bulk::kSpecials : Bulk::kBlockEdges).tensor();
  b.quantize();
  return b.done();
}

Case exact_products(const Scheme& scheme, const Plan& plan) {
  CaseBuilder b("K17", scheme, plan);
  b.input(plan.variant % 2 == 0 ? Bulk::kExact : Bulk::kOrdinary).tensor();
  b.quantize();
  return b.done();
}

/// The codes again, from the input and the scale_inv that the subject itself stored.
std::vector<Difference> codes_follow_stored_scale_inv(const Case& c, const Arena& arena,
                                                      const Outcome& outcome) {
  std::vector<Difference> found;
  if (outcome.death || outcome.steps.empty() || outcome.steps.back().status != FP8ORACLE_OK)
    return found;
  const auto& bytes = outcome.steps.back().arena;
  const TensorDecl& t = first_tensor(c);
  if (!t.scheme.grid.is_mx())
    throw UsageError("case: K17: " + quote(t.name) + " is no block tensor");
  if (c.inputs.empty()) throw UsageError("case: K17: no input");
  const InputDecl& x = c.inputs.front();
  if (x.rows != t.rows || x.cols != t.cols) {
    throw UsageError("case: K17: " + quote(x.name) + " and " + quote(t.name) + " differ in shape");
  }
  const ResolvedScheme scheme = t.scheme.resolved();
  const auto rules = reference::element_rules(t.scheme.format, scheme.knobs);
  std::vector<float> values(static_cast<std::size_t>(x.rows * x.cols));
  reference::widen_all(x.type, x.bits.data(), x.rows * x.cols, values.data());
  for (const auto direction : {FP8ORACLE_ROWWISE, FP8ORACLE_COLUMNWISE}) {
    if (!t.scheme.has(direction)) continue;
    const ArenaBuffer& codes = arena.codes(t.name, direction);
    const ArenaBuffer& scale_inv = arena.scale_inv(t.name, direction);
    const ScaleGrid place = scale_grid(scheme, direction, t.rows, t.cols);
    const CodesShape shape = codes_shape(scheme, direction, t.rows, t.cols);
    for (std::int64_t row = 0; row < t.rows; ++row) {
      for (std::int64_t col = 0; col < t.cols; ++col) {
        const std::uint8_t stored =
            bytes[scale_inv.begin + static_cast<std::uint64_t>(place.index(row, col))];
        const float product = values[static_cast<std::size_t>(row * t.cols + col)] *
                              reference::e8m0_reciprocal(stored);
        const float scaled =
            stored == reference::kE8m0Nan ? std::numeric_limits<float>::quiet_NaN() : product;
        const std::int64_t at = shape.index(row, col);
        const std::uint8_t want = reference::encode(t.scheme.format, rules, scaled);
        const std::uint8_t have = bytes[codes.begin + static_cast<std::uint64_t>(at)];
        if (same_code(scheme, want, have)) continue;
        found.push_back({DifferenceKind::kOwned, outcome.steps.size() - 1,
                         static_cast<int>(&codes - arena.buffers.data()), at, want, have,
                         "the code does not follow from the stored scale_inv"});
      }
    }
  }
  return found;
}

}  // namespace

std::vector<Property> block() {
  const auto wide_enough = [](const Scheme&) { return plans::ShapeLimits{}; };
  return {
      {.clause = "K15",
       .smoke_cases = 2,
       .applies = mx_scheme,
       .make = every_scale_code,
       .claims = decode_or_reciprocal,
       .limits = wide_enough,
       .needs = {}},
      {.clause = "K16", .smoke_cases = 14, .applies = mx_scheme, .make = block_edges},
      {.clause = "K17",
       .smoke_cases = 8,
       .applies = mx_scheme,
       .make = exact_products,
       .check = codes_follow_stored_scale_inv,
       .ordinary = true},
  };
}

}  // namespace fp8oracle::clauses
