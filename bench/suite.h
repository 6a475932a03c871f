// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "operation.h"
#include "results.h"

namespace fp8oracle::bench {

/// Which rows; an empty list means the usual ones.
struct Selection {
  std::vector<std::string> ops;
  std::vector<std::pair<std::int64_t, std::int64_t>> sizes;  ///< of operations on one tensor
  std::vector<fp8oracle_type> types{FP8ORACLE_BF16};
  std::vector<Format> formats{kE4M3};
};

/// In the table's order. Throws UsageError for an unknown operation.
std::vector<RowSpec> select_rows(const Selection& selection);

/// Measures each row beside its limit, in the same form and the same run, and hands it on as soon
/// as it is there.
///
/// Where the backend can record: 40 calls over 4 buffer sets in one recording, the slope over
/// several replays, median of 9; the limit is the fastest of the backend's own copy and, on CUDA,
/// of 16-byte copies with 1, 2, 4 and 8 loads in flight. In host memory: median of 15 wall times;
/// the limit is std::memcpy over the same threads. Throws BackendError when the backend cannot be
/// used at all.
std::vector<RowResult> run_rows(const fp8oracle_backend_table& table,
                                const std::vector<RowSpec>& rows,
                                const std::function<void(const RowResult&)>& on_row);

/// How run_rows measures this backend, for the file.
std::string form_of(const fp8oracle_backend_table& table);

}  // namespace fp8oracle::bench
