// SPDX-License-Identifier: Apache-2.0
#include "sample.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace fp8oracle::bench {
namespace {

constexpr double kWorthMeasuringUs = 1000;

}  // namespace

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double wall_us(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
  return time.count();
}

Slope::Slope(std::function<double(int)> repeat, int calls)
    : repeat_(std::move(repeat)), calls_(calls) {
  repeat_(1);  // the first one is not like the others
  const double one = std::max(repeat_(1), 1.0);
  const int wanted = static_cast<int>(std::ceil(5 * kWorthMeasuringUs / one));
  few_ = std::clamp(wanted / 5, 1, 4);
  many_ = few_ + std::clamp(wanted, 2, 16);
}

double Slope::operator()() const {
  const double few = repeat_(few_);
  const double many = repeat_(many_);
  return (many - few) / ((many_ - few_) * calls_);
}

RecordedCalls::RecordedCalls(const client::Stream& stream, const Enqueue& enqueue)
    : stream_(stream) {
  for (int set = 0; set < kRecordedSets; ++set) enqueue(set);  // what is made lazily is made now
  stream.synchronize();
  recording_.emplace(stream, [&] {
    for (int call = 0; call < kRecordedCalls; ++call) enqueue(call % kRecordedSets);
  });
}

double RecordedCalls::replay(int n) const {
  return wall_us([&] {
    for (int i = 0; i < n; ++i) recording_->replay();
    stream_.synchronize();
  });
}

Sampler unrecorded_sampler(const client::Stream& stream, int sets, Enqueue enqueue) {
  const auto calls = [&stream, sets, enqueue = std::move(enqueue)](int n) {
    return wall_us([&] {
      for (int i = 0; i < n; ++i) enqueue(i % sets);
      stream.synchronize();
    });
  };
  calls(sets);
  const double one = std::max(calls(sets) / sets, 0.01);
  const int n = static_cast<int>(std::clamp(std::ceil(kWorthMeasuringUs / one), 1.0, 10000.0));
  return [calls, n] { return calls(n) / n; };
}

std::vector<double> medians_in_turn(std::span<const Sampler> samplers, int rounds) {
  std::vector<std::vector<double>> samples(samplers.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < samplers.size(); ++i) samples[i].push_back(samplers[i]());
  }
  std::vector<double> medians;
  for (const auto& of_one : samples) medians.push_back(median(of_one));
  return medians;
}

}  // namespace fp8oracle::bench
