// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runner/coverage.h"
#include "runner/finding.h"

namespace fp8oracle::runner {

/// PASSED, FAILED, SKIPPED (why), MISTRUSTED (the run proves nothing), ERROR.
enum class Status { kPassed, kFailed, kSkipped, kMistrusted, kError };
std::string_view to_string(Status status);

struct SchemeResult {
  std::string scheme;
  Status status = Status::kSkipped;
  std::string reason;
  std::uint64_t cases = 0;
  std::uint64_t denied = 0;  ///< cases beside these that the backend did not support
};

struct ClauseResult {
  std::string id;
  Status status = Status::kSkipped;
  std::string reason;
  std::uint64_t cases = 0;
  std::uint64_t elements = 0;
  std::uint64_t codes = 0;
  double seconds = 0;
  Coverage coverage;
  std::vector<SchemeResult> schemes;
  std::optional<Finding> finding;
};

/// One run of verify: the single truth that text and JSON are made from.
struct Report {
  std::string backend, backend_path, backend_sha256, device;
  std::vector<std::string> profiles;
  std::string level;
  std::uint64_t seed = 0;
  double seconds = 0;
  std::vector<ClauseResult> clauses;

  Status status() const;
  /// 0, 1 or 3, as docs/command.md says.
  int exit_code() const;
  std::uint64_t cases() const;
  std::uint64_t elements() const;
  std::uint64_t codes() const;
};

/// The command that wrote the report, for the "tool" member.
struct Tool {
  std::string version, commit, compiler;
};

/// "fp8oracle.report/1".
std::string report_to_json(const Report& report, const Tool& tool);
/// The table of clauses, then the findings in full, then one closing line.
std::string report_to_text(const Report& report);

}  // namespace fp8oracle::runner
