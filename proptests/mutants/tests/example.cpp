// SPDX-License-Identifier: Apache-2.0
#include "example.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "fp8oracle/layout.h"
#include "fp8oracle/scale_grid.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::mutants::tests {
namespace {

constexpr std::size_t kGuard = 64;
constexpr std::uint8_t kPoison = 0xA5;

std::uint32_t below(Random& random, std::uint32_t end) {
  return static_cast<std::uint32_t>(random() % end);
}

Format drawn_format(Random& random) {
  switch (below(random, 8)) {
    case 0:
    case 1:
    case 2: return kE4M3;
    case 3:
    case 4: return kE5M2;
    case 5: return kE4M3Fnuz;
    case 6: return kE5M2Fnuz;
    default: break;
  }
  Format made_up{"custom"};
  made_up.exponent_bits = 1 + below(random, 6);
  made_up.mantissa_bits = 7 - made_up.exponent_bits;
  made_up.bias = static_cast<int>(below(random, 60)) - 20;
  made_up.max_code = 1 + below(random, 0x7D);
  made_up.inf_code = below(random, 2) == 0 ? 0 : 0x7F;
  made_up.nan_code = 0x7F - (made_up.inf_code != 0 ? 1 : 0);
  return made_up;
}

/// FP32 bits: specials, zeros, numbers of any size, and most of them near one another.
std::uint32_t drawn_bits(Random& random, std::uint32_t centre) {
  const auto bits = static_cast<std::uint32_t>(random());
  constexpr std::uint32_t kSpecials[] = {0,          0x80000000, 1,          0x80000001,
                                         0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000,
                                         0x7F7FFFFF, 0xFF7FFFFF, 0x00800000, 0x00400000};
  switch (below(random, 64)) {
    case 0: return kSpecials[below(random, std::size(kSpecials))];
    case 1: return bits;
    case 2:
    case 3: return bits & 0x80000000u;
    default: break;
  }
  const std::uint32_t exponent = std::min(centre + below(random, 12), 254u);
  return (bits & 0x807FFFFFu) | exponent << 23;
}

std::vector<std::uint8_t> drawn_input(fp8oracle_type type, std::int64_t elements, Random& random) {
  const std::uint32_t centre = below(random, 4) == 0 ? below(random, 250) : 118 + below(random, 6);
  const auto size = static_cast<std::size_t>(size_of(type));
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(elements) * size);
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const std::uint32_t bits = drawn_bits(random, centre);
    // BF16 is the upper half; FP16 takes any bits, half of the time small ones.
    std::uint32_t element = type == FP8ORACLE_F32 ? bits : bits >> 16;
    if (type == FP8ORACLE_F16 && below(random, 2) == 0) element &= 0xBFFFu;
    std::memcpy(bytes.data() + at, &element, size);
  }
  return bytes;
}

}  // namespace

Output::Output(std::int64_t bytes)
    : memory_(static_cast<std::size_t>(bytes) + 2 * kGuard, kPoison) {}

fp8oracle_buffer Output::buffer() { return {memory_.data() + kGuard, memory_.size() - 2 * kGuard}; }

std::string Output::difference(const Output& other) const {
  const auto [mine, theirs] =
      std::mismatch(memory_.begin(), memory_.end(), other.memory_.begin(), other.memory_.end());
  if (mine == memory_.end()) return "";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "[%td]: 0x%02x, not 0x%02x",
                mine - memory_.begin() - static_cast<std::ptrdiff_t>(kGuard), *mine, *theirs);
  return text.data();
}

fp8oracle_matrix Example::matrix() const {
  return {{const_cast<std::uint8_t*>(input.data()), input.size()}, type, rows, cols, row_stride};
}

std::string Example::name() const {
  std::string text = std::string(scheme.format.name) + "." + to_string(scheme.grid) + "." +
                     std::string(to_string(scheme.layout)) + " directions " +
                     std::to_string(scheme.directions) + " " + std::string(to_string(type)) + " " +
                     std::to_string(rows) + " x " + std::to_string(cols) + ", knobs";
  for (const std::uint32_t value : values_of(scheme.knobs)) text += " " + std::to_string(value);
  return text;
}

ResolvedScheme drawn_scheme(const Grid& grid, fp8oracle_layout layout, Random& random) {
  ResolvedScheme scheme;
  scheme.format = drawn_format(random);
  scheme.grid = grid;
  scheme.layout = layout;
  scheme.directions = 1 + below(random, 3);
  const bool as_te = below(random, 4) == 0;
  for (const Knob& knob : knobs()) {
    if (!as_te && !knob.is_number() && knob.id != FP8ORACLE_KNOB_SHAPES)
      scheme.knobs.*knob.field = below(random, static_cast<std::uint32_t>(knob.values.size()));
  }
  const bool whole = as_te || below(random, 4) != 0;
  scheme.knobs.element_max_code =
      whole ? scheme.format.max_code : 1 + below(random, scheme.format.max_code);
  return scheme;
}

