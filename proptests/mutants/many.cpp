// SPDX-License-Identifier: Apache-2.0
// Mistakes of many tensors in one call [K26].
#include "queued.h"

namespace fp8oracle::mutants {

std::vector<Mutant> many_mutants() {
  return {
      faulty<&Faults::many_last_inverse>({"many-last-batch-inverse", "K26", "contract K26",
                                          "the last batch's scale_inv is missing"}),
      faulty<&Faults::many_inverse_per_tensor>({"many-reciprocal-launches", "K26",
                                                "TE #1952 (the seed)",
                                                "a launch for each tensor's scale_inv"}),
      faulty<&Faults::many_launch_per_tensor>(
          {"many-loops", "K26", "contract K26", "a launch a tensor"}),
      faulty<&Faults::many_stops_at_64>(
          {"many-stops-at-64", "K26", "contract K26", "the 65th tensor is not cast"}),
      faulty<&Faults::many_skips_empty>(
          {"many-skips-empty", "K26", "TE-D8", "an empty tensor gets no scale_inv"}),
      faulty<&Faults::many_one_scale>(
          {"many-one-scale", "K26", "contract K26", "the first tensor's scale for all"}),
      faulty<&Faults::many_forgets_amax>(
          {"many-first-amax-only", "K26", "contract K26", "amax of the first tensor only"}),
  };
}

}  // namespace fp8oracle::mutants
