// SPDX-License-Identifier: Apache-2.0
#include "suite.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include "fp8oracle/error.h"
#include "limit.h"
#include "sample.h"
#include "workload.h"

namespace fp8oracle::bench {
namespace {

constexpr int kHostRounds = 15;
constexpr int kRecordedRounds = 9;
constexpr std::uint64_t kBeyondCaches = std::uint64_t{256} << 20;

struct Shape {
  std::int64_t rows, cols, count;
};

std::vector<Shape> shapes_of(const Operation& operation, const Selection& selection) {
  if (operation.loop) return {{128, 512, 256}};
  if (operation.abi == FP8ORACLE_OP_QUANTIZE_MANY) return {{512, 1024, 64}, {128, 512, 256}};
  std::vector<Shape> shapes;
  for (const auto& [rows, cols] : selection.sizes) shapes.push_back({rows, cols, 1});
  if (shapes.empty()) shapes = {{8192, 8192, 1}, {4096, 4096, 1}, {1024, 1024, 1}, {128, 512, 1}};
  return shapes;
}

// Recorded: always four. Else as few as leave the caches behind.
int sets_for(const client::Client& client, std::uint64_t bytes) {
  if (client.can_capture()) return kRecordedSets;
  const std::uint64_t sets = kBeyondCaches / std::max<std::uint64_t>(bytes, 1) + 1;
  return static_cast<int>(std::min<std::uint64_t>(sets, kRecordedSets));
}

RowResult words_of(const RowSpec& spec) {
  RowResult row;
  row.op = spec.operation->name;
  row.type = to_string(spec.type);
  row.format = spec.format.name;
  row.rows = spec.rows;
  row.cols = spec.cols;
  row.count = spec.count;
  row.bytes = spec.bytes();
  return row;
}

void measure(const client::Stream& stream, const RowSpec& spec, RowResult& row) {
  const client::Client& client = stream.client();
  const int sets = sets_for(client, row.bytes);
  const Workload workload(stream, spec, sets);
  const auto enqueue = [&workload](int set) { workload.enqueue(set); };

  std::vector<Sampler> samplers;
  std::unique_ptr<RecordedCalls> recorded;
  if (client.can_capture()) {
    recorded = std::make_unique<RecordedCalls>(stream, enqueue);
    row.nodes = static_cast<double>(recorded->nodes()) / kRecordedCalls;
    samplers.emplace_back(Slope([&](int n) { return recorded->replay(n); }, kRecordedCalls));
  } else {
    samplers.push_back(unrecorded_sampler(stream, sets, enqueue));
  }
  const std::vector<Limit> limits = limits_for(stream, row.bytes, sets);
  for (const Limit& limit : limits) samplers.push_back(limit.sampler);

  const std::vector<double> us =
      medians_in_turn(samplers, client.can_capture() ? kRecordedRounds : kHostRounds);
  const auto fastest = std::min_element(us.begin() + 1, us.end());
  row.us = us.front();
  row.gbps = static_cast<double>(row.bytes) / row.us * 1e-3;
  row.limit_us = *fastest;
  row.limit = limits[static_cast<std::size_t>(fastest - us.begin() - 1)].name;
  row.ratio = row.limit_us / row.us;
}

RowResult run_row(const client::Stream& stream, const RowSpec& spec) {
  RowResult row = words_of(spec);
  if (const auto reason = unsupported(stream.table(), spec)) {
    row.status = "SKIPPED";
    row.reason = *reason;
    return row;
  }
  try {
    measure(stream, spec, row);
  } catch (const client::Error& error) {
    // A call that supports() did not deny may deny it still.
    row.status = error.status == FP8ORACLE_UNSUPPORTED ? "SKIPPED" : "ERROR";
    row.reason = error.what();
  } catch (const BackendError& error) {
    row.status = "ERROR";
    row.reason = error.what();
  }
  return row;
}

}  // namespace

std::vector<RowSpec> select_rows(const Selection& selection) {
  std::vector<const Operation*> wanted;
  for (const std::string& name : selection.ops) wanted.push_back(&find_operation(name));
  std::vector<RowSpec> rows;
  for (const fp8oracle_type type : selection.types) {
    for (const Format& format : selection.formats) {
      for (const Operation& operation : operations()) {
        const bool named = std::find(wanted.begin(), wanted.end(), &operation) != wanted.end();
        if (!wanted.empty() && !named) continue;
        for (const Shape& shape : shapes_of(operation, selection)) {
          rows.push_back({&operation, shape.rows, shape.cols, shape.count, type, format});
        }
      }
    }
  }
  return rows;
}

std::vector<RowResult> run_rows(const fp8oracle_backend_table& table,
                                const std::vector<RowSpec>& rows,
                                const std::function<void(const RowResult&)>& on_row) try {
  const client::Stream stream{client::Client(&table)};
  std::vector<RowResult> results;
  for (const RowSpec& spec : rows) {
    results.push_back(run_row(stream, spec));
    on_row(results.back());
  }
  return results;
} catch (const client::Error& error) {
  throw BackendError(error.what());
}

std::string form_of(const fp8oracle_backend_table& table) {
  if (client::Client(&table).can_capture()) {
    return "40 calls over 4 buffer sets in one recording; slope over several replays, median of 9";
  }
  return "wall time of calls one after another, median of 15";
}

}  // namespace fp8oracle::bench
