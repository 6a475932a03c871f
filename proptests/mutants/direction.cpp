// SPDX-License-Identifier: Apache-2.0
#include "codes.h"
#include "table.h"

// K20 and K21: rowwise, columnwise, and both at once.
namespace fp8oracle::mutants {
namespace {

bool dual(const Args& args) { return both_directions(args); }
bool columnwise_of_both(const Site& site) {
  return dual(site.args) && site.direction == FP8ORACLE_COLUMNWISE;
}

// ---- Columnwise made from rowwise [K20]
// ------------------------------------------------------------

/// The rowwise block around the columnwise block's first element, where both are asked for.
void columnwise_takes_rowwise_scale(Decisions& d) {
  d.block.source = [](const Block& b) {
    if (!dual(b.args) || b.rowwise()) return b;
    return block_around(b.args, FP8ORACLE_ROWWISE, b.row, b.col);
  };
}
void columnwise_stores_rowwise_scale(Decisions& d) {
  d.block.stored = [](const Block& b) {
    if (!dual(b.args) || b.rowwise()) return correct().block.stored(b);
    return correct().block.stored(
        decide_block(correct(), b.args, FP8ORACLE_ROWWISE, b.row, b.col, 0));
  };
}
void columnwise_requantizes(Decisions& d) {
  // From the rowwise codes instead of the input.
  d.element.load = [](const Args& args, unsigned direction, std::int64_t row, std::int64_t col) {
    const float x = widen(element_at(args.input, row, col), args.input.type);
    if (!dual(args) || direction == FP8ORACLE_ROWWISE || per_tensor(args)) return x;
    if (is_nan(x) || is_inf(x)) return x;
    const Block block = decide_block(correct(), args, FP8ORACLE_ROWWISE, row, col, 0);
    const float scale = block.mx() ? e8m0_reciprocal(block.code) : block.scale;
    if (is_nan(scale)) return x;
    const Site site{args, FP8ORACLE_ROWWISE, row, col, col - block.col};
    const std::uint8_t code =
        encode(correct().element, block_product(correct(), x, scale, site), site);
    return decode(code, args.scheme.format) *
           (block.mx() ? e8m0_value(block.code) : block.scale_inv);
  };
}
void columnwise_codes_swapped(Decisions& d) {
  d.layout.code_index = [](const Site& site, const CodesPlan& plan) {
    const std::int64_t right = correct().layout.code_index(site, plan);
    if (!columnwise_of_both(site)) return right;
    return plan.shape.transposed ? site.row * site.args.input.cols + site.col
                                 : site.col * site.args.input.rows + site.row;
  };
}
void transposed_with_input_stride(Decisions& d) {
  d.layout.code_index = [](const Site& site, const CodesPlan& plan) {
    const std::int64_t right = correct().layout.code_index(site, plan);
    if (!plan.shape.transposed || site.direction == FP8ORACLE_ROWWISE) return right;
    return site.col * site.args.input.cols + site.row;
  };
}
void columnwise_by_element_specials(Decisions& d) {
  d.element.finish = [](std::uint8_t code, const Site& site) {
    const std::uint8_t zero = code & 0x80u;
    return columnwise_of_both(site) && is_subnormal_code(code, site.format()) ? zero : code;
  };
}
void columnwise_tile_mirrored(Decisions& d) {
  d.layout.code_index = [](const Site& site, const CodesPlan& plan) {
    if (!columnwise_of_both(site)) return correct().layout.code_index(site, plan);
    // The tile in shared memory is read back along the wrong diagonal.
    constexpr std::int64_t kTile = 32;
    Site other = site;
    const std::int64_t row = site.row / kTile * kTile + site.col % kTile;
    const std::int64_t col = site.col / kTile * kTile + site.row % kTile;
    if (row < site.args.input.rows && col < site.args.input.cols) {
      other.row = row;
      other.col = col;
    }
    return correct().layout.code_index(other, plan);
  };
}

// ---- Both at once [K21]
// ----------------------------------------------------------------------------

void dual_shares_amax(Decisions& d) {
  d.block.source = [](const Block& b) {
    // Rowwise takes the amax of the columnwise block through its first element.
    if (!dual(b.args) || !b.rowwise()) return b;
    return block_around(b.args, FP8ORACLE_COLUMNWISE, b.row, b.col);
  };
}
void dual_truncates(Decisions& d) {
  d.element.before_rounding = [](float product, const Site& site) {
    const bool hit = dual(site.args) && !is_nan(product) && !is_inf(product);
    return hit ? from_bits(bits_of(product) & 0xFFFF0000u) : product;
  };
}
void dual_drops_sign_of_zero(Decisions& d) {
  d.element.zero = [](bool negative, bool exact, const Site& site) {
    return correct().element.zero(negative && !dual(site.args), exact, site);
  };
}
void dual_skips_odd_rows(Decisions& d) {
  d.writes.codes = [](const Site& site) {
    return !dual(site.args) || site.direction == FP8ORACLE_COLUMNWISE || site.row % 2 == 0;
  };
}
void dual_scale_inv_without_columnwise(Decisions& d) {
  d.writes.block_scale_inv = [](const Block& b) { return !dual(b.args) || b.rowwise(); };
}
void dual_unscaled(Decisions& d) {
  d.tensor.scale_used = [](float scale, const Args& args) { return dual(args) ? 1.0f : scale; };
}

}  // namespace

std::vector<Mutant> direction_mutants() {
  return {
      mutant<columnwise_takes_rowwise_scale>({"columnwise-takes-rowwise-scale", "K20",
                                              "contract K20",
                                              "columnwise scale_inv = transpose of rowwise"}),
      mutant<columnwise_stores_rowwise_scale>({"columnwise-stores-rowwise-scale", "K20",
                                               "contract K20",
                                               "the codes are right, the stored scale is rowwise"}),
      mutant<columnwise_requantizes>({"columnwise-requantizes", "K20", "contract K20",
                                      "columnwise is made from the rowwise codes"}),
      mutant<columnwise_codes_swapped>({"columnwise-codes-swapped", "K20", "aiter #4506 (F12)",
                                        "columnwise codes in the other order"}),
      mutant<transposed_with_input_stride>({"transposed-with-input-stride", "K20",
                                            "FBGEMM #2713 (G01)",
                                            "transposed codes with the input's row length"}),
      mutant<columnwise_by_element_specials>(
          {"columnwise-flushes", "K20", "contract K20", "columnwise flushes subnormal codes"}),
      mutant<columnwise_tile_mirrored>({"columnwise-tile-mirrored", "K20", "TE #2921 (J01)",
                                        "a tile is read back along the wrong diagonal"}),
      mutant<dual_shares_amax>({"dual-shares-amax", "K21", "contract K21",
                                "rowwise uses the columnwise amax when both are asked for"}),
      mutant<dual_truncates>({"dual-cuts-to-bf16", "K21", "contract K21",
                              "the path for both cuts the product to BF16"}),
      mutant<dual_drops_sign_of_zero>({"dual-drops-negative-zero", "K21", "contract K21",
                                       "the path for both loses the sign of zero"}),
      mutant<dual_skips_odd_rows>({"dual-skips-odd-rows", "K21", "contract K21",
                                   "rowwise codes of odd rows are not written with both"}),
      mutant<dual_scale_inv_without_columnwise>(
          {"dual-without-columnwise-scale-inv", "K21", "contract K21",
           "with both only the rowwise scale_inv is written"}),
      mutant<dual_unscaled>(
          {"dual-unscaled", "K21", "contract K21", "the path for both does not scale"}),
  };
}

}  // namespace fp8oracle::mutants
