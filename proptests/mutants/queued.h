// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "allocations.h"
#include "fp8oracle/arguments.h"
#include "fp8oracle/backend.h"
#include "kernel.h"
#include "table.h"

// The correct kernel behind a deferred stream: nothing runs before the host waits, streams can be
// captured, launches are counted. So what only a device can do wrong (a scale read by the host, a
// second launch, a value frozen into a graph) can be done wrong, and seen, on every machine.
namespace fp8oracle::mutants {

using Launch = std::function<void()>;

/// What a queued kernel does wrong. The defaults are the correct kernel.
struct Faults {
  bool host_reads_scale = false;     ///< quantize: when it is called
  bool graph_keeps_scale = false;    ///< ... when it is captured
  bool host_reads_noop = false;      ///< quantize: when it is called
  bool graph_keeps_noop = false;     ///< ... when it is captured
  bool graph_keeps_amax = false;     ///< quantize: the prior amax, when it is captured
  bool inverse_runs_later = false;   ///< quantize: scale_inv in a launch that the host makes late
  bool inverse_is_a_launch = false;  ///< quantize: scale_inv in a launch of its own
  bool amax_is_cleared = false;      ///< amax: a fill before the kernel
  bool capture_runs = false;         ///< operations run while they are captured
  bool replay_runs_once = false;     ///< a second replay does nothing
  bool replay_is_unordered = false;  ///< recorded launches do not wait for those ahead: last first
  bool (*stops)(float noop) = [](float noop) { return noop == 1.0f; };
  bool amax_ignores_noop = false, inverse_ignores_noop = false;  ///< quantize: that output alone
  bool amax_op_ignores_noop = false, scale_op_ignores_noop = false;
  bool current_ignores_noop = false;  ///< quantize_current: amax and scale
  bool many_ignores_noop = false;
  bool current_keeps_amax = false;       ///< quantize_current: accumulates
  bool current_adds_eps = false;         ///< quantize_current: eps is an addend
  bool current_casts_twice = false;      ///< quantize_current: more launches than declared
  bool many_inverse_per_tensor = false;  ///< a launch a tensor
  bool many_launch_per_tensor = false;
  bool many_last_inverse = false;  ///< the scale_inv of the last batch of 64 is missing
  bool many_stops_at_64 = false;
  bool many_skips_empty = false;
  bool many_one_scale = false;        ///< the first item's scale for all
  bool many_forgets_amax = false;     ///< of items after the first
  bool inverse_other_stream = false;  ///< scale_inverse: runs when the host waits
  bool inverse_skips = false;         ///< scale_inverse: does nothing
  bool inverse_takes_null = false;    ///< scale_inverse: an absent scale_inv is no error
  bool inverse_two_launches = false;  ///< scale_inverse
};

struct Recording {
  std::vector<Launch> launches;
  bool replayed = false;
};

/// A stream's queue, and its recording while it captures.
struct QueuedStream {
  std::vector<Launch> queue, late;
  Recording* recording = nullptr;
};

/// The operations of a queued kernel on one stream.
class Queue {
 public:
  Queue(const Faults& faults, fp8oracle_stream stream)
      : faults_(faults), stream_(*reinterpret_cast<QueuedStream*>(stream)) {}

  /// One device launch: into the recording while the stream captures, else into the queue.
  void launch(Launch run);
  /// What runs after all that is queued when the host waits.
  void launch_late(Launch run);
  bool capturing() const { return stream_.recording != nullptr; }

  void quantize(fp8oracle_quantize_args args);
  void amax(const fp8oracle_amax_args& args);
  void scale_from_amax(const fp8oracle_scale_from_amax_args& args);
  void quantize_current(const fp8oracle_quantize_current_args& args);
  void quantize_many(const fp8oracle_quantize_many_args& args);
  void scale_inverse(const fp8oracle_scale_inverse_args& args);

 private:
  const Faults& faults_;
  QueuedStream& stream_;
};

/// Launches that the kernel says the operation takes.
std::uint64_t declared_launches(const Faults& faults, fp8oracle_operation operation,
                                const void* args);

/// Memory, streams, capture: the entries of a table that no fault but Faults' own touches.
fp8oracle_backend_table queued_memory_table();
fp8oracle_status end_queued_capture(fp8oracle_stream stream, fp8oracle_recording* recording,
                                    std::uint64_t* nodes);
fp8oracle_status replay_queued(const Faults& faults, fp8oracle_recording recording,
                               fp8oracle_stream stream);
fp8oracle_status begin_queued_capture(fp8oracle_stream stream);

/// One backend table for one change to the faults, as Table for decisions.
template <auto kChange>
struct QueuedTable {
  static const Faults& faults() {
    static const Faults changed = [] {
      Faults f;
      kChange(f);
      return f;
    }();
    return changed;
  }

