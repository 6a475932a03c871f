// SPDX-License-Identifier: Apache-2.0
// Mistakes of many tensors in one call [K26].
#include "codes.h"
#include "queued.h"

namespace fp8oracle::mutants {
namespace {

constexpr std::size_t kBatch = 64;

void last_batch_without_inverse(Decisions& d) {
  d.many.prepare = [](Args& item, std::size_t i, const std::vector<Args>& all) {
    if (!per_tensor(item) || i / kBatch != (all.size() - 1) / kBatch) return;
    item.rowwise.scale_inv = item.columnwise.scale_inv = {nullptr, 0};
  };
}
void stops_at_64(Decisions& d) {
  d.many.takes = [](const Args&, std::size_t i) { return i < kBatch; };
}
void skips_empty(Decisions& d) {
  d.many.takes = [](const Args& item, std::size_t) { return !is_empty(item.input); };
}
void one_scale(Decisions& d) {
  d.many.prepare = [](Args& item, std::size_t, const std::vector<Args>& all) {
    item.scale = all.front().scale;
  };
}
void first_amax_only(Decisions& d) {
  d.many.prepare = [](Args& item, std::size_t i, const std::vector<Args>&) {
    if (i > 0) item.amax = {nullptr, 0};
  };
}

}  // namespace

std::vector<Mutant> many_mutants() {
  return {
      queued_mutant<last_batch_without_inverse>({"many-last-batch-inverse", "K26", "contract K26",
                                                 "the last batch's scale_inv is missing"}),
      faulty<&Faults::many_inverse_per_tensor>({"many-reciprocal-launches", "K26",
                                                "TE #1952 (the seed)",
                                                "a launch for each tensor's scale_inv"}),
      faulty<&Faults::many_launch_per_tensor>(
          {"many-loops", "K26", "contract K26", "a launch a tensor"}),
      queued_mutant<stops_at_64>(
          {"many-stops-at-64", "K26", "contract K26", "the 65th tensor is not cast"}),
      queued_mutant<skips_empty>(
          {"many-skips-empty", "K26", "TE-D8", "an empty tensor gets no scale_inv"}),
      queued_mutant<one_scale>(
          {"many-one-scale", "K26", "contract K26", "the first tensor's scale for all"}),
      queued_mutant<first_amax_only>(
          {"many-first-amax-only", "K26", "contract K26", "amax of the first tensor only"}),
  };
}

}  // namespace fp8oracle::mutants
