// SPDX-License-Identifier: Apache-2.0
#include "paired_row.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "host_copy.h"
#include "optimized/cpu/backend.h"
#include "sample.h"
#include "workload.h"

namespace fp8oracle::bench {
namespace {

constexpr int kRepetitions = 15;
constexpr std::int64_t kSide = 8192;  // 2^26 elements

// The buffers of the row that is being measured: made by its first repetition, freed by the next
// row's.
struct Current {
  std::string name;
  Pair pair;
};
Current current;

void run_repetition(benchmark::State& state, const std::string& name,
                    const std::function<Pair()>& make) {
  if (current.name != name) {
    current = {};
    current = {name, make()};
    current.pair.kernel();
    current.pair.limit();
  }
  const Pair& pair = current.pair;
  for ([[maybe_unused]] const auto _ : state) {
    const double kernel_us = wall_us(pair.kernel);
    const double limit_us = wall_us(pair.limit);
    state.SetIterationTime(kernel_us * 1e-6);
    state.counters["limit_ms"] = limit_us * 1e-3;
    state.counters["ratio"] = limit_us / kernel_us;
    state.counters["GB/s"] = pair.bytes / kernel_us * 1e-3;
    state.counters["Melements/s"] = pair.elements / kernel_us;
  }
}

struct HostRun {
  HostRun(const fp8oracle_backend_table& table, const RowSpec& row)
      : stream(client::Client(&table)), workload(stream, row, 1) {}
  client::Stream stream;
  Workload workload;
};

std::vector<std::string> targets_to_show() {
  const std::vector<std::string> all = cpu::target_names();
  std::vector<std::string> shown;
  for (const std::string& name : all) {
    if (name == all.front() || name == "AVX2" || name == all.back()) shown.push_back(name);
  }
  return shown;
}

}  // namespace

void add_paired_row(const std::string& name, std::function<Pair()> make) {
  benchmark::RegisterBenchmark(
      name.c_str(), [name, make](benchmark::State& state) { run_repetition(state, name, make); })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1)
      ->Repetitions(kRepetitions)
      ->ReportAggregatesOnly();
}

void add_host_row(const std::string& suffix, const fp8oracle_backend_table& table,
                  const RowSpec& row, int threads, std::function<void()> before) {
  const std::string name = std::string(row.operation->name) + "/" +
                           std::string(to_string(row.type)) + "/" + std::string(row.format.name) +
                           "/" + row.shape() + "/" + suffix;
  add_paired_row(name, [&table, row, threads, before] {
    before();
    const auto run = std::make_shared<HostRun>(table, row);
    const auto copy = std::make_shared<HostCopy>(row.bytes(), threads, 1);
    return Pair{[run] { run->workload.enqueue(0); }, [copy] { copy->run(0); },
                static_cast<double>(row.elements()), static_cast<double>(row.bytes())};
  });
}

void add_cpu_rows(const char* operation, fp8oracle_type type, Format format) {
  const RowSpec row{&find_operation(operation), kSide, kSide, 1, type, format};
  for (const std::string& target : targets_to_show()) {
    add_host_row("cpu/" + target, cpu::backend(), row, host_threads(),
                 [target] { cpu::select_target(target); });
  }
}

}  // namespace fp8oracle::bench
