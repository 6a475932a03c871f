// SPDX-License-Identifier: Apache-2.0
#include "plans/inputs.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "plans/aimed.h"
#include "plans/philox.h"

namespace fp8oracle::plans {
namespace {

constexpr std::uint64_t kElementStream = 0;
constexpr std::uint64_t kBlockStream = 1;
constexpr std::uint64_t kRowStream = 2;
constexpr std::uint64_t kColStream = 3;

/// Specials wander over this many positions of a row.
constexpr std::int64_t kSpecialLanes = 32;

fp8oracle_direction leading_direction(const Scheme& scheme) {
  return scheme.has(FP8ORACLE_ROWWISE) ? FP8ORACLE_ROWWISE : FP8ORACLE_COLUMNWISE;
}

/// Makes one element after the other; a pure function of scheme, plan and position.
class Maker {
 public:
  Maker(const Scheme& scheme, const Plan& plan, Bulk bulk)
      : scheme_(scheme),
        plan_(plan),
        bulk_(bulk),
        scales_(scale_grid(scheme.resolved(), leading_direction(scheme), plan.rows, plan.cols)),
        random_(plan.seed),
        aimed_(scheme.format, scheme.profile.knobs_for(scheme.format).element_max_code),
        largest_(std::fabs(aimed_.special(8))) {
    const float scale = std::bit_cast<float>(plan.scale_bits);
    scale_ = plan.scale_absent || !std::isfinite(scale) || scale == 0 ? 1.0f : scale;
    if (scheme.grid.scale_is_given() || bulk == Bulk::kConstant) return;
    // Rows are walked: blocks of one column take turns.
    const bool of_a_column = scheme.grid.block_rows == 1 && !scales_.rowwise;
    blocks_.resize(of_a_column ? static_cast<std::size_t>(plan.cols) : 1);
    row_shifts_ = shifts(plan.rows, kRowStream);
    col_shifts_ = shifts(plan.cols, kColStream);
  }

  float element(std::int64_t row, std::int64_t col) {
    if (bulk_ == Bulk::kConstant) return constant();
    if (bulk_ == Bulk::kSpecialInLanes) return special_in_lane(row, col);
    return !scheme_.grid.scale_is_given() ? block_element(row, col) : tensor_element(row, col);
  }

  float planted(const Planted& p) const {
    if (bulk_ == Bulk::kConstant) return constant();
    const bool specials = bulk_ == Bulk::kSpecials && p.choice % 2 == 0;
    const float v = specials
                        ? aimed_.special(p.choice >> 8)
                        : aimed_.pick({p.choice, p.choice * 0x9E3779B9u, p.row_fraction}, false);
    return !scheme_.grid.scale_is_given() ? v : unscale(v);
  }

  float jitter(float x, std::int64_t row, std::int64_t col) const {
    if (bulk_ == Bulk::kExact || bulk_ == Bulk::kConstant || !scheme_.grid.scale_is_given())
      return x;
    const std::uint32_t w = words(row, col)[3];
    return w % 4 == 0 ? nudge(x, w % 8 == 0 ? 1 : -1) : x;
  }

 private:
  std::array<std::uint32_t, 4> words(std::int64_t row, std::int64_t col) const {
    return random_(static_cast<std::uint64_t>(row * plan_.cols + col), kElementStream);
  }

  float constant() const {
    const auto w = random_(0, kElementStream);
    const float v = aimed_.pick({w[0], w[1], w[2]}, plan_.variant % 4 == 0);
    return !scheme_.grid.scale_is_given() ? v : unscale(v);
  }

  float unscale(float v) const {
    const float x = v / scale_;
    return std::isfinite(x) || !std::isfinite(v) ? x : v;
  }