  template <typename Args, typename Run>
  static fp8oracle_status checked(const Args* args, fp8oracle_message message, const Run& run) {
    return guarded(message, [&] {
      if (const auto error = check_arguments(*args)) return report(*error, message);
      run(*args);
      return FP8ORACLE_OK;
    });
  }
  static fp8oracle_status quantize(const fp8oracle_quantize_args* args, fp8oracle_stream stream,
                                   fp8oracle_message message) {
    return checked(args, message, [&](const auto& a) { Queue(faults(), stream).quantize(a); });
  }
  static fp8oracle_status amax(const fp8oracle_amax_args* args, fp8oracle_stream stream,
                               fp8oracle_message message) {
    return checked(args, message, [&](const auto& a) { Queue(faults(), stream).amax(a); });
  }
  static fp8oracle_status scale_from_amax(const fp8oracle_scale_from_amax_args* args,
                                          fp8oracle_stream stream, fp8oracle_message message) {
    return checked(args, message,
                   [&](const auto& a) { Queue(faults(), stream).scale_from_amax(a); });
  }
  static fp8oracle_status quantize_current(const fp8oracle_quantize_current_args* args,
                                           fp8oracle_stream stream, fp8oracle_message message) {
    return checked(args, message,
                   [&](const auto& a) { Queue(faults(), stream).quantize_current(a); });
  }
  static fp8oracle_status quantize_many(const fp8oracle_quantize_many_args* args,
                                        fp8oracle_stream stream, fp8oracle_message message) {
    return checked(args, message, [&](const auto& a) { Queue(faults(), stream).quantize_many(a); });
  }
  static fp8oracle_status scale_inverse(const fp8oracle_scale_inverse_args* args,
                                        fp8oracle_stream stream, fp8oracle_message message) {
    if (faults().inverse_takes_null && args->scale_inv.data == nullptr) return FP8ORACLE_OK;
    return checked(args, message, [&](const auto& a) { Queue(faults(), stream).scale_inverse(a); });
  }
  static fp8oracle_status dequantize(const fp8oracle_dequantize_args* args, fp8oracle_stream stream,
                                     fp8oracle_message message) {
    return checked(args, message, [&](const auto& a) {
      Queue(faults(), stream).launch([a] { run_dequantize(correct(), a, {nullptr, 0}); });
    });
  }
  static fp8oracle_status permute(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                                  bool unswizzle, fp8oracle_message message) {
    return guarded(message, [&] {
      if (const auto error = check_arguments(*args, unswizzle)) return report(*error, message);
      const auto a = *args;
      Queue(faults(), stream).launch([a, unswizzle] {
        run_swizzle(correct(), a, unswizzle, {nullptr, 0});
      });
      return FP8ORACLE_OK;
    });
  }
  static fp8oracle_status swizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                                  fp8oracle_message message) {
    return permute(args, stream, false, message);
  }
  static fp8oracle_status unswizzle(const fp8oracle_swizzle_args* args, fp8oracle_stream stream,
                                    fp8oracle_message message) {
    return permute(args, stream, true, message);
  }
  static fp8oracle_status supports(fp8oracle_operation operation, const fp8oracle_scheme* scheme,
                                   fp8oracle_type type, fp8oracle_message reason) {
    const bool one_scale =
        operation == FP8ORACLE_OP_QUANTIZE_CURRENT || operation == FP8ORACLE_OP_SCALE_INVERSE;
    if (one_scale && scheme->granularity != FP8ORACLE_GRANULARITY_TENSOR)
      return report(FP8ORACLE_UNSUPPORTED, "per tensor only", reason);
    return guarded(reason, [&] { return run_supports(*scheme, type, reason); });
  }
  static fp8oracle_status launches(fp8oracle_operation operation, const void* args,
                                   std::uint64_t* count, fp8oracle_message) {
    *count = declared_launches(faults(), operation, args);
    return FP8ORACLE_OK;
  }
  static fp8oracle_status capture(fp8oracle_stream stream, fp8oracle_message) {
    return begin_queued_capture(stream);
  }
  static fp8oracle_status end_capture(fp8oracle_stream stream, fp8oracle_recording* recording,
                                      std::uint64_t* nodes, fp8oracle_message) {
    return end_queued_capture(stream, recording, nodes);
  }
  static fp8oracle_status replay(fp8oracle_recording recording, fp8oracle_stream stream,
                                 fp8oracle_message) {
    return replay_queued(faults(), recording, stream);
  }

  /// `name` must live as long as the program; the first call's is kept.
  static const fp8oracle_backend_table& table(const char* name) {
    static const fp8oracle_backend_table made = [name] {
      fp8oracle_backend_table t = queued_memory_table();
      t.name = name;
      t.supports = supports;
      t.quantize = quantize;
      t.amax = amax;
      t.scale_from_amax = scale_from_amax;
      t.dequantize = dequantize;
      t.swizzle = swizzle;
      t.unswizzle = unswizzle;
      t.quantize_current = quantize_current;
      t.quantize_many = quantize_many;
      t.scale_inverse = scale_inverse;
      t.launches = launches;
      t.capture = capture;
      t.end_capture = end_capture;
      t.replay = replay;
      return t;
    }();
    return made;
  }
};

/// A mutant whose kernel is the correct queued one after `kChange(Faults&)`.
template <auto kChange>
Mutant queued_mutant(const Entry& e) {
  Mutant m;
  m.name = e.name;
  m.clause = e.clause;
  m.summary = e.summary;
  m.source = e.source;
  m.equivalent = e.equivalent;
  m.profile = e.profile;
  m.table = &QueuedTable<kChange>::table(e.name);
  return m;
}

/// ... with this one fault.
template <bool Faults::*kFault>
Mutant faulty(const Entry& e) {
  return queued_mutant<[](Faults& f) { f.*kFault = true; }>(e);
}

std::vector<Mutant> control_mutants();
std::vector<Mutant> current_mutants();
std::vector<Mutant> many_mutants();

}  // namespace fp8oracle::mutants