Example drawn_example(const ResolvedScheme& scheme, std::int64_t rows, std::int64_t cols,
                      Random& random) {
  Example e;
  e.scheme = scheme;
  e.type = static_cast<fp8oracle_type>(below(random, 3));
  e.rows = rows, e.cols = cols;
  e.row_stride = cols + (below(random, 3) == 0 ? below(random, 9) : 0);
  e.input = drawn_input(e.type, rows * e.row_stride, random);
  e.scale = std::bit_cast<float>(drawn_bits(random, 120));
  e.prior_amax = std::bit_cast<float>(drawn_bits(random, 120) & 0x7FFFFFFFu);
  e.eps = below(random, 2) == 0 ? 0.0f : 0x1p-20f;
  e.scale_absent = below(random, 4) == 0;
  e.amax_absent = below(random, 4) == 0;
  e.scale_inv_absent = below(random, 4) == 0;
  e.pow2 = below(random, 2) == 0;
  return e;
}

std::vector<Grid> block_grids() {
  std::vector<Grid> grids;
  for (const char* word : {"row", "1x128", "128x128", "3x5", "mx32", "mx32x32", "mx16", "mx3x5"})
    grids.push_back(*grid_from(word));
  grids.push_back({3, 5, FP8ORACLE_SCALE_F32, true});
  grids.push_back({3, 5, FP8ORACLE_SCALE_E8M0, false});
  return grids;
}

std::vector<Grid> all_grids() {
  std::vector<Grid> grids = block_grids();
  grids.push_back(kTensorGrid);
  return grids;
}

void for_each_example(const std::vector<Grid>& grids, int rounds,
                      const std::function<void(const Example&, Random&)>& visit) {
  constexpr std::int64_t kExtents[] = {0, 1, 2, 5, 31, 33, 64, 127, 130};
  Random random(1);
  for (int round = 0; round < rounds; ++round) {
    for (const Grid& grid : grids) {
      for (const fp8oracle_layout layout : layouts_of(grid)) {
        const ResolvedScheme scheme = drawn_scheme(grid, layout, random);
        for (const std::int64_t rows : kExtents) {
          const std::int64_t cols = kExtents[random() % std::size(kExtents)];
          visit(drawn_example(scheme, rows, cols, random), random);
          if (testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
}

namespace {

Output codes_output(const Example& e, fp8oracle_direction direction) {
  return Output(e.scheme.has(direction) ? e.rows * e.cols : 0);
}
Output scale_inv_output(const Example& e, fp8oracle_direction direction) {
  if (!e.scheme.has(direction) && !e.scheme.grid.scale_is_given()) return Output(0);
  return Output(scale_grid(e.scheme, direction, e.rows, e.cols).bytes());
}

}  // namespace

Outputs::Outputs(const Example& e)
    : scheme(e.scheme),
      scale_inv_absent(e.scale_inv_absent && e.scheme.grid.scale_is_given()),
      codes{codes_output(e, FP8ORACLE_ROWWISE), codes_output(e, FP8ORACLE_COLUMNWISE)},
      scale_inv{scale_inv_output(e, FP8ORACLE_ROWWISE), scale_inv_output(e, FP8ORACLE_COLUMNWISE)},
      scale(e.scale),
      amax(e.prior_amax) {}

fp8oracle_pair Outputs::pair(fp8oracle_direction direction) {
  if (!scheme.has(direction)) return {};
  const std::size_t which = direction == FP8ORACLE_ROWWISE ? 0 : 1;
  fp8oracle_pair pair{};
  pair.codes = codes[which].buffer();
  if (!scale_inv_absent)
    pair.scale_inv = scale_inv[scheme.grid.scale_is_given() ? 0 : which].buffer();
  return pair;
}

fp8oracle_buffer Outputs::scale_cell() { return {&scale, sizeof scale}; }
fp8oracle_buffer Outputs::amax_cell() { return {&amax, sizeof amax}; }

fp8oracle_quantize_item Outputs::item(const Example& e) {
  fp8oracle_quantize_item item{};
  item.input = e.matrix();
  if (e.scheme.grid.scale_is_given()) {
    if (!e.scale_absent) item.scale = scale_cell();
    if (!e.amax_absent) item.amax = amax_cell();
  }
  item.rowwise = pair(FP8ORACLE_ROWWISE);
  item.columnwise = pair(FP8ORACLE_COLUMNWISE);
  return item;
}

std::string Outputs::difference(const Outputs& other) const {
  constexpr const char* kDirections[] = {"rowwise", "columnwise"};
  for (const std::size_t which : {0u, 1u}) {
    const std::string codes_differ = codes[which].difference(other.codes[which]);
    const std::string scales_differ = scale_inv[which].difference(other.scale_inv[which]);
    const std::string direction = kDirections[which];
    if (!scales_differ.empty()) return direction + " scale_inv" + scales_differ;
    if (!codes_differ.empty()) return direction + " codes" + codes_differ;
  }
  const auto differ = [](float a, float b) {
    const bool both_nan = std::isnan(a) && std::isnan(b);
    return !both_nan && std::bit_cast<std::uint32_t>(a) != std::bit_cast<std::uint32_t>(b);
  };
  const auto numbers = [](float a, float b) {
    return std::to_string(a) + ", not " + std::to_string(b);
  };
  if (differ(scale, other.scale)) return "scale: " + numbers(scale, other.scale);
  if (differ(amax, other.amax)) return "amax: " + numbers(amax, other.amax);
  return "";
}

}  // namespace fp8oracle::mutants::tests
