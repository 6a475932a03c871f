// SPDX-License-Identifier: Apache-2.0
#include "codes.h"
#include "table.h"

// K17: the data is multiplied by the exact reciprocal of the stored scale.
namespace fp8oracle::mutants {
namespace {

void unrounded(Decisions& d) {
  d.block.data_scale = [](const Block& b) {
    if (b.amax == 0.0f || is_inf(b.amax) || is_nan(b.amax)) return e8m0_reciprocal(b.code);
    const float scale = correct().block.max(b.args.scheme) / b.amax;
    return is_inf(scale) ? e8m0_reciprocal(b.code) : scale;
  };
}
void previous_block(Decisions& d) {
  d.block.data_scale = [](const Block& b) { return e8m0_reciprocal(b.previous_code); };
}
void not_inverted(Decisions& d) {
  d.block.data_scale = [](const Block& b) { return e8m0_value(b.code); };
}
void tail_unscaled(Decisions& d) {
  d.block.data_scale = [](const Block& b) { return b.partial() ? 1.0f : e8m0_reciprocal(b.code); };
}
void stored_one_up(Decisions& d) {
  d.block.stored = [](const Block& b) {
    return b.mx() ? moved_e8m0(b.code, 1) : correct().block.stored(b);
  };
  d.block.adjusted = [](const Block& b) { return moved_e8m0(b.code, -1); };
}
void reciprocal_in_f16(Decisions& d) {
  d.block.data_scale = [](const Block& b) { return through_f16(e8m0_reciprocal(b.code)); };
}
void floor_for_the_data(Decisions& d) {
  d.block.data_scale = [](const Block& b) {
    const int emax =
        static_cast<int>(b.format().max_code >> b.format().mantissa_bits) - b.format().bias;
    if (b.amax == 0.0f || is_inf(b.amax) || is_nan(b.amax)) return e8m0_reciprocal(b.code);
    return e8m0_reciprocal(clamped_e8m0(static_cast<int>(bits_of(b.amax) >> 23) - emax));
  };
}
void second_half_of_the_block(Decisions& d) {
  d.element.before_rounding = [](float product, const Site& site) {
    if (per_tensor(site.args)) return product;
    const BlockSize size = block_size(site.args, site.direction);
    const std::int64_t lanes = site.direction == FP8ORACLE_ROWWISE ? size.cols : size.rows;
    const bool moved = site.lane >= lanes / 2;
    return moved ? product * 0.5f : product;
  };
}
void code_0_unscaled(Decisions& d) {
  d.block.data_scale = [](const Block& b) { return b.code < 2 ? 1.0f : e8m0_reciprocal(b.code); };
}

}  // namespace

std::vector<Mutant> data_scale_mutants() {
  return {
      mutant<unrounded>({"data-unrounded-scale", "K17", "HF transformers #46763 (A09)",
                         "the data is scaled by max / amax, a power of two is stored"}),
      mutant<previous_block>({"data-previous-block", "K17", "aiter #4995 (J04)",
                              "a missing barrier: the data uses the scale of the block before"}),
      mutant<not_inverted>({"data-not-inverted", "K17", "contract K17",
                            "the data is multiplied by the stored scale"}),
      mutant<tail_unscaled>({"data-tail-unscaled", "K17", "contract K17",
                             "the data of a partial block is not scaled", "te"}),
      mutant<stored_one_up>({"stored-one-up", "K16", "FlyDSL #590 (C09)",
                             "scale and stored scale stand two binades apart"}),
      mutant<reciprocal_in_f16>({"data-scale-in-f16", "K17", "sglang #40198 (B15)",
                                 "the reciprocal of the scale in half precision"}),
      mutant<floor_for_the_data>({"data-floor-scale", "K17", "aiter #3451 (A10)",
                                  "the data is scaled by another rule's power of two", "te"}),
      mutant<second_half_of_the_block>({"data-second-half", "K17", "contract K17",
                                        "the second half of a block is scaled one binade less"}),
      mutant<code_0_unscaled>(
          {"data-code-1-unscaled", "K15", "TE-D9", "the reciprocals of codes 0 and 1 are 1"}),
  };
}

}  // namespace fp8oracle::mutants