  float special_in_lane(std::int64_t row, std::int64_t col) {
    // Row r holds special r at one lane, which moves with the block; the rest is ordinary.
    const std::int64_t lane = (row * 7 + col / kSpecialLanes) % kSpecialLanes;
    const auto choice = static_cast<std::uint32_t>(row) + plan_.variant;
    if (scheme_.grid.scale_is_given()) {
      const float v = aimed_.special(choice + static_cast<std::uint32_t>(col));
      return std::isfinite(v) ? unscale(v) : v;
    }
    if (col % kSpecialLanes == lane && row % 3 != 2) return aimed_.special(choice);
    return block_element(row, col);
  }

  float tensor_element(std::int64_t row, std::int64_t col) const {
    const auto w = words(row, col);
    if (bulk_ == Bulk::kExact) return exact(w);
    return unscale(aimed_.pick({w[0], w[1], w[2]}, bulk_ == Bulk::kSpecials));
  }

  float exact(const std::array<std::uint32_t, 4>& w) const {
    return aimed_.pick({0, w[1], w[2]}, false);  // class 0: the value of a code
  }

  /// Which block the element belongs to, and where its leader stands in it.
  struct BlockPosition {
    std::uint64_t key = 0;
    std::int64_t lane = 0;
    std::int64_t lanes = 1;
  };

  BlockPosition position(std::int64_t row, std::int64_t col) const {
    const Window block = scales_.block(row, col);
    const auto number = [](std::int64_t begin, std::int64_t size) {
      return static_cast<std::uint64_t>(begin / std::max<std::int64_t>(size, 1));
    };
    const Grid& grid = scheme_.grid;
    const std::uint64_t down =
        number(block.row, scales_.rowwise ? grid.block_rows : grid.block_cols);
    const std::uint64_t across =
        number(block.col, scales_.rowwise ? grid.block_cols : grid.block_rows);
    return {down << 32 | across, (row - block.row) * block.cols + col - block.col,
            block.rows * block.cols};
  }

  /// The words that all elements of a block share; drawn anew only where the block is another one.
  const std::array<std::uint32_t, 4>& words_of_block(std::uint64_t key, std::int64_t col) {
    Block& last = blocks_[blocks_.size() > 1 ? static_cast<std::size_t>(col) : 0];
    if (last.key != key) last = {key, random_(key, kBlockStream)};
    return last.words;
  }

  std::vector<int> shifts(std::int64_t count, std::uint64_t stream) const {
    std::vector<int> list;
    for (std::int64_t i = 0; i < count; ++i)
      list.push_back(static_cast<int>(random_(static_cast<std::uint64_t>(i), stream)[0] % 3));
    return list;
  }

  /// The power of two that the block's scale is meant to be near.
  int exponent(const std::array<std::uint32_t, 4>& block, std::int64_t row,
               std::int64_t col) const {
    const int low = plan_.type == FP8ORACLE_F16 ? -12 : -20;
    const int spread = plan_.type == FP8ORACLE_F16 ? 12 : 40;
    int e = low + static_cast<int>(block[0] % static_cast<unsigned>(spread));
    if (plan_.type != FP8ORACLE_F16 && block[1] % 8 == 0) {
      e = static_cast<int>(block[1] / 8 % 260) - 150;  // the whole range of E8M0, and below it
    }
    if (scheme_.directions == 3 && scheme_.grid == kMx32Grid) {
      // Both directions: vary along rows and columns, so that both have several scales.
      e += col_shifts_[static_cast<std::size_t>(col)] + row_shifts_[static_cast<std::size_t>(row)];
    }
    return e;
  }

