// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "fp8oracle/backend.h"
#include "fp8oracle/resolved_scheme.h"

// Casts of any scheme, drawn, and the memory that they leave: for driving tables directly.
namespace fp8oracle::mutants::tests {

using Random = std::mt19937_64;

/// An output between guards, all of it one byte before the call.
class Output {
 public:
  explicit Output(std::int64_t bytes);
  fp8oracle_buffer buffer();
  /// Where `other` has another byte, or "".
  std::string difference(const Output& other) const;

 private:
  std::vector<std::uint8_t> memory_;
};

/// What is cast, and how.
struct Example {
  ResolvedScheme scheme;
  fp8oracle_type type = FP8ORACLE_F32;
  std::int64_t rows = 0, cols = 0, row_stride = 0;
  std::vector<std::uint8_t> input;
  float scale = 1, prior_amax = 0, eps = 0;
  bool scale_absent = false, amax_absent = false, scale_inv_absent = false, pow2 = false;

  fp8oracle_matrix matrix() const;
  std::string name() const;
};

/// Every knob, the format and the directions drawn; the blocks are not whole ones.
ResolvedScheme drawn_scheme(const Grid& grid, fp8oracle_layout layout, Random& random);
/// The rest of a cast of that scheme.
Example drawn_example(const ResolvedScheme& scheme, std::int64_t rows, std::int64_t cols,
                      Random& random);

/// Row, 1x128, 128x128, 3x5 (FP32), mx32, mx32x32, mx16, mx3x5, and repeated or not the other way.
std::vector<Grid> block_grids();
/// ... and the tensor.
std::vector<Grid> all_grids();
/// Every layout of the grids, `rounds` times with a drawn scheme, in shapes from nothing to several
/// blocks, odd ones among them. Stops at the first fatal failure.
void for_each_example(const std::vector<Grid>& grids, int rounds,
                      const std::function<void(const Example&, Random&)>& visit);

/// One tensor's outputs, and its cells.
struct Outputs {
  explicit Outputs(const Example& example);
  fp8oracle_pair pair(fp8oracle_direction direction);
  fp8oracle_buffer scale_cell(), amax_cell();
  fp8oracle_quantize_item item(const Example& example);
  /// "", or the first byte that `other` has not: "rowwise codes[12]: 0x7f, not 0xff".
  std::string difference(const Outputs& other) const;

  ResolvedScheme scheme;
  bool scale_inv_absent;
  Output codes[2], scale_inv[2];  ///< per tensor the first scale_inv serves both directions
  float scale, amax;
};

}  // namespace fp8oracle::mutants::tests
