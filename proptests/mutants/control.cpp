// SPDX-License-Identifier: Apache-2.0
// K3, K23, K25, K27, K32: mistakes about when and how often something runs.
#include "call.h"
#include "queued.h"

namespace fp8oracle::mutants {
namespace {

bool unless_zero(float noop) { return noop != 0.0f; }
bool by_nan_too(float noop) { return noop == 1.0f || is_nan(noop); }
bool by_neighbours(float noop) { return noop > 0.99999f && noop < 1.00001f; }
bool never(float) { return false; }

template <bool (*kStops)(float)>
Mutant stopped_if(const Entry& e) {
  return queued_mutant<[](Decisions& d) { d.noop.stops = kStops; }>(e);
}
/// ... of one operation that does not look at noop.
template <fp8oracle_operation kOperation>
Mutant not_stopped(const Entry& e) {
  return queued_mutant<[](Decisions& d) {
    d.noop.ignored_by = [](fp8oracle_operation operation) { return operation == kOperation; };
  }>(e);
}
/// ... that writes an output although noop stops the rest.
template <bool NoopDecisions::*kOutput>
Mutant written_in_spite(const Entry& e) {
  return queued_mutant<[](Decisions& d) { d.noop.*kOutput = true; }>(e);
}

/// An absent scale_inv passes, and is not written.
void takes_null(Decisions& d) {
  d.boundary.check = [](Call& call) -> Checked {
    Checked error = check_arguments(call);
    const auto* args = error && error->argument == "scale_inv" ? call.scale_inverse() : nullptr;
    return args != nullptr && args->scale_inv.data == nullptr ? std::nullopt : error;
  };
}

std::vector<Mutant> time_mutants() {
  return {
      faulty<&Faults::host_reads_scale>(
          {"stream-host-reads-scale", "K3", "contract K3", "the host reads scale when it calls"}),
      faulty<&Faults::inverse_runs_later>(
          {"stream-inverse-later", "K3", "contract K3",
           "scale_inv comes from a second launch, after the next write of scale"}),
      faulty<&Faults::graph_keeps_scale>(
          {"graph-scale-by-value", "K27", "contract K27", "scale is frozen into the graph"}),
      faulty<&Faults::graph_keeps_noop>(
          {"graph-noop-by-value", "K27", "contract K27", "noop is frozen into the graph"}),
      faulty<&Faults::graph_keeps_amax>({"graph-amax-by-value", "K27", "contract K27",
                                         "the prior amax is frozen into the graph"}),
      faulty<&Faults::capture_runs>({"graph-runs-at-capture", "K27", "contract K27",
                                     "a recorded operation runs at once too"}),
      faulty<&Faults::replay_runs_once>(
          {"graph-replays-once", "K27", "contract K27", "the second replay does nothing"}),
      faulty<&Faults::replay_is_unordered>(
          {"graph-launches-unordered", "K27", "contract K27",
           "a recorded launch does not wait for the one ahead of it"}),
      faulty<&Faults::inverse_is_a_launch>(
          {"launch-for-inverse", "K32", "contract K32", "scale_inv takes a launch of its own"}),
      faulty<&Faults::amax_is_cleared>(
          {"launch-for-amax", "K32", "contract K32", "a fill before the amax kernel"}),
      faulty<&Faults::current_casts_twice>({"launch-for-current", "K32", "contract K32",
                                            "current scaling takes an undeclared launch"}),
  };
}

std::vector<Mutant> noop_mutants() {
  return {
      faulty<&Faults::host_reads_noop>(
          {"noop-by-host", "K23", "contract K23", "the host reads noop when it calls"}),
      stopped_if<unless_zero>({"noop-nonzero", "K23", "contract K23", "any value but 0 stops"}),
      stopped_if<by_nan_too>({"noop-nan-stops", "K23", "contract K23", "NaN stops"}),
      stopped_if<by_neighbours>({"noop-near-one", "K23", "contract K23", "1 +- 1 ulp stops"}),
      stopped_if<never>({"noop-ignored", "K23", "TE #2119", "noop is not read"}),
      written_in_spite<&NoopDecisions::amax_in_spite>(
          {"noop-forgets-amax", "K23", "TE #2119", "amax is written in spite of noop"}),
      written_in_spite<&NoopDecisions::scale_inv_in_spite>(
          {"noop-forgets-inverse", "K23", "TE #3271", "scale_inv is written in spite of noop"}),
      not_stopped<FP8ORACLE_OP_AMAX>(
          {"noop-forgets-amax-op", "K23", "TE #2119", "the amax kernel ignores noop"}),
      not_stopped<FP8ORACLE_OP_SCALE_FROM_AMAX>(
          {"noop-forgets-scale-op", "K23", "TE #2119", "the scale kernel ignores noop"}),
      written_in_spite<&NoopDecisions::recipe_in_spite>(
          {"noop-forgets-current", "K23", "TE #2119",
           "amax and scale are written in spite of noop"}),
      not_stopped<FP8ORACLE_OP_QUANTIZE_MANY>(
          {"noop-forgets-many", "K23", "TE #3246", "many tensors ignore noop"}),
  };
}

std::vector<Mutant> follow_up_mutants() {
  return {
      faulty<&Faults::inverse_other_stream>(
          {"inverse-other-stream", "K25", "contract K25", "scale_inverse runs on another stream"}),
      faulty<&Faults::inverse_skips>(
          {"inverse-skips", "K25", "TE cuBLASLt", "scale_inverse does nothing"}),
      queued_mutant<takes_null>(
          {"inverse-takes-null", "K25", "TE cuBLASLt", "an absent scale_inv is skipped silently"}),
      faulty<&Faults::inverse_two_launches>(
          {"inverse-two-launches", "K25", "contract K25", "scale_inverse takes two launches"}),
  };
}

}  // namespace

std::vector<Mutant> control_mutants() {
  return joined({time_mutants(), noop_mutants(), follow_up_mutants()});
}

const fp8oracle_backend_table& correct_queued_kernel() {
  return QueuedTable<[](Decisions&) {}>::table("mutants' correct kernel behind a stream");
}

}  // namespace fp8oracle::mutants
