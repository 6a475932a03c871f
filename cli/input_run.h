// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/quality.h"
#include "fp8oracle/files/named_tensor.h"
#include "runner/verify.h"

namespace fp8oracle::cli {

/// One tensor of a file through one scheme on both sides.
struct InputResult {
  Scheme scheme;
  runner::Status status = runner::Status::kSkipped;
  std::string reason;
  std::uint64_t elements = 0;  ///< compared, scale_inv and amax included
  std::uint64_t codes = 0;
  double seconds = 0;
  std::vector<std::string> clauses;  ///< that it broke
  std::optional<Quality> quality;    ///< for the first scheme of each format and granularity
};

struct InputTensor {
  files::NamedTensor tensor;
  std::int64_t rows = 1, cols = 1;  ///< rank 0 and 1: one row; higher: (product of leading, last)
  std::string skipped;              ///< why none of its schemes runs, or empty
  std::vector<InputResult> results;
};

struct InputRun {
  std::vector<InputTensor> tensors;
  std::map<std::string, runner::Finding> findings;  ///< the first of each clause
  double seconds = 0;
};

/// Takes every tensor through every scheme: the reference gives the scale (amax, then
/// scale_from_amax), both sides quantize, every byte is compared. Throws UsageError for a file that
/// cannot be read.
InputRun run_input(const std::string& path, const runner::SessionFactory& subject,
                   const runner::SessionFactory& reference, const runner::VerifyOptions& options);

/// One paragraph a tensor.
std::string to_text(const InputRun& run);
/// The same as clauses, for the report's status and JSON: K10, and every clause that was broken.
runner::Report to_report(const InputRun& run, const runner::VerifyOptions& options);

}  // namespace fp8oracle::cli
