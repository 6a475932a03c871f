// SPDX-License-Identifier: Apache-2.0
// Mistakes of current scaling in one operation.
#include "queued.h"

namespace fp8oracle::mutants {

std::vector<Mutant> current_mutants() {
  return {
      faulty<&Faults::current_keeps_amax>({"current-amax-accumulates", "K12", "contract K12",
                                           "the amax that stood there counts as well"}),
      faulty<&Faults::current_adds_eps>(
          {"current-eps-added", "K14", "contract K14", "eps is added to amax"}),
  };
}

}  // namespace fp8oracle::mutants