  float block_element(std::int64_t row, std::int64_t col) {
    const BlockPosition at = position(row, col);
    const std::array<std::uint32_t, 4>& block = words_of_block(at.key, col);
    const auto w = words(row, col);
    const int e = exponent(block, row, col);
    const bool leader =
        at.lane == static_cast<std::int64_t>(block[2] % static_cast<std::uint64_t>(at.lanes));
    const std::uint32_t kind = block[3] % 32;
    if (kind == 0) return std::bit_cast<float>(w[0] & 0x80000000u);  // a block of +-0
    if (kind == 1)
      return std::bit_cast<float>(w[0] & (0x807FFFFFu >> (block[3] >> 30)));  // FP32 subnormals
    if (bulk_ == Bulk::kSpecials) {
      if (kind == 2) return aimed_.special(4 + w[0] % 4);  // all NaN
      if (kind < 8 && leader) return aimed_.special(w[0]);
    }
    if (bulk_ == Bulk::kBlockEdges) return edge_element(leader, block[2], w, e);
    if (bulk_ == Bulk::kExact) return std::ldexp(exact(w), e);
    if (leader) return aimed_.block_leader(block[2], e);
    return std::ldexp(limited(aimed_.pick({w[0], w[1], w[2]}, false)), e);
  }

  float edge_element(bool leader, std::uint32_t choice, const std::array<std::uint32_t, 4>& w,
                     int e) const {
    if (leader) return aimed_.block_leader(choice, e);
    return std::ldexp(limited(aimed_.pick({w[0] % 3, w[1], w[2]}, false)), e - 1);
  }

  /// Keeps what is not the leader from deciding the block's scale.
  float limited(float v) const {
    return std::fabs(v) <= largest_ ? v : std::copysign(largest_ / 2, v);
  }

  const Scheme& scheme_;
  const Plan& plan_;
  Bulk bulk_;
  ScaleGrid scales_;  ///< in whose blocks the data is laid out
  Philox random_;
  AimedValues aimed_;
  float largest_;  ///< value of a code
  float scale_ = 1.0f;
  struct Block {
    std::uint64_t key = ~std::uint64_t{0};  // of no block
    std::array<std::uint32_t, 4> words{};
  };
  std::vector<Block> blocks_;  ///< the last one met; where each column has its own, of each column
  std::vector<int> row_shifts_, col_shifts_;
};

std::int64_t place(std::uint32_t fraction, std::int64_t length) {
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(length) * fraction) >> 32);
}

}  // namespace

InputDecl make_input(const Scheme& scheme, const Plan& plan, Bulk bulk, const std::string& name) {
  InputDecl x{name,        plan.type, plan.rows, plan.cols, plan.cols + plan.stride_extra,
              plan.offset, {}};
  const auto size = static_cast<std::size_t>(size_of(plan.type));
  x.bits.resize(static_cast<std::size_t>(plan.rows * plan.cols) * size);
  if (plan.hollow) return x;
  Maker maker(scheme, plan, bulk);
  const auto store = [&](std::int64_t row, std::int64_t col, float value) {
    const std::uint32_t bits = to_bits(plan.type, value);
    std::memcpy(x.bits.data() + static_cast<std::size_t>(row * plan.cols + col) * size, &bits,
                size);
  };
  for (std::int64_t row = 0; row < plan.rows; ++row) {
    for (std::int64_t col = 0; col < plan.cols; ++col) {
      store(row, col, maker.jitter(maker.element(row, col), row, col));
    }
  }
  if (bulk == Bulk::kExact || x.bits.empty()) return x;
  for (const Planted& p : plan.planted) {
    store(place(p.row_fraction, plan.rows), place(p.col_fraction, plan.cols), maker.planted(p));
  }
  return x;
}

std::vector<std::uint8_t> random_bytes(const Plan& plan, std::uint64_t stream, std::size_t count) {
  const Philox random(plan.seed ^ 0x5CA1AB1Eu);
  std::vector<std::uint8_t> bytes(count);
  if (plan.hollow) return bytes;
  std::array<std::uint32_t, 4> words{};
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 16 == 0) words = random(i / 16, stream);
    bytes[i] = static_cast<std::uint8_t>(words[i / 4 % 4] >> (8 * (i % 4)));
  }
  return bytes;
}

}  // namespace fp8oracle::plans
