// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "faults.h"
#include "fp8oracle/backend.h"
#include "table.h"

// The kernel behind a deferred stream: nothing runs before the host waits, streams can be captured,
// launches are counted. So what only a device can do wrong (a scale read by the host, a second
// launch, a value frozen into a graph) can be done wrong, and seen, on every machine.
namespace fp8oracle::mutants {

using Launch = std::function<void()>;

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
  /// `d` must outlive what is enqueued.
  Queue(const Decisions& d, fp8oracle_stream stream)
      : d_(d), faults_(d.faults), stream_(*reinterpret_cast<QueuedStream*>(stream)) {}

  /// One device launch: into the recording while the stream captures, else into the queue.
  void launch(Launch run);
  /// What runs after all that is queued when the host waits.
  void launch_late(Launch run);
  bool capturing() const { return stream_.recording != nullptr; }

  void quantize(const Args& args);
  void amax(const Args& args);
  void scale_from_amax(const ScaleArgs& args);
  void dequantize(const DequantizeArgs& args);
  void swizzle(const SwizzleArgs& args);
  void unswizzle(const SwizzleArgs& args);
  void quantize_current(const CurrentArgs& args);
  void quantize_many(const std::vector<Args>& items);
  void scale_inverse(const Args& args);
  void quantize_given(const Args& args);

 private:
  const Decisions& d_;
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

/// One backend table for one change to the decisions, as Table, behind a queue.
template <auto kChange>
struct QueuedTable {
  static const Decisions& decisions() { return changed_by<kChange>(); }

  template <fp8oracle_operation kOperation, auto kEnqueue, typename AbiArgs>
  static fp8oracle_status run(const AbiArgs* args, fp8oracle_stream stream,
                              fp8oracle_message message) {
    return checked_call(decisions(), kOperation, args, message, [stream](const auto& a) {
      Queue queue(decisions(), stream);
      (queue.*kEnqueue)(a);
    });
  }
  static fp8oracle_status launches(fp8oracle_operation operation, const void* args,
                                   std::uint64_t* count, fp8oracle_message) {
    *count = declared_launches(decisions().faults, operation, args);
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
    return replay_queued(decisions().faults, recording, stream);
  }

  /// `name` must live as long as the program; the first call's is kept.
  static const fp8oracle_backend_table& table(const char* name) {
    static const fp8oracle_backend_table made = [name] {
      fp8oracle_backend_table t = queued_memory_table();
      t.name = name;
      t.supports = supports;
#define FP8ORACLE_OPERATION(ID, name, ...) t.name = run<FP8ORACLE_OP_##ID, &Queue::name>;
#include "fp8oracle/operations/operations.def"
#undef FP8ORACLE_OPERATION
      t.launches = launches;
      t.capture = capture;
      t.end_capture = end_capture;
      t.replay = replay;
      return t;
    }();
    return made;
  }
};

/// A mutant whose kernel is the correct queued one after `kChange(Decisions&)`.
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
  return queued_mutant<[](Decisions& d) { d.faults.*kFault = true; }>(e);
}

std::vector<Mutant> control_mutants();
std::vector<Mutant> current_mutants();
std::vector<Mutant> many_mutants();

}  // namespace fp8oracle::mutants
