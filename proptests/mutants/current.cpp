// SPDX-License-Identifier: Apache-2.0
// Mistakes of current scaling in one operation.
#include "queued.h"

namespace fp8oracle::mutants {
namespace {

void keeps_amax(Decisions& d) {
  d.current.amax_result = [](float old, float found) { return old > found ? old : found; };
}
void adds_eps(Decisions& d) {
  d.current.floor = [](float amax, float eps) { return amax + eps; };
}

}  // namespace

std::vector<Mutant> current_mutants() {
  return {
      queued_mutant<keeps_amax>({"current-amax-accumulates", "K12", "contract K12",
                                 "the amax that stood there counts as well"}),
      queued_mutant<adds_eps>({"current-eps-added", "K14", "contract K14", "eps is added to amax"}),
  };
}

}  // namespace fp8oracle::mutants
