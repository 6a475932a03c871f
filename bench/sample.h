// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "fp8oracle/client.hpp"

namespace fp8oracle::bench {

/// One measurement: microseconds a call.
using Sampler = std::function<double()>;
/// Enqueues the call on the buffers of one set.
using Enqueue = std::function<void(int set)>;

/// The form of a measurement where a stream can be recorded: this many calls over this many buffer
/// sets in one recording.
inline constexpr int kRecordedCalls = 40;
inline constexpr int kRecordedSets = 4;

double median(std::vector<double> values);

/// Wall time of `run`, microseconds.
double wall_us(const std::function<void()>& run);

/// The difference between `many` and `few` repetitions, over how many more they are: what starting
/// and waiting cost falls out. `repeat(n)` gives microseconds for n repetitions.
class Slope {
 public:
  /// One repetition is `calls` calls. Chooses how many repetitions make the time worth measuring.
  Slope(std::function<double(int)> repeat, int calls);
  double operator()() const;

 private:
  std::function<double(int)> repeat_;
  int calls_, few_, many_;
};

/// kRecordedCalls calls recorded on the backend's stream.
class RecordedCalls {
 public:
  RecordedCalls(const client::Stream& stream, const Enqueue& enqueue);

  std::uint64_t nodes() const { return recording_->nodes(); }
  /// Microseconds for n replays and the wait for the last one.
  double replay(int n) const;

 private:
  const client::Stream& stream_;
  std::optional<client::Recording> recording_;
};

/// Calls one after another, each on the next set, with one wait at the end; as many as take about a
/// millisecond.
Sampler unrecorded_sampler(const client::Stream& stream, int sets, Enqueue enqueue);

/// One sample of each in turn, `rounds` times; gives the median of each. What drifts on the machine
/// falls on all of them alike.
std::vector<double> medians_in_turn(std::span<const Sampler> samplers, int rounds);

}  // namespace fp8oracle::bench
