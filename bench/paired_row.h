// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "fp8oracle/backend.h"
#include "operation.h"

namespace fp8oracle::bench {

/// Both sides of a row, ready to run; alive while the row is measured.
struct Pair {
  std::function<void()> kernel;
  std::function<void()> limit;
  double elements = 0;
  double bytes = 0;
};

/// Registers a Google Benchmark row: 15 repetitions, each one run of the kernel and one of its
/// limit back to back, so that what else the machine does falls on both. Of the aggregates the
/// medians count: real_time, limit_ms, ratio = limit / kernel, GB/s and elements/s.
void add_paired_row(const std::string& name, std::function<Pair()> make);

/// A row of a host backend beside std::memcpy of the same total bytes over `threads` threads.
/// `before` runs before the buffers are made, e.g. to choose a vector target.
void add_host_row(const std::string& suffix, const fp8oracle_backend_table& table,
                  const RowSpec& row, int threads, std::function<void()> before);

/// The rows of `operation` on the CPU backend at 2^26 elements: each target that this machine has
/// of the best, AVX2 and the baseline.
void add_cpu_rows(const char* operation, fp8oracle_type type, Format format = kE4M3);

/// One file an operation; each adds its rows.
void add_reference_rows();
void add_quantize_rows();
void add_quantize_mx_rows();
void add_amax_rows();
void add_dequantize_rows();

}  // namespace fp8oracle::bench
