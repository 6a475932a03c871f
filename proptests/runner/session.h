// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "fp8oracle/arena.h"
#include "fp8oracle/backend.h"
#include "fp8oracle/case.h"
#include "fp8oracle/error.h"
#include "fp8oracle/outcome.h"
#include "fp8oracle/scheme.h"

namespace fp8oracle::runner {

/// A backend's process ended over a question, outside of every case.
struct ProcessEnded : BackendError {
  ProcessEnded(const std::string& text, End how) : BackendError(text), end(how) {}
  End end;
};

/// A backend that can be given cases: in this process, or in a child. One session belongs to one
/// thread.
class Session {
 public:
  virtual ~Session() = default;

  /// Runs every step and returns what each left. Never throws for what the backend does.
  virtual Outcome run(const Case& c, Fill fill) = 0;
  /// Empty when the backend has the operation for the scheme and type at all, else the reason. With
  /// a noop: a backend that is older than that field of the operation denies it.
  virtual std::string unsupported(fp8oracle_operation operation, const Scheme& scheme,
                                  fp8oracle_type type, bool noop = false) = 0;
  /// Whether it can record a stream and replay it.
  virtual bool can_capture() const = 0;
  virtual std::string name() const = 0;
  virtual std::string device() const = 0;
};

/// A session on a table in this process. `table` must outlive it. Throws BackendError.
std::unique_ptr<Session> open_in_process(const fp8oracle_backend_table& table);

}  // namespace fp8oracle::runner
