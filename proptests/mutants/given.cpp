// SPDX-License-Identifier: Apache-2.0
// K10, K7, K23: casts whose scale_inv is given.
#include "table.h"

namespace fp8oracle::mutants {
namespace {

void multiplies(Decisions& d) {
  d.given.product = [](float x, float r, const Site&) { return x * r; };
}
void reciprocal_for_division(Decisions& d) {
  d.given.product = [](float x, float r, const Site& site) {
    const bool tensor = site.args.scheme.grid.scale_is_given();
    return tensor ? x / r : correct().given.product(x, r, site);
  };
}
void ignores_scale_inv(Decisions& d) {
  d.given.product = [](float x, float, const Site&) { return x; };
}
void rowwise_scales_for_both(Decisions& d) {
  d.given.scale_inv = [](const Args& args, unsigned direction) {
    return args.scheme.directions == 3 && !args.scheme.grid.scale_is_given()
               ? args.rowwise.scale_inv
               : pair_of(args, direction).scale_inv;
  };
}
void writes_scale_inv(Decisions& d) {
  d.given.after = [](const Args& args) {
    for (const unsigned direction : kBothDirections) {
      const fp8oracle_buffer& scale_inv = pair_of(args, direction).scale_inv;
      if (has(args, direction) && scale_inv.bytes != 0)
        store(scale_inv, 0, static_cast<std::uint8_t>(fetch(scale_inv, 0) ^ 1));
    }
  };
}
void ignores_noop(Decisions& d) {
  d.noop.ignored_by = [](fp8oracle_operation o) { return o == FP8ORACLE_OP_QUANTIZE_GIVEN; };
}
void nan_scale_is_one(Decisions& d) {
  d.given.product = [](float x, float r, const Site& site) {
    return is_nan(r) ? x : correct().given.product(x, r, site);
  };
}

}  // namespace

std::vector<Mutant> given_mutants() {
  return {
      mutant<multiplies>({"given-multiplies", "K10", "contract quantize_given",
                          "the data is multiplied by scale_inv"}),
      mutant<reciprocal_for_division>({"given-divides", "K10", "contract quantize_given",
                                       "RN(x / scale_inv) where the profile multiplies"}),
      mutant<ignores_scale_inv>({"given-ignores-scale-inv", "K10", "contract quantize_given",
                                 "the data is quantized as it is"}),
      mutant<rowwise_scales_for_both>({"given-rowwise-scales", "K10", "contract K20",
                                       "columnwise codes under the rowwise scales"}),
      mutant<writes_scale_inv>({"given-writes-scale-inv", "K2", "contract K2",
                                "a bit of the given scale_inv is turned over"}),
      mutant<ignores_noop>(
          {"given-ignores-noop", "K23", "contract K23", "noop = 1 does not stop quantize_given"}),
      mutant<nan_scale_is_one>(
          {"given-nan-scale-is-one", "K11", "contract K11", "a NaN scale_inv counts as 1"}),
  };
}

}  // namespace fp8oracle::mutants
