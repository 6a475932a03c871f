// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fp8oracle::bench {

/// One measured line; every word as it stands in the file.
struct RowResult {
  std::string op, type, format;
  std::int64_t rows = 0, cols = 0, count = 1;
  std::string status = "OK";  ///< OK, SKIPPED (why), ERROR (why)
  std::string reason;
  double us = 0;            ///< a call
  double gbps = 0;          ///< what it reads and writes
  double limit_us = 0;      ///< the fastest copy of as many bytes
  std::string limit;        ///< which copy that was
  double ratio = 0;         ///< limit_us / us
  std::uint64_t bytes = 0;  ///< read and written by a call
  double nodes = 0;         ///< launches of a call as recorded; 0 where nothing can be recorded

  bool measured() const { return status == "OK"; }
  /// "quantize 8192x8192 BF16 e4m3"
  std::string name() const;
};

/// One run, "fp8oracle.bench/1".
struct Results {
  std::string machine, gpu, driver, toolkit;
  std::string date, commit, backend, device, form;
  std::vector<RowResult> rows;
};

std::string results_to_json(const Results& results);
/// Throws UsageError "WHERE: ..." for whatever is not such a file.
Results results_from_json(const std::string& text, const std::string& where);

/// One line for people.
std::string to_text(const RowResult& row);

}  // namespace fp8oracle::bench
